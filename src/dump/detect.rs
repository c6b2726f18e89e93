//! Opens a dump, undoes its compression and finds out what it is, by content and never by name.
//!
//! Knows how formats begin, not how they go on. A new format is recognised in [`sniff`].

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempPath;

use super::error::{DumpError, Fault};
use super::keys::{Key, Meaning};
use super::record::{Layout, Records};
use super::scan::Shape;
use crate::model::Field;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The first users' dump: JSON with `99popularity`.
    Fynd,
    /// JSON: an array, one object a line, or objects one after another.
    Json,
    /// Rows under a header.
    Csv,
    /// The old app's SQLite file, which the caller reads through the store.
    FmdbFlask,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Fynd, Self::Json, Self::Csv, Self::FmdbFlask];

    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fynd => "fynd",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::FmdbFlask => "fmdb-flask",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join("`, `");
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| format!("`{name}` is no format; use one of `{}`", names()))
    }
}

/// An opened dump whose format is known.
pub struct Dump {
    file: String,
    format: Format,
    size: Option<u64>,
    progress: Arc<AtomicU64>,
    content: Content,
}

enum Content {
    Text { input: Box<dyn BufRead + Send>, layout: Layout },
    Database { path: PathBuf, _unpacked: Option<TempPath> },
}

impl Dump {
    /// The file as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What the dump is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The file's size on disk; unknown for a pipe.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many bytes of the file have been read; goes on while the records are read.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    /// The path of an SQLite file, of a temporary one where it came packed or from a pipe. It lives as long as
    /// the dump.
    pub fn database(&self) -> Option<&Path> {
        match &self.content {
            Content::Database { path, .. } => Some(path),
            Content::Text { .. } => None,
        }
    }

    /// The records.
    ///
    /// # Errors
    /// The header of a CSV dump cannot be used, or the dump is a database.
    pub fn records(self) -> Result<Records, DumpError> {
        let Self { file, content, .. } = self;
        match content {
            Content::Text { input, layout } => Records::new(file, input, layout),
            Content::Database { .. } => Err(Fault::whole("is an SQLite database; import it as `fmdb-flask`").of(&file)),
        }
    }
}

/// Opens a file, or stdin for `-`. `wanted` overrides what the content looks like.
///
/// # Errors
/// It cannot be read, is empty, or is nothing that this version reads.
pub fn open(file: &Path, wanted: Option<Format>) -> Result<Dump, DumpError> {
    open_any(file, wanted).map_err(|fault| fault.of(&file.display().to_string()))
}

/// Opens a dump that is part of the program.
///
/// # Errors
/// As [`open`].
pub fn embedded(name: &str, bytes: &'static [u8]) -> Result<Dump, DumpError> {
    open_stream(Box::new(bytes), Some(bytes.len() as u64), Path::new(name), None).map_err(|fault| fault.of(name))
}

fn open_any(path: &Path, wanted: Option<Format>) -> Result<Dump, Fault> {
    let failed = |error: io::Error| Fault::read(None, &error);
    let (input, size): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
        (Box::new(io::stdin()), None)
    } else {
        let opened = File::open(path).map_err(failed)?;
        let about = opened.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        (Box::new(opened), about.is_file().then_some(about.len()))
    };
    open_stream(input, size, path, wanted)
}

fn open_stream(
    input: Box<dyn Read + Send>,
    size: Option<u64>,
    path: &Path,
    wanted: Option<Format>,
) -> Result<Dump, Fault> {
    let failed = |error: io::Error| Fault::read(None, &error);
    let progress = Arc::new(AtomicU64::new(0));
    let counted = Counted { input, read: Arc::clone(&progress) };
    let (mut input, is_packed) = unpacked(Box::new(BufReader::with_capacity(BUFFER, counted)))?;
    let mut start = taken(&mut input, PEEK)?;
    if start.starts_with(b"\xef\xbb\xbf") {
        start.drain(..3);
    }
    let (format, layout) = sniff(&start, wanted)?;
    let mut input: Box<dyn BufRead + Send> = Box::new(Cursor::new(start).chain(input));
    let content = match layout {
        Some(layout) => Content::Text { input, layout },
        None if is_packed || size.is_none() => {
            let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
            io::copy(&mut input, &mut file).map_err(failed)?;
            let unpacked = file.into_temp_path();
            Content::Database { path: unpacked.to_path_buf(), _unpacked: Some(unpacked) }
        }
        None => Content::Database { path: path.to_owned(), _unpacked: None },
    };
    Ok(Dump { file: path.display().to_string(), format, size, progress, content })
}

