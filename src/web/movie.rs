//! One movie.

use serde_json::json;

use super::cx::ReaderCx;
use super::error::WebError;
use super::kept::Place;
use super::reply::Response;
use super::view;
use crate::flows::{explore, search};

/// `GET /movie/ID`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let place = Place::of(&cx);
    if let Some(kept) = place.find(&cx) {
        return Ok(kept);
    }
    let id = cx.id()?;
    if cx.wants_json() {
        let movie = cx.blocking(move |app| search::movie(app, id)).await?;
        return Ok(place.json(&cx, &json!(movie)));
    }
    let (movie, around) = cx.blocking(move |app| explore::movie(app, id)).await?;
    let page = view::movie::page(&place.chrome(&cx), &movie, &around);
    Ok(place.html(&cx, page))
}
