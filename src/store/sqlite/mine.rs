//! What people keep of a movie: rating, watchlist, viewings, note. Each change is one transaction, and none of them
//! takes a rev: the catalogue stays as it is. Lists are in `lists`, whole pages of such things in `shelves`.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Failure, Sqlite, now};
use crate::model::mine::{
    Day, InList, MAX_ALL_VIEWINGS, MAX_NOTES_MB, MAX_VIEWINGS, MovieExtras, PersonalState, Rating, SiteRating, Viewing,
};
use crate::model::{EntryCounts, MovieId};
use crate::store::StoreError;
use crate::store::mine::Room;

impl Sqlite {
    pub fn entry_counts(&self, movie: MovieId) -> Result<EntryCounts, StoreError> {
        self.read(|db| Ok(entry_counts(db, movie)?))
    }

    pub fn extras(&self, account: Option<i64>, movie: MovieId) -> Result<MovieExtras, StoreError> {
        let version = self.read_cache.version(&self.path);
        let extras = self.read(|db| {
            let mine = account.map(|account| mine(db, account, movie)).transpose()?;
            Ok(MovieExtras { site: site_rating(db, movie)?, mine })
        })?;
        self.read_cache.keep_extras(version, (account, movie), &extras);
        Ok(extras)
    }

    pub fn cached_extras(&self, account: Option<i64>, movie: MovieId) -> Option<MovieExtras> {
        self.read_cache.extras(&self.path, (account, movie))
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
                set_rating(db, account, movie, rating, Some(now()))?;
            }
            Ok(())
        })
    }

    pub fn watch(&self, account: i64, movie: MovieId, on: bool) -> Result<(), StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            if on {
                add_to_watchlist(db, account, movie, Some(now()))?;
            } else {
                db.prepare_cached("delete from watchlist where account_id = ?1 and movie_id = ?2")?
                    .execute(params![account, movie.0])?;
            }
            Ok(())
        })
    }

    pub fn add_viewing(&self, account: i64, movie: MovieId, on: Option<Day>) -> Result<Room, StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            if viewings_of(db, account, movie)? >= MAX_VIEWINGS {
                return Ok(Room::Full);
            }
            if viewings_in_all(db, account)? >= MAX_ALL_VIEWINGS {
                return Ok(Room::AccountFull);
            }
            add_viewing(db, account, movie, on)?;
            Ok(Room::Enough)
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

    pub fn set_note(&self, account: i64, movie: MovieId, note: Option<&str>) -> Result<Room, StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            if let Some(text) = note
                && !has_room_for_note(db, account, movie, text.len())?
            {
                return Ok(Room::AccountFull);
            }
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
            Ok(Room::Enough)
        })
    }
}

