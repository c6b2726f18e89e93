//! The one check of every output: it must not be the database, one of its companions, an input of the same command, or
//! another database. Files are compared by device and inode, so that no link evades the check, and by real path, since a
//! companion need not exist at the moment.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::process::{Flock, FlockOffsetType, FlockType};

use super::{COMPANIONS, FileId, INDEX, folder_of, with_suffix};

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is the database of the command, or belongs to it.
    #[error("`{}` belongs to the database `{}`; choose another file", file.display(), db.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// The database.
        db: PathBuf,
    },
    /// The command reads it.
    #[error("`{}` is an input of this command; choose another file", .0.display())]
    Input(PathBuf),
    /// Another process has this database open, or the one that the file belongs to.
    #[error("`{}` belongs to a database in use, by a server for instance; choose another file", .0.display())]
    InUse(PathBuf),
    /// It is a database, or belongs to one.
    #[error("`{}` belongs to a database; choose another file", .0.display())]
    OtherDatabase(PathBuf),
    /// It is a folder.
    #[error("`{}` is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// Its folder is missing, or it cannot be looked at.
    #[error("`{}` cannot be written: {}; check the path", .0.display(), .1)]
    Unreachable(PathBuf, io::Error),
}

/// An output that passed the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file, or the place of a new one, without symbolic links: replaced atomically.
    File(PathBuf),
    /// A pipe, a terminal or another device, which is written to directly.
    Device(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Database,
    Input,
}

/// The files that a command must not write over.
#[derive(Debug)]
pub struct Protected {
    db: PathBuf,
    ids: Vec<(FileId, Owner)>,
    paths: Vec<(PathBuf, Owner)>,
    index: PathBuf,
}

impl Protected {
    /// The database at `db`, which need not exist, its companions and its search index.
    pub fn database(db: &Path, index: &Path) -> Self {
        let real = resolve(db).unwrap_or_else(|_| db.to_owned());
        let index = resolve(index).unwrap_or_else(|_| index.to_owned());
        let mut protected = Self { db: db.to_owned(), ids: Vec::new(), paths: Vec::new(), index };
        for base in [db, &real] {
            protected.add(base, Owner::Database);
            for suffix in COMPANIONS {
                protected.add(&with_suffix(base, suffix), Owner::Database);
            }
        }
        let index = protected.index.clone();
        protected.add_folder(&index, Owner::Database);
        protected
    }

    /// An input: a file, all files of a folder, or stdin for `-`.
    pub fn input(&mut self, file: &Path) {
        if file == Path::new("-") {
            self.ids.extend(about(io::stdin()).filter(Metadata::is_file).map(|about| (id(&about), Owner::Input)));
        } else if file.is_dir() {
            self.add_folder(file, Owner::Input);
        } else {
            self.add(file, Owner::Input);
        }
    }

