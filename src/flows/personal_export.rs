//! A member's own entries as files, a piece at a time: an export takes little memory however much there is, and holds
//! nothing while a slow client reads it.

use std::collections::VecDeque;
use std::vec;

use serde_json::{Value, json};

use super::FlowError;
use crate::app::App;
use crate::dump::personal_write::{Sheet, SheetWriter};
use crate::model::mine::{Collection, CollectionEntry, MovieList};
use crate::store::mine::{EntryKey, EntrySource};

/// The files that an account can be taken away as, by name.
pub const FILES: [&str; 6] =
    ["imdb.csv", "letterboxd.csv", "watchlist.csv", "letterboxd-watchlist.csv", "diary.csv", "everything.json"];

/// A piece ends once it has this many bytes.
const PIECE_BYTES: usize = 64 * 1024;
/// Entries that are read at once; each may have a note of [`crate::model::mine::MAX_NOTE`] characters.
const ENTRIES: usize = 50;

/// An export under way.
pub struct Export {
    account: i64,
    format: Format,
    todo: VecDeque<Part>,
    open: Option<Open>,
}

enum Format {
    Csv(SheetWriter),
    Json,
}

/// What is still to be written.
enum Part {
    Text(String),
    Entries(EntrySource),
    Lists,
}

/// A collection that is being written.
struct Open {
    source: EntrySource,
    keys: vec::IntoIter<EntryKey>,
    is_begun: bool,
}

impl Export {
    /// One of [`FILES`] of an account; `None` where the name is none of them.
    pub fn new(account: i64, name: &str) -> Option<Self> {
        let (sheet, collection) = match name {
            "imdb.csv" => (Sheet::ImdbRatings, Collection::Ratings),
            "letterboxd.csv" => (Sheet::LetterboxdRatings, Collection::Ratings),
            "watchlist.csv" => (Sheet::ImdbList, Collection::Watchlist),
            "letterboxd-watchlist.csv" => (Sheet::LetterboxdList, Collection::Watchlist),
            "diary.csv" => (Sheet::LetterboxdDiary, Collection::Seen),
            "everything.json" => return Some(Self::everything(account)),
            _ => return None,
        };
        let writer = sheet.writer();
        let todo = [Part::Text(writer.header()), Part::Entries(EntrySource::Collection(collection))];
        Some(Self { account, format: Format::Csv(writer), todo: todo.into(), open: None })
    }

    fn everything(account: i64) -> Self {
        let mut todo = VecDeque::from([Part::Text("{".to_owned())]);
        for collection in Collection::ALL {
            todo.push_back(Part::Text(format!("\"{}\":[", collection.name())));
            todo.push_back(Part::Entries(EntrySource::Collection(collection)));
            todo.push_back(Part::Text("],".to_owned()));
        }
        todo.push_back(Part::Text("\"lists\":[".to_owned()));
        todo.push_back(Part::Lists);
        todo.push_back(Part::Text("]}".to_owned()));
        Self { account, format: Format::Json, todo, open: None }
    }

    /// The next piece, in order; `None` at the end. Blocks.
    ///
    /// # Errors
    /// Unavailable or failed.
    pub fn next(&mut self, app: &App) -> Result<Option<Vec<u8>>, FlowError> {
        let mut piece = Vec::new();
        while piece.len() < PIECE_BYTES {
            if let Some(open) = &mut self.open {
                let keys: Vec<EntryKey> = open.keys.by_ref().take(ENTRIES).collect();
                if keys.is_empty() {
                    self.open = None;
                    continue;
                }
                let entries = app.store.entries(self.account, open.source, &keys)?;
                match &mut self.format {
                    Format::Csv(writer) => writer.write(&entries, &mut piece),
                    Format::Json => write_json(&entries, &mut open.is_begun, &mut piece),
                }
                continue;
            }
            match self.todo.pop_front() {
                None => break,
                Some(Part::Text(text)) => piece.extend_from_slice(text.as_bytes()),
                Some(Part::Entries(source)) => {
                    let keys = self.keys(app, source)?.into_iter();
                    self.open = Some(Open { source, keys, is_begun: false });
                }
                Some(Part::Lists) => {
                    for (place, list) in app.store.lists(self.account)?.iter().enumerate().rev() {
                        self.todo.push_front(Part::Text("]}".to_owned()));
                        self.todo.push_front(Part::Entries(EntrySource::List(list.id)));
                        self.todo.push_front(Part::Text(opening(list, place > 0)));
                    }
                }
            }
        }
        Ok((!piece.is_empty()).then_some(piece))
    }

    fn keys(&self, app: &App, source: EntrySource) -> Result<Vec<EntryKey>, FlowError> {
        let mut keys = app.store.entry_keys(self.account, source)?;
        if matches!(self.format, Format::Csv(_)) && source == EntrySource::Collection(Collection::Seen) {
            // A diary begins with the earliest day.
            keys.reverse();
        }
        Ok(keys)
    }
}

/// The JSON of a list up to its movies.
fn opening(list: &MovieList, follows: bool) -> String {
    let text = list.to_json().to_string();
    let fields = text.strip_suffix('}').unwrap_or(&text);
    format!("{}{fields},\"movies\":[", if follows { "," } else { "" })
}

fn write_json(entries: &[CollectionEntry], is_begun: &mut bool, piece: &mut Vec<u8>) {
    for entry in entries {
        if std::mem::replace(is_begun, true) {
            piece.push(b',');
        }
        piece.extend_from_slice(told(entry).to_string().as_bytes());
    }
}

fn told(entry: &CollectionEntry) -> Value {
    let facts = &entry.movie.facts;
    let mut told = json!({
        "movie_name": facts.title,
        "year": facts.year,
        "director": facts.director(),
        "imdb_id": facts.imdb_id,
        "date": entry.on.map(|day| day.to_string()),
    });
    if let Some(rating) = entry.rating {
        told["rating"] = json!(rating.value());
    }
    if let Some(note) = &entry.note {
        told["note"] = json!(note);
    }
    told
}
