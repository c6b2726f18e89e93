//! Figures over many movies, out of the columns in memory: of everything once a commit, of a genre or a decade when its
//! page is asked for.

use std::collections::BTreeMap;

use fixedbitset::FixedBitSet;
use tantivy::DocId;
use tantivy::columnar::StrColumn;

use super::facets::{Groups, Passing};
use super::query::Filters;
use super::segment::{Columns, Segment};
use super::snapshot::Snapshot;
use super::{Index, IndexError, resolve_genres};
use crate::model::statistics::{DirectorFigures, Figures, RUNTIMES};
use crate::model::{Facet, ListingQuery, Sort, Statistics, genre};

/// The most genres whose decades are counted.
const GENRES: usize = 12;
/// The most directors of a list.
const DIRECTORS: usize = 15;
/// In a catalogue of so many movies an average takes [`MANY_FILMS`] scores, in a smaller one [`FEW_FILMS`].
const LARGE: u64 = 10_000;
const MANY_FILMS: u64 = 5;
const FEW_FILMS: u64 = 3;
/// Years are counted up to this one.
const YEARS: usize = 2200;

impl Index {
    /// The catalogue in figures; counted once a commit.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn statistics(&self) -> Result<Statistics, IndexError> {
        self.guarded(|opened| Ok(opened.snapshot().statistics()?.clone()))
    }

    /// The figures of the movies that pass the filters of a question, whatever its texts are.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn figures(&self, query: &ListingQuery) -> Result<Figures, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let Some(filters) = filters(&snapshot, query)? else { return Ok(Figures::default()) };
            Ok(Counter::of(&snapshot, &filters)?.figures())
        })
    }
}

/// The filters of a question; `None` where nothing passes, since a genre is not to be found.
pub fn filters(snapshot: &Snapshot, query: &ListingQuery) -> tantivy::Result<Option<Filters>> {
    let genres = resolve_genres(&snapshot.everything()?.genres, &query.genres);
    Ok(genres.map(|genres| Filters { genres, year: query.year, score: query.score }))
}

/// The documents of a segment that are there and pass.
pub fn passing(segment: &Segment, filters: &Filters) -> tantivy::Result<FixedBitSet> {
    let passing = Passing::new(segment, filters)?.set(segment, segment.alive.as_ref(), Groups::ALL);
    Ok(passing.unwrap_or_else(|| {
        let mut all = FixedBitSet::with_capacity(segment.columns.len());
        all.insert_range(..);
        all
    }))
}

/// Counts of documents.
struct Counter {
    movies: u64,
    scored: u64,
    sum: f64,
    years: Vec<u64>,
    genres: [u64; 64],
    /// For each genre its decades.
    over_time: Vec<[u64; YEARS / 10]>,
    scores: [u64; 10],
    runtimes: [u64; RUNTIMES.len()],
}

impl Counter {
    fn of(snapshot: &Snapshot, filters: &Filters) -> tantivy::Result<Self> {
        let mut counter = Self {
            movies: 0,
            scored: 0,
            sum: 0.0,
            years: vec![0; YEARS],
            genres: [0; 64],
            over_time: vec![[0; YEARS / 10]; genre::KNOWN.len()],
            scores: [0; 10],
            runtimes: [0; RUNTIMES.len()],
        };
        for segment in &snapshot.segments {
            let set = passing(segment, filters)?;
            set.ones().for_each(|doc| counter.add(&segment.columns, doc));
        }
        Ok(counter)
    }

    fn add(&mut self, columns: &Columns, doc: usize) {
        self.movies += 1;
        let year = usize::from(columns.years[doc]).min(YEARS - 1);
        self.years[year] += 1;
        let mut bits = columns.genres.of(doc);
        while bits != 0 {
            let bit = bits.trailing_zeros() as usize;
            self.genres[bit] += 1;
            if let Some(decades) = self.over_time.get_mut(bit) {
                decades[year / 10] += 1;
            }
            bits &= bits - 1;
        }
        if let Some(score) = score(columns, doc as DocId) {
            self.scored += 1;
            self.sum += score;
            self.scores[(score as usize).min(9)] += 1;
        }
        let runtime = columns.runtimes.first(doc as DocId).unwrap_or(0);
        if let Some(step) = RUNTIMES.iter().rposition(|from| runtime >= u64::from(*from)) {
            self.runtimes[step] += 1;
        }
    }

    fn figures(&self) -> Figures {
        let years = self.years.iter().enumerate().skip(1).filter(|(_, count)| **count > 0);
        let known = genre::KNOWN.iter().zip(self.genres).filter(|(_, count)| *count > 0);
        let mut genres: Vec<Facet> =
            known.map(|(genre, count)| Facet { value: genre.name.to_owned(), count }).collect();
        genres.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
        Figures {
            movies: self.movies,
            scored: self.scored,
            average: average(self.sum, self.scored),
            years: years.map(|(year, count)| Facet { value: year.to_string(), count: *count }).collect(),
            genres,
            scores: self.scores,
            runtimes: self.runtimes,
        }
    }
}

