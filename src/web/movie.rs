//! One movie.

use serde_json::json;

use super::cx::ReaderCx;
use super::error::WebError;
use super::kept::Place;
use super::reply::Response;
use super::view;
use crate::flows::search;

/// `GET /movie/ID`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let place = Place::of(&cx);
    if let Some(kept) = place.find(&cx) {
        return Ok(kept);
    }
    let id = cx.id()?;
    let movie = cx.blocking(move |app| search::movie(app, id)).await?;
    Ok(if cx.wants_json() {
        place.json(&cx, &json!(movie))
    } else {
        let page = view::movie::page(&place.chrome(&cx), &movie);
        place.html(&cx, page)
    })
}
