//! The page of one movie.

use maud::{Markup, html};

use super::parts::{self, icon};
use super::{Chrome, admin, layout, mine};
use crate::i18n::{self, Locale};
use crate::model::{Facts, Movie, Role};
use crate::tr;

/// The page.
pub fn page(chrome: &Chrome<'_>, movie: &Movie, panel: &mine::Panel) -> Markup {
    let locale = chrome.locale;
    let facts = &movie.facts;
    let is_admin = chrome.account.is_some_and(|account| account.role == Role::Admin);
    let content = html! {
        article class="movie" {
            div class="movie-art" { (parts::poster(movie)) }
            div class="movie-text" {
                h1 { bdi { (facts.title) } }
                p class="movie-line" {
                    @if let Some(year) = facts.year { span { (i18n::year(locale, year)) } }
                    @if let Some(minutes) = facts.runtime { span { (i18n::plural(locale, "minutes", u64::from(minutes))) } }
                    @if let Some(score) = facts.score {
                        (parts::score(locale, score))
                        @if let Some(votes) = facts.votes { span class="quiet" { (i18n::plural(locale, "votes", votes)) } }
                    }
                    (mine::site_rating(locale, panel.beside.site))
                }
                p class="movie-people" {
                    @if facts.directors.is_empty() {
                        (tr!(locale, "movie.unknown_director"))
                    } @else {
                        (tr!(locale, "movie.directed_by")) " " (parts::people(&facts.directors))
                    }
                }
                (parts::genre_chips(locale, &facts.genres))
                @if let Some(overview) = &facts.overview {
                    h2 { (tr!(locale, "movie.overview")) }
                    p class="overview" dir="auto" { (overview) }
                }
                (table(locale, facts))
                @if is_admin { (ways(chrome, movie)) }
            }
        }
        (mine::yours(chrome, movie, panel))
        p { a class="return" href="/listing" { (icon("back")) (tr!(locale, "movie.back")) } }
        @if is_admin { (admin::dialog(chrome)) }
    };
    layout::page(chrome, &facts.title, &content)
}

fn table(locale: Locale, facts: &Facts) -> Markup {
    let has_any = facts.original_title.is_some()
        || !facts.alternate_titles.is_empty()
        || !facts.cast.is_empty()
        || facts.popularity.is_some();
    html! {
        @if has_any {
            h2 { (tr!(locale, "movie.facts")) }
            dl class="facts" {
                @if let Some(title) = &facts.original_title {
                    dt { (tr!(locale, "movie.original_title")) }
                    dd { bdi { (title) } }
                }
                @if !facts.alternate_titles.is_empty() {
                    dt { (tr!(locale, "movie.alternate_titles")) }
                    @for title in &facts.alternate_titles { dd { bdi { (title) } } }
                }
                @if !facts.cast.is_empty() {
                    dt { (tr!(locale, "movie.cast")) }
                    dd { @for (position, name) in facts.cast.iter().enumerate() { @if position > 0 { ", " } bdi { (name) } } }
                }
                @if let Some(popularity) = facts.popularity {
                    dt { (tr!(locale, "movie.popularity")) }
                    dd { (i18n::decimal(locale, popularity)) }
                }
            }
        }
    }
}

fn ways(chrome: &Chrome<'_>, movie: &Movie) -> Markup {
    let locale = chrome.locale;
    html! {
        div class="ways" {
            a class="button" href={ "/manage/update?id=" (movie.id) "&next=/movie/" (movie.id) } { (icon("edit")) span { (tr!(locale, "movie.edit")) } }
            a class="button border" href={ "/manage/delete/" (movie.id) "?next=/admin" }
                data-delete=(tr!(locale, "admin.confirm_text", title = movie.facts.title)) { (icon("delete")) span { (tr!(locale, "movie.delete")) } }
        }
    }
}
