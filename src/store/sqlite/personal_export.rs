//! All that somebody keeps, for an export: first what there is, in order, then a few entries at a time, so that nothing
//! is held while a slow reader takes its time. An entry that is gone by then is left out.

use rusqlite::{Connection, OptionalExtension, params};

use super::Sqlite;
use super::mine::rating_of;
use super::movies::load;
use crate::model::MovieId;
use crate::model::mine::{Day, Shelf, Shelved};
use crate::store::StoreError;
use crate::store::mine::{Collection, EntryKey};

impl Sqlite {
    pub fn entry_keys(&self, account: i64, collection: Collection) -> Result<Vec<EntryKey>, StoreError> {
        let sql = match collection {
            Collection::Shelf(Shelf::Ratings) => {
                "select movie_id, rated_at from ratings where account_id = ?1 order by rated_at desc, movie_id desc"
            }
            Collection::Shelf(Shelf::Watchlist) => {
                "select movie_id, added_at from watchlist where account_id = ?1 order by added_at desc, movie_id desc"
            }
            Collection::Shelf(Shelf::Seen) => {
                "select movie_id, seen_on from viewings where account_id = ?1 order by seen_on desc, id desc"
            }
            Collection::Shelf(Shelf::Notes) => {
                "select movie_id, updated_at from notes where account_id = ?1 order by updated_at desc, movie_id desc"
            }
            Collection::List(_) => {
                "select movie_id, added_at from list_movies join lists on lists.id = list_id \
                 where account_id = ?1 and list_id = ?2 order by position, movie_id"
            }
        };
        let day =
            |value| if collection == Collection::Shelf(Shelf::Seen) { Day(value) } else { Day::of_seconds(value) };
        self.glance(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let key = |row: &rusqlite::Row<'_>| {
                Ok(EntryKey { movie: MovieId(row.get(0)?), on: row.get::<_, Option<i64>>(1)?.map(day) })
            };
            let rows = match collection {
                Collection::Shelf(_) => statement.query_map([account], key)?,
                Collection::List(id) => statement.query_map([account, id], key)?,
            };
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn entries(&self, account: i64, collection: Collection, keys: &[EntryKey]) -> Result<Vec<Shelved>, StoreError> {
        self.read(|db| {
            let mut entries = Vec::with_capacity(keys.len());
            for key in keys {
                entries.extend(entry(db, account, collection, key)?);
            }
            Ok(entries)
        })
    }
}

fn entry(db: &Connection, account: i64, collection: Collection, key: &EntryKey) -> rusqlite::Result<Option<Shelved>> {
    let Some(movie) = load(db, key.movie)? else { return Ok(None) };
    let is_list = matches!(collection, Collection::List(_));
    let rating = if is_list { None } else { rating_of(db, account, key.movie)? };
    let note = if collection == Collection::Shelf(Shelf::Notes) { note_of(db, account, key.movie)? } else { None };
    let is_gone = match collection {
        Collection::Shelf(Shelf::Ratings) => rating.is_none(),
        Collection::Shelf(Shelf::Notes) => note.is_none(),
        _ => false,
    };
    Ok((!is_gone).then_some(Shelved { movie, rating, on: key.on, note }))
}

fn note_of(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<Option<String>> {
    let mut statement = db.prepare_cached("select text from notes where account_id = ?1 and movie_id = ?2")?;
    statement.query_row(params![account, movie.0], |row| row.get(0)).optional()
}
