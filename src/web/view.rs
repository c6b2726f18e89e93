//! Views: pure functions from data to HTML (maud). They know `model` and `i18n` alone: no store, no request.

pub mod home;
pub mod listing;
pub mod movie;

pub mod explore;
pub mod person;
pub mod statistics;

pub mod chart;
pub mod collections;
pub mod import;
pub mod lists;
pub mod mine;
pub mod my_page;
pub mod profile;

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
use crate::model::{Account, EntryCounts, MovieId};

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
    /// The movie that it was done to, where its page may be wanted next.
    pub notice_of: Option<MovieId>,
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

    /// An own path that tells it.
    pub fn told_at(self, path: &str) -> String {
        let (address, fragment) = path.split_at(path.find('#').unwrap_or(path.len()));
        let sign = if address.contains('?') { '&' } else { '?' };
        format!("{address}{sign}notice={}{fragment}", self.name())
    }

    /// An own path that tells it, with a link to the movie that it was done to.
    pub fn told_of(self, movie: MovieId, path: &str) -> String {
        let told = self.told_at(path);
        let (address, fragment) = told.split_at(told.find('#').unwrap_or(told.len()));
        format!("{address}&of={movie}{fragment}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_part_of_the_query() {
        assert_eq!(Notice::Saved.told_at("/movie/2"), "/movie/2?notice=saved");
        assert_eq!(Notice::Saved.told_at("/listing?q=a#b"), "/listing?q=a&notice=saved#b");
        assert_eq!(Notice::Added.told_of(MovieId(7), "/admin#x"), "/admin?notice=added&of=7#x");
    }
}
