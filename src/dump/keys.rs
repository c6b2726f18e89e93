//! The names under which dumps keep a movie's fields. A name is matched whatever its case, `_`, `-` and blanks.
//!
//! The order of [`KEYS`] is the precedence: where two keys of one record mean the same field, the earlier of the
//! table wins, unless its value is unknown. What the values mean is in `values`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::Field;

/// What a key says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// The field itself.
    Is(Field),
    /// A date that holds the year; a date that does not tell one is unknown.
    Date,
    /// A score, or a rating such as `PG-13`, which is none.
    Rating,
    /// IMDb's id, or a score of IMDb's, by its shape.
    Imdb,
    /// Nothing of the movie, but only TMDB's records have it.
    TmdbOnly,
    /// Nothing of the movie, but TMDB's records have it, and some others.
    TmdbToo,
    /// One name of the cast, in order.
    Star,
    /// TMDB's people: `crew` with jobs, `cast`.
    Credits,
    /// The `crew` of the credits alone.
    Crew,
    /// An address that holds the IMDb id.
    Link,
    /// `id`: IMDb's by its shape, TMDB's where the record is TMDB's, else the dump's own business.
    BareId,
    /// Movie, series, game …
    Kind,
    /// OMDb's `"False"`: no movie was found.
    Response,
}

use Meaning::{BareId, Credits, Crew, Date, Imdb, Is, Kind, Link, Rating, Response, Star, TmdbOnly, TmdbToo};

/// Every known key, in the order of precedence, as [`normalised`] spells it.
const KEYS: &[(&str, Meaning)] = &[
    ("response", Response),
    ("type", Kind),
    ("titletype", Kind),
    ("moviename", Is(Field::Title)),
    ("title", Is(Field::Title)),
    ("name", Is(Field::Title)),
    ("primarytitle", Is(Field::Title)),
    ("seriestitle", Is(Field::Title)),
    ("movietitle", Is(Field::Title)),
    ("film", Is(Field::Title)),
    ("originaltitle", Is(Field::OriginalTitle)),
    ("originalname", Is(Field::OriginalTitle)),
    ("alternatetitles", Is(Field::AlternateTitles)),
    ("akas", Is(Field::AlternateTitles)),
    // A list loses nothing; `director` joins names with commas.
    ("directors", Is(Field::Directors)),
    ("director", Is(Field::Directors)),
    ("directorname", Is(Field::Directors)),
    ("cast", Is(Field::Cast)),
    ("actors", Is(Field::Cast)),
    ("star1", Star),
    ("star2", Star),
    ("star3", Star),
    ("star4", Star),
    ("actor1name", Star),
    ("actor2name", Star),
    ("actor3name", Star),
    ("credits", Credits),
    ("crew", Crew),
    ("genres", Is(Field::Genres)),
    ("genre", Is(Field::Genres)),
    ("chipgenres", Is(Field::Genres)),
    ("listedin", Is(Field::Genres)),
    ("year", Is(Field::Year)),
    ("titleyear", Is(Field::Year)),
    ("startyear", Is(Field::Year)),
    ("releasedyear", Is(Field::Year)),
    ("releaseyear", Is(Field::Year)),
    ("releasedate", Date),
    ("released", Date),
    // Votes come before scores: a score of 0 is judged by them.
    ("votes", Is(Field::Votes)),
    ("imdbvotes", Is(Field::Votes)),
    ("numvotedusers", Is(Field::Votes)),
    ("votecount", Is(Field::Votes)),
    ("numvotes", Is(Field::Votes)),
    ("noofvotes", Is(Field::Votes)),
    ("imdbscore", Is(Field::Score)),
    ("score", Is(Field::Score)),
    ("imdbrating", Is(Field::Score)),
    ("voteaverage", Is(Field::Score)),
    ("averagerating", Is(Field::Score)),
    ("rating", Rating),
    ("popularity", Is(Field::Popularity)),
    ("99popularity", Is(Field::Popularity)),
    ("runtime", Is(Field::Runtime)),
    ("runtimeminutes", Is(Field::Runtime)),
    ("runtime(mins)", Is(Field::Runtime)),
    ("duration", Is(Field::Runtime)),
    ("overview", Is(Field::Overview)),
    ("plot", Is(Field::Overview)),
    ("description", Is(Field::Overview)),
    ("imdbid", Is(Field::ImdbId)),
    ("tconst", Is(Field::ImdbId)),
    ("const", Is(Field::ImdbId)),
    ("imdb", Imdb),
    ("movieimdblink", Link),
    ("tmdbid", Is(Field::TmdbId)),
    ("id", BareId),
    ("originallanguage", TmdbOnly),
    ("genreids", TmdbOnly),
    ("adult", TmdbOnly),
    ("video", TmdbOnly),
    ("mediatype", TmdbOnly),
    ("backdroppath", TmdbOnly),
    ("belongstocollection", TmdbOnly),
    ("spokenlanguages", TmdbOnly),
    ("productioncompanies", TmdbOnly),
    ("productioncountries", TmdbOnly),
    ("posterpath", TmdbToo),
];

