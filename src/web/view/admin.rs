//! The admin's table of movies, and the question before a deletion.

use maud::{Markup, html};

use super::parts::{self, icon};
use super::{Chrome, layout, listing};
use crate::i18n;
use crate::model::{EntryCounts, Listing, Movie};
use crate::tr;

/// The table: the same listing, to manage it. An empty catalogue offers the sample (a `POST` form to
/// `/manage/sample`), the import command and the first movie.
pub fn page(chrome: &Chrome<'_>, found: &Listing, unread: &listing::CsvError) -> Markup {
    let locale = chrome.locale;
    let is_empty = found.total == 0 && !found.query.is_filtered();
    let content = html! {
        div class="listing" {
            (listing::head(chrome, &tr!(locale, "admin.title"), found, "/admin"))
            @if is_empty && unread.errors.is_empty() {
                (first_movies(chrome))
            } @else {
                (listing::search(locale, "/admin", &found.query, unread))
                (listing::found(chrome, "/admin", found, &table(chrome, &found.movies)))
            }
        }
        (dialog(chrome))
    };
    layout::page(chrome, &tr!(locale, "admin.title"), &content)
}

fn table(chrome: &Chrome<'_>, movies: &[Movie]) -> Markup {
    let locale = chrome.locale;
    html! {
        table class="manage" {
            thead {
                tr {
                    (listing::columns(locale))
                    th scope="col" { (tr!(locale, "admin.actions")) }
                }
            }
            tbody { @for movie in movies { (row(chrome, movie)) } }
        }
    }
}

fn row(chrome: &Chrome<'_>, movie: &Movie) -> Markup {
    let locale = chrome.locale;
    let facts = &movie.facts;
    let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", chrome.address).finish();
    let genres = facts
        .genres
        .iter()
        .map(|genre| i18n::genre_name(locale, genre))
        .collect::<Vec<_>>()
        .join(&tr!(locale, "admin.comma"));
    html! {
        tr {
            th scope="row" { a href={ "/movie/" (movie.id) } { bdi { (facts.title) } } }
            td { @if let Some(year) = facts.year { (i18n::year(locale, year)) } }
            td { (parts::people(locale, &facts.directors)) }
            td { (genres) }
            td { @if let Some(score) = facts.score { (parts::score(locale, score)) } }
            td class="actions" {
                a class="icon-button" href={ "/manage/update?id=" (movie.id) "&" (next) } aria-label=(tr!(locale, "admin.edit", title = facts.title)) { (icon("edit")) }
                a class="icon-button" href={ "/manage/delete/" (movie.id) "?" (next) } aria-label=(tr!(locale, "admin.delete", title = facts.title))
                    data-delete=(tr!(locale, "admin.confirm_text", title = facts.title)) { (icon("delete")) }
            }
        }
    }
}

fn first_movies(chrome: &Chrome<'_>) -> Markup {
    let locale = chrome.locale;
    html! {
        section class="empty" {
            (icon("movie"))
            h2 { (tr!(locale, "admin.empty")) }
            form action="/manage/sample" method="post" {
                input type="hidden" name="csrf" value=(chrome.csrf);
                button type="submit" { (tr!(locale, "admin.load_sample")) }
            }
            p { (tr!(locale, "admin.load_sample_hint")) }
            p { (tr!(locale, "admin.import_hint")) }
            pre dir="ltr" { code { "fmdb import movies.json" } }
        }
    }
}

/// The question before a deletion as a dialog. The script fills it from the page that asks the same, and opens it.
pub fn dialog(chrome: &Chrome<'_>) -> Markup {
    let locale = chrome.locale;
    html! {
        dialog id="confirm" aria-labelledby="confirm-title" aria-describedby="confirm-text confirm-removes" {
            form method="post" {
                h2 id="confirm-title" { (tr!(locale, "admin.confirm")) }
                p id="confirm-text" {}
                p id="confirm-removes" {}
                input type="hidden" name="csrf" value=(chrome.csrf);
                input type="hidden" name="next" value="/admin";
                div class="ways" {
                    button type="button" class="border" data-close="confirm" { (tr!(locale, "admin.cancel")) }
                    button type="submit" class="danger" { (icon("delete")) span { (tr!(locale, "admin.confirm_action")) } }
                }
            }
        }
    }
}

/// The question before a deletion, with what members keep of the movie (`GET /manage/delete/ID`); its form sends `POST` to the same address, with
/// `csrf` and `next`.
pub fn confirm_delete(chrome: &Chrome<'_>, movie: &Movie, entries: EntryCounts, next: &str) -> Markup {
    let locale = chrome.locale;
    let content = html! {
        section class="panel narrow" {
            h1 { (tr!(locale, "admin.confirm")) }
            p { (tr!(locale, "admin.confirm_text", title = movie.facts.title)) }
            @if !entries.is_empty() {
                p id="removes" { (tr!(locale, "admin.removes", entries = parts::entries(locale, entries))) }
            }
            form action={ "/manage/delete/" (movie.id) } method="post" {
                input type="hidden" name="csrf" value=(chrome.csrf);
                input type="hidden" name="next" value=(next);
                div class="ways" {
                    a class="button border" href=(next) { (tr!(locale, "admin.cancel")) }
                    button type="submit" class="danger" { (icon("delete")) span { (tr!(locale, "admin.confirm_action")) } }
                }
            }
        }
    };
    layout::page(chrome, &tr!(locale, "admin.confirm"), &content)
}
