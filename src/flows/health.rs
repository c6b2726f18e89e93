//! Whether requests can be answered, and figures for whoever watches.

use super::FlowError;
use crate::app::{App, Readiness};

/// The database is in its place, and the search index is whole.
///
/// # Errors
/// What is missing, in words that may be told.
pub fn ready(app: &App) -> Result<(), &'static str> {
    if app.store.verify_in_place().is_err() {
        return Err("the database was deleted, moved or replaced; put it back or restart fmdb");
    }
    if app.store.head().is_err() {
        return Err("the database does not answer");
    }
    match app.following.readiness() {
        Readiness::Whole(_) => Ok(()),
        Readiness::Building => Err("the search index is being built"),
        Readiness::Damaged => Err("the search index is damaged and is built anew"),
    }
}

/// Figures of the moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Movies in the catalogue.
    pub movies: u64,
    /// The last change in the database.
    pub head: i64,
    /// The last change in the search index; 0 while that is not whole.
    pub indexed: i64,
}

/// Reads the figures.
///
/// # Errors
/// Unavailable or failed.
pub fn figures(app: &App) -> Result<Figures, FlowError> {
    let indexed = match app.following.readiness() {
        Readiness::Whole(rev) => rev,
        Readiness::Building | Readiness::Damaged => 0,
    };
    Ok(Figures { movies: app.store.count_movies()?, head: app.store.head()?, indexed })
}
