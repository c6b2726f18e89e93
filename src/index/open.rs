//! Opening: the files of an index, and what is done with those that are not sound.
//!
//! Reading damaged files can panic inside tantivy, so each step runs under `catch_unwind`. Damaged files are
//! renamed, not deleted, and only by the writer; one generation is kept for a look at what happened.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::schema::{self, Fields};
use super::segment::Dictionary;
use super::snapshot::Snapshot;
use super::{IndexError, Position};

/// An open index.
pub struct Opened {
    pub index: Index,
    pub fields: Fields,
    pub folder: PathBuf,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
}

impl Opened {
    /// The last commit that was loaded.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Loads the last commit.
    pub fn reload(&self) -> Result<(), IndexError> {
        self.reader.reload()?;
        let before = self.snapshot();
        if let Some(now) = Snapshot::open(self.reader.searcher(), &self.fields, Some(&before))? {
            *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        }
        Ok(())
    }

    /// What the last commit holds.
    pub fn position(&self) -> Result<Position, IndexError> {
        let payload = self.index.load_metas()?.payload;
        let Some(payload) = payload else { return Ok(Position::default()) };
        serde_json::from_str(&payload).map_err(|error| IndexError::Failed(error.to_string()))
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
            let index = Index::builder()
                .schema(schema)
                .settings(schema::settings())
                .tokenizers(schema::tokenizers())
                .create_in_ram()?;
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
    let index = builder.settings(schema::settings()).open_or_create(directory)?;
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
    let snapshot = Snapshot::open(reader.searcher(), &fields, None)?;
    let snapshot = snapshot.ok_or_else(|| IndexError::Failed("nothing was opened".to_owned()))?;
    Ok(Opened { index, fields, folder: folder.to_owned(), reader, snapshot: RwLock::new(Arc::new(snapshot)) })
}

/// Touches what a search touches, so that damage shows now rather than to a visitor.
fn probe(opened: &Opened) -> Result<(), IndexError> {
    opened.position()?;
    // Opening has read the columns already.
    for segment in &opened.snapshot().segments {
        for dictionary in [Dictionary::Words, Dictionary::Whole] {
            let mut terms = segment.dictionary(dictionary).terms().stream().map_err(tantivy::TantivyError::from)?;
            terms.advance();
        }
    }
    Ok(())
}

/// Another process holds the writer's lock.
fn is_held(folder: &Path) -> bool {
    let lock =
        fs::OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(".tantivy-writer.lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
}
