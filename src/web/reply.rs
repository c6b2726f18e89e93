//! Replies: each names its cache policy, all carry the security headers.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures_util::stream;
use http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION,
    REFERRER_POLICY, SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use maud::Markup;
use serde_json::Value;
use tokio::sync::mpsc;
use warp::Reply;

use super::cx::{Identity, RequestContext};
use super::guard::{self, LANG_COOKIE, THEME_COOKIE, VIEW_COOKIE};
use super::view::look::{Shape, Theme};
use crate::i18n::Locale;

/// A reply with its whole body.
pub type Response = http::Response<Body>;

/// The bytes of a reply, in order.
#[derive(Debug)]
pub enum Body {
    /// All of them.
    Whole(Vec<Bytes>),
    /// As they are made; an error cuts the reply off, so that nobody takes it for whole.
    Streamed(mpsc::Receiver<io::Result<Bytes>>),
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::Whole(vec![bytes.into()])
    }
}

impl Body {
    /// Bytes that are sent one after the other, without being copied into one.
    pub fn of(pieces: Vec<Bytes>) -> Self {
        Self::Whole(pieces)
    }
}

/// A reply as warp sends it.
pub fn for_warp(response: Response) -> warp::reply::Response {
    let (mut parts, body) = response.into_parts();
    let mut pieces = match body {
        Body::Whole(pieces) => pieces,
        Body::Streamed(mut pieces) => {
            return with_parts(parts, warp::reply::stream(stream::poll_fn(move |context| pieces.poll_recv(context))));
        }
    };
    if pieces.len() < 2 {
        return http::Response::from_parts(parts, pieces.pop().unwrap_or_default()).into_response();
    }
    // A stream's length is told by its header; without it the reply would be sent in chunks.
    let length = pieces.iter().map(Bytes::len).sum::<usize>();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    with_parts(parts, warp::reply::stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>))))
}

fn with_parts(parts: http::response::Parts, body: impl Reply) -> warp::reply::Response {
    let mut streamed = body.into_response();
    (*streamed.status_mut(), *streamed.headers_mut(), *streamed.extensions_mut()) =
        (parts.status, parts.headers, parts.extensions);
    streamed
}

/// What `web::finish` tells of a reply in the log and in the metrics.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trace {
    /// The pattern of the path; empty where none matches.
    pub route: &'static str,
    /// Who was signed in.
    pub user: Option<i64>,
}

/// Who may keep a reply, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Nobody: it is of this moment, for a program, or a file of personal data.
    Never,
    /// The browser that asked, which asks again each time but may go back to a page as it was left. Signing in and out
    /// changes the cookies that replies vary on, and `app.js` loads a page of the time before anew.
    Ask,
    /// Everybody, for ever: the name changes with the content.
    Forever,
    /// Everybody, for an hour.
    Hour,
    /// Whoever may read the catalogue: a picture, for ever or for a day.
    Picture {
        /// Everybody may read the catalogue.
        is_public: bool,
        /// The name changes with the content.
        forever: bool,
    },
}

impl Cache {
    fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Never => "no-store",
            Self::Ask => "private, no-cache",
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Hour => "public, max-age=3600",
            Self::Picture { is_public: true, forever: true } => "public, max-age=31536000, immutable",
            Self::Picture { is_public: false, forever: true } => "private, max-age=31536000, immutable",
            Self::Picture { is_public: true, forever: false } => "public, max-age=86400",
            Self::Picture { is_public: false, forever: false } => "private, max-age=86400",
        })
    }

    /// The policy of what depends on who asks.
    pub fn of(asked: &RequestContext) -> Self {
        if matches!(asked.identity, Identity::Token(_)) { Self::Never } else { Self::Ask }
    }
}

/// A reply of bytes.
pub fn bytes(status: StatusCode, cache: Cache, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, cache.value());
    response
}

/// A page.
pub fn html(asked: &RequestContext, status: StatusCode, page: Markup) -> Response {
    html_text(asked, status, page.into_string())
}

/// A page that is rendered already.
pub fn html_text(asked: &RequestContext, status: StatusCode, page: impl Into<Body>) -> Response {
    let mut response = bytes(status, Cache::of(asked), "text/html; charset=utf-8", page);
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(asked.locale.code()));
    vary(asked, response)
}

/// A JSON document.
pub fn json(asked: &RequestContext, status: StatusCode, value: &Value) -> Response {
    json_text(asked, status, value.to_string())
}

/// A JSON document that is written already.
pub fn json_text(asked: &RequestContext, status: StatusCode, text: impl Into<Body>) -> Response {
    vary(asked, bytes(status, Cache::of(asked), "application/json", text))
}

/// A document of another kind, in the visitor's language or with the visitor's name of this site.
pub fn document(asked: &RequestContext, kind: &'static str, body: impl Into<Body>) -> Response {
    vary(asked, bytes(StatusCode::OK, Cache::of(asked), kind, body))
}

/// Leads a browser on to an address.
pub fn see_other(asked: &RequestContext, location: &str) -> Response {
    let mut response = bytes(StatusCode::SEE_OTHER, Cache::Never, "text/plain; charset=utf-8", "");
    set(&mut response, LOCATION, location);
    vary(asked, response)
}

/// Sets a header, unless its value cannot be one.
pub fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Adds a cookie.
pub fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Begins the session of a browser, or ends it. Pages that the browser keeps from before are not shown after that: their
/// cookies differ, and at the end it is asked to forget them.
pub fn set_session(asked: &RequestContext, response: &mut Response, secret: Option<&str>) {
    add_cookie(response, &guard::session_cookie(asked, secret));
    add_cookie(response, &guard::visit_cookie(asked));
    if secret.is_none() {
        set(response, HeaderName::from_static("clear-site-data"), "\"cache\"");
    }
}

/// What the reply depends on; and remembers the language and the look that the address chose.
fn vary(asked: &RequestContext, mut response: Response) -> Response {
    response.headers_mut().insert(VARY, HeaderValue::from_static("Cookie, Accept-Language, Accept, Accept-Encoding"));
    let theme = asked.value("theme").and_then(Theme::parse).map(Theme::name);
    let shape = asked.value("view").and_then(Shape::parse).map(Shape::name);
    for (cookie, chosen) in [(LANG_COOKIE, asked.chosen.map(Locale::code)), (THEME_COOKIE, theme), (VIEW_COOKIE, shape)]
    {
        if let Some(value) = chosen {
            let secure = if asked.is_https() { "; Secure" } else { "" };
            let lasting = "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax";
            add_cookie(&mut response, &format!("{cookie}={value}; {lasting}{secure}"));
        }
    }
    response
}

/// What no page may do, wherever a hole might be.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Gives a reply the headers that all have. `Strict-Transport-Security` is none of them: it binds every other port of the
/// host too, so the proxy that ends TLS decides on it.
pub fn secure(headers: &mut HeaderMap, request_id: &str) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
