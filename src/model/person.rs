//! Somebody who directs or plays, as the catalogue knows them: by name.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::listing::Facet;
use super::movie::{Movie, MovieId};
use super::statistics::counted;

/// A person with their films.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// The name as their most famous film spells it.
    pub name: String,
    /// What they directed, the latest first.
    pub directed: Vec<Movie>,
    /// What they play in, the latest first.
    pub acted: Vec<Movie>,
}

impl Person {
    /// All films, none twice.
    pub fn films(&self) -> impl Iterator<Item = &Movie> {
        let mut seen: HashSet<MovieId> = HashSet::new();
        self.directed.iter().chain(&self.acted).filter(move |movie| seen.insert(movie.id))
    }

    /// The years of the first and of the last film.
    pub fn years(&self) -> Option<(u16, u16)> {
        let years = || self.films().filter_map(|movie| movie.facts.year);
        Some((years().min()?, years().max()?))
    }

    /// The genres of the films, the most frequent first, equal ones by name.
    pub fn genres(&self) -> Vec<Facet> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for genre in self.films().flat_map(|movie| &movie.facts.genres) {
            *counts.entry(genre).or_default() += 1;
        }
        let mut genres: Vec<Facet> =
            counts.into_iter().map(|(value, count)| Facet { value: value.to_owned(), count }).collect();
        genres.sort_by_key(|genre| Reverse(genre.count));
        genres
    }

    /// The average score of the films that have one.
    pub fn average(&self) -> Option<f64> {
        let scores: Vec<f64> = self.films().filter_map(|movie| movie.facts.score).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "years": self.years().map(|(first, last)| [first, last]),
            "average_score": self.average(),
            "genres": counted(&self.genres()),
            "directed": self.directed,
            "acted": self.acted,
        })
    }
}