/// A known key; the order of keys is their precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u8);

impl Key {
    /// The known key of this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        static BY_NAME: LazyLock<HashMap<&'static str, Key>> =
            LazyLock::new(|| KEYS.iter().zip(0..).map(|((name, _), position)| (*name, Key(position))).collect());
        let mut room = [0; LONGEST];
        BY_NAME.get(normalised(name, &mut room)?).copied()
    }

    /// What it says.
    pub(super) fn meaning(self) -> Meaning {
        KEYS[usize::from(self.0)].1
    }

    /// How much it says that the record is TMDB's: only theirs have it, or theirs and some others.
    pub(super) fn tmdb_sign(self) -> TmdbSign {
        let (name, meaning) = KEYS[usize::from(self.0)];
        match (meaning, name) {
            (TmdbOnly, _) => TmdbSign::Own,
            (TmdbToo, _) | (_, "voteaverage" | "votecount" | "popularity" | "releasedate" | "originaltitle") => {
                TmdbSign::Shared
            }
            _ => TmdbSign::None,
        }
    }
}

/// What a key says of where the record is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TmdbSign {
    /// Only TMDB's records have it.
    Own,
    /// TMDB's records have it, and others may.
    Shared,
    /// Nothing.
    None,
}

/// What an export of fmdb has in each record, spelled exactly so. Its values are taken literally: a movie may be
/// called `N/A`, and may have votes and no popularity.
pub(super) const OWN_KEYS: [&str; 3] = ["movie_name", "alternate_titles", "tmdb_id"];

const LONGEST: usize = 19;

/// The name in lower case without `_`, `-` and blanks; `None` where it is too long for any known key.
fn normalised<'r>(name: &str, room: &'r mut [u8; LONGEST]) -> Option<&'r str> {
    let mut used = 0;
    for c in name.chars().filter(|c| !matches!(c, '_' | '-') && !c.is_whitespace()) {
        *room.get_mut(used).filter(|_| c.is_ascii())? = c.to_ascii_lowercase() as u8;
        used += 1;
    }
    std::str::from_utf8(&room[..used]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_spelled_as_it_is_looked_up_and_stands_once() {
        for (position, (name, meaning)) in KEYS.iter().enumerate() {
            let key = Key::of(name).expect(name);
            assert_eq!((usize::from(key.0), key.meaning()), (position, *meaning), "{name}");
        }
    }

    #[test]
    fn names_match_whatever_their_case_and_joints() {
        for (name, meaning) in [
            ("Runtime (mins)", Is(Field::Runtime)),
            ("IMDb Rating", Is(Field::Score)),
            (" original-Title ", Is(Field::OriginalTitle)),
            ("No_of_Votes", Is(Field::Votes)),
            ("99popularity", Is(Field::Popularity)),
        ] {
            assert_eq!(Key::of(name).map(Key::meaning), Some(meaning), "{name}");
        }
        assert_eq!(Key::of("Ratings"), None);
        assert_eq!(Key::of("título"), None);
        assert_eq!(Key::of(&"title".repeat(99)), None);
    }
}
