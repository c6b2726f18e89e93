//! What can go wrong in the index, and whether its files are to blame: only then it is built anew.

use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};

/// What can go wrong in the index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It is being built; nothing can be searched yet.
    #[error("the search index is being built; try again in a moment")]
    Building,
    /// Its files are damaged or gone; it must be built anew.
    #[error("the search index is damaged and is built anew; try again in a moment ({0})")]
    Damaged(String),
    /// Another process writes this index.
    #[error("another fmdb process holds the search index; stop it first")]
    Held,
    /// The disk is full, or the system gives no more of something else; the files are sound.
    #[error("the search index cannot be read or written now: {0}; make space on its disk, or raise the limits")]
    Exhausted(String),
    /// Anything else.
    #[error("the search index failed: {0}")]
    Failed(String),
}

impl From<TantivyError> for IndexError {
    fn from(error: TantivyError) -> Self {
        let text = error.to_string();
        match &error {
            _ if io_error(&error).is_some_and(is_exhausted) => Self::Exhausted(text),
            // These say nothing of the files.
            TantivyError::LockFailure(..)
            | TantivyError::OpenWriteError(_)
            | TantivyError::ErrorInThread(_)
            | TantivyError::SystemError(_)
            | TantivyError::InvalidArgument(_)
            | TantivyError::Poisoned => Self::Failed(text),
            _ => Self::Damaged(text),
        }
    }
}

fn io_error(error: &TantivyError) -> Option<&io::Error> {
    match error {
        TantivyError::IoError(error)
        | TantivyError::LockFailure(LockError::IoError(error), _)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: error, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. })
        | TantivyError::OpenDirectoryError(
            OpenDirectoryError::IoError { io_error: error, .. } | OpenDirectoryError::FailedToCreateTempDir(error),
        ) => Some(error),
        _ => None,
    }
}

/// The system refused for want of something, or of a permission: the files are not to blame.
pub fn is_exhausted(error: &io::Error) -> bool {
    /// Too many open files, of the system and of the process: they have no kind of their own.
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::FileTooLarge
            | ErrorKind::OutOfMemory
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied
    ) || error.raw_os_error().is_some_and(|code| cfg!(unix) && TOO_MANY_FILES.contains(&code))
}

/// Runs what reads or writes the files of the index: damaged ones can make tantivy panic.
pub fn catching<T>(work: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(IndexError::Damaged("a file of it cannot be read".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_files_are_to_blame_for_is_damage() {
        let of = |error: io::Error| IndexError::from(TantivyError::from(error));
        for full in [io::Error::from(ErrorKind::StorageFull), io::Error::from_raw_os_error(24)] {
            assert!(matches!(of(full), IndexError::Exhausted(_)));
        }
        assert!(matches!(of(io::Error::from(ErrorKind::UnexpectedEof)), IndexError::Damaged(_)));
        let killed = TantivyError::ErrorInThread("killed".to_owned());
        assert!(matches!(IndexError::from(killed), IndexError::Failed(_)));
        assert!(matches!(catching(|| -> Result<(), _> { panic!("a damaged file") }), Err(IndexError::Damaged(_))));
    }
}
