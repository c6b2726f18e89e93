//! The schema's versions, in `user_version`. Each step is one transaction; an existing database is copied before the
//! first step, and one of a newer fmdb is refused.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::{Failure, now};
use crate::store::StoreError;

/// The steps from each version to the next; version 0 is an empty file.
pub const STEPS: &[&str] = &[include_str!("schema_1.sql")];

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

/// Keeps the database as it was in `PATH.before-vN`; an older copy of the same step stays, it is the truer one.
fn copy_before(connection: &Connection, path: &Path, known: i64) -> Result<(), Failure> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".before-v{known}"));
    let copy = PathBuf::from(copy);
    if !copy.exists() {
        connection.execute("vacuum into ?1", [copy.to_string_lossy()])?;
        tracing::info!(copy = %copy.display(), "the database is of an older version; a copy of it is kept");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
