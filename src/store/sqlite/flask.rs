//! The old Flask app's own file, read-only: `movie_data(ID, popularity, director, genre, imdb_score, name)`, genres
//! joined with commas.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use super::store_error;
use crate::model::{Field, RawMovie, RawValue};
use crate::store::StoreError;

/// An old app's database.
pub struct FlaskDump {
    connection: Connection,
    path: std::path::PathBuf,
}

impl FlaskDump {
    /// Opens the file without changing it or its folder.
    ///
    /// # Errors
    /// It is not an SQLite database, or one without the old app's table.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: rusqlite::Error| store_error(&error, path);
        // Immutable: no lock and no journal is made beside the file, so a read-only folder will do.
        let encoded = percent_encoding::utf8_percent_encode(&path.to_string_lossy(), PATH).to_string();
        let address = format!("file:{encoded}?mode=ro&immutable=1");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(address, flags).map_err(failed)?;
        let table = "select 1 from sqlite_schema where type = 'table' and name = 'movie_data'";
        if !connection.prepare(table).and_then(|mut table| table.exists([])).map_err(failed)? {
            return Err(StoreError::Foreign(path.display().to_string()));
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// All rows, each with its number, counted from 1.
    ///
    /// # Errors
    /// The table lacks a column, or the file is damaged.
    pub fn rows(&self) -> Result<Vec<(u64, RawMovie)>, StoreError> {
        let read = || {
            let mut statement = self
                .connection
                .prepare("select name, director, genre, imdb_score, popularity from movie_data order by id")?;
            let rows = statement.query_map([], raw)?;
            rows.enumerate().map(|(position, row)| Ok((position as u64 + 1, row?))).collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error: rusqlite::Error| store_error(&error, &self.path))
    }
}

/// What has a meaning in an SQLite address.
const PATH: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

fn raw(row: &Row<'_>) -> rusqlite::Result<RawMovie> {
    let mut movie = RawMovie::default();
    let fields = [Field::Title, Field::Directors, Field::Genres, Field::Score, Field::Popularity];
    for (column, field) in fields.into_iter().enumerate() {
        let value = match row.get_ref(column)? {
            ValueRef::Null => continue,
            ValueRef::Integer(number) => RawValue::Number(number as f64),
            ValueRef::Real(number) => RawValue::Number(number),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                RawValue::Text(String::from_utf8_lossy(bytes).into_owned())
            }
        };
        movie.set(field, value);
    }
    Ok(movie)
}
