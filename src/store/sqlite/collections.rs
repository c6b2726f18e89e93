//! Somebody's own pages: what they rated, want to see, saw and noted, a page at a time; how much of it there is; and
//! what of the movies makes their taste.

use rusqlite::{Connection, Row, params};

use super::Sqlite;
use super::movies::{BETWEEN, load};
use crate::model::MovieId;
use crate::model::mine::{Collection, CollectionEntry, CollectionPage, Day, PAGE, Rating};
use crate::model::taste::{Counts, RatedMovie};
use crate::store::StoreError;

impl Sqlite {
    pub fn collection(&self, account: i64, collection: Collection, page: u32) -> Result<CollectionPage, StoreError> {
        self.read(|db| {
            let entries = entries(db, account, collection, i64::from(PAGE), i64::from(page - 1) * i64::from(PAGE))?;
            Ok(CollectionPage { total: count(db, account, collection)?, page, entries })
        })
    }

    pub fn own_counts(&self, account: i64) -> Result<Counts, StoreError> {
        self.read(|db| {
            let one = |sql| db.prepare_cached(sql)?.query_row([account], |row| row.get::<_, i64>(0));
            Ok(Counts {
                ratings: count(db, account, Collection::Ratings)?,
                watchlist: count(db, account, Collection::Watchlist)?,
                seen: one("select count(distinct movie_id) from viewings where account_id = ?1")?.unsigned_abs(),
                viewings: count(db, account, Collection::Seen)?,
                notes: count(db, account, Collection::Notes)?,
                lists: one("select count(*) from lists where account_id = ?1")?.unsigned_abs(),
            })
        })
    }

    pub fn tasted(&self, account: i64) -> Result<Vec<RatedMovie>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached(
                "select rating, year, genres, directors, score from \
                 (select movie_id from ratings where account_id = ?1 \
                 union select movie_id from viewings where account_id = ?1) as own \
                 join movies on movies.id = own.movie_id \
                 left join ratings on ratings.account_id = ?1 and ratings.movie_id = own.movie_id",
            )?;
            let rows = statement.query_map([account], |row| {
                Ok(RatedMovie {
                    rating: row.get::<_, Option<i64>>(0)?.and_then(Rating::new),
                    year: row.get(1)?,
                    genres: names(row, 2)?,
                    directors: names(row, 3)?,
                    score: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn names(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let packed = row.get_ref(column)?.as_str()?;
    Ok(packed.split(BETWEEN).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn count(db: &Connection, account: i64, collection: Collection) -> rusqlite::Result<u64> {
    let sql = match collection {
        Collection::Ratings => "select count(*) from ratings where account_id = ?1",
        Collection::Watchlist => "select count(*) from watchlist where account_id = ?1",
        Collection::Seen => "select count(*) from viewings where account_id = ?1",
        Collection::Notes => "select count(*) from notes where account_id = ?1",
    };
    Ok(db.prepare_cached(sql)?.query_row([account], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// The latest first. The columns are movie, day or moment, note.
fn entries(
    db: &Connection,
    account: i64,
    collection: Collection,
    limit: i64,
    offset: i64,
) -> rusqlite::Result<Vec<CollectionEntry>> {
    let sql = match collection {
        Collection::Ratings => {
            "select movie_id, rated_at, null from ratings where account_id = ?1 \
             order by rated_at desc, movie_id desc limit ?2 offset ?3"
        }
        Collection::Watchlist => {
            "select movie_id, added_at, null from watchlist where account_id = ?1 \
             order by added_at desc, movie_id desc limit ?2 offset ?3"
        }
        Collection::Seen => {
            "select movie_id, seen_on, null from viewings where account_id = ?1 \
             order by seen_on desc, id desc limit ?2 offset ?3"
        }
        Collection::Notes => {
            "select movie_id, updated_at, text from notes where account_id = ?1 \
             order by updated_at desc, movie_id desc limit ?2 offset ?3"
        }
    };
    let day = |value: i64| if collection == Collection::Seen { Day(value) } else { Day::of_seconds(value) };
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![account, limit, offset], |row| {
        Ok((MovieId(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(day), row.get::<_, Option<String>>(2)?))
    })?;
    let mut entries = Vec::new();
    for row in rows {
        let (id, on, note) = row?;
        // A movie takes these rows with it, so it is there.
        let Some(movie) = load(db, id)? else { continue };
        entries.push(CollectionEntry { movie, rating: super::mine::rating_of(db, account, id)?, on, note });
    }
    Ok(entries)
}
