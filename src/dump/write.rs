//! Exports: one movie after another to any output. What is written here reads back as the same facts.

use std::io::{self, Write};

use crate::model::Facts;

/// A format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportFormat {
    /// An array, one movie a line.
    #[default]
    Json,
    /// One object a line.
    Jsonl,
    /// Rows under a header; lists are joined with `|`.
    Csv,
}

/// The columns of a CSV export.
const COLUMNS: [&str; 14] = [
    "movie_name",
    "original_title",
    "directors",
    "year",
    "genres",
    "imdb_score",
    "votes",
    "popularity",
    "runtime",
    "overview",
    "cast",
    "alternate_titles",
    "imdb_id",
    "tmdb_id",
];

/// Writes movies. Nothing is complete before [`Writer::finish`].
pub struct Writer<W: Write> {
    output: Output<W>,
    written: u64,
}

enum Output<W: Write> {
    Json(W),
    Jsonl(W),
    Csv(Box<::csv::Writer<W>>),
}

impl<W: Write> Writer<W> {
    /// Begins an export. The output should be buffered.
    pub fn new(format: ExportFormat, output: W) -> Self {
        let output = match format {
            ExportFormat::Json => Output::Json(output),
            ExportFormat::Jsonl => Output::Jsonl(output),
            ExportFormat::Csv => Output::Csv(Box::new(::csv::Writer::from_writer(output))),
        };
        Self { output, written: 0 }
    }

    /// Writes a movie.
    ///
    /// # Errors
    /// The output fails.
    pub fn movie(&mut self, facts: &Facts) -> io::Result<()> {
        match &mut self.output {
            Output::Json(output) => {
                output.write_all(if self.written == 0 { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(output, facts)?;
            }
            Output::Jsonl(output) => {
                serde_json::to_writer(&mut *output, facts)?;
                output.write_all(b"\n")?;
            }
            Output::Csv(output) => {
                if self.written == 0 {
                    output.write_record(COLUMNS).map_err(plain)?;
                }
                output.write_record(row(facts)?).map_err(plain)?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the export and gives the output back, flushed.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(self) -> io::Result<W> {
        let mut output = match self.output {
            Output::Json(mut output) => {
                output.write_all(if self.written == 0 { b"[]\n" } else { b"\n]\n" })?;
                output
            }
            Output::Jsonl(output) => output,
            Output::Csv(mut output) => {
                if self.written == 0 {
                    output.write_record(COLUMNS).map_err(plain)?;
                }
                output.into_inner().map_err(|error| io::Error::from(error.error().kind()))?
            }
        };
        output.flush()?;
        Ok(output)
    }
}

/// The error of the output itself, so that a reader which has gone away is told from other failures.
fn plain(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row(facts: &Facts) -> io::Result<[String; 14]> {
    Ok([
        facts.title.clone(),
        facts.original_title.clone().unwrap_or_default(),
        joined(&facts.directors)?,
        number(facts.year),
        joined(&facts.genres)?,
        number(facts.score),
        number(facts.votes),
        number(facts.popularity),
        number(facts.runtime),
        facts.overview.clone().unwrap_or_default(),
        joined(&facts.cast)?,
        joined(&facts.alternate_titles)?,
        facts.imdb_id.clone().unwrap_or_default(),
        number(facts.tmdb_id),
    ])
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The list joined with `|`, or as JSON where joining could be read in another way.
fn joined(list: &[String]) -> io::Result<String> {
    let is_plain = |name: &String| !name.contains(['|', ',', ';']) && !name.starts_with(['[', '{']);
    if list.iter().all(is_plain) { Ok(list.join("|")) } else { Ok(serde_json::to_string(list)?) }
}
