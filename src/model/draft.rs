//! The one way in: what a form, the API, a dump or a command says of a movie, checked field by field.
//!
//! A [`RawMovie`] (see `raw`) holds loose values as they arrived. [`MovieDraft::check`] makes a draft of them or says what
//! is wrong with each field. [`MovieDraft::merge_into`] lays a draft over what is known. The bounds are those of
//! the contract and stand here only.

use super::fold::{fold, tidy};
use super::genre;
use super::movie::Facts;
use super::problem::{FieldErrors, Problem};
use super::raw::{Field, RawMovie, RawValue};

/// The most characters of a title.
pub const MAX_TITLE: usize = 500;
/// The most characters of a person's name.
pub const MAX_NAME: usize = 200;
/// The most people, and the most other titles, of a movie.
pub const MAX_PEOPLE: usize = 20;
/// The most characters of a genre.
pub const MAX_GENRE: usize = 50;
/// The most genres of a movie.
pub const MAX_GENRES: usize = 20;
/// The most characters of an overview.
pub const MAX_OVERVIEW: usize = 10_000;
/// The earliest and the latest year.
pub const YEARS: (u16, u16) = (1870, 2100);

/// What a draft says of a field.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Given<T> {
    /// Nothing: the field stays as it is.
    #[default]
    Absent,
    /// That it is not known: the field is emptied.
    Unknown,
    /// Its value.
    Known(T),
}

impl<T> Given<T> {
    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// As [`Self::known`], by value.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Unknown => Given::Unknown,
            Self::Known(value) => Given::Known(change(value)),
        }
    }
}

/// A checked draft: every value keeps its bounds, names are tidy, genres canonical.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "the fields are those of `Facts`, which documents them")]
pub struct MovieDraft {
    pub title: Given<String>,
    pub original_title: Given<String>,
    pub alternate_titles: Given<Vec<String>>,
    pub directors: Given<Vec<String>>,
    pub cast: Given<Vec<String>>,
    pub genres: Given<Vec<String>>,
    pub year: Given<u16>,
    pub score: Given<f64>,
    pub votes: Given<u64>,
    pub popularity: Given<f64>,
    pub runtime: Given<u32>,
    pub overview: Given<String>,
    pub imdb_id: Given<String>,
    pub tmdb_id: Given<u64>,
}

impl MovieDraft {
    /// Checks every field that was given. A title that is given must not be empty; whether one must be given
    /// depends on who asks, see [`Self::for_new`].
    ///
    /// # Errors
    /// The first problem of each field that has one.
    pub fn check(raw: &RawMovie) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut read = Reading { raw, errors: &mut errors };
        let mut draft = Self {
            title: read.name(Field::Title, MAX_TITLE),
            original_title: read.name(Field::OriginalTitle, MAX_TITLE),
            alternate_titles: read.names(Field::AlternateTitles, MAX_TITLE, MAX_PEOPLE),
            directors: read.names(Field::Directors, MAX_NAME, MAX_PEOPLE),
            cast: read.names(Field::Cast, MAX_NAME, MAX_PEOPLE),
            genres: read.names(Field::Genres, MAX_GENRE, MAX_GENRES).map(|given| canonical_genres(&given)),
            year: read.whole(Field::Year, f64::from(YEARS.0), f64::from(YEARS.1)).map(|n| n as u16),
            score: read.number(Field::Score, 0.0, 10.0),
            votes: read.whole(Field::Votes, 0.0, 9e15).map(|n| n as u64),
            popularity: read.number(Field::Popularity, 0.0, f64::INFINITY),
            runtime: read.whole(Field::Runtime, 1.0, 6000.0).map(|n| n as u32),
            overview: read.name(Field::Overview, MAX_OVERVIEW),
            imdb_id: read.name(Field::ImdbId, 20),
            tmdb_id: read.whole(Field::TmdbId, 1.0, 9e15).map(|n| n as u64),
        };
        if matches!(draft.title, Given::Unknown) {
            errors.add(Field::Title.name(), Problem::Missing);
        }
        if draft.imdb_id.known().is_some_and(|id| !is_imdb_id(id)) {
            errors.add(Field::ImdbId.name(), Problem::Malformed { expected: "tt0076759" });
        }
        if draft.original_title == draft.title && draft.title.known().is_some() {
            draft.original_title = Given::Unknown;
        }
        errors.into_result(draft)
    }

    /// Like [`Self::check`], for a movie that does not exist yet: a title must be given.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn for_new(raw: &RawMovie) -> Result<Self, FieldErrors> {
        let checked = Self::check(raw);
        if raw.get(Field::Title).is_some() {
            return checked;
        }
        let mut errors = checked.err().unwrap_or_default();
        errors.add(Field::Title.name(), Problem::Missing);
        Err(errors)
    }

    /// Lays the draft over what is known: absent fields stay.
    pub fn merge_into(&self, facts: &mut Facts) {
        if let Given::Known(title) = &self.title {
            facts.title.clone_from(title);
        }
        lay(&self.original_title, &mut facts.original_title);
        lay_list(&self.alternate_titles, &mut facts.alternate_titles);
        lay_list(&self.directors, &mut facts.directors);
        lay_list(&self.cast, &mut facts.cast);
        lay_list(&self.genres, &mut facts.genres);
        lay(&self.year, &mut facts.year);
        lay(&self.score, &mut facts.score);
        lay(&self.votes, &mut facts.votes);
        lay(&self.popularity, &mut facts.popularity);
        lay(&self.runtime, &mut facts.runtime);
        lay(&self.overview, &mut facts.overview);
        lay(&self.imdb_id, &mut facts.imdb_id);
        lay(&self.tmdb_id, &mut facts.tmdb_id);
    }

    /// The facts of a movie of which nothing else is known.
    pub fn into_facts(self) -> Facts {
        Facts {
            title: self.title.into_known().unwrap_or_default(),
            original_title: self.original_title.into_known(),
            alternate_titles: self.alternate_titles.into_known().unwrap_or_default(),
            directors: self.directors.into_known().unwrap_or_default(),
            cast: self.cast.into_known().unwrap_or_default(),
            genres: self.genres.into_known().unwrap_or_default(),
            year: self.year.into_known(),
            score: self.score.into_known(),
            votes: self.votes.into_known(),
            popularity: self.popularity.into_known(),
            runtime: self.runtime.into_known(),
            overview: self.overview.into_known(),
            imdb_id: self.imdb_id.into_known(),
            tmdb_id: self.tmdb_id.into_known(),
        }
    }

    /// As [`Self::into_facts`], of a draft that is still needed.
    pub fn to_facts(&self) -> Facts {
        self.clone().into_facts()
    }
}

