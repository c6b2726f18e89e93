//! What followers read of the store, and what tells whether the index holds the same.

use super::{Store, StoreError};
use crate::model::{Movie, MovieId, Rev};

/// How far a follower has read: every change up to `rev`, and of `rev` itself the movies up to `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    /// The change.
    pub rev: Rev,
    /// The movie.
    pub id: MovieId,
}

/// A step of following, read from one snapshot.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The last change of the snapshot.
    pub head: Rev,
    /// Movies deleted after the cursor's rev, up to `head`. The same again at each step of one catch-up.
    pub deleted: Vec<MovieId>,
    /// Movies changed after the cursor, up to `head`, by (rev, id).
    pub changed: Vec<Movie>,
    /// Nothing is left up to `head`.
    pub complete: bool,
}

/// Following.
impl Store {
    /// The last change.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn head(&self) -> Result<Rev, StoreError> {
        self.sqlite().head()
    }

    /// Up to `limit` changed movies after the cursor, and the deleted ones, from one snapshot.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn changes_after(&self, cursor: Cursor, limit: usize) -> Result<Changes, StoreError> {
        self.sqlite().changes_after(cursor, limit)
    }

    /// Up to `limit` movies with ids above `after`, each with its last change.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn revs_after(&self, after: MovieId, limit: usize) -> Result<Vec<(MovieId, Rev)>, StoreError> {
        self.sqlite().revs_after(after, limit)
    }

    /// Up to `limit` of the movies that were changed last, each with its last change.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn revs_changed_last(&self, limit: usize) -> Result<Vec<(MovieId, Rev)>, StoreError> {
        self.sqlite().revs_changed_last(limit)
    }

    /// The greatest id of a movie; 0 where there is none.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn last_movie_id(&self) -> Result<MovieId, StoreError> {
        self.sqlite().last_movie_id()
    }

    /// The database is still the file that was opened, under its name. Takes a few microseconds; each write looks itself.
    ///
    /// # Errors
    /// [`StoreError::Gone`].
    pub fn verify_in_place(&self) -> Result<(), StoreError> {
        self.sqlite().verify_in_place()
    }
}
