//! What fmdb talks about: movies, genres, accounts, queries. Parsing, bounds and folding; no input or output.
//!
//! Owns every rule about a value's shape. Must never know the store, the index or the web: everybody knows
//! `model`, `model` knows nobody. Start with [`movie`], then [`draft`], the one way in for every change.

pub mod account;
pub mod client;
pub mod collation;
pub mod combine;
pub mod draft;
pub mod entry_counts;
pub mod fold;
pub mod genre;
pub mod identity;
pub mod listing;
pub mod lookalike;
pub mod mine;
pub mod movie;
pub mod person;
pub mod problem;
pub mod query;
pub mod range;
pub mod raw;
pub mod related;
pub mod statistics;
pub mod suggestion;
pub mod taste;
pub mod theme;

pub use account::{Account, Role, Username};
pub use client::ClientKey;
pub use collation::Collation;
pub use draft::{Given, MovieDraft};
pub use entry_counts::EntryCounts;
pub use identity::Identity;
pub use listing::{Facet, Listing};
pub use movie::{Facts, Movie, MovieId, Rev};
pub use person::Person;
pub use problem::{FieldErrors, Problem};
pub use query::{ListingQuery, Order, Sort};
pub use range::Range;
pub use raw::{Field, RawMovie, RawValue};
pub use related::{Related, ScoreRank};
pub use statistics::Statistics;
pub use suggestion::{Suggestion, SuggestionField, SuggestionQuery};
pub use theme::{Theme, Themed};
