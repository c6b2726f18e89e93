//! What is around a movie: others that are like it, its director's other films, its place by score. Must stay cheap at a
//! million movies: documents are in the order of fame, so the beginnings of lists are looked at and nothing is scanned.
//!
//! Movies are alike, of at most 100:
//!
//! - 45 for genres: those that both have, as a part of those that either has;
//! - 15 for a director of both;
//! - 15 for the year: all of it for the same one, nothing from [`FAR`] years on;
//! - 10 for the score: all of it for the same one, nothing from two points on;
//! - 15 for the fame of the other one, since nobody looks for what nobody knows.
//!
//! What shares neither a genre nor a director is not like it at all. Only the most famous candidates are compared: those
//! with all the genres, those with all but one, and the director's films.

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::person::films;
use super::segment::{Columns, Dictionary, Segment, SetKey};
use super::snapshot::Snapshot;
use super::text::TextField;
use super::{Index, IndexError};
use crate::model::fold::fold;
use crate::model::{Movie, MovieId, Order, Sort, genre};

/// Movies that are so many years apart are not near.
const FAR: f32 = 25.0;
/// Candidates with all genres, of each segment.
const WITH_ALL: usize = 600;
/// Candidates with all genres but one, for each genre that is left out.
const WITH_MOST: usize = 150;
/// The most genres that candidates are looked for by; few movies have more.
const GENRES: usize = 5;
/// The most films of a director that are compared.
const DIRECTED: usize = 60;

/// The numbers of the movies around one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Neighbours {
    /// The first director's other films, the most famous first.
    pub directed: Vec<MovieId>,
    /// Others that are like it, the most alike first.
    pub similar: Vec<MovieId>,
    /// How many movies have a higher score, and how many have one; `None` where it has none.
    pub above: Option<(u64, u64)>,
}

impl Index {
    /// What is around a movie, at most `limit` of each.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn related(&self, movie: &Movie, limit: usize) -> Result<Neighbours, IndexError> {
        self.guarded(|opened| {
            let snapshot = opened.snapshot();
            let mut directed = match movie.facts.directors.first() {
                Some(director) => films(&snapshot, &fold(director), TextField::Director, limit + 1)?,
                None => Vec::new(),
            };
            directed.retain(|id| *id != movie.id);
            directed.truncate(limit);
            let above = movie.facts.score.map(|score| above(&snapshot, score));
            // What is shown as the director's already is not shown again.
            let mut similar = similar(&snapshot, movie, limit + directed.len())?;
            similar.retain(|id| !directed.contains(id));
            similar.truncate(limit);
            Ok(Neighbours { directed, similar, above })
        })
    }
}

/// What likeness is measured from.
#[derive(Debug, Clone, Copy)]
struct Subject {
    /// Known genres as bits.
    genres: u64,
    /// 0 where it is unknown.
    year: u16,
    /// No number where it is unknown.
    score: f32,
}

impl Subject {
    fn of(movie: &Movie) -> Self {
        let facts = &movie.facts;
        let bits = facts.genres.iter().map(|name| genre::bit(name)).filter(|bit| *bit != genre::OTHER_BIT);
        Self {
            genres: bits.fold(0, |bits, bit| bits | 1 << bit),
            year: facts.year.unwrap_or(0),
            score: facts.score.map_or(f32::NAN, |score| score as f32),
        }
    }

    /// How alike another one is; `None` where it is not at all.
    fn similarity(self, other: Self, fame: f32, same_director: bool) -> Option<f32> {
        let shared = (self.genres & other.genres).count_ones();
        if shared == 0 && !same_director {
            return None;
        }
        let either = (self.genres | other.genres).count_ones().max(1);
        let near = |distance: f32, far: f32| (1.0 - distance / far).max(0.0);
        let year =
            if self.year == 0 || other.year == 0 { 0.0 } else { near(f32::from(self.year.abs_diff(other.year)), FAR) };
        let distance = (self.score - other.score).abs();
        let score = if distance.is_nan() { 0.0 } else { near(distance, 2.0) };
        let director = if same_director { 15.0 } else { 0.0 };
        let genres = 45.0 * shared as f32 / either as f32;
        Some(genres + director + 15.0 * year + 10.0 * score + 15.0 * fame.min(100.0) / 100.0)
    }
}

