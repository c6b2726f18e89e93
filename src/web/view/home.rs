//! The front page: for readers what there is, for others the way in, for a new site the first steps.

use maud::{Markup, html};

use super::filters::years;
use super::parts::{self, genre_url, icon, listing_url};
use super::{Chrome, layout, listing};
use crate::i18n;
use crate::model::{Facet, ListingQuery, Movie, Range};
use crate::tr;

/// What the front page shows.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// How many movies the catalogue holds.
    pub total: u64,
    /// The most popular ones; empty where the visitor may not read.
    pub popular: Vec<Movie>,
    /// The newest in the catalogue.
    pub newest: Vec<Movie>,
    /// Genres with counts.
    pub genres: Vec<Facet>,
    /// Decades with counts, as ranges of years.
    pub decades: Vec<Facet>,
    /// There is an admin; where not, the page tells how to make one.
    pub has_admin: bool,
}

/// The page.
pub fn page(chrome: &Chrome<'_>, home: &Home) -> Markup {
    let locale = chrome.locale;
    layout::page(
        chrome,
        &tr!(locale, "nav.home"),
        &html! {
            (hero(chrome, home))
            @if !home.has_admin || (home.total == 0 && chrome.may_read) { (first_steps(chrome, home)) }
            @if !home.popular.is_empty() {
                section class="shelf" {
                    div class="shelf-head" {
                        h2 { (tr!(locale, "home.popular")) }
                        a href="/listing" { (tr!(locale, "home.see_all")) (icon("next")) }
                    }
                    div class="row" { (listing::cards(locale, &home.popular)) }
                }
                section class="shelf" { h2 { (tr!(locale, "home.genres")) } (genres(chrome, &home.genres)) }
                section class="shelf" {
                    div class="shelf-head" {
                        h2 { (tr!(locale, "home.newest")) }
                        a href="/listing?sort=added" { (tr!(locale, "finding.see_newest")) (icon("next")) }
                    }
                    div class="row" { (listing::cards(locale, &home.newest)) }
                }
                @if !home.decades.is_empty() {
                    section class="shelf" { h2 { (tr!(locale, "listing.decades")) } (decades(chrome, &home.decades)) }
                }
            }
        },
    )
}

fn hero(chrome: &Chrome<'_>, home: &Home) -> Markup {
    let locale = chrome.locale;
    html! {
        section class="hero" {
            div class="hero-text" {
            h1 { (tr!(locale, "home.title")) }
            p { (tr!(locale, "home.lead")) }
            @if chrome.may_read {
                form class="hero-search" action="/listing" method="get" {
                    input type="search" name="q" id="hero-q" data-suggest="any" autocomplete="off"
                        placeholder=(tr!(locale, "home.search")) aria-label=(tr!(locale, "home.search"));
                    button type="submit" { (icon("search")) span { (tr!(locale, "home.search_action")) } }
                }
                @if home.total > 0 { p class="hero-total" { (i18n::plural(locale, "movies", home.total)) } }
            } @else {
                p class="hero-ways" {
                    a class="button" href="/signin?next=/listing" { (icon("login")) span { (tr!(locale, "nav.sign_in")) } }
                    @if chrome.signup_open {
                        a class="button border" href="/signup?next=/listing" { (icon("person")) span { (tr!(locale, "nav.sign_up")) } }
                    }
                }
                p class="hero-total" { (tr!(locale, "home.members_only")) }
            }
            }
            @if home.popular.len() > 4 {
                // A look at what there is; the same movies are links below.
                div class="hero-art" aria-hidden="true" {
                    @for movie in home.popular.iter().take(5) { div { (parts::poster(movie)) } }
                }
            }
        }
    }
}

fn first_steps(chrome: &Chrome<'_>, home: &Home) -> Markup {
    let locale = chrome.locale;
    html! {
        section class="panel" {
            h2 { (tr!(locale, "home.first_title")) }
            ol {
                @if !home.has_admin {
                    li { (tr!(locale, "home.first_admin")) pre dir="ltr" { code { "fmdb user add NAME --admin" } } }
                }
                @if home.total == 0 {
                    li { (tr!(locale, "home.first_import")) pre dir="ltr" { code { "fmdb import movies.json" } } }
                    li { (tr!(locale, "home.first_sample")) pre dir="ltr" { code { "fmdb serve --sample" } } }
                }
            }
        }
    }
}

/// Genres that are shown large; the others follow as chips.
const LARGE: usize = 12;

fn genres(chrome: &Chrome<'_>, genres: &[Facet]) -> Markup {
    let locale = chrome.locale;
    let (large, small) = genres.split_at(genres.len().min(LARGE));
    let about = |genre: &Facet| {
        html! {
            bdi { (i18n::genre_name(locale, &genre.value)) }
            span class="count" { (i18n::number(locale, genre.count)) }
        }
    };
    html! {
        ul class="tiles" {
            // Neighbours in a row or a column differ in colour.
            @for (place, genre) in large.iter().enumerate() {
                li { a class={ "tile hue-" (place * 5 % 12) } href=(genre_url(&genre.value)) { (about(genre)) } }
            }
        }
        @if !small.is_empty() {
            ul class="chips" { @for genre in small { li { a class="chip" href=(genre_url(&genre.value)) { (about(genre)) } } } }
        }
    }
}

fn decades(chrome: &Chrome<'_>, decades: &[Facet]) -> Markup {
    let locale = chrome.locale;
    html! {
        ul class="chips decades" {
            @for (decade, range) in decades.iter().filter_map(|decade| Some((decade, Range::parse(&decade.value)?))) {
                @let query = ListingQuery { year: range, ..ListingQuery::default() };
                li {
                    a class="chip" href=(listing_url("/listing", &query)) {
                        bdi { (years(locale, range)) } span class="count" { (i18n::number(locale, decade.count)) }
                    }
                }
            }
        }
    }
}
