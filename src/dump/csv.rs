//! Dumps with a header row: each row becomes the same keys and values as a JSON object.

use std::io::BufRead;
use std::sync::Arc;

use ::csv::ByteRecord;

use super::error::Fault;
use super::json::not_utf8;
use super::keys::{Key, Meaning};
use super::loose::Loose;
use super::rows;
use super::values::Found;
use crate::model::{Field, RawMovie};

/// The rows of a dump.
pub(super) struct Rows {
    rows: rows::Rows<Box<dyn BufRead + Send>>,
    header: Arc<[String]>,
    keys: Vec<Option<Key>>,
    /// What the header alone says: whether this is an export of fmdb.
    blank: Found<'static>,
}

/// A row, the line in which it begins, and what it says.
pub(super) struct Row {
    pub line: u64,
    pub raw: Result<RawMovie, String>,
    pub cells: ByteRecord,
}

impl Rows {
    /// Reads the header.
    pub(super) fn new(input: Box<dyn BufRead + Send>, delimiter: u8) -> Result<Self, Fault> {
        let mut rows = rows::Rows::new(input, delimiter);
        let (_, cells) = rows.next()?.unwrap_or_default();
        let header: Arc<[String]> = cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let mut blank = Found::default();
        let keys: Vec<_> = header.iter().map(|name| blank.key(name)).collect();
        let is_title = |key: &Option<Key>| key.is_some_and(|key| key.meaning() == Meaning::Is(Field::Title));
        let Some(title) = keys.iter().position(is_title) else {
            return Err(Fault::at(1, "no column of the header holds the title; name one `title`"));
        };
        rows.expect(header.len(), Some(title));
        Ok(Self { rows, header, keys, blank })
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &Arc<[String]> {
        &self.header
    }

    /// The next row; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row>, Fault> {
        let row = self.rows.next()?;
        Ok(row.map(|(line, cells)| Row { line, raw: self.raw(&cells), cells }))
    }

    fn raw(&self, cells: &ByteRecord) -> Result<RawMovie, String> {
        if cells.len() != self.header.len() {
            return Err(format!("{} columns where the header has {}", cells.len(), self.header.len()));
        }
        let mut found = self.blank.clone();
        for ((cell, key), name) in cells.iter().zip(&self.keys).zip(self.header.iter()) {
            if let Some(key) = *key {
                let text = std::str::from_utf8(cell).map_err(|_| not_utf8())?;
                found.add(key, value(key, name, text)?);
            }
        }
        found.into_raw()
    }
}

/// A cell's value: text, or the JSON that some dumps keep in cells that hold a list.
fn value<'c>(key: Key, name: &str, text: &'c str) -> Result<Loose<'c>, String> {
    let takes_list = matches!(
        key.meaning(),
        Meaning::Credits
            | Meaning::Crew
            | Meaning::Is(Field::Genres | Field::Directors | Field::Cast | Field::AlternateTitles)
    );
    let bare = text.trim();
    if !takes_list || !bare.starts_with(['[', '{']) {
        return Ok(Loose::Text(text.into()));
    }
    match serde_json::from_str(bare) {
        Ok(value) => Ok(value),
        // `[REC], Jaume Balagueró` is a list of names, `[{'id': 16` is nothing that can be read.
        Err(_) if !bare.starts_with(['{']) && !bare.starts_with("[{") && !bare.starts_with("[\"") => {
            Ok(Loose::Text(text.into()))
        }
        Err(_) => Err(format!("`{name}` looks like JSON and is not")),
    }
}