fn similar(snapshot: &Snapshot, movie: &Movie, limit: usize) -> tantivy::Result<Vec<MovieId>> {
    let subject = Subject::of(movie);
    let mut found = Vec::new();
    for segment in &snapshot.segments {
        let columns = &segment.columns;
        let directed = directed(segment, &movie.facts.directors)?;
        let mut docs = with_genres(columns, subject.genres);
        docs.extend(&directed);
        docs.sort_unstable();
        docs.dedup();
        for doc in docs.into_iter().filter(|doc| segment.is_alive(*doc)) {
            let place = doc as usize;
            let known = columns.genres.of(place) & !(1 << genre::OTHER_BIT);
            let other = Subject { genres: known, year: columns.years[place], score: columns.scores[place] };
            let same_director = directed.binary_search(&doc).is_ok();
            if let Some(similarity) = subject.similarity(other, columns.fame[place], same_director) {
                let id = MovieId(columns.ids.first(doc).unwrap_or(0).cast_signed());
                found.push((similarity, columns.static_ranks.first(doc), id));
            }
        }
    }
    found.retain(|(_, _, id)| *id != movie.id);
    found.sort_unstable_by(|left, right| right.0.total_cmp(&left.0).then(right.1.cmp(&left.1)));
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, _, id)| id).collect())
}

/// The films of any of these directors in a segment, in order.
fn directed(segment: &Segment, directors: &[String]) -> tantivy::Result<Vec<DocId>> {
    let mut found = Vec::new();
    for director in directors {
        let Some(info) = segment.whole(&fold(director), TextField::Director)? else { continue };
        let most = found.len() + DIRECTED;
        segment.each_doc(Dictionary::Whole, &info, |docs| {
            found.extend_from_slice(&docs[..docs.len().min(most - found.len())]);
            found.len() < most
        })?;
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The most famous documents with all the genres, then with all but one.
fn with_genres(columns: &Columns, genres: u64) -> Vec<DocId> {
    let bits = (0..genre::OTHER_BIT).filter(|bit| genres >> bit & 1 == 1).take(GENRES);
    let sets: Vec<_> = bits.map(|bit| columns.set(SetKey::Genre(bit))).collect();
    let mut found = Vec::new();
    if sets.is_empty() {
        return found;
    }
    let all: Vec<&FixedBitSet> = sets.iter().map(AsRef::as_ref).collect();
    first_in_all(&all, WITH_ALL, &mut found);
    for left_out in (0..all.len()).filter(|_| all.len() > 1) {
        let most: Vec<&FixedBitSet> =
            all.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, set)| *set).collect();
        first_in_all(&most, WITH_MOST, &mut found);
    }
    found
}

