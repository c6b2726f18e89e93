//! Which movie is this: the one rule, pure, for everybody who asks.
//!
//! An external id decides. An external id, a year or a first director that contradicts is another movie. What is unknown
//! never decides: two descriptions of one title are one movie only where nothing else of that title would have to be
//! chosen against, which [`assign`] says for all of them at once. So neither the order of the descriptions nor their
//! repetition changes the result. Titles are compared by the caller, folded.

use std::collections::HashMap;

use super::fold::fold;
use super::movie::Facts;

/// What tells movies of one title apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// The first director, folded.
    pub director: Option<String>,
    /// The year.
    pub year: Option<u16>,
    /// IMDb's id.
    pub imdb_id: Option<String>,
    /// TMDB's number.
    pub tmdb_id: Option<u64>,
}

impl Identity {
    /// What tells a movie of these facts apart.
    pub fn of(facts: &Facts) -> Self {
        Self {
            director: facts.directors.first().map(|name| fold(name)),
            year: facts.year,
            imdb_id: facts.imdb_id.clone(),
            tmdb_id: facts.tmdb_id,
        }
    }

    /// They have an external id in common, or else one id of one kind in two values: `Some(true)` or `Some(false)`.
    fn by_external_id(&self, other: &Self) -> Option<bool> {
        let imdb = self.imdb_id.as_ref().zip(other.imdb_id.as_ref()).map(|(one, two)| one == two);
        let tmdb = self.tmdb_id.zip(other.tmdb_id).map(|(one, two)| one == two);
        imdb.or(tmdb)
    }

    /// They cannot be one movie.
    pub fn contradicts(&self, other: &Self) -> bool {
        if let Some(is_same) = self.by_external_id(other) {
            return !is_same;
        }
        let differ = |differ: Option<bool>| differ.unwrap_or(false);
        differ(self.year.zip(other.year).map(|(one, two)| one != two))
            || differ(self.director.as_ref().zip(other.director.as_ref()).map(|(one, two)| one != two))
    }

    /// They have an external id in common.
    pub fn shares_external_id(&self, other: &Self) -> bool {
        self.by_external_id(other) == Some(true)
    }

    /// In how much they agree: more is surer.
    fn agreement(&self, other: &Self) -> usize {
        let agree = |agree: bool| usize::from(agree);
        agree(self == other)
            + 8 * agree(self.shares_external_id(other))
            + 4 * agree(self.director.is_some() && self.director == other.director)
            + 2 * agree(self.year.is_some() && self.year == other.year)
    }
}

/// Where a description belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// To this one of the movies.
    Movie(usize),
    /// To a new movie; descriptions with one number belong to one.
    New(usize),
}

/// Says of each description of a title where it belongs, among the movies of that title that are known.
///
/// Two of them are one movie if each other one contradicts both or neither. Where one contradicts just one of the two,
/// they stay apart: what is unknown of them would otherwise decide between movies. (Their union contradicts exactly what
/// each of its parts does, so that the same descriptions again belong where they went.) Takes time by the square of
/// their number.
pub fn assign(movies: &[Identity], descriptions: &[Identity]) -> Vec<Home> {
    let all: Vec<&Identity> = movies.iter().chain(descriptions).collect();
    // The sum of what contradicts each one, of one random number for each: equal sums are equal sets.
    let mut against = vec![0_u64; all.len()];
    for (place, one) in all.iter().enumerate() {
        for (other_place, other) in all.iter().enumerate().skip(place + 1) {
            if one.contradicts(other) {
                against[place] = against[place].wrapping_add(scatter(other_place));
                against[other_place] = against[other_place].wrapping_add(scatter(place));
            }
        }
    }
    let (of_movies, of_descriptions) = against.split_at(movies.len());
    let mut fresh = HashMap::new();
    let home = |(description, against): (&Identity, &u64)| {
        let same = movies
            .iter()
            .zip(of_movies)
            .enumerate()
            .filter(|(_, (movie, other))| *other == against && !movie.contradicts(description));
        // Two movies that are known apart stay so; the surer one takes the description, of equals the first.
        let surest = same.max_by_key(|(place, (movie, _))| (movie.agreement(description), std::cmp::Reverse(*place)));
        match surest {
            Some((place, _)) => Home::Movie(place),
            None => {
                let next = fresh.len();
                Home::New(*fresh.entry(*against).or_insert(next))
            }
        }
    };
    descriptions.iter().zip(of_descriptions).map(home).collect()
}

