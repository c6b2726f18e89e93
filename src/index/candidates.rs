//! The documents that hold all words of a question: the lists of the rarest word, narrowed by those of the others.

use std::cell::RefCell;

use tantivy::{DocId, DocSet, TERMINATED};

use super::lookup::{Docs, List, Lists, Match, NONE, Scope, parts, size};
use super::segment::Segment;

/// The documents of a segment that hold every word, in their order; deleted ones are left out. `words` are the lists of
/// each word and how far they count.
///
/// With `most` the first of them are enough, since documents are in the order of fame: a single word's lists are read so
/// far only, and of several common words the beginning of the segment is tried first.
pub fn find(segment: &Segment, words: &[(&Lists, Scope)], most: Option<usize>) -> tantivy::Result<Vec<Match>> {
    let mut by_size: Vec<(usize, usize)> =
        words.iter().enumerate().map(|(word, (lists, scope))| (size(lists.of(*scope)), word)).collect();
    by_size.sort_unstable();
    let Some((least, _)) = by_size.first().copied().filter(|(size, _)| *size > 0) else { return Ok(Vec::new()) };
    let Some(most) = most else { return within(segment, words, &by_size, Part::default()) };
    if words.len() == 1 {
        return within(segment, words, &by_size, Part { most, ..Part::default() });
    }
    if least > COMMON * most {
        let until = (segment.columns.len() / COMMON) as DocId;
        let found = within(segment, words, &by_size, Part { until, ..Part::default() })?;
        if found.len() >= most {
            return Ok(found);
        }
    }
    within(segment, words, &by_size, Part::default())
}

/// Words are common where this part of their documents is likely to be enough.
const COMMON: usize = 16;

/// How far lists are read.
#[derive(Clone, Copy)]
struct Part {
    /// So many documents of each.
    most: usize,
    /// Documents before this one.
    until: DocId,
}

impl Default for Part {
    fn default() -> Self {
        Self { most: usize::MAX, until: DocId::MAX }
    }
}

impl Part {
    /// Calls `take` with the documents of a list, block by block.
    fn of(self, segment: &Segment, list: &List, mut take: impl FnMut(&[DocId])) -> tantivy::Result<()> {
        let mut left = self.most;
        list.each_block(segment, |docs| {
            let before = if docs.last().is_some_and(|last| *last < self.until) {
                docs.len()
            } else {
                docs.partition_point(|doc| *doc < self.until)
            };
            let taken = before.min(left);
            left -= taken;
            take(&docs[..taken]);
            left > 0 && taken == docs.len()
        })
    }
}

/// The documents in a part of the lists that hold every word; `by_size` are the words, the rarest first.
fn within(
    segment: &Segment,
    words: &[(&Lists, Scope)],
    by_size: &[(usize, usize)],
    part: Part,
) -> tantivy::Result<Vec<Match>> {
    let Some((least, rarest)) = by_size.first().copied() else { return Ok(Vec::new()) };
    let (lists, scope) = words[rarest];
    let mut found = first(segment, lists.of(scope), least, part)?;
    if segment.alive.is_some() {
        found.retain(|matched| segment.is_alive(matched.doc));
    }
    for (size, word) in by_size.iter().skip(1) {
        if found.is_empty() {
            break;
        }
        let (lists, scope) = words[*word];
        narrow(segment, lists.of(scope), *size, part, &mut found)?;
    }
    Ok(found)
}

/// The documents of the lists of one word.
fn first<'a>(
    segment: &Segment,
    lists: impl Iterator<Item = &'a List> + Clone,
    size: usize,
    part: Part,
) -> tantivy::Result<Vec<Match>> {
    let mut found = Vec::with_capacity(size.min(part.most.saturating_mul(2)).min(1 << 16));
    let matched = |doc: DocId, cost: u8| {
        let (tiers, ranks) = parts(cost);
        Match { doc, tiers, ranks }
    };
    if lists.clone().count() == 1 || size <= FEW {
        for list in lists.clone() {
            part.of(segment, list, |docs| found.extend(docs.iter().map(|doc| matched(*doc, list.cost))))?;
        }
        found.sort_unstable_by_key(|matched| (matched.doc, matched.tiers, matched.ranks));
        found.dedup_by_key(|matched| matched.doc);
        return Ok(found);
    }
    with_costs(segment, lists, part, |costs, touched| match touched {
        Touched::These(docs) => {
            docs.sort_unstable();
            found.extend(docs.iter().map(|doc| matched(*doc, costs[*doc as usize])));
        }
        Touched::Many(count) => {
            // Each is written where the next one goes and counts where it is one: nothing to guess for the processor.
            found = MATCHES.take();
            found.clear();
            found.resize(*count + 1, Match::default());
            let mut next = 0;
            for (doc, cost) in costs.iter().enumerate() {
                found[next] = matched(doc as DocId, *cost);
                next += usize::from(*cost != NONE);
            }
            found.truncate(*count);
        }
    })?;
    Ok(found)
}

/// Up to so many documents are sorted rather than spread out.
const FEW: usize = 512;
/// What it takes to seek a document in a list, in documents that could be read instead.
const SEEK: usize = 16;
/// What it takes to open a list.
const OPEN: usize = 32;

