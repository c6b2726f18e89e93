//! Pages of movies of somebody's own: what they rated, saw, noted and want to see; also the rows of their lists.

use maud::{Markup, html};

use super::parts::{self, icon, with_parameter};
use super::{Chrome, layout};
use crate::i18n::{self, Locale};
use crate::model::mine::{Collection, CollectionEntry, CollectionPage, Day};
use crate::tr;

/// The page of a shelf.
pub fn page(chrome: &Chrome<'_>, collection: Collection, page: &CollectionPage) -> Markup {
    let locale = chrome.locale;
    let title = name(locale, collection);
    let content = html! {
        div class="listing" {
            div class="listing-head" {
                div {
                    h1 { (title) }
                    p class="total" role="status" { (i18n::plural(locale, "movies", page.total)) }
                }
            }
            (tabs(locale, collection.name()))
            @if page.entries.is_empty() {
                section class="empty" { (icon("movie")) p { (tr!(locale, "mine.empty")) } a class="button" href="/listing" { (tr!(locale, "nav.movies")) } }
            } @else {
                (rows(locale, &page.entries))
            }
            (pages(locale, chrome.address, page))
        }
    };
    layout::page(chrome, &title, &content)
}

/// The name of a shelf.
pub fn name(locale: Locale, collection: Collection) -> String {
    match collection {
        Collection::Ratings => tr!(locale, "mine.ratings"),
        Collection::Watchlist => tr!(locale, "mine.watchlist"),
        Collection::Seen => tr!(locale, "mine.seen"),
        Collection::Notes => tr!(locale, "mine.notes"),
    }
    .into_owned()
}

/// The ways between somebody's own pages; `here` is the name of this one: of a shelf, `lists`, or empty for the first.
pub fn tabs(locale: Locale, here: &str) -> Markup {
    let current = |name: &str| (name == here).then_some("page");
    html! {
        nav class="own-ways" aria-label=(tr!(locale, "mine.title")) {
            a class="chip" href="/mine" aria-current=[current("")] { (tr!(locale, "mine.title")) }
            @for collection in Collection::ALL {
                a class="chip" href={ "/mine/" (collection.name()) } aria-current=[current(collection.name())] { (name(locale, collection)) }
            }
            a class="chip" href="/lists" aria-current=[current("lists")] { (tr!(locale, "mine.lists")) }
        }
    }
}

/// A day, or that it is not known.
pub fn day(locale: Locale, on: Option<Day>) -> String {
    match on.and_then(|day| i32::try_from(day.0).ok()) {
        Some(days) => i18n::date(locale, days),
        None => tr!(locale, "mine.sometime").into_owned(),
    }
}

/// Movies as rows.
pub fn rows(locale: Locale, entries: &[CollectionEntry]) -> Markup {
    html! {
        ul class="rows" { @for entry in entries { li { (row(locale, entry, true)) } } }
    }
}

/// A movie with what stands beside it; `with_day` tells when.
pub fn row(locale: Locale, entry: &CollectionEntry, with_day: bool) -> Markup {
    let movie = &entry.movie;
    html! {
        a class="row-art" href={ "/movie/" (movie.id) } tabindex="-1" aria-hidden="true" { (parts::poster(movie)) }
        div class="row-text" {
            a class="row-title" href={ "/movie/" (movie.id) } { bdi { (movie.facts.title) } }
            p class="quiet" {
                @if let Some(year) = movie.facts.year { (i18n::year(locale, year)) @if !movie.facts.directors.is_empty() { " · " } }
                (parts::people(locale, &movie.facts.directors))
            }
            @if let Some(note) = &entry.note { p class="note-text" dir="auto" { (note) } }
        }
        p class="row-mine" {
            @if let Some(rating) = entry.rating {
                span class="score" {
                    svg class="icon" aria-hidden="true" { use href="#star" {} }
                    span class="unseen" { (tr!(locale, "mine.rating")) ": " }
                    (i18n::number(locale, u64::from(rating.value())))
                }
            }
            @if with_day { span class="quiet" { (day(locale, entry.on)) } }
        }
    }
}

/// The ways to the other pages.
pub fn pages(locale: Locale, address: &str, page: &CollectionPage) -> Markup {
    let (path, last, here) = (address.split('?').next().unwrap_or_default(), page.pages(), u64::from(page.page));
    let url = |page: u64| with_parameter(path, "p", &page.to_string());
    html! {
        @if last > 1 || here > last {
            nav class="pages" aria-label=(tr!(locale, "pages.label")) {
                @if here > 1 { a class="chip" rel="prev" href=(url((here - 1).min(last))) { (icon("previous")) (tr!(locale, "pages.previous")) } }
                @if here < last { a class="chip" rel="next" href=(url(here + 1)) { (tr!(locale, "pages.next")) (icon("next")) } }
            }
            p class="total" { (tr!(locale, "pages.position", number = i18n::number(locale, here), total = i18n::number(locale, last))) }
        }
    }
}
