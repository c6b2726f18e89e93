//! Opening: the files of an index, and what is done with those that are not sound.
//!
//! Reading damaged files can panic inside tantivy, so each step runs under `catch_unwind`. Damaged files are
//! renamed, not deleted, and only by the writer; one generation is kept for a look at what happened.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, IndexSettings, ReloadPolicy, Searcher, SearcherGeneration};

use super::rank::{Counter, Facets};
use super::schema::{self, Fields, column};
use super::{IndexError, Position};
use crate::model::Facet;

/// An open index.
pub struct Opened {
    pub index: Index,
    pub fields: Fields,
    pub folder: PathBuf,
    reader: IndexReader,
    genres: Mutex<Option<(SearcherGeneration, Arc<[Facet]>)>>,
}

impl Opened {
    /// The last commit that was loaded.
    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Loads the last commit.
    pub fn reload(&self) -> Result<(), IndexError> {
        Ok(self.reader.reload()?)
    }

    /// What the last commit holds.
    pub fn position(&self) -> Result<Position, IndexError> {
        let payload = self.index.load_metas()?.payload;
        let Some(payload) = payload else { return Ok(Position::default()) };
        serde_json::from_str(&payload).map_err(|error| IndexError::Failed(error.to_string()))
    }

    /// All genres with their counts, counted once a commit.
    pub fn genres(&self, searcher: &Searcher) -> Result<Arc<[Facet]>, IndexError> {
        let mut kept = self.genres.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, genres)) = &*kept
            && generation == searcher.generation()
        {
            return Ok(Arc::clone(genres));
        }
        let mut facets = Facets::default();
        for segment in searcher.segment_readers() {
            let mut genres = Counter::new(segment, column::GENRES)?;
            segment.doc_ids_alive().for_each(|doc| genres.note(doc));
            facets.add(&genres)?;
        }
        let genres: Arc<[Facet]> = facets.into_sorted().into();
        *kept = Some((searcher.generation().clone(), Arc::clone(&genres)));
        Ok(genres)
    }
}

/// Opens the index of `folder`; the second value says that what is there is damaged or of another shape, and that
/// an empty index in memory stands in until the writer has set it aside.
pub fn open(folder: &Path) -> Result<(Opened, bool), IndexError> {
    fs::create_dir_all(folder)
        .map_err(|error| IndexError::Failed(format!("`{}` cannot be made: {error}", folder.display())))?;
    let opened = catch_unwind(|| open_sound(folder));
    match opened.unwrap_or_else(|_| Err(IndexError::Failed("a file of it is damaged".to_owned()))) {
        Ok(opened) => Ok((opened, false)),
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "the search index cannot be used and will be built anew");
            let (schema, fields) = schema::schema();
            let index = Index::builder().schema(schema).tokenizers(schema::tokenizers()).create_in_ram()?;
            Ok((assemble(index, fields, folder)?, true))
        }
    }
}

/// Renames what is in `folder` and starts an empty index there. Only for a process that no other one holds the
/// folder against; where the lock is held, the files stay.
pub fn set_aside(folder: &Path) -> Result<Opened, IndexError> {
    let failed = |error: std::io::Error| IndexError::Failed(format!("`{}`: {error}", folder.display()));
    if is_held(folder) {
        return Err(IndexError::Held);
    }
    let mut aside = folder.as_os_str().to_owned();
    aside.push(".damaged");
    let aside = PathBuf::from(aside);
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(failed)?;
    }
    fs::rename(folder, &aside).map_err(failed)?;
    fs::create_dir_all(folder).map_err(failed)?;
    open_sound(folder)
}

fn open_sound(folder: &Path) -> Result<Opened, IndexError> {
    let (schema, fields) = schema::schema();
    let directory = MmapDirectory::open(folder).map_err(|error| IndexError::Failed(error.to_string()))?;
    let version = folder.join("fmdb-version");
    let fresh = !Index::exists(&directory).map_err(|error| IndexError::Failed(error.to_string()))?;
    let builder = Index::builder().schema(schema).tokenizers(schema::tokenizers());
    let index = builder.settings(IndexSettings::default()).open_or_create(directory)?;
    if fresh {
        fs::write(&version, schema::VERSION.to_string()).map_err(|error| IndexError::Failed(error.to_string()))?;
    }
    let found = fs::read_to_string(&version).unwrap_or_default();
    if found != schema::VERSION.to_string() {
        return Err(IndexError::Failed(format!("it is of version `{found}`, this one knows {}", schema::VERSION)));
    }
    let opened = assemble(index, fields, folder)?;
    probe(&opened)?;
    Ok(opened)
}

fn assemble(index: Index, fields: Fields, folder: &Path) -> Result<Opened, IndexError> {
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Opened { index, fields, folder: folder.to_owned(), reader, genres: Mutex::new(None) })
}

/// Touches what a search touches, so that damage shows now rather than to a visitor.
fn probe(opened: &Opened) -> Result<(), IndexError> {
    opened.position()?;
    let searcher = opened.searcher();
    for segment in searcher.segment_readers() {
        for field in [opened.fields.title, opened.fields.directors, opened.fields.whole] {
            let inverted = segment.inverted_index(field)?;
            let mut terms = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
            terms.advance();
        }
        let ids = segment.fast_fields().u64(column::ID)?;
        ids.first(segment.max_doc().saturating_sub(1));
    }
    Ok(())
}

/// Another process holds the writer's lock.
fn is_held(folder: &Path) -> bool {
    let lock =
        fs::OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(".tantivy-writer.lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
}
