//! Opening: the files of an index, and what is done with those that are not sound.
//!
//! Reading damaged files can panic inside tantivy, so each step runs under `catch_unwind`. Damaged files are
//! renamed, not deleted, and only by the writer; one generation is kept for a look at what happened, unless it cannot
//! be kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::directory::{Fence, FencedDirectory};
use super::error::{catching, is_exhausted};
use super::schema::{self, Fields};
use super::segment::Dictionary;
use super::snapshot::Snapshot;
use super::{IndexError, Position};

/// The version of the index's shape; tantivy's own files do not tell it.
pub const VERSION_FILE: &str = "fmdb-version";
/// The lock of the one process that writes.
pub const WRITER_LOCK: &str = ".tantivy-writer.lock";

/// An open index.
pub struct Opened {
    pub index: Index,
    pub fields: Fields,
    pub folder: PathBuf,
    /// Closed once the index is opened again.
    pub fence: Arc<Fence>,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
}

/// A position as a commit carries it: altered bits do not pass for another position.
#[derive(Serialize, Deserialize)]
struct Payload {
    #[serde(flatten)]
    position: Position,
    /// Commits of fmdb 0.1 have none.
    check: Option<u64>,
}

/// The text that a commit carries.
pub fn payload(position: &Position) -> Result<String, IndexError> {
    let payload = Payload { check: Some(check_of(position)), position: position.clone() };
    serde_json::to_string(&payload).map_err(|error| IndexError::Failed(error.to_string()))
}

fn check_of(position: &Position) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = siphasher::sip::SipHasher13::new();
    (position.epoch.as_str(), position.rev, position.id).hash(&mut hasher);
    hasher.finish()
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
        let damaged = |cause: String| IndexError::Damaged(format!("the position in `meta.json`: {cause}"));
        let Payload { position, check } = serde_json::from_str(&payload).map_err(|error| damaged(error.to_string()))?;
        if check.is_some_and(|check| check != check_of(&position)) {
            return Err(damaged("its checksum is wrong".to_owned()));
        }
        Ok(position)
    }
}

/// Opens the index of `folder`; the second value says what is wrong with it where it is damaged or of another shape. An
/// empty index in memory stands in, behind a closed fence, until the folder can be opened again or is started over.
pub fn open(folder: &Path) -> Result<(Opened, Option<String>), IndexError> {
    if !in_the_way(folder) {
        make_folder(folder)?;
    }
    let cause = match catching(|| open_sound(folder, None)) {
        Ok(opened) => return Ok((opened, None)),
        Err(error @ IndexError::Exhausted(_)) => {
            tracing::warn!(%error, folder = %folder.display(), "the search index was not opened; it is tried again");
            None
        }
        Err(IndexError::Damaged(cause)) => Some(cause),
        Err(error) => Some(error.to_string()),
    };
    let (schema, fields) = schema::schema();
    let index = Index::builder()
        .schema(schema)
        .settings(schema::settings())
        .tokenizers(schema::tokenizers())
        .create_in_ram()?;
    let stand_in = assemble(index, fields, folder, Arc::default(), None)?;
    stand_in.fence.close();
    Ok((stand_in, cause))
}

/// Opens the index of `folder` again; what `before` has of the same segments is taken over.
pub fn open_again(folder: &Path, before: &Arc<Snapshot>) -> Result<Opened, IndexError> {
    if in_the_way(folder) {
        return Err(IndexError::Damaged(format!("`{}` is a file", folder.display())));
    }
    make_folder(folder)?;
    catching(|| open_sound(folder, Some(before)))
}

/// Renames what is in `folder` and starts an empty index there. Only for a process that no other one holds the
/// folder against; where the lock is held, the files stay.
pub fn start_over(folder: &Path) -> Result<Opened, IndexError> {
    if is_held(folder) {
        return Err(IndexError::Held);
    }
    let failed = |error: io::Error| {
        let text = format!("`{}`: {error}", folder.display());
        if is_exhausted(&error) { IndexError::Exhausted(text) } else { IndexError::Failed(text) }
    };
    if let Err(error) = set_aside(folder) {
        tracing::warn!(%error, folder = %folder.display(), "the damaged search index cannot be kept and is deleted");
        remove_all(folder).map_err(failed)?;
    }
    fs::create_dir_all(folder).map_err(failed)?;
    catching(|| open_sound(folder, None))
}

/// Makes room: the damaged index of earlier is for a look only.
pub fn forget_damaged(folder: &Path) {
    let aside = aside(folder);
    match remove_all(&aside) {
        Ok(true) => tracing::info!(folder = %aside.display(), "the damaged search index is deleted to make space"),
        Ok(false) => {}
        Err(error) => tracing::debug!(%error, "the damaged search index stays"),
    }
}

