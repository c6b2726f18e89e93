//! What people keep of a movie: rating, watchlist, viewings, note. Each change is one transaction, and none of them
//! takes a rev: the catalogue stays as it is. Lists are in `lists`, whole pages of such things in `shelves`.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Failure, Sqlite, now};
use crate::model::MovieId;
use crate::model::mine::{Beside, Day, InList, MAX_VIEWINGS, Mine, Rating, SiteRating, Viewing};
use crate::store::StoreError;

impl Sqlite {
    pub fn beside(&self, account: Option<i64>, movie: MovieId) -> Result<Beside, StoreError> {
        let version = self.lately.version(&self.path);
        let beside = self.read(|db| {
            let mine = account.map(|account| mine(db, account, movie)).transpose()?;
            Ok(Beside { site: site_rating(db, movie)?, mine })
        })?;
        self.lately.keep_beside(version, (account, movie), &beside);
        Ok(beside)
    }

    pub fn known_beside(&self, account: Option<i64>, movie: MovieId) -> Option<Beside> {
        self.lately.beside(&self.path, (account, movie))
    }

    pub fn rate(&self, account: i64, movie: MovieId, rating: Option<Rating>) -> Result<(), StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            let Some(rating) = rating else {
                db.prepare_cached("delete from ratings where account_id = ?1 and movie_id = ?2")?
                    .execute(params![account, movie.0])?;
                return Ok(());
            };
            // The same rating again is no change, so that it keeps its day.
            if rating_of(db, account, movie)? != Some(rating) {
                set_rating(db, account, movie, rating, now())?;
            }
            Ok(())
        })
    }

    pub fn watch(&self, account: i64, movie: MovieId, on: bool) -> Result<(), StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            if on {
                add_to_watchlist(db, account, movie, now())?;
            } else {
                db.prepare_cached("delete from watchlist where account_id = ?1 and movie_id = ?2")?
                    .execute(params![account, movie.0])?;
            }
            Ok(())
        })
    }

    pub fn add_viewing(&self, account: i64, movie: MovieId, on: Option<Day>) -> Result<bool, StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            if viewings_of(db, account, movie)? >= MAX_VIEWINGS {
                return Ok(false);
            }
            add_viewing(db, account, movie, on)?;
            Ok(true)
        })
    }

    pub fn remove_viewing(&self, account: i64, movie: MovieId, viewing: i64) -> Result<(), StoreError> {
        self.write(|db| {
            let removed = db
                .prepare_cached("delete from viewings where id = ?1 and account_id = ?2 and movie_id = ?3")?
                .execute(params![viewing, account, movie.0])?;
            if removed == 0 { Err(StoreError::NotFound.into()) } else { Ok(()) }
        })
    }

    pub fn set_note(&self, account: i64, movie: MovieId, note: Option<&str>) -> Result<(), StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            match note {
                None => db
                    .prepare_cached("delete from notes where account_id = ?1 and movie_id = ?2")?
                    .execute(params![account, movie.0])?,
                Some(text) => db
                    .prepare_cached(
                        "replace into notes (account_id, movie_id, text, updated_at) values (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![account, movie.0, text, now()])?,
            };
            Ok(())
        })
    }
}

/// The movie is in the catalogue, and the account was not removed while it asked.
pub fn require(db: &Connection, account: i64, movie: MovieId) -> Result<(), Failure> {
    let has = |sql, id| db.prepare_cached(sql)?.exists([id]);
    let is_there = has("select 1 from movies where id = ?1", movie.0)?;
    let is_known = has("select 1 from accounts where id = ?1", account)?;
    if is_there && is_known { Ok(()) } else { Err(StoreError::NotFound.into()) }
}

pub fn rating_of(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<Option<Rating>> {
    let mut statement = db.prepare_cached("select rating from ratings where account_id = ?1 and movie_id = ?2")?;
    let value = statement.query_row(params![account, movie.0], |row| row.get(0)).optional()?;
    Ok(value.and_then(Rating::new))
}

pub fn set_rating(db: &Connection, account: i64, movie: MovieId, rating: Rating, at: i64) -> rusqlite::Result<()> {
    db.prepare_cached("replace into ratings (account_id, movie_id, rating, rated_at) values (?1, ?2, ?3, ?4)")?
        .execute(params![account, movie.0, rating.value(), at])?;
    Ok(())
}

/// Says whether it was not there yet.
pub fn add_to_watchlist(db: &Connection, account: i64, movie: MovieId, at: i64) -> rusqlite::Result<bool> {
    let known = db
        .prepare_cached("select 1 from watchlist where account_id = ?1 and movie_id = ?2")?
        .exists(params![account, movie.0])?;
    if !known {
        db.prepare_cached("insert into watchlist (account_id, movie_id, added_at) values (?1, ?2, ?3)")?
            .execute(params![account, movie.0, at])?;
    }
    Ok(!known)
}

/// Says whether it was not there yet. A movie is seen once on one day, and once on an unknown one.
pub fn add_viewing(db: &Connection, account: i64, movie: MovieId, on: Option<Day>) -> rusqlite::Result<bool> {
    let day = on.map(|day| day.0);
    let known = db
        .prepare_cached("select 1 from viewings where account_id = ?1 and movie_id = ?2 and seen_on is ?3")?
        .exists(params![account, movie.0, day])?;
    if !known {
        db.prepare_cached("insert into viewings (account_id, movie_id, seen_on) values (?1, ?2, ?3)")?
            .execute(params![account, movie.0, day])?;
    }
    Ok(!known)
}

pub fn viewings_of(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<usize> {
    let mut statement = db.prepare_cached("select count(*) from viewings where account_id = ?1 and movie_id = ?2")?;
    Ok(statement.query_row(params![account, movie.0], |row| row.get::<_, u32>(0))? as usize)
}

fn site_rating(db: &Connection, movie: MovieId) -> rusqlite::Result<SiteRating> {
    let mut statement =
        db.prepare_cached("select count(*), coalesce(sum(rating), 0) from ratings where movie_id = ?1")?;
    let unsigned = |value: i64| value.unsigned_abs();
    statement.query_row([movie.0], |row| Ok(SiteRating { count: unsigned(row.get(0)?), sum: unsigned(row.get(1)?) }))
}

fn mine(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<Mine> {
    let own = params![account, movie.0];
    let watchlist =
        db.prepare_cached("select 1 from watchlist where account_id = ?1 and movie_id = ?2")?.exists(own)?;
    let mut statement = db.prepare_cached("select text from notes where account_id = ?1 and movie_id = ?2")?;
    let note = statement.query_row(own, |row| row.get(0)).optional()?;
    let mut statement = db.prepare_cached(
        "select id, seen_on from viewings where account_id = ?1 and movie_id = ?2 order by seen_on desc, id desc",
    )?;
    let seen = statement
        .query_map(own, |row| Ok(Viewing { id: row.get(0)?, on: row.get::<_, Option<i64>>(1)?.map(Day) }))?
        .collect::<Result<_, _>>()?;
    let mut statement = db.prepare_cached(
        "select id, name, exists (select 1 from list_movies where list_id = lists.id and movie_id = ?2) \
         from lists where account_id = ?1 order by name, id",
    )?;
    let lists = statement
        .query_map(own, |row| Ok(InList { id: row.get(0)?, name: row.get(1)?, holds: row.get(2)? }))?
        .collect::<Result<_, _>>()?;
    Ok(Mine { rating: rating_of(db, account, movie)?, watchlist, seen, note, lists })
}
