//! A movie as it is stored, and its JSON shape. How one is made or changed is in `draft`.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The number of a movie in one database; never used again after a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MovieId(pub i64);

impl MovieId {
    /// Reads an id from a path or a body: a positive decimal number.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|id| *id > 0).map(Self)
    }
}

impl std::fmt::Display for MovieId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a change. One counter row hands them out as the last statement of each transaction that
/// changes movies, so their order is the order of commits on any database.
pub type Rev = i64;

/// Everything known of a movie, checked and normalised. `None` and an empty list mean unknown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// 1 to 500 characters, NFC, trimmed, blanks collapsed.
    pub title: String,
    /// The title in its own language and script; `None` where it is the title.
    pub original_title: Option<String>,
    /// Other titles that people know the movie by; searched like the original title.
    pub alternate_titles: Vec<String>,
    /// At most 20, each 1 to 200 characters, in the order of the credits, no one twice.
    pub directors: Vec<String>,
    /// Leading names in the order of the credits.
    pub cast: Vec<String>,
    /// At most 20, each 1 to 50 characters, canonical spelling where known (see `genre`).
    pub genres: Vec<String>,
    /// 1870 to 2100.
    pub year: Option<u16>,
    /// 0 to 10; `imdb_score` in JSON.
    pub score: Option<f64>,
    /// How many votes the score rests on.
    pub votes: Option<u64>,
    /// 0 or more, finite; most catalogues use 0 to 100.
    pub popularity: Option<f64>,
    /// Minutes, 1 to 6000.
    pub runtime: Option<u32>,
    /// What the movie is about, at most 10,000 characters.
    pub overview: Option<String>,
    /// `tt` and at least seven digits.
    pub imdb_id: Option<String>,
    /// The Movie Database's number.
    pub tmdb_id: Option<u64>,
}

impl Facts {
    /// The directors joined with `, `, as the old app showed them; `None` where none is known.
    pub fn director(&self) -> Option<String> {
        (!self.directors.is_empty()).then(|| self.directors.join(", "))
    }
}

/// A movie of the catalogue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Movie {
    /// Its number.
    pub id: MovieId,
    /// The last change that touched it.
    pub rev: Rev,
    /// The change that added it.
    pub created_rev: Rev,
    /// When it was added, seconds since 1970.
    pub added_at: i64,
    /// The name of its picture, which is a hash of it; `None` where it has none. No fact: dumps and forms never touch it.
    pub poster: Option<String>,
    /// What is known of it.
    pub facts: Facts,
}

/// The JSON of the API: the id, the facts, the address of the picture.
impl Serialize for Movie {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id.0)?;
        self.facts.entries(&mut map)?;
        map.serialize_entry("poster", &self.poster_url())?;
        map.end()
    }
}

impl Movie {
    /// The address of its picture, if it has one.
    pub fn poster_url(&self) -> Option<String> {
        self.poster.as_ref().map(|hash| format!("/poster/{hash}.jpg"))
    }
}

/// The JSON of an export, which names no id: ids belong to one database.
impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.entries(&mut map)?;
        map.end()
    }
}

impl Facts {
    fn entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("movie_name", &self.title)?;
        map.serialize_entry("original_title", &self.original_title)?;
        map.serialize_entry("director", &self.director())?;
        map.serialize_entry("directors", &self.directors)?;
        map.serialize_entry("year", &self.year)?;
        map.serialize_entry("genres", &self.genres)?;
        map.serialize_entry("imdb_score", &self.score)?;
        map.serialize_entry("votes", &self.votes)?;
        map.serialize_entry("popularity", &self.popularity)?;
        map.serialize_entry("runtime", &self.runtime)?;
        map.serialize_entry("overview", &self.overview)?;
        map.serialize_entry("cast", &self.cast)?;
        map.serialize_entry("alternate_titles", &self.alternate_titles)?;
        map.serialize_entry("imdb_id", &self.imdb_id)?;
        map.serialize_entry("tmdb_id", &self.tmdb_id)
    }
}
