//! Writing somebody's things as CSV: IMDb's and Letterboxd's own columns, so that these sites and fmdb read them back.

use std::collections::HashSet;

use csv::Writer;

use crate::model::MovieId;
use crate::model::mine::{CollectionEntry, Rating};

/// The columns of IMDb's ratings.
pub const IMDB_RATINGS: [&str; 14] = [
    "Const",
    "Your Rating",
    "Date Rated",
    "Title",
    "Original Title",
    "URL",
    "Title Type",
    "IMDb Rating",
    "Runtime (mins)",
    "Year",
    "Genres",
    "Num Votes",
    "Release Date",
    "Directors",
];
/// The columns of IMDb's lists and watchlist.
pub const IMDB_LIST: [&str; 18] = [
    "Position",
    "Const",
    "Created",
    "Modified",
    "Description",
    "Title",
    "Original Title",
    "URL",
    "Title Type",
    "IMDb Rating",
    "Runtime (mins)",
    "Year",
    "Genres",
    "Num Votes",
    "Release Date",
    "Directors",
    "Your Rating",
    "Date Rated",
];
/// The columns of Letterboxd's watchlist.
pub const LETTERBOXD_LIST: [&str; 4] = ["Date", "Name", "Year", "Letterboxd URI"];
/// The columns of Letterboxd's ratings.
pub const LETTERBOXD_RATINGS: [&str; 5] = ["Date", "Name", "Year", "Letterboxd URI", "Rating"];
/// The columns of Letterboxd's diary.
pub const LETTERBOXD_DIARY: [&str; 8] =
    ["Date", "Name", "Year", "Letterboxd URI", "Rating", "Rewatch", "Tags", "Watched Date"];

/// A file of somebody's things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Ratings for IMDb.
    ImdbRatings,
    /// The watchlist, or a list, for IMDb.
    ImdbList,
    /// Ratings for Letterboxd.
    LetterboxdRatings,
    /// The watchlist, or a list, for Letterboxd.
    LetterboxdList,
    /// What was seen, for Letterboxd; the earliest first.
    LetterboxdDiary,
}

impl Sheet {
    fn header(self) -> &'static [&'static str] {
        match self {
            Self::ImdbRatings => &IMDB_RATINGS,
            Self::ImdbList => &IMDB_LIST,
            Self::LetterboxdRatings => &LETTERBOXD_RATINGS,
            Self::LetterboxdList => &LETTERBOXD_LIST,
            Self::LetterboxdDiary => &LETTERBOXD_DIARY,
        }
    }

    fn value(self, column: &str, entry: &CollectionEntry, is_again: bool) -> String {
        let facts = &entry.movie.facts;
        let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let date = || entry.on.map(|day| day.to_string()).unwrap_or_default();
        let imdb_id = facts.imdb_id.clone().unwrap_or_default();
        match column {
            "Const" => imdb_id,
            "Your Rating" => number(entry.rating.map(|rating| u64::from(rating.value()))),
            "Rating" => entry.rating.map(halved).unwrap_or_default(),
            "Date Rated" if self == Self::ImdbList => String::new(),
            "Date Rated" | "Created" | "Modified" | "Date" | "Watched Date" => date(),
            "Title" | "Name" => facts.title.clone(),
            "Original Title" => facts.original_title.clone().unwrap_or_else(|| facts.title.clone()),
            "URL" if imdb_id.is_empty() => String::new(),
            "URL" => format!("https://www.imdb.com/title/{imdb_id}"),
            // Letterboxd leads on from these to the film, and reading them back is certain.
            "Letterboxd URI" => match (&facts.imdb_id, facts.tmdb_id) {
                (Some(id), _) => format!("https://letterboxd.com/imdb/{id}/"),
                (None, Some(id)) => format!("https://letterboxd.com/tmdb/{id}/"),
                (None, None) => String::new(),
            },
            "Title Type" => "Movie".to_owned(),
            "IMDb Rating" => facts.score.map(|score| score.to_string()).unwrap_or_default(),
            "Runtime (mins)" => number(facts.runtime.map(u64::from)),
            "Year" => number(facts.year.map(u64::from)),
            "Genres" => facts.genres.join(", "),
            "Num Votes" => number(facts.votes),
            "Directors" => facts.director().unwrap_or_default(),
            "Rewatch" if is_again => "Yes".to_owned(),
            _ => String::new(),
        }
    }

    /// Writes entries, a few at a time.
    pub fn writer(self) -> SheetWriter {
        SheetWriter { sheet: self, position: 0, earlier: HashSet::new() }
    }
}

