//! One movie.

use http::StatusCode;
use serde_json::json;

use super::cx::ReaderCx;
use super::error::WebError;
use super::reply::{self, Response};
use super::view;
use crate::flows::search;

/// `GET /movie/ID`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let movie = cx.blocking(move |app| search::movie(app, id)).await?;
    Ok(if cx.wants_json() {
        reply::json(&cx, StatusCode::OK, &json!(movie))
    } else {
        reply::html(&cx, StatusCode::OK, view::movie::page(&cx.chrome(), &movie))
    })
}
