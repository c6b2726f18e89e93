//! The page of a person: what they directed, what they play in.

use maud::{Markup, html};
use serde_json::json;

use super::meta::Meta;
use super::parts::{self, director_url, icon, person_page};
use super::{Chrome, art, layout, listing};
use crate::i18n::{self, Locale};
use crate::model::{Movie, Person};
use crate::tr;

/// The page.
pub fn page(chrome: &Chrome<'_>, person: &Person) -> Markup {
    let locale = chrome.locale;
    let content = html! {
        header class="person" {
            span class={ "person-art tone-" (art::tone(&person.name)) } aria-hidden="true" { span dir="auto" { (art::initials(&person.name)) } }
            div {
                h1 { bdi { (person.name) } }
                p class="movie-line" {
                    @for fact in facts(locale, person) { span { (fact) } }
                    @if let Some(score) = person.average() {
                        span { (tr!(locale, "person.average")) } (parts::score(locale, score))
                    }
                }
                ul class="chips" {
                    @for genre in person.genres() {
                        li {
                            a class="chip small" href=(parts::genre_page(&genre.value)) {
                                bdi { (i18n::genre_name(locale, &genre.value)) }
                                span class="count" { (i18n::number(locale, genre.count)) }
                            }
                        }
                    }
                }
            }
        }
        (films(locale, &tr!(locale, "person.directed"), &person.directed, (!person.directed.is_empty()).then(|| director_url(&person.name))))
        (films(locale, &tr!(locale, "person.acted"), &person.acted, None))
        p { a class="return" href="/listing" { (icon("back")) (tr!(locale, "movie.back")) } }
    };
    layout::with_meta(chrome, &person.name, &meta(chrome, person), &content)
}

/// What they do, when, and how much of it.
fn facts(locale: Locale, person: &Person) -> Vec<String> {
    let mut facts = Vec::new();
    if !person.directed.is_empty() {
        facts.push(tr!(locale, "person.director").into_owned());
    }
    if !person.acted.is_empty() {
        facts.push(tr!(locale, "person.actor").into_owned());
    }
    facts.push(i18n::plural(locale, "movies", person.films().count() as u64));
    let year = |year| i18n::year(locale, year);
    facts.extend(person.years().map(|(first, last)| {
        if first == last { year(first) } else { tr!(locale, "listing.between", from = year(first), to = year(last)) }
    }));
    facts
}

fn films(locale: Locale, title: &str, movies: &[Movie], all: Option<String>) -> Markup {
    html! {
        @if !movies.is_empty() {
            section class="shelf" {
                div class="shelf-head" {
                    h2 { (title) " " span class="count" { (i18n::number(locale, movies.len() as u64)) } }
                    @if let Some(all) = all { a href=(all) { (tr!(locale, "explore.in_listing")) (icon("next")) } }
                }
                (listing::cards(locale, movies))
            }
        }
    }
}

fn meta(chrome: &Chrome<'_>, person: &Person) -> Meta {
    let locale = chrome.locale;
    let path = person_page(&person.name);
    let mut famous: Vec<&Movie> = person.films().collect();
    famous.sort_by(|left, right| {
        let fame = |movie: &Movie| movie.facts.popularity.unwrap_or(0.0);
        fame(right).total_cmp(&fame(left))
    });
    let titles = famous.iter().take(4).map(|movie| movie.facts.title.clone());
    let description = facts(locale, person).into_iter().chain(titles).collect::<Vec<_>>().join(" · ");
    let roles: Vec<&str> = [("Director", !person.directed.is_empty()), ("Actor", !person.acted.is_empty())]
        .into_iter()
        .filter_map(|(role, holds)| holds.then_some(role))
        .collect();
    let mut data = json!({"@context": "https://schema.org", "@type": "Person", "name": person.name, "jobTitle": roles});
    if let Some(site) = chrome.site {
        data["url"] = json!(format!("{site}{path}"));
    }
    Meta { description, canonical: Some(path), kind: Some("profile"), data: Some(data), ..Meta::default() }
}
