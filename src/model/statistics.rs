//! The catalogue in figures: what is counted, and its JSON shape. Who counts is the index.

use serde_json::{Value, json};

use super::listing::Facet;

/// Figures of a part of the catalogue, or of all of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// How many movies.
    pub movies: u64,
    /// How many of them have a score.
    pub scored: u64,
    /// The average of the scores.
    pub average: Option<f64>,
    /// Years with a movie, the earliest first.
    pub years: Vec<Facet>,
    /// Known genres, the most frequent first.
    pub genres: Vec<Facet>,
    /// How many scores are from each whole number up to the next; 10 counts to the last.
    pub scores: [u64; 10],
    /// Running times, as many as [`RUNTIMES`] has steps; the last is open.
    pub runtimes: [u64; RUNTIMES.len()],
}

/// Where each step of running times begins, in minutes.
pub const RUNTIMES: [u32; 8] = [1, 60, 80, 100, 120, 140, 160, 180];

/// A director among the others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DirectorFigures {
    /// The name.
    pub name: String,
    /// How many movies.
    pub movies: u64,
    /// How many of them have a score.
    pub scored: u64,
    /// The average of the scores.
    pub average: Option<f64>,
}

/// The catalogue in pictures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// What is counted of all movies.
    pub all: Figures,
    /// The decades of [`Self::over_time`], the earliest first.
    pub decades: Vec<u16>,
    /// The most frequent genres, each with its movies in each decade.
    pub over_time: Vec<(String, Vec<u64>)>,
    /// How many directors there are.
    pub directors: u64,
    /// Those with the most movies.
    pub busiest: Vec<DirectorFigures>,
    /// Those with the best average, of all with [`Self::least_movies`] scores.
    pub best: Vec<DirectorFigures>,
    /// So many movies with a score make an average worth comparing.
    pub least_movies: u64,
}

impl Figures {
    /// The figures by name.
    pub fn to_json(&self) -> Value {
        let scores: Vec<Value> = (0_u32..)
            .zip(self.scores)
            .map(|(from, count)| json!({"from": from, "to": from + 1, "count": count}))
            .collect();
        let ends = RUNTIMES.iter().skip(1).map(|end| Some(end - 1)).chain([None]);
        let runtimes: Vec<Value> = RUNTIMES
            .iter()
            .zip(ends)
            .zip(self.runtimes)
            .map(|((from, to), count)| json!({"from": from, "to": to, "count": count}))
            .collect();
        json!({
            "movies": self.movies,
            "scored": self.scored,
            "average_score": self.average,
            "years": counted(&self.years),
            "genres": counted(&self.genres),
            "scores": scores,
            "runtimes": runtimes,
        })
    }
}

impl Statistics {
    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let directors = |list: &[DirectorFigures]| -> Vec<Value> {
            let shown = |director: &DirectorFigures| {
                json!({"name": director.name, "movies": director.movies, "scored": director.scored,
                    "average_score": director.average})
            };
            list.iter().map(shown).collect()
        };
        let over_time: Vec<Value> =
            self.over_time.iter().map(|(genre, counts)| json!({"genre": genre, "counts": counts})).collect();
        let mut all = self.all.to_json();
        all["decades"] = json!(self.decades);
        all["genres_by_decade"] = json!(over_time);
        all["directors"] = json!(self.directors);
        all["busiest_directors"] = json!(directors(&self.busiest));
        all["best_directors"] = json!(directors(&self.best));
        all
    }
}

/// Values with their counts, as the API names them.
pub fn counted(facets: &[Facet]) -> Vec<Value> {
    facets.iter().map(|facet| json!({"value": facet.value, "count": facet.count})).collect()
}