/// Adds the first documents that are in all of some sets of the same size.
fn first_in_all(sets: &[&FixedBitSet], limit: usize, found: &mut Vec<DocId>) {
    let most = found.len() + limit;
    let blocks: Vec<&[usize]> = sets.iter().map(|set| set.as_slice()).collect();
    for block in 0..blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0) {
        let mut bits = blocks.iter().fold(usize::MAX, |bits, blocks| bits & blocks[block]);
        while bits != 0 {
            if found.len() >= most {
                return;
            }
            found.push((block * usize::BITS as usize) as DocId + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }
}

/// How many movies have a higher score, and how many have one. The sort order by score is kept, so both are a search in
/// it; only what was deleted since is counted one by one.
fn above(snapshot: &Snapshot, score: f64) -> (u64, u64) {
    let (mut higher, mut scored) = (0, 0);
    for segment in &snapshot.segments {
        let columns = &segment.columns;
        let value = |doc: DocId| columns.sort_value(Sort::Score, doc);
        let is_higher = |doc: DocId| value(doc) > Some(score.to_bits());
        let (above, known) = match columns.order(Sort::Score, Order::Desc) {
            Some(order) => {
                (order.partition_point(|doc| is_higher(*doc)), order.partition_point(|doc| value(*doc).is_some()))
            }
            None => (partition(columns.len(), is_higher), partition(columns.len(), |doc| value(doc).is_some())),
        };
        let dead = |holds: &dyn Fn(DocId) -> bool| {
            let alive = segment.alive.as_ref();
            alive.map_or(0, |alive| alive.zeroes().filter(|doc| holds(*doc as DocId)).count())
        };
        higher += (above - dead(&is_higher)) as u64;
        scored += (known - dead(&|doc| value(doc).is_some())) as u64;
    }
    (higher, scored)
}

/// How many of the first documents hold, where none holds after one that does not.
fn partition(length: usize, holds: impl Fn(DocId) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle as DocId) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Batch, Position};
    use crate::model::Facts;

    /// Title, director, genres, year, score, popularity.
    type Given<'a> = (&'a str, &'a str, &'a [&'a str], u16, f64, f64);

    fn index(movies: &[Given<'_>]) -> (tempfile::TempDir, Index, Vec<Movie>) {
        let folder = tempfile::tempdir().expect("a folder");
        let index = Index::open(folder.path(), Box::new(|_| {})).expect("an index");
        assert!(index.become_writer().expect("a writer"));
        let mut made = Vec::new();
        for (number, (title, director, genres, year, score, popularity)) in movies.iter().enumerate() {
            let facts = Facts {
                title: (*title).to_owned(),
                directors: vec![(*director).to_owned()],
                genres: genres.iter().map(|genre| (*genre).to_owned()).collect(),
                year: Some(*year),
                score: (*score > 0.0).then_some(*score),
                popularity: Some(*popularity),
                ..Facts::default()
            };
            let id = number as i64 + 1;
            made.push(Movie { id: MovieId(id), rev: id, created_rev: id, facts, ..Movie::default() });
        }
        index.apply(&Batch { deleted: &[], changed: &made, held: (0, 0) }).expect("applied");
        index.commit(&Position { epoch: "a".to_owned(), rev: 99, id: i64::MAX }).expect("committed");
        (folder, index, made)
    }

    #[test]
    fn genres_directors_years_and_fame_make_movies_alike_and_fame_alone_does_not() {
        let (_folder, index, movies) = index(&[
            ("Alien", "Ridley Scott", &["Horror", "Sci-Fi"], 1979, 8.5, 90.0),
            ("The Thing", "John Carpenter", &["Horror", "Sci-Fi"], 1982, 8.2, 70.0),
            ("Blade Runner", "Ridley Scott", &["Sci-Fi", "Thriller"], 1982, 8.1, 85.0),
            ("Star Wars", "George Lucas", &["Action", "Adventure", "Sci-Fi"], 1977, 8.6, 100.0),
            ("Annie Hall", "Woody Allen", &["Comedy", "Romance"], 1977, 8.0, 99.0),
            ("Unknown", "Nobody", &["Horror", "Sci-Fi"], 2020, 3.0, 1.0),
            ("Napoleon", "Ridley Scott", &["Drama"], 2023, 6.3, 60.0),
        ]);
        let related = index.related(&movies[0], 12).expect("neighbours");
        let snapshot = index.opened().snapshot();
        let alike = similar(&snapshot, &movies[0], 12).expect("alike");
        let ids = |ids: &[MovieId]| ids.iter().map(|id| id.0).collect::<Vec<_>>();
        assert_eq!(ids(&alike), [2, 3, 4, 6, 7], "Annie Hall shares neither a genre nor the director");
        assert_eq!(ids(&related.similar), [2, 4, 6], "the director's films are shown already");
        assert_eq!(ids(&related.directed), [3, 7]);
        assert_eq!(related.above, Some((1, 7)));
    }

    #[test]
    fn places_by_score_pass_over_what_is_deleted_or_unknown() {
        let (_folder, index, movies) = index(&[
            ("One", "A", &[], 1979, 9.0, 1.0),
            ("Two", "B", &[], 1979, 8.0, 2.0),
            ("Three", "C", &[], 1979, 8.0, 3.0),
            ("Four", "D", &[], 1979, 0.0, 4.0),
            ("Five", "E", &[], 1979, 7.0, 5.0),
        ]);
        assert_eq!(index.related(&movies[2], 5).expect("neighbours").above, Some((1, 4)));
        assert_eq!(index.related(&movies[3], 5).expect("neighbours").above, None);
        index.apply(&Batch { deleted: &[MovieId(1)], changed: &[], held: (99, i64::MAX) }).expect("applied");
        index.commit(&Position { epoch: "a".to_owned(), rev: 100, id: i64::MAX }).expect("committed");
        assert_eq!(index.related(&movies[2], 5).expect("neighbours").above, Some((0, 3)));
        assert_eq!(index.related(&movies[4], 5).expect("neighbours").above, Some((2, 3)));
    }

    #[test]
    fn likeness_falls_with_years_and_scores() {
        let subject = Subject { genres: 0b11, year: 1980, score: 8.0 };
        let like = |genres, year, score, fame| subject.similarity(Subject { genres, year, score }, fame, false);
        assert_eq!(like(0b11, 1980, 8.0, 100.0), Some(85.0));
        assert_eq!(like(0b100, 1980, 8.0, 100.0), None);
        assert!(like(0b11, 1990, 8.0, 50.0) < like(0b11, 1985, 8.0, 50.0));
        assert!(like(0b11, 1980, 7.0, 50.0) < like(0b11, 1980, 7.5, 50.0));
        assert!(like(0b1, 1980, 8.0, 50.0) < like(0b11, 1980, 8.0, 50.0));
        assert_eq!(like(0b11, 0, f32::NAN, 0.0), Some(45.0));
    }
}
