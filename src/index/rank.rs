//! What comes first. The rules of relevance, each only where those before it leave a tie:
//!
//! 1. All words are held (words that nothing holds with the others were left out before, see `query`): who types three
//!    words means all three.
//! 2. A whole title, or a director's whole name, is exactly what was typed: "Her" before any famous title one letter
//!    away.
//! 3. Fewer and smaller slips (`matching::tier`, summed over the words): what was typed is meant more often than what is
//!    near to it.
//! 4. Standing: fame, since what is asked for is mostly what is known. A worse field takes some away: somebody who types
//!    "nolan" means the films of the director rather than an unknown one of that title, but a known title rather than a
//!    director. Words that are neighbours in the title as they were typed, and a title that has no more words than were
//!    typed, add some. They are sums and not rules of their own, because neither fame nor field is always right.
//! 5. The movie that was added first, so that the order is always the same.
//!
//! Unknown values come last in either direction of a sort order.

use std::cmp::{Ordering, Reverse};

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::candidates;
use super::collate;
use super::facets::{self, Facets, Groups, Passing};
use super::lookup::Match;
use super::matching::tier;
use super::people;
use super::query::{Filters, Question, Rules};
use super::segment::{Columns, Segment};
use super::snapshot::Snapshot;
use crate::model::{Collation, Facet, MovieId, Order, Sort};

/// A page of a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// The movies of the page, in order.
    pub ids: Vec<MovieId>,
    /// For each movie the sum of the tiers of its match.
    pub tiers: Vec<u16>,
    /// How many movies the whole result has.
    pub total: u64,
    /// The genres of the whole result, the most frequent first, equal ones by name.
    pub genres: Vec<Facet>,
    /// Its decades as ranges of years, the latest first.
    pub decades: Vec<Facet>,
    /// Its scores from some number up, the highest first.
    pub scores: Vec<Facet>,
    /// Its directors of most movies, where they were asked for and the result is not too large.
    pub directors: Vec<Facet>,
    /// Words that were left out, since no movie holds them with the others.
    pub dropped: Vec<String>,
}

impl Hits {
    /// What comes first was not found as it was typed: at least one word has a slip, or sounds like another.
    pub fn is_slip(&self) -> bool {
        self.tiers.first().is_some_and(|tiers| *tiers >= u16::from(tier::ONE_SLIP))
    }
}

/// What is asked of a result.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// By what.
    pub sort: Sort,
    /// In which direction.
    pub order: Order,
    /// How many movies come before.
    pub offset: usize,
    /// How many are wanted.
    pub limit: usize,
    /// How many of the first are looked at more closely: the same number whatever the page, so that pages fit together.
    pub looked_at: usize,
    /// What else is wished for.
    pub options: SearchOptions,
}

/// What is done for some who ask and not for all.
#[derive(Debug, Clone, Copy, Default)]
pub struct SearchOptions {
    /// The rules that titles are sorted by; `None` for their keys, which are the same for everybody.
    pub collation: Option<Collation>,
    /// The directors are to be counted.
    pub directors: bool,
    /// The genre that the whole text of `q` names in the visitor's language, as the catalogue spells it: its movies are
    /// found by any word of the text.
    pub genre: Option<&'static str>,
}

impl Page {
    /// The rules, where titles are what the page is sorted by.
    fn titles(self) -> Option<Collation> {
        self.options.collation.filter(|_| self.sort == Sort::Title)
    }

    fn end(self) -> usize {
        self.offset.saturating_add(self.limit)
    }
}

