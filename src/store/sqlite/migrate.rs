//! The schema's versions, in `user_version`. Each step is one transaction; an existing database is copied before the
//! first step, and one of a newer fmdb is refused.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::edits::file_anew;
use super::maintenance::{companion, remove, unwritable};
use super::{Failure, now};
use crate::files::{Access, Replacement};
use crate::store::StoreError;

/// The steps from each version to the next; version 0 is an empty file.
pub const STEPS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// Brings the schema up to the latest version.
pub fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Failure> {
    migrate_with(connection, path, STEPS)
}

fn migrate_with(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), Failure> {
    let known = steps.len() as i64;
    let found = version(connection)?;
    if found > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known }.into());
    }
    if found > 0 && found < known {
        copy_before(connection, path, known)?;
    }
    for step in found..known {
        // Another process may have taken the step meanwhile; the write lock settles who does.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&transaction)? != step {
            continue;
        }
        transaction.execute_batch(steps[step as usize])?;
        if step == 0 {
            new_epoch(&transaction)?;
        }
        if step == 3 {
            file_anew(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", step + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Gives the catalogue a new name, so that no index of another past is taken for its own.
pub fn new_epoch(connection: &Connection) -> rusqlite::Result<()> {
    let random: [u8; 12] = rand::random();
    let epoch = format!("{:x}-{}", now(), random.map(|byte| format!("{byte:02x}")).concat());
    connection.execute("replace into meta (key, value) values ('epoch', ?1)", [epoch])?;
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Where a database is kept as it was before the latest schema: `PATH.before-vN`.
pub fn copy_path(path: &Path) -> PathBuf {
    copy_path_of(path, STEPS.len() as i64)
}

fn copy_path_of(path: &Path, known: i64) -> PathBuf {
    companion(path, &format!("before-v{known}"))
}

/// Keeps the database as it was; an older copy of the same step stays, it is the truer one. A copy that was not finished
/// is not taken for one.
fn copy_before(connection: &Connection, path: &Path, known: i64) -> Result<(), Failure> {
    let copy = copy_path_of(path, known);
    if !copy.exists() {
        // Versions before 0.2 left this where they were killed.
        remove(&companion(&copy, "writing"))?;
        let unfinished = Replacement::new(&copy, Access::Private).map_err(|error| unwritable(&error, &copy))?;
        connection.execute("vacuum into ?1", [unfinished.path().to_string_lossy()])?;
        unfinished.commit().map_err(|error| unwritable(&error, &copy))?;
        tracing::info!(copy = %copy.display(), "the database is of an older version; a copy of it is kept");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facts, Movie, MovieId};
    use crate::store::sqlite::edits::title_hash;
    use crate::store::sqlite::movies;

    #[test]
    fn an_upgrade_keeps_rows_and_a_copy_and_refuses_to_go_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let mut connection = Connection::open(&path).expect("a database");
        let steps = [STEPS[0], "create table later (id integer primary key)"];
        migrate_with(&mut connection, &path, &steps[..1]).unwrap_or_else(|_| panic!("made"));
        connection.execute("insert into people (name) values ('Agnès Varda')", []).expect("a row");
        migrate_with(&mut connection, &path, &steps).unwrap_or_else(|_| panic!("upgraded"));
        let people: i64 = connection.query_row("select count(*) from people", [], |row| row.get(0)).expect("a count");
        assert_eq!(people, 1);
        assert!(folder.path().join("a.db.before-v2").exists());
        let refused = migrate_with(&mut connection, &path, &steps[..1]);
        assert!(matches!(refused, Err(Failure::Store(StoreError::Newer { found: 2, known: 1, .. }))));
    }

    /// Two movies of schema 1 with lists in an order of their own, a third that is deleted, and accounts.
    const OLD_ROWS: &str = "
        insert into movies (id, rev, created_rev, added_at, updated_at, identity, title, original_title, year, score,
            votes, popularity, runtime, overview, imdb_id, tmdb_id)
        values (2, 5, 1, 100, 200, 77, 'Seven Samurai', '七人の侍', 1954, 8.6, 350000, 70.5, 207, 'Farmers.',
            'tt0047478', 346), (4, 3, 3, 101, 101, 78, 'Bare', null, null, null, null, null, null, null, null, null),
            (9, 6, 6, 101, 101, 79, 'Gone', null, null, null, null, null, null, null, null, null);
        delete from movies where id = 9;
        insert into deletions (movie_id, rev) values (9, 7);
        update revision set rev = 7;
        insert into people (id, name) values (1, 'Zoë'), (2, 'Akira Kurosawa'), (3, 'Ann, the \"second\"');
        insert into genres (id, name) values (1, 'Drama'), (2, 'Action');
        insert into movie_titles (movie_id, position, title) values (2, 1, 'B'), (2, 0, 'Shichinin no samurai');
        insert into movie_directors (movie_id, position, person_id) values (2, 1, 1), (2, 0, 2);
        insert into movie_cast (movie_id, position, person_id) values (2, 0, 3), (2, 1, 1), (2, 2, 2);
        insert into movie_genres (movie_id, position, genre_id) values (2, 0, 2), (2, 1, 1), (4, 0, 1);
        insert into accounts (id, name, name_key, password_hash, role, created_at)
        values (1, 'anna', 'anna', 'hash', 'admin', 1);";

    fn old_database(path: &Path) -> Connection {
        let mut connection = Connection::open(path).expect("a database");
        connection.pragma_update(None, "foreign_keys", true).expect("foreign keys");
        migrate_with(&mut connection, path, &STEPS[..1]).unwrap_or_else(|_| panic!("made"));
        connection.execute_batch(OLD_ROWS).expect("rows");
        connection
    }

    fn schema(connection: &Connection) -> Vec<(String, Option<String>)> {
        let mut statement = connection.prepare("select name, sql from sqlite_schema order by name").expect("a schema");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    #[test]
    fn movies_become_one_row_each_and_keep_everything() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let mut connection = old_database(&path);
        migrate(&mut connection, &path).unwrap_or_else(|_| panic!("upgraded"));
        let fresh = folder.path().join("b.db");
        let mut empty = Connection::open(&fresh).expect("a database");
        migrate(&mut empty, &fresh).unwrap_or_else(|_| panic!("made"));
        assert_eq!(schema(&connection), schema(&empty));

        let movie = |id| movies::load(&connection, MovieId(id)).expect("read").expect("there");
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let samurai = Facts {
            title: "Seven Samurai".into(),
            original_title: Some("七人の侍".into()),
            alternate_titles: texts(&["Shichinin no samurai", "B"]),
            directors: texts(&["Akira Kurosawa", "Zoë"]),
            cast: texts(&["Ann, the \"second\"", "Zoë", "Akira Kurosawa"]),
            genres: texts(&["Action", "Drama"]),
            year: Some(1954),
            score: Some(8.6),
            votes: Some(350_000),
            popularity: Some(70.5),
            runtime: Some(207),
            overview: Some("Farmers.".into()),
            imdb_id: Some("tt0047478".into()),
            tmdb_id: Some(346),
        };
        let kept = Movie { id: MovieId(2), rev: 5, created_rev: 1, added_at: 100, poster: None, facts: samurai };
        assert_eq!(movie(2), kept);
        assert_eq!(movie(4).facts, Facts { title: "Bare".into(), genres: texts(&["Drama"]), ..Facts::default() });
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        assert_eq!(count("select identity from movies where id = 2"), title_hash("seven SAMURAI"));
        assert_eq!(
            count("select last_id from revision where rev = 7"),
            9,
            "the number of a deleted movie is not used again"
        );
        assert_eq!(count("select count(*) from accounts"), 1);
        assert_eq!(count("select count(*) from deletions"), 1);
        assert!(folder.path().join("a.db.before-v4").exists());
    }

    #[test]
    fn a_copy_that_was_cut_off_is_not_taken_for_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let mut connection = old_database(&path);
        std::fs::write(folder.path().join("a.db.before-v4.writing"), "cut off").expect("written");
        migrate(&mut connection, &path).unwrap_or_else(|_| panic!("upgraded"));
        let copy = Connection::open(folder.path().join("a.db.before-v4")).expect("a copy");
        let titles: i64 = copy.query_row("select count(*) from movie_titles", [], |row| row.get(0)).expect("a count");
        assert_eq!((titles, version(&copy).expect("a version")), (2, 1));
        assert!(!folder.path().join("a.db.before-v4.writing").exists());
    }
}
