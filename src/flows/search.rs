//! Reading the catalogue: a page of the listing, one movie, suggestions.

use super::FlowError;
use crate::app::App;
use crate::i18n::Locale;
use crate::model::{Listing, ListingQuery, Movie, MovieId, Suggestion, SuggestionQuery};

/// The page that a question asks for.
///
/// # Errors
/// Unavailable or failed; an empty result is none.
pub fn listing(app: &App, query: &ListingQuery) -> Result<Listing, FlowError> {
    let _ = (app, query);
    Ok(Listing::default())
}

/// One movie.
///
/// # Errors
/// Not found, or failed.
pub fn movie(app: &App, id: MovieId) -> Result<Movie, FlowError> {
    let _ = (app, id);
    Err(FlowError::NotFound)
}

/// What to offer while somebody types; genres are also found by their names in `locale`.
///
/// # Errors
/// Unavailable or failed.
pub fn suggest(app: &App, query: &SuggestionQuery, locale: Locale) -> Result<Vec<Suggestion>, FlowError> {
    let _ = (app, query, locale);
    Ok(Vec::new())
}
