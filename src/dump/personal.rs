//! Somebody's own things as CSV, in the shapes of IMDb and Letterboxd: reading them and writing them. Which movie a row
//! means is not decided here.
//!
//! Cells are written as they are, also where a spreadsheet might take one for a formula: what is read back must be what
//! was written.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};

use csv::StringRecord;

use super::bounded_csv::{self, Reading, Rows};
use super::personal_values as values;
use crate::model::mine::{Day, Rating};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ratings.
    Ratings,
    /// Movies to see.
    Watchlist,
    /// Movies that were seen, on days.
    Diary,
    /// Movies that were seen, without days.
    Watched,
    /// The movies of a list, which the file names.
    List,
}

impl Kind {
    /// The name in forms and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratings => "ratings",
            Self::Watchlist => "watchlist",
            Self::Diary => "diary",
            Self::Watched => "watched",
            Self::List => "list",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ratings, Self::Watchlist, Self::Diary, Self::Watched].into_iter().find(|kind| kind.name() == text)
    }
}

/// Why a row is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It names no movie.
    NoTitle,
    /// No movie of the catalogue is meant.
    NotFound,
    /// Several movies may be meant.
    Ambiguous,
    /// The rating is missing or out of bounds.
    BadRating,
    /// The day is no day, too early or in the future.
    BadDate,
    /// It has more columns or characters than any row of a movie.
    Unreadable,
    /// There is no room for more of it.
    TooMany,
    /// It is about a series, an episode, a short or a game.
    NotAMovie,
    /// A movie of the title is there, but it is not certain that it is meant.
    Doubtful,
}

impl Reason {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoTitle => "no title",
            Self::NotFound => "not found",
            Self::Ambiguous => "ambiguous: several movies may be meant",
            Self::BadRating => "bad rating",
            Self::BadDate => "bad date",
            Self::Unreadable => "unreadable",
            Self::TooMany => "too many",
            Self::NotAMovie => "not a movie",
            Self::Doubtful => "not certain: the year or the director does not say which movie is meant",
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The line where it starts, from 1.
    pub line: u64,
    /// The title.
    pub title: String,
    /// The original title, where the file has one.
    pub original_title: String,
    /// The year.
    pub year: Option<u16>,
    /// There is a year that cannot be read, so that the title alone does not tell the movie.
    pub has_bad_year: bool,
    /// The directors.
    pub directors: Vec<String>,
    /// IMDb's id.
    pub imdb_id: Option<String>,
    /// TMDB's number.
    pub tmdb_id: Option<u64>,
    /// What they think of it.
    pub rating: Option<Rating>,
    /// There is a rating that cannot be read; the rest of the row counts.
    pub has_bad_rating: bool,
    /// It is no movie but an episode, a series, a short or a game: a movie of the same title is not meant.
    pub is_other: bool,
    /// When the row was made; `None` also where that cannot be read.
    pub made: Option<Day>,
    /// When they saw it.
    pub seen: Option<Day>,
}

/// A file that was read: each row, or why it is none.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// What it holds.
    pub kind: Kind,
    /// The name of the list that it is.
    pub list: Option<String>,
    /// Good rows.
    pub rows: Vec<Row>,
    /// Bad ones: line, title, reason.
    pub bad: Vec<(u64, String, Reason)>,
}

/// Why a file is not read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvError {
    /// Its first line names no columns that are known.
    NoHeader,
    /// It has titles alone: only whoever sends it knows what they are.
    WhichKind,
    /// It has more than [`MAX_ROWS`] rows.
    TooLong,
    /// Where it lies, it cannot be read.
    Lost(io::ErrorKind),
}

/// The most rows of a file.
pub const MAX_ROWS: usize = 100_000;

