//! What a movie's page shows beside the movie: its neighbours in the catalogue.

use super::movie::Movie;

/// A movie's place among all that have a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreRank {
    /// 1 for the highest score; equal scores share a place.
    pub rank: u64,
    /// How many movies have a score.
    pub of: u64,
}

/// The neighbours of a movie.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Related {
    /// Other films of its first director, the most famous first.
    pub directed: Vec<Movie>,
    /// Movies that are like it, the most alike first.
    pub similar: Vec<Movie>,
    /// Where it stands by score, if it has one.
    pub place: Option<ScoreRank>,
}
