//! A person, by name.

use super::cx::ReaderCx;
use super::error::WebError;
use super::kept::Place;
use super::reply::Response;
use super::view;
use crate::flows::explore;

/// `GET /person/NAME`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let place = Place::of(&cx);
    if let Some(kept) = place.find(&cx) {
        return Ok(kept);
    }
    let name = cx.parameter("name").to_owned();
    let person = cx.blocking(move |app| explore::person(app, &name)).await?;
    Ok(if cx.wants_json() {
        place.json(&cx, &person.to_json())
    } else {
        let page = view::person::page(&place.chrome(&cx), &person);
        place.html(&cx, page)
    })
}
