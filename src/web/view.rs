//! Views: pure functions from data to HTML (maud). They know `model` and `i18n` alone: no store, no request.

pub mod home;
pub mod listing;
pub mod movie;

pub mod explore;
pub mod person;
pub mod statistics;

pub mod chart;
pub mod import;
pub mod lists;
pub mod mine;
pub mod my_page;
pub mod profile;
pub mod shelves;

pub mod account;
pub mod admin;
pub mod forms;

pub mod error;
pub mod look;
pub mod suggest;

pub mod art;
mod filters;
mod layout;
mod meta;
mod parts;
mod poster;

use self::look::Look;
pub use self::parts::{decade_page, genre_page, with_parameter};
use crate::i18n::Locale;
use crate::model::{Account, EntryCounts};

/// What every page shows around its content.
#[derive(Debug, Clone)]
pub struct Chrome<'a> {
    /// The visitor's language.
    pub locale: Locale,
    /// Who is signed in.
    pub account: Option<&'a Account>,
    /// The session's CSRF token for forms; empty where nobody is signed in.
    pub csrf: &'a str,
    /// Path and query of this page without `lang`, `theme` and `notice`: for the switches and `?next=`.
    pub address: &'a str,
    /// The visitor may read the catalogue.
    pub may_read: bool,
    /// `https://movies.example` on a site that everybody may read, for addresses that leave it: search engines, shared
    /// links. `None` elsewhere, and where the page has no address of its own.
    pub site: Option<&'a str>,
    /// Accounts can be made by anyone.
    pub signup_open: bool,
    /// Light or dark, grid or table.
    pub look: Look,
    /// What has just been done, to be told once.
    pub notice: Option<Notice>,
    /// What members kept of the movie that has just been deleted.
    pub removed: Option<EntryCounts>,
}

/// What has just been done; `?notice=` in the address after a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the name of what was done")]
pub enum Notice {
    Added,
    Saved,
    Deleted,
    SignedIn,
    SignedOut,
    Welcome,
    SampleLoaded,
    ListDeleted,
    AccountDeleted,
}

impl Notice {
    /// All notices.
    pub const ALL: [Self; 9] = [
        Self::Added,
        Self::Saved,
        Self::Deleted,
        Self::SignedIn,
        Self::SignedOut,
        Self::Welcome,
        Self::SampleLoaded,
        Self::ListDeleted,
        Self::AccountDeleted,
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Saved => "saved",
            Self::Deleted => "deleted",
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::Welcome => "welcome",
            Self::SampleLoaded => "sample-loaded",
            Self::ListDeleted => "list-deleted",
            Self::AccountDeleted => "account-deleted",
        }
    }
}
