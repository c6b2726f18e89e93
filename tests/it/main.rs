//! The promises of fmdb, tested through the doors that users use: the real binary, over the command line and HTTP.
//!
//! `FMDB_BIN` names the binary; without it the one that cargo has just built runs. `fmdb` holds the fixtures.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests panic, and tell on stderr")]

mod fmdb;

mod cli;
mod import;

mod access;
mod account;
mod api;
mod deletion;
mod facets;
mod finding;
mod forgiving;
mod forms;
mod going_back;
mod hostile;
mod http;
mod languages;
mod limits;
mod mine;
mod pages;
mod poster;
mod response_cache;
mod routes;
mod search;
mod typed_genres;
mod ways_on;

mod durable;
mod failures;
mod full_disk;
mod in_place;
mod index_damage;
mod outputs;
mod restore;

mod architecture;
mod docs;
mod dumps;
