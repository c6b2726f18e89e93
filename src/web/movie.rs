//! One movie, with what stands beside it: what this site's people think of it, and what is the visitor's own.

use serde_json::json;

use super::cx::{Cx, ReaderCx};
use super::error::WebError;
use super::kept::Place;
use super::reply::Response;
use super::view;
use crate::flows::{mine, search};
use crate::model::mine::Beside;

/// `GET /movie/ID`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let beside = beside(&cx).await?;
    let place = Place::of(&cx).beside(&beside);
    if let Some(kept) = place.find(&cx) {
        return Ok(kept);
    }
    let movie = cx.blocking(move |app| search::movie(app, id)).await?;
    if !cx.wants_json() {
        let page = view::movie::page(&place.chrome(&cx), &movie, &beside);
        return Ok(place.html(&cx, page));
    }
    let mut shown = json!(movie);
    shown["site_rating"] = beside.site.to_json();
    if let Some(mine) = &beside.mine {
        shown["mine"] = mine.to_json();
    }
    Ok(place.json(&cx, &shown))
}

/// What stands beside the movie; asked for only where something has been committed since it was read last.
async fn beside(cx: &Cx) -> Result<Beside, WebError> {
    let (id, account) = (cx.id()?, cx.account().map(|account| account.id));
    if let Some(known) = mine::known_beside(&cx.server.app, account, id) {
        return Ok(known);
    }
    Ok(cx.blocking(move |app| mine::beside(app, account, id)).await?)
}
