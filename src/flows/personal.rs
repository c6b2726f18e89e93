//! A member's own entries from elsewhere: CSV of IMDb and Letterboxd. The way out is in `personal_export`.
//!
//! An import sets what its rows say and takes nothing away. It is one transaction, the same file again changes nothing,
//! and each row whose movie is not certain is told by its line.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use serde_json::{Value, json};

use super::FlowError;
use crate::app::App;
use crate::dump::personal::{CsvError, File, Kind, Reason, Row, read};
use crate::model::fold::fold;
use crate::model::identity::Described;
use crate::model::mine::{Day, ListDraft, MAX_LISTS, Rating};
use crate::model::{FieldErrors, MovieId, Problem};
use crate::store::StoreError;
use crate::store::mine::{EntryOutcome, EntrySource, MovieReference, PersonalEntry, Resolution, Room};

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// What the file held: `ratings`, `watchlist`, `diary`, `watched`, `list`.
    pub kind: &'static str,
    /// Rows that were read, good and bad ones.
    pub read: u64,
    /// Rows that set something.
    pub set: u64,
    /// Rows that say what was known already.
    pub unchanged: u64,
    /// The other rows, by line.
    pub rejected: Vec<Rejected>,
    /// Rows that count but for one thing, by line.
    pub partial: Vec<Rejected>,
}

/// A row that set nothing, or not everything.
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

    /// All rows of which something was not set, by line.
    pub fn told(&self) -> Vec<&Rejected> {
        let mut told: Vec<_> = self.rejected.iter().chain(&self.partial).collect();
        told.sort_by_key(|row| row.line);
        told
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let told = |row: &Rejected| json!({"line": row.line, "title": row.title, "reason": row.reason.name()});
        json!({
            "kind": self.kind,
            "read": self.read,
            "set": self.set,
            "unchanged": self.unchanged,
            "not_found": self.not_found(),
            "rejected": self.rejected.iter().map(told).collect::<Vec<_>>(),
            "partial": self.partial.iter().map(told).collect::<Vec<_>>(),
        })
    }
}

/// Takes a file in. `told` says what it holds where it does not say so itself.
///
/// # Errors
/// Invalid where the file is none that is known; unavailable or failed.
pub fn import(app: &App, account: i64, input: impl Read, told: Option<Kind>) -> Result<Imported, FlowError> {
    let File { kind, list, rows, bad } = read(input, told).map_err(unread)?;
    let mut imported = Imported { kind: kind.name(), read: (rows.len() + bad.len()) as u64, ..Imported::default() };
    let told = |row: &Row, reason| Rejected { line: row.line, title: row.title.clone(), reason };
    imported.rejected = bad.into_iter().map(|(line, title, reason)| Rejected { line, title, reason }).collect();
    let resolution = app.store.resolve_movies(&rows.iter().map(reference).collect::<Vec<_>>())?;
    let mut found = Vec::new();
    for (row, resolution) in rows.iter().zip(resolution) {
        match resolution {
            Resolution::Movie(movie) => found.push((movie, row)),
            Resolution::Nothing if row.is_other => imported.rejected.push(told(row, Reason::NotAMovie)),
            Resolution::Nothing => imported.rejected.push(told(row, Reason::NotFound)),
            Resolution::Several => imported.rejected.push(told(row, Reason::Ambiguous)),
            Resolution::Doubtful => imported.rejected.push(told(row, Reason::Doubtful)),
        }
    }
    let of_rows = match list {
        Some(name) if kind == Kind::List => keep_list(app, account, &name, &found)?,
        _ => {
            let (things, of_row) = things(kind, &found);
            let mut of_rows = vec![Vec::new(); found.len()];
            let kept = app.store.keep_all(account, &things)?;
            of_row.iter().zip(kept).for_each(|(place, kept)| of_rows[*place].push(kept));
            of_rows
        }
    };
    for ((_, row), kept) in found.iter().zip(of_rows) {
        if kept.contains(&EntryOutcome::Set) {
            imported.set += 1;
        } else if kept.contains(&EntryOutcome::Gone) {
            imported.rejected.push(told(row, Reason::NotFound));
            continue;
        } else if kept.contains(&EntryOutcome::TooMany) {
            imported.rejected.push(told(row, Reason::TooMany));
            continue;
        } else {
            imported.unchanged += 1;
        }
        if row.has_bad_rating {
            imported.partial.push(told(row, Reason::BadRating));
        }
    }
    imported.rejected.sort_by_key(|row| row.line);
    Ok(imported)
}