fn set_aside(folder: &Path) -> io::Result<()> {
    let aside = aside(folder);
    remove_all(&aside)?;
    match fs::rename(folder, &aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn aside(folder: &Path) -> PathBuf {
    let mut aside = folder.as_os_str().to_owned();
    aside.push(".damaged");
    PathBuf::from(aside)
}

/// Deletes a file, or a folder with all that is in it; says whether there was anything. A folder that cannot be deleted
/// itself is emptied.
fn remove_all(path: &Path) -> io::Result<bool> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if !found.is_dir() {
        fs::remove_file(path)?;
    } else if fs::remove_dir_all(path).is_err() {
        for entry in fs::read_dir(path)? {
            remove_all(&entry?.path())?;
        }
    }
    Ok(true)
}

/// Something that is no folder has the index's name.
fn in_the_way(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|found| !found.is_dir())
}

fn make_folder(folder: &Path) -> Result<(), IndexError> {
    fs::create_dir_all(folder)
        .map_err(|error| IndexError::Exhausted(format!("`{}` cannot be made: {error}", folder.display())))
}

fn open_sound(folder: &Path, before: Option<&Arc<Snapshot>>) -> Result<Opened, IndexError> {
    let (schema, fields) = schema::schema();
    let files = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    let fence = Arc::new(Fence::default());
    let directory = FencedDirectory { files, fence: Arc::clone(&fence) };
    let version = folder.join(VERSION_FILE);
    let fresh = !Index::exists(&directory).map_err(tantivy::TantivyError::from)?;
    let builder = Index::builder().schema(schema).tokenizers(schema::tokenizers());
    let index = builder.settings(schema::settings()).open_or_create(directory)?;
    if fresh {
        fs::write(&version, schema::VERSION.to_string()).map_err(tantivy::TantivyError::from)?;
    }
    let found = fs::read(&version).unwrap_or_default();
    if found != schema::VERSION.to_string().as_bytes() {
        let found = String::from_utf8_lossy(&found).into_owned();
        return Err(IndexError::Damaged(format!("it is of version `{found}`, this one knows {}", schema::VERSION)));
    }
    let opened = assemble(index, fields, folder, fence, before)?;
    probe(&opened)?;
    Ok(opened)
}

fn assemble(
    index: Index,
    fields: Fields,
    folder: &Path,
    fence: Arc<Fence>,
    before: Option<&Arc<Snapshot>>,
) -> Result<Opened, IndexError> {
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let found = Snapshot::open(reader.searcher(), &fields, before.map(Arc::as_ref))?.map(Arc::new);
    // The commit is the same as before.
    let snapshot = found.or_else(|| before.map(Arc::clone));
    let snapshot = snapshot.ok_or_else(|| IndexError::Failed("nothing was opened".to_owned()))?;
    Ok(Opened { index, fields, folder: folder.to_owned(), fence, reader, snapshot: RwLock::new(snapshot) })
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
    let lock = fs::OpenOptions::new().write(true).open(folder.join(WRITER_LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_the_way_of_the_damaged_index_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let index = folder.path().join("a.index");
        let aside = aside(&index);
        fs::write(&aside, "a file").expect("a file");
        fs::write(&index, "another file").expect("a file");
        assert!(matches!(open(&index), Ok((_, Some(_)))), "a file is a damaged index");
        drop(start_over(&index).expect("started over"));
        assert!(aside.is_file() && index.join("meta.json").exists());
        // An index deleted by hand, one in place of a folder, and one kept twice.
        fs::remove_dir_all(&index).expect("deleted");
        drop(start_over(&index).expect("started over"));
        assert!(!aside.exists());
        for _ in 0..2 {
            fs::write(index.join("meta.json"), "no index").expect("damage");
            assert!(matches!(open(&index), Ok((_, Some(_)))));
            drop(start_over(&index).expect("started over"));
            assert!(aside.join("meta.json").exists() && matches!(open(&index), Ok((_, None))));
        }
        forget_damaged(&index);
        assert!(!aside.exists());
    }

    #[test]
    fn altered_bits_of_a_position_are_no_other_position() {
        let position = Position { epoch: "abc-1".to_owned(), rev: 300, id: i64::MAX };
        let text = payload(&position).expect("a text");
        for (from, to) in [("300", "200"), ("abc", "abd"), ("807", "806")] {
            let altered: Payload = serde_json::from_str(&text.replacen(from, to, 1)).expect("a payload");
            assert_ne!(altered.check, Some(check_of(&altered.position)), "{from}");
        }
        let old: Payload = serde_json::from_str(r#"{"epoch":"a","rev":7,"id":9}"#).expect("a payload of fmdb 0.1");
        assert_eq!((old.position.rev, old.check), (7, None));
    }
}