/// The popularity of a movie whose dump has votes but no popularity (contract, section 4): 0 to 100.
pub fn popularity_from_votes(votes: u64) -> f64 {
    (100.0 * (1.0 + votes as f64).log10() / 6.5).min(100.0)
}

fn lay<T: Clone>(given: &Given<T>, slot: &mut Option<T>) {
    match given {
        Given::Absent => {}
        Given::Unknown => *slot = None,
        Given::Known(value) => *slot = Some(value.clone()),
    }
}

fn lay_list(given: &Given<Vec<String>>, slot: &mut Vec<String>) {
    match given {
        Given::Absent => {}
        Given::Unknown => slot.clear(),
        Given::Known(list) => slot.clone_from(list),
    }
}

fn canonical_genres(given: &[String]) -> Vec<String> {
    distinct(given.iter().map(|spelling| genre::canonical(spelling)))
}

/// The values, without those that fold to one that came before.
fn distinct(values: impl IntoIterator<Item = String>) -> Vec<String> {
    let values: Vec<String> = values.into_iter().collect();
    // Most lists hold one name, and an import folds millions of them.
    if values.len() < 2 {
        return values;
    }
    let mut kept: Vec<(String, String)> = Vec::new();
    for value in values {
        let folded = fold(&value);
        if !kept.iter().any(|(known, _)| *known == folded) {
            kept.push((folded, value));
        }
    }
    kept.into_iter().map(|(_, value)| value).collect()
}

fn is_imdb_id(text: &str) -> bool {
    text.strip_prefix("tt").is_some_and(|rest| rest.len() >= 7 && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Reads the fields of a raw movie and notes what is wrong.
struct Reading<'a> {
    raw: &'a RawMovie,
    errors: &'a mut FieldErrors,
}

impl Reading<'_> {
    fn name(&mut self, field: Field, max: usize) -> Given<String> {
        let text = match self.raw.get(field) {
            None => return Given::Absent,
            Some(RawValue::Null) => return Given::Unknown,
            Some(RawValue::Text(text)) => tidy(text),
            Some(RawValue::Number(number)) => number.to_string(),
            Some(RawValue::List(_) | RawValue::Other) => {
                return self.wrong(field, Problem::Malformed { expected: "text" });
            }
        };
        if text.is_empty() {
            return Given::Unknown;
        }
        if text.chars().count() > max {
            return self.wrong(field, Problem::TooLong { max });
        }
        Given::Known(text)
    }

    fn names(&mut self, field: Field, max: usize, most: usize) -> Given<Vec<String>> {
        let list: Vec<String> = match self.raw.get(field) {
            None => return Given::Absent,
            Some(RawValue::Null) => return Given::Unknown,
            Some(RawValue::Text(text)) => text.split(',').map(tidy).collect(),
            Some(RawValue::List(list)) => list.iter().map(|name| tidy(name)).collect(),
            Some(RawValue::Number(_) | RawValue::Other) => {
                return self.wrong(field, Problem::Malformed { expected: "text or a list of texts" });
            }
        };
        let list = distinct(list.into_iter().filter(|name| !name.is_empty()));
        if list.len() > most {
            return self.wrong(field, Problem::TooMany { max: most });
        }
        if list.iter().any(|name| name.chars().count() > max) {
            return self.wrong(field, Problem::TooLong { max });
        }
        if list.is_empty() { Given::Unknown } else { Given::Known(list) }
    }

    fn number(&mut self, field: Field, min: f64, max: f64) -> Given<f64> {
        let number = match self.raw.get(field) {
            None => return Given::Absent,
            Some(RawValue::Null) => return Given::Unknown,
            Some(RawValue::Number(number)) => *number,
            Some(RawValue::Text(text)) if text.trim().is_empty() => return Given::Unknown,
            Some(RawValue::Text(text)) => match parse_number(text) {
                Some(number) => number,
                None => return self.wrong(field, Problem::NotANumber),
            },
            Some(RawValue::List(_) | RawValue::Other) => return self.wrong(field, Problem::NotANumber),
        };
        if !number.is_finite() {
            return self.wrong(field, Problem::NotANumber);
        }
        if number < min || number > max {
            let bounds = if max.is_finite() { Problem::OutOfRange { min, max } } else { Problem::Below { min } };
            return self.wrong(field, bounds);
        }
        // Minus zero would be another value for the database and the same for everybody else.
        Given::Known(number + 0.0)
    }

    fn whole(&mut self, field: Field, min: f64, max: f64) -> Given<f64> {
        match self.number(field, min, max) {
            Given::Known(number) if number.fract() != 0.0 => self.wrong(field, Problem::NotWhole),
            read => read,
        }
    }

    fn wrong<T>(&mut self, field: Field, problem: Problem) -> Given<T> {
        self.errors.add(field.name(), problem);
        Given::Absent
    }
}

