//! What can be wrong with a value. `Display` is the English of the API and of import reports; pages translate
//! the same variants through `i18n`.

use std::collections::BTreeMap;
use std::fmt;

/// One thing that is wrong with one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// It must be given.
    Missing,
    /// More than `max` characters.
    TooLong {
        /// The most characters allowed.
        max: usize,
    },
    /// Fewer than `min` characters.
    TooShort {
        /// The fewest characters allowed.
        min: usize,
    },
    /// More than `max` entries in a list.
    TooMany {
        /// The most entries allowed.
        max: usize,
    },
    /// It is not a number, or not a finite one.
    NotANumber,
    /// It is not a whole number.
    NotWhole,
    /// A number outside its bounds.
    OutOfRange {
        /// The least value allowed.
        min: f64,
        /// The greatest value allowed.
        max: f64,
    },
    /// A number below its bound.
    Below {
        /// The least value allowed.
        min: f64,
    },
    /// The type or the shape is wrong, with what was expected.
    Malformed {
        /// What was expected, such as `tt0076759`.
        expected: &'static str,
    },
    /// Neither a year nor a range of years.
    NotYears,
    /// Neither a score nor a range of scores.
    NotScores,
    /// It is given more than once.
    Repeated,
    /// None of the possible values.
    NotAChoice {
        /// The possible values, joined with `, `.
        choices: &'static str,
    },
    /// The name of an account that exists.
    Taken {
        /// The existing account's name.
        name: String,
    },
    /// A name that looks like that of another account.
    LooksLike {
        /// The existing account's name.
        name: String,
    },
    /// A name of letters from several scripts.
    MixedScripts,
    /// A name with characters that nobody sees.
    Invisible,
    /// A password that is on every list of common ones.
    TooCommon,
    /// A picture that is not whole.
    Damaged,
    /// A file that is none of these kinds.
    NotAKind {
        /// The kinds, joined with `, `.
        kinds: &'static str,
    },
    /// A picture with more than `max` million pixels.
    TooManyPixels {
        /// The most pixels allowed, in millions.
        max: usize,
    },
    /// A file of more than `max` megabytes.
    TooLarge {
        /// The most megabytes allowed.
        max: usize,
    },
    /// A picture with too much besides its pixels: color profile, metadata.
    TooMuchData,
    /// All notes of an account would take more than `max` megabytes.
    NotesFull {
        /// The most megabytes allowed.
        max: usize,
    },
    /// All lists of an account would have more than `max` movies.
    ListsFull {
        /// The most movies allowed.
        max: usize,
    },
    /// An account would have more than `max` viewings.
    ViewingsFull {
        /// The most viewings allowed.
        max: usize,
    },
    /// A day before anybody could see a film.
    TooEarly {
        /// The first year.
        year: i32,
    },
    /// A day that has not come yet.
    InFuture,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("must be given"),
            Self::TooLong { max } => write!(f, "must have at most {max} characters"),
            Self::TooShort { min } => write!(f, "must have at least {min} characters"),
            Self::TooMany { max } => write!(f, "must have at most {max} entries"),
            Self::NotANumber => f.write_str("must be a number"),
            Self::NotWhole => f.write_str("must be a whole number"),
            Self::OutOfRange { min, max } => write!(f, "must be between {min} and {max}"),
            Self::Below { min } => write!(f, "must be {min} or more"),
            Self::Malformed { expected } => write!(f, "must look like {expected}"),
            Self::NotYears => f.write_str("must look like 1994, 1990-1999, 1990s, >=1990 or <1980"),
            Self::NotScores => f.write_str("must look like 8, 7.5+, 7-8, >=8 or <5"),
            Self::Repeated => f.write_str("must be given once"),
            Self::NotAChoice { choices } => write!(f, "must be one of {choices}"),
            Self::Taken { name } => write!(f, "must be another one: the account `{name}` exists already"),
            Self::LooksLike { name } => write!(f, "must not look like the name of the account `{name}`"),
            Self::MixedScripts => f.write_str("must not mix letters of several scripts"),
            Self::Invisible => f.write_str("must not contain invisible characters"),
            Self::TooCommon => f.write_str("is one of the most common passwords"),
            Self::Damaged => f.write_str("is damaged or cut off; try another file"),
            Self::NotAKind { kinds } => write!(f, "must be one of {kinds}"),
            Self::TooManyPixels { max } => write!(f, "must have at most {max} million pixels"),
            Self::TooLarge { max } => write!(f, "must have at most {max} MB"),
            Self::TooMuchData => f.write_str("carries too much data besides the image; save it without metadata"),
            Self::NotesFull { max } => write!(f, "would bring your notes over {max} MB in all"),
            Self::ListsFull { max } => write!(f, "would bring your lists over {max} movies in all"),
            Self::ViewingsFull { max } => write!(f, "would bring your viewings over {max} in all"),
            Self::TooEarly { year } => write!(f, "must be in {year} or later"),
            Self::InFuture => f.write_str("must not be in the future"),
        }
    }
}

/// What is wrong, by the field's name in the API. The first problem of a field is kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldErrors(pub BTreeMap<&'static str, Problem>);

impl FieldErrors {
    /// One field with its problem.
    pub fn of(field: &'static str, problem: Problem) -> Self {
        Self(BTreeMap::from([(field, problem)]))
    }

    /// Notes a problem, unless the field has one.
    pub fn add(&mut self, field: &'static str, problem: Problem) {
        self.0.entry(field).or_insert(problem);
    }

    /// Nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problem of one field.
    pub fn get(&self, field: &str) -> Option<&Problem> {
        self.0.get(field)
    }

    /// `value` if nothing is wrong, else the errors.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (field, problem)) in self.0.iter().enumerate() {
            write!(f, "{}`{field}` {problem}", if position > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}