/// Writes a [`Sheet`].
#[derive(Debug)]
pub struct SheetWriter {
    sheet: Sheet,
    /// Entries that were written.
    position: usize,
    /// The movies of a diary that were written.
    earlier: HashSet<MovieId>,
}

impl SheetWriter {
    /// The first line.
    pub fn header(&self) -> String {
        self.sheet.header().join(",") + "\n"
    }

    /// Adds the rows of the entries that come next.
    pub fn write(&mut self, entries: &[CollectionEntry], rows: &mut Vec<u8>) {
        let mut writer = Writer::from_writer(rows);
        for entry in entries {
            self.position += 1;
            let is_again = self.sheet == Sheet::LetterboxdDiary && !self.earlier.insert(entry.movie.id);
            let cells = self.sheet.header().iter().map(|column| match *column {
                "Position" => self.position.to_string(),
                column => self.sheet.value(column, entry, is_again),
            });
            // Writing to memory does not fail.
            let _ = writer.write_record(cells);
        }
        let _ = writer.flush();
    }
}

/// Five stars in halves.
fn halved(rating: Rating) -> String {
    (f64::from(rating.value()) / 2.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::personal::{Kind, read};
    use crate::model::mine::Day;
    use crate::model::{Facts, Movie};

    /// The whole file, written by two entries at a time.
    fn written(sheet: Sheet, entries: &[CollectionEntry]) -> Vec<u8> {
        let mut writer = sheet.writer();
        let mut file = writer.header().into_bytes();
        entries.chunks(2).for_each(|entries| writer.write(entries, &mut file));
        file
    }

    #[test]
    fn what_is_written_is_read_back() {
        let entry = |id: i64, title: &str, rating: i64| CollectionEntry {
            movie: Movie {
                id: MovieId(id),
                facts: Facts {
                    title: title.to_owned(),
                    directors: vec!["A, B".to_owned()],
                    year: Some(1999),
                    imdb_id: (id == 1).then(|| "tt0000001".to_owned()),
                    tmdb_id: Some(7),
                    ..Facts::default()
                },
                ..Movie::default()
            },
            rating: Rating::new(rating),
            on: Some(Day(19_000)),
            note: None,
        };
        let entries = [entry(1, "=SUM(A1)", 9), entry(2, "Say \"hi\",\nthen", 1), entry(1, "=SUM(A1)", 9)];
        for (sheet, kind) in [
            (Sheet::ImdbRatings, Kind::Ratings),
            (Sheet::LetterboxdRatings, Kind::Ratings),
            (Sheet::LetterboxdDiary, Kind::Diary),
            (Sheet::ImdbList, Kind::Watchlist),
        ] {
            let file = read(written(sheet, &entries).as_slice(), None).expect("a file");
            assert_eq!((file.kind, file.rows.len(), file.bad.len()), (kind, 3, 0), "{sheet:?}");
            assert_eq!(file.rows[1].title, "Say \"hi\",\nthen");
            assert_eq!(file.rows[0].title, "=SUM(A1)");
            assert_eq!(file.rows[0].imdb_id.as_deref(), Some("tt0000001"));
            assert_eq!((file.rows[0].rating, file.rows[1].rating), (Rating::new(9), Rating::new(1)));
            let day = if kind == Kind::Diary { file.rows[0].seen } else { file.rows[0].made };
            assert_eq!(day, Some(Day(19_000)));
        }
        let diary = String::from_utf8(written(Sheet::LetterboxdDiary, &entries)).expect("text");
        assert_eq!(diary.matches(",Yes,").count(), 1, "{diary}");
    }
}
