//! Opening a database file: every pragma with its reason, and what is refused.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Failure, migrate, store_error};
use crate::store::StoreError;

/// `fmdb` in ASCII: marks the file as ours, so that no other program's database is written to.
const APPLICATION_ID: i32 = 0x666d_6462;

/// Before this version, two connections could damage a WAL (sqlite.org/wal.html, "the WAL-reset bug").
const OLDEST_SQLITE: i32 = 3_051_003;

/// How often a connection looks whether another process's write is over. It looks often, so that an import, which frees the
/// lock for a moment between its batches, lets edits in.
const BUSY_POLL_INTERVAL: Duration = Duration::from_millis(1);
/// After how long it gives up. By the clock: on a busy machine a sleep of a millisecond takes several.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

thread_local! {
    /// When this thread began to wait for another process's write.
    static BUSY_SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Waits for another process's write.
pub fn with_busy_timeout(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(|polls: i32| {
        if polls == 0 {
            BUSY_SINCE.set(Some(Instant::now()));
        }
        std::thread::sleep(BUSY_POLL_INTERVAL);
        BUSY_SINCE.get().is_none_or(|since| since.elapsed() < BUSY_TIMEOUT)
    }))
}

/// Fails at once while another process writes.
pub fn without_busy_timeout(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(None::<fn(i32) -> bool>)
}

/// Opens the writer: makes the file if it is missing, brings an older schema up, refuses what is not ours.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    open_writer(path).map_err(|failure| failure.of(path))
}

/// Opens a reader of a database that [`open`] has opened before.
pub fn reader(path: &Path) -> Result<Connection, StoreError> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        with_busy_timeout(&mut connection)?;
        prepare(&connection)?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| store_error(&error, path))
}

fn open_writer(path: &Path) -> Result<Connection, Failure> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::Other(format!("SQLite {} is too old", rusqlite::version())).into());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // First of all, so that nothing below fails because another process is writing.
    with_busy_timeout(&mut connection)?;
    let tables: i64 = connection.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
    let owner: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if owner != APPLICATION_ID && (owner != 0 || tables > 0) {
        return Err(StoreError::Foreign(path.display().to_string()).into());
    }
    // Readers and the writer do not wait for each other.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // An acknowledged edit survives a power cut, not only a crash of the program.
    connection.pragma_update(None, "synchronous", "full")?;
    // After a large import the journal shrinks again.
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What people delete, the notes of a removed account for instance, is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    prepare(&connection)?;
    migrate::migrate(&mut connection, path)?;
    if owner != APPLICATION_ID {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    Ok(connection)
}

/// How many pages the journal holds before they move into the database file.
const JOURNAL: i64 = 1_000;

/// Room for an import: the parts of the index that each batch touches stay in memory, and pages that one batch after
/// another changes move into the database file once, not each time.
pub fn import_pragmas(writer: &Connection) -> rusqlite::Result<()> {
    writer.pragma_update(None, "cache_size", -32_000)?;
    writer.pragma_update(None, "wal_autocheckpoint", 16 * JOURNAL)
}

/// Gives the room of [`widen`] back.
pub fn default_pragmas(writer: &Connection) -> rusqlite::Result<()> {
    writer.pragma_update(None, "cache_size", -16_000)?;
    writer.pragma_update(None, "wal_autocheckpoint", JOURNAL)?;
    writer.execute_batch("pragma shrink_memory")
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // Pages are read, not mapped: each connection's mapping would count as the program's memory once more.
    connection.pragma_update(None, "mmap_size", 0)?;
    // In KiB. Pages that are wanted again are in the system's memory.
    connection.pragma_update(None, "cache_size", -4_000)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Statements keep their plan whatever is bound to them; else SQLite compiles some of them anew for each value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Says whether a file is a database of ours, without changing it.
pub fn is_ours(path: &Path) -> Result<bool, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let owner: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(owner == APPLICATION_ID)
}