/// Reads a file. `told` says what it holds where it does not say so itself.
///
/// # Errors
/// It cannot be told what it is.
pub fn read(input: impl Read, told: Option<Kind>) -> Result<File, CsvError> {
    let mut rows = Rows::new(as_bytes(input).map_err(lost)?, Reading { delimiter, decode }).map_err(lost)?;
    let mut header = Vec::new();
    let (list, columns) = loop {
        let Some(bounded_csv::Row::Cells(record)) = rows.next().map_err(lost)? else { return Err(CsvError::NoHeader) };
        if let Some(found) = header_of(&mut header, &record)? {
            break found;
        }
    };
    let kind = columns.kind(told, list.is_some())?;
    let mut file = File { kind, list, rows: Vec::new(), bad: Vec::new() };
    while let Some(row) = rows.next().map_err(lost)? {
        if file.rows.len() + file.bad.len() >= MAX_ROWS {
            return Err(CsvError::TooLong);
        }
        match row {
            bounded_csv::Row::Cells(record) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            bounded_csv::Row::Cells(record) => match columns.row(&record, kind) {
                Ok(row) => file.rows.push(row),
                Err((line, title, reason)) => file.bad.push((line, title, reason)),
            },
            bounded_csv::Row::Oversized(line) => file.bad.push((line, String::new(), Reason::Unreadable)),
        }
    }
    Ok(file)
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn lost(error: io::Error) -> CsvError {
    CsvError::Lost(error.kind())
}

/// Finds the header: the first record, or in a list of Letterboxd the one below what is said of the list. Gives the
/// name of the list and the columns; `None` where the next record must be seen.
fn header_of(
    before: &mut Vec<StringRecord>,
    record: &StringRecord,
) -> Result<Option<(Option<String>, Columns)>, CsvError> {
    let columns = Columns::of(record);
    let is_of_list = |columns: &Columns| columns.has(&["tags"]) && columns.has(&["name"]) && !columns.has(&["year"]);
    match before.as_slice() {
        [] if is_of_list(&columns) => before.push(record.clone()),
        [] if record.get(0).is_some_and(|cell| cell.trim().starts_with("Letterboxd list")) => {}
        [] => return Ok(Some((None, columns))),
        [_] => before.push(record.clone()),
        [head, list, ..] if columns.has(&["position"]) => {
            let name = Columns::of(head).cell(list, TITLE).to_owned();
            return Ok(Some((Some(name), columns)));
        }
        [..] => return Err(CsvError::NoHeader),
    }
    Ok(None)
}

/// The most bytes of a file in UTF-16, which is decoded as a whole.
const MAX_UTF_16: u64 = 16 << 20;

/// The file as bytes in which a delimiter is one byte: spreadsheets write UTF-16, which says so at its beginning.
fn as_bytes<'a>(mut input: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    // What is read first tells the delimiter, so it is more than the mark.
    let mut start = Vec::new();
    input.by_ref().take(1 << 16).read_to_end(&mut start)?;
    let encoding = encoding_rs::Encoding::for_bom(&start).map(|(encoding, _)| encoding);
    let mut all = Cursor::new(start).chain(input);
    let Some(encoding) = encoding else { return Ok(Box::new(all)) };
    let mut bytes = Vec::new();
    all.by_ref().take(MAX_UTF_16).read_to_end(&mut bytes)?;
    Ok(Box::new(Cursor::new(encoding.decode(&bytes).0.into_owned().into_bytes())))
}

/// The text of a cell. Older exports and spreadsheets write Windows-1252.
fn decode(bytes: &[u8]) -> String {
    let windows = || encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    std::str::from_utf8(bytes).map_or_else(|_| windows(), str::to_owned)
}

fn delimiter(first: &str) -> u8 {
    let count = |delimiter: char| first.matches(delimiter).count();
    [',', ';', '\t'].into_iter().max_by_key(|mark| count(*mark)).filter(|mark| count(*mark) > 0).unwrap_or(',') as u8
}

/// Where each thing stands, by the names of the columns.
struct Columns(HashMap<String, usize>);

const TITLE: &[&str] = &["title", "name"];
const ORIGINAL: &[&str] = &["original title"];
const DIRECTORS: &[&str] = &["directors", "director"];
const IMDB: &[&str] = &["const", "imdbid", "imdb id"];
const TMDB: &[&str] = &["tmdbid", "tmdb id"];
const URI: &[&str] = &["letterboxd uri", "letterboxduri", "url"];
/// Out of ten.
const OF_TEN: &[&str] = &["your rating", "you rated", "rating10"];
/// Out of five, in halves.
const OF_FIVE: &[&str] = &["rating"];
const MADE: &[&str] = &["date rated", "date", "created"];
const SEEN: &[&str] = &["watched date", "watcheddate"];

