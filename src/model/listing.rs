//! What answers a [`super::ListingQuery`]: a page of movies, the exact total, the facets.

use serde_json::{Value, json};

use super::movie::Movie;
use super::query::ListingQuery;

/// A value with the number of movies of the whole result that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The genre.
    pub value: String,
    /// How many movies.
    pub count: u64,
}

/// A page of a result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listing {
    /// What was asked.
    pub query: ListingQuery,
    /// How many movies the whole result has; exact.
    pub total: u64,
    /// The movies of the page, in order.
    pub movies: Vec<Movie>,
    /// Genres of the whole result, the most frequent first, equal ones by name.
    pub genres: Vec<Facet>,
}

impl Listing {
    /// How many pages there are; an empty result has one.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(self.query.items)).max(1)
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let genres: Vec<Value> =
            self.genres.iter().map(|facet| json!({"value": facet.value, "count": facet.count})).collect();
        json!({
            "total": self.total,
            "page": self.query.page,
            "items": self.query.items,
            "pages": self.pages(),
            "movies": self.movies,
            "facets": {"genre": genres},
        })
    }
}
