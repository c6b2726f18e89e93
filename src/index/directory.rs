//! The directory of an open index, with a fence: once that is closed, nothing is written through this directory any more.
//! A writer that failed may have threads that still merge; they must not touch the files after the index was opened
//! again.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

use super::error::is_exhausted;

/// Whether a directory may still be written, and what kept it from being written.
#[derive(Debug, Default)]
pub struct Fence {
    closed: RwLock<bool>,
    exhausted: AtomicBool,
    #[cfg(test)]
    pub fault: tests::Fault,
}

impl Fence {
    /// Waits for what is being written at this moment and refuses everything after it.
    pub fn close(&self) {
        *self.closed.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Nothing can be written any more.
    pub fn is_closed(&self) -> bool {
        *self.closed.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A write failed because the disk was full or a limit was reached.
    pub fn was_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    /// Keeps the fence open as long as the guard lives; an error where it is closed.
    fn pass(&self) -> io::Result<RwLockReadGuard<'_, bool>> {
        let closed = self.closed.read().unwrap_or_else(PoisonError::into_inner);
        if *closed {
            return Err(io::Error::other("the search index was opened again"));
        }
        Ok(closed)
    }

    fn note<T>(&self, done: io::Result<T>) -> io::Result<T> {
        #[cfg(test)]
        let done = self.fault.strike().and(done);
        if done.as_ref().is_err_and(is_exhausted) {
            self.exhausted.store(true, Ordering::Relaxed);
        }
        done
    }

    fn write<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let _open = self.pass()?;
        self.note(work())
    }
}

/// Files that are mapped into memory, behind a fence.
#[derive(Debug, Clone)]
pub struct FencedDirectory {
    pub files: MmapDirectory,
    pub fence: Arc<Fence>,
}

impl Directory for FencedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let refused = |error| DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        let _open = self.fence.pass().map_err(refused)?;
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let failed = |error| OpenWriteError::wrap_io_error(error, path.to_owned());
        let _open = self.fence.pass().map_err(failed)?;
        let file = self.files.open_write(path).inspect_err(|error| {
            if let OpenWriteError::IoError { io_error, .. } = error
                && is_exhausted(io_error)
            {
                self.fence.exhausted.store(true, Ordering::Relaxed);
            }
        })?;
        // Nothing is in the buffer yet.
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        let file = self.fence.note(Ok(file)).map_err(failed)?;
        Ok(BufWriter::new(Box::new(NewFile { file, fence: Arc::clone(&self.fence) })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.fence.write(|| self.files.atomic_write(path, data))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.fence.write(|| self.files.sync_directory())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}

/// A file that is being written. It may be finished after the fence was closed: nothing refers to it then.
struct NewFile {
    file: Box<dyn TerminatingWrite + Send + Sync>,
    fence: Arc<Fence>,
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.fence.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.fence.note(flushed)
    }
}

impl TerminatingWrite for NewFile {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        let ended = self.file.terminate_ref(token);
        self.fence.note(ended)
    }
}

#[cfg(test)]
pub mod tests {
    use std::io;
    use std::sync::atomic::{AtomicI64, Ordering};

    /// Makes writes fail as on a full disk, from the n-th on.
    #[derive(Debug)]
    pub struct Fault(AtomicI64);

    impl Default for Fault {
        fn default() -> Self {
            Self(AtomicI64::new(i64::MAX))
        }
    }

    impl Fault {
        /// So many more writes succeed.
        pub fn after(&self, writes: i64) {
            self.0.store(writes, Ordering::SeqCst);
        }

        pub fn strike(&self) -> io::Result<()> {
            let left = self.0.load(Ordering::SeqCst);
            if left != i64::MAX && self.0.fetch_sub(1, Ordering::SeqCst) <= 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            Ok(())
        }
    }
}
