//! People's own lists: the overview, one list, and what its owner does with it.

use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::body::Body;
use super::cx::{Cx, MemberCx, ReaderCx};
use super::error::WebError;
use super::mine::{answer, back, page_number, touched};
use super::reply::{self, Response};
use super::view::{self, Notice};
use crate::flows::lists::{self, Given, Place};
use crate::flows::mine::{extras, parse_switch};
use crate::flows::{FlowError, lists::Lists, search};
use crate::model::mine::{ListDraft, MovieList, parse_movie};
use crate::model::{FieldErrors, Movie, MovieId, Problem};

/// `GET /lists`: one's own, and public ones of others.
pub async fn show_all(cx: ReaderCx) -> Result<Response, WebError> {
    let viewer = cx.account().map(|account| account.id);
    let lists = cx.blocking(move |app| lists::all(app, viewer)).await?;
    if cx.wants_json() {
        let told = |lists: &[MovieList]| lists.iter().map(MovieList::to_json).collect::<Vec<Value>>();
        let shown = json!({"lists": told(&lists.own), "others": told(&lists.others)});
        return Ok(reply::json(&cx, StatusCode::OK, &shown));
    }
    let first = match cx.value("movie") {
        Some(movie) => first(&cx, movie).await?,
        None => None,
    };
    Ok(all(&cx, StatusCode::OK, (&lists, first.as_ref()), &ListDraft::default(), &FieldErrors::default()))
}

