//! A person's films. Names are asked for whole: case, accents and signs do not matter, slips do.

use super::segment::Dictionary;
use super::snapshot::Snapshot;
use super::text::TextField;
use super::{Index, IndexError};
use crate::model::MovieId;
use crate::model::fold::fold;

/// The films of a name, the most famous first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Films {
    /// Those that the person directed.
    pub directed: Vec<MovieId>,
    /// Those that the person plays in.
    pub acted: Vec<MovieId>,
}

impl Index {
    /// The films of a name, at most `limit` of each kind. Names are held as numbers, which two names may share in rare
    /// cases: who asks compares the names.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn films(&self, name: &str, limit: usize) -> Result<Films, IndexError> {
        let key = fold(name);
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            Ok(Films {
                directed: films(&snapshot, &key, TextField::Director, limit)?,
                acted: films(&snapshot, &key, TextField::Actor, limit)?,
            })
        })
    }
}

/// The films that hold a name's key in a place, the most famous first.
pub fn films(snapshot: &Snapshot, key: &str, place: TextField, limit: usize) -> tantivy::Result<Vec<MovieId>> {
    let mut found = Vec::new();
    for segment in &snapshot.segments {
        let Some(info) = segment.whole(key, place)? else { continue };
        // Documents are in the order of fame, so the first of each segment are enough.
        let mut left = limit;
        segment.each_doc(Dictionary::Whole, &info, |docs| {
            for doc in docs.iter().copied().filter(|doc| segment.is_alive(*doc)).take(left) {
                let columns = &segment.columns;
                found.push((columns.static_ranks.first(doc), columns.ids.first(doc).unwrap_or(0)));
                left -= 1;
            }
            left > 0
        })?;
    }
    found.sort_unstable_by(|left, right| right.cmp(left));
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, id)| MovieId(id.cast_signed())).collect())
}
