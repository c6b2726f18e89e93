//! People's own lists of movies, private or public, in their own order. Whoever changes a list owns it: each statement
//! names the account, and a list of somebody else is not found.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::mine::require;
use super::movies::load;
use super::{Failure, Sqlite, now};
use crate::model::MovieId;
use crate::model::mine::{
    CollectionEntry, CollectionPage, Day, ListDraft, MAX_LIST_ENTRIES, MAX_LIST_MOVIES, MAX_LISTS, MovieList, PAGE,
};
use crate::store::StoreError;
use crate::store::mine::Room;

/// A statement that gives lists, for [`list`] to read.
macro_rules! select_lists {
    ($rest:literal) => {
        concat!(
            "select lists.id, account_id, accounts.name, lists.name, description, is_public, updated_at, ",
            "(select count(*) from list_movies where list_id = lists.id) ",
            "from lists join accounts on accounts.id = account_id ",
            $rest
        )
    };
}

/// Lists of other people that are shown.
const MAX_PUBLIC: i64 = 200;

impl Sqlite {
    pub fn lists(&self, account: i64) -> Result<Vec<MovieList>, StoreError> {
        self.read_statement(|db| {
            let mut statement =
                db.prepare_cached(select_lists!("where account_id = ?1 order by lists.name, lists.id"))?;
            Ok(statement.query_map([account], list)?.collect::<Result<_, _>>()?)
        })
    }

    pub fn public_lists(&self, but_of: Option<i64>) -> Result<Vec<MovieList>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached(select_lists!(
                "where is_public = 1 and account_id is not ?1 order by updated_at desc, lists.id desc limit ?2"
            ))?;
            Ok(statement.query_map(params![but_of, MAX_PUBLIC], list)?.collect::<Result<_, _>>()?)
        })
    }

    pub fn list(&self, viewer: Option<i64>, id: i64) -> Result<MovieList, StoreError> {
        self.read_statement(|db| {
            let mut statement =
                db.prepare_cached(select_lists!("where lists.id = ?1 and (is_public = 1 or account_id is ?2)"))?;
            let found = statement.query_row(params![id, viewer], list).optional()?;
            found.ok_or_else(|| StoreError::NotFound.into())
        })
    }

    pub fn list_page(&self, id: i64, page: u32) -> Result<CollectionPage, StoreError> {
        self.read(|db| {
            let total = size(db, id)? as u64;
            Ok(CollectionPage { total, page, entries: movies_of(db, id, i64::from(PAGE), page)? })
        })
    }

    pub fn add_list(&self, account: i64, draft: &ListDraft) -> Result<Option<i64>, StoreError> {
        self.write(|db| {
            let known = db.prepare_cached("select 1 from accounts where id = ?1")?.exists([account])?;
            if !known {
                return Err(StoreError::NotFound.into());
            }
            let mut statement = db.prepare_cached("select count(*) from lists where account_id = ?1")?;
            if statement.query_row([account], |row| row.get::<_, u32>(0))? as usize >= MAX_LISTS {
                return Ok(None);
            }
            db.execute(
                "insert into lists (account_id, name, description, is_public, created_at, updated_at) \
                 values (?1, ?2, ?3, ?4, ?5, ?5)",
                params![account, draft.name, draft.description, draft.is_public, now()],
            )?;
            Ok(Some(db.last_insert_rowid()))
        })
    }

    pub fn update_list(&self, account: i64, id: i64, draft: &ListDraft) -> Result<(), StoreError> {
        self.write(|db| {
            let changed = db.execute(
                "update lists set name = ?3, description = ?4, is_public = ?5, updated_at = ?6 \
                 where id = ?1 and account_id = ?2",
                params![id, account, draft.name, draft.description, draft.is_public, now()],
            )?;
            found(changed)
        })
    }

    pub fn delete_list(&self, account: i64, id: i64) -> Result<(), StoreError> {
        self.write(|db| found(db.execute("delete from lists where id = ?1 and account_id = ?2", [id, account])?))
    }

    pub fn remove_from_list(&self, account: i64, id: i64, movie: MovieId) -> Result<(), StoreError> {
        self.write(|db| {
            touch(db, account, id)?;
            db.execute("delete from list_movies where list_id = ?1 and movie_id = ?2", [id, movie.0])?;
            Ok(())
        })
    }

    /// Puts a movie into a list where there is room for it, at its end or at a place from 1.
    pub fn put_into_list(
        &self,
        account: i64,
        id: i64,
        movie: MovieId,
        place: Option<usize>,
    ) -> Result<Room, StoreError> {
        self.write(|db| {
            require(db, account, movie)?;
            touch(db, account, id)?;
            let mut statement =
                db.prepare_cached("select movie_id from list_movies where list_id = ?1 order by position, movie_id")?;
            let mut order = statement.query_map([id], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
            let known = order.iter().position(|known| *known == movie.0);
            match (known, place) {
                (Some(_), None) => return Ok(Room::Enough),
                (None, _) if order.len() >= MAX_LIST_MOVIES => return Ok(Room::Full),
                (None, _) if entries_in_all(db, account)? >= MAX_LIST_ENTRIES => return Ok(Room::AccountFull),
                (None, None) => return append(db, id, movie).map(|()| Room::Enough),
                (None, Some(_)) => append(db, id, movie)?,
                (Some(known), Some(_)) => drop(order.remove(known)),
            }
            let place = place.unwrap_or(1).clamp(1, order.len() + 1);
            order.insert(place - 1, movie.0);
            let mut update =
                db.prepare_cached("update list_movies set position = ?3 where list_id = ?1 and movie_id = ?2")?;
            for (position, movie) in order.iter().enumerate() {
                update.execute(params![id, movie, position as i64 + 1])?;
            }
            Ok(Room::Enough)
        })
    }
}