/// A page of the movies that hold the question, with totals and facets.
pub fn search(snapshot: &Snapshot, question: &Question, page: Page) -> tantivy::Result<Hits> {
    if question.is_browsing() {
        return browse(snapshot, question, page);
    }
    let found = question.find(snapshot)?;
    let facets = facets::count(snapshot, &question.filters, Some(&found.matches))?;
    let mut ranked = Vec::with_capacity(snapshot.segments.len());
    for (number, segment) in snapshot.segments.iter().enumerate() {
        let passing = Passing::new(segment, &question.filters)?;
        ranked.push(if page.sort == Sort::Relevance {
            by_relevance((number, segment), &found.matches[number], &found.rules, &passing, page)?
        } else {
            by_value(segment, &found.matches[number], &passing, page)
        });
    }
    let directors = match page.options.directors && facets.total <= people::MAX_COUNTED {
        true => people::count(snapshot, &question.filters, Some(&found.matches))?,
        false => Vec::new(),
    };
    candidates::give_back(found.matches);
    let places = merge(snapshot, ranked.into_iter().map(Vec::into_iter).collect(), page)?;
    Ok(Hits { directors, ..to_hits(snapshot, &places, facets, found.dropped) })
}

/// The most relevant of some matches.
pub fn best(
    snapshot: &Snapshot,
    matches: &[Vec<Match>],
    rules: &Rules,
    limit: usize,
) -> tantivy::Result<Vec<DocAddress>> {
    let (sort, order, looked_at) = (Sort::Relevance, Order::Desc, 2 * limit);
    let page = Page { sort, order, offset: 0, limit, looked_at, options: SearchOptions::default() };
    let mut ranked = Vec::with_capacity(snapshot.segments.len());
    for (number, segment) in snapshot.segments.iter().enumerate() {
        let passing = Passing::new(segment, &Filters::default())?;
        ranked.push(by_relevance((number, segment), &matches[number], rules, &passing, page)?);
    }
    merge(snapshot, ranked.into_iter().map(Vec::into_iter).collect(), page)
}

/// A page of everything that passes the filters: sort orders are kept, so that walking one is all.
fn browse(snapshot: &Snapshot, question: &Question, page: Page) -> tantivy::Result<Hits> {
    let facets = match question.filters.is_empty() {
        true => snapshot.everything()?.clone(),
        false => (*snapshot.browsed(&question.filters)?).clone(),
    };
    let mut walks = Vec::with_capacity(snapshot.segments.len());
    for segment in &snapshot.segments {
        let passing = Passing::new(segment, &question.filters)?;
        let set = passing.set(segment, segment.alive.as_ref(), Groups::ALL);
        walks.push(walk(&segment.columns, set, page));
    }
    let places = merge(snapshot, walks, page)?;
    let directors = match page.options.directors && facets.total <= people::MAX_COUNTED {
        true => people::count(snapshot, &question.filters, None)?,
        false => Vec::new(),
    };
    Ok(Hits { directors, ..to_hits(snapshot, &places, facets, Vec::new()) })
}

/// The first movies of a set in each segment, in a sort order.
pub fn first_of_sets(snapshot: &Snapshot, sets: Vec<FixedBitSet>, page: Page) -> tantivy::Result<Vec<MovieId>> {
    let walks = snapshot.segments.iter().zip(sets).map(|(segment, set)| walk(&segment.columns, Some(set), page));
    let places = merge(snapshot, walks.collect(), page)?;
    Ok(places.iter().map(|place| place.id(snapshot)).collect())
}

fn to_hits(snapshot: &Snapshot, places: &[DocAddress], facets: Facets, dropped: Vec<String>) -> Hits {
    Hits {
        ids: places.iter().map(|place| place.id(snapshot)).collect(),
        tiers: places.iter().map(|place| place.tiers).collect(),
        total: facets.total,
        genres: facets.genres,
        decades: facets.decades,
        scores: facets.scores,
        directors: Vec::new(),
        dropped,
    }
}

/// A document of a segment with what it is ranked by, the greater the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ranked {
    value: u64,
    doc: DocId,
    tiers: u16,
}

impl Ranked {
    /// Earlier ones are less. Documents are in the order of their standing.
    fn key(&self) -> (Reverse<u64>, DocId) {
        (Reverse(self.value), self.doc)
    }
}