/// What a row of a member's own file says of a movie, and what the catalog knows of one, besides the title.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Described {
    /// All directors, folded.
    pub directors: Vec<String>,
    /// The year.
    pub year: Option<u16>,
    /// There is a year that cannot be read: only an external id is certain.
    pub has_bad_year: bool,
    /// IMDb's id.
    pub imdb_id: Option<String>,
    /// TMDB's number.
    pub tmdb_id: Option<u64>,
}

/// Whether a description means one movie for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certain {
    /// This one.
    One(usize),
    /// None of them.
    None,
    /// One of several.
    Several,
    /// Perhaps this or that one; what is unknown would have to decide.
    Doubtful,
}

/// Which movie of a title is meant for certain: the stricter rule for what people keep, which is never guessed.
///
/// External ids decide. A director that contradicts is another movie. A year counts also one beside it, since sites
/// differ by one, where no movie has the year itself. A movie whose year is not known counts only if a director is the
/// same. Where the description has no year, there must be no choice.
pub fn certain(row: &Described, movies: &[&Described]) -> Certain {
    let by_id = |movie: &Described| {
        let imdb = movie.imdb_id.as_ref().zip(row.imdb_id.as_ref()).map(|(one, two)| one == two);
        imdb.or(movie.tmdb_id.zip(row.tmdb_id).map(|(one, two)| one == two))
    };
    if let Some(place) = movies.iter().position(|movie| by_id(movie) == Some(true)) {
        return Certain::One(place);
    }
    let shares_director = |movie: &Described| movie.directors.iter().any(|name| row.directors.contains(name));
    let director_contradicts =
        |movie: &Described| !movie.directors.is_empty() && !row.directors.is_empty() && !shares_director(movie);
    let distance = |movie: &Described| movie.year.zip(row.year).map(|(one, two)| one.abs_diff(two));
    let possible: Vec<usize> = (0..movies.len())
        .filter(|place| by_id(movies[*place]).is_none() && distance(movies[*place]).is_none_or(|years| years <= 1))
        .collect();
    let of = |is_wanted: &dyn Fn(&Described) -> bool| -> Vec<usize> {
        let fits = possible.iter().copied().filter(|place| !director_contradicts(movies[*place]));
        fits.filter(|place| is_wanted(movies[*place])).collect()
    };
    if row.has_bad_year {
        return if possible.is_empty() { Certain::None } else { Certain::Doubtful };
    }
    let is_any_year = row.year.is_none();
    let sure: [&dyn Fn(&Described) -> bool; 4] = [
        &|movie| distance(movie) == Some(0) && shares_director(movie),
        &|movie| distance(movie) == Some(0),
        &|movie| (is_any_year || distance(movie).is_some()) && shares_director(movie),
        &|movie| is_any_year || distance(movie).is_some() || shares_director(movie),
    ];
    let has_unknown_year = !is_any_year && !of(&|movie| movie.year.is_none()).is_empty();
    for (step, is_sure) in sure.into_iter().enumerate() {
        match of(is_sure).as_slice() {
            [] => {}
            // It would be a year beside it, and another movie may have the year itself.
            [place] if step == 3 && has_unknown_year && !shares_director(movies[*place]) => return Certain::Doubtful,
            [place] => return Certain::One(*place),
            _ => return Certain::Several,
        }
    }
    let is_near = |movie: &Described| distance(movie) == Some(0) || !director_contradicts(movie);
    if possible.iter().any(|place| is_near(movies[*place])) { Certain::Doubtful } else { Certain::None }
}

