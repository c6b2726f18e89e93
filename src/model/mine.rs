//! What people keep for themselves: ratings, the watchlist, when they saw a movie, notes, lists. Their bounds stand
//! here alone. Who may see what is decided in `flows` and `web`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::{Date, Month};

use super::fold::tidy;
use super::movie::{Movie, MovieId};
use super::problem::{FieldErrors, Problem};

/// The most characters of a note.
pub const MAX_NOTE: usize = 10_000;
/// The most characters of a list's name.
pub const MAX_LIST_NAME: usize = 100;
/// The most characters of a list's description.
pub const MAX_LIST_DESCRIPTION: usize = 2_000;
/// The most lists of an account.
pub const MAX_LISTS: usize = 500;
/// The most movies of a list.
pub const MAX_LIST_MOVIES: usize = 10_000;
/// The most times that one movie was seen.
pub const MAX_VIEWINGS: usize = 500;
/// The most that all notes of an account take, in megabytes of a million bytes.
pub const MAX_NOTES_MB: usize = 10;
/// The most movies of all lists of an account.
pub const MAX_LIST_ENTRIES: usize = 100_000;
/// The most viewings of an account.
pub const MAX_ALL_VIEWINGS: usize = 100_000;
/// Movies on a page of somebody's own things.
pub const PAGE: u32 = 50;

/// What somebody thinks of a movie: 1 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rating(u8);

impl Rating {
    /// All ratings.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=10).map(Self)
    }

    /// A rating, if it is within bounds.
    pub fn new(value: i64) -> Option<Self> {
        u8::try_from(value).ok().filter(|value| (1..=10).contains(value)).map(Self)
    }

    /// Reads what was given; an empty text takes the rating off.
    ///
    /// # Errors
    /// Under `rating`.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldErrors> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        // `8.0` is how some programs write eight.
        let number: f64 = text.parse().map_err(|_| FieldErrors::of("rating", Problem::NotANumber))?;
        if number.fract() != 0.0 {
            return Err(FieldErrors::of("rating", Problem::NotWhole));
        }
        let rating = Self::new(number as i64);
        rating.map(Some).ok_or_else(|| FieldErrors::of("rating", Problem::OutOfRange { min: 1.0, max: 10.0 }))
    }

    /// The number.
    pub fn value(self) -> u8 {
        self.0
    }
}

/// A day, as the number of days since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

/// What a date must look like.
const SHAPE: &str = "2024-05-31";
/// The day number of 1970 in the calendar that `time` counts by.
const EPOCH: i64 = 2_440_588;
/// The first year that anybody can have seen a film in.
const FIRST_YEAR: i32 = 1888;

impl Day {
    /// Today, by UTC.
    pub fn today() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        Self::of_seconds(seconds)
    }

    /// The day of a moment, by UTC.
    pub fn of_seconds(seconds: i64) -> Self {
        Self(seconds.div_euclid(24 * 3600))
    }

    /// Its first moment, by UTC.
    pub fn seconds(self) -> i64 {
        self.0 * 24 * 3600
    }

    /// Reads `YYYY-MM-DD`.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |length: usize| {
            let part = parts.next()?;
            let is_plain = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| part.parse::<u16>().ok())?
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        parts.next().is_none().then(|| Self(i64::from(date.to_julian_day()) - EPOCH))
    }

    /// Reads the day on which somebody saw a movie; an empty text is an unknown day. Tomorrow is allowed: it has begun
    /// elsewhere.
    ///
    /// # Errors
    /// Under `date`.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldErrors> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let day = Self::read(text).ok_or_else(|| FieldErrors::of("date", Problem::Malformed { expected: SHAPE }))?;
        if day.year() < FIRST_YEAR {
            return Err(FieldErrors::of("date", Problem::TooEarly { year: FIRST_YEAR }));
        }
        if day > Self(Self::today().0 + 1) {
            return Err(FieldErrors::of("date", Problem::InFuture));
        }
        Ok(Some(day))
    }

    fn date(self) -> Option<Date> {
        Date::from_julian_day(i32::try_from(self.0 + EPOCH).ok()?).ok()
    }

    fn year(self) -> i32 {
        self.date().map_or(0, Date::year)
    }
}

/// `YYYY-MM-DD`.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(date) = self.date() else { return Ok(()) };
        write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