fn score(columns: &Columns, doc: DocId) -> Option<f64> {
    columns.sort_value(Sort::Score, doc).map(f64::from_bits)
}

fn average(sum: f64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum / count as f64)
}

/// The catalogue in figures.
pub fn statistics(snapshot: &Snapshot) -> tantivy::Result<Statistics> {
    let counter = Counter::of(snapshot, &Filters::default())?;
    let all = counter.figures();
    let known = counter.years.chunks(10).enumerate().skip(1).filter(|(_, years)| years.iter().any(|count| *count > 0));
    let decades: Vec<u16> = known.map(|(decade, _)| decade as u16 * 10).collect();
    let in_decades = |facet: &Facet| {
        let counts = &counter.over_time[genre::bit(&facet.value) as usize];
        (facet.value.clone(), decades.iter().map(|decade| counts[usize::from(decade / 10)]).collect())
    };
    let over_time = all.genres.iter().take(GENRES).map(in_decades).collect();
    let least_movies = if all.movies >= LARGE { MANY_FILMS } else { FEW_FILMS };
    let (directors, busiest, best) = directors(snapshot, least_movies)?;
    Ok(Statistics { all, decades, over_time, directors, busiest, best, least_movies })
}

/// What is counted of a director.
#[derive(Debug, Clone, Copy, Default)]
struct Films {
    movies: u64,
    scored: u64,
    sum: f64,
}

impl Films {
    fn and(self, more: Self) -> Self {
        Self { movies: self.movies + more.movies, scored: self.scored + more.scored, sum: self.sum + more.sum }
    }

    fn figures(self, name: String) -> DirectorFigures {
        DirectorFigures { name, movies: self.movies, scored: self.scored, average: average(self.sum, self.scored) }
    }
}

type Directors = (u64, Vec<DirectorFigures>, Vec<DirectorFigures>);

/// How many directors there are, the busiest and the best. Names are read for those alone that may be among them, where
/// one segment holds all; several segments may each hold some films of one director, so all names are joined.
fn directors(snapshot: &Snapshot, least: u64) -> tantivy::Result<Directors> {
    let mut joined: BTreeMap<String, Films> = BTreeMap::new();
    let with_names: Vec<(&Segment, &StrColumn)> =
        snapshot.segments.iter().filter_map(|s| Some((s, s.columns.directors.as_ref()?))).collect();
    for (segment, names) in &with_names {
        let films = films_by_ord(segment, names);
        if with_names.len() == 1 {
            return first_directors(&films, names, least);
        }
        for (ord, films) in films.iter().enumerate().filter(|(_, films)| films.movies > 0) {
            let entry = joined.entry(name(names, ord)?).or_default();
            *entry = entry.and(*films);
        }
    }
    let (names, films): (Vec<String>, Vec<Films>) = joined.into_iter().unzip();
    let (busiest, best) = order(&films, least);
    let shown =
        |places: Vec<usize>| places.into_iter().map(|place| films[place].figures(names[place].clone())).collect();
    Ok((films.len() as u64, shown(busiest), shown(best)))
}

fn first_directors(films: &[Films], names: &StrColumn, least: u64) -> tantivy::Result<Directors> {
    let (busiest, best) = order(films, least);
    let shown = |places: Vec<usize>| -> tantivy::Result<Vec<DirectorFigures>> {
        places.into_iter().map(|place| Ok(films[place].figures(name(names, place)?))).collect()
    };
    let count = films.iter().filter(|films| films.movies > 0).count() as u64;
    Ok((count, shown(busiest)?, shown(best)?))
}

fn films_by_ord(segment: &Segment, names: &StrColumn) -> Vec<Films> {
    let mut films = vec![Films::default(); names.num_terms()];
    for doc in (0..segment.columns.len() as DocId).filter(|doc| segment.is_alive(*doc)) {
        let score = score(&segment.columns, doc);
        for ord in names.term_ords(doc) {
            let film = Films { movies: 1, scored: u64::from(score.is_some()), sum: score.unwrap_or(0.0) };
            films[ord as usize] = films[ord as usize].and(film);
        }
    }
    films
}

fn name(names: &StrColumn, ord: usize) -> tantivy::Result<String> {
    let mut name = String::new();
    names.ord_to_str(ord as u64, &mut name)?;
    Ok(name)
}

/// The places of the busiest and of the best; names are in the order of the alphabet, which decides between equals.
fn order(films: &[Films], least: u64) -> (Vec<usize>, Vec<usize>) {
    let mut busiest: Vec<usize> = (0..films.len()).filter(|place| films[*place].movies > 1).collect();
    let mut best: Vec<usize> = (0..films.len()).filter(|place| films[*place].scored >= least).collect();
    busiest.sort_by_key(|place| std::cmp::Reverse(films[*place].movies));
    let average = |place: usize| average(films[place].sum, films[place].scored).unwrap_or(0.0);
    best.sort_by(|left, right| {
        average(*right).total_cmp(&average(*left)).then(films[*right].scored.cmp(&films[*left].scored))
    });
    busiest.truncate(DIRECTORS);
    best.truncate(DIRECTORS);
    (busiest, best)
}
