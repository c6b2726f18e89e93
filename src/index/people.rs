//! The directors of a result, with the number of its movies that each has. Counts are exact; where a result is too large
//! to be counted cheaply there are none.
//!
//! A segment knows names by their order in its dictionary, so that counting reads no text: only the names that may be
//! among the first are looked up.

use std::cmp::Reverse;
use std::collections::HashMap;

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::facets::{Groups, Passing};
use super::lookup::Match;
use super::query::Filters;
use super::segment::Segment;
use super::snapshot::Snapshot;
use crate::model::Facet;

/// In a result of more movies nobody is counted.
pub const MAX_COUNTED: u64 = 20_000;
/// How many directors are told.
const TOLD: usize = 10;
/// How many of each segment may be among those, where there are several segments.
const LOOKED_AT: usize = 40;

/// The directors of most movies among the matches (everything where there are none) that pass the filters; equal ones by
/// name.
pub fn count(snapshot: &Snapshot, filters: &Filters, found: Option<&[Vec<Match>]>) -> tantivy::Result<Vec<Facet>> {
    let mut counted = Vec::with_capacity(snapshot.segments.len());
    for (number, segment) in snapshot.segments.iter().enumerate() {
        let passing = Passing::new(segment, filters)?;
        let columns = &segment.columns;
        counted.push(match found {
            Some(found) => {
                let docs = found[number].iter().map(|matched| matched.doc);
                by_order(segment, docs.filter(|doc| passing.all(columns, *doc)))
            }
            None => match passing.set(segment, segment.alive.as_ref(), Groups::ALL) {
                Some(set) => by_order(segment, FixedBitSet::into_ones(set).map(|doc| doc as DocId)),
                None => by_order(segment, 0..columns.len() as DocId),
            },
        });
    }
    let mut facets = summed(snapshot, &counted)?;
    facets.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    facets.truncate(TOLD);
    Ok(facets)
}

/// How many of the documents each director of a segment has.
fn by_order(segment: &Segment, docs: impl Iterator<Item = DocId>) -> HashMap<u64, u64> {
    let mut counts = HashMap::new();
    for doc in docs {
        for order in segment.columns.director_orders(doc) {
            *counts.entry(order).or_default() += 1;
        }
    }
    counts
}

/// The candidates of all segments, each with its sum over all of them.
fn summed(snapshot: &Snapshot, counted: &[HashMap<u64, u64>]) -> tantivy::Result<Vec<Facet>> {
    let mut facets: Vec<Facet> = Vec::new();
    for (segment, counts) in snapshot.segments.iter().zip(counted) {
        let mut first: Vec<(u64, u64)> = counts.iter().map(|(order, count)| (*order, *count)).collect();
        first.sort_unstable_by_key(|(order, count)| (Reverse(*count), *order));
        first.truncate(LOOKED_AT);
        for (order, _) in first {
            let value = segment.columns.director_name(order)?;
            if facets.iter().all(|known| known.value != value) {
                let mut count = 0;
                for (other, counts) in snapshot.segments.iter().zip(counted) {
                    let order = other.columns.director_order(&value)?;
                    count += order.and_then(|order| counts.get(&order)).copied().unwrap_or(0);
                }
                facets.push(Facet { value, count });
            }
        }
    }
    Ok(facets)
}
