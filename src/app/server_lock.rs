//! One server for each database, whatever name the database is given.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use crate::files;

/// Held by the one server of a database, so that a second one, or a restore, is refused. The system frees it when the
/// process ends, however it ends.
///
/// Two locks: `PATH.lock` beside the file that the path resolves to, which a link or another spelling does not evade; and,
/// since hard links are equal names, one on the database file itself. That one's file must stay open until the process
/// has closed the database: closing it earlier would drop SQLite's own locks.
#[derive(Debug)]
pub struct ServerLock {
    #[expect(dead_code, reason = "held, not read")]
    beside: File,
    database: Option<File>,
}

impl ServerLock {
    /// Takes the lock of a database, which need not exist yet. To be dropped after the database is closed.
    ///
    /// # Errors
    /// Another process holds it, or a file cannot be made or opened.
    pub fn take(db: &Path) -> Result<Self> {
        let db = files::resolve(db)?;
        let mut path = db.as_os_str().to_owned();
        path.push(".lock");
        let beside = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        beside.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => held(),
            TryLockError::Error(error) => error,
        })?;
        let mut taken = Self { beside, database: None };
        taken.take_database(&db)?;
        Ok(taken)
    }

    /// Takes the second lock of a database that was made after the first one was taken.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_database(&mut self, db: &Path) -> Result<()> {
        if self.database.is_some() {
            return Ok(());
        }
        match File::open(db) {
            Ok(file) => {
                match file.try_lock() {
                    Err(TryLockError::WouldBlock) => return Err(held()),
                    // The first lock is enough where the file system cannot lock this one.
                    Err(TryLockError::Error(error)) => tracing::debug!(%error, "the database file cannot be locked"),
                    Ok(()) => {}
                }
                self.database = Some(file);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn held() -> Error {
    Error::new(ErrorKind::WouldBlock, "a server holds this database")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_database_evades_its_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("a.db", at("link.db")).expect("a link");
        std::fs::create_dir(at("sub")).expect("a folder");
        for is_there in [false, true] {
            let mut lock = ServerLock::take(&at("a.db")).expect("a lock");
            std::fs::write(at("a.db"), "").expect("a database");
            lock.take_database(&at("a.db")).expect("a lock");
            let _ = std::fs::hard_link(at("a.db"), at("sub/hard.db"));
            for name in ["a.db", "link.db", "./a.db", "sub/../a.db", "sub/hard.db"] {
                let refused = ServerLock::take(&at(name)).expect_err(name);
                assert_eq!(refused.kind(), ErrorKind::WouldBlock, "{name} {is_there}");
            }
            drop(ServerLock::take(&at("other.db")).expect("another database"));
            drop(lock);
            drop(ServerLock::take(&at("sub/hard.db")).expect("nobody holds it any more"));
        }
    }
}
