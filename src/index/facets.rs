//! Facets: how many movies of a result each genre, decade and score would leave. What a group counts ignores the filter
//! of that group, so that it tells what another choice would give; every other filter and the text hold.
//!
//! Few documents are counted one by one; many as sets of bits, a machine word of documents at a time.

use std::collections::{BTreeMap, HashMap};

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::lookup::Match;
use super::query::Filters;
use super::segment::{Columns, Dictionary, Segment, SetKey, scores, years};
use super::snapshot::Snapshot;
use crate::model::{Facet, Range, genre};

/// The counts of a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facets {
    /// Movies that pass all filters.
    pub total: u64,
    /// Genres, the most frequent first, equal ones by name.
    pub genres: Vec<Facet>,
    /// Decades as ranges of years, the latest first.
    pub decades: Vec<Facet>,
    /// Scores from some number up, the highest first.
    pub scores: Vec<Facet>,
}

/// The scores that a movie may have at least.
const THRESHOLDS: [u8; 5] = [9, 8, 7, 6, 5];

/// Counts the matches in each segment, which are alive, or everything.
pub fn count(snapshot: &Snapshot, filters: &Filters, found: Option<&[Vec<Match>]>) -> tantivy::Result<Facets> {
    let mut counts = Counts::default();
    for (number, segment) in snapshot.segments.iter().enumerate() {
        let passing = Passing::new(segment, filters)?;
        match found.map(|found| found[number].as_slice()) {
            Some(found) if found.len() < segment.columns.len() / 12 => counts.add_docs(segment, &passing, found)?,
            Some(found) => {
                let mut set = FixedBitSet::with_capacity(segment.columns.len());
                let blocks = set.as_mut_slice();
                for doc in found.iter().map(|matched| matched.doc as usize) {
                    blocks[doc / usize::BITS as usize] |= 1 << (doc % usize::BITS as usize);
                }
                counts.add_set(segment, &passing, Some(&set))?;
            }
            None => counts.add_set(segment, &passing, segment.alive.as_ref())?,
        }
    }
    Ok(counts.into_facets())
}

/// What the filters let through in one segment, by group.
pub struct Passing {
    /// There is no filter.
    is_open: bool,
    genre_bits: u64,
    known_genres: Vec<SetKey>,
    other_genres: Vec<FixedBitSet>,
    years: Option<SetKey>,
    scores: Option<SetKey>,
}

impl Passing {
    /// Prepares the filters for a segment.
    pub fn new(segment: &Segment, filters: &Filters) -> tantivy::Result<Self> {
        Ok(Self {
            is_open: filters.is_empty(),
            genre_bits: filters.genre_bits(),
            known_genres: filters.genre_sets().collect(),
            other_genres: filters.other_genres().map(|name| segment.genre_set(name)).collect::<tantivy::Result<_>>()?,
            years: filters.years(),
            scores: filters.scores(),
        })
    }

    fn genre(&self, columns: &Columns, doc: usize) -> bool {
        columns.genres[doc] & self.genre_bits == self.genre_bits
            && self.other_genres.iter().all(|genre| genre.contains(doc))
    }

    fn year(&self, columns: &Columns, doc: usize) -> bool {
        let Some(SetKey::Years(first, last)) = self.years else { return true };
        (first..=last).contains(&columns.years[doc])
    }

    fn score(&self, columns: &Columns, doc: usize) -> bool {
        let Some(SetKey::Scores(first, last)) = self.scores else { return true };
        (f32::from_bits(first)..=f32::from_bits(last)).contains(&columns.scores[doc])
    }

    /// The document passes all filters.
    pub fn all(&self, columns: &Columns, doc: DocId) -> bool {
        let doc = doc as usize;
        self.is_open || self.genre(columns, doc) && self.year(columns, doc) && self.score(columns, doc)
    }

