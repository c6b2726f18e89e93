//! Edits: each one transaction, whose last statement takes the next rev. The writer holds the database's only write
//! lock from the first statement on, so the number that will be taken is known before, and rev order is commit order.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::movies::{self, Names};
use super::{Failure, Sqlite};
use crate::model::draft::identity_key;
use crate::model::{Facts, Movie, MovieDraft, MovieId, Rev};
use crate::store::StoreError;

impl Sqlite {
    pub fn add_movie(&self, facts: &Facts) -> Result<Movie, StoreError> {
        self.write(|db| {
            refuse_same(db, facts, None)?;
            let rev = next_rev(db)?;
            let id = movies::insert(db, &mut Names::default(), facts, identity(facts), rev)?;
            take_rev(db, rev)?;
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
            let rev = next_rev(db)?;
            let names = &mut Names::default();
            movies::update(db, names, (id, &before.facts), &facts, (identity(&facts), rev))?;
            take_rev(db, rev)?;
            one(db, id)
        })
    }

    pub fn delete_movie(&self, id: MovieId) -> Result<Rev, StoreError> {
        self.write(|db| {
            if db.prepare_cached("delete from movies where id = ?1")?.execute([id.0])? == 0 {
                return Err(StoreError::NotFound.into());
            }
            let rev = next_rev(db)?;
            db.prepare_cached("insert into deletions (movie_id, rev) values (?1, ?2)")?.execute([id.0, rev])?;
            take_rev(db, rev)?;
            Ok(rev)
        })
    }
}

/// The last rev that was taken.
pub fn head(db: &Connection) -> rusqlite::Result<Rev> {
    db.prepare_cached("select rev from revision where id = 1")?.query_row([], |row| row.get(0))
}

/// The rev that the transaction will take if it changes something.
pub fn next_rev(db: &Connection) -> rusqlite::Result<Rev> {
    Ok(head(db)? + 1)
}

/// Takes the rev: the last statement of a transaction.
pub fn take_rev(db: &Connection, rev: Rev) -> rusqlite::Result<()> {
    db.prepare_cached("update revision set rev = ?1 where id = 1")?.execute([rev])?;
    Ok(())
}

/// A hash of what makes two movies the same; never changes, since databases keep it.
pub fn identity(facts: &Facts) -> i64 {
    let digest = Sha256::digest(identity_key(facts).as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | i64::from(*byte))
}

/// A movie that may be the same: title and first director are.
pub struct Candidate {
    pub id: MovieId,
    pub year: Option<u16>,
    pub imdb_id: Option<String>,
    pub tmdb_id: Option<i64>,
}

/// The movies of the same title and first director, by id. The hash finds them, the texts prove it.
pub fn candidates(db: &Connection, facts: &Facts) -> rusqlite::Result<Vec<Candidate>> {
    let mut statement = db.prepare_cached(
        "select movies.id, year, imdb_id, tmdb_id, title, name from movies \
         left join movie_directors on movie_id = movies.id and position = 0 \
         left join people on people.id = person_id \
         where identity = ?1 order by movies.id",
    )?;
    let key = identity_key(facts);
    let rows = statement.query_map([identity(facts)], |row| {
        let directors = row.get::<_, Option<String>>(5)?.into_iter().collect();
        let named = Facts { title: row.get(4)?, directors, ..Facts::default() };
        let candidate =
            Candidate { id: MovieId(row.get(0)?), year: row.get(1)?, imdb_id: row.get(2)?, tmdb_id: row.get(3)? };
        Ok((identity_key(&named) == key).then_some(candidate))
    })?;
    rows.filter_map(Result::transpose).collect()
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
    let by_name = candidates(db, facts)?.into_iter().filter(|same| same.year == facts.year).map(|same| same.id);
    let mut others = by_imdb_id.into_iter().chain(by_tmdb_id).chain(by_name).filter(|id| Some(*id) != own);
    others.next().map_or(Ok(()), |id| Err(StoreError::Exists(id).into()))
}

fn one(db: &Connection, id: MovieId) -> Result<Movie, Failure> {
    movies::load(db, &[id])?.pop().ok_or_else(|| StoreError::NotFound.into())
}