/// What goes with the movie when it is deleted.
pub fn entry_counts(db: &Connection, movie: MovieId) -> rusqlite::Result<EntryCounts> {
    let mut statement = db.prepare_cached(
        "select (select count(*) from ratings where movie_id = ?1), (select count(*) from notes where movie_id = ?1),
            (select count(*) from viewings where movie_id = ?1), (select count(*) from watchlist where movie_id = ?1),
            (select count(*) from list_movies where movie_id = ?1)",
    )?;
    statement.query_row([movie.0], |row| {
        let count = |column: usize| row.get::<_, u32>(column).map(u64::from);
        let (ratings, notes, viewings) = (count(0)?, count(1)?, count(2)?);
        Ok(EntryCounts { ratings, notes, viewings, watchlists: count(3)?, lists: count(4)? })
    })
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

pub fn set_rating(
    db: &Connection,
    account: i64,
    movie: MovieId,
    rating: Rating,
    at: Option<i64>,
) -> rusqlite::Result<()> {
    db.prepare_cached("replace into ratings (account_id, movie_id, rating, rated_at) values (?1, ?2, ?3, ?4)")?
        .execute(params![account, movie.0, rating.value(), at])?;
    Ok(())
}

/// Says whether it was not there yet.
pub fn add_to_watchlist(db: &Connection, account: i64, movie: MovieId, at: Option<i64>) -> rusqlite::Result<bool> {
    let known = db
        .prepare_cached("select 1 from watchlist where account_id = ?1 and movie_id = ?2")?
        .exists(params![account, movie.0])?;
    if !known {
        db.prepare_cached("insert into watchlist (account_id, movie_id, added_at) values (?1, ?2, ?3)")?
            .execute(params![account, movie.0, at])?;
    }
    Ok(!known)
}

/// Adds a viewing; two of one day are two.
pub fn add_viewing(db: &Connection, account: i64, movie: MovieId, on: Option<Day>) -> rusqlite::Result<()> {
    db.prepare_cached("insert into viewings (account_id, movie_id, seen_on) values (?1, ?2, ?3)")?.execute(params![
        account,
        movie.0,
        on.map(|day| day.0)
    ])?;
    Ok(())
}

/// How often a member saw a movie on this day, or on unknown ones.
pub fn viewings_on(db: &Connection, account: i64, movie: MovieId, on: Option<Day>) -> rusqlite::Result<u32> {
    let mut statement =
        db.prepare_cached("select count(*) from viewings where account_id = ?1 and movie_id = ?2 and seen_on is ?3")?;
    statement.query_row(params![account, movie.0, on.map(|day| day.0)], |row| row.get(0))
}

pub fn viewings_of(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<usize> {
    let mut statement = db.prepare_cached("select count(*) from viewings where account_id = ?1 and movie_id = ?2")?;
    Ok(statement.query_row(params![account, movie.0], |row| row.get::<_, u32>(0))? as usize)
}

pub fn viewings_in_all(db: &Connection, account: i64) -> rusqlite::Result<usize> {
    let mut statement = db.prepare_cached("select count(*) from viewings where account_id = ?1")?;
    Ok(statement.query_row([account], |row| row.get::<_, u32>(0))? as usize)
}

/// The notes of an account stay within their bound, or come nearer to it.
fn has_room_for_note(db: &Connection, account: i64, movie: MovieId, bytes: usize) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached(
        "select coalesce(sum(octet_length(text)), 0), \
         coalesce(sum(case when movie_id = ?2 then octet_length(text) end), 0) from notes where account_id = ?1",
    )?;
    let (all, before) =
        statement.query_row(params![account, movie.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let (all, before) = (all.unsigned_abs() as usize, before.unsigned_abs() as usize);
    Ok(bytes <= before || all - before + bytes <= MAX_NOTES_MB * 1_000_000)
}

fn site_rating(db: &Connection, movie: MovieId) -> rusqlite::Result<SiteRating> {
    let mut statement =
        db.prepare_cached("select count(*), coalesce(sum(rating), 0) from ratings where movie_id = ?1")?;
    let unsigned = |value: i64| value.unsigned_abs();
    statement.query_row([movie.0], |row| Ok(SiteRating { count: unsigned(row.get(0)?), sum: unsigned(row.get(1)?) }))
}

fn mine(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<PersonalState> {
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
    Ok(PersonalState { rating: rating_of(db, account, movie)?, watchlist, seen, note, lists })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::model::mine::{ListDraft, MAX_LIST_ENTRIES, MAX_NOTE};
    use crate::store::Store;
    use crate::store::mine::{EntryOutcome, PersonalEntry};

    /// A store with an account, 1, and movies 1 to 3, after some SQL.
    fn store(sql: &str) -> (Store, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let store = Store::open(&path).expect("a database");
        let db = Connection::open(path).expect("the same");
        db.execute_batch(
            "insert into accounts (id, name, name_key, password_hash, role, created_at) \
             values (1, 'bob', 'bob', '', 'user', 0);
             with recursive n(i) as (select 1 union all select i + 1 from n where i < 3)
             insert into movies (id, rev, created_rev, added_at, updated_at, identity, title, alternate_titles, \
             directors, cast_names, genres) select i, 1, 1, 0, 0, i, 'Movie ' || i, '', '', '', '' from n;",
        )
        .expect("an account and movies");
        db.execute_batch(sql).expect("what it keeps");
        (store, folder)
    }

    #[test]
    fn all_notes_of_an_account_have_a_bound() {
        let bytes = MAX_NOTES_MB * 1_000_000 - 10;
        let (store, _folder) =
            store(&format!("insert into notes values (1, 1, replace(hex(zeroblob({bytes} / 2)), '0', 'n'), 0)"));
        let set = |movie, text: &str| store.set_note(1, MovieId(movie), Some(text)).expect("an answer");
        assert_eq!(set(2, "0123456789"), Room::Enough);
        assert_eq!(set(3, "é"), Room::AccountFull);
        assert_eq!(set(2, "01234567é9"), Room::AccountFull, "bytes, not characters");
        assert_eq!(set(2, "012345678é"), Room::AccountFull);
        assert_eq!(set(1, &"n".repeat(MAX_NOTE)), Room::Enough, "a shorter one than before");
        assert_eq!(set(3, "é"), Room::Enough);
        assert_eq!(store.set_note(1, MovieId(1), None).expect("an answer"), Room::Enough);
    }

    #[test]
    fn all_viewings_of_an_account_have_a_bound() {
        let (store, _folder) = store(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {MAX_ALL_VIEWINGS} - 2)
             insert into viewings (account_id, movie_id, seen_on) select 1, 1 + i % 2, i from n;"
        ));
        let full: i64 = MAX_VIEWINGS as i64 * 100;
        assert_eq!(store.add_viewing(1, MovieId(1), Some(Day(full))).expect("an answer"), Room::Full);
        assert_eq!(store.add_viewing(1, MovieId(3), Some(Day(1))).expect("an answer"), Room::Enough);
        let seen = |day| (MovieId(3), PersonalEntry::Seen { on: Some(Day(day)), nth: Some(1) });
        let kept = store.keep_all(1, &[seen(1), seen(2), seen(3), seen(2)]).expect("outcomes");
        assert_eq!(kept, [EntryOutcome::Unchanged, EntryOutcome::Set, EntryOutcome::TooMany, EntryOutcome::Unchanged]);
        assert_eq!(store.add_viewing(1, MovieId(3), None).expect("an answer"), Room::AccountFull);
    }

    #[test]
    fn all_lists_of_an_account_have_a_bound() {
        let (store, _folder) = store(&format!(
            "pragma foreign_keys = off;
             with recursive n(i) as (select 1 union all select i + 1 from n where i < 11)
             insert into lists select i, 1, 'List', '', 0, 0, 0 from n;
             with recursive n(i) as (select 0 union all select i + 1 from n where i < {MAX_LIST_ENTRIES} - 2)
             insert into list_movies select 1 + i % 11, 1000 + i, i, 0 from n;"
        ));
        let put = |list, movie| store.put_into_list(1, list, MovieId(movie), None).expect("an answer");
        assert_eq!((put(1, 1), put(2, 1), put(1, 1)), (Room::Enough, Room::AccountFull, Room::Enough));
        let made = store.add_list(1, &ListDraft { name: "More".into(), ..ListDraft::default() }).expect("an answer");
        assert!(made.is_some());
    }
}