/// `1,234` is 1234, `8.5` is 8.5, and `8,5` is 8.5 as people type it where the comma is the decimal mark.
fn parse_number(text: &str) -> Option<f64> {
    let text = tidy(text);
    let number = match text.split_once(',') {
        Some((_, after)) if after.len() == 3 || after.contains(',') || after.contains('.') => text.replace(',', ""),
        Some(_) => text.replace(',', "."),
        None => text,
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    number.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(pairs: &[(Field, RawValue)]) -> RawMovie {
        let mut raw = RawMovie::default();
        for (field, value) in pairs {
            raw.set(*field, value.clone());
        }
        raw
    }

    fn text(value: &str) -> RawValue {
        RawValue::Text(value.to_owned())
    }

    #[test]
    fn numbers_come_as_numbers_or_text() {
        let given = raw(&[
            (Field::Score, text(" 8.5 ")),
            (Field::Votes, text("1,234")),
            (Field::Year, RawValue::Number(1977.0)),
        ]);
        let draft = MovieDraft::check(&given).expect("all good");
        assert_eq!(draft.score, Given::Known(8.5));
        assert_eq!(draft.votes, Given::Known(1234));
        assert_eq!(draft.year, Given::Known(1977));
        assert_eq!(parse_number("8,5"), Some(8.5));
        assert_eq!(parse_number("nan"), None);
        assert_eq!(parse_number("inf"), None);
        assert_eq!(parse_number("1e400").filter(|n| n.is_finite()), None);
    }

    #[test]
    fn each_bad_field_is_named() {
        let given = raw(&[
            (Field::Title, text("  ")),
            (Field::Score, text("11")),
            (Field::Popularity, RawValue::Number(-1.0)),
            (Field::Year, RawValue::Number(1977.5)),
            (Field::Directors, RawValue::Other),
            (Field::ImdbId, text("77")),
        ]);
        let errors = MovieDraft::check(&given).expect_err("all bad");
        assert_eq!(errors.get("movie_name"), Some(&Problem::Missing));
        assert_eq!(errors.get("imdb_score").map(ToString::to_string), Some("must be between 0 and 10".into()));
        assert_eq!(errors.get("popularity"), Some(&Problem::Below { min: 0.0 }));
        assert_eq!(errors.get("year"), Some(&Problem::NotWhole));
        assert!(errors.get("director").is_some() && errors.get("imdb_id").is_some());
    }

    #[test]
    fn lists_are_split_tidied_and_distinct() {
        let given = raw(&[
            (Field::Title, text("Fargo")),
            (Field::Directors, text("Joel Coen,  Ethan  Coen, joel coen")),
            (Field::Genres, RawValue::List(vec![" science fiction".into(), "Sci Fi".into(), "Crime ".into()])),
        ]);
        let facts = MovieDraft::for_new(&given).expect("all good").to_facts();
        assert_eq!(facts.directors, ["Joel Coen", "Ethan Coen"]);
        assert_eq!(facts.genres, ["Sci-Fi", "Crime"]);
    }

    #[test]
    fn absent_fields_stay_and_unknown_ones_are_emptied() {
        let mut facts = Facts { title: "Her".into(), year: Some(2013), score: Some(8.0), ..Facts::default() };
        let draft = MovieDraft::check(&raw(&[(Field::Year, RawValue::Null)])).expect("all good");
        draft.merge_into(&mut facts);
        assert_eq!((facts.year, facts.score, facts.title.as_str()), (None, Some(8.0), "Her"));
    }

    #[test]
    fn a_new_movie_needs_a_title() {
        let errors = MovieDraft::for_new(&RawMovie::default()).expect_err("no title");
        assert_eq!(errors.get("movie_name"), Some(&Problem::Missing));
    }
}