/// Keeps the documents that have another word too, and adds its cost.
fn narrow<'a>(
    segment: &Segment,
    lists: impl Iterator<Item = &'a List> + Clone,
    size: usize,
    part: Part,
    found: &mut Vec<Match>,
) -> tantivy::Result<()> {
    let add = |matched: &mut Match, cost: u8| {
        let (tiers, ranks) = parts(cost);
        matched.tiers += tiers;
        matched.ranks += ranks;
        cost != NONE
    };
    let count = lists.clone().count();
    if found.len().saturating_mul(count).saturating_mul(SEEK) >= size.saturating_add(count * OPEN) {
        return with_costs(segment, lists, part, |costs, _| {
            found.retain_mut(|matched| add(matched, costs[matched.doc as usize]));
        });
    }
    let mut least = vec![NONE; found.len()];
    for list in lists {
        let docs = found.iter().map(|matched| matched.doc);
        each_common(segment, list, docs, |at| least[at] = least[at].min(list.cost))?;
    }
    let mut least = least.into_iter();
    found.retain_mut(|matched| add(matched, least.next().unwrap_or(NONE)));
    Ok(())
}

/// The documents that a list and one of others share.
pub fn both(segment: &Segment, list: &List, others: &[List]) -> tantivy::Result<Vec<DocId>> {
    let mut shared = Vec::new();
    for other in others {
        let (few, many) = if other.len() < list.len() { (other, list) } else { (list, other) };
        let mut docs = Vec::with_capacity(few.len());
        few.each_block(segment, |block| {
            docs.extend_from_slice(block);
            true
        })?;
        each_common(segment, many, docs.iter().copied(), |at| shared.push(docs[at]))?;
    }
    Ok(shared)
}

/// Calls `take` with the position of each of the documents, which are in their order, that a list holds.
fn each_common(
    segment: &Segment,
    list: &List,
    docs: impl Iterator<Item = DocId>,
    mut take: impl FnMut(usize),
) -> tantivy::Result<()> {
    let (of, info) = match &list.docs {
        Docs::Term(of, info) => (*of, info),
        Docs::Listed(listed) => {
            let mut rest = listed.as_slice();
            for (at, doc) in docs.enumerate() {
                // Both are in order: look ahead in growing steps.
                let mut step = 1;
                while step < rest.len() && rest[step] < doc {
                    step *= 2;
                }
                let near = &rest[..rest.len().min(step + 1)];
                rest = &rest[near.partition_point(|listed| *listed < doc)..];
                if rest.first() == Some(&doc) {
                    take(at);
                }
            }
            return Ok(());
        }
    };
    let mut postings = segment.postings(of, info)?;
    for (at, doc) in docs.enumerate() {
        let here = if postings.doc() < doc { postings.seek(doc) } else { postings.doc() };
        if here == doc {
            take(at);
        } else if here == TERMINATED {
            break;
        }
    }
    Ok(())
}

/// The most matches that are kept room for.
const MAX_KEPT: usize = 1 << 20;

/// Takes matches back that are not needed any more, so that the next question need not ask for memory.
pub fn give_back(matches: Vec<Vec<Match>>) {
    if let Some(largest) = matches.into_iter().max_by_key(Vec::capacity).filter(|found| found.capacity() <= MAX_KEPT) {
        MATCHES.set(largest);
    }
}

thread_local! {
    /// Room for matches: new memory comes in pages that the system must clear first.
    static MATCHES: RefCell<Vec<Match>> = const { RefCell::new(Vec::new()) };
    /// A cost for each document, all of them [`NONE`] between two uses: clearing what was touched is quicker than
    /// asking for a million bytes each time.
    static COSTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The documents that lists have, in no order.
enum Touched {
    /// These.
    These(Vec<DocId>),
    /// So many that reading through all costs is quicker than sorting them.
    Many(usize),
}

/// Spreads lists out: the least cost of each document, and the documents that have one.
fn with_costs<'a>(
    segment: &Segment,
    lists: impl Iterator<Item = &'a List>,
    part: Part,
    read: impl FnOnce(&[u8], &mut Touched),
) -> tantivy::Result<()> {
    // Taken out while it is written to, so that a panic on a damaged file leaves nothing behind.
    let mut costs = COSTS.take();
    let length = segment.columns.len();
    if costs.len() < length {
        costs.resize(length, NONE);
    }
    let few = length / 64;
    let (mut docs, mut count) = (Vec::new(), 0);
    for list in lists {
        part.of(segment, list, |block| {
            for doc in block {
                let known = &mut costs[*doc as usize];
                if *known == NONE {
                    count += 1;
                    if count <= few {
                        docs.push(*doc);
                    }
                }
                *known = list.cost.min(*known);
            }
        })?;
    }
    let mut touched = if count <= few { Touched::These(docs) } else { Touched::Many(count) };
    read(&costs[..length], &mut touched);
    match touched {
        Touched::These(docs) => docs.iter().for_each(|doc| costs[*doc as usize] = NONE),
        Touched::Many(_) => costs[..length].fill(NONE),
    }
    COSTS.set(costs);
    Ok(())
}
