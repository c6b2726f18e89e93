//! A person, by name.

use super::cx::ReaderCx;
use super::error::WebError;
use super::reply::Response;
use super::response_cache::CacheKey;
use super::view;
use crate::flows::explore;

/// `GET /person/NAME`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let cache_key = CacheKey::of(&cx);
    if let Some(kept) = cache_key.find(&cx) {
        return Ok(kept);
    }
    let name = cx.parameter("name").to_owned();
    let person = cx.blocking(move |app| explore::person(app, &name)).await?;
    Ok(if cx.wants_json() {
        cache_key.json(&cx, &person.to_json())
    } else {
        let page = view::person::page(&cache_key.chrome(&cx), &person);
        cache_key.html(&cx, page)
    })
}
