//! The index as one commit holds it, with all that is kept between two changes: the columns of its segments, genres,
//! facets of everything. Readers take an [`Arc`] of it and need no lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use moka::sync::Cache;
use tantivy::{Searcher, index::SegmentId};

use super::facets::{self, Facets};
use super::lock;
use super::query::{Filters, FiltersKey};
use super::schema::Fields;
use super::segment::{Columns, Segment};
use super::statistics;
use crate::model::fold::words;
use crate::model::{Collation, Facet, Order, Sort, Statistics, genre};

/// A commit of the index, ready to be searched.
pub struct Snapshot {
    /// tantivy's own view, which keeps the files.
    pub searcher: Searcher,
    /// The segments with a document, the largest first.
    pub segments: Vec<Segment>,
    /// Another number for each content, in this process.
    pub revision: u64,
    everything: OnceLock<Facets>,
    browsed: Cache<FiltersKey, Arc<Facets>>,
    statistics: OnceLock<Statistics>,
    genre_words: OnceLock<Vec<(String, Vec<String>)>>,
    genre_terms: Mutex<HashMap<&'static str, Arc<GenreTerms>>>,
}

/// Genres with their counts, each with the words that it is found by.
pub type GenreTerms = [(Facet, Vec<String>)];

/// Facets of filters that are kept, a few KB each.
const KEPT_FACETS: u64 = 1024;

/// A segment of so many documents is warmed before anybody asks.
const LARGE: usize = 20_000;

impl Snapshot {
    /// Opens a commit; what `before` has of the same segments is taken over. `None` where nothing has changed.
    pub fn open(searcher: Searcher, fields: &Fields, before: Option<&Self>) -> tantivy::Result<Option<Self>> {
        if before.is_some_and(|before| before.searcher.generation().segments() == searcher.generation().segments()) {
            return Ok(None);
        }
        let known: HashMap<SegmentId, &Arc<Columns>> =
            before.iter().flat_map(|before| &before.segments).map(|s| (s.columns.segment, &s.columns)).collect();
        let open = |reader: &tantivy::SegmentReader| {
            Segment::open(reader, fields, known.get(&reader.segment_id()).map(|columns| Arc::clone(columns)))
        };
        let mut segments = searcher.segment_readers().iter().map(open).collect::<tantivy::Result<Vec<_>>>()?;
        segments.retain(|segment| segment.columns.len() > 0);
        segments.sort_by_key(|segment| std::cmp::Reverse(segment.columns.len()));
        static REVISIONS: AtomicU64 = AtomicU64::new(1);
        let revision = REVISIONS.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Self {
            searcher,
            segments,
            revision,
            everything: OnceLock::new(),
            browsed: Cache::new(KEPT_FACETS),
            statistics: OnceLock::new(),
            genre_words: OnceLock::new(),
            genre_terms: Mutex::default(),
        }))
    }

    /// How many movies there are.
    pub fn count(&self) -> u64 {
        self.segments.iter().map(Segment::count_alive).sum()
    }

    /// The facets of the whole catalogue.
    pub fn everything(&self) -> tantivy::Result<&Facets> {
        if let Some(known) = self.everything.get() {
            return Ok(known);
        }
        let counted = facets::count(self, &Filters::default(), None)?;
        Ok(self.everything.get_or_init(|| counted))
    }

    /// The facets of everything that passes some filters.
    pub fn browsed(&self, filters: &Filters) -> tantivy::Result<Arc<Facets>> {
        let key = filters.key();
        if let Some(known) = self.browsed.get(&key) {
            return Ok(known);
        }
        let counted = Arc::new(facets::count(self, filters, None)?);
        self.browsed.insert(key, Arc::clone(&counted));
        Ok(counted)
    }

    /// The whole catalogue in figures.
    pub fn statistics(&self) -> tantivy::Result<&Statistics> {
        if let Some(known) = self.statistics.get() {
            return Ok(known);
        }
        let counted = statistics::statistics(self)?;
        Ok(self.statistics.get_or_init(|| counted))
    }

    /// All genres, each with the folded words of its spellings.
    pub fn genre_words(&self) -> tantivy::Result<&[(String, Vec<String>)]> {
        if let Some(known) = self.genre_words.get() {
            return Ok(known);
        }
        let spelt = |facet: &Facet| {
            let words = super::spellings(&facet.value).iter().flat_map(|name| words(name)).collect();
            (facet.value.clone(), words)
        };
        let found = self.everything()?.genres.iter().map(spelt).collect();
        Ok(self.genre_words.get_or_init(|| found))
    }

    /// All genres with the words that each is found by in a language, where `name` says what it is called.
    pub fn genre_terms(
        &self,
        language: &'static str,
        name: impl Fn(&str) -> String,
    ) -> tantivy::Result<Arc<GenreTerms>> {
        if let Some(known) = lock(&self.genre_terms).get(language) {
            return Ok(Arc::clone(known));
        }
        let spelt = self.everything()?.genres.iter().zip(self.genre_words()?).map(|(facet, (_, spellings))| {
            let name = name(&facet.value);
            let named = words(&name);
            // Han and kana are looked for as pairs.
            let pairs = super::text::wanted(&name);
            (facet.clone(), spellings.iter().cloned().chain([named.concat()]).chain(named).chain(pairs).collect())
        });
        let found: Arc<GenreTerms> = spelt.collect();
        lock(&self.genre_terms).insert(language, Arc::clone(&found));
        Ok(found)
    }

    /// Prepares what the first visitor would wait for.
    pub fn prewarm(&self) -> tantivy::Result<()> {
        self.everything()?;
        self.genre_words()?;
        for segment in self.segments.iter().filter(|segment| segment.columns.len() >= LARGE) {
            for bit in 0..=genre::OTHER_BIT {
                if (bit as usize) < genre::KNOWN.len() || bit == genre::OTHER_BIT {
                    segment.columns.set(super::segment::SetKey::Genre(bit));
                }
            }
            for sort in Sort::ALL {
                segment.columns.order(sort, sort.natural_order());
            }
            // What most languages share; the others' own are made when somebody asks.
            segment.columns.title_order(Collation::Root, Order::Asc);
        }
        Ok(())
    }
}