impl Columns {
    fn of(header: &StringRecord) -> Self {
        let mut places = HashMap::new();
        for (place, name) in header.iter().enumerate() {
            places.entry(name.trim().to_ascii_lowercase()).or_insert(place);
        }
        Self(places)
    }

    fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains_key(*name))
    }

    /// The first of these columns that is not empty.
    fn cell<'r>(&self, record: &'r StringRecord, names: &[&str]) -> &'r str {
        let mut cells = names.iter().filter_map(|name| record.get(*self.0.get(*name)?)).map(str::trim);
        cells.find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    fn kind(&self, told: Option<Kind>, is_named: bool) -> Result<Kind, CsvError> {
        if !self.has(TITLE) && !self.has(IMDB) {
            return Err(CsvError::NoHeader);
        }
        let is_list = self.has(&["position"]);
        // Until 2017 IMDb wrote ratings, lists and watchlists alike.
        let is_old = is_list && self.has(&["you rated"]);
        if self.has(SEEN) {
            Ok(Kind::Diary)
        } else if is_list && (!is_old || told.is_some()) {
            let other = if is_named { Kind::List } else { Kind::Watchlist };
            let told = told.filter(|kind| !matches!(kind, Kind::Diary | Kind::List) || is_named && *kind == Kind::List);
            Ok(told.unwrap_or(if is_old { Kind::Ratings } else { other }))
        } else if self.has(OF_TEN) || self.has(OF_FIVE) {
            Ok(Kind::Ratings)
        } else {
            told.filter(|kind| *kind != Kind::List).ok_or(CsvError::WhichKind)
        }
    }

    fn row(&self, record: &StringRecord, kind: Kind) -> Result<Row, (u64, String, Reason)> {
        let line = record.position().map_or(0, csv::Position::line);
        let original_title = self.cell(record, ORIGINAL);
        let title = match self.cell(record, TITLE) {
            "" => original_title,
            title => title,
        };
        let bad = |reason| (line, title.to_owned(), reason);
        let uri = self.cell(record, URI);
        let imdb_id = [self.cell(record, IMDB)].into_iter().chain(uri.split('/')).find(|id| is_imdb_id(id));
        let in_uri = uri.split_once("/tmdb/").map_or("", |(_, rest)| rest.trim_end_matches('/'));
        let tmdb_id = [self.cell(record, TMDB), in_uri].into_iter().find_map(|id| id.parse().ok());
        if title.is_empty() && imdb_id.is_none() && tmdb_id.is_none() {
            return Err(bad(Reason::NoTitle));
        }
        let rating = self.rating(record);
        if kind == Kind::Ratings && !matches!(rating, Ok(Some(_))) {
            return Err(bad(Reason::BadRating));
        }
        let seen = self.cell(record, SEEN);
        let seen_on = values::day(seen);
        if !seen.is_empty() && seen_on.is_none() {
            return Err(bad(Reason::BadDate));
        }
        let year = values::year(self.cell(record, &["year"]));
        let directors = self.cell(record, DIRECTORS).split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Row {
            line,
            title: title.to_owned(),
            original_title: original_title.to_owned(),
            year: year.unwrap_or_default(),
            has_bad_year: year.is_err(),
            directors: directors.map(str::to_owned).collect(),
            imdb_id: imdb_id.map(str::to_owned),
            tmdb_id,
            rating: rating.unwrap_or_default(),
            has_bad_rating: rating.is_err(),
            is_other: !values::is_movie(self.cell(record, &["title type", "type"])),
            made: values::day(self.cell(record, MADE)),
            seen: seen_on,
        })
    }

    fn rating(&self, record: &StringRecord) -> Result<Option<Rating>, values::Unreadable> {
        if self.has(OF_TEN) {
            return values::rating(self.cell(record, OF_TEN), 1.0);
        }
        values::rating(self.cell(record, OF_FIVE), 2.0)
    }
}

