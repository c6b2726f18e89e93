//! Dumps with a header row: each row becomes the same keys and values as a JSON object.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::csv::{ByteRecord, ErrorKind, ReaderBuilder};

use super::MAX_RECORD;
use super::error::Fault;
use super::json::not_utf8;
use super::keys::{Key, Meaning};
use super::loose::Loose;
use super::values::Found;
use crate::model::{Field, RawMovie};

/// The rows of a dump.
pub(super) struct Rows {
    reader: ::csv::Reader<Capped>,
    since: Arc<AtomicUsize>,
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
        let since = Arc::new(AtomicUsize::new(0));
        let capped = Capped { input, since: Arc::clone(&since), held: false, last: b'\n' };
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(capped);
        let mut cells = ByteRecord::new();
        reader.read_byte_record(&mut cells).map_err(|error| fault(&error, 1))?;
        let header: Arc<[String]> = cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let mut blank = Found::default();
        let keys: Vec<_> = header.iter().map(|name| blank.key(name)).collect();
        if !keys.iter().flatten().any(|key| key.meaning() == Meaning::Is(Field::Title)) {
            return Err(Fault::at(1, "no column of the header holds the title; name one `title`"));
        }
        Ok(Self { reader, since, header, keys, blank })
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &Arc<[String]> {
        &self.header
    }

    /// The next row; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row>, Fault> {
        let mut cells = ByteRecord::new();
        let line = self.reader.position().line();
        if !self.reader.read_byte_record(&mut cells).map_err(|error| fault(&error, line))? {
            return Ok(None);
        }
        self.since.store(0, Ordering::Relaxed);
        // The row's own position is before the blank lines above it; its end is known exactly.
        let inner = cells.iter().map(|cell| memchr::memchr_iter(b'\n', cell).count() as u64).sum::<u64>();
        let line = self.reader.position().line().saturating_sub(1 + inner).max(line);
        Ok(Some(Row { line, raw: self.raw(&cells), cells }))
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

fn fault(error: &::csv::Error, line: u64) -> Fault {
    match error.kind() {
        ErrorKind::Io(error) => Fault::read(Some(line), error),
        _ => Fault::at(line, format!("not CSV: {error}")),
    }
}

/// The dump as the csv crate gets it: each line ends with one line feed, so that lines can be counted back from
/// where a row ends. Fails once a single row has taken more than [`MAX_RECORD`]: an open quote must not read the
/// whole dump.
struct Capped {
    input: Box<dyn BufRead + Send>,
    since: Arc<AtomicUsize>,
    /// A carriage return that waits for what follows it.
    held: bool,
    /// The last byte that was given.
    last: u8,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.load(Ordering::Relaxed) > MAX_RECORD {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut given = 0;
        while given == 0 {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                if self.last != b'\n' && !buffer.is_empty() {
                    buffer[0] = b'\n';
                    given = 1;
                }
                break;
            }
            let mut taken = 0;
            while taken < chunk.len() && given < buffer.len() {
                let byte = chunk[taken];
                if self.held && byte != b'\n' {
                    buffer[given] = b'\r';
                    given += 1;
                    self.held = false;
                    continue;
                }
                taken += 1;
                self.held = byte == b'\r';
                if !self.held {
                    buffer[given] = byte;
                    given += 1;
                }
            }
            self.input.consume(taken);
            if buffer.is_empty() {
                break;
            }
        }
        if given > 0 {
            self.last = buffer[given - 1];
        }
        self.since.fetch_add(given, Ordering::Relaxed);
        Ok(given)
    }
}
