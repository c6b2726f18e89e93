//! The listing, for readers and for admins.

use http::StatusCode;
use maud::Markup;

use super::cx::{AdminCx, Cx, ReaderCx};
use super::error::WebError;
use super::reply::{self, Response};
use super::response_cache::CacheKey;
use super::view::listing::CsvError;
use super::view::{self, Chrome};
use crate::flows::search;
use crate::model::query::is_malformed;
use crate::model::{Listing, ListingQuery};

/// `GET /listing`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    show_for(&cx, view::listing::page).await
}

/// `GET /admin`.
pub async fn show_admin(cx: AdminCx) -> Result<Response, WebError> {
    show_for(&cx, view::admin::page).await
}

/// The page that a view makes of a listing.
type Page = fn(&Chrome<'_>, &Listing, &CsvError) -> Markup;

/// The listing that the address asks for. A page marks the parameters that cannot be read, keeps what was typed, and shows
/// what the other ones ask for.
pub async fn show_for(cx: &Cx, page: Page) -> Result<Response, WebError> {
    let cache_key = CacheKey::of(cx);
    if let Some(kept) = cache_key.find(cx) {
        return Ok(kept);
    }
    let (query, errors) = ListingQuery::read(cx.pairs());
    let is_malformed = is_malformed(&errors);
    if cx.wants_json() && !errors.is_empty() {
        return Err(if is_malformed { WebError::BadParameters(errors) } else { WebError::Invalid(errors) });
    }
    let (form, locale) = (cx.wants_json().then(|| cx.value("facets") == Some("director")), cx.locale);
    let flow = move |app: &_| match form {
        None => search::page(app, &query, locale),
        Some(true) => search::with_directors(app, &query),
        Some(false) => search::listing(app, &query),
    };
    let listing = cx.blocking(flow).await?;
    if !errors.is_empty() {
        let status = if is_malformed { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
        let unread = CsvError { errors, typed: cx.query.clone() };
        return Ok(reply::html(cx, status, page(&cx.chrome(), &listing, &unread)));
    }
    Ok(if cx.wants_json() {
        cache_key.json(cx, &listing.to_json())
    } else {
        let page = page(&cache_key.chrome(cx), &listing, &CsvError::default());
        cache_key.html(cx, page)
    })
}