/// Reads a note: lines of text; an empty one takes it off.
///
/// # Errors
/// Under `note`.
pub fn parse_note(text: &str) -> Result<Option<String>, FieldErrors> {
    let text = lines(text);
    if text.chars().count() > MAX_NOTE {
        return Err(FieldErrors::of("note", Problem::TooLong { max: MAX_NOTE }));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// Tells whether a note is the one that a form showed: a short mark of its text.
pub fn note_mark(text: &str) -> String {
    Sha256::digest(lines(text)).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Line ends of one kind, no control characters, no blanks around.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    kept.trim().to_owned()
}

/// What a list is to be called, and who may see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListDraft {
    /// 1 to 100 characters, tidy.
    pub name: String,
    /// At most 2,000 characters.
    pub description: String,
    /// Everybody who may read the catalogue may see it.
    pub is_public: bool,
}

impl ListDraft {
    /// Checks name and description.
    ///
    /// # Errors
    /// Under `name` and `description`.
    pub fn check(name: &str, description: &str, is_public: bool) -> Result<Self, FieldErrors> {
        let (name, description) = (tidy(name), lines(description));
        let mut errors = FieldErrors::default();
        if name.is_empty() {
            errors.add("name", Problem::Missing);
        } else if name.chars().count() > MAX_LIST_NAME {
            errors.add("name", Problem::TooLong { max: MAX_LIST_NAME });
        }
        if description.chars().count() > MAX_LIST_DESCRIPTION {
            errors.add("description", Problem::TooLong { max: MAX_LIST_DESCRIPTION });
        }
        errors.into_result(Self { name, description, is_public })
    }
}

/// A list of movies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovieList {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: i64,
    /// The name of that account.
    pub owner: String,
    /// What it is called.
    pub draft: ListDraft,
    /// How many movies it has.
    pub count: u64,
    /// When it was last changed, seconds since 1970.
    pub updated_at: i64,
}

impl MovieList {
    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.draft.name,
            "description": self.draft.description,
            "public": self.draft.is_public,
            "owner": self.owner,
            "count": self.count,
            "updated": Day::of_seconds(self.updated_at).to_string(),
        })
    }
}

/// A time that somebody saw a movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewing {
    /// Its number.
    pub id: i64,
    /// The day; `None` where it is not known.
    pub on: Option<Day>,
}

/// A list of somebody's, and whether it holds the movie at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InList {
    /// The list's number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// It holds the movie.
    pub holds: bool,
}

/// What somebody keeps of one movie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonalState {
    /// What they think of it.
    pub rating: Option<Rating>,
    /// They want to see it.
    pub watchlist: bool,
    /// When they saw it, the latest first, unknown days last.
    pub seen: Vec<Viewing>,
    /// What they wrote down.
    pub note: Option<String>,
    /// All of their lists, by name.
    pub lists: Vec<InList>,
}

impl PersonalState {
    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let seen = |viewing: &Viewing| json!({"id": viewing.id, "date": viewing.on.map(|day| day.to_string())});
        let held = self.lists.iter().filter(|list| list.holds);
        json!({
            "rating": self.rating.map(Rating::value),
            "watchlist": self.watchlist,
            "seen": self.seen.iter().map(seen).collect::<Vec<_>>(),
            "note": self.note,
            "lists": held.map(|list| json!({"id": list.id, "name": list.name})).collect::<Vec<_>>(),
        })
    }
}

/// What all people of this site think of a movie; none has rated it where `count` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SiteRating {
    /// How many have rated it.
    pub count: u64,
    /// Their ratings, added up.
    pub sum: u64,
}

impl SiteRating {
    /// The mean.
    pub fn average(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The JSON of the API, the mean with one decimal.
    pub fn to_json(self) -> Value {
        let average = self.average().map(|average| (average * 10.0).round() / 10.0);
        average.map_or(Value::Null, |average| json!({"average": average, "count": self.count}))
    }
}

/// What a movie's page says beside the movie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovieExtras {
    /// What this site's people think.
    pub site: SiteRating,
    /// What the visitor keeps; `None` where nobody is signed in.
    pub mine: Option<PersonalState>,
}

/// One of somebody's own pages of movies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// What they have rated, the latest first.
    Ratings,
    /// What they want to see, the latest first.
    Watchlist,
    /// What they have seen, each time, the latest first.
    Seen,
    /// What they have written of.
    Notes,
}

