//! What followers read: the changes after a cursor, from one snapshot that ends before they work with it (a read held
//! open lets the journal grow).

use rusqlite::{Connection, params};

use super::edits::head;
use super::{Sqlite, movies};
use crate::model::{MovieId, Rev};
use crate::store::{Changes, Cursor, StoreError};

impl Sqlite {
    pub fn epoch(&self) -> Result<String, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("select value from meta where key = 'epoch'")?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })
    }

    pub fn head(&self) -> Result<Rev, StoreError> {
        self.read(|db| Ok(head(db)?))
    }

    pub fn changes_after(&self, cursor: Cursor, limit: usize) -> Result<Changes, StoreError> {
        self.read(|db| {
            let head = head(db)?;
            let mut ids = changed(db, cursor, limit)?;
            let complete = ids.len() <= limit;
            ids.truncate(limit);
            let changed = movies::load(db, &ids)?;
            Ok(Changes { head, deleted: deleted(db, cursor.rev)?, changed, complete })
        })
    }

    pub fn revs_after(&self, after: MovieId, limit: usize) -> Result<Vec<(MovieId, Rev)>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("select id, rev from movies where id > ?1 order by id limit ?2")?;
            let rows =
                statement.query_map(params![after.0, limit as i64], |row| Ok((MovieId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// The movies changed after the cursor, by (rev, id); one more than `limit` where there are more. Two statements, so
/// that each walks the index from its place, also where a large import shares one rev.
fn changed(db: &Connection, cursor: Cursor, limit: usize) -> rusqlite::Result<Vec<MovieId>> {
    let wanted = limit as i64 + 1;
    let mut rest = db.prepare_cached("select id from movies where rev = ?1 and id > ?2 order by id limit ?3")?;
    let rows = rest.query_map(params![cursor.rev, cursor.id.0, wanted], |row| Ok(MovieId(row.get(0)?)))?;
    let mut ids = rows.collect::<Result<Vec<_>, _>>()?;
    let mut later = db.prepare_cached("select id from movies where rev > ?1 order by rev, id limit ?2")?;
    let rows = later.query_map(params![cursor.rev, wanted - ids.len() as i64], |row| Ok(MovieId(row.get(0)?)))?;
    for id in rows {
        ids.push(id?);
    }
    Ok(ids)
}

fn deleted(db: &Connection, after: Rev) -> rusqlite::Result<Vec<MovieId>> {
    let mut statement = db.prepare_cached("select movie_id from deletions where rev > ?1 order by rev")?;
    statement.query_map([after], |row| Ok(MovieId(row.get(0)?)))?.collect()
}
