//! What people keep for themselves, as operations of the store. Nothing here changes the catalogue. Every call also
//! ends in [`StoreError::NotFound`] where movie, list or account are gone or the list is somebody else's.

use super::{Store, StoreError};
use crate::model::identity::Described;
use crate::model::mine::{Collection, CollectionEntry, CollectionPage, Day, ListDraft, MovieExtras, MovieList, Rating};
use crate::model::taste::{Counts, RatedMovie};
use crate::model::{EntryCounts, MovieId};

/// What a row from elsewhere says of the movie that it means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovieReference {
    /// The title, and the original title if the row has one; none where the row is not about a movie.
    pub titles: Vec<String>,
    /// What tells it apart from others of its title.
    pub description: Described,
}

/// Which movie a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// This one.
    Movie(MovieId),
    /// None of the catalog.
    Nothing,
    /// One of several.
    Several,
    /// There is one of that title, but what is known does not make it certain.
    Doubtful,
}

/// Movies that belong to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntrySource {
    /// What is on a shelf.
    Collection(Collection),
    /// The movies of one of their lists.
    List(i64),
}

/// An entry of a [`EntrySource`], before its movie is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryKey {
    /// The movie.
    pub movie: MovieId,
    /// When they rated, saw, noted or added it.
    pub on: Option<Day>,
}

/// Whether there was room for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It is kept.
    Enough,
    /// The movie or the list has as many as it may have.
    Full,
    /// The account has as many as it may have in all.
    AccountFull,
}

/// Something to keep of a movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalEntry {
    /// A rating.
    Rating {
        /// What they think of it.
        rating: Rating,
        /// When they said so, seconds since 1970; `None` where it is not known.
        at: Option<i64>,
        /// It takes the place of another rating.
        over: bool,
    },
    /// They want to see it.
    Watchlist {
        /// Since when; `None` where it is not known.
        at: Option<i64>,
    },
    /// They saw it.
    Seen {
        /// The day; `None` where it is not known.
        on: Option<Day>,
        /// It is the first, second … viewing of this day; `None` where it only says that they have seen it.
        nth: Option<u32>,
    },
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryOutcome {
    /// It is new.
    Set,
    /// It was there, or something better was.
    Unchanged,
    /// The movie is no longer there.
    Gone,
    /// There is no room for more of it.
    TooMany,
}