    /// Checks an output that may replace nothing but ordinary files.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn check(&self, target: &Path) -> Result<Target, Refusal> {
        self.check_any(target, false)
    }

    /// Checks an output that may also replace a database which no process has open: an older backup.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn check_backup(&self, target: &Path) -> Result<Target, Refusal> {
        self.check_any(target, true)
    }

    /// Refuses the database itself and its companions as an input.
    ///
    /// # Errors
    /// [`Refusal::Database`].
    pub fn check_input(&self, file: &Path) -> Result<(), Refusal> {
        let about = fs::metadata(file).ok();
        self.refuse_owned(file, &resolve(file).unwrap_or_else(|_| file.to_owned()), about.as_ref())
    }

    /// Checks where stdout goes.
    ///
    /// # Errors
    /// [`Refusal::Database`], [`Refusal::Input`].
    pub fn check_stdout(&self) -> Result<(), Refusal> {
        let name = Path::new("stdout");
        match about(io::stdout()).filter(Metadata::is_file) {
            Some(about) => self.refuse_owned(name, name, Some(&about)),
            None => Ok(()),
        }
    }

    fn check_any(&self, target: &Path, may_be_database: bool) -> Result<Target, Refusal> {
        let about = fs::metadata(target).ok();
        if let Some(about) = &about
            && (!about.is_file() && !about.is_dir() || is_descriptor(target))
        {
            self.refuse_owned(target, target, Some(about))?;
            return Ok(Target::Device(target.to_owned()));
        }
        let real = resolve(target).map_err(|error| Refusal::Unreachable(target.to_owned(), error))?;
        self.refuse_owned(target, &real, about.as_ref())?;
        if about.is_some_and(|about| about.is_dir()) {
            return Err(Refusal::Folder(target.to_owned()));
        }
        for db in databases_of(&real) {
            // Not opened under another name either: closing it would drop the locks of this process.
            self.refuse_owned(target, &db, fs::metadata(&db).ok().as_ref())?;
            if !is_database(&db) {
                continue;
            }
            if is_open_elsewhere(&db) {
                return Err(Refusal::InUse(target.to_owned()));
            }
            if !may_be_database || db != real {
                return Err(Refusal::OtherDatabase(target.to_owned()));
            }
        }
        Ok(Target::File(real))
    }

    fn refuse_owned(&self, named: &Path, real: &Path, about: Option<&Metadata>) -> Result<(), Refusal> {
        let found =
            about.map(id).and_then(|id| self.ids.iter().find(|(known, _)| *known == id)).map(|(_, owner)| *owner);
        let found = found.or_else(|| self.paths.iter().find(|(path, _)| path == real).map(|(_, owner)| *owner));
        match found.or_else(|| real.starts_with(&self.index).then_some(Owner::Database)) {
            Some(Owner::Database) => Err(Refusal::Database { file: named.to_owned(), db: self.db.clone() }),
            Some(Owner::Input) => Err(Refusal::Input(named.to_owned())),
            None => Ok(()),
        }
    }

    fn add(&mut self, file: &Path, owner: Owner) {
        self.paths.extend(resolve(file).ok().map(|real| (real, owner)));
        self.ids.extend(fs::metadata(file).ok().filter(Metadata::is_file).map(|about| (id(&about), owner)));
    }

    fn add_folder(&mut self, folder: &Path, owner: Owner) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            self.add(&entry.path(), owner);
        }
    }
}

/// The path without symbolic links. The file need not exist, its folder must.
///
/// # Errors
/// The folder does not exist or cannot be read.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    /// As many links as Linux follows.
    const MAX_LINKS: usize = 40;
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&path) else { break };
        path = folder_of(&path).join(next);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(fs::canonicalize(folder_of(&path))?.join(name))
}

/// An open file under a name, such as `/dev/stdout` or `/proc/self/fd/1`.
fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

