//! Imports: batches of drafts, each found or added, one rev a transaction.
//!
//! Which movie a draft is: the one with its external id; else the one of the same title, year and first director,
//! unless that has another external id of the same kind; where a year is unknown, only if there is no choice.

use std::collections::HashSet;
use std::sync::MutexGuard;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::edits::{Candidate, Counters, Wanted, by_imdb_id, by_tmdb_id, candidates, next, take};
use super::movies::{self, Place};
use super::{Failure, Sqlite, open};
use crate::model::{Facts, MovieDraft, MovieId};
use crate::store::{ImportMode, StoreError, Upserted};

/// How long the lock is free between two batches. Other writers look for it each millisecond.
const GAP: Duration = Duration::from_millis(2);

/// An import under way.
pub struct Importer<'a> {
    db: &'a Sqlite,
    mode: ImportMode,
    seen: Seen,
    /// The one transaction of an import that is kept whole or not at all.
    whole: Option<MutexGuard<'a, Connection>>,
}

impl Sqlite {
    pub fn importer(&self, mode: ImportMode) -> Result<Importer<'_>, StoreError> {
        let failed = |error| Failure::from(error).of(&self.path);
        let writer = self.writer();
        if !matches!(mode, ImportMode::Batches) {
            writer.execute_batch("begin immediate").map_err(failed)?;
        }
        open::widen(&writer).map_err(failed)?;
        let whole = (!matches!(mode, ImportMode::Batches)).then_some(writer);
        Ok(Importer { db: self, mode, seen: Seen::default(), whole })
    }
}

impl Importer<'_> {
    pub fn upsert(&mut self, drafts: Vec<MovieDraft>) -> Result<Vec<Upserted>, StoreError> {
        let seen = &mut self.seen;
        match &self.whole {
            Some(writer) => upsert_all(writer, seen, drafts).map_err(|failure| failure.of(&self.db.path)),
            None => {
                let done = self.db.write(|db| upsert_all(db, seen, drafts));
                thread::sleep(GAP);
                done
            }
        }
    }

    pub fn next_dump(&mut self) {
        self.seen = Seen::default();
    }

    pub fn finish(mut self) -> Result<(), StoreError> {
        let end = if matches!(self.mode, ImportMode::AllOrNothing) { "commit" } else { "rollback" };
        match self.whole.take() {
            Some(writer) => {
                let end = || writer.execute_batch(end).map_err(|error| Failure::from(error).of(&self.db.path));
                let ended = self.db.verify_for(&writer).and_then(|()| end());
                if ended.is_err() {
                    // What could not be committed must not stay open for the next writer.
                    let _ = writer.execute_batch("rollback");
                }
                ended
            }
            None => Ok(()),
        }
    }
}

/// Without [`Importer::finish`] nothing of a whole import is kept.
impl Drop for Importer<'_> {
    fn drop(&mut self) {
        let writer = self.whole.take();
        if let Some(writer) = &writer
            && let Err(error) = writer.execute_batch("rollback")
        {
            tracing::warn!(%error, "the import was not rolled back");
        }
        let writer = writer.unwrap_or_else(|| self.db.writer());
        if let Err(error) = open::narrow(&writer) {
            tracing::warn!(%error, "the memory of the import was not given back");
        }
    }
}

/// The movies that this dump has spoken of. A movie that a dump has twice keeps what the first row says, and the second
/// one only adds to it: else the two would overwrite each other each time the dump is loaded.
#[derive(Default)]
struct Seen {
    known: HashSet<MovieId>,
    /// Movies above this number were added since the dump began.
    last_before: Option<i64>,
}

impl Seen {
    /// Notes that a row speaks of a movie; says whether an earlier row did.
    fn again(&mut self, id: MovieId) -> bool {
        self.last_before.is_some_and(|last| id.0 > last) || !self.known.insert(id)
    }
}