    /// The documents of a set (all where there is none) that pass the filters of the groups named.
    pub fn set(&self, segment: &Segment, of: Option<&FixedBitSet>, groups: Groups) -> Option<FixedBitSet> {
        let columns = &segment.columns;
        let mut set = of.cloned();
        let mut narrow = |by: &FixedBitSet| match &mut set {
            Some(set) => set.intersect_with(by),
            None => set = Some(by.clone()),
        };
        if groups.genres {
            self.known_genres.iter().for_each(|key| narrow(&columns.set(*key)));
            self.other_genres.iter().for_each(&mut narrow);
        }
        if let Some(key) = self.years.filter(|_| groups.years) {
            narrow(&columns.set(key));
        }
        if let Some(key) = self.scores.filter(|_| groups.scores) {
            narrow(&columns.set(key));
        }
        set
    }

    fn filters_genres(&self) -> bool {
        self.genre_bits != 0 || !self.other_genres.is_empty()
    }
}

/// Groups of filters.
#[derive(Debug, Clone, Copy)]
pub struct Groups {
    pub genres: bool,
    pub years: bool,
    pub scores: bool,
}

impl Groups {
    /// All of them.
    pub const ALL: Self = Self { genres: true, years: true, scores: true };
}

/// Decades up to the last year that there may be.
const DECADES: usize = 256;

/// Counts of several segments.
struct Counts {
    total: u64,
    known: [u64; 64],
    others: HashMap<String, u64>,
    decades: BTreeMap<u16, u64>,
    scores: [u64; THRESHOLDS.len()],
}

impl Default for Counts {
    fn default() -> Self {
        Self { total: 0, known: [0; 64], others: HashMap::new(), decades: BTreeMap::new(), scores: [0; 5] }
    }
}

impl Counts {
    fn add_docs(&mut self, segment: &Segment, passing: &Passing, found: &[Match]) -> tantivy::Result<()> {
        let columns = &segment.columns;
        let mut decades = [0; DECADES];
        let mut others = FixedBitSet::new();
        for doc in found.iter().map(|matched| matched.doc as usize) {
            let (genre, year, score) =
                (passing.genre(columns, doc), passing.year(columns, doc), passing.score(columns, doc));
            self.total += u64::from(genre && year && score);
            if year && score {
                self.add_genres(columns, doc);
                if columns.genres[doc] >> genre::OTHER_BIT == 1 {
                    others.grow_and_insert(doc);
                }
            }
            if genre && score {
                decades[usize::from(columns.years[doc] / 10) % DECADES] += 1;
            }
            if genre && year {
                self.add_scores(columns, doc);
            }
        }
        self.add_decades(&decades);
        others.grow(columns.len());
        self.add_others(segment, &others)
    }

