//! The records of a dump, whatever its format, and the draft of each.

use std::io::BufRead;
use std::sync::Arc;

use ::csv::ByteRecord;

use super::csv::Rows;
use super::error::{DumpError, Fault};
use super::json;
use super::scan::{Scanner, Shape};
use crate::model::draft::popularity_from_votes;
use crate::model::{Field, FieldErrors, Given, MovieDraft, RawMovie};

/// The most characters of a rejected record that a report shows.
const MAX_TEXT: usize = 2000;

/// How a text dump is laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Layout {
    Json(Shape),
    Csv { delimiter: u8 },
}

/// One row of a dump.
#[derive(Debug)]
pub struct Record {
    /// The line in which it begins, counted from 1.
    pub line: u64,
    /// What it says, or why it is rejected.
    pub raw: Result<RawMovie, String>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Json(Box<[u8]>),
    Row(Arc<[String]>, ByteRecord),
}

impl Record {
    /// The record as it stood in the dump, a row as an object; cut to 2,000 characters.
    pub fn text(&self) -> String {
        let whole = match &self.source {
            Source::Json(bytes) => String::from_utf8_lossy(bytes).trim().to_owned(),
            Source::Row(header, cells) => {
                let name =
                    |position| header.get(position).cloned().unwrap_or_else(|| format!("column {}", position + 1));
                let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned().into();
                let object: serde_json::Map<_, _> =
                    cells.iter().enumerate().map(|(position, cell)| (name(position), text(cell))).collect();
                serde_json::Value::Object(object).to_string()
            }
        };
        whole.chars().take(MAX_TEXT).collect()
    }
}

/// The records of a dump, in order. An error ends them: nothing after it could be trusted.
pub struct Records {
    file: String,
    reader: Reader,
    ended: bool,
}

enum Reader {
    Json(Scanner<Box<dyn BufRead + Send>>),
    Csv(Rows),
}

impl Records {
    pub(super) fn new(file: String, input: Box<dyn BufRead + Send>, layout: Layout) -> Result<Self, DumpError> {
        let reader = match layout {
            Layout::Json(shape) => Reader::Json(Scanner::new(input, shape)),
            Layout::Csv { delimiter } => Reader::Csv(Rows::new(input, delimiter).map_err(|fault| fault.of(&file))?),
        };
        Ok(Self { file, reader, ended: false })
    }

    fn read(&mut self) -> Result<Option<Record>, Fault> {
        match &mut self.reader {
            Reader::Json(scanner) => Ok(scanner.next()?.map(|(line, bytes)| {
                // A report needs no more than the start; four bytes are the most that a character takes.
                let start = &bytes[..bytes.len().min(4 * MAX_TEXT)];
                Record { line, raw: json::raw_movie(bytes), source: Source::Json(start.into()) }
            })),
            Reader::Csv(rows) => {
                let header = Arc::clone(rows.header());
                let row = rows.next()?;
                Ok(row.map(|row| Record { line: row.line, raw: row.raw, source: Source::Row(header, row.cells) }))
            }
        }
    }
}

impl Iterator for Records {
    type Item = Result<Record, DumpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().map_err(|fault| fault.of(&self.file)).transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

/// The draft of a record. What the dump does not know is absent, and a popularity that it does not speak of comes
/// from the votes.
///
/// # Errors
/// The first problem of each field that has one; a title must be there.
pub fn draft(raw: &RawMovie) -> Result<MovieDraft, FieldErrors> {
    let mut draft = MovieDraft::for_new(raw)?;
    keep(&mut draft.original_title);
    keep(&mut draft.alternate_titles);
    keep(&mut draft.directors);
    keep(&mut draft.cast);
    keep(&mut draft.genres);
    keep(&mut draft.year);
    keep(&mut draft.score);
    keep(&mut draft.votes);
    keep(&mut draft.popularity);
    keep(&mut draft.runtime);
    keep(&mut draft.overview);
    keep(&mut draft.imdb_id);
    keep(&mut draft.tmdb_id);
    if let (Given::Known(votes), None) = (&draft.votes, raw.get(Field::Popularity)) {
        draft.popularity = Given::Known(popularity_from_votes(*votes));
    }
    Ok(draft)
}

/// Makes unknown absent: a dump never erases what is known.
fn keep<T>(given: &mut Given<T>) {
    if matches!(given, Given::Unknown) {
        *given = Given::Absent;
    }
}
