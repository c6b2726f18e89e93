//! Lists of movies: the overview with the form for a new one, and one list with what its owner can do.

use maud::{Markup, html};

use super::parts::{self, Input, field, icon};
use super::{Chrome, collections, layout};
use crate::i18n::{self, Locale};
use crate::model::mine::{CollectionPage, ListDraft, MovieList, PAGE};
use crate::model::{FieldErrors, Movie, MovieId};
use crate::tr;

/// The overview: one's own lists, and public ones of others. `typed` is what the form for a new one holds,
/// `first` the movie that the new one begins with; the form comes first then.
pub fn all(
    chrome: &Chrome<'_>,
    (own, others): (&[MovieList], &[MovieList]),
    first: Option<&Movie>,
    typed: &ListDraft,
    errors: &FieldErrors,
) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "mine.lists");
    let content = html! {
        div class="mine" {
            h1 { (title) }
            @if chrome.account.is_some() {
                (collections::tabs(locale, "lists"))
                @if first.is_some() { (new_list(chrome, first, typed, errors)) }
                section class="shelf" {
                    h2 { (tr!(locale, "mine.my_lists")) }
                    @if own.is_empty() { p { (tr!(locale, "mine.no_lists")) } } @else { (index(locale, own, false)) }
                }
            }
            @if !others.is_empty() {
                section class="shelf" {
                    h2 { (tr!(locale, "mine.public_lists")) }
                    (index(locale, others, true))
                }
            }
            @if chrome.account.is_some() {
                @if first.is_none() { (new_list(chrome, None, typed, errors)) }
            } @else if others.is_empty() {
                p { (tr!(locale, "mine.no_public_lists")) }
            }
        }
    };
    layout::page(chrome, &title, &content)
}

fn new_list(chrome: &Chrome<'_>, first: Option<&Movie>, typed: &ListDraft, errors: &FieldErrors) -> Markup {
    let locale = chrome.locale;
    html! {
        section class="panel own" {
            h2 { (tr!(locale, "mine.list_new")) }
            @if let Some(movie) = first { p { (parts::filled(&tr!(locale, "mine.list_first"), &[("title", html! { bdi { b { (movie.facts.title) } } })])) } }
            (editor(chrome, ("/lists", first.map(|movie| movie.id)), typed, errors))
        }
    }
}

fn index(locale: Locale, lists: &[MovieList], with_owner: bool) -> Markup {
    html! {
        ul class="rows" {
            @for list in lists {
                li {
                    div class="row-text" {
                        a class="row-title" href={ "/list/" (list.id) } { bdi { (list.draft.name) } }
                        @if !list.draft.description.is_empty() { p class="note-text" dir="auto" { (list.draft.description) } }
                    }
                    p class="row-mine quiet" {
                        span { (i18n::plural(locale, "movies", list.count)) }
                        @if with_owner { span { (tr!(locale, "mine.list_of", name = list.owner)) } } @else { span { (visibility(locale, list)) } }
                    }
                }
            }
        }
    }
}

fn visibility(locale: Locale, list: &MovieList) -> String {
    let text = if list.draft.is_public { tr!(locale, "mine.public") } else { tr!(locale, "mine.private") };
    text.into_owned()
}

/// The fields of a list; a new one may begin with a movie.
fn editor(
    chrome: &Chrome<'_>,
    (action, first): (&str, Option<MovieId>),
    typed: &ListDraft,
    errors: &FieldErrors,
) -> Markup {
    let locale = chrome.locale;
    let entry = |name, label: &str, value: &str, kind, required| {
        let input = Input { name, label, value, kind, hint: "", complete: ("off", ""), required };
        field(locale, &input, errors.get(name))
    };
    html! {
        form action=(action) method="post" data-guard data-unsaved[!errors.is_empty()] {
            input type="hidden" name="csrf" value=(chrome.csrf);
            @if let Some(first) = first { input type="hidden" name="movie" value=(first); }
            (entry("name", &tr!(locale, "mine.list_name"), &typed.name, "text", true))
            (entry("description", &tr!(locale, "mine.list_description"), &typed.description, "lines", false))
            p class="tick" {
                input type="checkbox" id="public" name="public" value="true" checked[typed.is_public];
                label for="public" { (tr!(locale, "mine.list_public")) }
            }
            div class="ways" { button type="submit" { (icon("check")) span { (tr!(locale, "mine.save")) } } }
        }
    }
}

