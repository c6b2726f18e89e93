//! Writing: documents in, commits out. One process at a time, by tantivy's lock.
//!
//! What tantivy's writer holds after an error is unknown: documents of a failed commit may be lost, and a later commit
//! would carry a position that it does not hold. So a writer is dropped at its first error, the folder is opened again
//! behind a new fence, and the position is what the files say.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::directory::error::LockError;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergeCandidate, MergePolicy};
use tantivy::{IndexWriter, TantivyError, Term};

use super::error::catching;
use super::integrity::Observed;
use super::open::{self, Opened};
use super::schema::{self, Fields};
use super::{Index, IndexError, Position, lock};
use crate::model::{Movie, MovieId};

/// What is applied at once.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Movies that are gone.
    pub deleted: &'a [MovieId],
    /// Movies as they are now.
    pub changed: &'a [Movie],
    /// Movies created after this change, above this id, are not in the index yet and need no deletion before.
    pub held: (i64, i64),
}

/// The writer, which holds the lock as long as it lives.
pub struct Writer {
    writer: IndexWriter,
    id: tantivy::schema::Field,
    bulk: Arc<AtomicBool>,
    /// What the last merge of everything began with, so that it is not begun twice.
    merging: Vec<SegmentId>,
    /// What the last commit holds.
    pub position: Position,
    /// The files as they were seen last.
    pub observed: Observed,
    /// The writer before this one failed, and the files may hold more than the position says: every movie is deleted
    /// before it is added, until all is applied.
    replaying: bool,
}

/// Threads that make segments. A load of a million movies keeps two of them busy; an edit needs one.
const THREADS: usize = 2;
/// Memory for documents before they become a segment, each thread.
const MEMORY: usize = 48 << 20;

impl Writer {
    /// Takes the lock; `None` where another process holds it. Sweeps the temporary files of a writer that was
    /// killed, which tantivy does not, and after a writer that `failed` what it has left.
    pub fn take(opened: &Opened, failed: bool) -> Result<Option<Self>, IndexError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(THREADS)
            .num_merge_threads(1)
            .memory_budget_per_thread(MEMORY)
            .build();
        match opened.index.writer_with_options(options) {
            Ok(writer) => {
                let bulk = Arc::new(AtomicBool::new(false));
                writer.set_merge_policy(Box::new(Merging { bulk: Arc::clone(&bulk), calm: merge_policy() }));
                sweep(opened);
                if failed && let Err(error) = writer.garbage_collect_files().wait() {
                    tracing::debug!(%error, "what a failed writer has left stays");
                }
                let position = opened.position()?;
                let replaying = failed && opened.snapshot().count() > 0;
                let observed = Observed::of(opened)?;
                let id = opened.fields.id;
                Ok(Some(Self { writer, id, bulk, merging: Vec::new(), position, observed, replaying }))
            }
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn clear(&mut self, opened: &Opened) -> Result<(), IndexError> {
        self.writer.delete_all_documents()?;
        self.commit(opened, &Position::default())
    }

    fn apply(&mut self, fields: &Fields, batch: &Batch<'_>) -> Result<(), IndexError> {
        for id in batch.deleted {
            self.delete(*id);
        }
        for movie in batch.changed {
            if self.replaying || (movie.created_rev, movie.id.0) <= batch.held {
                self.delete(movie.id);
            }
            self.writer.add_document(schema::document(fields, movie))?;
        }
        Ok(())
    }

    fn commit(&mut self, opened: &Opened, position: &Position) -> Result<(), IndexError> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&open::payload(position)?);
        prepared.commit()?;
        self.position = position.clone();
        self.replaying &= position.id != i64::MAX;
        // The new files are known from their beginning.
        self.observed.look(opened, &self.position)
    }

    pub fn close(self) {
        if let Err(error) = self.writer.wait_merging_threads() {
            tracing::warn!(%error, "segments of the search index were not merged");
        }
    }

    /// Begins to merge all segments into one, unless the largest is nearly all there is; says whether a merge is under
    /// way. Returns at once; edits go on meanwhile.
    fn merge_all(&mut self, segments: &[SegmentMeta]) -> bool {
        let total: u32 = segments.iter().map(SegmentMeta::num_docs).sum();
        let largest = segments.iter().map(SegmentMeta::num_docs).max().unwrap_or_default();
        let ids: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
        if ids.iter().any(|id| self.merging.contains(id)) {
            return true;
        }
        self.merging.clear();
        if segments.len() < 2 || total - largest < largest / WORTH {
            return false;
        }
        // The merge goes on without anybody waiting; one that fails is logged by tantivy and leaves all as it was.
        drop(self.writer.merge(&ids));
        self.merging = ids;
        true
    }

    fn delete(&self, id: MovieId) {
        self.writer.delete_term(Term::from_field_u64(self.id, id.0.unsigned_abs()));
    }
}

/// Everything is merged once the smaller segments hold more than this part of the largest. So each movie is merged a
/// few times at most while a catalogue grows.
const WORTH: u32 = 8;