const BUFFER: usize = 256 << 10;
/// How much of the start the format is found from.
const PEEK: usize = 64 << 10;

/// Undoes gzip and zstd; says whether there was anything to undo.
fn unpacked(mut input: Box<dyn BufRead + Send>) -> Result<(Box<dyn BufRead + Send>, bool), Fault> {
    let magic = taken(&mut input, 4)?;
    let packed = Cursor::new(magic.clone()).chain(input);
    if magic.starts_with(b"\x1f\x8b") {
        let plain = flate2::bufread::MultiGzDecoder::new(packed);
        return Ok((Box::new(BufReader::with_capacity(BUFFER, plain)), true));
    }
    if magic == b"\x28\xb5\x2f\xfd" {
        let plain = zstd::stream::read::Decoder::with_buffer(packed).map_err(|error| Fault::read(None, &error))?;
        return Ok((Box::new(BufReader::with_capacity(BUFFER, plain)), true));
    }
    Ok((Box::new(packed), false))
}

/// The first bytes: so many, or all there are.
fn taken(input: &mut Box<dyn BufRead + Send>, most: usize) -> Result<Vec<u8>, Fault> {
    let mut start = Vec::new();
    input.take(most as u64).read_to_end(&mut start).map_err(|error| Fault::read(None, &error))?;
    Ok(start)
}

/// What begins like this; no layout means a database.
fn sniff(start: &[u8], wanted: Option<Format>) -> Result<(Format, Option<Layout>), Fault> {
    let text = start.trim_ascii_start();
    if text.is_empty() && start.len() < PEEK {
        return Err(Fault::whole("is empty; there is nothing to import"));
    }
    if start.starts_with(b"SQLite format 3\0") {
        return match wanted {
            None | Some(Format::FmdbFlask) => Ok((Format::FmdbFlask, None)),
            Some(other) => Err(Fault::whole(format!("is an SQLite database, not `{other}`; leave the format out"))),
        };
    }
    refuse_other_kinds(start, text)?;
    match (wanted, text.first()) {
        (Some(Format::FmdbFlask), _) => Err(Fault::whole("is not an SQLite database; leave the format out")),
        (Some(format @ (Format::Json | Format::Fynd)), _) => Ok((format, Some(Layout::Json(shape(start))))),
        (None, Some(b'{' | b'[')) => {
            let first = &text[..memchr::memchr(b'}', text).unwrap_or(text.len())];
            let is_fynd = memchr::memmem::find(first, b"\"99popularity\"").is_some();
            Ok((if is_fynd { Format::Fynd } else { Format::Json }, Some(Layout::Json(shape(start)))))
        }
        (Some(Format::Csv) | None, _) => {
            let delimiter = delimiter(start, wanted.is_some())?;
            Ok((Format::Csv, Some(Layout::Csv { delimiter })))
        }
    }
}

