//! Looking after the database: backups, and whether it is sound.

use std::path::Path;

use super::{Store, StoreError, sqlite};

/// What became of the API tokens of a restored backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// Tokens that the replaced database had as well.
    pub tokens_kept: u64,
    /// Tokens that may have been revoked since the backup.
    pub tokens_dropped: u64,
}

impl Store {
    /// Writes a consistent copy, without sessions, while others write; the file is replaced whole. The caller has checked that
    /// `to` is not the database itself.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] where the file is something else, [`StoreError::Empty`].
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.sqlite().backup(to)
    }

    /// Puts a sound backup in the place of a database, whole or not at all, as a new epoch. All sessions end, and of the API
    /// tokens those stay that the replaced database has as well. The caller holds the server's lock.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Foreign`], [`StoreError::Newer`].
    pub fn restore(from: &Path, db: &Path) -> Result<Restored, StoreError> {
        sqlite::Sqlite::restore(from, db)
    }

    /// What is wrong with the database, a sentence each; none means sound.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        self.sqlite().check()
    }

    /// Moves the journal into the database file, unless a reader holds it.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.sqlite().checkpoint()
    }
}