/// A number that looks random (SplitMix64).
fn scatter(place: usize) -> u64 {
    let mut mixed = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1990 Ann tt1`, any part of it left out.
    fn identity(text: &str) -> Identity {
        let mut identity = Identity::default();
        for part in text.split(' ').filter(|part| !part.is_empty()) {
            match (part.parse(), part.starts_with("tt")) {
                (Ok(year), _) => identity.year = Some(year),
                (_, true) => identity.imdb_id = Some(part.to_owned()),
                (_, false) => identity.director = Some(part.to_owned()),
            }
        }
        identity
    }

    /// The classes of descriptions, each with its members sorted.
    fn classes(texts: &[&str]) -> Vec<Vec<String>> {
        let all: Vec<Identity> = texts.iter().map(|text| identity(text)).collect();
        let mut classes: HashMap<usize, Vec<String>> = HashMap::new();
        for (text, home) in texts.iter().zip(assign(&[], &all)) {
            let Home::New(number) = home else { panic!("there are no movies") };
            classes.entry(number).or_default().push((*text).to_owned());
        }
        let mut classes: Vec<_> = classes.into_values().collect();
        classes.iter_mut().for_each(|class| class.sort());
        classes.sort();
        classes
    }

    #[test]
    fn what_is_unknown_matches_only_where_there_is_no_choice() {
        for (texts, count) in [
            (&["1990 Ann", "Ann"][..], 1),
            (&["1990 Ann", "1990"], 1),
            (&["1990 Ann", ""], 1),
            (&["1990", "Ann", ""], 1),
            (&["1990 Ann", "1991 Ann", "Ann"], 3),
            (&["1990 Ann", "1990 Bob", "1990"], 3),
            (&["1990", "Ann", "Bob"], 3),
            (&["1990 Ann", "1990 Ann tt1"], 1),
            (&["1990 Ann", "1990 Ann tt1", "1990 Ann tt2"], 3),
            (&["1990 Ann tt1", "1991 Bob tt1"], 1),
            (&["1990 Ann", "1991 Ann"], 2),
            (&["1990 Ann", "1990 Bob"], 2),
            // The unknown year of Ann's may be 1990 or 1991, and yet Bob's 1990 is none of hers.
            (&["Ann", "1991 Ann", "1990 Bob"], 1 + 1),
        ] {
            assert_eq!(classes(texts).len(), count, "{texts:?}");
            let mut turned = texts.to_vec();
            turned.reverse();
            assert_eq!(classes(&turned), classes(texts));
        }
    }

    #[test]
    fn known_movies_stay_apart_and_the_surer_one_takes_it() {
        let movies = [identity(""), identity("Ann")];
        assert_eq!(assign(&movies, &[identity("1990 Ann")]), [Home::Movie(1)]);
        assert_eq!(assign(&movies[..1], &[identity("1990 Ann")]), [Home::Movie(0)]);
        assert_eq!(assign(&movies, &[]), []);
        let other = [identity("1990 Ann"), identity("1991 Ann")];
        assert_eq!(assign(&other, &[identity("Ann"), identity("Ann")]), [Home::New(0), Home::New(0)]);
    }

    fn described(text: &str) -> Described {
        let Identity { director, year, imdb_id, tmdb_id } = identity(text);
        Described { directors: director.into_iter().collect(), year, has_bad_year: false, imdb_id, tmdb_id }
    }

    #[test]
    fn what_is_not_certain_is_never_guessed() {
        for (row, movies, expected) in [
            ("1990 Ann", &["1990 Ann", "1990 Bob"][..], Certain::One(0)),
            ("1990", &["1990 Ann"], Certain::One(0)),
            ("1990", &["1990 Ann", "1990 Bob"], Certain::Several),
            ("1991", &["1990 Ann"], Certain::One(0)),
            ("1991", &["1990 Ann", "1992 Bob"], Certain::Several),
            ("1991 Bob", &["1990 Ann", "1992 Bob"], Certain::One(1)),
            ("1992", &["1990 Ann"], Certain::None),
            ("2025", &["Ann"], Certain::Doubtful),
            ("2025 Ann", &["Ann"], Certain::One(0)),
            ("2025 Bob", &["Ann"], Certain::None),
            ("1991", &["1990 Ann", "Bob"], Certain::Doubtful),
            ("Ann", &["1990 Ann", "1990 Bob"], Certain::One(0)),
            ("1990 Bob", &["1990 Ann"], Certain::Doubtful),
            ("", &["1990 Ann"], Certain::One(0)),
            ("", &["1990 Ann", "1991 Ann"], Certain::Several),
            ("1990 tt1", &["1990 tt2"], Certain::None),
            ("1999 Cy tt1", &["1990 Ann", "1991 Bob tt1"], Certain::One(1)),
            ("1990", &[], Certain::None),
        ] {
            let movies: Vec<Described> = movies.iter().map(|text| described(text)).collect();
            assert_eq!(certain(&described(row), &movies.iter().collect::<Vec<_>>()), expected, "{row} {movies:?}");
        }
    }
}
