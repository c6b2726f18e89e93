//! Replacing a file atomically: written beside its target, synced, renamed. Whatever ends the program, the old file or the
//! new one is there, whole. Pipes and devices are written to directly.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Access, COMPANIONS, Target, folder_of, with_suffix};

/// The end of the names of unfinished files.
const UNFINISHED: &str = ".fmdb-unfinished";

/// A file on its way to replace another, or to be a new one. Dropped before [`Replacement::commit`], it is gone.
#[derive(Debug)]
pub struct Replacement {
    unfinished: NamedTempFile,
    target: PathBuf,
    access: Access,
}

impl Replacement {
    /// Makes an empty file beside `target`, which is a path without symbolic links. What a killed process left there for
    /// the same target is removed.
    ///
    /// # Errors
    /// The folder does not exist or cannot be written, or the disk is full.
    pub fn new(target: &Path, access: Access) -> io::Result<Self> {
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let prefix = format!(".{}.", name.to_string_lossy());
        let folder = folder_of(target);
        remove_stale(folder, &prefix);
        let unfinished = tempfile::Builder::new().prefix(&prefix).suffix(UNFINISHED).tempfile_in(folder)?;
        // The lock says that a process is at work on it; the system frees it when the process ends. On a file system
        // without locks nothing is taken for stale.
        if let Err(error) = unfinished.as_file().try_lock() {
            tracing::debug!(%error, "an unfinished file is not locked");
        }
        Ok(Self { unfinished, target: target.to_owned(), access })
    }

    /// Where it is until it takes its target's place.
    pub fn path(&self) -> &Path {
        self.unfinished.path()
    }

    /// Makes it durable under its target's name. It keeps the permissions and, where possible, the owner of the file that it
    /// replaces; a private one is never readable by all.
    ///
    /// # Errors
    /// It cannot be synced or renamed; the target is as it was.
    pub fn commit(self) -> io::Result<()> {
        let file = self.unfinished.as_file();
        let replaced = fs::metadata(&self.target).ok();
        if let Some(replaced) = &replaced {
            keep_owner(file, replaced);
        }
        let mode = self.access.mode(replaced.as_ref().map(Metadata::mode));
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        self.unfinished.persist(&self.target).map_err(|failed| failed.error)?;
        File::open(folder_of(&self.target))?.sync_all()
    }
}

/// Only root may give files away; anyone else keeps the new file.
fn keep_owner(file: &File, replaced: &Metadata) {
    let is_other = file.metadata().is_ok_and(|about| (about.uid(), about.gid()) != (replaced.uid(), replaced.gid()));
    if is_other && let Err(error) = fchown(file, Some(replaced.uid()), Some(replaced.gid())) {
        tracing::debug!(%error, "the owner of the replaced file was not kept");
    }
}

/// Removes the unfinished files of processes that are gone. That none is left is no matter of success.
fn remove_stale(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(UNFINISHED));
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
            for suffix in COMPANIONS {
                let _ = fs::remove_file(with_suffix(&entry.path(), suffix));
            }
        }
    }
}

/// Where a command writes: a file that is replaced when it is finished, or a device.
#[derive(Debug)]
pub enum Output {
    /// A file.
    File(Replacement),
    /// A pipe or a device.
    Device(File),
}

impl Output {
    /// Opens an output that [`super::Protected`] has checked.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open(target: &Target, access: Access) -> io::Result<Self> {
        match target {
            Target::File(path) => Replacement::new(path, access).map(Self::File),
            Target::Device(path) => open_device(path).map(Self::Device),
        }
    }

    /// Ends it: a file takes its target's place.
    ///
    /// # Errors
    /// See [`Replacement::commit`].
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::File(replacement) => replacement.commit(),
            Self::Device(mut file) => file.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(replacement) => replacement.unfinished.as_file_mut().write(bytes),
            Self::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The standard streams are not opened again, which sockets do not allow. A file behind `/dev/fd/3` is appended to, since
/// other programs may have written to it.
fn open_device(path: &Path) -> io::Result<File> {
    let stdout = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].map(Path::new);
    let stderr = ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"].map(Path::new);
    if stdout.contains(&path) {
        return Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?));
    }
    if stderr.contains(&path) {
        return Ok(File::from(io::stderr().as_fd().try_clone_to_owned()?));
    }
    File::options().append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out.json");
        fs::write(&target, "old").expect("written");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("permitted");
        let begin = || Output::open(&Target::File(target.clone()), Access::Private).expect("opened");
        let mut dropped = begin();
        dropped.write_all(b"half").expect("written");
        drop(dropped);
        assert_eq!(
            (fs::read(&target).expect("read"), names(folder.path())),
            (b"old".to_vec(), vec!["out.json".into()])
        );
        let mut finished = begin();
        finished.write_all(b"new").expect("written");
        assert_eq!(fs::read(&target).expect("read"), b"old");
        finished.finish().expect("replaced");
        assert_eq!((fs::read(&target).expect("read"), mode(&target)), (b"new".to_vec(), 0o640));
        assert_eq!(names(folder.path()), ["out.json"]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_a_running_one_writes_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out.json");
        fs::write(folder.path().join(format!(".out.json.x{UNFINISHED}")), "left").expect("written");
        fs::write(folder.path().join(format!(".out.json.x{UNFINISHED}-wal")), "left").expect("written");
        fs::write(folder.path().join(format!(".other.json.x{UNFINISHED}")), "another's").expect("written");
        let first = Replacement::new(&target, Access::Private).expect("begun");
        let second = Replacement::new(&target, Access::Private).expect("begun");
        assert!(first.path().exists() && second.path().exists());
        first.commit().expect("the first");
        second.commit().expect("the second");
        assert_eq!(names(folder.path()), [&format!(".other.json.x{UNFINISHED}"), "out.json"]);
        assert_eq!(mode(&target), 0o600);
    }
}
