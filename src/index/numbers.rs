//! The movies' numbers in their order, in parts: for what names all movies a part at a time.

use tantivy::DocId;

use super::segment::Segment;
use super::{Index, IndexError};
use crate::model::{MovieId, Order, Sort};

impl Index {
    /// Where parts of so many movies begin: each number is the last one before its part.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn parts(&self, size: usize) -> Result<Vec<MovieId>, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let mut ids: Vec<u64> = snapshot.segments.iter().flat_map(|segment| after(segment, 0)).collect();
            ids.sort_unstable();
            let lasts = ids.chunks(size).map(|part| part.last().copied().unwrap_or(0));
            let mut starts: Vec<u64> = std::iter::once(0).chain(lasts).collect();
            starts.pop();
            Ok(starts.into_iter().map(|id| MovieId(id.cast_signed())).collect())
        })
    }

    /// The numbers of the next movies after one, in order.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn ids_after(&self, last: MovieId, limit: usize) -> Result<Vec<MovieId>, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let from = last.0.unsigned_abs();
            let mut ids: Vec<u64> =
                snapshot.segments.iter().flat_map(|segment| after(segment, from).take(limit)).collect();
            ids.sort_unstable();
            ids.truncate(limit);
            Ok(ids.into_iter().map(|id| MovieId(id.cast_signed())).collect())
        })
    }
}

/// The numbers of a segment's movies after one, in order. The order by number is kept, so that finding the first is a
/// search in it.
fn after(segment: &Segment, last: u64) -> Box<dyn Iterator<Item = u64> + '_> {
    let id = |doc: DocId| segment.columns.ids.first(doc).unwrap_or(0);
    let is_alive = |doc: &DocId| segment.is_alive(*doc);
    match segment.columns.order(Sort::Added, Order::Asc) {
        Some(order) => {
            let first = order.partition_point(|doc| id(*doc) <= last);
            Box::new(order[first..].iter().copied().filter(is_alive).map(id))
        }
        None => Box::new((0..segment.columns.len() as DocId).filter(is_alive).map(id).filter(move |id| *id > last)),
    }
}
