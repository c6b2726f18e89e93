//! What was read lately, so that reading it again costs no query: the last change, and who was found by the hash of a
//! session's or token's secret, and what stands beside a movie.
//!
//! Exact, because everything is forgotten as soon as anybody has committed anything: `pragma data_version` of one
//! connection changes with each commit of any other, in this process or not. Reading it takes a few microseconds and
//! waits for nobody.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::Connection;

use super::{edits, lock, open};
use crate::model::mine::MovieExtras;
use crate::model::{Account, MovieId, Rev};

/// Accounts, and movies, that are kept at most; beyond, all are forgotten and found again.
const MAX_ENTRIES: usize = 10_000;

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    pub account: Account,
    /// When it was noted last that somebody was here.
    pub noted_at: i64,
    /// When the session ends at the latest. A token has no end, and is never taken for a session, nor the other way
    /// round.
    pub expires_at: Option<i64>,
}

/// A state of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(i64);

#[derive(Default)]
pub struct ReadCache(Mutex<CacheState>);

#[derive(Default)]
struct CacheState {
    /// Never writes: its own commits would not count.
    connection: Option<Connection>,
    version: Option<Version>,
    head: Option<Rev>,
    found: HashMap<Vec<u8>, Found>,
    extras: HashMap<(Option<i64>, MovieId), MovieExtras>,
}

impl ReadCache {
    /// The state of now. What is read after this call may be kept under it, see [`Self::keep`].
    pub fn version(&self, path: &Path) -> Option<Version> {
        self.state(path).current_version()
    }

    /// The last change, and what was found for a hash if nothing has been committed since; both of this moment.
    pub fn current_version(&self, path: &Path, hash: Option<&[u8]>) -> (Option<Rev>, Option<Found>) {
        let mut state = self.state(path);
        if state.current_version().is_none() {
            return (None, None);
        }
        if state.head.is_none() {
            // It may be of a later state than the one looked at; then the next look forgets it.
            state.head = state.connection.as_ref().and_then(|connection| edits::head(connection).ok());
        }
        (state.head, hash.and_then(|hash| state.found.get(hash).cloned()))
    }

    /// Keeps what was read after `version` was taken, if that is still the state.
    pub fn keep(&self, version: Option<Version>, hash: &[u8], found: Found) {
        let mut state = lock(&self.0);
        if version.is_none() || state.current_version() != version {
            return;
        }
        if state.found.len() >= MAX_ENTRIES {
            state.found.clear();
        }
        state.found.insert(hash.to_vec(), found);
    }

    /// What stands beside a movie for an account, if nothing has been committed since it was read.
    pub fn extras(&self, path: &Path, place: (Option<i64>, MovieId)) -> Option<MovieExtras> {
        let mut state = self.state(path);
        state.current_version()?;
        state.extras.get(&place).cloned()
    }

    /// Keeps what was read after `version` was taken, if that is still the state and takes little room.
    pub fn keep_extras(&self, version: Option<Version>, place: (Option<i64>, MovieId), extras: &MovieExtras) {
        let is_small =
            extras.mine.as_ref().is_none_or(|mine| mine.note.is_none() && mine.lists.len() + mine.seen.len() < 5);
        let mut state = lock(&self.0);
        if version.is_none() || !is_small || state.current_version() != version {
            return;
        }
        if state.extras.len() >= MAX_ENTRIES {
            state.extras.clear();
        }
        state.extras.insert(place, extras.clone());
    }

    fn state(&self, path: &Path) -> MutexGuard<'_, CacheState> {
        let mut state = lock(&self.0);
        if state.connection.is_none() {
            state.connection = connect(path);
        }
        state
    }
}

impl CacheState {
    /// The state of now; `None` where it cannot be told, and then nothing is known.
    fn current_version(&mut self) -> Option<Version> {
        let version = self.connection.as_ref().and_then(|connection| {
            let mut statement = connection.prepare_cached("pragma data_version").ok()?;
            statement.query_row([], |row| row.get(0)).map(Version).ok()
        });
        if version.is_none() || version != self.version {
            self.found.clear();
            self.extras.clear();
            self.head = None;
            self.version = version;
        }
        version
    }
}

fn connect(path: &Path) -> Option<Connection> {
    let connection = open::reader(path).ok()?;
    // Whoever asks here is not to wait; the query that follows may.
    connection.busy_timeout(Duration::ZERO).ok()?;
    Some(connection)
}