/// A document of a result.
#[derive(Debug, Clone, Copy)]
pub struct DocAddress {
    /// The number of its segment in the snapshot.
    pub segment: usize,
    /// The document.
    pub doc: DocId,
    /// The sum of the tiers of its match.
    pub tiers: u16,
}

impl DocAddress {
    /// The movie.
    pub fn id(&self, snapshot: &Snapshot) -> MovieId {
        MovieId(snapshot.segments[self.segment].columns.ids.first(self.doc).unwrap_or(0).cast_signed())
    }
}

/// The matches of a segment by relevance, as many as the page may need.
fn by_relevance(
    (number, segment): (usize, &Segment),
    matches: &[Match],
    rules: &Rules,
    passing: &Passing,
    page: Page,
) -> tantivy::Result<Vec<Ranked>> {
    let columns = &segment.columns;
    let (whole, typed) = (&rules.whole[number], &rules.typed);
    let looked_at = if typed.len() > 1 { page.looked_at } else { 0 };
    // A letter or two cover nothing yet, unless they are the word.
    let begun = typed.last().is_some_and(|last| last.chars().count() > 2);
    let mut top = Top::new(page.end().max(looked_at));
    let mut whole = whole.iter().copied().peekable();
    let mut rest = matches;
    while let [matched, after @ ..] = rest {
        rest = after;
        // Both are in the order of the documents.
        while whole.next_if(|doc| *doc < matched.doc).is_some() {}
        let is_whole = whole.peek() == Some(&matched.doc);
        if !is_whole && top.is_beyond(matched.tiers, columns.fame[matched.doc as usize] + COVERED) {
            // The less famous that follow are no nearer than what is there already, unless one is meant whole.
            if top.is_exact() {
                let Some(doc) = whole.peek() else { break };
                rest = &rest[rest.partition_point(|matched| matched.doc < *doc)..];
            }
            continue;
        }
        if passing.all(columns, matched.doc) {
            let covering = if begun || matched.tiers == 0 { typed.len() } else { 0 };
            let value = relevance(columns, *matched, is_whole, covering);
            top.push(Ranked { value, doc: matched.doc, tiers: matched.tiers });
        }
    }
    let mut ranked = top.into_sorted();
    // Whether words stand together is seen in the title itself, which is worth it for the first alone.
    let first = ranked.len().min(looked_at);
    for ranked in &mut ranked[..first] {
        let pairs = neighbours(&segment.columns.title(ranked.doc)?, typed);
        ranked.value += (NEIGHBOURS * STEPS) as u64 * pairs;
    }
    ranked[..first].sort_unstable_by_key(Ranked::key);
    ranked.truncate(page.end());
    Ok(ranked)
}

/// How many of the typed words stand in a title as they were typed, one after the other.
fn neighbours(title: &str, typed: &[String]) -> u64 {
    let words: Vec<&str> = title.split(' ').collect();
    let last = typed.len() - 1;
    let is = |word: &str, place: usize| word == typed[place] || place == last && word.starts_with(&typed[place]);
    let stands = |place: usize| words.windows(2).any(|pair| is(pair[0], place) && is(pair[1], place + 1));
    (0..last).filter(|place| stands(*place)).count() as u64
}

/// The matches of a segment by a value, as many as the page may need.
fn by_value(segment: &Segment, matches: &[Match], passing: &Passing, page: Page) -> Vec<Ranked> {
    let columns = &segment.columns;
    let docs = matches.iter().map(|matched| matched.doc).filter(|doc| passing.all(columns, *doc));
    if is_few(matches.len(), columns, page) {
        return first_of(columns, docs, page);
    }
    let mut set = FixedBitSet::with_capacity(columns.len());
    docs.for_each(|doc| set.insert(doc as usize));
    in_order(columns, Some(set), page).take(page.end()).collect()
}

/// Few documents are quicker sorted than looked for in a sort order; not by title, whose order is that of whole texts.
fn is_few(documents: usize, columns: &Columns, page: Page) -> bool {
    documents < columns.len() / 32 && page.sort != Sort::Title
}

