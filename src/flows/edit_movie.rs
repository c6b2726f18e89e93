//! The one path of an edit: a draft, one transaction, the index, then the answer.

use super::FlowError;
use crate::app::App;
use crate::model::{Movie, MovieId, RawMovie};

/// Adds a movie; it is durable and in the search when this returns.
///
/// # Errors
/// Invalid, exists, unavailable or failed.
pub fn add(app: &App, raw: &RawMovie) -> Result<Movie, FlowError> {
    let _ = (app, raw);
    Err(FlowError::NotFound)
}

/// Changes the fields that are given.
///
/// # Errors
/// Not found, invalid, exists, unavailable or failed.
pub fn update(app: &App, id: MovieId, raw: &RawMovie) -> Result<Movie, FlowError> {
    let _ = (app, id, raw);
    Err(FlowError::NotFound)
}

/// Deletes a movie.
///
/// # Errors
/// Not found, unavailable or failed.
pub fn delete(app: &App, id: MovieId) -> Result<(), FlowError> {
    let _ = (app, id);
    Err(FlowError::NotFound)
}
