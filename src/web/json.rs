//! JSON of request bodies, strictly: no object has a key twice. `serde_json` alone keeps the last and says nothing, so a
//! sender and a proxy before us could each mean another value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most characters of a key in a message.
const MAX_KEY: usize = 80;

/// Reads a document.
///
/// # Errors
/// It is no JSON, or an object in it has a key twice: what, and where.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes).map(|Strict(value)| value)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(value)) = entries.next_element()? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                let key: String = key.chars().take(MAX_KEY).collect();
                return Err(A::Error::custom(format_args!("the key `{}` is given twice", key.escape_debug())));
            }
            let Strict(value) = entries.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_each_key_once_is_read_as_ever() {
        for text in [
            "null",
            "true",
            "[1,-2,1.5,18446744073709551615,\"x\",[],{}]",
            r#"{"b":1,"a":{"b":[{"a":1},{"a":2}]},"B":null,"":0}"#,
            "8.3",
            "1e400",
        ] {
            let plain = serde_json::from_str::<Value>(text);
            assert_eq!(parse(text.as_bytes()).ok(), plain.ok(), "{text}");
        }
        for bad in ["", "{", "[1,]", "{\"a\":1}x", "\"\u{1}\"", &"[".repeat(10_000)] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:.20}");
        }
    }

    #[test]
    fn a_key_given_twice_is_named() {
        for (text, key) in [
            (r#"{"year":1,"year":2}"#, "`year`"),
            (r#"{"year":1,"title":"x","year":1}"#, "`year`"),
            (r#"{"ye\u0061r":1,"year":2}"#, "`year`"),
            (r#"{"x":{"a":1,"a":2}}"#, "`a`"),
            (r#"[{"x":[{"a":1,"a":2}]}]"#, "`a`"),
            (r#"{"":1,"":2}"#, "``"),
            (r#"{"a\nb":1,"a\nb":2}"#, r"`a\nb`"),
        ] {
            let message = parse(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(message.contains(&format!("the key {key} is given twice")), "{text}: {message}");
        }
    }
}
