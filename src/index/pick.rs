//! Movies picked from those that pass filters: the best, or any.

use rand::RngExt;
use tantivy::DocId;

use super::query::Filters;
use super::rank::{self, Page, SearchOptions};
use super::segment::SetKey;
use super::snapshot::Snapshot;
use super::statistics::{filters, passing};
use super::{Index, IndexError};
use crate::model::{ListingQuery, MovieId, Order, Sort};

impl Index {
    /// The best scores among the movies that pass the filters: first those that may be trusted, then the others.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn best(&self, query: &ListingQuery, limit: usize) -> Result<Vec<MovieId>, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let Some(filters) = filters(&snapshot, query)? else { return Ok(Vec::new()) };
            let page = Page {
                sort: Sort::Score,
                order: Order::Desc,
                offset: 0,
                limit,
                looked_at: 0,
                options: SearchOptions::default(),
            };
            let mut best = scored(&snapshot, &filters, page, true)?;
            if best.len() < limit {
                let others = scored(&snapshot, &filters, Page { limit: 2 * limit, ..page }, false)?;
                best.extend(others.into_iter().filter(|id| !best.contains(id)).collect::<Vec<_>>());
                best.truncate(limit);
            }
            Ok(best)
        })
    }

    /// Any of the movies that pass the filters, each as likely as any other.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn any(&self, query: &ListingQuery) -> Result<Option<MovieId>, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let Some(filters) = filters(&snapshot, query)? else { return Ok(None) };
            let mut sets = Vec::with_capacity(snapshot.segments.len());
            for segment in &snapshot.segments {
                sets.push((segment, passing(segment, &filters)?));
            }
            let total: usize = sets.iter().map(|(_, set)| set.count_ones(..)).sum();
            if total == 0 {
                return Ok(None);
            }
            let mut place = rand::rng().random_range(0..total);
            for (segment, set) in &sets {
                let size = set.count_ones(..);
                if place < size {
                    let id = set.ones().nth(place).and_then(|doc| segment.columns.ids.first(doc as DocId));
                    return Ok(id.map(|id| MovieId(id.cast_signed())));
                }
                place -= size;
            }
            Ok(None)
        })
    }
}

/// The best scores, of movies whose score may be trusted or of all.
fn scored(snapshot: &Snapshot, filters: &Filters, page: Page, trusted: bool) -> tantivy::Result<Vec<MovieId>> {
    let mut sets = Vec::with_capacity(snapshot.segments.len());
    for segment in &snapshot.segments {
        let mut set = passing(segment, filters)?;
        set.intersect_with(&segment.columns.set(SetKey::Scores(0, f32::MAX.to_bits())));
        if trusted {
            set.intersect_with(&segment.columns.set(SetKey::Trusted));
        }
        sets.push(set);
    }
    rank::first_of_sets(snapshot, sets, page)
}
