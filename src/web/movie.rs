//! One movie, with what stands beside it: what this site's people think of it, and what is the visitor's own.

use http::StatusCode;
use serde_json::json;

use super::cx::{Cx, ReaderCx};
use super::error::WebError;
use super::reply::{self, Response};
use super::response_cache::CacheKey;
use super::view;
use super::view::mine::{Panel, Typed};
use crate::flows::{FlowError, explore, mine, search};
use crate::model::mine::MovieExtras;
use crate::model::{FieldErrors, Movie, Related};

/// `GET /movie/ID`.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let (extras, read) = look(&cx).await?;
    let cache_key = CacheKey::of(&cx).with_overlay(&extras);
    if let Some(kept) = cache_key.find(&cx) {
        return Ok(kept);
    }
    let movie = match read {
        Some(movie) => movie?,
        None => movie(&cx).await?,
    };
    if !cx.wants_json() {
        let (movie, related) = with_neighbours(&cx, movie).await;
        let panel = Panel { extras, ..Panel::default() };
        let page = view::movie::page(&cache_key.chrome(&cx), &movie, &related, &panel);
        return Ok(cache_key.html(&cx, page));
    }
    let mut shown = json!(movie);
    shown["site_rating"] = extras.site.to_json();
    if let Some(mine) = &extras.mine {
        shown["mine"] = mine.to_json();
    }
    Ok(cache_key.json(&cx, &shown))
}

/// The page again, with what is wrong with what was sent from its panel.
///
/// # Errors
/// Not found, unavailable or failed.
pub async fn again(cx: &Cx, errors: FieldErrors) -> Result<Response, WebError> {
    let (extras, movie) = (look(cx).await?.0, movie(cx).await?);
    let (movie, related) = with_neighbours(cx, movie).await;
    let text = |name| cx.body.text(name);
    let typed = Typed { rating: text("rating"), date: text("date"), note: text("note") };
    let page = view::movie::page(&cx.chrome(), &movie, &related, &Panel { extras, errors, typed });
    Ok(reply::html(cx, StatusCode::UNPROCESSABLE_ENTITY, page))
}

/// What stands beside the movie. Where something has been committed since it was read last it is read, and the movie
/// with it, so that an answer takes one hop at most.
async fn look(cx: &Cx) -> Result<(MovieExtras, Option<Result<Movie, FlowError>>), WebError> {
    let (id, account) = (cx.id()?, cx.account().map(|account| account.id));
    if let Some(known) = mine::cached_extras(&cx.server.app, account, id) {
        return Ok((known, None));
    }
    let read = cx.blocking(move |app| (mine::extras(app, account, id), search::movie(app, id)));
    let (extras, movie) = read.await;
    Ok((extras?, Some(movie)))
}

async fn movie(cx: &Cx) -> Result<Movie, WebError> {
    let id = cx.id()?;
    Ok(cx.blocking(move |app| search::movie(app, id)).await?)
}

async fn with_neighbours(cx: &Cx, movie: Movie) -> (Movie, Related) {
    cx.blocking(move |app| {
        let related = explore::related(app, &movie);
        (movie, related)
    })
    .await
}
