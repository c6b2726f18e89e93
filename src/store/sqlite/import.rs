//! Imports: batches of drafts, each found or added, one rev a transaction.
//!
//! Which movie a draft is: the one with its external id; else the one of the same title, year and first director,
//! unless that has another external id of the same kind; where a year is unknown, only if there is no choice.

use std::collections::HashSet;
use std::sync::MutexGuard;

use rusqlite::Connection;

use super::edits::{Candidate, by_imdb_id, by_tmdb_id, candidates, identity, next_rev, take_rev};
use super::movies::{self, Names};
use super::{Failure, Sqlite};
use crate::model::{Facts, MovieDraft, MovieId, Rev};
use crate::store::{ImportMode, StoreError, Upserted};

/// An import under way.
pub struct Importer<'a> {
    db: &'a Sqlite,
    mode: ImportMode,
    names: Names,
    seen: Seen,
    /// The one transaction of an import that is kept whole or not at all.
    whole: Option<MutexGuard<'a, Connection>>,
}

impl Sqlite {
    pub fn importer(&self, mode: ImportMode) -> Result<Importer<'_>, StoreError> {
        let whole = match mode {
            ImportMode::Batches => None,
            ImportMode::AllOrNothing | ImportMode::DryRun => {
                let writer = self.writer();
                writer.execute_batch("begin immediate").map_err(|error| Failure::from(error).of(&self.path))?;
                Some(writer)
            }
        };
        Ok(Importer { db: self, mode, names: Names::default(), seen: Seen::default(), whole })
    }
}

impl Importer<'_> {
    pub fn upsert(&mut self, drafts: &[MovieDraft]) -> Result<Vec<Upserted>, StoreError> {
        let (names, seen) = (&mut self.names, &mut self.seen);
        if let Some(writer) = &self.whole {
            return upsert_all(writer, names, seen, drafts).map_err(|failure| failure.of(&self.db.path));
        }
        let done = self.db.write(|db| upsert_all(db, names, seen, drafts));
        if done.is_err() {
            self.names.clear();
        }
        done
    }

    pub fn next_dump(&mut self) {
        self.seen = Seen::default();
    }

    pub fn finish(mut self) -> Result<(), StoreError> {
        let end = if matches!(self.mode, ImportMode::AllOrNothing) { "commit" } else { "rollback" };
        match self.whole.take() {
            Some(writer) => writer.execute_batch(end).map_err(|error| {
                // What could not be committed must not stay open for the next writer.
                let _ = writer.execute_batch("rollback");
                Failure::from(error).of(&self.db.path)
            }),
            None => Ok(()),
        }
    }
}

/// Without [`Importer::finish`] nothing of a whole import is kept.
impl Drop for Importer<'_> {
    fn drop(&mut self) {
        if let Some(writer) = &self.whole
            && let Err(error) = writer.execute_batch("rollback")
        {
            tracing::warn!(%error, "the import was not rolled back");
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

fn upsert_all(
    db: &Connection,
    names: &mut Names,
    seen: &mut Seen,
    drafts: &[MovieDraft],
) -> Result<Vec<Upserted>, Failure> {
    if seen.last_before.is_none() {
        let last = db.query_row("select coalesce(max(id), 0) from movies", [], |row| row.get(0))?;
        seen.last_before = Some(last);
    }
    let rev = next_rev(db)?;
    let outcomes = drafts.iter().map(|draft| upsert(db, names, seen, draft, rev)).collect::<Result<Vec<_>, _>>()?;
    if outcomes.iter().any(|outcome| *outcome != Upserted::Unchanged) {
        take_rev(db, rev)?;
    }
    Ok(outcomes)
}

fn upsert(
    db: &Connection,
    names: &mut Names,
    seen: &mut Seen,
    draft: &MovieDraft,
    rev: Rev,
) -> Result<Upserted, Failure> {
    let mut facts = draft.to_facts();
    let Some(id) = find(db, &facts)? else {
        keep_own_ids(db, None, &mut facts, &Facts::default())?;
        movies::insert(db, names, &facts, identity(&facts), rev)?;
        return Ok(Upserted::Added);
    };
    let before = movies::load(db, &[id])?.pop().ok_or(StoreError::NotFound)?.facts;
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
    movies::update(db, names, (id, &before), &facts, (identity(&facts), rev))?;
    Ok(Upserted::Updated)
}

/// The movie that a draft speaks of.
fn find(db: &Connection, facts: &Facts) -> Result<Option<MovieId>, Failure> {
    let imdb_id = facts.imdb_id.as_deref();
    if let Some(id) = imdb_id.map(|id| by_imdb_id(db, id)).transpose()?.flatten() {
        return Ok(Some(id));
    }
    if let Some(id) = facts.tmdb_id.map(|id| by_tmdb_id(db, id)).transpose()?.flatten() {
        let known = movies::load(db, &[id])?.pop().and_then(|movie| movie.facts.imdb_id);
        if known.is_none() || imdb_id.is_none() {
            return Ok(Some(id));
        }
    }
    let mut same = candidates(db, facts)?;
    let only = same.len() == 1;
    same.retain(|candidate| !is_another(candidate, facts));
    let by_year = same.iter().find(|candidate| candidate.year == facts.year);
    let by_choice = same.iter().find(|candidate| only && (candidate.year.is_none() || facts.year.is_none()));
    Ok(by_year.or(by_choice).map(|candidate| candidate.id))
}

/// Both have an external id of one kind, and these differ.
fn is_another(candidate: &Candidate, facts: &Facts) -> bool {
    let differ = |left: Option<&str>, right: Option<&str>| left.is_some() && right.is_some() && left != right;
    let tmdb_id = facts.tmdb_id.map(u64::cast_signed);
    differ(candidate.imdb_id.as_deref(), facts.imdb_id.as_deref())
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
