//! Facets: how many movies of a result each genre, decade and score would leave. What a group counts ignores the filter
//! of that group, so that it tells what another choice would give; every other filter and the text hold. With several
//! genres taken, a genre counts what one more would leave: the result itself.
//!
//! Each document is counted once for each group: by the number of its set of genres, its decade, the whole number of its
//! score. What that means for genres and thresholds is summed up at the end.

use std::borrow::Cow;
use std::collections::HashMap;

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::lookup::Match;
use super::query::Filters;
use super::segment::{Columns, Dictionary, Segment, SetKey};
use super::snapshot::Snapshot;
use crate::model::{Facet, genre};

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
        match found {
            Some(found) => counts.add_matches(segment, &passing, &found[number])?,
            None => counts.add_all(segment, &passing)?,
        }
    }
    Ok(counts.into_facets())
}

/// What the filters let through in one segment, by group.
pub struct Passing {
    /// There is no filter.
    is_open: bool,
    /// Several genres are taken: one more comes to them instead of taking their place.
    has_several_genres: bool,
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
            has_several_genres: filters.genres.len() > 1,
            genre_bits: filters.genre_bits(),
            known_genres: filters.genre_sets().collect(),
            other_genres: filters.other_genres().map(|name| segment.genre_set(name)).collect::<tantivy::Result<_>>()?,
            years: filters.years(),
            scores: filters.scores(),
        })
    }

    fn genre(&self, columns: &Columns, doc: usize) -> bool {
        columns.genres.of(doc) & self.genre_bits == self.genre_bits
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

    /// Genres are counted whatever genre is taken.
    fn passes_over_genres(&self) -> bool {
        !self.has_several_genres && (self.genre_bits != 0 || !self.other_genres.is_empty())
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
    /// By decade of the year; the first are those of unknown year.
    decades: [u64; DECADES],
    /// By the score's whole number.
    scores: [u64; SCORES],
}

/// Scores go from 0 to 10.
const SCORES: usize = 11;

impl Default for Counts {
    fn default() -> Self {
        Self { total: 0, known: [0; 64], others: HashMap::new(), decades: [0; DECADES], scores: [0; SCORES] }
    }
}

impl Counts {
    /// Counts the matches of a text, in one walk.
    fn add_matches(&mut self, segment: &Segment, passing: &Passing, found: &[Match]) -> tantivy::Result<()> {
        let columns = &segment.columns;
        let mut genres = GenreCounts::new(columns);
        for doc in found.iter().map(|matched| matched.doc as usize) {
            let (genre, year, score) =
                (passing.genre(columns, doc), passing.year(columns, doc), passing.score(columns, doc));
            self.total += u64::from(genre && year && score);
            if year && score && (genre || !passing.has_several_genres) {
                genres.add(doc);
            }
            if genre && score {
                self.add_decade(columns, doc);
            }
            if genre && year {
                self.add_score(columns, doc);
            }
        }
        self.add_genres(segment, genres)
    }

    /// Counts whatever passes the filters, group by group, each over its own set.
    fn add_all(&mut self, segment: &Segment, passing: &Passing) -> tantivy::Result<()> {
        let columns = &segment.columns;
        let set = |groups: Groups| {
            let set = passing.set(segment, segment.alive.as_ref(), groups);
            set.unwrap_or_else(|| {
                let mut all = FixedBitSet::with_capacity(columns.len());
                all.insert_range(..);
                all
            })
        };
        let all = set(Groups::ALL);
        self.total += all.count_ones(..) as u64;
        // Without a filter of its own a group counts the result itself.
        let base = |filtered: bool, groups: Groups| match filtered {
            true => Cow::Owned(set(groups)),
            false => Cow::Borrowed(&all),
        };
        let mut genres = GenreCounts::new(columns);
        base(passing.passes_over_genres(), Groups { genres: false, ..Groups::ALL })
            .ones()
            .for_each(|doc| genres.add(doc));
        self.add_genres(segment, genres)?;
        let by_year = base(passing.years.is_some(), Groups { years: false, ..Groups::ALL });
        by_year.ones().for_each(|doc| self.add_decade(columns, doc));
        let by_score = base(passing.scores.is_some(), Groups { scores: false, ..Groups::ALL });
        by_score.ones().for_each(|doc| self.add_score(columns, doc));
        Ok(())
    }

    fn add_decade(&mut self, columns: &Columns, doc: usize) {
        self.decades[usize::from(columns.years[doc] / 10) % DECADES] += 1;
    }

    fn add_score(&mut self, columns: &Columns, doc: usize) {
        // What is no number becomes 0.
        self.scores[(columns.scores[doc] as usize).min(SCORES - 1)] += 1;
    }

    fn add_genres(&mut self, segment: &Segment, genres: GenreCounts<'_>) -> tantivy::Result<()> {
        for (bits, count) in genres.columns.genres.sets().zip(genres.counts) {
            (0..64).filter(|bit| bits >> bit & 1 == 1).for_each(|bit| self.known[bit] += count);
        }
        self.add_others(segment, &genres.others)
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
        let decades = self.decades.into_iter().enumerate().skip(1).rev().filter(|(_, count)| *count > 0);
        let at_least = |from: &u8| (*from, self.scores[usize::from(*from)..].iter().sum::<u64>());
        let scores = THRESHOLDS.iter().map(at_least).filter(|(_, count)| *count > 0);
        Facets {
            total: self.total,
            genres,
            decades: decades.map(|(decade, count)| Facet { value: format!("{decade}0..{decade}9"), count }).collect(),
            scores: scores.map(|(from, count)| Facet { value: format!("{from}.."), count }).collect(),
        }
    }
}

/// Counts the sets of genres that documents have, of which there are far fewer than documents.
struct GenreCounts<'a> {
    columns: &'a Columns,
    counts: Vec<u64>,
    /// The documents with a genre that has no bit.
    others: FixedBitSet,
}

impl<'a> GenreCounts<'a> {
    fn new(columns: &'a Columns) -> Self {
        let others = FixedBitSet::with_capacity(if columns.genres.has_others() { columns.len() } else { 0 });
        Self { columns, counts: vec![0; columns.genres.sets().count()], others }
    }

    fn add(&mut self, doc: usize) {
        let genres = &self.columns.genres;
        self.counts[genres.number(doc)] += 1;
        if genres.has_others() && genres.of(doc) >> genre::OTHER_BIT == 1 {
            self.others.insert(doc);
        }
    }
}
