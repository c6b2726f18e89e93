//! SQLite behind the store: one writer that takes turns, a pool of readers that never wait for it (WAL).
//!
//! `rusqlite` is named only here and below. SQL is lower case, beside the code that reads its rows, and portable
//! where that costs nothing.

mod accounts;
mod changes;
mod collections;
mod edits;
mod flask;
mod import;
mod in_place;
mod lists;
mod maintenance;
mod migrate;
mod mine;
mod movies;
mod open;
mod personal;
mod personal_export;
mod posters;
mod read_cache;
mod sessions;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

pub use self::flask::FlaskDump;
pub use self::import::Importer;
use super::StoreError;

/// A database file.
pub struct Sqlite {
    path: PathBuf,
    files: in_place::Files,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    read_cache: read_cache::ReadCache,
}

/// Idle readers that are kept; more are made under load and closed after it.
const KEPT_READERS: usize = 8;

/// How often, and how long each time, a reader is waited for where no new one can be had: two seconds.
const READER_LOOKS: u32 = 1_000;
const READER_LOOK_INTERVAL: Duration = Duration::from_millis(2);

impl Sqlite {
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = open::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            files: in_place::Files::of(path)?,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            read_cache: read_cache::ReadCache::default(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads, all of it from one snapshot.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        self.read_statement(|db| {
            db.prepare_cached("begin")?.execute([])?;
            let done = work(db);
            db.prepare_cached("rollback")?.execute([])?;
            done
        })
    }

    /// Reads with one statement, which is a snapshot by itself, or where each row may be of its own moment.
    fn read_statement<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        let kept = lock(&self.readers).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => self.new_reader()?,
        };
        let done = work(&connection);
        // One that a failure has left inside a snapshot would hold it, and let the journal grow.
        let mut readers = lock(&self.readers);
        if readers.len() < KEPT_READERS && connection.is_autocommit() {
            readers.push(connection);
        }
        drop(readers);
        done.map_err(|failure| failure.of(&self.path))
    }

    /// One more reader. Where the database has left its place, the readers that there are take turns.
    fn new_reader(&self) -> Result<Connection, StoreError> {
        let open = || {
            self.verify_reader()?;
            let opened = open::reader(&self.path)?;
            // It may have been replaced meanwhile.
            self.verify_reader()?;
            Ok(opened)
        };
        open().or_else(|error| {
            if !matches!(error, StoreError::Gone(_)) {
                return Err(error);
            }
            for _ in 0..READER_LOOKS {
                if let Some(reader) = lock(&self.readers).pop() {
                    return Ok(reader);
                }
                std::thread::sleep(READER_LOOK_INTERVAL);
            }
            Err(error)
        })
    }

    /// Writes: everything or nothing, one at a time, and nothing to a database that is no longer in its place.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T, StoreError> {
        let mut connection = self.writer();
        self.verify_for(&connection)?;
        let done = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(Failure::from)
            .and_then(|transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            });
        let done = done.map_err(|failure| failure.of(&self.path))?;
        // It may have gone meanwhile.
        self.verify_for(&connection)?;
        Ok(done)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// What ends a transaction: an answer of the store, or an error of SQLite that becomes one once the path is known.
enum Failure {
    Store(StoreError),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    fn of(self, path: &Path) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(error) => store_error(&error, path),
        }
    }
}

fn store_error(error: &rusqlite::Error, path: &Path) -> StoreError {
    let path = || path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::ReadOnly(path()),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged(path()),
        _ => StoreError::Other(error.to_string()),
    }
}
