//! What people keep of movies: rating, watchlist, viewings, note; their own pages and their taste. Nothing of one
//! account is ever told to another, except the mean of all ratings.

use super::FlowError;
use crate::app::App;
use crate::model::mine::{
    self, Collection, CollectionPage, Day, MAX_ALL_VIEWINGS, MAX_NOTES_MB, MAX_VIEWINGS, MovieExtras, Rating,
};
use crate::model::taste::{Overview, Taste};
use crate::model::{FieldErrors, MovieId, Problem};
use crate::store::mine::Room;

/// What a movie's page says beside the movie.
///
/// # Errors
/// Unavailable or failed; a movie that is not there has nothing beside it.
pub fn extras(app: &App, account: Option<i64>, movie: MovieId) -> Result<MovieExtras, FlowError> {
    Ok(app.store.extras(account, movie)?)
}

/// The same where it is known without a query. Does not block.
pub fn cached_extras(app: &App, account: Option<i64>, movie: MovieId) -> Option<MovieExtras> {
    app.store.cached_extras(account, movie)
}

/// Rates a movie; an empty text takes the rating off.
///
/// # Errors
/// Not found, or invalid.
pub fn rate(app: &App, account: i64, movie: MovieId, rating: &str) -> Result<MovieExtras, FlowError> {
    app.store.rate(account, movie, Rating::parse(rating)?)?;
    extras(app, Some(account), movie)
}

/// Puts a movie on the watchlist (`true`) or takes it off (`false`).
///
/// # Errors
/// Not found, or invalid.
pub fn watch(app: &App, account: i64, movie: MovieId, on: &str) -> Result<MovieExtras, FlowError> {
    app.store.watch(account, movie, parse_switch("on", on)?)?;
    extras(app, Some(account), movie)
}

/// Notes that a movie was seen, on a day or, where the text is empty, sometime.
///
/// # Errors
/// Not found, or invalid.
pub fn add_viewing(app: &App, account: i64, movie: MovieId, date: &str) -> Result<MovieExtras, FlowError> {
    match app.store.add_viewing(account, movie, Day::parse(date)?)? {
        Room::Enough => {}
        Room::Full => return Err(FieldErrors::of("date", Problem::TooMany { max: MAX_VIEWINGS }).into()),
        Room::AccountFull => {
            return Err(FieldErrors::of("date", Problem::ViewingsFull { max: MAX_ALL_VIEWINGS }).into());
        }
    }
    extras(app, Some(account), movie)
}

/// Takes a viewing off.
///
/// # Errors
/// Not found, or invalid.
pub fn remove_viewing(app: &App, account: i64, movie: MovieId, viewing: &str) -> Result<MovieExtras, FlowError> {
    let viewing = viewing.trim().parse().map_err(|_| FieldErrors::of("viewing", Problem::NotWhole))?;
    app.store.remove_viewing(account, movie, viewing)?;
    extras(app, Some(account), movie)
}

/// Keeps a note; an empty one is taken off.
///
/// # Errors
/// Not found, or invalid.
pub fn set_note(app: &App, account: i64, movie: MovieId, note: &str) -> Result<MovieExtras, FlowError> {
    if app.store.set_note(account, movie, mine::parse_note(note)?.as_deref())? != Room::Enough {
        return Err(FieldErrors::of("note", Problem::NotesFull { max: MAX_NOTES_MB }).into());
    }
    extras(app, Some(account), movie)
}

/// What a form brings along with the change that its button asks for; only what was touched.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// A star.
    pub rating: Option<String>,
    /// A day on which the movie was seen.
    pub date: Option<String>,
    /// A note.
    pub note: Option<String>,
}

impl Touched {
    /// Nothing of it is out of bounds.
    ///
    /// # Errors
    /// All that is wrong, by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let found = [
            self.rating.as_deref().and_then(|text| Rating::parse(text).err()),
            self.date.as_deref().and_then(|text| Day::parse(text).err()),
            self.note.as_deref().and_then(|text| mine::parse_note(text).err()),
        ];
        for (field, problem) in found.into_iter().flatten().flat_map(|errors| errors.0) {
            errors.add(field, problem);
        }
        errors.into_result(())
    }

    /// Keeps it.
    ///
    /// # Errors
    /// Not found, or invalid.
    pub fn keep(&self, app: &App, account: i64, movie: MovieId) -> Result<(), FlowError> {
        if let Some(text) = &self.rating {
            rate(app, account, movie, text)?;
        }
        if let Some(text) = &self.date {
            add_viewing(app, account, movie, text)?;
        }
        if let Some(text) = &self.note {
            set_note(app, account, movie, text)?;
        }
        Ok(())
    }
}

/// A page of a shelf, from 1.
///
/// # Errors
/// Unavailable or failed; a page past the end is empty.
pub fn collection(app: &App, account: i64, collection: Collection, page: u32) -> Result<CollectionPage, FlowError> {
    Ok(app.store.collection(account, collection, page)?)
}

/// Movies of each shelf on the page.
const SHOWN: usize = 6;

/// What somebody's own page shows.
///
/// # Errors
/// Unavailable or failed.
pub fn overview(app: &App, account: i64) -> Result<Overview, FlowError> {
    let first = |collection| {
        let mut entries = app.store.collection(account, collection, 1)?.entries;
        entries.truncate(SHOWN);
        Ok::<_, FlowError>(entries)
    };
    Ok(Overview {
        counts: app.store.own_counts(account)?,
        taste: Taste::of(&app.store.tasted(account)?),
        rated: first(Collection::Ratings)?,
        seen: first(Collection::Seen)?,
        watchlist: first(Collection::Watchlist)?,
    })
}

/// Reads a switch as forms and programs write it.
///
/// # Errors
/// Under `field`.
pub fn parse_switch(field: &'static str, text: &str) -> Result<bool, FieldErrors> {
    match text.trim() {
        "true" | "on" | "1" => Ok(true),
        "false" | "off" | "0" => Ok(false),
        "" => Err(FieldErrors::of(field, Problem::Missing)),
        _ => Err(FieldErrors::of(field, Problem::NotAChoice { choices: "true, false" })),
    }
}
