//! One segment of the index, ready to be searched: its dictionaries, and in memory the columns that a ranking reads for
//! each document. A segment never changes but for its deletions, so what is made of one is kept as long as it lives.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use fixedbitset::FixedBitSet;
use moka::sync::Cache;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::postings::{BlockSegmentPostings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, InvertedIndexReader, SegmentReader};

use super::collate::{self, Orders, Titles};
use super::schema::{self, Fields, column};
use super::text::{self, TextField};
use crate::model::{Collation, Order, Range, Sort, genre};

/// A segment as one commit of the index holds it.
pub struct Segment {
    /// What is the same in every commit.
    pub columns: Arc<Columns>,
    /// The documents that are not deleted; `None` where all are there.
    pub alive: Option<FixedBitSet>,
    words: Arc<InvertedIndexReader>,
    sounds: Arc<InvertedIndexReader>,
    starts: Arc<InvertedIndexReader>,
    whole: Arc<InvertedIndexReader>,
    genres: Arc<InvertedIndexReader>,
}

/// A dictionary of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dictionary {
    /// Words of titles and directors, and years.
    Words,
    /// How directors' names sound.
    Sounds,
    /// The first letters of words.
    Starts,
    /// Whole titles and names.
    Whole,
    /// Genres.
    Genres,
}

impl Segment {
    /// Opens a segment; `known` are its columns where an older commit held it too.
    pub fn open(reader: &SegmentReader, fields: &Fields, known: Option<Arc<Columns>>) -> tantivy::Result<Self> {
        let columns = match known {
            Some(columns) => columns,
            None => Arc::new(Columns::read(reader)?),
        };
        let alive = reader.alive_bitset().map(|alive| {
            let mut bits = FixedBitSet::with_capacity(reader.max_doc() as usize);
            alive.iter_alive().for_each(|doc| bits.insert(doc as usize));
            bits
        });
        Ok(Self {
            columns,
            alive,
            words: reader.inverted_index(fields.words)?,
            sounds: reader.inverted_index(fields.sounds)?,
            starts: reader.inverted_index(fields.starts)?,
            whole: reader.inverted_index(fields.whole)?,
            genres: reader.inverted_index(fields.genres)?,
        })
    }

    /// A dictionary with its lists of documents.
    pub fn dictionary(&self, of: Dictionary) -> &InvertedIndexReader {
        match of {
            Dictionary::Words => &self.words,
            Dictionary::Sounds => &self.sounds,
            Dictionary::Starts => &self.starts,
            Dictionary::Whole => &self.whole,
            Dictionary::Genres => &self.genres,
        }
    }

    /// Where a term's documents are; `None` where the segment does not hold it.
    pub fn term(&self, of: Dictionary, term: &str) -> tantivy::Result<Option<TermInfo>> {
        Ok(self.dictionary(of).terms().get(term.as_bytes())?)
    }

    /// Where the documents of a whole title or name are.
    pub fn whole(&self, folded: &str, place: TextField) -> tantivy::Result<Option<TermInfo>> {
        let key = text::whole(folded, place).to_be_bytes();
        Ok(self.dictionary(Dictionary::Whole).terms().get(key)?)
    }

    /// A term's documents, to seek in.
    pub fn postings(&self, of: Dictionary, info: &TermInfo) -> tantivy::Result<SegmentPostings> {
        Ok(self.dictionary(of).read_postings_from_terminfo(info, IndexRecordOption::Basic)?)
    }

    /// Calls `take` for each of a term's documents, in order, until it says stop.
    pub fn each_doc(
        &self,
        of: Dictionary,
        info: &TermInfo,
        mut take: impl FnMut(&[DocId]) -> bool,
    ) -> tantivy::Result<()> {
        let mut blocks: BlockSegmentPostings =
            self.dictionary(of).read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while !blocks.docs().is_empty() && take(blocks.docs()) {
            blocks.advance();
        }
        Ok(())
    }

    /// The document is not deleted.
    pub fn is_alive(&self, doc: DocId) -> bool {
        self.alive.as_ref().is_none_or(|alive| alive.contains(doc as usize))
    }

