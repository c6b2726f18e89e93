//! What programs and browsers ask for beside the pages: health, metrics, the API's description, assets.

use std::borrow::Cow;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, RETRY_AFTER, VARY};
use serde_json::json;

use super::assets;
use super::cx::Cx;
use super::error::WebError;
use super::metrics;
use super::reply::{self, Cache, Response};
use crate::flows::health;

/// The API's description; the version is filled in.
pub const OPENAPI: &str = include_str!("openapi.json");

/// `GET /healthz`: the process is alive.
pub async fn alive(_: Cx) -> Result<Response, WebError> {
    Ok(reply::bytes(StatusCode::OK, Cache::Never, "application/json", r#"{"status":"ok"}"#))
}

/// `GET /readyz`: the database is in its place, and the search index is whole.
pub async fn ready(cx: Cx) -> Result<Response, WebError> {
    let (status, body) = match cx.blocking(health::ready).await {
        Ok(()) => (StatusCode::OK, json!({"status": "ready"})),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, json!({"status": "not ready", "reason": reason})),
    };
    let mut response = reply::bytes(status, Cache::Never, "application/json", body.to_string());
    if status != StatusCode::OK {
        reply::set(&mut response, RETRY_AFTER, "1");
    }
    Ok(response)
}

/// `GET /metrics`.
pub async fn metrics(cx: Cx) -> Result<Response, WebError> {
    if !cx.server.app.config.metrics_public && !cx.client().is_loopback() {
        return Err(WebError::Forbidden("metrics are for this machine; `fmdb serve --metrics public` opens them"));
    }
    let figures = cx.blocking(health::figures).await?;
    let is_open = cx.header(ACCEPT).is_some_and(|accept| accept.contains("application/openmetrics-text"));
    let kind = if is_open { metrics::OPEN_CONTENT_TYPE } else { metrics::PLAIN_CONTENT_TYPE };
    Ok(reply::bytes(StatusCode::OK, Cache::Never, kind, cx.server.metrics.text(figures)))
}

/// `GET /api/openapi.json`.
pub async fn openapi(_: Cx) -> Result<Response, WebError> {
    let described = OPENAPI.replace("{{version}}", env!("CARGO_PKG_VERSION"));
    Ok(reply::bytes(StatusCode::OK, Cache::Hour, "application/json", described))
}

/// `GET /favicon.ico`, which browsers ask for by themselves.
pub async fn favicon(cx: Cx) -> Result<Response, WebError> {
    embedded(&cx, "favicon.ico")
}

/// `GET /assets/NAME`.
pub async fn asset(cx: Cx) -> Result<Response, WebError> {
    embedded(&cx, cx.parameter("name"))
}

fn embedded(cx: &Cx, name: &str) -> Result<Response, WebError> {
    let asset = assets::find(name, cx.header(ACCEPT_ENCODING)).ok_or(WebError::NotFound)?;
    let etag: &str = asset.etag.as_ref();
    let is_known = cx.header(IF_NONE_MATCH).is_some_and(|known| is_match(known, etag));
    let cache = if asset.immutable { Cache::Forever } else { Cache::Hour };
    let mut response = reply::bytes(StatusCode::OK, cache, asset.content_type, Bytes::new());
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = match asset.body {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes).into(),
            Cow::Owned(bytes) => bytes.into(),
        };
    }
    reply::set(&mut response, ETAG, etag);
    reply::set(&mut response, VARY, "Accept-Encoding");
    // A 304 has no body that could be encoded.
    if let Some(encoding) = asset.encoding.filter(|_| !is_known) {
        reply::set(&mut response, CONTENT_ENCODING, encoding);
    }
    Ok(response)
}

/// One of the tags that the client knows is this one.
pub fn is_match(known: &str, etag: &str) -> bool {
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_are_recognised() {
        assert!(is_match("\"a\", W/\"b\"", "\"b\""));
        assert!(is_match("*", "\"b\""));
        assert!(!is_match("\"bb\"", "\"b\""));
    }
}
