//! What comes first. The rules of relevance, each only where those before it leave a tie:
//!
//! 1. a whole title, or a director's whole name, that is exactly what was typed: "Her" before any famous title one
//!    letter away;
//! 2. fewer and smaller slips (`matching::tier`, summed over the words);
//! 3. fame, of which a worse field takes some away (somebody who types "nolan" means the films of the director rather
//!    than an unknown one of that title), and to which it adds that the title has no more words than were typed;
//! 4. the movie that was added first, so that the order is always the same.
//!
//! Unknown values come last in either direction of a sort order.

use std::cmp::Reverse;
use std::collections::HashMap;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Searcher, SegmentReader};

use super::query::{Match, Question, each_match};
use super::schema::{Fields, column};
use crate::model::{Facet, MovieId, Order, Sort};

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
}

/// Where a document stands; the greater comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    primary: u64,
    fame: u64,
    id: Reverse<u64>,
    tiers: u16,
}

/// Finds a page of the documents that hold the question.
pub fn search(searcher: &Searcher, fields: &Fields, question: &Question, page: Page) -> tantivy::Result<Hits> {
    let mut total = 0;
    let mut facets = Facets::default();
    let mut best: Vec<(String, Key)> = Vec::new();
    let wanted = page.offset.saturating_add(page.limit);
    for segment in searcher.segment_readers() {
        let ranking = Ranking::new(segment, page, question.title_words())?;
        let mut genres = Counter::new(segment, column::GENRES)?;
        let mut top = Top::new(wanted);
        each_match(segment, fields, question, |matched| {
            total += 1;
            genres.note(matched.doc);
            top.push(ranking.key(matched));
        })?;
        facets.add(&genres)?;
        for key in top.into_sorted() {
            best.push((ranking.title(key)?, key));
        }
    }
    if page.sort == Sort::Title {
        // Ordinals are a segment's own; across segments the titles themselves are compared.
        best.sort_by(|(left_title, left), (right_title, right)| {
            let titles = left_title.cmp(right_title);
            let titles = if page.order == Order::Asc { titles } else { titles.reverse() };
            titles.then_with(|| (right.fame, right.id).cmp(&(left.fame, left.id)))
        });
    } else {
        best.sort_by_key(|(_, key)| Reverse(*key));
    }
    let best = best.iter().skip(page.offset).take(page.limit).map(|(_, key)| key);
    let ids = best.clone().map(|key| MovieId(key.id.0.cast_signed())).collect();
    Ok(Hits { ids, tiers: best.map(|key| key.tiers).collect(), total, genres: facets.into_sorted() })
}

/// Counts the values of a column over documents of one segment.
pub struct Counter {
    values: Option<StrColumn>,
    counts: Vec<u64>,
}

impl Counter {
    /// Opens the column; a segment without a value has none.
    pub fn new(segment: &SegmentReader, column: &str) -> tantivy::Result<Self> {
        let values = segment.fast_fields().str(column)?;
        let counts = vec![0; values.as_ref().map_or(0, |values| values.num_terms())];
        Ok(Self { values, counts })
    }

    /// Counts the values of one document.
    pub fn note(&mut self, doc: DocId) {
        for ord in self.values.iter().flat_map(|values| values.term_ords(doc)) {
            self.counts[ord as usize] += 1;
        }
    }
}

/// Values counted over segments.
#[derive(Default)]
pub struct Facets(HashMap<String, u64>);

impl Facets {
    /// Adds the counts of one segment, whose ordinals are its own.
    pub fn add(&mut self, counter: &Counter) -> tantivy::Result<()> {
        let Some(values) = &counter.values else { return Ok(()) };
        let counted = counter.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let (ords, counts): (Vec<u64>, Vec<u64>) = counted.map(|(ord, count)| (ord as u64, *count)).unzip();
        let mut counts = counts.into_iter();
        // One walk through the dictionary: looking up each value alone would unpack its block each time.
        values.dictionary().sorted_ords_to_term_cb(&ords, |value| {
            let value = String::from_utf8_lossy(value).into_owned();
            *self.0.entry(value).or_default() += counts.next().unwrap_or(0);
        })?;
        Ok(())
    }

    /// The most frequent first, equal ones by name.
    pub fn into_sorted(self) -> Vec<Facet> {
        let mut facets: Vec<Facet> = self.0.into_iter().map(|(value, count)| Facet { value, count }).collect();
        facets.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
        facets
    }
}