fn refuse_other_kinds(start: &[u8], text: &[u8]) -> Result<(), Fault> {
    let packings: [(&[u8], &str); 4] =
        [(b"PK\x03\x04", "zip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"7z\xbc\xaf", "7z")];
    if let Some((_, packing)) = packings.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(Fault::whole(format!(
            "is packed with {packing}; unpack it first (gzip and zstd are read as they are)"
        )));
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(Fault::whole("is UTF-16 text; convert it to UTF-8"));
    }
    if text.starts_with(b"<") {
        return Err(Fault::at(1, "is a web page (HTML or XML), not a dump; download the file itself"));
    }
    if !text.starts_with(b"{") && !text.starts_with(b"[") && start.iter().take(1024).any(|byte| *byte == 0) {
        return Err(Fault::whole("is a binary file, not a dump of movies; JSON, CSV and SQLite are read"));
    }
    Ok(())
}

/// How the records of a JSON dump stand, as far as its start tells.
fn shape(start: &[u8]) -> Shape {
    match start.trim_ascii_start().first() {
        Some(b'[') => return Shape::Array,
        Some(b'{') => {}
        _ => return Shape::Lines,
    }
    if let Some(at) = list_inside(start) {
        return Shape::Inside(at);
    }
    let mut lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    // An object that goes on in the next line; not a damaged one above the next object.
    let goes_on = serde_json::from_slice::<serde::de::IgnoredAny>(first).is_err_and(|error| error.is_eof());
    match lines.next() {
        Some(second) if goes_on && !second.starts_with(b"{") => Shape::Objects,
        _ => Shape::Lines,
    }
}

/// Where the array of `{"page":1,"results":[…]}` begins: an answer of TMDB, OMDb or fmdb itself.
fn list_inside(start: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    while at < start.len() {
        match start[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return None,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let end = text_end(start, at + 1)?;
                let after = &start[end + 1..];
                let value = after.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
                let is_list = matches!(&start[at + 1..end], b"results" | b"Search" | b"movies");
                match value {
                    Some(value) if depth == 1 && is_list && value.starts_with(b"[") => {
                        return Some(start.len() - value.len());
                    }
                    _ => at = end,
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The closing quote of a JSON text that begins at `from`.
fn text_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// What separates the columns of the header row, if it is one of a dump that this version reads.
fn delimiter(start: &[u8], is_wanted: bool) -> Result<u8, Fault> {
    let row = start.split(|byte| *byte == b'\n').find(|row| !row.trim_ascii().is_empty()).unwrap_or_default();
    let count = |wanted: u8| {
        let mut quoted = false;
        let outside = |byte: &&u8| {
            quoted ^= **byte == b'"';
            !quoted && **byte == wanted
        };
        row.iter().filter(outside).count()
    };
    // The first of equals wins, so a header without any is one column of CSV.
    let delimiter = *b",;\t".iter().rev().max_by_key(|wanted| count(**wanted)).unwrap_or(&b',');
    let row = String::from_utf8_lossy(row);
    let names: Vec<_> = row.split(char::from(delimiter)).map(|name| name.trim().trim_matches('"')).collect();
    if delimiter == b'\t' && matches!(names[0], "tconst" | "titleId" | "nconst") {
        return Err(Fault::at(
            1,
            "is one of IMDb's public data sets, which this version does not read; convert it to JSON",
        ));
    }
    if names[0] == "movieId" {
        return Err(Fault::at(1, "is a MovieLens data set, which this version does not read; convert it to JSON"));
    }
    let has_title = |name: &&str| Key::of(name).is_some_and(|key| key.meaning() == Meaning::Is(Field::Title));
    if is_wanted || names.iter().any(has_title) {
        return Ok(delimiter);
    }
    Err(Fault::at(1, "is neither JSON nor CSV with a column `title`; see the README for the formats that are read"))
}

/// Counts what is read of the file itself, for the progress bar.
struct Counted {
    input: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(start: &str) -> Result<(Format, Option<Layout>), String> {
        sniff(start.as_bytes(), None).map_err(|fault| fault.what)
    }

    #[test]
    fn formats_are_found_by_content() {
        let json = |shape| Ok((Format::Json, Some(Layout::Json(shape))));
        let csv = |delimiter| Ok((Format::Csv, Some(Layout::Csv { delimiter })));
        for (start, expected) in [
            ("\r\n [{\"99popularity\": 83.0", Ok((Format::Fynd, Some(Layout::Json(Shape::Array))))),
            ("[]", json(Shape::Array)),
            ("{\"title\":\"A\"}\n{", json(Shape::Lines)),
            ("{\"title\":\"A\n{\"title\":\"B\"}", json(Shape::Lines)),
            ("{\n  \"title\": \"A\"\n}", json(Shape::Objects)),
            ("{\"page\":1,\"d\":{\"results\":[1]},\"results\" : [{", json(Shape::Inside(42))),
            ("color,movie_title\n", csv(b',')),
            ("Title;\"Year, or so\"\n", csv(b';')),
            ("title\tyear\n", csv(b'\t')),
            ("Title", csv(b',')),
            ("SQLite format 3\0", Ok((Format::FmdbFlask, None))),
        ] {
            assert_eq!(sniffed(start), expected, "{start}");
        }
    }

    #[test]
    fn what_is_no_dump_is_named() {
        for (start, what) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("<!DOCTYPE html>", "web page"),
            ("\n<html>", "web page"),
            ("PK\u{3}\u{4}", "packed with zip"),
            ("\u{7f}ELF\0\0", "binary"),
            ("tconst\ttitleType\tprimaryTitle\n", "IMDb's public data sets"),
            ("movieId,title,genres\n", "MovieLens"),
            ("hello, world\n", "neither JSON nor CSV"),
        ] {
            let found = sniffed(start).expect_err(start);
            assert!(found.contains(what), "{start}: {found}");
        }
        let told = |start: &str, wanted| sniff(start.as_bytes(), Some(wanted));
        assert!(told("SQLite format 3\0", Format::Json).is_err());
        assert!(told("[]", Format::FmdbFlask).is_err());
        assert_eq!(told("oops", Format::Json), Ok((Format::Json, Some(Layout::Json(Shape::Lines)))));
    }
}