/// What people keep of a movie.
#[expect(clippy::missing_errors_doc, reason = "the same for all, see the top of the file")]
impl Store {
    /// How much members keep of a movie; nothing where there is no such movie.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn entry_counts(&self, id: MovieId) -> Result<EntryCounts, StoreError> {
        self.sqlite().entry_counts(id)
    }

    /// What a movie's page says beside the movie: for everybody, and for an account.
    pub fn extras(&self, account: Option<i64>, movie: MovieId) -> Result<MovieExtras, StoreError> {
        self.sqlite().extras(account, movie)
    }

    /// The same if it was read lately and nothing has been committed since; needs no door to blocking work.
    pub fn cached_extras(&self, account: Option<i64>, movie: MovieId) -> Option<MovieExtras> {
        self.sqlite().cached_extras(account, movie)
    }

    /// Rates a movie, or takes the rating off.
    pub fn rate(&self, account: i64, movie: MovieId, rating: Option<Rating>) -> Result<(), StoreError> {
        self.sqlite().rate(account, movie, rating)
    }

    /// Puts a movie on the watchlist, or takes it off.
    pub fn watch(&self, account: i64, movie: MovieId, on: bool) -> Result<(), StoreError> {
        self.sqlite().watch(account, movie, on)
    }

    /// Adds a day on which a movie was seen, where there is room for it.
    pub fn add_viewing(&self, account: i64, movie: MovieId, on: Option<Day>) -> Result<Room, StoreError> {
        self.sqlite().add_viewing(account, movie, on)
    }

    /// Takes a viewing off.
    pub fn remove_viewing(&self, account: i64, movie: MovieId, viewing: i64) -> Result<(), StoreError> {
        self.sqlite().remove_viewing(account, movie, viewing)
    }

    /// Keeps a note where there is room for it, or takes it off.
    pub fn set_note(&self, account: i64, movie: MovieId, note: Option<&str>) -> Result<Room, StoreError> {
        self.sqlite().set_note(account, movie, note)
    }

    /// A page of a shelf, from 1.
    pub fn collection(&self, account: i64, collection: Collection, page: u32) -> Result<CollectionPage, StoreError> {
        self.sqlite().collection(account, collection, page)
    }

    /// What is in a collection of an account, in order, whole.
    pub fn entry_keys(&self, account: i64, source: EntrySource) -> Result<Vec<EntryKey>, StoreError> {
        self.sqlite().entry_keys(account, source)
    }

    /// The entries of these keys that are still there.
    pub fn entries(
        &self,
        account: i64,
        source: EntrySource,
        keys: &[EntryKey],
    ) -> Result<Vec<CollectionEntry>, StoreError> {
        self.sqlite().entries(account, source, keys)
    }

    /// How much somebody keeps.
    pub fn own_counts(&self, account: i64) -> Result<Counts, StoreError> {
        self.sqlite().own_counts(account)
    }

    /// The movies that make somebody's taste.
    pub fn tasted(&self, account: i64) -> Result<Vec<RatedMovie>, StoreError> {
        self.sqlite().tasted(account)
    }

    /// Which movies rows from elsewhere mean, in their order.
    pub fn resolve_movies(&self, sought: &[MovieReference]) -> Result<Vec<Resolution>, StoreError> {
        self.sqlite().resolve_movies(sought)
    }

    /// Keeps all of these or none; says what became of each.
    pub fn keep_all(&self, account: i64, things: &[(MovieId, PersonalEntry)]) -> Result<Vec<EntryOutcome>, StoreError> {
        self.sqlite().keep_all(account, things)
    }
}

/// Lists.
#[expect(clippy::missing_errors_doc, reason = "the same for all, see the top of the file")]
impl Store {
    /// The lists of an account, by name.
    pub fn lists(&self, account: i64) -> Result<Vec<MovieList>, StoreError> {
        self.sqlite().lists(account)
    }

    /// Public lists of others, those that changed last first.
    pub fn public_lists(&self, but_of: Option<i64>) -> Result<Vec<MovieList>, StoreError> {
        self.sqlite().public_lists(but_of)
    }

    /// A list that is public or the viewer's own.
    pub fn list(&self, viewer: Option<i64>, id: i64) -> Result<MovieList, StoreError> {
        self.sqlite().list(viewer, id)
    }

    /// A page of a list's movies, from 1. Whether the viewer may see it is for [`Self::list`] to say.
    pub fn list_page(&self, id: i64, page: u32) -> Result<CollectionPage, StoreError> {
        self.sqlite().list_page(id, page)
    }

    /// Makes a list; `None` where the account has too many.
    pub fn add_list(&self, account: i64, draft: &ListDraft) -> Result<Option<i64>, StoreError> {
        self.sqlite().add_list(account, draft)
    }

    /// Renames and describes a list.
    pub fn update_list(&self, account: i64, id: i64, draft: &ListDraft) -> Result<(), StoreError> {
        self.sqlite().update_list(account, id, draft)
    }

    /// Deletes a list.
    pub fn delete_list(&self, account: i64, id: i64) -> Result<(), StoreError> {
        self.sqlite().delete_list(account, id)
    }

    /// Takes a movie out of a list.
    pub fn remove_from_list(&self, account: i64, id: i64, movie: MovieId) -> Result<(), StoreError> {
        self.sqlite().remove_from_list(account, id, movie)
    }

    /// Puts a movie into a list where there is room for it, at its end or at a place from 1.
    pub fn put_into_list(
        &self,
        account: i64,
        id: i64,
        movie: MovieId,
        place: Option<usize>,
    ) -> Result<Room, StoreError> {
        self.sqlite().put_into_list(account, id, movie, place)
    }
}