/// How the documents of a segment are compared.
struct Ranking {
    page: Page,
    ids: Column<u64>,
    fame: Column<f64>,
    /// The words of titles, and how many were typed.
    title_words: Option<(Column<u64>, u64)>,
    values: Values,
}

enum Values {
    Relevance,
    Added,
    Floats(Column<f64>),
    Years(Column<u64>),
    Titles(Option<StrColumn>),
}

impl Ranking {
    fn new(segment: &SegmentReader, page: Page, typed: Option<u64>) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let values = match page.sort {
            Sort::Relevance => Values::Relevance,
            Sort::Added => Values::Added,
            Sort::Popularity => Values::Floats(columns.f64(column::POPULARITY)?),
            Sort::Score => Values::Floats(columns.f64(column::SCORE)?),
            Sort::Year => Values::Years(columns.u64(column::YEAR)?),
            Sort::Title => Values::Titles(columns.str(column::TITLE_KEY)?),
        };
        let title_words = typed.map(|typed| Ok::<_, tantivy::TantivyError>((columns.u64(column::TITLE_WORDS)?, typed)));
        Ok(Self {
            page,
            ids: columns.u64(column::ID)?,
            fame: columns.f64(column::FAME)?,
            title_words: title_words.transpose()?,
            values,
        })
    }

    fn key(&self, matched: Match) -> Key {
        let doc = matched.doc;
        let id = self.ids.first(doc).unwrap_or(0);
        let value = match &self.values {
            Values::Relevance => {
                Some(relevance(matched, self.fame.first(doc).unwrap_or(0.0), self.is_covered(matched)))
            }
            Values::Added => Some(id),
            // Values are never negative, and the bits of such floats are in the order of their values.
            Values::Floats(column) => column.first(doc).map(f64::to_bits),
            Values::Years(column) => column.first(doc),
            Values::Titles(column) => column.as_ref().and_then(|column| column.term_ords(doc).next()),
        };
        let primary = match (value, self.page.order) {
            (None, _) => 0,
            (Some(value), Order::Desc) => value + 1,
            (Some(value), Order::Asc) => u64::MAX - value,
        };
        let fame = self.fame.first(doc).map_or(0, f64::to_bits);
        Key { primary, fame, id: Reverse(id), tiers: matched.tiers }
    }

    /// All words were met in the title, which has no more.
    fn is_covered(&self, matched: Match) -> bool {
        let words = self.title_words.as_ref().and_then(|(words, typed)| Some((words.first(matched.doc)?, *typed)));
        matched.fields == 0 && words.is_some_and(|(words, typed)| words <= typed)
    }

    /// The sort title of a key of this segment; empty where it is not asked for.
    fn title(&self, key: Key) -> tantivy::Result<String> {
        let mut title = String::new();
        if let Values::Titles(Some(column)) = &self.values
            && key.primary > 0
        {
            let ord = if self.page.order == Order::Asc { u64::MAX - key.primary } else { key.primary - 1 };
            column.ord_to_str(ord, &mut title)?;
        }
        Ok(title)
    }
}

/// How much fame each step to a worse field costs, of at most [`MOST_FAME`].
const FIELD_COST: f64 = 12.0;
/// Popularity is 0 to 100 in most catalogues; where it is more, more makes no difference here.
const MOST_FAME: f64 = 100.0;

/// How much fame it is worth that a title was typed whole.
const COVERED: f64 = 30.0;

fn relevance(matched: Match, fame: f64, is_covered: bool) -> u64 {
    let covered = if is_covered { COVERED } else { 0.0 };
    let standing = fame.min(MOST_FAME) + covered - FIELD_COST * f64::from(matched.fields);
    // Above zero whatever the fields are: a question has at most some tens of words.
    let standing = ((standing + 10_000.0) * 1000.0) as u64;
    u64::from(matched.whole) << 48 | u64::from(u16::MAX - matched.tiers) << 32 | standing
}

/// Keeps the greatest keys of many.
struct Top {
    limit: usize,
    keys: Vec<Key>,
}

impl Top {
    fn new(limit: usize) -> Self {
        Self { limit, keys: Vec::new() }
    }

    fn push(&mut self, key: Key) {
        self.keys.push(key);
        if self.keys.len() >= self.limit.saturating_mul(2).saturating_add(1024) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.limit < self.keys.len() {
            self.keys.select_nth_unstable_by_key(self.limit, |key| Reverse(*key));
            self.keys.truncate(self.limit);
        }
    }

    fn into_sorted(mut self) -> Vec<Key> {
        self.cut();
        self.keys.sort_unstable_by_key(|key| Reverse(*key));
        self.keys
    }
}
