//! Writing: documents in, commits out. One process at a time, by tantivy's lock.

use std::fs;

use tantivy::directory::error::LockError;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexWriter, TantivyError, Term};

use super::open::Opened;
use super::schema::{self, Fields};
use super::{IndexError, Position};
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
}

/// Memory for documents before they become a segment, each thread.
const MEMORY: usize = 48 << 20;

impl Writer {
    /// Takes the lock; `None` where another process holds it. Sweeps the temporary files of a writer that was
    /// killed, which tantivy does not.
    pub fn take(opened: &Opened) -> Result<Option<Self>, IndexError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(MEMORY)
            .build();
        match opened.index.writer_with_options(options) {
            Ok(writer) => {
                writer.set_merge_policy(Box::new(merge_policy()));
                sweep(opened);
                Ok(Some(Self { writer, id: opened.fields.id }))
            }
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub fn clear(&mut self) -> Result<(), IndexError> {
        self.writer.delete_all_documents()?;
        self.commit(&Position::default())
    }

    pub fn apply(&mut self, fields: &Fields, batch: &Batch<'_>) -> Result<(), IndexError> {
        for id in batch.deleted {
            self.delete(*id);
        }
        for movie in batch.changed {
            if (movie.created_rev, movie.id.0) <= batch.held {
                self.delete(movie.id);
            }
            self.writer.add_document(schema::document(fields, movie))?;
        }
        Ok(())
    }

    pub fn commit(&mut self, position: &Position) -> Result<(), IndexError> {
        let payload = serde_json::to_string(position).map_err(|error| IndexError::Failed(error.to_string()))?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        Ok(())
    }

    pub fn close(self) {
        if let Err(error) = self.writer.wait_merging_threads() {
            tracing::warn!(%error, "segments of the search index were not merged");
        }
    }

    fn delete(&self, id: MovieId) {
        self.writer.delete_term(Term::from_field_u64(self.id, id.0.unsigned_abs()));
    }
}

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
