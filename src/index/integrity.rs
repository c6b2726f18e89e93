//! Whether the files are what was written: a cheap look at each of them, the checksums of all, and what the documents
//! say. Who finds a difference has the index started over.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tantivy::directory::{ManagedDirectory, MmapDirectory};
use tantivy::index::IndexMeta;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, TantivyError, Term};

use super::open::{Opened, VERSION_FILE, WRITER_LOCK};
use super::schema::{self, column};
use super::{Index, IndexError, Position, lock};
use crate::files::FileId;
use crate::model::{MovieId, Rev};

const META_FILE: &str = "meta.json";
/// tantivy's list of the files that it has written.
const LIST_FILE: &str = ".managed.json";

/// What tells that a file has been replaced or written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    file: FileId,
    length: u64,
    written: Option<SystemTime>,
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self { file: FileId::from_metadata(&found), length: found.len(), written: found.modified().ok() })
    }
}

/// The files of an index as its writer saw them last.
pub struct Observed {
    folder: FileId,
    lock: Option<FileId>,
    meta: Option<Stamp>,
    list: Option<Stamp>,
    version: Option<Stamp>,
    segments: HashMap<PathBuf, Stamp>,
}

impl Observed {
    /// Looks at an index that was just opened.
    pub fn of(opened: &Opened) -> Result<Self, IndexError> {
        let folder = fs::metadata(&opened.folder).map_err(TantivyError::from)?;
        let mut observed = Self {
            folder: FileId::from_metadata(&folder),
            lock: FileId::of(&opened.folder.join(WRITER_LOCK)).ok(),
            meta: None,
            list: None,
            version: None,
            segments: HashMap::new(),
        };
        observed.look_at_segments(opened)?;
        Ok(observed)
    }

    /// Looks again: the folder and its lock are the same, each file is there and was not written to, and `meta.json`
    /// still tells of the last commit. A file that was looked at and has not changed since costs one `stat`.
    pub fn look(&mut self, opened: &Opened, position: &Position) -> Result<(), IndexError> {
        let damaged = |name: &str, what: &str| Err(IndexError::Damaged(format!("`{name}` {what}")));
        let is_same_folder = |found: &Metadata| found.is_dir() && FileId::from_metadata(found) == self.folder;
        if !fs::metadata(&opened.folder).is_ok_and(|found| is_same_folder(&found)) {
            return damaged(&opened.folder.to_string_lossy(), "was deleted, moved or replaced");
        }
        if FileId::of(&opened.folder.join(WRITER_LOCK)).ok() != self.lock {
            return damaged(WRITER_LOCK, "was deleted or replaced");
        }
        let found = Stamp::of(&opened.folder.join(VERSION_FILE)).ok();
        if found.is_none() || found != self.version {
            if fs::read(opened.folder.join(VERSION_FILE)).ok() != Some(schema::VERSION.to_string().into_bytes()) {
                return damaged(VERSION_FILE, "was changed or deleted");
            }
            self.version = found;
        }
        let found = Stamp::of(&opened.folder.join(LIST_FILE)).ok();
        if found.is_none() || found != self.list {
            let list = fs::read(opened.folder.join(LIST_FILE)).ok();
            if list.and_then(|list| serde_json::from_slice::<HashSet<PathBuf>>(&list).ok()).is_none() {
                return damaged(LIST_FILE, "was changed or deleted");
            }
            self.list = found;
        }
        let found = Stamp::of(&opened.folder.join(META_FILE)).ok();
        if found.is_none() || found != self.meta {
            if opened.position()? != *position {
                return damaged(META_FILE, "was changed");
            }
            self.meta = found;
            self.look_at_segments(opened)?;
        }
        for (file, known) in &self.segments {
            if Stamp::of(&opened.folder.join(file)).ok() == Some(*known) {
                continue;
            }
            // A merge may have replaced it since the list was read.
            if needed(&opened.index.load_metas()?).contains(file) {
                return damaged(&file.to_string_lossy(), "was changed or deleted");
            }
        }
        Ok(())
    }

    /// Notes the files of new segments, and forgets those of old ones.
    fn look_at_segments(&mut self, opened: &Opened) -> Result<(), IndexError> {
        let needed = needed(&opened.index.load_metas()?);
        self.segments.retain(|file, _| needed.contains(file));
        for file in needed {
            if self.segments.contains_key(&file) {
                continue;
            }
            match Stamp::of(&opened.folder.join(&file)) {
                Ok(stamp) => drop(self.segments.insert(file, stamp)),
                // A merge may have replaced it; then the list is read again, since `meta.json` has changed too.
                Err(_) if !needed_now(opened)?.contains(&file) => {}
                Err(error) => return Err(IndexError::Damaged(format!("`{}`: {error}", file.display()))),
            }
        }
        Ok(())
    }
}

