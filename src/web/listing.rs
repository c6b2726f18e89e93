//! The listing, for readers and for admins.

use http::StatusCode;
use maud::Markup;

use super::cx::{AdminCx, Cx, ReaderCx};
use super::error::WebError;
use super::kept::Place;
use super::reply::{self, Response};
use super::view::{self, Chrome};
use crate::flows::search;
use crate::model::query::is_malformed;
use crate::model::{FieldErrors, Listing, ListingQuery};

/// `GET /listing`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    show_for(&cx, view::listing::page).await
}

/// `GET /admin`.
pub async fn show_admin(cx: AdminCx) -> Result<Response, WebError> {
    show_for(&cx, view::admin::page).await
}

/// The page that a view makes of a listing.
type Page = fn(&Chrome<'_>, &Listing, &FieldErrors) -> Markup;

/// The listing that the address asks for. Parameters that cannot be read are shown on the page itself.
pub async fn show_for(cx: &Cx, page: Page) -> Result<Response, WebError> {
    let place = Place::of(cx);
    if let Some(kept) = place.find(cx) {
        return Ok(kept);
    }
    let query = match ListingQuery::parse(cx.pairs()) {
        Ok(query) => query,
        Err(errors) if cx.wants_json() && is_malformed(&errors) => return Err(WebError::BadParameters(errors)),
        Err(errors) if cx.wants_json() => return Err(WebError::Invalid(errors)),
        Err(errors) => {
            let status = if is_malformed(&errors) { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
            return Ok(reply::html(cx, status, page(&cx.chrome(), &Listing::default(), &errors)));
        }
    };
    let (form, locale) = (cx.wants_json().then(|| cx.value("facets") == Some("director")), cx.locale);
    let flow = move |app: &_| match form {
        None => search::page(app, &query, locale),
        Some(true) => search::with_directors(app, &query),
        Some(false) => search::listing(app, &query),
    };
    let listing = cx.blocking(flow).await?;
    Ok(if cx.wants_json() {
        place.json(cx, &listing.to_json())
    } else {
        let page = page(&place.chrome(cx), &listing, &FieldErrors::default());
        place.html(cx, page)
    })
}
