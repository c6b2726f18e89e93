//! Suggestions as the part of a page that the script puts below a search field: options in groups, of each kind one,
//! what was typed marked. The groups are in the order of their nearest suggestion.

use std::borrow::Cow;
use std::mem::discriminant;

use maud::{Markup, html};

use super::parts::icon;
use crate::i18n::{self, Locale};
use crate::model::fold::fold;
use crate::model::suggestion::Completion;
use crate::model::{Suggestion, SuggestionField, SuggestionQuery};
use crate::tr;

/// The options. Where one kind alone is asked for, its name would say nothing. `completion` is the place of the suggestion
/// that the Enter key takes where names are filled in.
pub fn options(
    locale: Locale,
    query: &SuggestionQuery,
    suggestions: &[Suggestion],
    completion: Option<(usize, Completion)>,
) -> Markup {
    let completes = |suggestion: &Suggestion| {
        completion.filter(|(place, _)| suggestions.get(*place).is_some_and(|taken| std::ptr::eq(taken, suggestion)))
    };
    let mut kinds: Vec<&Suggestion> = Vec::new();
    for suggestion in suggestions {
        if kinds.iter().all(|known| discriminant(*known) != discriminant(suggestion)) {
            kinds.push(suggestion);
        }
    }
    html! {
        @for kind in kinds {
            @let name = kind_name(locale, kind);
            div role="group" aria-label=(name) {
                @if query.field == SuggestionField::Any { p class="group" aria-hidden="true" { (name) } }
                @for suggestion in suggestions.iter().filter(|other| discriminant(*other) == discriminant(kind)) {
                    (option(locale, query, suggestion, completes(suggestion).map(|(_, how)| how)))
                }
            }
        }
    }
}

fn kind_name(locale: Locale, suggestion: &Suggestion) -> Cow<'static, str> {
    match suggestion {
        Suggestion::Title { .. } => tr!(locale, "finding.movies"),
        Suggestion::Director { .. } => tr!(locale, "finding.people"),
        Suggestion::Genre { .. } => tr!(locale, "home.genres"),
    }
}

fn option(locale: Locale, query: &SuggestionQuery, suggestion: &Suggestion, completion: Option<Completion>) -> Markup {
    let label = match suggestion {
        Suggestion::Genre { text, .. } => Some(i18n::genre_name(locale, text)),
        _ => None,
    };
    let is_title = matches!(suggestion, Suggestion::Title { .. });
    let picture = match suggestion {
        Suggestion::Title { .. } => "movie",
        Suggestion::Director { .. } => "person",
        Suggestion::Genre { .. } => "genre",
    };
    html! {
        div role="option" data-text=(suggestion.text()) data-url=(suggestion.url()) data-title[is_title] data-label=[&label]
            data-completes=[completion.map(Completion::name)] {
            (icon(picture))
            @match suggestion {
                Suggestion::Title { text, marks, year, director, .. } => span class="what" {
                    (marked(text, marks))
                    @if year.is_some() || director.is_some() {
                        " "
                        small {
                            @if let Some(year) = year { (i18n::year(locale, *year)) }
                            @if year.is_some() && director.is_some() { " · " }
                            @if let Some(director) = director { bdi { (director) } }
                        }
                    }
                },
                Suggestion::Director { text, marks, count } => {
                    span class="what" { (marked(text, marks)) }
                    " " small class="kind" { (i18n::number(locale, *count)) }
                },
                Suggestion::Genre { text, marks, count } => {
                    @let label = i18n::genre_name(locale, text);
                    @let marks = if label == *text { marks.clone() } else { beginnings(&label, &query.q) };
                    span class="what" { (marked(&label, &marks)) }
                    " " small class="kind" { (i18n::number(locale, *count)) }
                },
            }
        }
    }
}

/// A text whose parts between the marks' ends stand out; marks count UTF-16 code units.
fn marked(text: &str, marks: &[(usize, usize)]) -> Markup {
    let units: Vec<u16> = text.encode_utf16().collect();
    let part = |from: usize, to: usize| String::from_utf16_lossy(units.get(from..to).unwrap_or_default());
    let mut end = 0;
    let mut parts = Vec::with_capacity(marks.len());
    for (from, to) in marks {
        if *from >= end && from < to && *to <= units.len() {
            parts.push((part(end, *from), part(*from, *to)));
            end = *to;
        }
    }
    html! {
        bdi {
            @for (before, found) in parts { (before) mark { (found) } }
            (part(end, units.len()))
        }
    }
}

/// Where words of a name in the visitor's language begin with what is typed.
fn beginnings(label: &str, typed: &str) -> Vec<(usize, usize)> {
    let typed = fold(typed);
    let mut found = Vec::new();
    let mut at = 0;
    for word in label.split(' ') {
        let length = word.encode_utf16().count();
        let folded = fold(word);
        let begun = typed.split(' ').filter(|start| !start.is_empty() && folded.starts_with(start));
        if let Some(most) = begun.map(|start| start.encode_utf16().count()).max() {
            found.push((at, at + most.min(length)));
        }
        at += length + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(field: SuggestionField, locale: Locale, suggestions: &[Suggestion]) -> String {
        let query = SuggestionQuery { q: "sta kri".to_owned(), field, limit: 8 };
        options(locale, &query, suggestions, Some((0, Completion::Near))).into_string()
    }

    #[test]
    fn options_are_in_groups_marked_and_escaped() {
        let title = Suggestion::Title {
            id: crate::model::MovieId(7),
            text: "<b>𝕊tar".to_owned(),
            marks: vec![(3, 5), (4, 6), (9, 99)],
            year: Some(1977),
            director: Some("A & B".to_owned()),
        };
        let genre = Suggestion::Genre { text: "War".to_owned(), marks: vec![], count: 1234 };
        let all = shown(SuggestionField::Any, Locale::De, &[genre.clone(), title.clone(), genre]);
        assert_eq!((all.matches("role=\"group\"").count(), all.matches("role=\"option\"").count()), (2, 3));
        assert!(all.contains("<bdi>&lt;b&gt;<mark>𝕊</mark>tar</bdi>"), "{all}");
        assert!(all.contains("<bdi><mark>Kri</mark>egsfilm</bdi>"), "{all}");
        assert!(all.contains("1977 · <bdi>A &amp; B</bdi>") && all.contains("data-url=\"/movie/7\""), "{all}");
        assert_eq!(all.matches("data-completes=\"near\"").count(), 1);
        assert!(!shown(SuggestionField::Title, Locale::En, &[title]).contains("class=\"group\""));
    }
}