/// The first of some documents by a value.
fn first_of(columns: &Columns, docs: impl Iterator<Item = DocId>, page: Page) -> Vec<Ranked> {
    let mut top = Top::new(page.end());
    docs.for_each(|doc| top.push(ranked(columns, page, doc)));
    top.into_sorted()
}

/// The documents of a set, or all, in a sort order, by whichever way is quicker.
fn walk(columns: &Columns, set: Option<FixedBitSet>, page: Page) -> Box<dyn Iterator<Item = Ranked> + '_> {
    match set {
        Some(set) if is_few(set.count_ones(..), columns, page) => {
            Box::new(first_of(columns, set.ones().map(|doc| doc as DocId), page).into_iter())
        }
        set => in_order(columns, set, page),
    }
}

fn ranked(columns: &Columns, page: Page, doc: DocId) -> Ranked {
    if page.titles().is_some() {
        // No number says where a title stands; two are compared where they meet.
        return Ranked { value: 0, doc, tiers: 0 };
    }
    let value = match (columns.sort_value(page.sort, doc), page.order) {
        (None, _) => 0,
        (Some(value), Order::Desc) => value.saturating_add(1),
        (Some(value), Order::Asc) => u64::MAX - value,
    };
    Ranked { value, doc, tiers: 0 }
}

/// The documents of a set, or all, in a sort order.
fn in_order(columns: &Columns, set: Option<FixedBitSet>, page: Page) -> Box<dyn Iterator<Item = Ranked> + '_> {
    if let Some(order) = page.titles().and_then(|collation| columns.title_order(collation, page.order)) {
        let docs = (0..order.len()).map(move |place| order[place]);
        let is_in = move |doc: &DocId| set.as_ref().is_none_or(|set| set.contains(*doc as usize));
        return Box::new(docs.filter(is_in).map(move |doc| ranked(columns, page, doc)));
    }
    let docs: Box<dyn Iterator<Item = DocId>> = match (columns.order(page.sort, page.order), set) {
        (Some(order), None) => Box::new(order.iter().copied()),
        (Some(order), Some(set)) => Box::new(order.iter().copied().filter(move |doc| set.contains(*doc as usize))),
        (None, None) => Box::new(0..columns.len() as DocId),
        (None, Some(set)) => Box::new(set.into_ones().map(|doc| doc as DocId)),
    };
    Box::new(docs.map(move |doc| ranked(columns, page, doc)))
}

/// A page out of the ordered documents of all segments.
fn merge<I: Iterator<Item = Ranked>>(
    snapshot: &Snapshot,
    mut walks: Vec<I>,
    page: Page,
) -> tantivy::Result<Vec<DocAddress>> {
    let place = |segment: usize, ranked: Ranked| DocAddress { segment, doc: ranked.doc, tiers: ranked.tiers };
    if let [walk] = &mut walks[..] {
        return Ok(walk.skip(page.offset).take(page.limit).map(|ranked| place(0, ranked)).collect());
    }
    let mut heads: Vec<Option<Ranked>> = walks.iter_mut().map(Iterator::next).collect();
    let mut places = Vec::with_capacity(page.limit);
    for position in 0..page.end() {
        let mut best: Option<(usize, Ranked)> = None;
        for (segment, head) in heads.iter().enumerate() {
            let Some(head) = head else { continue };
            let is_first = match best {
                Some(best) => compare(snapshot, page, (segment, *head), best)? == Ordering::Less,
                None => true,
            };
            if is_first {
                best = Some((segment, *head));
            }
        }
        let Some((segment, ranked)) = best else { break };
        heads[segment] = walks[segment].next();
        if position >= page.offset {
            places.push(place(segment, ranked));
        }
    }
    Ok(places)
}