fn needed_now(opened: &Opened) -> Result<HashSet<PathBuf>, IndexError> {
    Ok(needed(&opened.index.load_metas()?))
}

/// The files without which a commit cannot be read.
fn needed(metas: &IndexMeta) -> HashSet<PathBuf> {
    let with_deletions: HashSet<String> = metas
        .segments
        .iter()
        .filter(|segment| segment.has_deletes())
        .map(|segment| segment.id().uuid_string())
        .collect();
    let is_needed = |file: &PathBuf| match file.extension().and_then(|kind| kind.to_str()) {
        Some("temp") => false,
        Some("del") => {
            let name = file.to_string_lossy();
            with_deletions.iter().any(|segment| name.starts_with(segment.as_str()))
        }
        _ => true,
    };
    metas.list_segment_files().into_iter().filter(is_needed).collect()
}

/// Finding out whether it is sound.
impl Index {
    /// A look at all its files that takes a fraction of a millisecond; only where this process is the writer, since
    /// another one may replace any file at any time.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] where a file was deleted, replaced or written to.
    pub fn inspect(&self) -> Result<(), IndexError> {
        let mut held = lock(&self.writer);
        let Some(writer) = held.as_mut() else { return Ok(()) };
        self.guarded(|opened| writer.observed.look(opened, &writer.position))
    }

    /// Reads every file and gives those whose checksum is wrong. Between two files `go_on` is asked. Files are mapped one
    /// after another, so this takes little memory.
    ///
    /// # Errors
    /// The files cannot be read now.
    pub fn damaged_files(&self, go_on: impl Fn() -> bool) -> Result<Vec<PathBuf>, IndexError> {
        let opened = self.opened();
        let files = MmapDirectory::open(&opened.folder).map_err(TantivyError::from)?;
        let directory = ManagedDirectory::wrap(Box::new(files))?;
        let mut damaged = Vec::new();
        for file in needed_now(&opened)? {
            if !go_on() {
                break;
            }
            let checked = super::error::catching(|| {
                directory.validate_checksum(&file).map_err(|error| TantivyError::from(error).into())
            });
            match checked {
                Ok(true) => {}
                Err(error @ IndexError::Exhausted(_)) => return Err(error),
                Ok(false) | Err(_) if needed_now(&opened)?.contains(&file) => damaged.push(file),
                // A merge has replaced it meanwhile.
                Ok(false) | Err(_) => {}
            }
        }
        Ok(damaged)
    }

    /// The rev of each movie that it holds.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn contents(&self) -> Result<HashMap<MovieId, Rev>, IndexError> {
        self.guarded(|opened| revs(&opened.snapshot().searcher))
    }

    /// The revs that it holds of some movies: one of each that is there.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn revs_of(&self, ids: &[MovieId]) -> Result<Vec<Vec<Rev>>, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let mut found = vec![Vec::new(); ids.len()];
            for segment in snapshot.searcher.segment_readers() {
                let terms = segment.inverted_index(opened.fields.id)?;
                let revs = segment.fast_fields().i64(column::REV)?;
                for (id, found) in ids.iter().zip(&mut found) {
                    let term = Term::from_field_u64(opened.fields.id, id.0.unsigned_abs());
                    let Some(mut docs) =
                        terms.read_postings(&term, IndexRecordOption::Basic).map_err(TantivyError::from)?
                    else {
                        continue;
                    };
                    while docs.doc() != TERMINATED {
                        if !segment.is_deleted(docs.doc()) {
                            found.extend(revs.first(docs.doc()));
                        }
                        docs.advance();
                    }
                }
            }
            Ok(found)
        })
    }
}

fn revs(searcher: &Searcher) -> Result<HashMap<MovieId, Rev>, IndexError> {
    let mut found = HashMap::new();
    for (ord, segment) in searcher.segment_readers().iter().enumerate() {
        let ids = segment.fast_fields().u64(column::ID)?;
        let revs = segment.fast_fields().i64(column::REV)?;
        for doc in segment.doc_ids_alive() {
            let (Some(id), Some(rev)) = (ids.first(doc), revs.first(doc)) else {
                let place = DocAddress::new(ord as u32, doc);
                return Err(IndexError::Damaged(format!("document {place:?} has no id")));
            };
            if found.insert(MovieId(id.cast_signed()), rev).is_some() {
                return Err(IndexError::Damaged(format!("movie {id} is there twice")));
            }
        }
    }
    Ok(found)
}