fn is_imdb_id(text: &str) -> bool {
    text.strip_prefix("tt").is_some_and(|digits| digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        read(text.as_bytes(), None).expect("a file")
    }

    #[test]
    fn imdb_ratings_of_all_years_are_read() {
        let new = file(
            "\u{feff}Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n\
             tt0076759,9,2024-05-31,Star Wars,Star Wars,https://www.imdb.com/title/tt0076759,Movie,8.6,121,1977,\"Action, Sci-Fi\",1400000,1977-05-25,George Lucas\n",
        );
        let row = &new.rows[0];
        assert_eq!((new.kind, row.line, row.title.as_str(), row.year), (Kind::Ratings, 2, "Star Wars", Some(1977)));
        assert_eq!((row.rating, row.made), (Rating::new(9), Day::read("2024-05-31")));
        assert_eq!((row.imdb_id.as_deref(), row.directors.join("|").as_str()), (Some("tt0076759"), "George Lucas"));
        let old = file(
            "\"position\",\"const\",\"created\",\"modified\",\"description\",\"Title\",\"Title type\",\"Directors\",\"You rated\",\"IMDb Rating\",\"Runtime (mins)\",\"Year\",\"Genres\",\"Num. Votes\",\"Release Date (month/day/year)\",\"URL\"\n\
             \"1\",\"tt0078748\",\"Sat Jan  7 00:00:00 2017\",\"\",\"\",\"Alien\",\"Feature Film\",\"Ridley Scott\",\"8\",\"8.5\",\"117\",\"1979\",\"horror\",\"1\",\"1979-05-25\",\"http://www.imdb.com/title/tt0078748/\"\n",
        );
        assert_eq!(
            (old.kind, old.rows[0].rating, old.rows[0].made),
            (Kind::Ratings, Rating::new(8), Day::read("2017-01-07"))
        );
        let list =
            file("Position,Const,Created,Modified,Description,Title,Your Rating\n1,tt0078748,2024-01-02,,,Alien,8\n");
        assert_eq!((list.kind, list.rows[0].made), (Kind::Watchlist, Day::read("2024-01-02")));
    }

    #[test]
    fn letterboxd_files_are_read_and_bad_rows_told_by_line() {
        let ratings = file(
            "Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,\"Three\nlines\",2000,https://boxd.it/1,4.5\n2024-01-01,Bad,2000,,5.5\n2024-01-01,,2000,,5\n2024-01-01,Worse,2000,,4.3\n",
        );
        assert_eq!((ratings.kind, ratings.rows.len(), ratings.rows[0].rating), (Kind::Ratings, 1, Rating::new(9)));
        let bad: Vec<_> = ratings.bad.iter().map(|(line, _, reason)| (*line, *reason)).collect();
        assert_eq!(bad, [(4, Reason::BadRating), (5, Reason::NoTitle), (6, Reason::BadRating)]);
        let diary = file(
            "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n2024-01-02,Alien,1979,,,Yes,,2024-01-01\n2024-01-02,Alien,1979,,,,,2024-13-01\n2024-01-02,Alien,1979,https://letterboxd.com/tmdb/348/,,,,\n",
        );
        assert_eq!(
            (diary.kind, diary.rows[0].seen, diary.rows[0].rating),
            (Kind::Diary, Day::read("2024-01-01"), None)
        );
        assert_eq!((diary.rows[1].seen, diary.rows[1].tmdb_id), (None, Some(348)));
        assert_eq!((diary.bad[0].0, diary.bad[0].2), (3, Reason::BadDate));
    }

    #[test]
    fn what_a_file_of_titles_holds_must_be_told() {
        let text = b"Date;Name;Year;Letterboxd URI\n2024-01-01;M\xfcnchen;2005;\n";
        assert_eq!(read(&text[..], None), Err(CsvError::WhichKind));
        let watched = read(&text[..], Some(Kind::Watched)).expect("a file");
        assert_eq!((watched.kind, watched.rows[0].title.as_str()), (Kind::Watched, "München"));
        for bad in [&b""[..], b"\xff\xfe\0", b"a,b\n1,2\n", b"\0\0\0\0"] {
            assert_eq!(read(bad, None), Err(CsvError::NoHeader));
        }
    }
}
