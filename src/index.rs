//! The search index: a projection of the store that may be deleted at any time. `tantivy` is named only here and
//! below. Must never know the store: `flows::follow` feeds it.
//!
//! One process writes an index, the one that holds tantivy's lock (see [`Index::become_writer`]); any number read
//! it, without a lock. Each commit carries the [`Position`] that it holds, so that a crash, a deleted index, an
//! import by another process and a restored backup are all one case: read what is newer, apply, commit.

mod open;
mod snapshot;
mod writer;

mod candidates;
mod collate;
mod facets;
mod lookup;
mod marks;
mod matching;
mod people;
mod query;
mod rank;
mod suggest;

mod likeness;
mod numbers;
mod person;
mod pick;
mod statistics;

mod forms;
mod schema;
mod segment;
mod sound;
mod text;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::{DocAddress, Searcher};

pub use self::likeness::Neighbours;
pub use self::marks::Marker;
use self::open::Opened;
pub use self::person::Films;
use self::query::Question;
use self::rank::Page;
pub use self::rank::{Hits, Wish};
pub use self::suggest::{Limits, Near, Suggested};
pub use self::writer::Batch;
use self::writer::Writer;
use crate::model::{Facet, ListingQuery, MovieId, Rev, genre};

/// What can go wrong in the index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It is being built; nothing can be searched yet.
    #[error("the search index is being built; try again in a moment")]
    Building,
    /// Another process writes this index.
    #[error("another fmdb process holds the search index; stop it first")]
    Held,
    /// Anything else.
    #[error("the search index failed: {0}")]
    Failed(String),
}

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a commit of the index holds: every change of the catalogue `epoch` up to `rev`, and of the change after it
/// the movies up to `id`. The start is the empty index.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Position {
    /// Which catalogue (`Store::epoch`).
    pub epoch: String,
    /// The change.
    pub rev: Rev,
    /// The movie.
    pub id: i64,
}

/// The index. Cheap to share; every call may block.
pub struct Index {
    folder: PathBuf,
    opened: RwLock<Arc<Opened>>,
    writer: Mutex<Option<Writer>>,
    damaged: AtomicBool,
}

