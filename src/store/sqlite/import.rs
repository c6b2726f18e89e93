//! Imports: batches of drafts, each found or added, one rev a transaction.
//!
//! Which movie a row is says [`crate::model::identity`]. A row is settled at once where no other row of its dump can
//! matter: it has an external id that is known, it says exactly what tells a known movie apart, or it contradicts every
//! movie of its title. The others wait until their dump ends, and so do those that would change a movie that was there
//! before: all rows that speak of one movie are joined first. So neither the order of the rows nor loading them again
//! changes the outcome, as long as no more than [`MAX_WAITING`] of them wait.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::MutexGuard;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::edits::{Counters, by_imdb_id, by_tmdb_id, candidates, commit_rev, next_rev, title_hash};
use super::movies::{self, Place};
use super::{Failure, Sqlite, open};
use crate::model::combine::{KnownFields, combine, overlay};
use crate::model::fold::fold;
use crate::model::identity::{Home, Identity, assign};
use crate::model::{Facts, MovieDraft, MovieId};
use crate::store::{ImportMode, Outcomes, StoreError};

/// How long the lock is free between two batches. Other writers look for it each millisecond.
const GAP: Duration = Duration::from_millis(2);
/// The most rows that wait; where there are more, those that wait are settled among themselves.
const MAX_WAITING: usize = 20_000;
/// The most bytes of text that wait.
const MAX_WAITING_BYTES: usize = 32 << 20;

/// An import under way.
pub struct Importer<'a> {
    db: &'a Sqlite,
    mode: ImportMode,
    dump: DumpState,
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
        open::import_pragmas(&writer).map_err(failed)?;
        let whole = (!matches!(mode, ImportMode::Batches)).then_some(writer);
        Ok(Importer { db: self, mode, dump: DumpState::default(), whole })
    }
}

impl Importer<'_> {
    pub fn upsert(&mut self, drafts: Vec<MovieDraft>) -> Result<Outcomes, StoreError> {
        let done = self.transaction(|batch| {
            for draft in drafts {
                batch.take_row(draft.into_facts())?;
            }
            Ok(())
        });
        thread::sleep(if self.whole.is_some() { Duration::ZERO } else { GAP });
        done
    }

    pub fn end_dump(&mut self) -> Result<Outcomes, StoreError> {
        let done = self.transaction(|batch| {
            batch.settle()?;
            Ok(())
        });
        self.dump = DumpState::default();
        done
    }

    fn transaction(
        &mut self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<(), Failure>,
    ) -> Result<Outcomes, StoreError> {
        let dump = &mut self.dump;
        let all = |db: &Connection| {
            let counters = next_rev(db)?;
            dump.last_before.get_or_insert(counters.last_id);
            let mut batch = Batch { db, dump, counters, outcomes: Outcomes::default() };
            work(&mut batch)?;
            if batch.outcomes.added + batch.outcomes.updated > 0 {
                commit_rev(db, batch.counters)?;
            }
            Ok(batch.outcomes)
        };
        match &self.whole {
            Some(writer) => all(writer).map_err(|failure: Failure| failure.of(&self.db.path)),
            None => self.db.write(|db| all(db)),
        }
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
        if let Err(error) = open::default_pragmas(&writer) {
            tracing::warn!(%error, "the memory of the import was not given back");
        }
    }
}

/// What is known of a dump under way.
#[derive(Default)]
struct DumpState {
    /// Movies above this number were added since the dump began.
    last_before: Option<i64>,
    /// Movies from before the dump that it has spoken of, with the fields that its rows know: what further rows say is
    /// joined with these, and lies over the others.
    touched: HashMap<MovieId, KnownFields>,
    /// Rows that wait, with the movie that they speak of where it is known.
    waiting: Vec<(Facts, Option<MovieId>)>,
    waiting_bytes: usize,
}

impl DumpState {
    /// The movie was added by this dump, so that all that is known of it comes from its rows.
    fn has_added(&self, id: MovieId) -> bool {
        self.last_before.is_some_and(|last| id.0 > last)
    }

    /// What all rows so far say of a movie, with what the database has of it.
    fn said(&self, id: MovieId, before: &Facts, facts: &Facts) -> Facts {
        match self.touched.get(&id) {
            Some(known) => combine(&known.only(before), facts),
            None => facts.clone(),
        }
    }
}

/// Rows that speak of one movie, joined, and how many they are.
struct Joined {
    facts: Facts,
    rows: u64,
}

impl Joined {
    fn join(&mut self, other: &Self) {
        self.facts = combine(&self.facts, &other.facts);
        self.rows += other.rows;
    }
}

/// Movies that are known, with what rows say of each.
type CachedIdentity = BTreeMap<MovieId, Joined>;