/// Which of two documents of different segments comes first; that one is less.
fn compare(
    snapshot: &Snapshot,
    page: Page,
    (left_segment, left): (usize, Ranked),
    (right_segment, right): (usize, Ranked),
) -> tantivy::Result<Ordering> {
    let by_value = right.value.cmp(&left.value);
    if by_value != Ordering::Equal {
        return Ok(by_value);
    }
    let (left_columns, right_columns) =
        (&snapshot.segments[left_segment].columns, &snapshot.segments[right_segment].columns);
    if page.sort == Sort::Title {
        let titles = match page.options.collation {
            Some(collation) => {
                let left_title = left_columns.title_letters(left.doc, collation)?;
                collate::compare(collation, &left_title, &right_columns.title_letters(right.doc, collation)?)
            }
            None => left_columns.title(left.doc)?.cmp(&right_columns.title(right.doc)?),
        };
        let titles = if page.order == Order::Asc { titles } else { titles.reverse() };
        if titles != Ordering::Equal {
            return Ok(titles);
        }
    }
    Ok(right_columns.static_ranks.first(right.doc).cmp(&left_columns.static_ranks.first(left.doc)))
}

/// How much fame each step to a worse field costs, of at most [`MAX_FAME`].
const FIELD_COST: f32 = 12.0;
/// Popularity is 0 to 100 in most catalogues; where it is more, more makes no difference here.
const MAX_FAME: f32 = 100.0;
/// How much fame it is worth that a title was typed whole.
const COVERED: f32 = 30.0;
/// How much fame it is worth that two neighbouring words are neighbours in the title.
const NEIGHBOURS: f64 = 4.0;

/// Steps of a standing in the rank of a document, for each step of fame.
const STEPS: f64 = 1000.0;

/// The part of a rank that is the standing. Above zero whatever the fields are: a question has at most some tens of words.
fn steps(static_rank: f32) -> u64 {
    ((f64::from(static_rank) + 10_000.0) * STEPS) as u64
}

fn relevance(columns: &Columns, matched: Match, is_whole: bool, covering: usize) -> u64 {
    let doc = matched.doc as usize;
    // All words were met in the title, which has no more.
    let is_covered = matched.ranks == 0 && usize::from(columns.title_words[doc]) <= covering;
    let covered = if is_covered { COVERED } else { 0.0 };
    let static_rank = columns.fame[doc].min(MAX_FAME) + covered - FIELD_COST * f32::from(matched.ranks);
    u64::from(is_whole) << 48 | u64::from(u16::MAX - matched.tiers) << 32 | steps(static_rank)
}

/// Keeps the first of many.
struct Top {
    limit: usize,
    /// Nothing after this one can be among the first.
    last: Option<(Reverse<u64>, DocId)>,
    kept: Vec<Ranked>,
}

impl Top {
    fn new(limit: usize) -> Self {
        Self { limit, last: None, kept: Vec::new() }
    }

    fn push(&mut self, ranked: Ranked) {
        if self.last.is_some_and(|last| last < ranked.key()) {
            return;
        }
        self.kept.push(ranked);
        if self.kept.len() >= self.limit.saturating_mul(2).saturating_add(512) {
            self.cut();
        }
    }

    /// A match of these tiers and at most this standing cannot be among the first any more.
    fn is_beyond(&self, tiers: u16, static_rank: f32) -> bool {
        let most = u64::from(u16::MAX - tiers) << 32 | steps(static_rank);
        self.last.is_some_and(|(Reverse(last), _)| most < last)
    }

    /// All of the first are as they were typed, so that nothing is nearer.
    fn is_exact(&self) -> bool {
        self.last.is_some_and(|(Reverse(last), _)| last >> 32 >= u64::from(u16::MAX))
    }

    fn cut(&mut self) {
        if 0 < self.limit && self.limit < self.kept.len() {
            let (_, last, _) = self.kept.select_nth_unstable_by_key(self.limit - 1, Ranked::key);
            self.last = Some(last.key());
            self.kept.truncate(self.limit);
        }
    }

    fn into_sorted(mut self) -> Vec<Ranked> {
        self.cut();
        self.kept.sort_unstable_by_key(Ranked::key);
        self.kept.truncate(self.limit);
        self.kept
    }
}
