//! The front page: what fmdb is for people who may not read, a way into the catalogue for those who may.

use http::StatusCode;
use serde_json::json;

use super::cx::Cx;
use super::error::WebError;
use super::listing;
use super::reply::{self, Response};
use super::response_cache::CacheKey;
use super::view;
use super::view::home::Home;
use crate::app::App;
use crate::flows::{FlowError, account, search};
use crate::model::{Listing, ListingQuery, Order, Sort};

/// Movies in each row of the page.
const ROW: u32 = 12;

/// `GET /`. Somebody who may read and asks for something, or for JSON, gets the listing.
pub async fn show(cx: Cx) -> Result<Response, WebError> {
    let is_search = ListingQuery::parse(cx.pairs()).is_ok_and(|query| query != ListingQuery::default());
    if cx.may_read() && (is_search || cx.wants_json()) {
        return listing::show_for(&cx, view::listing::page).await;
    }
    let (cache_key, may_read) = (CacheKey::of(&cx), cx.may_read());
    if let Some(kept) = cache_key.find(&cx) {
        return Ok(kept);
    }
    let home = cx.blocking(move |app| look(app, may_read)).await?;
    if cx.wants_json() {
        let about = json!({"name": "fmdb", "signin": "/signin", "signup": "/signup", "openapi": "/api/openapi.json"});
        return Ok(reply::json(&cx, StatusCode::OK, &about));
    }
    let page = view::home::page(&cache_key.chrome(&cx), &home);
    // That there is no admin yet is not told by any state of the catalogue. One that is there stays.
    Ok(if home.has_admin { cache_key.html(&cx, page) } else { cache_key.once(&cx, page) })
}

fn look(app: &App, may_read: bool) -> Result<Home, FlowError> {
    let has_admin = account::has_admin(app)?;
    if !may_read {
        return Ok(Home { has_admin, ..Home::default() });
    }
    let popular = row(app, Sort::Popularity)?;
    let newest = row(app, Sort::Added)?;
    Ok(Home {
        total: popular.total,
        popular: popular.movies,
        newest: newest.movies,
        genres: popular.genres,
        decades: popular.decades,
        has_admin,
    })
}

fn row(app: &App, sort: Sort) -> Result<Listing, FlowError> {
    let query = ListingQuery { sort: Some(sort), order: Some(Order::Desc), items: ROW, ..ListingQuery::default() };
    search::listing(app, &query)
}