fn entries_in_all(db: &Connection, account: i64) -> rusqlite::Result<usize> {
    let mut statement =
        db.prepare_cached("select count(*) from lists join list_movies on list_id = lists.id where account_id = ?1")?;
    Ok(statement.query_row([account], |row| row.get::<_, u32>(0))? as usize)
}

fn append(db: &Connection, id: i64, movie: MovieId) -> Result<(), Failure> {
    db.execute(
        "insert into list_movies (list_id, movie_id, position, added_at) \
         select ?1, ?2, coalesce(max(position), 0) + 1, ?3 from list_movies where list_id = ?1",
        params![id, movie.0, now()],
    )?;
    Ok(())
}

fn list(row: &Row<'_>) -> rusqlite::Result<MovieList> {
    Ok(MovieList {
        id: row.get(0)?,
        account: row.get(1)?,
        owner: row.get(2)?,
        draft: ListDraft { name: row.get(3)?, description: row.get(4)?, is_public: row.get(5)? },
        updated_at: row.get(6)?,
        count: row.get::<_, i64>(7)?.unsigned_abs(),
    })
}

fn size(db: &Connection, id: i64) -> rusqlite::Result<usize> {
    let mut statement = db.prepare_cached("select count(*) from list_movies where list_id = ?1")?;
    Ok(statement.query_row([id], |row| row.get::<_, u32>(0))? as usize)
}

fn movies_of(db: &Connection, id: i64, limit: i64, page: u32) -> rusqlite::Result<Vec<CollectionEntry>> {
    let mut statement = db.prepare_cached(
        "select movie_id, added_at from list_movies where list_id = ?1 order by position, movie_id limit ?2 offset ?3",
    )?;
    let offset = i64::from(page - 1) * i64::from(PAGE);
    let rows = statement.query_map(params![id, limit, offset], |row| Ok((MovieId(row.get(0)?), row.get(1)?)))?;
    let mut entries = Vec::new();
    for row in rows {
        let (movie, added_at) = row?;
        let Some(movie) = load(db, movie)? else { continue };
        entries.push(CollectionEntry { movie, rating: None, on: Some(Day::of_seconds(added_at)), note: None });
    }
    Ok(entries)
}

/// Notes that a list of this account changes.
fn touch(db: &Connection, account: i64, id: i64) -> Result<(), Failure> {
    let sql = "update lists set updated_at = ?3 where id = ?1 and account_id = ?2";
    found(db.prepare_cached(sql)?.execute(params![id, account, now()])?)
}

fn found(changed: usize) -> Result<(), Failure> {
    if changed == 0 { Err(StoreError::NotFound.into()) } else { Ok(()) }
}
