//! Whether requests can be answered, and figures for whoever watches.

use super::FlowError;
use crate::app::App;

/// The database and the search index answer.
///
/// # Errors
/// What is missing, in words that may be told.
pub fn ready(app: &App) -> Result<(), &'static str> {
    if app.store.head().is_err() {
        return Err("the database does not answer");
    }
    if !app.following.is_ready() || app.index.is_damaged() {
        return Err("the search index is being built");
    }
    Ok(())
}

/// Figures of the moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Movies in the catalogue.
    pub movies: u64,
    /// The last change in the database.
    pub head: i64,
    /// The last change in the search index.
    pub indexed: i64,
}

/// Reads the figures.
///
/// # Errors
/// Unavailable or failed.
pub fn figures(app: &App) -> Result<Figures, FlowError> {
    Ok(Figures { movies: app.store.count_movies()?, head: app.store.head()?, indexed: app.following.indexed() })
}
