//! One movie, with what stands beside it: what this site's people think of it, and what is the visitor's own.

use http::StatusCode;
use serde_json::json;

use super::cx::{Cx, ReaderCx};
use super::error::WebError;
use super::kept::Place;
use super::reply::{self, Response};
use super::view;
use super::view::mine::Panel;
use crate::flows::{explore, mine, search};
use crate::model::FieldErrors;
use crate::model::mine::Beside;

/// `GET /movie/ID`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let beside = beside(&cx).await?;
    let place = Place::of(&cx).beside(&beside);
    if let Some(kept) = place.find(&cx) {
        return Ok(kept);
    }
    if !cx.wants_json() {
        let (movie, around) = cx.blocking(move |app| explore::movie(app, id)).await?;
        let panel = Panel { beside, ..Panel::default() };
        let page = view::movie::page(&place.chrome(&cx), &movie, &around, &panel);
        return Ok(place.html(&cx, page));
    }
    let movie = cx.blocking(move |app| search::movie(app, id)).await?;
    let mut shown = json!(movie);
    shown["site_rating"] = beside.site.to_json();
    if let Some(mine) = &beside.mine {
        shown["mine"] = mine.to_json();
    }
    Ok(place.json(&cx, &shown))
}

/// The page again, with what is wrong with what was sent from its panel.
///
/// # Errors
/// Not found, unavailable or failed.
pub async fn again(cx: &Cx, errors: FieldErrors) -> Result<Response, WebError> {
    let (id, beside) = (cx.id()?, beside(cx).await?);
    let (movie, around) = cx.blocking(move |app| explore::movie(app, id)).await?;
    let note = cx.body.text("note");
    let page = view::movie::page(&cx.chrome(), &movie, &around, &Panel { beside, errors, note });
    Ok(reply::html(cx, StatusCode::UNPROCESSABLE_ENTITY, page))
}

/// What stands beside the movie; asked for only where something has been committed since it was read last.
async fn beside(cx: &Cx) -> Result<Beside, WebError> {
    let (id, account) = (cx.id()?, cx.account().map(|account| account.id));
    if let Some(known) = mine::known_beside(&cx.server.app, account, id) {
        return Ok(known);
    }
    Ok(cx.blocking(move |app| mine::beside(app, account, id)).await?)
}
