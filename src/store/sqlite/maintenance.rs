//! Backup, restore, check. Live database files are copied by SQLite alone: reading and closing them ourselves would
//! drop its locks.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::edits::{head, title_hash};
use super::{Failure, Sqlite, migrate, open, posters, store_error};
use crate::files::{Access, Replacement, resolve};
use crate::model::MovieId;
use crate::store::{Restored, StoreError};

/// Movies checked at once.
const PAGE: usize = 5_000;

impl Sqlite {
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let replaces = to.exists();
        if replaces && !open::is_ours(to).unwrap_or(false) {
            return Err(StoreError::Foreign(to.display().to_string()));
        }
        let copy = Replacement::new(to, Access::Private).map_err(|error| unwritable(&error, to))?;
        let reader = open::reader(&self.path)?;
        let copied = reader.execute("vacuum into ?1", [copy.path().to_string_lossy()]);
        copied.map_err(|error| copy_error(&error, &self.path, to))?;
        drop(reader);
        let forget = || {
            let copy = Connection::open(copy.path())?;
            single_file(&copy)?;
            sign_out(&copy)?;
            is_blank(&copy)
        };
        let is_blank_copy = forget().map_err(|failure| failure.of(copy.path()))?;
        // A mistyped `--db` must not cost the one good backup. What cannot be read holds nothing to keep.
        let holds_something = |old: &Connection| !is_blank(old).unwrap_or(true);
        if replaces && is_blank_copy && open::reader(to).is_ok_and(|old| holds_something(&old)) {
            return Err(StoreError::Empty(self.path.display().to_string()));
        }
        copy.commit().map_err(|error| unwritable(&error, to))
    }

    pub fn restore(from: &Path, db: &Path) -> Result<Restored, StoreError> {
        let failed = |error: io::Error| unwritable(&error, db);
        // The file itself is replaced, not a symbolic link to it.
        let db = &resolve(db).map_err(failed)?;
        let copy = Replacement::new(db, Access::Private).map_err(failed)?;
        let prepared = prepare(from, copy.path()).and_then(|connection| {
            release(db)?;
            let restored = keep_tokens(&connection, &tokens(db));
            let finish = || {
                let restored = restored?;
                single_file(&connection)?;
                Ok(restored)
            };
            finish().map_err(|failure: Failure| failure.of(copy.path()))
        });
        // An older backup has left a copy of itself when its schema was brought up.
        remove(&migrate::copy_path(copy.path()))?;
        let restored = prepared?;
        copy.commit().map_err(failed)?;
        Ok(restored)
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
            let wrong = page.iter().zip(kept).filter(|(movie, kept)| title_hash(&movie.facts.title) != *kept);
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

/// Ends all sessions, and the link that makes the first admin.
fn sign_out(db: &Connection) -> Result<(), Failure> {
    db.pragma_update(None, "secure_delete", true)?;
    Ok(db.execute_batch("delete from sessions; delete from setup_tokens")?)
}

/// Holds neither a movie nor an account.
fn is_blank(db: &Connection) -> Result<bool, Failure> {
    let sql = "select not exists (select 1 from movies) and not exists (select 1 from accounts)";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

/// An API token, by its hash and the key of its account's name.
type TokenKey = (Vec<u8>, String);

/// The API tokens of the database that is replaced; none where there is none, or none that can be read.
fn tokens(db: &Path) -> HashSet<TokenKey> {
    let read = || {
        let db = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut statement = db.prepare(TOKENS)?;
        statement.query_map([], |row| Ok((row.get(1)?, row.get(2)?)))?.collect::<rusqlite::Result<_>>()
    };
    read().unwrap_or_default()
}

const TOKENS: &str =
    "select api_tokens.id, token_hash, name_key from api_tokens join accounts on accounts.id = account_id";

/// Drops from a restored copy what must not come back: all sessions, and the API tokens that are not among the `valid` ones,
/// since they may have been revoked after the backup.
fn keep_tokens(copy: &Connection, valid: &HashSet<TokenKey>) -> Result<Restored, Failure> {
    sign_out(copy)?;
    let mut statement = copy.prepare(TOKENS)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, (row.get(1)?, row.get(2)?))))?;
    let mut restored = Restored::default();
    for (id, token) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        if valid.contains(&token) {
            restored.tokens_kept += 1;
        } else {
            copy.execute("delete from api_tokens where id = ?1", [id])?;
            restored.tokens_dropped += 1;
        }
    }
    Ok(restored)
}

/// A sound copy of a backup at `temporary`, under a new epoch.
fn prepare(from: &Path, temporary: &Path) -> Result<Connection, StoreError> {
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
    migrate::new_epoch(&copy).map_err(|error| store_error(&error, temporary))?;
    Ok(copy)
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
    remove(&companion(db, "-wal"))?;
    remove(&companion(db, "-shm"))
}

fn single_file(db: &Connection) -> Result<(), Failure> {
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(StoreError::Busy.into()) }
}

/// `PATH-wal` for a suffix that SQLite gives, `PATH.writing` for one of ours.
pub fn companion(path: &Path, suffix: &str) -> PathBuf {
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

/// What a failed copy means: a damaged source is the source's fault, all else the target's.
fn copy_error(error: &rusqlite::Error, from: &Path, to: &Path) -> StoreError {
    match store_error(error, from) {
        StoreError::ReadOnly(_) => StoreError::ReadOnly(to.display().to_string()),
        error => error,
    }
}

pub fn unwritable(error: &io::Error, path: &Path) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::ReadOnly(path.display().to_string()),
    }
}
