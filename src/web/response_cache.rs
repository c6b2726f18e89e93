//! Answers that are the same for all who may have them are kept until the catalogue changes: listings, movies,
//! suggestions, the front page. Pages are kept in pieces around what is their visitor's own (see `page`).
//!
//! An answer counts only in the state of catalogue and index that was taken before it was made, and for the very same
//! address, language, form, look and kind of visitor; so nothing need ever be thrown away by hand. Errors are never kept.

use std::sync::{Arc, OnceLock};

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{HeaderValue, StatusCode};
use maud::Markup;
use moka::sync::Cache;
use serde_json::Value;

use super::cached_page::{CachedPage, Slot, SlotValues};
use super::cx::Cx;
use super::negotiate;
use super::reply::{self, Body, Response};
use super::view::Chrome;
use crate::flows::cached_identity::CatalogVersion;
use crate::model::mine::{MovieExtras, PersonalState};
use crate::model::{Account, Role};

/// Bytes of memory that answers may take.
const MAX_CACHE_BYTES: u64 = 32 << 20;
/// What an answer takes beside its texts.
const ENTRY_OVERHEAD_BYTES: usize = 500;
/// Smaller answers are not compressed.
const MIN_COMPRESSED_BYTES: usize = 512;

/// The answers.
pub struct ResponseCache(Cache<String, Arc<CachedResponse>>);

/// An answer that is kept.
struct CachedResponse {
    state: CatalogVersion,
    page: CachedPage,
    is_json: bool,
}

impl Default for ResponseCache {
    fn default() -> Self {
        // The compressed form, made when somebody asks for it, takes less than half as much again.
        let weight = |key: &String, answer: &Arc<CachedResponse>| {
            u32::try_from(ENTRY_OVERHEAD_BYTES + key.len() + answer.page.length() * 3 / 2).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(MAX_CACHE_BYTES).weigher(weight).build())
    }
}

/// Where the answer to a request is kept.
pub struct CacheKey {
    key: String,
    /// `None` where the answer cannot be kept.
    state: Option<CatalogVersion>,
    /// The visitor's account, with a mark for the name; made where a page is.
    account: OnceLock<Account>,
}

impl CacheKey {
    /// The place of a request's answer.
    pub fn of(cx: &Cx) -> Self {
        // A page that tells what has just been done is shown once.
        let state = cx.state.filter(|_| cx.value("notice").is_none());
        let visitor = match cx.account().map(|account| account.role) {
            None => "nobody",
            Some(Role::User) => "user",
            Some(Role::Admin) => "admin",
        };
        let form = if cx.wants_json() { "json" } else { "html" };
        let look = &cx.look;
        // Some answers name the host that they were asked under.
        let site = cx.origin.as_str();
        let key = [visitor, form, cx.locale.code(), look.theme.name(), look.shape.name(), site, &cx.address].join(" ");
        Self { key, state, account: OnceLock::new() }
    }

    /// The same place for a movie with what stands beside it: the site's rating is told apart, and what is somebody's
    /// own is never kept. Where nobody is signed in, or nothing is theirs, all of a kind see the same.
    pub fn with_overlay(self, extras: &MovieExtras) -> Self {
        let is_own = extras.mine.as_ref().is_some_and(|mine| *mine != PersonalState::default());
        let key = format!("{} {}/{}", self.key, extras.site.sum, extras.site.count);
        Self { key, state: self.state.filter(|_| !is_own), ..self }
    }

    /// The answer that is kept there, for this visitor.
    pub fn find(&self, cx: &Cx) -> Option<Response> {
        let state = self.state?;
        let answer = cx.server.response_cache.0.get(&self.key)?;
        (answer.state == state).then(|| answer.reply(cx))
    }

    /// What a page shows around its content, with marks for what is the visitor's own.
    pub fn chrome<'a>(&'a self, cx: &'a Cx) -> Chrome<'a> {
        let marked = |account: &Account| Account { name: Slot::Name.mark().to_owned(), ..account.clone() };
        let account = cx.account().map(|account| self.account.get_or_init(|| marked(account)));
        Chrome { account, csrf: Slot::Csrf.mark(), ..cx.chrome() }
    }

    /// Keeps a page that was made with [`Self::chrome`]; gives it for this visitor.
    pub fn html(self, cx: &Cx, page: Markup) -> Response {
        self.keep(cx, page.into_string(), false)
    }

    /// Gives a page that was made with [`Self::chrome`] and must not be kept.
    pub fn once(self, cx: &Cx, page: Markup) -> Response {
        Self { state: None, ..self }.html(cx, page)
    }

    /// Keeps a JSON document and gives it.
    pub fn json(self, cx: &Cx, value: &Value) -> Response {
        self.keep(cx, value.to_string(), true)
    }

    fn keep(self, cx: &Cx, text: String, is_json: bool) -> Response {
        let page = CachedPage::cut(text);
        let Some(state) = self.state else { return reply(cx, &page, is_json) };
        let answer = Arc::new(CachedResponse { state, page, is_json });
        cx.server.response_cache.0.insert(self.key, Arc::clone(&answer));
        answer.reply(cx)
    }
}

impl CachedResponse {
    fn reply(&self, cx: &Cx) -> Response {
        reply(cx, &self.page, self.is_json)
    }
}

/// The pieces with what is the visitor's own.
fn reply(cx: &Cx, page: &CachedPage, is_json: bool) -> Response {
    let name = cx.account().map(|account| maud::html! { (account.name) }.into_string()).unwrap_or_default();
    let values = if is_json { SlotValues::default() } else { SlotValues { name: &name, csrf: cx.csrf() } };
    let is_packed = page.length() > MIN_COMPRESSED_BYTES && negotiate::accepts(cx.header(ACCEPT_ENCODING), "gzip");
    let body = if is_packed { Body::from(page.gzipped(values)) } else { Body::of(page.filled(values)) };
    let mut response = match is_json {
        true => reply::json_text(cx, StatusCode::OK, body),
        false => reply::html_text(cx, StatusCode::OK, body),
    };
    if is_packed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
