//! Edits: each one transaction, whose last statement takes the next rev. The writer holds the database's only write
//! lock from the first statement on, so the number that will be taken is known before, and rev order is commit order.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::mine::entry_counts;
use super::movies::{self, BETWEEN, Place};
use super::{Failure, Sqlite, posters};
use crate::model::fold::fold;
use crate::model::{EntryCounts, Facts, Identity, Movie, MovieDraft, MovieId, Rev};
use crate::store::StoreError;

impl Sqlite {
    pub fn add_movie(&self, facts: &Facts) -> Result<Movie, StoreError> {
        self.write(|db| {
            refuse_same(db, facts, None)?;
            let Counters { rev, last_id } = next_rev(db)?;
            let id = MovieId(last_id + 1);
            movies::insert(db, Place { id, rev, identity: title_hash(&facts.title) }, facts)?;
            commit_rev(db, Counters { rev, last_id: id.0 })?;
            one(db, id)
        })
    }

    pub fn update_movie(&self, id: MovieId, draft: &MovieDraft) -> Result<Movie, StoreError> {
        self.write(|db| {
            let before = one(db, id)?;
            let mut facts = before.facts.clone();
            draft.merge_into(&mut facts);
            if facts == before.facts {
                return Ok(before);
            }
            refuse_same(db, &facts, Some(id))?;
            let counters = next_rev(db)?;
            movies::update(db, Place { id, rev: counters.rev, identity: title_hash(&facts.title) }, &facts)?;
            commit_rev(db, counters)?;
            one(db, id)
        })
    }

    pub fn delete_movie(&self, id: MovieId) -> Result<(Rev, EntryCounts), StoreError> {
        self.write(|db| {
            let before = one(db, id)?;
            let removed = entry_counts(db, id)?;
            db.prepare_cached("delete from movies where id = ?1")?.execute([id.0])?;
            posters::forget(db, before.poster.as_deref())?;
            let counters = next_rev(db)?;
            db.prepare_cached("insert into deletions (movie_id, rev) values (?1, ?2)")?
                .execute([id.0, counters.rev])?;
            commit_rev(db, counters)?;
            Ok((counters.rev, removed))
        })
    }
}

/// The last rev that was taken.
pub fn head(db: &Connection) -> rusqlite::Result<Rev> {
    db.prepare_cached("select rev from revision where id = 1")?.query_row([], |row| row.get(0))
}

/// The row that numbers changes and movies.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    /// The change.
    pub rev: Rev,
    /// The last movie that was ever added.
    pub last_id: i64,
}

/// The rev that the transaction will take if it changes something, and the last movie before it.
pub fn next_rev(db: &Connection) -> rusqlite::Result<Counters> {
    let mut statement = db.prepare_cached("select rev, last_id from revision where id = 1")?;
    statement.query_row([], |row| Ok(Counters { rev: row.get::<_, i64>(0)? + 1, last_id: row.get(1)? }))
}

/// Takes the rev: the last statement of a transaction.
pub fn commit_rev(db: &Connection, counters: Counters) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("update revision set rev = ?1, last_id = ?2 where id = 1")?;
    statement.execute([counters.rev, counters.last_id])?;
    Ok(())
}

/// What movies of one title are filed under: a hash of it, folded, since an index over it stays small at millions of
/// movies. Databases keep it, so it never changes.
pub fn title_hash(title: &str) -> i64 {
    let digest = Sha256::digest(fold(title).as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | i64::from(*byte))
}

/// A movie that may be the same: its title is.
pub struct Candidate {
    pub id: MovieId,
    pub identity: Identity,
}

/// The movies of this title, by id. The hash finds them, the texts prove it.
pub fn candidates(db: &Connection, title: &str) -> rusqlite::Result<Vec<Candidate>> {
    let mut statement = db.prepare_cached(
        "select id, year, imdb_id, tmdb_id, title, directors from movies where identity = ?1 order by id",
    )?;
    let mut folded = None;
    let rows = statement.query_map([title_hash(title)], |row| {
        let known = row.get_ref(4)?.as_str()?;
        if known != title && fold(known) != *folded.get_or_insert_with(|| fold(title)) {
            return Ok(None);
        }
        let first = row.get_ref(5)?.as_str()?.split(BETWEEN).next().filter(|name| !name.is_empty());
        let identity = Identity {
            director: first.map(fold),
            year: row.get(1)?,
            imdb_id: row.get(2)?,
            tmdb_id: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
        };
        Ok(Some(Candidate { id: MovieId(row.get(0)?), identity }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

/// Files all movies anew, by the hash of their titles.
pub fn file_anew(db: &Connection) -> rusqlite::Result<()> {
    let mut read = db.prepare("select id, title from movies where id > ?1 order by id limit 10000")?;
    let mut write = db.prepare("update movies set identity = ?2 where id = ?1")?;
    let mut after = 0;
    loop {
        let page: Vec<(i64, String)> =
            read.query_map([after], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (id, title) in &page {
            write.execute([*id, title_hash(title)])?;
        }
    }
    db.execute_batch("create index movies_by_identity on movies (identity)")
}

/// The movie that has an external id.
pub fn by_imdb_id(db: &Connection, imdb_id: &str) -> rusqlite::Result<Option<MovieId>> {
    let mut statement = db.prepare_cached("select id from movies where imdb_id = ?1")?;
    statement.query_row([imdb_id], |row| Ok(MovieId(row.get(0)?))).optional()
}

/// The movie that has an external id.
pub fn by_tmdb_id(db: &Connection, tmdb_id: u64) -> rusqlite::Result<Option<MovieId>> {
    let mut statement = db.prepare_cached("select id from movies where tmdb_id = ?1")?;
    statement.query_row(params![tmdb_id.cast_signed()], |row| Ok(MovieId(row.get(0)?))).optional()
}

/// Refuses facts that are another movie's: one external id, or title, year and first director.
fn refuse_same(db: &Connection, facts: &Facts, own: Option<MovieId>) -> Result<(), Failure> {
    let by_imdb_id = facts.imdb_id.as_deref().map(|id| by_imdb_id(db, id)).transpose()?.flatten();
    let by_tmdb_id = facts.tmdb_id.map(|id| by_tmdb_id(db, id)).transpose()?.flatten();
    let identity = Identity::of(facts);
    let is_same = |same: &Identity| same.year == identity.year && same.director == identity.director;
    let same = candidates(db, &facts.title)?.into_iter().filter(|same| is_same(&same.identity));
    let by_name = same.map(|same| same.id);
    let mut others = by_imdb_id.into_iter().chain(by_tmdb_id).chain(by_name).filter(|id| Some(*id) != own);
    others.next().map_or(Ok(()), |id| Err(StoreError::Exists(id).into()))
}

/// A movie that must be there.
pub fn one(db: &Connection, id: MovieId) -> Result<Movie, Failure> {
    movies::load(db, id)?.ok_or_else(|| StoreError::NotFound.into())
}
