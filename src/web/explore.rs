//! Ways into the catalogue: a genre, a decade, all of them, the catalogue in figures, any movie.

use serde_json::json;

use super::cx::ReaderCx;
use super::error::WebError;
use super::reply::{self, Response};
use super::response_cache::CacheKey;
use super::view;
use crate::app::App;
use crate::flows::{FlowError, explore};
use crate::model::query::is_malformed;
use crate::model::statistics::counted;
use crate::model::{ListingQuery, Themed};

/// `GET /genre/NAME`.
pub async fn genre(cx: ReaderCx) -> Result<Response, WebError> {
    let name = cx.parameter("name").to_owned();
    themed(&cx, move |app| explore::genre(app, &name)).await
}

/// `GET /decade/YEAR`.
pub async fn decade(cx: ReaderCx) -> Result<Response, WebError> {
    let first = cx.parameter("year").to_owned();
    themed(&cx, move |app| explore::decade(app, &first)).await
}

async fn themed<F>(cx: &ReaderCx, find: F) -> Result<Response, WebError>
where
    F: FnOnce(&App) -> Result<Themed, FlowError> + Send + 'static,
{
    let cache_key = CacheKey::of(cx);
    if let Some(kept) = cache_key.find(cx) {
        return Ok(kept);
    }
    let themed = cx.blocking(find).await?;
    Ok(if cx.wants_json() {
        cache_key.json(cx, &themed.to_json())
    } else {
        let page = view::explore::page(&cache_key.chrome(cx), &themed);
        cache_key.html(cx, page)
    })
}

/// `GET /browse`.
pub async fn browse(cx: ReaderCx) -> Result<Response, WebError> {
    let cache_key = CacheKey::of(&cx);
    if let Some(kept) = cache_key.find(&cx) {
        return Ok(kept);
    }
    let (genres, decades) = cx.blocking(explore::themes).await?;
    Ok(if cx.wants_json() {
        cache_key.json(&cx, &json!({"genres": counted(&genres), "decades": counted(&decades)}))
    } else {
        let page = view::explore::browse(&cache_key.chrome(&cx), &genres, &decades);
        cache_key.html(&cx, page)
    })
}

/// `GET /stats`.
pub async fn statistics(cx: ReaderCx) -> Result<Response, WebError> {
    let cache_key = CacheKey::of(&cx);
    if let Some(kept) = cache_key.find(&cx) {
        return Ok(kept);
    }
    let statistics = cx.blocking(explore::statistics).await?;
    Ok(if cx.wants_json() {
        cache_key.json(&cx, &statistics.to_json())
    } else {
        let page = view::statistics::page(&cache_key.chrome(&cx), &statistics);
        cache_key.html(&cx, page)
    })
}

/// `GET /random`, of the movies that the listing's filters let through.
pub async fn random(cx: ReaderCx) -> Result<Response, WebError> {
    let query = ListingQuery::parse(cx.pairs()).map_err(|errors| {
        if is_malformed(&errors) { WebError::BadParameters(errors) } else { WebError::Invalid(errors) }
    })?;
    let id = cx.blocking(move |app| explore::any(app, &query)).await?;
    Ok(reply::see_other(&cx, &format!("/movie/{id}")))
}
