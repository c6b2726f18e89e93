//! Autocomplete: what is asked while somebody types, and what is offered.

use serde_json::{Value, json};

use super::fold::tidy;
use super::movie::MovieId;
use super::problem::{FieldErrors, Problem};
use super::query::{ListingQuery, bounded, text};

/// The most suggestions of one answer.
pub const MAX_LIMIT: u32 = 20;

/// Where a suggestion may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each is the name of a field")]
pub enum SuggestionField {
    #[default]
    Any,
    Title,
    Director,
    Genre,
}

impl SuggestionField {
    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Title => "title",
            Self::Director => "director",
            Self::Genre => "genre",
        }
    }
}

/// What was typed so far.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestionQuery {
    /// The text, tidy; may be empty, which suggests nothing.
    pub q: String,
    /// Where to look.
    pub field: SuggestionField,
    /// 1 to [`MAX_LIMIT`], else 8.
    pub limit: u32,
}

impl SuggestionQuery {
    /// Reads decoded pairs of a query string.
    ///
    /// # Errors
    /// The parameters that cannot be read or are out of bounds.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let mut query = Self { q: String::new(), field: SuggestionField::Any, limit: 8 };
        let mut errors = FieldErrors::default();
        for (name, value) in pairs {
            match name {
                "q" => match text(tidy(value)) {
                    Ok(text) => query.q = text,
                    Err(problem) => errors.add("q", problem),
                },
                "limit" => match bounded(value, MAX_LIMIT) {
                    Ok(limit) => query.limit = limit,
                    Err(problem) => errors.add("limit", problem),
                },
                "field" => match FIELDS.into_iter().find(|field| field.name() == value) {
                    Some(field) => query.field = field,
                    None => errors.add("field", Problem::NotAChoice { choices: "any, title, director, genre" }),
                },
                _ => {}
            }
        }
        errors.into_result(query)
    }
}

const FIELDS: [SuggestionField; 4] =
    [SuggestionField::Any, SuggestionField::Title, SuggestionField::Director, SuggestionField::Genre];

/// The parts of a text that match what was typed: each from, up to without, in UTF-16 code units of the text, as
/// scripts of pages count.
pub type Marks = Vec<(usize, usize)>;

/// How a suggestion completes what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// It is what was typed, but for case and accents.
    Same,
    /// It begins so, or what was typed is a slip of it.
    Near,
}

impl Completion {
    /// Its name in a page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Near => "near",
        }
    }
}

/// One offer.
#[derive(Debug, Clone, PartialEq)]
pub enum Suggestion {
    /// A movie.
    Title {
        /// Its number.
        id: MovieId,
        /// Its title.
        text: String,
        /// What of the text was typed.
        marks: Marks,
        /// Its year, which tells two movies of one title apart.
        year: Option<u16>,
        /// Its directors, joined.
        director: Option<String>,
    },
    /// A director with the number of movies.
    Director {
        /// The name.
        text: String,
        /// What of the text was typed.
        marks: Marks,
        /// How many movies.
        count: u64,
    },
    /// A genre with the number of movies.
    Genre {
        /// The name in the database.
        text: String,
        /// What of the text was typed.
        marks: Marks,
        /// How many movies.
        count: u64,
    },
}

impl Suggestion {
    /// Says which parts of the text are what was typed.
    pub fn mark(&mut self, found: Marks) {
        match self {
            Self::Title { marks, .. } | Self::Director { marks, .. } | Self::Genre { marks, .. } => *marks = found,
        }
    }

    /// The text to show and to complete with.
    pub fn text(&self) -> &str {
        match self {
            Self::Title { text, .. } | Self::Director { text, .. } | Self::Genre { text, .. } => text,
        }
    }

    /// The address that it leads to.
    pub fn url(&self) -> String {
        let listing = |query: ListingQuery| format!("/listing?{}", query.to_query_string());
        match self {
            Self::Title { id, .. } => format!("/movie/{id}"),
            Self::Director { text, .. } => {
                listing(ListingQuery { director: Some(text.clone()), ..ListingQuery::default() })
            }
            Self::Genre { text, .. } => listing(ListingQuery { genres: vec![text.clone()], ..ListingQuery::default() }),
        }
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let url = self.url();
        match self {
            Self::Title { id, text, marks, year, director } => json!({
                "kind": "title", "text": text, "marks": marks, "id": id.0, "year": year, "director": director,
                "url": url,
            }),
            Self::Director { text, marks, count } => {
                json!({"kind": "director", "text": text, "marks": marks, "count": count, "url": url})
            }
            Self::Genre { text, marks, count } => {
                json!({"kind": "genre", "text": text, "marks": marks, "count": count, "url": url})
            }
        }
    }
}
