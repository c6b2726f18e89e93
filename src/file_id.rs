//! Which file a path leads to, whatever the path is called: the file is neither opened nor closed. Opening and closing a
//! database file would drop the locks that SQLite holds on it in this process.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// A file, whatever names it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file at the end of all links.
    ///
    /// # Errors
    /// There is none, or it cannot be reached.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|found| Self::from_metadata(&found))
    }

    /// The file that was looked at.
    #[cfg(unix)]
    pub fn from_metadata(found: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: found.dev(), inode: found.ino() }
    }

    /// The file that was looked at, told by when it was made: there are no numbers of files here.
    #[cfg(not(unix))]
    pub fn from_metadata(found: &Metadata) -> Self {
        let made = found.created().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        Self { device: 0, inode: made.map_or(0, |since| since.as_nanos() as u64) }
    }
}

/// Links that lead to links, at most; beyond, they lead in a circle.
const MAX_LINKS: usize = 40;

/// The path at the end of all links, without `.` and `..`, also of a file that does not exist yet. Where the folder does
/// not exist either, the path as it is.
pub fn resolve(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if let Ok(resolved) = path.canonicalize() {
            return resolved;
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(target) = fs::read_link(&path) {
            path = folder.join(target);
            continue;
        }
        return match (folder.canonicalize(), path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => path,
        };
    }
    path
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn all_names_of_a_file_are_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).expect("a folder");
        let real = resolve(&at("a.db"));
        symlink("a.db", at("link.db")).expect("a link");
        symlink(at("link.db"), at("sub/far.db")).expect("a link");
        // Before the file is there, and after.
        for _ in 0..2 {
            for name in ["a.db", "./a.db", "sub/../a.db", "link.db", "sub/far.db"] {
                assert_eq!(resolve(&at(name)), real, "{name}");
            }
            fs::write(at("a.db"), "").expect("a file");
        }
        fs::hard_link(at("a.db"), at("hard.db")).expect("a link");
        assert_eq!(FileId::of(&at("hard.db")).expect("a file"), FileId::of(&at("link.db")).expect("a file"));
        symlink("b", at("a")).expect("a link");
        symlink("a", at("b")).expect("a link");
        assert!(!resolve(&at("a")).exists());
        assert_eq!(resolve(Path::new("nowhere/x.db")), Path::new("nowhere/x.db"));
    }
}
