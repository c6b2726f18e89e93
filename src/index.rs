//! The search index: a projection of the store that may be deleted at any time. `tantivy` is named only here and
//! below. Must never know the store: `flows::follow` feeds it.
//!
//! One process writes an index, the one that holds tantivy's lock (see [`Index::become_writer`]); any number read
//! it, without a lock. Each commit carries the [`Position`] that it holds, so that a crash, a deleted index, an
//! import by another process and a restored backup are all one case: read what is newer, apply, commit.

mod directory;
mod error;
mod integrity;
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

mod numbers;
mod person;
mod pick;
mod similarity;
mod statistics;

mod forms;
mod schema;
mod segment;
mod sound;
mod text;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

pub use self::error::IndexError;
use self::error::catching;
pub use self::marks::Marker;
pub use self::matching::is_slip_of;
use self::open::Opened;
pub use self::person::Films;
use self::query::Question;
use self::rank::Page;
pub use self::rank::{Hits, SearchOptions};
pub use self::similarity::Neighbours;
pub use self::suggest::{Limits, Near, Suggested};
pub use self::writer::Batch;
use self::writer::Writer;
use crate::model::{Facet, ListingQuery, Rev, genre};

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
    /// Goes up with each opening.
    openings: AtomicU64,
    writer: Mutex<Option<Writer>>,
    on_damage: OnDamage,
}

/// Is told what is damaged, whenever that is found. Nothing can be searched then before [`Index::start_over`].
pub type OnDamage = Box<dyn Fn(&str) + Send + Sync>;

impl Index {
    /// Opens the index in `folder`, or an empty one where there is none. An older shape is damage like any other.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path, on_damage: OnDamage) -> Result<Self, IndexError> {
        let (opened, damage) = open::open(folder)?;
        if let Some(cause) = damage {
            on_damage(&cause);
        }
        Ok(Self {
            folder: folder.to_owned(),
            opened: RwLock::new(Arc::new(opened)),
            openings: AtomicU64::new(1),
            writer: Mutex::new(None),
            on_damage,
        })
    }

    /// Makes this process the writer if no other one is; says whether it is now. After a failure the folder is opened
    /// again first.
    ///
    /// # Errors
    /// The index cannot be opened or written; another process being the writer is no error.
    pub fn become_writer(&self) -> Result<bool, IndexError> {
        let mut writer = lock(&self.writer);
        if writer.is_some() {
            return Ok(true);
        }
        let failed = self.opened().fence.is_closed();
        if failed {
            self.open_again(&mut writer)?;
        }
        *writer = self.guarded(|opened| {
            let writer = Writer::take(opened, failed)?;
            // The writer before this one may have committed since the last look.
            opened.reload()?;
            Ok(writer)
        })?;
        Ok(writer.is_some())
    }

    /// This process writes the index.
    pub fn is_writer(&self) -> bool {
        lock(&self.writer).is_some()
    }

    /// Sets the files aside, starts empty and becomes the writer: the end of a damaged index.
    ///
    /// # Errors
    /// [`IndexError::Held`] where another process writes the index, or it cannot be written.
    pub fn start_over(&self) -> Result<(), IndexError> {
        let mut writer = lock(&self.writer);
        self.opened().fence.close();
        drop(writer.take());
        self.replace(open::start_over(&self.folder)?);
        *writer = self.guarded(|opened| Writer::take(opened, false))?;
        if writer.is_some() { Ok(()) } else { Err(IndexError::Held) }
    }

    /// Opens the folder again, where another process may have mended it.
    ///
    /// # Errors
    /// The index cannot be opened.
    pub fn reopen(&self) -> Result<(), IndexError> {
        self.open_again(&mut lock(&self.writer))
    }

    fn open_again(&self, writer: &mut Option<Writer>) -> Result<(), IndexError> {
        let before = self.opened();
        before.fence.close();
        drop(writer.take());
        let opened = open::open_again(&self.folder, &before.snapshot()).inspect_err(|error| {
            if let IndexError::Damaged(cause) = error {
                self.tell_damage(&before, cause);
            }
        })?;
        self.replace(opened);
        Ok(())
    }

    /// Another number each time that the files were opened: what was found out about them counts as long as it stays.
    pub fn openings(&self) -> u64 {
        self.openings.load(Ordering::Acquire)
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
        if let Some(writer) = lock(&self.writer).as_ref() {
            return Ok(writer.position.clone());
        }
        self.guarded(Opened::position)
    }

    /// A page of a result.
    ///
    /// # Errors
    /// The index cannot be read; it is built anew then.
    pub fn search(&self, query: &ListingQuery, options: SearchOptions) -> Result<Hits, IndexError> {
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
                options,
            };
            Ok(rank::search(&snapshot, &Question::new(query, genres).naming(options.genre), page)?)
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
    pub fn prewarm(&self) -> Result<(), IndexError> {
        self.guarded(|opened| Ok(opened.snapshot().prewarm()?))
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

    fn opened(&self) -> Arc<Opened> {
        Arc::clone(&self.opened.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, opened: Opened) {
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(opened);
        self.openings.fetch_add(1, Ordering::Release);
    }

    /// Reads the index, and tells where that shows damage.
    fn guarded<T>(&self, read: impl FnOnce(&Opened) -> Result<T, IndexError>) -> Result<T, IndexError> {
        let opened = self.opened();
        let outcome = catching(|| read(&opened));
        if let Err(IndexError::Damaged(cause)) = &outcome {
            self.tell_damage(&opened, cause);
        }
        outcome
    }

    /// What was found in files that were replaced meanwhile does not count.
    fn tell_damage(&self, opened: &Arc<Opened>, cause: &str) {
        if Arc::ptr_eq(opened, &self.opened()) {
            (self.on_damage)(cause);
        }
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
