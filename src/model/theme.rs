//! A part of the catalogue with a page of its own: a genre or a decade.

use serde_json::{Value, json};

use super::listing::Facet;
use super::movie::Movie;
use super::query::ListingQuery;
use super::range::Range;
use super::statistics::{Figures, counted};

/// What a page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Theme {
    /// A genre, as the catalogue spells it.
    Genre(String),
    /// A decade, by its first year.
    Decade(u16),
}

impl Theme {
    /// The listing of its movies.
    pub fn query(&self) -> ListingQuery {
        match self {
            Self::Genre(name) => ListingQuery { genres: vec![name.clone()], ..ListingQuery::default() },
            Self::Decade(first) => {
                let year = Range { min: Some(*first), max: Some(first + 9) };
                ListingQuery { year, ..ListingQuery::default() }
            }
        }
    }
}

/// A genre or a decade with what there is to tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Themed {
    /// Which one.
    pub theme: Theme,
    /// Its figures.
    pub figures: Figures,
    /// Decades of its movies, the latest first; of all movies where it is a decade.
    pub decades: Vec<Facet>,
    /// The best scores, first those that many votes stand for.
    pub best: Vec<Movie>,
    /// The most popular ones.
    pub popular: Vec<Movie>,
}

impl Themed {
    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let mut shown = self.figures.to_json();
        match &self.theme {
            Theme::Genre(name) => shown["genre"] = json!(name),
            Theme::Decade(first) => shown["decade"] = json!(first),
        }
        shown["decades"] = json!(counted(&self.decades));
        shown["best"] = json!(self.best);
        shown["popular"] = json!(self.popular);
        shown
    }
}
