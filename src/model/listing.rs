//! What answers a [`super::ListingQuery`]: a page of movies, the exact total, the facets.

use serde_json::{Value, json};

use super::fold::fold;
use super::movie::Movie;
use super::query::ListingQuery;

/// A value with the number of movies of the whole result that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The genre, or the years or scores as a range that the address takes (`1970..1979`, `8..`).
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
    /// Genres of the whole result whatever genre is asked for, the most frequent first, equal ones by name.
    pub genres: Vec<Facet>,
    /// Decades of the whole result whatever years are asked for; each value is a range of years.
    pub decades: Vec<Facet>,
    /// Least scores, each counting all movies from there on, whatever scores are asked for; each value is a range.
    pub scores: Vec<Facet>,
    /// Directors of the most movies of the whole result; empty where it is too large to count, or nobody asked.
    pub directors: Vec<Facet>,
    /// What was probably meant, where nothing was found as it was typed: the text, and the question with it.
    pub meant: Option<(String, ListingQuery)>,
    /// Typed words, as typed, that no movie holds together with the other ones, so that they were left out.
    pub dropped: Vec<String>,
}

impl Listing {
    /// How many pages there are; an empty result has one.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(self.query.items)).max(1)
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let counted = |facets: &[Facet]| -> Vec<Value> {
            facets.iter().map(|facet| json!({"value": facet.value, "count": facet.count})).collect()
        };
        let mut listing = json!({
            "total": self.total,
            "page": self.query.page,
            "items": self.query.items,
            "pages": self.pages(),
            "movies": self.movies,
            "facets": {
                "genre": counted(&self.genres),
                "decade": counted(&self.decades),
                "score": counted(&self.scores),
            },
            "dropped": self.dropped,
        });
        if !self.directors.is_empty() {
            listing["facets"]["director"] = Value::Array(counted(&self.directors));
        }
        listing
    }

    /// The question without the words that were left out.
    pub fn kept(&self) -> ListingQuery {
        let dropped: Vec<String> = self.dropped.iter().map(|word| fold(word)).collect();
        let kept = |text: &Option<String>| {
            let words: Vec<&str> = text.iter().flat_map(|text| text.split(' ')).collect();
            let kept: Vec<&str> = words.into_iter().filter(|word| !dropped.contains(&fold(word))).collect();
            (!kept.is_empty()).then(|| kept.join(" "))
        };
        let query = &self.query;
        let (name, director, q) = (kept(&query.name), kept(&query.director), kept(&query.q));
        ListingQuery { name, director, q, page: 1, ..query.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_were_left_out_are_not_asked_for_again() {
        let pairs = [("q", "Godfather, Zzzz-qqq! part"), ("director", "zzzz-qqq"), ("genre", "Drama"), ("p", "2")];
        let query = ListingQuery::parse(pairs).expect("a question");
        let listing = Listing { query, dropped: vec!["Zzzz-qqq!".to_owned()], ..Listing::default() };
        assert_eq!(listing.kept().to_query_string(), "q=Godfather%2C+part&genre=Drama");
        assert_eq!(listing.to_json()["dropped"], json!(["Zzzz-qqq!"]));
    }
}
