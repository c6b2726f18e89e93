//! All that a member keeps, for an export: first what there is, in order, then a few entries at a time, so that nothing
//! is held while a slow reader takes its time. An entry that is gone by then is left out.

use rusqlite::{Connection, OptionalExtension, params};

use super::Sqlite;
use super::mine::rating_of;
use super::movies::load;
use crate::model::MovieId;
use crate::model::mine::{Collection, CollectionEntry, Day};
use crate::store::StoreError;
use crate::store::mine::{EntryKey, EntrySource};

impl Sqlite {
    pub fn entry_keys(&self, account: i64, source: EntrySource) -> Result<Vec<EntryKey>, StoreError> {
        let sql = match source {
            EntrySource::Collection(Collection::Ratings) => {
                "select movie_id, rated_at from ratings where account_id = ?1 order by rated_at desc, movie_id desc"
            }
            EntrySource::Collection(Collection::Watchlist) => {
                "select movie_id, added_at from watchlist where account_id = ?1 order by added_at desc, movie_id desc"
            }
            EntrySource::Collection(Collection::Seen) => {
                "select movie_id, seen_on from viewings where account_id = ?1 order by seen_on desc, id desc"
            }
            EntrySource::Collection(Collection::Notes) => {
                "select movie_id, updated_at from notes where account_id = ?1 order by updated_at desc, movie_id desc"
            }
            EntrySource::List(_) => {
                "select movie_id, added_at from list_movies join lists on lists.id = list_id \
                 where account_id = ?1 and list_id = ?2 order by position, movie_id"
            }
        };
        let day = |value| {
            if source == EntrySource::Collection(Collection::Seen) { Day(value) } else { Day::of_seconds(value) }
        };
        self.read_statement(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let key = |row: &rusqlite::Row<'_>| {
                Ok(EntryKey { movie: MovieId(row.get(0)?), on: row.get::<_, Option<i64>>(1)?.map(day) })
            };
            let rows = match source {
                EntrySource::Collection(_) => statement.query_map([account], key)?,
                EntrySource::List(id) => statement.query_map([account, id], key)?,
            };
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn entries(
        &self,
        account: i64,
        source: EntrySource,
        keys: &[EntryKey],
    ) -> Result<Vec<CollectionEntry>, StoreError> {
        self.read(|db| {
            let mut entries = Vec::with_capacity(keys.len());
            for key in keys {
                entries.extend(entry(db, account, source, key)?);
            }
            Ok(entries)
        })
    }
}

fn entry(
    db: &Connection,
    account: i64,
    source: EntrySource,
    key: &EntryKey,
) -> rusqlite::Result<Option<CollectionEntry>> {
    let Some(movie) = load(db, key.movie)? else { return Ok(None) };
    let is_list = matches!(source, EntrySource::List(_));
    let rating = if is_list { None } else { rating_of(db, account, key.movie)? };
    let note =
        if source == EntrySource::Collection(Collection::Notes) { note_of(db, account, key.movie)? } else { None };
    let is_gone = match source {
        EntrySource::Collection(Collection::Ratings) => rating.is_none(),
        EntrySource::Collection(Collection::Notes) => note.is_none(),
        _ => false,
    };
    Ok((!is_gone).then_some(CollectionEntry { movie, rating, on: key.on, note }))
}

fn note_of(db: &Connection, account: i64, movie: MovieId) -> rusqlite::Result<Option<String>> {
    let mut statement = db.prepare_cached("select text from notes where account_id = ?1 and movie_id = ?2")?;
    statement.query_row(params![account, movie.0], |row| row.get(0)).optional()
}