fn about(open: impl AsFd) -> Option<Metadata> {
    File::from(open.as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

fn id(about: &Metadata) -> FileId {
    FileId::from_metadata(about)
}

/// The paths of the databases that a file would belong to by its name: itself, and those it is a companion of.
fn databases_of(file: &Path) -> Vec<PathBuf> {
    let without = |path: &Path, suffix: &str| {
        let base = path.as_os_str().as_bytes().strip_suffix(suffix.as_bytes())?;
        Some(PathBuf::from(OsStr::from_bytes(base)))
    };
    let mut databases = vec![file.to_owned()];
    databases.extend(COMPANIONS.iter().filter_map(|suffix| without(file, suffix)));
    databases.extend(file.ancestors().skip(1).filter_map(|folder| without(folder, INDEX)));
    databases
}

fn is_database(file: &Path) -> bool {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    let mut start = [0; MAGIC.len()];
    file.is_file() && File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok_and(|()| start == *MAGIC)
}

/// Whether another process has a database open: SQLite keeps a lock on the file as long as it uses a write-ahead log. Not
/// for a database of this process, whose own locks would be dropped.
fn is_open_elsewhere(db: &Path) -> bool {
    let any = Flock { start: 0, length: 0, pid: None, typ: FlockType::WriteLock, offset_type: FlockOffsetType::Set };
    File::open(db).is_ok_and(|file| rustix::process::fcntl_getlk(file, &any).is_ok_and(|found| found.is_some()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn database(path: &Path) {
        fs::write(path, b"SQLite format 3\0 and more").expect("written");
    }

    #[test]
    fn the_database_is_known_by_every_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        database(&at("a.db"));
        fs::create_dir(at("a.db.index")).expect("a folder");
        fs::write(at("a.db.index/meta.json"), "{}").expect("written");
        symlink("a.db", at("link")).expect("a link");
        symlink("a.db-wal", at("dangling")).expect("a link");
        symlink(".", at("here")).expect("a link");
        fs::hard_link(at("a.db"), at("hard")).expect("a link");
        fs::hard_link(at("a.db.index/meta.json"), at("meta")).expect("a link");
        // The companions count though none of them exists.
        let names = [
            "a.db",
            "link",
            "hard",
            "dangling",
            "here/a.db",
            "here/here/a.db",
            "a.db-wal",
            "a.db-shm",
            "a.db-journal",
            "a.db.lock",
            "a.db.index",
            "a.db.index/new",
            "hard-wal",
            "hard.lock",
            "here/a.db.index/meta.json",
            "meta",
        ];
        for named in ["a.db", "link"] {
            let protected = Protected::database(&at(named), &at("a.db.index"));
            for name in names {
                assert!(matches!(protected.check_backup(&at(name)), Err(Refusal::Database { .. })), "{named}: {name}");
            }
        }
    }

    #[test]
    fn inputs_other_databases_and_folders_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        database(&at("b.db"));
        fs::create_dir(at("posters")).expect("a folder");
        fs::write(at("posters/a.jpg"), "").expect("written");
        fs::write(at("in.json"), "[]").expect("written");
        symlink("in.json", at("link")).expect("a link");
        let mut protected = Protected::database(&at("a.db"), &at("a.db.index"));
        protected.input(&at("in.json"));
        protected.input(&at("posters"));
        for name in ["in.json", "link", "posters/a.jpg"] {
            assert!(matches!(protected.check(&at(name)), Err(Refusal::Input(_))), "{name}");
        }
        for name in ["b.db", "b.db-wal", "b.db.lock", "b.db.index/new"] {
            fs::create_dir_all(folder_of(&at(name))).expect("a folder");
            assert!(matches!(protected.check(&at(name)), Err(Refusal::OtherDatabase(_))), "{name}");
        }
        assert!(matches!(protected.check_backup(&at("b.db-wal")), Err(Refusal::OtherDatabase(_))));
        assert!(matches!(protected.check(&at("posters")), Err(Refusal::Folder(_))));
        assert!(matches!(protected.check(&at("no/such/file")), Err(Refusal::Unreachable(..))));
    }

    #[test]
    fn what_is_fine_is_resolved() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        let at = |name: &str| root.join(name);
        database(&at("b.db"));
        fs::create_dir(at("posters")).expect("a folder");
        symlink("posters/out.json", at("link")).expect("a link");
        let protected = Protected::database(&at("a.db"), &at("a.db.index"));
        let passes = |name: &str| protected.check(&at(name)).expect("fine");
        assert_eq!(passes("out.json"), Target::File(at("out.json")));
        assert_eq!(passes("link"), Target::File(at("posters/out.json")));
        assert_eq!(passes("posters/../x-wal-y"), Target::File(at("x-wal-y")));
        assert_eq!(protected.check_backup(&at("b.db")).expect("fine"), Target::File(at("b.db")));
        let null = Path::new("/dev/null");
        assert_eq!(protected.check(null).expect("fine"), Target::Device(null.to_owned()));
    }
}