/// A list. `typed` is what its owner's form holds.
pub fn one(
    chrome: &Chrome<'_>,
    (list, movies): (&MovieList, &CollectionPage),
    typed: &ListDraft,
    errors: &FieldErrors,
) -> Markup {
    let locale = chrome.locale;
    let is_own = chrome.account.is_some_and(|account| account.id == list.account);
    let content = html! {
        div class="mine" {
            h1 { bdi { (list.draft.name) } }
            p class="quiet" id="list-line" {
                (i18n::plural(locale, "movies", list.count)) " · " (tr!(locale, "mine.list_of", name = list.owner))
                @if is_own { " · " (visibility(locale, list)) }
            }
            @if !list.draft.description.is_empty() { p class="note-text" dir="auto" { (list.draft.description) } }
            @if movies.total == 0 { p { (tr!(locale, "mine.list_empty")) } }
            ol class="rows" id="list-movies" tabindex="-1" start=((movies.page - 1) * PAGE + 1) {
                @for (place, entry) in movies.entries.iter().enumerate() {
                    li id={ "movie-" (entry.movie.id) } {
                        span class="row-number" aria-hidden="true" { (i18n::number(locale, number(movies, place) as u64)) }
                        (collections::row(locale, entry, false))
                        @if is_own { (ways(chrome, list, movies, place)) }
                    }
                }
            }
            (collections::pages(locale, chrome.address, movies))
            @if is_own {
                section class="panel own" {
                    h2 { (tr!(locale, "mine.list_edit")) }
                    (editor(chrome, (&format!("/list/{}", list.id), None), typed, errors))
                    (delete(chrome, list))
                }
            }
        }
    };
    layout::page(chrome, &list.draft.name, &content)
}

/// The number of a row in its list, from 1.
fn number(movies: &CollectionPage, row: usize) -> usize {
    (movies.page - 1) as usize * PAGE as usize + row + 1
}

/// What the owner can do with a movie of this page. Each button leads back to where the movie stands then, or stood.
fn ways(chrome: &Chrome<'_>, list: &MovieList, movies: &CollectionPage, row: usize) -> Markup {
    let locale = chrome.locale;
    let place = number(movies, row);
    let movie = &movies.entries[row].movie;
    let neighbor = movies.entries.get(row + 1).or_else(|| movies.entries.get(row.checked_sub(1)?));
    let title = &movie.facts.title;
    // The script sends these in place, and tells what was done.
    let button = |way: &str,
                  (name, value): (&str, &str),
                  (text, told): (&str, &str),
                  sign: &Markup,
                  back_to: Option<MovieId>| {
        let fragment = back_to.map(|id| format!("#movie-{id}")).unwrap_or_default();
        html! {
            form action={ "/list/" (list.id) "/movies" } method="post" data-in-list data-way=(way) data-told=(told) {
                input type="hidden" name="csrf" value=(chrome.csrf);
                input type="hidden" name="next" value={ (chrome.address) (fragment) };
                input type="hidden" name="movie" value=(movie.id);
                input type="hidden" name=(name) value=(value);
                button type="submit" class="plain" aria-label={ (text) ": " (title) } title=(text) { (sign) }
            }
        }
    };
    let sign = |sign: &str| html! { span aria-hidden="true" { (sign) } };
    let to = |place: usize| place.to_string();
    let moved =
        |place: usize| tr!(locale, "mine.list_moved", title = title, number = i18n::number(locale, place as u64));
    let taken_out = tr!(locale, "mine.list_taken_out", title = title);
    html! {
        div class="row-ways" {
            @if place > 1 { (button("up", ("position", &to(place - 1)), (&tr!(locale, "mine.move_up"), &moved(place - 1)), &sign("↑"), Some(movie.id))) }
            @if (place as u64) < list.count { (button("down", ("position", &to(place + 1)), (&tr!(locale, "mine.move_down"), &moved(place + 1)), &sign("↓"), Some(movie.id))) }
            (button("out", ("on", "false"), (&tr!(locale, "mine.list_take_out"), &taken_out), &icon("close"), neighbor.map(|entry| entry.movie.id)))
        }
    }
}

fn delete(chrome: &Chrome<'_>, list: &MovieList) -> Markup {
    let locale = chrome.locale;
    html! {
        details class="danger" {
            summary { (tr!(locale, "mine.list_delete")) }
            p { (tr!(locale, "mine.list_delete_text")) }
            form action={ "/list/" (list.id) "/delete" } method="post" {
                input type="hidden" name="csrf" value=(chrome.csrf);
                button type="submit" { (icon("delete")) span { (tr!(locale, "mine.list_delete")) } }
            }
        }
    }
}