/// The movie that a new list begins with, if there is one of this number.
async fn first(cx: &Cx, movie: &str) -> Result<Option<Movie>, WebError> {
    let Some(id) = MovieId::parse(movie) else { return Ok(None) };
    match cx.blocking(move |app| search::movie(app, id)).await {
        Ok(movie) => Ok(Some(movie)),
        Err(FlowError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn all(
    cx: &Cx,
    status: StatusCode,
    (lists, first): (&Lists, Option<&Movie>),
    typed: &ListDraft,
    errors: &FieldErrors,
) -> Response {
    let page = view::lists::all(&cx.chrome(), (&lists.own, &lists.others), first, typed, errors);
    reply::html(cx, status, page)
}

/// `POST /lists`: `name`, `description`, `public`. The form of a movie's page begins the list with that `movie`, and leads
/// back to it.
pub async fn add(cx: MemberCx) -> Result<Response, WebError> {
    let (account, typed) = (cx.account.id, typed(&cx.body)?);
    let draft = typed.clone();
    let first = match cx.body.text("movie").filter(|_| cx.is_form()) {
        Some(movie) => first(&cx, &movie).await?,
        None => None,
    };
    let begun_with = first.as_ref().map(|movie| movie.id);
    let made = cx.blocking(move |app| {
        let draft = ListDraft::check(&draft.name, &draft.description, draft.is_public)?;
        match begun_with {
            Some(movie) => lists::begin(app, account, &draft, movie),
            None => lists::add(app, account, &draft),
        }
    });
    match (made.await, begun_with) {
        (Ok(_), Some(movie)) => Ok(back(&cx, Some(Notice::Saved), &format!("/movie/{movie}#yours"))),
        (made, _) => answer_made(&cx, made, first.as_ref(), &typed).await,
    }
}

async fn answer_made(
    cx: &MemberCx,
    made: Result<MovieList, FlowError>,
    first: Option<&Movie>,
    typed: &ListDraft,
) -> Result<Response, WebError> {
    let account = cx.account.id;
    match made {
        Ok(list) if cx.is_form() => Ok(back(cx, None, &format!("/list/{}", list.id))),
        Ok(list) => {
            let mut response = reply::json(cx, StatusCode::CREATED, &list.to_json());
            reply::set(&mut response, LOCATION, &format!("/list/{}", list.id));
            Ok(response)
        }
        Err(FlowError::Invalid(errors)) if cx.is_form() => {
            let lists = cx.blocking(move |app| lists::all(app, Some(account))).await?;
            Ok(all(cx, StatusCode::UNPROCESSABLE_ENTITY, (&lists, first), typed, &errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /list/ID`: a public one, or one's own.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    page(&cx, None).await
}

/// The page of a list; with what is wrong with what its owner typed.
async fn page(cx: &Cx, wrong: Option<(ListDraft, FieldErrors)>) -> Result<Response, WebError> {
    let (id, number) = (cx.id()?.0, page_number(cx)?);
    let viewer = cx.account().map(|account| account.id);
    let (list, movies) = cx.blocking(move |app| lists::one(app, viewer, id, number)).await?;
    if cx.wants_json() {
        let mut shown = list.to_json();
        if let (Value::Object(shown), Value::Object(page)) = (&mut shown, movies.to_json()) {
            shown.extend(page);
        }
        return Ok(reply::json(cx, StatusCode::OK, &shown));
    }
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (typed, errors) = wrong.unwrap_or_else(|| (list.draft.clone(), FieldErrors::default()));
    Ok(reply::html(cx, status, view::lists::one(&cx.chrome(), (&list, &movies), &typed, &errors)))
}

/// `POST /list/ID`: `name`, `description`, `public`; what is left out stays.
pub async fn update(cx: MemberCx) -> Result<Response, WebError> {
    let (account, id, typed) = (cx.account.id, cx.id()?.0, typed(&cx.body)?);
    // A form leaves out a box that is not ticked.
    let has = |name| cx.body.given(name).is_some();
    let is_form = matches!(cx.body, Body::Form(_));
    let given = Given {
        name: has("name").then(|| typed.name.clone()),
        description: has("description").then(|| typed.description.clone()),
        is_public: (has("public") || is_form).then_some(typed.is_public),
    };
    match cx.blocking(move |app| lists::update(app, account, id, &given)).await {
        Ok(_) if cx.is_form() => Ok(back(&cx, Some(Notice::Saved), &format!("/list/{id}"))),
        Ok(list) => Ok(reply::json(&cx, StatusCode::OK, &list.to_json())),
        Err(FlowError::Invalid(errors)) if cx.is_form() => page(&cx, Some((typed, errors))).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /list/ID/delete`.
pub async fn delete(cx: MemberCx) -> Result<Response, WebError> {
    let (account, id) = (cx.account.id, cx.id()?.0);
    cx.blocking(move |app| lists::delete(app, account, id)).await?;
    if cx.is_form() {
        return Ok(back(&cx, Some(Notice::ListDeleted), "/lists"));
    }
    Ok(reply::json(&cx, StatusCode::OK, &json!({"deleted": id})))
}

/// `POST /list/ID/movies`: `movie`, and `on=false` to take it out or `position`, from 1, to move it.
pub async fn place(cx: MemberCx) -> Result<Response, WebError> {
    let (account, id) = (cx.account.id, cx.id()?.0);
    let movie = parse_movie(&cx.body.given("movie").unwrap_or_default()).map_err(WebError::Invalid)?;
    let place = wanted_place(&cx.body)?;
    let list = cx.blocking(move |app| lists::place(app, account, id, movie, place)).await?;
    if cx.is_form() {
        return Ok(back(&cx, None, &format!("/list/{id}")));
    }
    Ok(reply::json(&cx, StatusCode::OK, &list.to_json()))
}

/// `POST /mine/list/ID`: the same from the side of the movie, with `list`, or `list_off` to take it out of that one.
pub async fn place_movie(cx: MemberCx) -> Result<Response, WebError> {
    let (account, movie, off) = (cx.account.id, cx.id()?, cx.body.text("list_off"));
    let place = if off.is_some() { Place::Out } else { wanted_place(&cx.body)? };
    let list = off.or_else(|| cx.body.given("list")).unwrap_or_default();
    let touched = touched(&cx, "list");
    let placed = cx.blocking(move |app| {
        let list = list.trim().parse().map_err(|_| FieldErrors::of("list", Problem::NotWhole))?;
        touched.check()?;
        lists::place(app, account, list, movie, place)?;
        touched.keep(app, account, movie)?;
        extras(app, Some(account), movie)
    });
    answer(&cx, movie, placed.await).await
}

fn wanted_place(body: &Body) -> Result<Place, WebError> {
    let is_on = body.given("on").map_or(Ok(true), |on| parse_switch("on", &on)).map_err(WebError::Invalid)?;
    let position = body.given("position").filter(|position| !position.trim().is_empty());
    match position {
        _ if !is_on => Ok(Place::Out),
        None => Ok(Place::Somewhere),
        Some(position) => match position.trim().parse::<usize>() {
            Ok(0) => Err(WebError::Invalid(FieldErrors::of("position", Problem::Below { min: 1.0 }))),
            Ok(position) => Ok(Place::At(position)),
            Err(_) => Err(WebError::Invalid(FieldErrors::of("position", Problem::NotWhole))),
        },
    }
}

/// What was typed of a list, not checked yet.
fn typed(body: &Body) -> Result<ListDraft, WebError> {
    let text = |name| body.given(name).unwrap_or_default();
    let public = body.given("public").filter(|public| !public.is_empty());
    let is_public = public.map_or(Ok(false), |public| parse_switch("public", &public)).map_err(WebError::Invalid)?;
    Ok(ListDraft { name: text("name"), description: text("description"), is_public })
}
