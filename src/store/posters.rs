//! The store's operations on pictures of movies.

use super::{Store, StoreError};
use crate::model::{Movie, MovieId};

/// A name that a movie goes by, with its year: what the files of a folder of pictures are matched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The movie.
    pub id: MovieId,
    /// Its title.
    pub title: String,
    /// Its original title.
    pub original_title: Option<String>,
    /// Its year.
    pub year: Option<u16>,
}

impl Store {
    /// The picture of a name.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn poster(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.sqlite().poster(hash)
    }

    /// Gives a movie a picture, by its name and its bytes, or takes the one away that it has; a picture that no movie
    /// has any more goes. One that changes nothing takes no rev.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_poster(&self, id: MovieId, picture: Option<(&str, &[u8])>) -> Result<Movie, StoreError> {
        self.sqlite().set_poster(id, picture)
    }

    /// The movie that has this id at IMDb.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn movie_of_imdb(&self, imdb_id: &str) -> Result<Option<MovieId>, StoreError> {
        self.sqlite().movie_of_imdb(imdb_id)
    }

    /// The movie that has this number at The Movie Database.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn movie_of_tmdb(&self, tmdb_id: u64) -> Result<Option<MovieId>, StoreError> {
        self.sqlite().movie_of_tmdb(tmdb_id)
    }

    /// Shows the names of all movies, one after the other.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn each_name(&self, take: impl FnMut(Named)) -> Result<(), StoreError> {
        self.sqlite().each_name(take)
    }
}