/// Movies as they will be once what rows say by external ids is laid down.
#[derive(Default)]
struct Planned {
    ids: HashSet<MovieId>,
    /// By the folded title.
    by_title: HashMap<String, Vec<(MovieId, Identity)>>,
}

/// One transaction of an import.
struct Batch<'a> {
    db: &'a Connection,
    dump: &'a mut DumpState,
    counters: Counters,
    outcomes: Outcomes,
}

impl Batch<'_> {
    fn take_row(&mut self, facts: Facts) -> Result<(), Failure> {
        if let Some(id) = by_external_id(self.db, &facts)? {
            return self.take_row_of(id, facts);
        }
        let identity = Identity::of(&facts);
        let mut same = candidates(self.db, &facts.title)?;
        same.retain(|candidate| !candidate.identity.contradicts(&identity));
        match same.iter().find(|candidate| candidate.identity == identity) {
            Some(candidate) => self.take_row_of(candidate.id, facts),
            None if same.is_empty() => self.insert(facts, 1),
            None => self.wait(facts, None),
        }
    }

    /// Takes a row that certainly speaks of this movie.
    fn take_row_of(&mut self, id: MovieId, facts: Facts) -> Result<(), Failure> {
        if self.dump.has_added(id) {
            return self.lay_down(id, &Joined { facts, rows: 1 });
        }
        let before = movies::load(self.db, id)?.ok_or(StoreError::NotFound)?.facts;
        if self.merged(id, &before, &facts)? == before {
            self.touch(id, &before, &facts);
            self.outcomes.unchanged += 1;
            return Ok(());
        }
        self.wait(facts, Some(id))
    }

    fn touch(&mut self, id: MovieId, before: &Facts, facts: &Facts) {
        let known = KnownFields::of(&self.dump.said(id, before, facts));
        self.dump.touched.insert(id, known);
    }

    fn wait(&mut self, facts: Facts, id: Option<MovieId>) -> Result<(), Failure> {
        self.dump.waiting_bytes += text_bytes(&facts);
        self.dump.waiting.push((facts, id));
        if self.dump.waiting.len() >= MAX_WAITING || self.dump.waiting_bytes >= MAX_WAITING_BYTES {
            self.settle()?;
        }
        Ok(())
    }

    /// Settles all rows that wait.
    fn settle(&mut self) -> Result<(), Failure> {
        self.dump.waiting_bytes = 0;
        let (mut known, mut rows) = (CachedIdentity::new(), Vec::new());
        for (facts, id) in std::mem::take(&mut self.dump.waiting) {
            // A row that came later may have brought its id.
            match id.map_or_else(|| by_external_id(self.db, &facts), |id| Ok(Some(id)))? {
                Some(id) => join(&mut known, id, Joined { facts, rows: 1 }),
                None => rows.push(facts),
            }
        }
        let mut titles: BTreeMap<String, Vec<Joined>> = BTreeMap::new();
        for joined in by_shared_ids(rows) {
            titles.entry(fold(&joined.facts.title)).or_default().push(joined);
        }
        if !titles.is_empty() {
            let planned = self.plan(&known)?;
            for (title, rows) in titles {
                self.settle_title(&title, rows, &mut known, &planned)?;
            }
        }
        for (id, joined) in known {
            self.lay_down(id, &joined)?;
        }
        Ok(())
    }

    fn plan(&self, known: &CachedIdentity) -> Result<Planned, Failure> {
        let mut planned = Planned::default();
        for (id, joined) in known {
            let before = movies::load(self.db, *id)?.ok_or(StoreError::NotFound)?.facts;
            let facts = self.merged(*id, &before, &joined.facts)?;
            planned.ids.insert(*id);
            planned.by_title.entry(fold(&facts.title)).or_default().push((*id, Identity::of(&facts)));
        }
        Ok(planned)
    }

    /// Finds the movies of rows of one title, and adds those that are new.
    fn settle_title(
        &mut self,
        title: &str,
        rows: Vec<Joined>,
        known: &mut CachedIdentity,
        planned: &Planned,
    ) -> Result<(), Failure> {
        let mut open: Vec<(Identity, Joined)> = Vec::new();
        let mut places: HashMap<Identity, usize> = HashMap::new();
        for row in rows {
            let identity = Identity::of(&row.facts);
            match places.get(&identity) {
                Some(place) => open[*place].1.join(&row),
                None => {
                    places.insert(identity.clone(), open.len());
                    open.push((identity, row));
                }
            }
        }
        let mut movies: BTreeMap<MovieId, Identity> = candidates(self.db, title)?
            .into_iter()
            .filter(|movie| !planned.ids.contains(&movie.id))
            .map(|movie| (movie.id, movie.identity))
            .collect();
        movies.extend(planned.by_title.get(title).into_iter().flatten().cloned());
        let (ids, of_movies): (Vec<MovieId>, Vec<Identity>) = movies.into_iter().unzip();
        let (descriptions, open): (Vec<Identity>, Vec<Joined>) = open.into_iter().unzip();
        let mut new: BTreeMap<usize, Joined> = BTreeMap::new();
        for (home, joined) in assign(&of_movies, &descriptions).into_iter().zip(open) {
            match home {
                Home::Movie(place) => join(known, ids[place], joined),
                Home::New(number) => join(&mut new, number, joined),
            }
        }
        new.into_values().try_for_each(|joined| self.insert(joined.facts, joined.rows))
    }

    /// Adds the movie that so many rows speak of.
    fn insert(&mut self, mut facts: Facts, rows: u64) -> Result<(), Failure> {
        keep_own_ids(self.db, None, &mut facts, &Facts::default())?;
        self.counters.last_id += 1;
        let id = MovieId(self.counters.last_id);
        movies::insert(self.db, Place { id, rev: self.counters.rev, identity: title_hash(&facts.title) }, &facts)?;
        self.outcomes.added += 1;
        self.outcomes.unchanged += rows - 1;
        Ok(())
    }

    /// Changes the movie that rows speak of, if they say anything new.
    fn lay_down(&mut self, id: MovieId, joined: &Joined) -> Result<(), Failure> {
        let before = movies::load(self.db, id)?.ok_or(StoreError::NotFound)?.facts;
        let facts = self.merged(id, &before, &joined.facts)?;
        if !self.dump.has_added(id) {
            self.touch(id, &before, &joined.facts);
        }
        if facts == before {
            self.outcomes.unchanged += joined.rows;
            return Ok(());
        }
        let place = Place { id, rev: self.counters.rev, identity: title_hash(&facts.title) };
        movies::update(self.db, place, &facts)?;
        self.outcomes.updated += 1;
        self.outcomes.unchanged += joined.rows - 1;
        Ok(())
    }

    fn merged(&self, id: MovieId, before: &Facts, said: &Facts) -> Result<Facts, Failure> {
        let mut facts = if self.dump.has_added(id) {
            combine(before, said)
        } else {
            overlay(before, &self.dump.said(id, before, said))
        };
        keep_own_ids(self.db, Some(id), &mut facts, before)?;
        Ok(facts)
    }
}