fn reference(row: &Row) -> MovieReference {
    let titles = [&row.title, &row.original_title].into_iter().filter(|title| !title.is_empty() && !row.is_other);
    MovieReference {
        titles: titles.cloned().collect(),
        description: Described {
            directors: row.directors.iter().map(|name| fold(name)).collect(),
            year: row.year,
            has_bad_year: row.has_bad_year,
            imdb_id: row.imdb_id.clone(),
            tmdb_id: row.tmdb_id,
        },
    }
}

/// Puts movies into the list of this name, which is made where there is none. What became of each is in its place.
fn keep_list(
    app: &App,
    account: i64,
    name: &str,
    found: &[(MovieId, &Row)],
) -> Result<Vec<Vec<EntryOutcome>>, FlowError> {
    let draft = ListDraft::check(name, "", false)?;
    let known = app.store.lists(account)?.into_iter().find(|list| list.draft.name == draft.name);
    let id = match known {
        Some(list) => list.id,
        None => {
            let made = app.store.add_list(account, &draft)?;
            made.ok_or_else(|| FieldErrors::of("file", Problem::TooMany { max: MAX_LISTS }))?
        }
    };
    let held = app.store.entry_keys(account, EntrySource::List(id))?;
    let mut held: HashSet<MovieId> = held.into_iter().map(|entry| entry.movie).collect();
    let mut put = |movie: MovieId| {
        if !held.insert(movie) {
            return Ok(vec![EntryOutcome::Unchanged]);
        }
        match app.store.put_into_list(account, id, movie, None) {
            Ok(room) => Ok(vec![if room == Room::Enough { EntryOutcome::Set } else { EntryOutcome::TooMany }]),
            Err(StoreError::NotFound) => Ok(vec![EntryOutcome::Gone]),
            Err(error) => Err(error.into()),
        }
    };
    found.iter().map(|(movie, _)| put(*movie)).collect()
}

/// What is to be kept, and by the side of each the place of the row that says so. Of several ratings of one movie the
/// last one counts, in a diary that of the last day.
fn things(kind: Kind, found: &[(MovieId, &Row)]) -> (Vec<(MovieId, PersonalEntry)>, Vec<usize>) {
    let mut ratings: HashMap<MovieId, (usize, &Row)> = HashMap::new();
    let mut viewings: HashMap<(MovieId, Option<Day>), u32> = HashMap::new();
    let mut things = Vec::new();
    for (place, (movie, row)) in found.iter().enumerate() {
        match kind {
            Kind::Ratings | Kind::List => {}
            Kind::Watchlist => {
                things.push((place, *movie, PersonalEntry::Watchlist { at: row.made.map(Day::seconds) }));
            }
            Kind::Diary => {
                // Two rows of one day are two viewings, and the same file again adds none.
                let nth = viewings.entry((*movie, row.seen)).or_default();
                *nth += 1;
                things.push((place, *movie, PersonalEntry::Seen { on: row.seen, nth: Some(*nth) }));
            }
            Kind::Watched => things.push((place, *movie, PersonalEntry::Seen { on: None, nth: None })),
        }
        let is_later = |before: &(usize, &Row)| kind != Kind::Diary || row.seen >= before.1.seen;
        if row.rating.is_some() && ratings.get(movie).is_none_or(is_later) {
            ratings.insert(*movie, (place, row));
        }
    }
    let of_rating = |(movie, (place, row)): (MovieId, (usize, &Row))| {
        let at = row.seen.filter(|_| kind == Kind::Diary).or(row.made).map(Day::seconds);
        // Only ratings tell what is thought now; a diary or a list never takes its place.
        row.rating
            .map(|rating: Rating| (place, movie, PersonalEntry::Rating { rating, at, over: kind == Kind::Ratings }))
    };
    things.extend(ratings.into_iter().filter_map(of_rating));
    things.sort_by_key(|(place, ..)| *place);
    let places = things.iter().map(|(place, ..)| *place).collect();
    (things.into_iter().map(|(_, movie, keep)| (movie, keep)).collect(), places)
}

fn unread(error: CsvError) -> FlowError {
    let problem = match error {
        CsvError::NoHeader => Problem::Malformed { expected: "a CSV file of IMDb or Letterboxd" },
        CsvError::Lost(kind) => return FlowError::Unavailable(format!("an uploaded file cannot be read: {kind}")),
        CsvError::WhichKind => return FieldErrors::of("kind", Problem::Missing).into(),
        CsvError::TooLong => Problem::TooMany { max: crate::dump::personal::MAX_ROWS },
    };
    FieldErrors::of("file", problem).into()
}
