//! People's own lists. A private one is not found by anybody but its owner, admins included.

use super::FlowError;
use crate::app::App;
use crate::model::mine::{CollectionPage, ListDraft, MAX_LIST_ENTRIES, MAX_LIST_MOVIES, MAX_LISTS, MovieList};
use crate::model::{FieldErrors, MovieId, Problem};
use crate::store::mine::Room;

/// The lists that somebody sees.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// Their own.
    pub own: Vec<MovieList>,
    /// Public ones of others.
    pub others: Vec<MovieList>,
}

/// The lists that a viewer sees.
///
/// # Errors
/// Unavailable or failed.
pub fn all(app: &App, viewer: Option<i64>) -> Result<Lists, FlowError> {
    let own = viewer.map(|account| app.store.lists(account)).transpose()?.unwrap_or_default();
    Ok(Lists { own, others: app.store.public_lists(viewer)? })
}

/// A list with a page of its movies.
///
/// # Errors
/// Not found, unavailable or failed.
pub fn one(app: &App, viewer: Option<i64>, id: i64, page: u32) -> Result<(MovieList, CollectionPage), FlowError> {
    let list = app.store.list(viewer, id)?;
    let movies = app.store.list_page(id, page)?;
    Ok((list, movies))
}

/// Makes a list.
///
/// # Errors
/// Invalid, also where the account has too many.
pub fn add(app: &App, account: i64, draft: &ListDraft) -> Result<MovieList, FlowError> {
    let made = app.store.add_list(account, draft)?;
    let id = made.ok_or_else(|| FieldErrors::of("name", Problem::TooMany { max: MAX_LISTS }))?;
    Ok(app.store.list(Some(account), id)?)
}

/// Makes a list that holds a movie.
///
/// # Errors
/// As [`add`], and as [`place`]; there is no list then.
pub fn begin(app: &App, account: i64, draft: &ListDraft, movie: MovieId) -> Result<MovieList, FlowError> {
    let made = add(app, account, draft)?;
    let begun = place(app, account, made.id, movie, Place::Somewhere);
    if begun.is_err() {
        app.store.delete_list(account, made.id)?;
    }
    begun
}

/// Renames and describes a list. What is not given stays as it is.
///
/// # Errors
/// Not found, or invalid.
pub fn update(app: &App, account: i64, id: i64, given: &Given) -> Result<MovieList, FlowError> {
    let before = own(app, account, id)?.draft;
    let draft = ListDraft::check(
        given.name.as_deref().unwrap_or(&before.name),
        given.description.as_deref().unwrap_or(&before.description),
        given.is_public.unwrap_or(before.is_public),
    )?;
    app.store.update_list(account, id, &draft)?;
    Ok(app.store.list(Some(account), id)?)
}

/// What a request says of a list.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The name.
    pub name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// Everybody who may read may see it.
    pub is_public: Option<bool>,
}

/// Deletes a list.
///
/// # Errors
/// Not found.
pub fn delete(app: &App, account: i64, id: i64) -> Result<(), FlowError> {
    Ok(app.store.delete_list(account, id)?)
}

/// What becomes of a movie in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is in it, where it is or at the end.
    Somewhere,
    /// It is at this place, from 1.
    At(usize),
    /// It is not in it.
    Out,
}

/// Puts a movie into a list, moves it, or takes it out.
///
/// # Errors
/// Not found, or invalid where the list is full.
pub fn place(app: &App, account: i64, id: i64, movie: MovieId, place: Place) -> Result<MovieList, FlowError> {
    let room = match place {
        Place::Out => app.store.remove_from_list(account, id, movie).map(|()| Room::Enough)?,
        Place::Somewhere => app.store.put_into_list(account, id, movie, None)?,
        Place::At(place) => app.store.put_into_list(account, id, movie, Some(place))?,
    };
    match room {
        Room::Enough => {}
        Room::Full => return Err(FieldErrors::of("movie", Problem::TooMany { max: MAX_LIST_MOVIES }).into()),
        Room::AccountFull => {
            return Err(FieldErrors::of("movie", Problem::ListsFull { max: MAX_LIST_ENTRIES }).into());
        }
    }
    Ok(app.store.list(Some(account), id)?)
}

fn own(app: &App, account: i64, id: i64) -> Result<MovieList, FlowError> {
    let list = app.store.list(Some(account), id)?;
    if list.account == account { Ok(list) } else { Err(FlowError::NotFound) }
}