    /// How many documents are not deleted.
    pub fn count_alive(&self) -> u64 {
        self.alive.as_ref().map_or(self.columns.len(), |alive| alive.count_ones(..)) as u64
    }

    /// The documents of an uncommon genre.
    pub fn genre_set(&self, name: &str) -> tantivy::Result<FixedBitSet> {
        let mut set = FixedBitSet::with_capacity(self.columns.len());
        if let Some(info) = self.term(Dictionary::Genres, name)? {
            self.each_doc(Dictionary::Genres, &info, |docs| {
                docs.iter().for_each(|doc| set.insert(*doc as usize));
                true
            })?;
        }
        Ok(set)
    }
}

/// A set of documents that is asked for again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetKey {
    /// Those with a known genre, by its bit.
    Genre(u32),
    /// Those of the years from the first to the last.
    Years(u16, u16),
    /// Those with a score from the first to the last, as bits of `f32`.
    Scores(u32, u32),
    /// Those whose score may be trusted: it rests on [`ENOUGH_VOTES`], or nobody has said on how many.
    Trusted,
}

/// So many votes make a score that is worth comparing.
pub const ENOUGH_VOTES: u64 = 1000;

/// Sets that are kept: 125 KB each in a segment of a million movies.
const KEPT_SETS: u64 = 160;

/// What is in memory of a segment. Documents are in the order of their standing: the most famous is number 0.
pub struct Columns {
    /// Which segment.
    pub segment: SegmentId,
    /// Fame, 0 where it is unknown.
    pub fame: Vec<f32>,
    /// Years, 0 where unknown.
    pub years: Vec<u16>,
    /// Scores; unknown ones are no number, which no range holds.
    pub scores: Vec<f32>,
    /// The known genres.
    pub genres: Genres,
    /// Words of the title, at most 255.
    pub title_words: Vec<u8>,
    /// The movies' numbers.
    pub ids: Column<u64>,
    /// See [`schema::static_rank`].
    pub static_ranks: Column<u64>,
    /// Minutes, 0 where unknown.
    pub runtimes: Column<u64>,
    votes: Column<u64>,
    popularity: Column<f64>,
    exact_scores: Column<f64>,
    /// The titles' keys; none in an empty segment.
    titles: Option<StrColumn>,
    /// The letters of titles whose keys do not tell them all.
    letters: Option<StrColumn>,
    title_orders: Orders,
    title_starts: Column<u64>,
    /// The directors' names; none in a segment without any.
    pub directors: Option<StrColumn>,
    sets: Cache<SetKey, Arc<FixedBitSet>>,
    orders: [OnceLock<Option<Box<[DocId]>>>; 10],
}

/// The genres of each document as bits, see `genre::bit`: the few sets that occur are kept once and have numbers.
pub struct Genres {
    sets: Vec<u64>,
    numbers: Vec<u32>,
    has_others: bool,
}

impl Genres {
    fn new(all: Vec<u64>) -> Self {
        let mut sets = Vec::new();
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut number = |bits: u64| {
            *known.entry(bits).or_insert_with(|| {
                sets.push(bits);
                sets.len() as u32 - 1
            })
        };
        let numbers = all.into_iter().map(&mut number).collect();
        let has_others = sets.iter().any(|bits| bits >> genre::OTHER_BIT & 1 == 1);
        Self { sets, numbers, has_others }
    }

    /// Those of a document.
    pub fn of(&self, doc: usize) -> u64 {
        self.sets[self.number(doc)]
    }

    /// The number of its set.
    pub fn number(&self, doc: usize) -> usize {
        self.numbers[doc] as usize
    }

    /// The sets, by their numbers.
    pub fn sets(&self) -> impl Iterator<Item = u64> {
        self.sets.iter().copied()
    }

    /// A document has a genre without a bit.
    pub fn has_others(&self) -> bool {
        self.has_others
    }
}

