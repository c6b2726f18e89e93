//! The one path of an edit: a draft, one transaction, the index, then the answer.

use std::time::Duration;

use super::poster::{PosterChange, Prepared};
use super::{FlowError, search};
use crate::app::App;
use crate::model::{EntryCounts, FieldErrors, Movie, MovieDraft, MovieId, RawMovie, Rev};

/// How long an answer waits for the index; the change is durable all the same.
const INDEX_TIMEOUT: Duration = Duration::from_secs(3);

/// Adds a movie; it is durable and in the search when this returns.
///
/// # Errors
/// Invalid, exists, unavailable or failed.
pub fn add(app: &App, raw: &RawMovie) -> Result<Movie, FlowError> {
    let draft = MovieDraft::for_new(raw)?;
    let movie = app.store.add_movie(&draft.to_facts())?;
    show(app, movie.rev);
    Ok(movie)
}

/// As [`add`], with a picture.
///
/// # Errors
/// As [`add`]; nothing is added where the picture is no good.
pub fn add_with(app: &App, raw: &RawMovie, poster: &PosterChange) -> Result<Movie, FlowError> {
    let (draft, poster) = checked(MovieDraft::for_new(raw), poster)?;
    let movie = app.store.add_movie(&draft.to_facts())?;
    let movie = poster.store(app, movie.id)?.unwrap_or(movie);
    show(app, movie.rev);
    Ok(movie)
}

/// As [`update`], with what becomes of the picture.
///
/// # Errors
/// As [`update`]; nothing is changed where the picture is no good.
pub fn update_with(app: &App, id: MovieId, raw: &RawMovie, poster: &PosterChange) -> Result<Movie, FlowError> {
    let (draft, poster) = checked(MovieDraft::check(raw), poster)?;
    let movie = app.store.update_movie(id, &draft)?;
    let movie = poster.store(app, id)?.unwrap_or(movie);
    show(app, movie.rev);
    Ok(movie)
}

/// Fields and picture, both checked, so that all that is wrong is told at once.
fn checked(draft: Result<MovieDraft, FieldErrors>, poster: &PosterChange) -> Result<(MovieDraft, Prepared), FlowError> {
    match (draft, poster.prepare()) {
        (Ok(draft), Ok(poster)) => Ok((draft, poster)),
        (Err(mut errors), Err(FlowError::Invalid(more) | FlowError::WrongKind(more))) => {
            more.0.into_iter().for_each(|(field, problem)| errors.add(field, problem));
            Err(FlowError::Invalid(errors))
        }
        (Err(errors), _) => Err(errors.into()),
        (Ok(_), Err(error)) => Err(error),
    }
}

/// Changes the fields that are given.
///
/// # Errors
/// Not found, invalid, exists, unavailable or failed.
pub fn update(app: &App, id: MovieId, raw: &RawMovie) -> Result<Movie, FlowError> {
    let draft = MovieDraft::check(raw)?;
    let movie = app.store.update_movie(id, &draft)?;
    show(app, movie.rev);
    Ok(movie)
}

/// Deletes a movie; tells what members kept of it, which is deleted too.
///
/// # Errors
/// Not found, unavailable or failed.
pub fn delete(app: &App, id: MovieId) -> Result<EntryCounts, FlowError> {
    let (rev, removed) = app.store.delete_movie(id)?;
    show(app, rev);
    Ok(removed)
}

/// A movie with what members keep of it: what a deletion would remove.
///
/// # Errors
/// Not found, unavailable or failed.
pub fn before_deletion(app: &App, id: MovieId) -> Result<(Movie, EntryCounts), FlowError> {
    Ok((search::movie(app, id)?, app.store.entry_counts(id)?))
}

/// Waits until a change is in the index, unless that is not to be had now.
pub(super) fn show(app: &App, rev: Rev) {
    app.following.wake();
    if !app.following.wait_if_whole(rev, INDEX_TIMEOUT) {
        tracing::warn!(rev, "the change is stored, the search index lags behind");
    }
}
