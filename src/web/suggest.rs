//! Autocomplete: JSON, and for the script of a page the part of it that shows the suggestions.

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::cx::ReaderCx;
use super::error::WebError;
use super::reply::{self, Response};
use super::response_cache::CacheKey;
use super::view;
use crate::flows::search;
use crate::i18n::{self, Locale};
use crate::model::query::is_malformed;
use crate::model::{FieldErrors, Problem, Suggestion, SuggestionQuery};

/// `GET /suggest`. The answer holds the text as it was typed, so that a page knows which of its questions it answers.
/// With `format=opensearch` it has the shape that a browser's address bar reads.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    match cx.value("format") {
        None | Some("" | "json") => find(&cx, false).await,
        Some("opensearch") => {
            let mut response = find(&cx, true).await?;
            reply::set(&mut response, CONTENT_TYPE, "application/x-suggestions+json");
            Ok(response)
        }
        Some(_) => {
            let problem = Problem::NotAChoice { choices: "json, opensearch" };
            Err(WebError::BadParameters(FieldErrors::of("format", problem)))
        }
    }
}

async fn find(cx: &ReaderCx, opensearch: bool) -> Result<Response, WebError> {
    let cache_key = CacheKey::of(cx);
    if let Some(kept) = cache_key.find(cx) {
        return Ok(kept);
    }
    let query = SuggestionQuery::parse(cx.pairs()).map_err(|errors| {
        if is_malformed(&errors) { WebError::BadParameters(errors) } else { WebError::Invalid(errors) }
    })?;
    let (typed, locale) = (cx.value("q").unwrap_or_default(), cx.locale);
    let asked = query.clone();
    let suggestions = cx.blocking(move |app| search::suggest(app, &asked, locale)).await?;
    if opensearch {
        return Ok(cache_key.json(cx, &completions(typed, &suggestions, &cx.origin)));
    }
    if !cx.wants_json() {
        let completion = search::completion(&query, &suggestions, locale);
        let options = view::suggest::options(locale, &query, &suggestions, completion);
        return Ok(cache_key.html(cx, options));
    }
    let suggestions: Vec<Value> = suggestions.iter().map(|suggestion| shown(suggestion, locale)).collect();
    Ok(cache_key.json(cx, &json!({"q": typed, "suggestions": suggestions})))
}

/// Texts, what is said of each, and where each leads.
fn completions(typed: &str, suggestions: &[Suggestion], site: &str) -> Value {
    let about = |suggestion: &Suggestion| match suggestion {
        Suggestion::Title { year, director, .. } => {
            let facts = year.map(|year| year.to_string()).into_iter().chain(director.clone());
            facts.collect::<Vec<_>>().join(" · ")
        }
        Suggestion::Director { .. } | Suggestion::Genre { .. } => String::new(),
    };
    let texts: Vec<&str> = suggestions.iter().map(Suggestion::text).collect();
    let abouts: Vec<String> = suggestions.iter().map(about).collect();
    let address = |suggestion: &Suggestion| {
        let json = suggestion.to_json();
        format!("{site}{}", json["url"].as_str().unwrap_or("/"))
    };
    let addresses: Vec<String> = suggestions.iter().map(address).collect();
    json!([typed, texts, abouts, addresses])
}

/// A suggestion; a genre with its name in the visitor's language beside the one that the catalogue has.
fn shown(suggestion: &Suggestion, locale: Locale) -> Value {
    let mut shown = suggestion.to_json();
    if let Suggestion::Genre { text, .. } = suggestion {
        shown["label"] = Value::String(i18n::genre_name(locale, text));
    }
    shown
}
