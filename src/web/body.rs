//! What a request carries: query strings, forms and JSON, within bounds and strictly UTF-8. Says nothing about what
//! the values mean; that is in `model`.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::error::WebError;
use super::json;
use super::upload::Upload;
use crate::model::{Field, RawMovie, RawValue};

/// The most bytes of a body: four times the largest movie that is within bounds.
pub const LIMIT: usize = 256 * 1024;
/// The most bytes of a body that brings a file, and the most of the file.
pub const FILE_LIMIT: usize = 10 * 1024 * 1024;
/// A body over the limit is read and forgotten up to here, so that its sender gets to read the refusal.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A body as it comes in.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, ()>> + Send>>;

/// A body that was read.
#[derive(Debug, Clone, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// Fields of a form, in their order.
    Form(Vec<(String, String)>),
    /// A JSON object.
    Json(Map<String, Value>),
    /// A file, and the other fields of the form that it came in; see [`super::upload`].
    Upload(Upload),
}

impl Body {
    /// The text of a field, if it is given as text or as a number.
    pub fn text(&self, name: &str) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Form(fields) | Self::Upload(Upload { fields, .. }) => {
                fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            }
            Self::Json(object) => match object.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            },
        }
    }

    /// The text of a field that may also be empty: `null` is empty, and a switch is `true` or `false`.
    pub fn given(&self, name: &str) -> Option<String> {
        match self {
            Self::Json(object) => match object.get(name)? {
                Value::Null => Some(String::new()),
                Value::Bool(value) => Some(value.to_string()),
                _ => self.text(name),
            },
            _ => self.text(name),
        }
    }

    /// What the body says of a movie; other fields are passed over.
    ///
    /// # Errors
    /// Malformed where two names of one field say different things.
    pub fn movie(&self) -> Result<RawMovie, WebError> {
        match self {
            Self::Empty => Ok(RawMovie::default()),
            Self::Form(pairs) | Self::Upload(Upload { fields: pairs, .. }) => Ok(movie_of_form(pairs)),
            Self::Json(object) => {
                refuse_contradictions(object)?;
                Ok(movie_of_json(object))
            }
        }
    }
}

/// What a JSON object says of a movie.
pub fn movie_of_json(object: &Map<String, Value>) -> RawMovie {
    let mut raw = RawMovie::default();
    for (name, value) in object {
        if let Some(field) = Field::from_name(name) {
            raw.set(field, raw_value(value));
        }
    }
    raw
}

/// A field has several names, and a movie that was read has `director` and `directors`: both may be sent back, as long
/// as they say the same.
fn refuse_contradictions(object: &Map<String, Value>) -> Result<(), WebError> {
    let mut seen: Vec<(Field, &str, RawValue)> = Vec::new();
    for (name, value) in object {
        let Some(field) = Field::from_name(name) else { continue };
        let value = raw_value(value);
        match seen.iter().find(|(known, ..)| *known == field) {
            Some((_, other, before)) if !says_the_same(before, &value) => {
                let message =
                    format!("`{other}` and `{name}` are one field and say different things; send one of them");
                return Err(WebError::Malformed(message));
            }
            Some(_) => {}
            None => seen.push((field, name, value)),
        }
    }
    Ok(())
}

/// A list may also be given as text, joined with commas; none as null.
fn says_the_same(one: &RawValue, other: &RawValue) -> bool {
    let joined = |value: &RawValue| match value {
        RawValue::List(entries) => RawValue::Text(entries.join(", ")),
        RawValue::Null => RawValue::Text(String::new()),
        value => value.clone(),
    };
    joined(one) == joined(other)
}

fn movie_of_form(pairs: &[(String, String)]) -> RawMovie {
    let mut raw = RawMovie::default();
    for (name, value) in pairs {
        let Some(field) = Field::from_name(name) else { continue };
        let value = match raw.get(field) {
            Some(RawValue::Text(before)) => RawValue::List(vec![before.clone(), value.clone()]),
            Some(RawValue::List(before)) => RawValue::List([before.as_slice(), std::slice::from_ref(value)].concat()),
            _ if value.trim().is_empty() => RawValue::Null,
            // Titles hold commas, so the form has one on each line.
            _ if field == Field::AlternateTitles => RawValue::List(value.lines().map(str::to_owned).collect()),
            _ => RawValue::Text(value.clone()),
        };
        raw.set(field, value);
    }
    raw
}

