//! Autocomplete: JSON, and for the script of a page the part of it that shows the suggestions.

use serde_json::{Value, json};

use super::cx::ReaderCx;
use super::error::WebError;
use super::kept::Place;
use super::reply::Response;
use super::view;
use crate::flows::search;
use crate::i18n::{self, Locale};
use crate::model::query::is_malformed;
use crate::model::{Suggestion, SuggestionQuery};

/// `GET /suggest`. The answer holds the text as it was typed, so that a page knows which of its questions it answers.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let place = Place::of(&cx);
    if let Some(kept) = place.find(&cx) {
        return Ok(kept);
    }
    let query = SuggestionQuery::parse(cx.pairs()).map_err(|errors| {
        if is_malformed(&errors) { WebError::BadParameters(errors) } else { WebError::Invalid(errors) }
    })?;
    let (typed, locale) = (cx.value("q").unwrap_or_default(), cx.locale);
    let asked = query.clone();
    let suggestions = cx.blocking(move |app| search::suggest(app, &asked, locale)).await?;
    if !cx.wants_json() {
        let options = view::suggest::options(locale, &query, &suggestions);
        return Ok(place.html(&cx, options));
    }
    let suggestions: Vec<Value> = suggestions.iter().map(|suggestion| shown(suggestion, locale)).collect();
    Ok(place.json(&cx, &json!({"q": typed, "suggestions": suggestions})))
}

/// A suggestion; a genre with its name in the visitor's language beside the one that the catalogue has.
fn shown(suggestion: &Suggestion, locale: Locale) -> Value {
    let mut shown = suggestion.to_json();
    if let Suggestion::Genre { text, .. } = suggestion {
        shown["label"] = Value::String(i18n::genre_name(locale, text));
    }
    shown
}
