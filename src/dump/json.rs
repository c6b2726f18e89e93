//! One JSON record to a raw movie. Splitting a dump into records is `scan`'s work.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::loose::Name;
use super::values::Found;
use crate::model::RawMovie;

/// What the record says of a movie, or why it is refused.
pub(super) fn raw_movie(record: &[u8]) -> Result<RawMovie, String> {
    let text = std::str::from_utf8(record).map_err(|_| not_utf8())?;
    match text.trim_start().as_bytes().first() {
        Some(b'{') => {}
        Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => return Err("not an object".to_owned()),
        _ => return Err("not JSON".to_owned()),
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let found = deserializer.deserialize_map(MovieVisitor).and_then(|found| deserializer.end().map(|()| found));
    found.map_err(|error| refusal(&error))?.into_raw()
}

/// The reason of a record in another encoding.
pub(super) fn not_utf8() -> String {
    "not UTF-8 text; convert the dump to UTF-8".to_owned()
}

/// serde_json's message without its position, which counts from the record's start and not the file's.
fn refusal(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    if what.starts_with("recursion limit") { "nested too deep".to_owned() } else { format!("not JSON: {what}") }
}

struct MovieVisitor;

impl<'de> Visitor<'de> for MovieVisitor {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Found::default();
        while let Some(Name(name)) = map.next_key()? {
            match found.key(&name) {
                Some(key) => found.add(key, map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::draft;
    use crate::model::{Facts, Field};

    fn facts(json: &str) -> Facts {
        draft(&raw_movie(json.as_bytes()).expect(json)).expect(json).to_facts()
    }

    #[test]
    fn an_omdb_object() {
        let facts = facts(
            r#"{"Title":"Star Wars","Year":"1977–1983","Runtime":"121 min","Genre":"Action, Sci Fi","Director":"George Lucas",
            "Actors":"Mark Hamill, Harrison Ford","Plot":"N/A","Ratings":[{"Source":"x","Value":"9/10"}],"imdbRating":"8.6",
            "imdbVotes":"1,234,567","imdbID":"tt0076759","Type":"movie","Response":"True"}"#,
        );
        assert_eq!(
            (facts.year, facts.runtime, facts.votes, facts.score),
            (Some(1977), Some(121), Some(1_234_567), Some(8.6))
        );
        assert_eq!((facts.genres.join("|"), facts.cast.len()), ("Action|Sci-Fi".into(), 2));
        assert_eq!((facts.overview, facts.imdb_id.as_deref()), (None, Some("tt0076759")));
        assert!(facts.popularity.is_some_and(|popularity| (93.7..93.8).contains(&popularity)));
    }

    #[test]
    fn a_tmdb_object() {
        let facts = facts(
            r#"{"id":11,"title":"Star Wars","original_title":"Star Wars","release_date":"1977-05-25","vote_average":0,"vote_count":0,
            "genres":[{"id":12,"name":"Adventure"}],"runtime":0,"imdb_id":"","popularity":5.5,"adult":false,
            "credits":{"cast":[{"name":"Mark Hamill"}],"crew":[{"job":"Writer","name":"X"},{"job":"Director","name":"George Lucas"}]}}"#,
        );
        assert_eq!((facts.tmdb_id, facts.year, facts.score, facts.votes), (Some(11), Some(1977), None, Some(0)));
        assert_eq!((facts.directors.join("|"), facts.cast.join("|")), ("George Lucas".into(), "Mark Hamill".into()));
        assert_eq!((facts.runtime, facts.imdb_id, facts.original_title), (None, None, None));
        assert_eq!((facts.genres, facts.popularity), (vec!["Adventure".to_owned()], Some(5.5)));
    }

    #[test]
    fn precedence_is_the_tables_and_an_unknown_value_gives_way() {
        let facts =
            facts(r#"{"name":"C","Title":"B","movie_name":"","year":null,"released":"1 May 1999","TITLE":"A"}"#);
        assert_eq!((facts.title.as_str(), facts.year), ("A", Some(1999)), "the last `title` is before any `name`");
    }

    #[test]
    fn a_bare_id_is_taken_by_its_shape() {
        assert_eq!(facts(r#"{"title":"A","id":"tt0076759"}"#).imdb_id.as_deref(), Some("tt0076759"));
        let other = facts(r#"{"title":"A","id":7}"#);
        assert_eq!((other.imdb_id, other.tmdb_id), (None, None));
    }

    #[test]
    fn a_rating_is_a_score_only_where_it_is_a_number() {
        for (rating, score) in
            [("\"PG-13\"", None), ("\"74 min\"", None), ("\"7.5\"", Some(7.5)), ("8", Some(8.0)), ("{}", None)]
        {
            assert_eq!(facts(&format!(r#"{{"title":"A","rating":{rating}}}"#)).score, score, "{rating}");
        }
    }

    #[test]
    fn the_words_for_unknown_are_absent_not_null() {
        let raw = raw_movie(
            br#"{"title":"A","director":"N/A","genres":["(no genres listed)"],"year":"\\N","score":" ","votes":null}"#,
        )
        .expect("an object");
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Title) {
            assert_eq!(raw.get(field), None, "{field:?}");
        }
    }

    #[test]
    fn what_is_no_movie_is_refused() {
        for (json, reason) in [
            ("[1]", "not an object"),
            ("null", "not an object"),
            ("oops", "not JSON"),
            (r#"{"title":}"#, "not JSON: expected value"),
            (r#"{"title":"a","n":1e999}"#, ""),
            (r#"{"Response":"False","Error":"Movie not found!"}"#, "`Response` is `False`: OMDb found no movie"),
            (r#"{"Title":"a","Type":"series"}"#, "its type is `series`, not a movie"),
        ] {
            match raw_movie(json.as_bytes()) {
                Err(found) => assert_eq!(found, reason, "{json}"),
                Ok(_) => assert_eq!(reason, "", "{json}"),
            }
        }
        let deep = format!(r#"{{"title":{}"#, "[".repeat(100_000));
        assert_eq!(raw_movie(deep.as_bytes()).err().as_deref(), Some("nested too deep"));
        assert_eq!(raw_movie(b"{\"title\":\"L\xe9on\"}").err(), Some(not_utf8()));
    }
}
