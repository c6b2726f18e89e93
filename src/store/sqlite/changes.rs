//! What followers read: the changes after a cursor, from one snapshot that ends before they work with it (a read held
//! open lets the journal grow).

use rusqlite::{Connection, params};

use super::Sqlite;
use super::edits::head;
use super::movies::{movie, select_movies};
use crate::model::{Movie, MovieId, Rev};
use crate::store::{Changes, Cursor, StoreError};

impl Sqlite {
    pub fn epoch(&self) -> Result<String, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached("select value from meta where key = 'epoch'")?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })
    }

    pub fn head(&self) -> Result<Rev, StoreError> {
        self.read_statement(|db| Ok(head(db)?))
    }

    pub fn changes_after(&self, cursor: Cursor, limit: usize) -> Result<Changes, StoreError> {
        self.read(|db| {
            let head = head(db)?;
            let mut changed = changed(db, cursor, limit)?;
            let complete = changed.len() <= limit;
            changed.truncate(limit);
            Ok(Changes { head, deleted: deleted(db, cursor.rev)?, changed, complete })
        })
    }

    pub fn revs_after(&self, after: MovieId, limit: usize) -> Result<Vec<(MovieId, Rev)>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached("select id, rev from movies where id > ?1 order by id limit ?2")?;
            let rows =
                statement.query_map(params![after.0, limit as i64], |row| Ok((MovieId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn last_movie_id(&self) -> Result<MovieId, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached("select coalesce(max(id), 0) from movies")?;
            Ok(MovieId(statement.query_row([], |row| row.get(0))?))
        })
    }

    pub fn revs_changed_last(&self, limit: usize) -> Result<Vec<(MovieId, Rev)>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached("select id, rev from movies order by rev desc limit ?1")?;
            let rows = statement.query_map([limit as i64], |row| Ok((MovieId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// The movies changed after the cursor, by (rev, id); one more than `limit` where there are more. Two statements, so
/// that each walks the index from its place, also where a large import shares one rev.
fn changed(db: &Connection, cursor: Cursor, limit: usize) -> rusqlite::Result<Vec<Movie>> {
    let wanted = limit + 1;
    let mut movies = Vec::with_capacity(wanted.min(4_096));
    let mut rest = db.prepare_cached(select_movies!("where rev = ?1 and id > ?2 order by id limit ?3"))?;
    for found in rest.query_map(params![cursor.rev, cursor.id.0, wanted as i64], movie)? {
        movies.push(found?);
    }
    let mut later = db.prepare_cached(select_movies!("where rev > ?1 order by rev, id limit ?2"))?;
    for found in later.query_map(params![cursor.rev, (wanted - movies.len()) as i64], movie)? {
        movies.push(found?);
    }
    Ok(movies)
}

fn deleted(db: &Connection, after: Rev) -> rusqlite::Result<Vec<MovieId>> {
    let mut statement = db.prepare_cached("select movie_id from deletions where rev > ?1 order by rev")?;
    statement.query_map([after], |row| Ok(MovieId(row.get(0)?)))?.collect()
}