impl Columns {
    fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        let length = reader.max_doc() as usize;
        let (ids, static_ranks) = (fast.u64(column::ID)?, fast.u64(column::STATIC_RANK)?);
        let exact_scores = fast.f64(column::SCORE)?;
        let years: Vec<u16> = all(&fast.u64(column::YEAR)?, length).into_iter().map(|year| year as u16).collect();
        let score = |score: f64| if score < 0.0 { f32::NAN } else { score as f32 };
        Ok(Self {
            segment: reader.segment_id(),
            fame: all(&static_ranks, length).into_iter().map(|static_rank| schema::fame(static_rank) as f32).collect(),
            scores: all(&exact_scores, length).into_iter().map(score).collect(),
            genres: Genres::new(all(&fast.u64(column::GENRE_BITS)?, length)),
            title_words: all(&fast.u64(column::TITLE_WORDS)?, length).into_iter().map(|n| n.min(255) as u8).collect(),
            years,
            ids,
            static_ranks,
            runtimes: fast.u64(column::RUNTIME)?,
            votes: fast.u64(column::VOTES)?,
            popularity: fast.f64(column::POPULARITY)?,
            exact_scores,
            titles: fast.str(column::TITLE_KEY)?,
            letters: fast.str(column::TITLE_LETTERS)?,
            title_orders: Orders::default(),
            title_starts: fast.u64(column::TITLE_START)?,
            directors: fast.str(column::DIRECTOR_NAMES)?,
            sets: Cache::new(KEPT_SETS),
            orders: [const { OnceLock::new() }; 10],
        })
    }

    /// How many documents there are, deleted ones too.
    pub fn len(&self) -> usize {
        self.years.len()
    }

    /// A set of documents; deleted ones are in it.
    pub fn set(&self, key: SetKey) -> Arc<FixedBitSet> {
        self.sets.get_with(key, || {
            Arc::new(match key {
                SetKey::Genre(bit) => self.where_all(|doc| self.genres.of(doc) >> bit & 1 == 1),
                SetKey::Trusted => {
                    self.where_all(|doc| self.votes.first(doc as DocId).is_some_and(|votes| votes >= ENOUGH_VOTES))
                }
                SetKey::Years(first, last) => self.where_all(|doc| (first..=last).contains(&self.years[doc])),
                SetKey::Scores(first, last) => {
                    let range = f32::from_bits(first)..=f32::from_bits(last);
                    self.where_all(|doc| range.contains(&self.scores[doc]))
                }
            })
        })
    }

    fn where_all(&self, holds: impl Fn(usize) -> bool) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(self.len());
        for (block, bits) in set.as_mut_slice().iter_mut().enumerate() {
            let first = block * usize::BITS as usize;
            let last = self.len().min(first + usize::BITS as usize);
            for doc in first..last {
                *bits |= usize::from(holds(doc)) << (doc - first);
            }
        }
        set
    }

    /// The directors of a document.
    pub fn director_names(&self, doc: DocId) -> tantivy::Result<Vec<String>> {
        self.director_orders(doc).map(|order| self.director_name(order)).collect()
    }

    /// The directors of a document, each as its place in the order of this segment's names.
    pub fn director_orders(&self, doc: DocId) -> impl Iterator<Item = u64> {
        self.directors.iter().flat_map(move |directors| directors.term_ords(doc))
    }

    /// The name at a place in that order.
    pub fn director_name(&self, order: u64) -> tantivy::Result<String> {
        let mut name = String::new();
        if let Some(directors) = &self.directors {
            directors.ord_to_str(order, &mut name)?;
        }
        Ok(name)
    }

    /// The place of a name in that order, if a document of the segment has it.
    pub fn director_order(&self, name: &str) -> tantivy::Result<Option<u64>> {
        let Some(directors) = &self.directors else { return Ok(None) };
        Ok(directors.dictionary().term_ord(name)?)
    }

    /// The title's key of a document.
    pub fn title(&self, doc: DocId) -> tantivy::Result<String> {
        Ok(text_of(self.titles.as_ref(), doc)?.unwrap_or_default())
    }

    /// The title of a document as it is compared by the rules of a language.
    pub fn title_letters(&self, doc: DocId, collation: Collation) -> tantivy::Result<String> {
        match text_of(self.letters.as_ref(), doc)? {
            Some(letters) if collate::counts(collation, &letters) => Ok(letters),
            _ => self.title(doc),
        }
    }

    /// All documents by their titles, by the rules of a language; `None` in an empty segment.
    pub fn title_order(&self, collation: Collation, order: Order) -> Option<Arc<[DocId]>> {
        let titles = Titles { keys: self.titles.as_ref()?, letters: self.letters.as_ref() };
        Some(self.title_orders.get(collation, order, &titles, self.len()))
    }

    /// What a document is sorted by, the greater the later in ascending order; `None` where it is unknown. Titles are
    /// compared by their beginnings here.
    pub fn sort_value(&self, sort: Sort, doc: DocId) -> Option<u64> {
        // Values are never negative, and the bits of such floats are in the order of their values.
        let float = |column: &Column<f64>| column.first(doc).filter(|value| *value >= 0.0).map(f64::to_bits);
        match sort {
            Sort::Relevance => self.static_ranks.first(doc),
            Sort::Popularity => float(&self.popularity),
            Sort::Score => float(&self.exact_scores),
            Sort::Year => Some(u64::from(self.years[doc as usize])).filter(|year| *year > 0),
            Sort::Title => self.title_starts.first(doc),
            Sort::Added => self.ids.first(doc),
        }
    }

    /// All documents in a sort order, those of unknown value last, equal ones by standing; `None` where that is the
    /// order that they have.
    pub fn order(&self, sort: Sort, order: Order) -> Option<&[DocId]> {
        let place = match sort {
            Sort::Relevance => return None,
            Sort::Popularity => 0,
            Sort::Score => 2,
            Sort::Year => 4,
            Sort::Title => 6,
            Sort::Added => 8,
        };
        let place = place + usize::from(order == Order::Asc);
        self.orders[place].get_or_init(|| self.sorted(sort, order)).as_deref()
    }

    fn sorted(&self, sort: Sort, order: Order) -> Option<Box<[DocId]>> {
        let length = self.len();
        let ords = self.titles.as_ref().filter(|_| sort == Sort::Title).map(|titles| all(titles.ords(), length));
        let value = |doc: DocId| match &ords {
            Some(ords) => Some(ords[doc as usize]),
            None => self.sort_value(sort, doc),
        };
        let key = |doc: DocId| match (value(doc), order) {
            (None, _) => u64::MAX,
            (Some(value), Order::Asc) => value,
            (Some(value), Order::Desc) => u64::MAX - 1 - value,
        };
        let mut keyed: Vec<(u64, DocId)> = (0..length as DocId).map(|doc| (key(doc), doc)).collect();
        if keyed.is_sorted() {
            return None;
        }
        keyed.sort_unstable();
        Some(keyed.into_iter().map(|(_, doc)| doc).collect())
    }
}

/// A document's text in a column.
fn text_of(column: Option<&StrColumn>, doc: DocId) -> tantivy::Result<Option<String>> {
    let Some((column, ord)) = column.and_then(|column| Some((column, column.term_ords(doc).next()?))) else {
        return Ok(None);
    };
    let mut text = String::new();
    column.ord_to_str(ord, &mut text)?;
    Ok(Some(text))
}

/// All values of a column that has one for each document.
pub fn all<T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + Default + 'static>(
    column: &Column<T>,
    length: usize,
) -> Vec<T> {
    let mut values = vec![T::default(); length];
    column.values.get_range(0, &mut values);
    values
}

/// The key of the set of a range of years.
pub fn years(range: Range<u16>) -> SetKey {
    // From 1, since 0 stands for unknown.
    SetKey::Years(range.min.unwrap_or(1).max(1), range.max.unwrap_or(u16::MAX))
}

/// The key of the set of a range of scores. They are compared as `f32`, which holds six digits.
pub fn scores(range: Range<f64>) -> SetKey {
    let bits = |score: f64| (score as f32).to_bits();
    SetKey::Scores(bits(range.min.unwrap_or(0.0)), bits(range.max.unwrap_or(f64::MAX)))
}
