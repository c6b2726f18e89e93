//! Somebody's own things as files, a piece at a time: an export takes little memory however much there is, and holds
//! nothing while whoever reads it takes their time.

use std::collections::VecDeque;
use std::vec;

use serde_json::{Value, json};

use super::FlowError;
use crate::app::App;
use crate::dump::personal_write::{Sheet, SheetWriter};
use crate::model::mine::{MovieList, Shelf, Shelved};
use crate::store::mine::{Collection, EntryKey};

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
    Entries(Collection),
    Lists,
}

/// A collection that is being written.
struct Open {
    collection: Collection,
    keys: vec::IntoIter<EntryKey>,
    is_begun: bool,
}

impl Export {
    /// One of [`FILES`] of an account; `None` where the name is none of them.
    pub fn new(account: i64, name: &str) -> Option<Self> {
        let (sheet, shelf) = match name {
            "imdb.csv" => (Sheet::ImdbRatings, Shelf::Ratings),
            "letterboxd.csv" => (Sheet::LetterboxdRatings, Shelf::Ratings),
            "watchlist.csv" => (Sheet::ImdbList, Shelf::Watchlist),
            "letterboxd-watchlist.csv" => (Sheet::LetterboxdList, Shelf::Watchlist),
            "diary.csv" => (Sheet::LetterboxdDiary, Shelf::Seen),
            "everything.json" => return Some(Self::everything(account)),
            _ => return None,
        };
        let writer = sheet.writer();
        let todo = [Part::Text(writer.header()), Part::Entries(Collection::Shelf(shelf))];
        Some(Self { account, format: Format::Csv(writer), todo: todo.into(), open: None })
    }

    fn everything(account: i64) -> Self {
        let mut todo = VecDeque::from([Part::Text("{".to_owned())]);
        for shelf in Shelf::ALL {
            todo.push_back(Part::Text(format!("\"{}\":[", shelf.name())));
            todo.push_back(Part::Entries(Collection::Shelf(shelf)));
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
                let entries = app.store.entries(self.account, open.collection, &keys)?;
                match &mut self.format {
                    Format::Csv(writer) => writer.write(&entries, &mut piece),
                    Format::Json => write_json(&entries, &mut open.is_begun, &mut piece),
                }
                continue;
            }
            match self.todo.pop_front() {
                None => break,
                Some(Part::Text(text)) => piece.extend_from_slice(text.as_bytes()),
                Some(Part::Entries(collection)) => {
                    let keys = self.keys(app, collection)?.into_iter();
                    self.open = Some(Open { collection, keys, is_begun: false });
                }
                Some(Part::Lists) => {
                    for (place, list) in app.store.lists(self.account)?.iter().enumerate().rev() {
                        self.todo.push_front(Part::Text("]}".to_owned()));
                        self.todo.push_front(Part::Entries(Collection::List(list.id)));
                        self.todo.push_front(Part::Text(opening(list, place > 0)));
                    }
                }
            }
        }
        Ok((!piece.is_empty()).then_some(piece))
    }

    fn keys(&self, app: &App, collection: Collection) -> Result<Vec<EntryKey>, FlowError> {
        let mut keys = app.store.entry_keys(self.account, collection)?;
        if matches!(self.format, Format::Csv(_)) && collection == Collection::Shelf(Shelf::Seen) {
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

fn write_json(entries: &[Shelved], is_begun: &mut bool, piece: &mut Vec<u8>) {
    for entry in entries {
        if std::mem::replace(is_begun, true) {
            piece.push(b',');
        }
        piece.extend_from_slice(told(entry).to_string().as_bytes());
    }
}

fn told(entry: &Shelved) -> Value {
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
