//! The genres that fmdb knows: canonical spelling and other spellings of each. Other genres are kept as given.
//! What a genre is called in the visitor's language is in the locales, under `genre.<key>`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::fold;

/// A genre with a spelling of its own and translated names.
#[derive(Debug, PartialEq)]
pub struct KnownGenre {
    /// The canonical name, which the database and the API use.
    pub name: &'static str,
    /// The key of its translations in the locales.
    pub key: &'static str,
    /// Other spellings, folded.
    aliases: &'static [&'static str],
}

impl KnownGenre {
    /// Other spellings, folded.
    pub fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }
}

macro_rules! genres {
    ($($name:literal $key:literal [$($alias:literal),*]),* $(,)?) => {
        /// All known genres, by name: IMDb's list, and TMDB's `TV Movie`.
        pub const KNOWN: &[KnownGenre] = &[$(KnownGenre { name: $name, key: $key, aliases: &[$($alias),*] }),*];
    };
}

genres! {
    "Action" "action" ["actionfilm"],
    "Adult" "adult" [],
    "Adventure" "adventure" ["aventure", "adventures"],
    "Animation" "animation" ["animated", "cartoon", "animations"],
    "Biography" "biography" ["bio", "biopic", "biographical"],
    "Comedy" "comedy" ["comedies", "komedie"],
    "Crime" "crime" ["criminal"],
    "Documentary" "documentary" ["docu", "doc", "documentaries"],
    "Drama" "drama" ["dramas"],
    "Family" "family" ["children", "childrens", "kids"],
    "Fantasy" "fantasy" [],
    "Film-Noir" "film_noir" ["noir", "filmnoir"],
    "Game-Show" "game_show" ["gameshow"],
    "History" "history" ["historical"],
    "Horror" "horror" [],
    "Music" "music" [],
    "Musical" "musical" ["musicals"],
    "Mystery" "mystery" ["mysteries"],
    "News" "news" [],
    "Reality-TV" "reality_tv" ["realitytv", "reality"],
    "Romance" "romance" ["romantic", "love"],
    "Sci-Fi" "sci_fi" ["scifi", "sf", "science fiction", "sciencefiction"],
    "Short" "short" ["short film", "shorts"],
    "Sport" "sport" ["sports"],
    "Talk-Show" "talk_show" ["talkshow"],
    "Thriller" "thriller" ["thrillers"],
    "TV Movie" "tv_movie" ["tvmovie", "television film"],
    "War" "war" ["war film"],
    "Western" "western" ["westerns"],
}

/// The bit that stands for all genres that are not known, in a set of genres as the index keeps it.
pub const OTHER_BIT: u32 = 63;

/// The bit of a genre in a set of genres as the index keeps it: its place among [`KNOWN`], or [`OTHER_BIT`].
pub fn bit(name: &str) -> u32 {
    const { assert!(KNOWN.len() < OTHER_BIT as usize) };
    KNOWN.iter().position(|genre| genre.name == name).map_or(OTHER_BIT, |place| place as u32)
}

/// The known genre of a spelling: `Sci Fi`, `science fiction` and `SCIFI` are `Sci-Fi`.
pub fn known(spelling: &str) -> Option<&'static KnownGenre> {
    // Most spellings are canonical, and folding costs more than looking.
    KNOWN.iter().find(|genre| genre.name == spelling).or_else(|| BY_FOLDED_SPELLING.get(&fold(spelling)).copied())
}

static BY_FOLDED_SPELLING: LazyLock<HashMap<String, &'static KnownGenre>> = LazyLock::new(|| {
    let spellings = |genre: &'static KnownGenre| {
        let aliases = genre.aliases.iter().map(|alias| (*alias).to_owned());
        aliases.chain([fold(genre.name)]).map(move |spelling| (spelling, genre))
    };
    KNOWN.iter().flat_map(spellings).collect()
});

/// The spelling that is kept: the canonical one where the genre is known, else the given one.
pub fn canonical(spelling: &str) -> String {
    known(spelling).map_or_else(|| spelling.to_owned(), |genre| genre.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_become_the_canonical_one() {
        for (spelling, name) in [
            ("Sci Fi", "Sci-Fi"),
            ("science fiction", "Sci-Fi"),
            (" SCI-FI ", "Sci-Fi"),
            ("film noir", "Film-Noir"),
            ("Children's", "Family"),
            ("Telenovela", "Telenovela"),
        ] {
            assert_eq!(canonical(spelling), name);
        }
    }

    #[test]
    fn aliases_are_folded_and_belong_to_one_genre() {
        let mut seen = std::collections::HashSet::new();
        for genre in KNOWN {
            for alias in genre.aliases {
                assert_eq!(fold(alias), *alias);
                assert!(seen.insert(*alias), "{alias}");
            }
        }
    }
}