impl Index {
    /// Opens the index in `folder`, or an empty one where there is none, an older shape or a damaged one (which is
    /// set aside once this process is the writer).
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: &Path) -> Result<Self, IndexError> {
        let (opened, damaged) = open::open(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            opened: RwLock::new(Arc::new(opened)),
            writer: Mutex::new(None),
            damaged: AtomicBool::new(damaged),
        })
    }

    /// Makes this process the writer if no other one is; says whether it is now.
    ///
    /// # Errors
    /// The index cannot be written; another process being the writer is no error.
    pub fn become_writer(&self) -> Result<bool, IndexError> {
        let mut writer = lock(&self.writer);
        if writer.is_some() && !self.damaged.load(Ordering::Relaxed) {
            return Ok(true);
        }
        *writer = None;
        if self.damaged.load(Ordering::Relaxed) {
            self.replace(open::set_aside(&self.folder)?);
        }
        let opened = self.opened();
        *writer = Writer::take(&opened)?;
        Ok(writer.is_some())
    }

    /// Throws everything away and starts empty; this process must be the writer.
    ///
    /// # Errors
    /// [`IndexError::Held`] where it is not, or the index cannot be written.
    pub fn clear(&self) -> Result<(), IndexError> {
        let mut writer = lock(&self.writer);
        writer.as_mut().ok_or(IndexError::Held)?.clear()?;
        drop(writer);
        self.reload()
    }

    /// Applies a batch; visible after [`Self::commit`].
    ///
    /// # Errors
    /// [`IndexError::Held`] where this process is not the writer, or the index cannot be written.
    pub fn apply(&self, batch: &Batch<'_>) -> Result<(), IndexError> {
        let opened = self.opened();
        lock(&self.writer).as_mut().ok_or(IndexError::Held)?.apply(&opened.fields, batch)
    }

    /// Makes everything applied durable and visible, as `position`.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn commit(&self, position: &Position) -> Result<(), IndexError> {
        lock(&self.writer).as_mut().ok_or(IndexError::Held)?.commit(position)?;
        self.reload()
    }

    /// Waits for merges and gives the lock back: the end of a command that wrote.
    pub fn close(&self) {
        let writer = lock(&self.writer).take();
        if let Some(writer) = writer {
            writer.close();
        }
    }

    /// Shows what another process has committed since.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn reload(&self) -> Result<(), IndexError> {
        self.guarded(Opened::reload)
    }

    /// What the last commit of this or another process holds.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn position(&self) -> Result<Position, IndexError> {
        self.guarded(Opened::position)
    }

    /// A page of a result.
    ///
    /// # Errors
    /// The index cannot be read; it is built anew then.
    pub fn search(&self, query: &ListingQuery, wish: Wish) -> Result<Hits, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let Some(genres) = resolve_genres(&snapshot.everything()?.genres, &query.genres) else {
                return Ok(Hits::default());
            };
            let page = Page {
                sort: query.effective_sort(),
                order: query.effective_order(),
                offset: query.offset(),
                limit: query.items as usize,
                looked_at: LOOKED_AT,
                wish,
            };
            Ok(rank::search(&snapshot, &Question::new(query, genres), page)?)
        })
    }

    /// Another number after each visible change; answers may be kept as long as it stays the same.
    pub fn revision(&self) -> u64 {
        self.opened().snapshot().revision
    }

    /// Prepares what the first visitors would wait for.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn warm(&self) -> Result<(), IndexError> {
        self.guarded(|opened| Ok(opened.snapshot().warm()?))
    }

    /// What may be meant by `text`, of each kind the nearest first; `name` gives what a genre is called in a language.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn suggest(
        &self,
        text: &str,
        limits: Limits,
        (language, name): (&'static str, impl Fn(&str) -> String),
    ) -> Result<Suggested, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let genres = snapshot.genre_terms(language, name)?;
            Ok(suggest::suggest(&snapshot, text, limits, &genres)?)
        })
    }

    /// All genres of the catalogue, the most frequent first.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn genres(&self) -> Result<Vec<Facet>, IndexError> {
        self.guarded(|opened| Ok(opened.snapshot().everything()?.genres.clone()))
    }

    /// How many movies it holds.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn count(&self) -> Result<u64, IndexError> {
        self.guarded(|opened| Ok(opened.snapshot().count()))
    }

    /// The rev of each movie that it holds, and the files whose checksum is wrong: `fmdb check`.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn contents(&self) -> Result<(HashMap<MovieId, Rev>, Vec<PathBuf>), IndexError> {
        self.guarded(|opened| {
            let bad = opened.index.validate_checksum()?.into_iter().collect();
            Ok((revs(&opened.snapshot().searcher)?, bad))
        })
    }

    fn opened(&self) -> Arc<Opened> {
        Arc::clone(&self.opened.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, opened: Opened) {
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(opened);
        self.damaged.store(false, Ordering::Relaxed);
    }

    /// Reads the index. Damaged files can make tantivy panic or fail; both mean that it must be built anew.
    fn guarded<T>(&self, read: impl FnOnce(&Opened) -> Result<T, IndexError>) -> Result<T, IndexError> {
        let opened = self.opened();
        let outcome = catch_unwind(AssertUnwindSafe(|| read(&opened)))
            .unwrap_or_else(|_| Err(IndexError::Failed("a file of it is damaged".to_owned())));
        if let Err(IndexError::Failed(cause)) = &outcome {
            tracing::error!(cause, "the search index cannot be read and will be built anew");
            self.damaged.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// A read has failed: [`Self::become_writer`] will set the files aside.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }
}

/// How many of the first movies of a listing are looked at more closely.
const LOOKED_AT: usize = 100;

/// The genres asked for as the catalogue spells them, forgiving slips; `None` where one is not to be found.
fn resolve_genres(known: &[Facet], asked: &[String]) -> Option<Vec<String>> {
    let resolve = |name: &String| {
        if known.iter().any(|facet| facet.value == *name) {
            return Some(name.clone());
        }
        let named = known.iter().map(|facet| (facet.clone(), spellings(&facet.value)));
        suggest::values(name, named, 1).pop().map(|near| near.facet.value)
    };
    asked.iter().map(resolve).collect()
}

/// What a genre is also called.
pub fn spellings(genre: &str) -> Vec<String> {
    let aliases = genre::known(genre).map(genre::KnownGenre::aliases).unwrap_or_default();
    std::iter::once(genre).chain(aliases.iter().copied()).map(str::to_owned).collect()
}

fn revs(searcher: &Searcher) -> Result<HashMap<MovieId, Rev>, IndexError> {
    let mut found = HashMap::new();
    for (ord, segment) in searcher.segment_readers().iter().enumerate() {
        let ids = segment.fast_fields().u64(schema::column::ID)?;
        let revs = segment.fast_fields().i64(schema::column::REV)?;
        for doc in segment.doc_ids_alive() {
            let (Some(id), Some(rev)) = (ids.first(doc), revs.first(doc)) else {
                let place = DocAddress::new(ord as u32, doc);
                return Err(IndexError::Failed(format!("document {place:?} has no id")));
            };
            if found.insert(MovieId(id.cast_signed()), rev).is_some() {
                return Err(IndexError::Failed(format!("movie {id} is there twice")));
            }
        }
    }
    Ok(found)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
