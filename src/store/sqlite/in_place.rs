//! Whether the files that SQLite has open are still those under their names. What is written to a database that was
//! deleted, moved or replaced is lost at the next start, so nothing is written to it; the same holds for its journal.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::Sqlite;
use super::maintenance::companion;
use crate::files::{self, FileId};
use crate::store::StoreError;

/// The files of an open database.
pub struct Files {
    database: FileId,
    journal_path: PathBuf,
    /// Known once SQLite has made it; then it stays as long as the database is open.
    journal: Mutex<Option<FileId>>,
    /// The log has the present trouble.
    told: AtomicBool,
}

impl Files {
    /// Those of a database that was just opened.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        let database = FileId::of(path).map_err(|_| gone(path))?;
        let journal_path = companion(&files::resolve(path).unwrap_or_else(|_| path.to_owned()), "-wal");
        let journal = Mutex::new(FileId::of(&journal_path).ok());
        Ok(Self { database, journal_path, journal, told: AtomicBool::new(false) })
    }

    fn is_database_in_place(&self, path: &Path) -> bool {
        FileId::of(path).is_ok_and(|found| found == self.database)
    }

    fn is_journal_in_place(&self) -> bool {
        let found = FileId::of(&self.journal_path).ok();
        let mut known = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            *known = found;
        }
        *known == found
    }
}

fn gone(path: &Path) -> StoreError {
    StoreError::Gone(path.display().to_string())
}

impl Sqlite {
    pub fn verify_in_place(&self) -> Result<(), StoreError> {
        let found = self.find_misplaced();
        if found.is_err() && self.is_news() {
            self.rescue(&self.writer());
        }
        found
    }

    /// The same for the holder of the writer.
    pub fn verify_for(&self, writer: &Connection) -> Result<(), StoreError> {
        let found = self.find_misplaced();
        if found.is_err() && self.is_news() {
            self.rescue(writer);
        }
        found
    }

    /// A connection that was opened just now has this database, not one that took its place.
    pub fn verify_reader(&self) -> Result<(), StoreError> {
        if self.files.is_database_in_place(&self.path) { Ok(()) } else { Err(gone(&self.path)) }
    }

    fn find_misplaced(&self) -> Result<(), StoreError> {
        let misplaced = if !self.files.is_database_in_place(&self.path) {
            &self.path
        } else if !self.files.is_journal_in_place() {
            &self.files.journal_path
        } else {
            if self.files.told.swap(false, Ordering::Relaxed) {
                tracing::info!(path = %self.path.display(), "the database is back in its place; changes are taken again");
            }
            return Ok(());
        };
        Err(gone(misplaced))
    }

    fn is_news(&self) -> bool {
        !self.files.told.swap(true, Ordering::Relaxed)
    }

    /// Tells once; and what was acknowledged moves from a journal without a name into the database, while it can.
    fn rescue(&self, writer: &Connection) {
        if !self.files.is_database_in_place(&self.path) {
            let path = self.path.display();
            tracing::error!(%path, "the database file was deleted, moved or replaced; no change is taken until it is put back or fmdb is restarted");
            return;
        }
        let path = self.files.journal_path.display();
        tracing::error!(%path, "the database's journal was deleted or replaced; no change is taken until fmdb is restarted");
        let moved = writer.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
        match moved {
            Ok(0) => tracing::info!("what the journal held is in the database"),
            Ok(_) => tracing::error!("the journal is in use and was not emptied; stop fmdb with a signal"),
            Err(error) => tracing::error!(%error, "the journal could not be emptied; stop fmdb with a signal"),
        }
    }
}
