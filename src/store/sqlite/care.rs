//! Backup, restore, check. Live database files are copied by SQLite alone: reading and closing them ourselves would
//! drop its locks.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::edits::{Wanted, head};
use super::{Failure, Sqlite, migrate, open, posters, store_error};
use crate::model::MovieId;
use crate::store::StoreError;

/// Movies checked at once.
const PAGE: usize = 5_000;

impl Sqlite {
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() && !open::is_ours(to).unwrap_or(false) {
            return Err(StoreError::Foreign(to.display().to_string()));
        }
        let temporary = beside(to, "writing");
        remove(&temporary)?;
        let reader = open::reader(&self.path)?;
        let copied = reader.execute("vacuum into ?1", [temporary.to_string_lossy()]);
        if let Err(error) = copied {
            remove(&temporary)?;
            return Err(store_error(&error, to));
        }
        put_in_place(&temporary, to)
    }

    pub fn restore(from: &Path, db: &Path) -> Result<(), StoreError> {
        let temporary = beside(db, "restoring");
        remove(&temporary)?;
        let done = prepare(from, &temporary).and_then(|()| {
            release(db)?;
            put_in_place(&temporary, db)
        });
        if done.is_err() {
            remove(&temporary)?;
        }
        done
    }

    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut problems = self.read(|db| {
            let mut problems = unsound(db)?;
            let head = head(db)?;
            let ahead: i64 =
                db.query_row("select count(*) from movies where rev > ?1 or created_rev > rev", [head], |row| {
                    row.get(0)
                })?;
            if ahead > 0 {
                problems.push(format!("{ahead} movies have a rev that was never given"));
            }
            problems.extend(posters::wrong(db)?);
            Ok(problems)
        })?;
        let mut after = MovieId(0);
        loop {
            let page = self.movies_after(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(problems) };
            after = last.id;
            let kept = self.identities(&page.iter().map(|movie| movie.id).collect::<Vec<_>>())?;
            let wrong = page.iter().zip(kept).filter(|(movie, kept)| Wanted::of(&movie.facts).identity() != *kept);
            problems.extend(wrong.map(|(movie, _)| format!("movie {} is filed under another name", movie.id)));
        }
    }

    pub fn checkpoint(&self) -> Result<(), StoreError> {
        let writer = self.writer();
        let row = writer.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
        match row.map_err(|error| store_error(&error, &self.path)) {
            Ok(_) | Err(StoreError::Busy) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn identities(&self, ids: &[MovieId]) -> Result<Vec<i64>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("select identity from movies where id = ?1")?;
            let identities = ids.iter().map(|id| statement.query_row([id.0], |row| row.get(0)));
            Ok(identities.collect::<Result<_, _>>()?)
        })
    }
}

/// What SQLite finds wrong.
fn unsound(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare("pragma integrity_check")?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut problems: Vec<String> =
        found.into_iter().filter(|line| line != "ok").map(|line| format!("the database is damaged: {line}")).collect();
    let mut statement = db.prepare("pragma foreign_key_check")?;
    let orphans = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    problems.extend(orphans.into_iter().map(|table| format!("a row of `{table}` belongs to nothing")));
    Ok(problems)
}

/// A sound copy of a backup at `temporary`, under a new epoch, as one file without a journal.
fn prepare(from: &Path, temporary: &Path) -> Result<(), StoreError> {
    if !from.exists() {
        return Err(StoreError::Missing(from.display().to_string()));
    }
    let whole = |failure: Failure| failure.of(from);
    match open::is_ours(from) {
        Ok(true) => {}
        Ok(false) => return Err(StoreError::Foreign(from.display().to_string())),
        Err(error) => return Err(store_error(&error, from)),
    }
    let source = open::reader(from)?;
    if !unsound(&source).map_err(Failure::from).map_err(whole)?.is_empty() {
        return Err(StoreError::Damaged(from.display().to_string()));
    }
    source.execute("vacuum into ?1", [temporary.to_string_lossy()]).map_err(Failure::from).map_err(whole)?;
    drop(source);
    let copy = open::open(temporary)?;
    let finish = || {
        migrate::new_epoch(&copy)?;
        single_file(&copy)
    };
    finish().map_err(|failure: Failure| failure.of(temporary))
}

/// Ends the journal of the database that is replaced, which must not be applied to the new one. Refused while another
/// program has it open.
fn release(db: &Path) -> Result<(), StoreError> {
    if !db.exists() {
        return Ok(());
    }
    let ended = Connection::open(db).map_err(Failure::from).and_then(|old| single_file(&old));
    match ended.map_err(|failure| failure.of(db)) {
        Ok(()) => {}
        // A damaged one has nothing to keep, but its journal would be taken for the new one's.
        Err(StoreError::Damaged(_)) => {}
        Err(error) => return Err(error),
    }
    remove(&beside(db, "-wal"))?;
    remove(&beside(db, "-shm"))
}

fn single_file(db: &Connection) -> Result<(), Failure> {
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(StoreError::Busy.into()) }
}

/// Makes a finished file durable under its name: the old one or the new one is there, whatever happens.
pub fn put_in_place(temporary: &Path, target: &Path) -> Result<(), StoreError> {
    let place = || {
        File::open(temporary)?.sync_all()?;
        fs::rename(temporary, target)?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    place().map_err(|error| unwritable(&error, target))
}

/// `PATH-wal` for a suffix that SQLite gives, `PATH.writing` for one of ours.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    if !suffix.starts_with('-') {
        name.push(".");
    }
    name.push(suffix);
    PathBuf::from(name)
}

pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(&error, path)),
        _ => Ok(()),
    }
}

fn unwritable(error: &io::Error, path: &Path) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::ReadOnly(path.display().to_string()),
    }
}