impl Collection {
    /// All shelves.
    pub const ALL: [Self; 4] = [Self::Ratings, Self::Watchlist, Self::Seen, Self::Notes];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratings => "ratings",
            Self::Watchlist => "watchlist",
            Self::Seen => "seen",
            Self::Notes => "notes",
        }
    }
}

/// A movie on somebody's page, with what makes it stand there.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionEntry {
    /// The movie.
    pub movie: Movie,
    /// What they think of it.
    pub rating: Option<Rating>,
    /// When they rated, saw, noted or added it.
    pub on: Option<Day>,
    /// What they wrote down (on the page of notes).
    pub note: Option<String>,
}

/// A page of movies of somebody's own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CollectionPage {
    /// How many entries there are on all pages.
    pub total: u64,
    /// The page, from 1.
    pub page: u32,
    /// The entries of this page.
    pub entries: Vec<CollectionEntry>,
}

impl CollectionPage {
    /// How many pages there are; an empty one counts.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(PAGE)).max(1)
    }

    /// The JSON of the API: the movies as everywhere, each with what stands beside it.
    pub fn to_json(&self) -> Value {
        let movies = self.entries.iter().map(|entry| {
            let mut movie = json!(entry.movie);
            movie["mine"] = json!({
                "rating": entry.rating.map(Rating::value),
                "date": entry.on.map(|day| day.to_string()),
            });
            if let Some(note) = &entry.note {
                movie["mine"]["note"] = json!(note);
            }
            movie
        });
        json!({
            "total": self.total,
            "page": self.page,
            "items": PAGE,
            "pages": self.pages(),
            "movies": movies.collect::<Vec<_>>(),
        })
    }
}

/// Reads the number of a page.
///
/// # Errors
/// Under `p`.
pub fn parse_page(text: Option<&str>) -> Result<u32, FieldErrors> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(1) };
    let page: u32 = text.parse().map_err(|_| FieldErrors::of("p", Problem::NotWhole))?;
    if page == 0 { Err(FieldErrors::of("p", Problem::Below { min: 1.0 })) } else { Ok(page) }
}

/// A movie's number in a body.
///
/// # Errors
/// Under `movie`.
pub fn parse_movie(text: &str) -> Result<MovieId, FieldErrors> {
    MovieId::parse(text.trim()).ok_or_else(|| FieldErrors::of("movie", Problem::NotWhole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_whole_and_within_bounds() {
        for (text, value) in [("1", 1), (" 10 ", 10), ("8.0", 8)] {
            assert_eq!(Rating::parse(text).expect("a rating").map(Rating::value), Some(value));
        }
        assert_eq!(Rating::parse("  "), Ok(None));
        for bad in ["0", "11", "-1", "7.5", "x", "NaN", "inf", "1e99"] {
            assert!(Rating::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_are_real_past_and_written_as_they_are_read() {
        for text in ["1970-01-01", "1888-01-01", "2024-02-29", "1999-12-31"] {
            assert_eq!(Day::parse(text).expect(text).map(|day| day.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Day::read("1970-01-02"), Some(Day(1)));
        assert_eq!(Day::of_seconds(-1), Day(-1));
        assert_eq!(Day::parse(""), Ok(None));
        let tomorrow = Day(Day::today().0 + 1);
        assert_eq!(Day::parse(&tomorrow.to_string()), Ok(Some(tomorrow)));
        assert!(Day::parse(&Day(tomorrow.0 + 1).to_string()).is_err());
        for bad in
            ["1887-12-31", "2023-02-29", "2024-13-01", "24-01-01", "2024-1-1", "2024-01-01T00", "x", "+024-01-01"]
        {
            assert!(Day::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn notes_and_lists_have_bounds_in_characters() {
        assert_eq!(parse_note(" a\r\nb\u{0}\u{202a} "), Ok(Some("a\nb\u{202a}".to_owned())));
        assert_eq!(parse_note(" \r\n "), Ok(None));
        assert!(parse_note(&"é".repeat(MAX_NOTE)).is_ok() && parse_note(&"é".repeat(MAX_NOTE + 1)).is_err());
        assert!(ListDraft::check(&"é".repeat(100), &"x".repeat(2000), true).is_ok());
        let errors = ListDraft::check(&"é".repeat(101), &"x".repeat(2001), true).expect_err("too long");
        assert_eq!(errors.0.len(), 2);
        assert!(ListDraft::check(" \u{200b} ", "", false).is_err());
    }
}