fn raw_value(value: &Value) -> RawValue {
    match value {
        Value::Null => RawValue::Null,
        Value::String(text) => RawValue::Text(text.clone()),
        Value::Number(number) => number.as_f64().map_or(RawValue::Other, RawValue::Number),
        Value::Array(entries) => {
            let texts = entries.iter().map(|entry| entry.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().map_or(RawValue::Other, RawValue::List)
        }
        Value::Bool(_) | Value::Object(_) => RawValue::Other,
    }
}

/// Reads a body to its end, at most `limit` bytes.
///
/// # Errors
/// Too large, too slow, or broken off.
pub async fn read(chunks: &mut Chunks, headers: &HeaderMap, limit: usize) -> Result<Bytes, WebError> {
    if declares_too_much(headers) {
        return Err(WebError::TooLarge(limit));
    }
    timeout(BODY_TIMEOUT, collect(chunks, limit)).await.unwrap_or(Err(WebError::TooSlow))
}

async fn collect(chunks: &mut Chunks, limit: usize) -> Result<Bytes, WebError> {
    let mut read = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|()| WebError::malformed("the body breaks off"))?;
        if read.len() + chunk.len() > limit {
            drain(chunks, limit).await;
            return Err(WebError::TooLarge(limit));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.into())
}

/// The body is longer than what is read of one that is refused.
pub fn declares_too_much(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    declared.is_some_and(|length| length > MAX_DISCARDED_BYTES)
}

/// Reads the rest of a body that is refused and forgets it, so that its sender gets to read the refusal. `read` bytes
/// came before.
pub async fn drain(chunks: &mut Chunks, read: usize) {
    let mut length = read;
    while let Some(Ok(chunk)) = chunks.next().await {
        length += chunk.len();
        if length > MAX_DISCARDED_BYTES {
            return;
        }
    }
}

/// [`drain`]s a body within the time that any body may take.
pub async fn drain_in_time(chunks: &mut Chunks) {
    // One that takes longer is cut off with its connection.
    let _ = timeout(BODY_TIMEOUT, drain(chunks, 0)).await;
}

/// The type of a request's body, without its parameters, in lower case; empty where none is said.
pub fn content_type(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads a form or a JSON object. Fields of a form that make a list may be repeated, others may not.
///
/// # Errors
/// Malformed, or of a type that is neither.
pub fn parse(bytes: &[u8], content_type: &str) -> Result<Body, WebError> {
    if bytes.is_empty() {
        return Ok(Body::Empty);
    }
    match content_type {
        "application/x-www-form-urlencoded" => {
            let text = std::str::from_utf8(bytes).map_err(|_| WebError::malformed("the form is not UTF-8"))?;
            let pairs = pairs(text)?;
            for (place, (name, _)) in pairs.iter().enumerate() {
                let is_list = Field::from_name(name) == Some(Field::Genres);
                if !is_list && pairs[..place].iter().any(|(known, _)| known == name) {
                    return Err(given_twice(name));
                }
            }
            Ok(Body::Form(pairs))
        }
        "application/json" => match json::parse(bytes) {
            Ok(Value::Object(object)) => Ok(Body::Json(object)),
            Ok(_) => Err(WebError::malformed("the body must be a JSON object")),
            Err(error) if error.is_data() => Err(WebError::Malformed(format!("the JSON body is ambiguous: {error}"))),
            Err(error) => Err(WebError::Malformed(format!("the body is not JSON: {error}"))),
        },
        _ => Err(WebError::UnsupportedType),
    }
}

/// A field of a form is there twice, and is no list.
pub fn given_twice(name: &str) -> WebError {
    let name: String = name.chars().take(80).collect();
    WebError::Malformed(format!("the field `{}` of the form is given twice", name.escape_debug()))
}

/// Decodes a query string or a form.
///
/// # Errors
/// Malformed where a value is not UTF-8.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, WebError> {
    let pieces = text.split('&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
        })
        .collect()
}

