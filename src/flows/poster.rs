//! Pictures of movies: one is checked and made small, stored as a change of its movie, and shown at once.

use super::{FlowError, edit_movie};
use crate::app::App;
use crate::model::{FieldErrors, Movie, MovieId, Problem};
use crate::picture::{self, ImageError, Picture};

/// The name of the field that a picture comes in.
pub const FIELD: &str = "poster";

/// What becomes of a movie's picture when its other fields change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PosterChange {
    /// It stays.
    Keep,
    /// It is taken away.
    Remove,
    /// The picture of this file takes its place.
    Set(Vec<u8>),
}

/// A change that was checked: `None` where the picture stays.
pub(super) enum Prepared {
    Keep,
    Remove,
    Set(Picture),
}

impl PosterChange {
    /// Checks the file and makes the picture, before anything is stored.
    pub(super) fn prepare(&self) -> Result<Prepared, FlowError> {
        Ok(match self {
            Self::Keep => Prepared::Keep,
            Self::Remove => Prepared::Remove,
            Self::Set(file) => Prepared::Set(picture::prepare(file)?),
        })
    }
}

impl Prepared {
    /// Stores the change; gives the movie as it is then, `None` where nothing was to be done.
    pub(super) fn store(&self, app: &App, id: MovieId) -> Result<Option<Movie>, FlowError> {
        Ok(match self {
            Self::Keep => None,
            Self::Remove => Some(app.store.set_poster(id, None)?),
            Self::Set(picture) => Some(app.store.set_poster(id, Some((&picture.hash, &picture.bytes)))?),
        })
    }
}

/// Gives a movie the picture of a file.
///
/// # Errors
/// Not found, invalid, of a wrong kind, unavailable or failed.
pub fn set(app: &App, id: MovieId, file: &[u8]) -> Result<Movie, FlowError> {
    // Before the work that a picture is.
    app.store.movie(id)?.ok_or(FlowError::NotFound)?;
    let picture = picture::prepare(file)?;
    let movie = app.store.set_poster(id, Some((&picture.hash, &picture.bytes)))?;
    edit_movie::show(app, movie.rev);
    Ok(movie)
}

/// Takes a movie's picture away, if it has one.
///
/// # Errors
/// Not found, unavailable or failed.
pub fn remove(app: &App, id: MovieId) -> Result<Movie, FlowError> {
    let movie = app.store.set_poster(id, None)?;
    edit_movie::show(app, movie.rev);
    Ok(movie)
}

/// The picture of a name.
///
/// # Errors
/// Not found, unavailable or failed.
pub fn picture(app: &App, hash: &str) -> Result<Vec<u8>, FlowError> {
    app.store.poster(hash)?.ok_or(FlowError::NotFound)
}

impl From<ImageError> for FlowError {
    fn from(error: ImageError) -> Self {
        let of = |problem| FieldErrors::of(FIELD, problem);
        match error {
            ImageError::Kind => Self::WrongKind(of(Problem::NotAKind { kinds: "JPEG, PNG, WebP" })),
            ImageError::Damaged => Self::Invalid(of(Problem::Damaged)),
            ImageError::TooManyPixels => Self::Invalid(of(Problem::TooManyPixels { max: picture::MAX_MEGAPIXELS })),
            ImageError::TooMuchData => Self::Invalid(of(Problem::TooMuchData)),
            ImageError::TooLarge => Self::Invalid(of(Problem::TooLarge { max: picture::MAX_BYTES / (1024 * 1024) })),
        }
    }
}