    fn add_set(&mut self, segment: &Segment, passing: &Passing, of: Option<&FixedBitSet>) -> tantivy::Result<()> {
        let columns = &segment.columns;
        let size = |set: &Option<FixedBitSet>| set.as_ref().map_or(columns.len(), |set| set.count_ones(..)) as u64;
        let common = |set: &Option<FixedBitSet>, key: SetKey| {
            let kept = columns.set(key);
            set.as_ref().map_or_else(|| kept.count_ones(..), |set| set.intersection_count(&kept)) as u64
        };
        let all = passing.set(segment, of, Groups::ALL);
        self.total += size(&all);
        // Without a filter of its own a group counts the result itself.
        let base =
            |filtered: bool, groups: Groups| if filtered { passing.set(segment, of, groups) } else { all.clone() };
        // Few documents are counted one by one.
        let few = |set: &Option<FixedBitSet>| set.as_ref().is_some_and(|set| set.count_ones(..) < columns.len() / 8);
        let by_genre = base(passing.filters_genres(), Groups { genres: false, ..Groups::ALL });
        if few(&by_genre) {
            by_genre.iter().flat_map(FixedBitSet::ones).for_each(|doc| self.add_genres(columns, doc));
        } else {
            for bit in (0..genre::KNOWN.len() as u32).chain([genre::OTHER_BIT]) {
                self.known[bit as usize] += common(&by_genre, SetKey::Genre(bit));
            }
        }
        let mut others = (*columns.set(SetKey::Genre(genre::OTHER_BIT))).clone();
        by_genre.iter().for_each(|set| others.intersect_with(set));
        self.add_others(segment, &others)?;
        let by_year = base(passing.years.is_some(), Groups { years: false, ..Groups::ALL });
        if few(&by_year) {
            let mut decades = [0; DECADES];
            for doc in by_year.iter().flat_map(FixedBitSet::ones) {
                decades[usize::from(columns.years[doc] / 10) % DECADES] += 1;
            }
            self.add_decades(&decades);
        } else {
            for decade in &columns.decades {
                let range = Range { min: Some(*decade), max: Some(decade + 9) };
                *self.decades.entry(*decade).or_default() += common(&by_year, years(range));
            }
        }
        let by_score = base(passing.scores.is_some(), Groups { scores: false, ..Groups::ALL });
        if few(&by_score) {
            by_score.iter().flat_map(FixedBitSet::ones).for_each(|doc| self.add_scores(columns, doc));
        } else {
            for (threshold, count) in THRESHOLDS.iter().zip(&mut self.scores) {
                *count += common(&by_score, scores(Range { min: Some(f64::from(*threshold)), max: None }));
            }
        }
        Ok(())
    }

    fn add_genres(&mut self, columns: &Columns, doc: usize) {
        let mut bits = columns.genres[doc];
        while bits != 0 {
            self.known[bits.trailing_zeros() as usize] += 1;
            bits &= bits - 1;
        }
    }

    fn add_decades(&mut self, decades: &[u64; DECADES]) {
        // The first holds the unknown years.
        for (decade, count) in decades.iter().enumerate().skip(1).filter(|(_, count)| **count > 0) {
            *self.decades.entry(decade as u16 * 10).or_default() += count;
        }
    }

    fn add_scores(&mut self, columns: &Columns, doc: usize) {
        for (threshold, count) in THRESHOLDS.iter().zip(&mut self.scores) {
            *count += u64::from(columns.scores[doc] >= f32::from(*threshold));
        }
    }

    /// Counts the genres that have no bit over documents that have one.
    fn add_others(&mut self, segment: &Segment, docs: &FixedBitSet) -> tantivy::Result<()> {
        if docs.is_clear() {
            return Ok(());
        }
        let mut terms = segment.dictionary(Dictionary::Genres).terms().stream()?;
        while terms.advance() {
            let Ok(name) = std::str::from_utf8(terms.key()) else { continue };
            if genre::bit(name) != genre::OTHER_BIT {
                continue;
            }
            let mut count = 0;
            segment.each_doc(Dictionary::Genres, terms.value(), |of| {
                count += of.iter().filter(|doc| docs.contains(**doc as usize)).count() as u64;
                true
            })?;
            if count > 0 {
                *self.others.entry(name.to_owned()).or_default() += count;
            }
        }
        Ok(())
    }

    fn into_facets(self) -> Facets {
        let known = genre::KNOWN.iter().zip(self.known).map(|(genre, count)| (genre.name.to_owned(), count));
        let counted = known.chain(self.others).filter(|(_, count)| *count > 0);
        let mut genres: Vec<Facet> = counted.map(|(value, count)| Facet { value, count }).collect();
        genres.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
        let decades = self.decades.into_iter().rev().filter(|(_, count)| *count > 0);
        let scores = THRESHOLDS.iter().zip(self.scores).filter(|(_, count)| *count > 0);
        Facets {
            total: self.total,
            genres,
            decades: decades.map(|(from, count)| Facet { value: format!("{from}..{}", from + 9), count }).collect(),
            scores: scores.map(|(from, count)| Facet { value: format!("{from}.."), count }).collect(),
        }
    }
}
