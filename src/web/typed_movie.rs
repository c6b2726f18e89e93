//! A movie as its form shows it and as people type it: genres in the visitor's language, names between whatever commas
//! their keyboard has. Programs send the catalogue's own names, which pass by here.

use serde_json::{Value, json};

use super::body;
use crate::i18n::{self, Locale};
use crate::model::{Field, Movie, RawMovie, RawValue};

/// The commas of all keyboards.
const COMMAS: [char; 4] = [',', '،', '，', '、'];

/// What the form shows of a movie as it is.
pub fn shown(movie: &Movie, locale: Locale) -> RawMovie {
    let mut values = match json!(movie.facts) {
        Value::Object(facts) => body::movie_of_json(&facts),
        _ => RawMovie::default(),
    };
    if let Some(RawValue::List(genres)) = values.get(Field::Genres) {
        let genres = genres.iter().map(|genre| i18n::genre_name(locale, genre)).collect();
        values.set(Field::Genres, RawValue::List(genres));
    }
    values
}

/// What was typed, as the catalogue names it.
pub fn read(mut typed: RawMovie, locale: Locale) -> RawMovie {
    for field in [Field::Directors, Field::Cast, Field::Genres] {
        let names: Vec<&str> = match typed.get(field) {
            Some(RawValue::Text(text)) => text.split(COMMAS).collect(),
            Some(RawValue::List(list)) => list.iter().flat_map(|text| text.split(COMMAS)).collect(),
            _ => continue,
        };
        let name = |name: &str| match i18n::genre_named(locale, name) {
            Some(genre) if field == Field::Genres => genre.to_owned(),
            _ => name.to_owned(),
        };
        let names = names.into_iter().map(name).collect();
        typed.set(field, RawValue::List(names));
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facts, MovieDraft, genre};

    fn movie(genres: &[&str]) -> Movie {
        let facts = Facts {
            title: "Star Wars".to_owned(),
            directors: vec!["George Lucas".to_owned(), "Someone Else".to_owned()],
            genres: genres.iter().map(|genre| (*genre).to_owned()).collect(),
            year: Some(1977),
            score: Some(8.8),
            popularity: Some(88.0),
            ..Facts::default()
        };
        Movie { facts, ..Movie::default() }
    }

    fn typed(field: Field, text: &str) -> RawMovie {
        let mut raw = RawMovie::default();
        raw.set(field, RawValue::Text(text.to_owned()));
        raw
    }

    #[test]
    fn a_form_shows_a_movie_so_that_saving_it_changes_nothing() {
        for locale in Locale::ALL {
            for known in genre::KNOWN {
                let movie = movie(&[known.name, "Telenovela"]);
                let shown = shown(&movie, locale);
                assert_eq!(shown.text(Field::Year), "1977");
                let text = shown.text(Field::Genres);
                assert!(text.starts_with(&i18n::genre_name(locale, known.name)), "{text}");
                // Also where a browser sends the text of each field.
                let sent = typed(Field::Genres, &text);
                assert_eq!(sent.changed_from(&shown), RawMovie::default());
                let kept = MovieDraft::check(&read(sent, locale)).map(|draft| draft.to_facts().genres);
                assert_eq!(kept.as_ref(), Ok(&movie.facts.genres), "{locale:?}");
                let facts = MovieDraft::check(&read(shown, locale)).map(|draft| draft.to_facts());
                assert_eq!(facts, Ok(movie.facts), "{locale:?}");
            }
        }
    }

    #[test]
    fn genres_are_typed_in_the_language_of_the_page_or_as_the_catalogue_spells_them() {
        let genres = |locale, text: &str| {
            MovieDraft::check(&read(typed(Field::Genres, text), locale)).map(|draft| draft.to_facts().genres)
        };
        let list = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(genres(Locale::Ar, "إثارة، حرب، Sci Fi"), list(&["Thriller", "War", "Sci-Fi"]));
        assert_eq!(genres(Locale::De, "krimi, komodie, Heimatfilm"), list(&["Crime", "Comedy", "Heimatfilm"]));
        assert_eq!(genres(Locale::Ja, "ホラー、戦争，Drama"), list(&["Horror", "War", "Drama"]));
        assert_eq!(genres(Locale::En, "إثارة"), list(&["إثارة"]));
    }

    #[test]
    fn people_are_separated_by_any_comma() {
        let read = read(typed(Field::Directors, "黒澤明、小津安二郎"), Locale::Ja);
        let directors = MovieDraft::check(&read).map(|draft| draft.to_facts().directors);
        assert_eq!(directors, Ok(vec!["黒澤明".to_owned(), "小津安二郎".to_owned()]));
    }
}