/// Decodes percent signs.
///
/// # Errors
/// Malformed where the result is not UTF-8.
pub fn decode(text: &str) -> Result<String, WebError> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| WebError::malformed("the address is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Result<Body, WebError> {
        parse(text.as_bytes(), "application/x-www-form-urlencoded")
    }

    #[test]
    fn a_form_is_decoded_and_has_each_field_once() {
        let body = form("movie_name=Am%C3%A9lie+2&year=&x=1&chip_genres=Drama&chip_genres=Comedy").expect("a form");
        let raw = body.movie().expect("a movie");
        assert_eq!(raw.get(Field::Title), Some(&RawValue::Text("Amélie 2".to_owned())));
        assert_eq!(raw.get(Field::Year), Some(&RawValue::Null));
        assert_eq!(raw.get(Field::Genres), Some(&RawValue::List(vec!["Drama".to_owned(), "Comedy".to_owned()])));
        assert_eq!(raw.get(Field::Score), None);
        assert!(
            matches!(form("movie_name=a&movie_name=b"), Err(WebError::Malformed(text)) if text.contains("`movie_name`"))
        );
        assert!(matches!(form("movie_name=%ff"), Err(WebError::Malformed(_))));
    }

    #[test]
    fn json_is_an_object_of_loose_values() {
        let json = |text: &str| parse(text.as_bytes(), "application/json");
        let body =
            json(r#"{"id":"7","year":1977,"genres":["A","B"],"director":{"a":1},"overview":null,"role":"admin"}"#);
        let body = body.expect("an object");
        let raw = body.movie().expect("a movie");
        assert_eq!(body.text("id").as_deref(), Some("7"));
        assert_eq!(raw.get(Field::Year), Some(&RawValue::Number(1977.0)));
        assert_eq!(raw.get(Field::Genres), Some(&RawValue::List(vec!["A".to_owned(), "B".to_owned()])));
        assert_eq!(raw.get(Field::Directors), Some(&RawValue::Other));
        assert_eq!(raw.get(Field::Overview), Some(&RawValue::Null));
        for bad in ["[]", "1", "{", "\"x\"", &"[".repeat(10_000)] {
            assert!(matches!(json(bad), Err(WebError::Malformed(_))), "{bad:.20}");
        }
    }

    #[test]
    fn names_of_one_field_may_not_contradict() {
        let movie = |text: &str| parse(text.as_bytes(), "application/json").and_then(|body| body.movie());
        for good in [
            r#"{"director":"A, B","directors":["A","B"]}"#,
            r#"{"director":null,"directors":[]}"#,
            r#"{"title":"A","movie_name":"A"}"#,
        ] {
            assert!(movie(good).is_ok(), "{good}");
        }
        for bad in [
            r#"{"director":"C","directors":["A","B"]}"#,
            r#"{"title":"A","movie_name":"B"}"#,
            r#"{"genres":["A"],"chip_genres":""}"#,
            r#"{"year":1,"year":2}"#,
        ] {
            assert!(matches!(movie(bad), Err(WebError::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn other_types_are_refused_unless_empty() {
        assert!(matches!(parse(b"x", "text/plain"), Err(WebError::UnsupportedType)));
        assert!(matches!(parse(b"x", ""), Err(WebError::UnsupportedType)));
        assert!(matches!(parse(b"", "text/plain"), Ok(Body::Empty)));
    }

    #[test]
    fn a_query_is_lenient_about_percent_signs_and_strict_about_utf8() {
        let read = pairs("a=1&&b&c=%zz&d=100%25").expect("decoded");
        let expected = [("a", "1"), ("b", ""), ("c", "%zz"), ("d", "100%")];
        assert!(read.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(expected));
        assert!(pairs("q=%c3%28").is_err());
    }
}
