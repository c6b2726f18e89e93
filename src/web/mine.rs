//! What people keep of a movie, and their own pages. A form leads back to where it came from, a program gets what is
//! kept now.

use http::StatusCode;
use serde_json::json;

use super::body::Body;
use super::cx::{Cx, MemberCx};
use super::error::WebError;
use super::movie;
use super::reply::{self, Response};
use super::view::{self, Notice};
use crate::app::App;
use crate::flows::mine::Touched;
use crate::flows::{FlowError, mine};
use crate::model::mine::{Collection, MovieExtras, note_mark, parse_page};
use crate::model::{FieldErrors, MovieId, Problem};

/// What changes something of one movie for one account, from the text of one field.
type Change = fn(&App, i64, MovieId, &str) -> Result<MovieExtras, FlowError>;

/// `POST /mine/rating/ID`: `rating`, 1 to 10; empty takes it off, as `rating_off` does.
pub async fn rate(cx: MemberCx) -> Result<Response, WebError> {
    let text = if cx.body.text("rating_off").is_some() { Some(String::new()) } else { cx.body.given("rating") };
    change(&cx, "rating", text, mine::rate).await
}

/// `POST /mine/watchlist/ID`: `on`.
pub async fn watch(cx: MemberCx) -> Result<Response, WebError> {
    change(&cx, "on", cx.body.given("on"), mine::watch).await
}

/// `POST /mine/seen/ID`: `date`; empty is an unknown day, as `sometime` is, unless `dated` says that there is one.
pub async fn add_viewing(cx: MemberCx) -> Result<Response, WebError> {
    let has = |name| cx.body.text(name).is_some();
    let given = cx.body.given("date").filter(|date| !has("dated") || !date.trim().is_empty());
    let text = if has("sometime") { Some(String::new()) } else { given };
    change(&cx, "date", text, mine::add_viewing).await
}

/// `POST /mine/seen/ID/delete`: `viewing`, its number.
pub async fn remove_viewing(cx: MemberCx) -> Result<Response, WebError> {
    change(&cx, "viewing", cx.body.given("viewing"), mine::remove_viewing).await
}

/// `POST /mine/note/ID`: `note`; empty takes it off. A form whose note was left alone keeps the rest of it.
pub async fn set_note(cx: MemberCx) -> Result<Response, WebError> {
    let text = cx.body.given("note");
    if is_left_alone(&cx.body) {
        return change(&cx, "note", text, |app, account, movie, _| mine::extras(app, Some(account), movie)).await;
    }
    change(&cx, "note", text, mine::set_note).await
}

/// Does what the button of a form or a program asks for, and keeps what else was touched.
async fn change(
    cx: &MemberCx,
    field: &'static str,
    text: Option<String>,
    change: Change,
) -> Result<Response, WebError> {
    let (id, account) = (cx.id()?, cx.account.id);
    let touched = touched(cx, field);
    let changed = cx.blocking(move |app| {
        let text = text.ok_or_else(|| FieldErrors::of(field, Problem::Missing))?;
        touched.check()?;
        change(app, account, id, &text)?;
        touched.keep(app, account, id)?;
        mine::extras(app, Some(account), id)
    });
    answer(cx, id, changed.await).await
}

/// What the form of a movie's page brings along beside `field`: a star and a note that are not the ones it showed, and a
/// day. Nothing for a program.
pub fn touched(cx: &Cx, field: &str) -> Touched {
    let body = &cx.body;
    let text = |name| body.text(name).filter(|_| cx.is_form() && name != field);
    Touched {
        rating: text("rating").filter(|rating| {
            body.text("rating_was").is_some_and(|was| was != *rating) && body.text("rating_off").is_none()
        }),
        // Only the panel says what its note was.
        date: text("date").filter(|date| body.text("note_was").is_some() && !date.trim().is_empty()),
        note: text("note").filter(|_| body.text("note_was").is_some() && !is_left_alone(body)),
    }
}