fn join<K: Ord>(all: &mut BTreeMap<K, Joined>, key: K, joined: Joined) {
    match all.get_mut(&key) {
        Some(known) => known.join(&joined),
        None => {
            all.insert(key, joined);
        }
    }
}

/// Rows that have an external id in common, joined, whatever their titles; IMDb's counts first.
fn by_shared_ids(mut rows: Vec<Facts>) -> Vec<Joined> {
    rows.sort_by_key(|facts| facts.imdb_id.is_none());
    let mut all: Vec<Joined> = Vec::new();
    let (mut imdb, mut tmdb): (HashMap<String, usize>, HashMap<u64, usize>) = (HashMap::new(), HashMap::new());
    for facts in rows {
        let place = match (&facts.imdb_id, facts.tmdb_id) {
            (Some(id), _) => *imdb.entry(id.clone()).or_insert(all.len()),
            (None, Some(id)) => *tmdb.entry(id).or_insert(all.len()),
            (None, None) => all.len(),
        };
        if let Some(id) = facts.tmdb_id {
            tmdb.entry(id).or_insert(place);
        }
        let row = Joined { facts, rows: 1 };
        match all.get_mut(place) {
            Some(known) => known.join(&row),
            None => all.push(row),
        }
    }
    all
}

/// The movie that has an external id of these facts; IMDb's counts first.
fn by_external_id(db: &Connection, facts: &Facts) -> Result<Option<MovieId>, Failure> {
    if let Some(id) = facts.imdb_id.as_deref().map(|id| by_imdb_id(db, id)).transpose()?.flatten() {
        return Ok(Some(id));
    }
    let Some(id) = facts.tmdb_id.map(|id| by_tmdb_id(db, id)).transpose()?.flatten() else { return Ok(None) };
    let known = movies::load(db, id)?.and_then(|movie| movie.facts.imdb_id);
    Ok(Some(id).filter(|_| known.is_none() || facts.imdb_id.is_none()))
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

/// About how much memory the texts of a row take.
fn text_bytes(facts: &Facts) -> usize {
    let lists = [&facts.alternate_titles, &facts.directors, &facts.cast, &facts.genres];
    let names = lists.into_iter().flatten().map(|name| name.len() + size_of::<String>());
    let texts = facts.original_title.iter().chain(&facts.overview).map(String::len);
    size_of::<Facts>() + facts.title.len() + names.sum::<usize>() + texts.sum::<usize>()
}