/// Changing what it holds.
impl Index {
    /// Throws everything away and starts empty; this process must be the writer.
    ///
    /// # Errors
    /// [`IndexError::Held`] where it is not, or the index cannot be written; see [`Self::apply`].
    pub fn clear(&self) -> Result<(), IndexError> {
        self.write(Writer::clear)?;
        self.reload()
    }

    /// Applies a batch; visible after [`Self::commit`].
    ///
    /// # Errors
    /// [`IndexError::Held`] where this process is not the writer, or the index cannot be written. Then nothing that was
    /// applied since the last commit is kept, and this process is not the writer any more: become it again and read
    /// [`Self::position`] anew.
    pub fn apply(&self, batch: &Batch<'_>) -> Result<(), IndexError> {
        self.write(|writer, opened| writer.apply(&opened.fields, batch))
    }

    /// Makes everything applied durable and visible, as `position`.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn commit(&self, position: &Position) -> Result<(), IndexError> {
        self.commit_unseen(position)?;
        self.reload()
    }

    /// As [`Self::commit`], where this process does not search: nothing is loaded.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_unseen(&self, position: &Position) -> Result<(), IndexError> {
        self.write(|writer, opened| writer.commit(opened, position))
    }

    /// Writes; a writer that fails or panics is dropped.
    fn write(&self, work: impl FnOnce(&mut Writer, &Opened) -> Result<(), IndexError>) -> Result<(), IndexError> {
        let mut held = lock(&self.writer);
        let opened = self.opened();
        let writer = held.as_mut().ok_or(IndexError::Held)?;
        let Err(error) = catching(|| work(writer, &opened)) else { return Ok(()) };
        opened.fence.close();
        let failed = held.take();
        drop(held);
        // Its threads may be in any state.
        let _ = catching(|| {
            drop(failed);
            Ok(())
        });
        if opened.fence.was_exhausted() {
            open::forget_damaged(&self.folder);
            return Err(IndexError::Exhausted(error.to_string()));
        }
        if let IndexError::Damaged(cause) = &error {
            self.tell_damage(&opened, cause);
        }
        Err(error)
    }

    /// While much is loaded, nothing is merged: what is merged early is merged again and again.
    pub fn load(&self, bulk: bool) {
        if let Some(writer) = lock(&self.writer).as_ref() {
            writer.bulk.store(bulk, Ordering::Relaxed);
        }
    }

    /// Nothing has changed for a while: merges what a load has left in pieces, in the background, and shows what has
    /// been merged. Says whether there is more to come.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn merge_segments(&self) -> Result<bool, IndexError> {
        let opened = self.opened();
        let mut more = false;
        if let Some(writer) = lock(&self.writer).as_mut() {
            writer.bulk.store(false, Ordering::Relaxed);
            more = writer.merge_all(&opened.index.searchable_segment_metas()?);
        }
        self.reload()?;
        Ok(more)
    }
}

/// No merges during a load, else [`merge_policy`].
#[derive(Debug)]
struct Merging {
    bulk: Arc<AtomicBool>,
    calm: LogMergePolicy,
}

impl MergePolicy for Merging {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        // tantivy opens the files of all segments at each search: there is a bound to how many may pile up.
        if self.bulk.load(Ordering::Relaxed) && segments.len() < MAX_SEGMENTS {
            Vec::new()
        } else {
            self.calm.compute_merge_candidates(segments)
        }
    }
}

/// The most segments that a load may leave unmerged.
const MAX_SEGMENTS: usize = 32;

/// Each search walks the words of each segment, so few segments matter more than few merges: those of up to 50,000
/// movies are merged as soon as there are four.
fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(4);
    policy.set_min_layer_size(50_000);
    policy
}

fn sweep(opened: &Opened) {
    let Ok(entries) = fs::read_dir(&opened.folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(".tmp")) {
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::debug!(%error, "a temporary file stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Facts;

    #[test]
    fn a_load_is_merged_once_it_is_quiet() {
        let folder = tempfile::tempdir().expect("a folder");
        let index = Index::open(folder.path(), Box::new(|_| {})).expect("an index");
        assert!(index.become_writer().expect("a writer"));
        let segments = || index.opened().index.searchable_segment_metas().expect("segments").len();
        index.load(true);
        for id in 1..=9 {
            let facts = Facts { title: format!("Movie {id}"), ..Facts::default() };
            let movie = Movie { id: MovieId(id), rev: id, created_rev: id, facts, ..Movie::default() };
            index.apply(&Batch { deleted: &[], changed: &[movie], held: (id - 1, i64::MAX) }).expect("applied");
            index.commit(&Position { epoch: "a".to_owned(), rev: id, id: i64::MAX }).expect("committed");
        }
        assert_eq!(segments(), 9);
        assert!(index.merge_segments().expect("settling"));
        for _ in 0..500 {
            if !index.merge_segments().expect("settling") {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(segments(), 1);
        assert_eq!(index.count().expect("a count"), 9);
        assert_eq!(index.position().expect("a position").rev, 9);
        assert!(!index.merge_segments().expect("settled"), "one segment is not merged again");
    }
}