fn upsert_all(db: &Connection, seen: &mut Seen, drafts: Vec<MovieDraft>) -> Result<Vec<Upserted>, Failure> {
    let mut counters = next(db)?;
    seen.last_before.get_or_insert(counters.last_id);
    let mut outcomes = Vec::with_capacity(drafts.len());
    for draft in drafts {
        outcomes.push(upsert(db, seen, &mut counters, draft)?);
    }
    if outcomes.iter().any(|outcome| *outcome != Upserted::Unchanged) {
        take(db, counters)?;
    }
    Ok(outcomes)
}

fn upsert(db: &Connection, seen: &mut Seen, counters: &mut Counters, draft: MovieDraft) -> Result<Upserted, Failure> {
    let wanted = Wanted::of_draft(&draft);
    let hash = wanted.identity();
    let Some(id) = find(db, &wanted, hash)? else {
        let mut facts = draft.into_facts();
        keep_own_ids(db, None, &mut facts, &Facts::default())?;
        counters.last_id += 1;
        let id = MovieId(counters.last_id);
        movies::insert(db, Place { id, rev: counters.rev, identity: hash }, &facts)?;
        return Ok(Upserted::Added);
    };
    let before = movies::load(db, id)?.ok_or(StoreError::NotFound)?.facts;
    let mut facts = before.clone();
    if seen.again(id) {
        draft.add_to(&mut facts);
    } else {
        draft.merge_into(&mut facts);
    }
    keep_own_ids(db, Some(id), &mut facts, &before)?;
    if facts == before {
        return Ok(Upserted::Unchanged);
    }
    movies::update(db, Place { id, rev: counters.rev, identity: Wanted::of(&facts).identity() }, &facts)?;
    Ok(Upserted::Updated)
}

/// The movie that a draft speaks of.
fn find(db: &Connection, wanted: &Wanted<'_>, hash: i64) -> Result<Option<MovieId>, Failure> {
    if let Some(id) = wanted.imdb_id.map(|id| by_imdb_id(db, id)).transpose()?.flatten() {
        return Ok(Some(id));
    }
    if let Some(id) = wanted.tmdb_id.map(|id| by_tmdb_id(db, id)).transpose()?.flatten() {
        let known = movies::load(db, id)?.and_then(|movie| movie.facts.imdb_id);
        if known.is_none() || wanted.imdb_id.is_none() {
            return Ok(Some(id));
        }
    }
    let mut same = candidates(db, wanted, hash)?;
    let only = same.len() == 1;
    same.retain(|candidate| !is_another(candidate, wanted));
    let by_year = same.iter().find(|candidate| candidate.year == wanted.year);
    let by_choice = same.iter().find(|candidate| only && (candidate.year.is_none() || wanted.year.is_none()));
    Ok(by_year.or(by_choice).map(|candidate| candidate.id))
}

/// Both have an external id of one kind, and these differ.
fn is_another(candidate: &Candidate, wanted: &Wanted<'_>) -> bool {
    let differ = |left: Option<&str>, right: Option<&str>| left.is_some() && right.is_some() && left != right;
    let tmdb_id = wanted.tmdb_id.map(u64::cast_signed);
    differ(candidate.imdb_id.as_deref(), wanted.imdb_id)
        || (candidate.tmdb_id.is_some() && tmdb_id.is_some() && candidate.tmdb_id != tmdb_id)
}

/// An external id that belongs to another movie is passed over: two sources disagree, and the row is good otherwise.
fn keep_own_ids(db: &Connection, own: Option<MovieId>, facts: &mut Facts, before: &Facts) -> Result<(), Failure> {
    if facts.imdb_id != before.imdb_id
        && let Some(imdb_id) = &facts.imdb_id
        && by_imdb_id(db, imdb_id)?.is_some_and(|id| Some(id) != own)
    {
        facts.imdb_id.clone_from(&before.imdb_id);
    }
    if facts.tmdb_id != before.tmdb_id
        && let Some(tmdb_id) = facts.tmdb_id
        && by_tmdb_id(db, tmdb_id)?.is_some_and(|id| Some(id) != own)
    {
        facts.tmdb_id = before.tmdb_id;
    }
    Ok(())
}