/// The note is the one that the form showed.
fn is_left_alone(body: &Body) -> bool {
    body.text("note_was").is_some_and(|was| was == note_mark(&body.text("note").unwrap_or_default()))
}

/// What is kept of a movie now, or the way back; a form with something wrong gets the movie's page with its messages.
///
/// # Errors
/// Those of the change.
pub async fn answer(cx: &Cx, id: MovieId, changed: Result<MovieExtras, FlowError>) -> Result<Response, WebError> {
    match changed {
        Ok(extras) => Ok(kept(cx, id, &extras)),
        Err(FlowError::Invalid(errors)) if cx.is_form() => movie::again(cx, errors).await,
        Err(error) => Err(error.into()),
    }
}

fn kept(cx: &Cx, id: MovieId, extras: &MovieExtras) -> Response {
    if cx.is_form() {
        return back(cx, Some(Notice::Saved), &format!("/movie/{id}"));
    }
    let mine = extras.mine.as_ref().map(crate::model::mine::PersonalState::to_json);
    reply::json(cx, StatusCode::OK, &json!({"id": id.0, "site_rating": extras.site.to_json(), "mine": mine}))
}

/// Leads a form back to where it came from, else to `otherwise`.
pub fn back(cx: &Cx, notice: Option<Notice>, otherwise: &str) -> Response {
    let next = cx.next().unwrap_or_else(|| otherwise.to_owned());
    reply::see_other(cx, &notice.map_or_else(|| next.clone(), |notice| notice.told_at(&next)))
}

/// `GET /mine`.
pub async fn my_page(cx: MemberCx) -> Result<Response, WebError> {
    let account = cx.account.id;
    let overview = cx.blocking(move |app| mine::overview(app, account)).await?;
    if cx.wants_json() {
        let counts = overview.counts;
        let shown = json!({
            "name": cx.account.name,
            "ratings": counts.ratings,
            "watchlist": counts.watchlist,
            "seen": counts.seen,
            "viewings": counts.viewings,
            "notes": counts.notes,
            "lists": counts.lists,
            "taste": overview.taste.to_json(),
        });
        return Ok(reply::json(&cx, StatusCode::OK, &shown));
    }
    Ok(reply::html(&cx, StatusCode::OK, view::my_page::page(&cx.chrome(), &overview)))
}

/// `GET /mine/ratings`.
pub async fn ratings(cx: MemberCx) -> Result<Response, WebError> {
    collection(&cx, Collection::Ratings).await
}

/// `GET /mine/watchlist`.
pub async fn watchlist(cx: MemberCx) -> Result<Response, WebError> {
    collection(&cx, Collection::Watchlist).await
}

/// `GET /mine/seen`.
pub async fn seen(cx: MemberCx) -> Result<Response, WebError> {
    collection(&cx, Collection::Seen).await
}

/// `GET /mine/notes`.
pub async fn notes(cx: MemberCx) -> Result<Response, WebError> {
    collection(&cx, Collection::Notes).await
}

async fn collection(cx: &MemberCx, collection: Collection) -> Result<Response, WebError> {
    let (account, number) = (cx.account.id, page_number(cx)?);
    let page = cx.blocking(move |app| mine::collection(app, account, collection, number)).await?;
    Ok(if cx.wants_json() {
        reply::json(cx, StatusCode::OK, &page.to_json())
    } else {
        reply::html(cx, StatusCode::OK, view::collections::page(&cx.chrome(), collection, &page))
    })
}

/// The number of the page that is asked for.
///
/// # Errors
/// Bad parameters, or invalid.
pub fn page_number(cx: &Cx) -> Result<u32, WebError> {
    parse_page(cx.value("p")).map_err(|errors| {
        if errors.get("p") == Some(&Problem::NotWhole) {
            WebError::BadParameters(errors)
        } else {
            WebError::Invalid(errors)
        }
    })
}
