//! Somebody's own things from elsewhere: CSV of IMDb and Letterboxd. The way out is in `personal_export`.
//!
//! An import sets what its rows say and takes nothing away. It is one transaction, the same file again changes nothing,
//! and each row whose movie is not certain is told by its line.

use std::collections::HashMap;
use std::io::Read;

use serde_json::{Value, json};

use super::FlowError;
use crate::app::App;
use crate::dump::personal::{File, Kind, Reason, Row, Unread, read};
use crate::model::mine::Rating;
use crate::model::{FieldErrors, MovieId, Problem};
use crate::store::mine::{Keep, Kept, Meant, Sought};

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// What the file held: `ratings`, `watchlist`, `diary`, `watched`.
    pub kind: &'static str,
    /// Rows that were read, good and bad ones.
    pub read: u64,
    /// Rows that set something.
    pub set: u64,
    /// Rows that say what was known already.
    pub unchanged: u64,
    /// The other rows, by line.
    pub rejected: Vec<Rejected>,
}

/// A row that set nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// The line where it starts.
    pub line: u64,
    /// The title in it.
    pub title: String,
    /// Why.
    pub reason: Reason,
}

impl Imported {
    /// How many rows name a movie that the catalogue does not have.
    pub fn not_found(&self) -> u64 {
        self.rejected.iter().filter(|row| row.reason == Reason::NotFound).count() as u64
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let rejected = self.rejected.iter();
        let rejected = rejected.map(|row| json!({"line": row.line, "title": row.title, "reason": row.reason.name()}));
        json!({
            "kind": self.kind,
            "read": self.read,
            "set": self.set,
            "unchanged": self.unchanged,
            "not_found": self.not_found(),
            "rejected": rejected.collect::<Vec<_>>(),
        })
    }
}

/// Takes a file in. `told` says what it holds where it does not say so itself.
///
/// # Errors
/// Invalid where the file is none that is known; unavailable or failed.
pub fn import(app: &App, account: i64, input: impl Read, told: Option<Kind>) -> Result<Imported, FlowError> {
    let File { kind, rows, bad } = read(input, told).map_err(unread)?;
    let mut imported = Imported { kind: kind.name(), read: (rows.len() + bad.len()) as u64, ..Imported::default() };
    imported.rejected = bad.into_iter().map(|(line, title, reason)| Rejected { line, title, reason }).collect();
    let mut reject =
        |row: &Row, reason| imported.rejected.push(Rejected { line: row.line, title: row.title.clone(), reason });
    let meant = app.store.find_meant(&rows.iter().map(sought).collect::<Vec<_>>())?;
    let mut found = Vec::new();
    for (row, meant) in rows.iter().zip(meant) {
        match meant {
            Meant::Movie(movie) => found.push((movie, row)),
            Meant::Nothing => reject(row, Reason::NotFound),
            Meant::Several => reject(row, Reason::Ambiguous),
        }
    }
    let (things, of_row) = things(kind, &found);
    let kept = app.store.keep_all(account, &things)?;
    let mut of_rows = vec![Vec::new(); found.len()];
    of_row.iter().zip(kept).for_each(|(place, kept)| of_rows[*place].push(kept));
    let (mut set, mut unchanged) = (0, 0);
    for ((_, row), kept) in found.iter().zip(of_rows) {
        if kept.contains(&Kept::Set) {
            set += 1;
        } else if kept.contains(&Kept::Gone) {
            reject(row, Reason::NotFound);
        } else if kept.contains(&Kept::TooMany) {
            reject(row, Reason::TooMany);
        } else {
            unchanged += 1;
        }
    }
    (imported.set, imported.unchanged) = (set, unchanged);
    imported.rejected.sort_by_key(|row| row.line);
    Ok(imported)
}

fn sought(row: &Row) -> Sought {
    Sought {
        imdb_id: row.imdb_id.clone(),
        tmdb_id: row.tmdb_id,
        title: if row.is_other { String::new() } else { row.title.clone() },
        director: row.director.clone().filter(|_| !row.is_other),
        year: row.year,
    }
}

/// What is to be kept, and by the side of each the place of the row that says so. Of several ratings of one movie the
/// last one counts, in a diary that of the last day.
fn things(kind: Kind, found: &[(MovieId, &Row)]) -> (Vec<(MovieId, Keep)>, Vec<usize>) {
    let mut ratings: HashMap<MovieId, (usize, &Row)> = HashMap::new();
    let mut things = Vec::new();
    for (place, (movie, row)) in found.iter().enumerate() {
        let at = row.made.map(crate::model::mine::Day::seconds);
        match kind {
            Kind::Ratings => {}
            Kind::Watchlist => things.push((place, *movie, Keep::Watchlist { at })),
            Kind::Diary => things.push((place, *movie, Keep::Seen { on: row.seen, again: true })),
            Kind::Watched => things.push((place, *movie, Keep::Seen { on: None, again: false })),
        }
        let is_later = |before: &(usize, &Row)| kind != Kind::Diary || row.seen >= before.1.seen;
        let counts = matches!(kind, Kind::Ratings | Kind::Diary) && row.rating.is_some();
        if counts && ratings.get(movie).is_none_or(is_later) {
            ratings.insert(*movie, (place, row));
        }
    }
    let of_rating = |(movie, (place, row)): (MovieId, (usize, &Row))| {
        let at = row.seen.filter(|_| kind == Kind::Diary).or(row.made).map(crate::model::mine::Day::seconds);
        // A diary tells what was thought then; it never takes the place of what is thought now.
        row.rating.map(|rating: Rating| (place, movie, Keep::Rating { rating, at, over: kind == Kind::Ratings }))
    };
    things.extend(ratings.into_iter().filter_map(of_rating));
    things.sort_by_key(|(place, ..)| *place);
    let places = things.iter().map(|(place, ..)| *place).collect();
    (things.into_iter().map(|(_, movie, keep)| (movie, keep)).collect(), places)
}

fn unread(error: Unread) -> FlowError {
    let problem = match error {
        Unread::NoHeader => Problem::Malformed { expected: "a CSV file of IMDb or Letterboxd" },
        Unread::Lost(kind) => return FlowError::Unavailable(format!("an uploaded file cannot be read: {kind}")),
        Unread::WhichKind => return FieldErrors::of("kind", Problem::Missing).into(),
        Unread::TooLong => Problem::TooMany { max: crate::dump::personal::MOST_ROWS },
    };
    FieldErrors::of("file", problem).into()
}
