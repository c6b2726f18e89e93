//! Ways into the catalogue: the page of a genre or a decade, and the one that names them all.

use maud::{Markup, html};

use super::chart::{Bar, bars};
use super::meta::Meta;
use super::parts::{decade_page, genre_page, icon, listing_url};
use super::{Chrome, layout, listing};
use crate::i18n::{self, Locale};
use crate::model::{Facet, ListingQuery, Movie, Range, Sort, Theme, Themed};
use crate::tr;

/// The page of a genre or a decade.
pub fn page(chrome: &Chrome<'_>, themed: &Themed) -> Markup {
    let locale = chrome.locale;
    let query = themed.theme.query();
    let all = listing_url("/listing", &query);
    let (title, path) = match &themed.theme {
        Theme::Genre(name) => (i18n::genre_name(locale, name), genre_page(name)),
        Theme::Decade(first) => (i18n::decade(locale, *first), decade_page(*first)),
    };
    let description = [i18n::plural(locale, "movies", themed.figures.movies)]
        .into_iter()
        .chain(themed.popular.iter().take(4).map(|movie| movie.facts.title.clone()))
        .collect::<Vec<_>>()
        .join(" · ");
    let content = html! {
        header class="theme-head" {
            h1 { bdi { (title) } }
            (summary(locale, themed))
            p { a class="button" href=(all) { (icon("search")) span { (tr!(locale, "explore.in_listing")) } } }
        }
        (row(locale, &html! { (tr!(locale, "explore.popular")) }, &themed.popular, &sorted(&query, Sort::Popularity)))
        (row(locale, &html! { (tr!(locale, "explore.best")) }, &themed.best, &sorted(&query, Sort::Score)))
        (pictures(locale, themed))
        (neighbours(locale, themed))
        p { a class="return" href="/browse" { (icon("back")) (tr!(locale, "explore.title")) } }
    };
    let meta = Meta { description, canonical: Some(path), ..Meta::default() };
    layout::with_meta(chrome, &title, &meta, &content)
}

/// How many movies, and how good on average.
fn summary(locale: Locale, themed: &Themed) -> Markup {
    let figures = &themed.figures;
    html! {
        p class="movie-line" {
            span { (i18n::plural(locale, "movies", figures.movies)) }
            @if let Some(average) = figures.average {
                span { (tr!(locale, "explore.average", score = i18n::score(locale, average), count = i18n::number(locale, figures.scored))) }
            }
        }
    }
}

fn sorted(query: &ListingQuery, sort: Sort) -> String {
    listing_url("/listing", &ListingQuery { sort: Some(sort), ..query.clone() })
}

/// Movies in a row, with the way to all of them.
pub fn row(locale: Locale, title: &Markup, movies: &[Movie], all: &str) -> Markup {
    html! {
        @if !movies.is_empty() {
            section class="shelf" {
                div class="shelf-head" {
                    h2 { (title) }
                    @if !all.is_empty() { a href=(all) { (tr!(locale, "home.see_all")) (icon("next")) } }
                }
                (listing::cards(locale, movies))
            }
        }
    }
}

fn pictures(locale: Locale, themed: &Themed) -> Markup {
    let movies = tr!(locale, "stats.movies");
    let bar = |label: String, count: u64, href: Option<String>| Bar {
        label,
        value: count,
        shown: i18n::number(locale, count),
        href,
    };
    html! {
        div class="charts" {
            @match &themed.theme {
                Theme::Genre(name) => {
                    @let by_decade: Vec<Bar> = themed.decades.iter().rev().filter_map(|facet| {
                        let first = first_year(facet)?;
                        let year = Range { min: Some(first), max: Some(first + 9) };
                        let query = ListingQuery { genres: vec![name.clone()], year, ..ListingQuery::default() };
                        Some(bar(i18n::decade(locale, first), facet.count, Some(listing_url("/listing", &query))))
                    }).collect();
                    (bars(&tr!(locale, "explore.by_decade"), (&tr!(locale, "stats.decade"), &movies), &by_decade))
                }
                Theme::Decade(first) => {
                    @let by_year: Vec<Bar> = (*first..first + 10).map(|year| {
                        let count = count_of(&themed.figures.years, &year.to_string());
                        let range = Range { min: Some(year), max: Some(year) };
                        let query = ListingQuery { year: range, ..ListingQuery::default() };
                        bar(i18n::year(locale, year), count, Some(listing_url("/listing", &query)))
                    }).collect();
                    (bars(&tr!(locale, "stats.by_year"), (&tr!(locale, "listing.year"), &movies), &by_year))
                }
            }
            (bars(&with_genres(locale, &themed.theme), (&tr!(locale, "listing.genre"), &movies), &genre_bars(locale, themed)))
        }
    }
}

fn with_genres(locale: Locale, theme: &Theme) -> String {
    match theme {
        Theme::Genre(_) => tr!(locale, "explore.with_genres").into_owned(),
        Theme::Decade(_) => tr!(locale, "stats.by_genre").into_owned(),
    }
}

/// The genres of the movies; of a genre's page those that it is found with.
fn genre_bars(locale: Locale, themed: &Themed) -> Vec<Bar> {
    let is_other = |facet: &&Facet| !matches!(&themed.theme, Theme::Genre(name) if *name == facet.value);
    let genres = themed.figures.genres.iter().filter(is_other).take(12);
    let bar = |facet: &Facet| {
        let mut query = themed.theme.query();
        query.genres.push(facet.value.clone());
        Bar {
            label: i18n::genre_name(locale, &facet.value),
            value: facet.count,
            shown: i18n::number(locale, facet.count),
            href: Some(listing_url("/listing", &query)),
        }
    };
    genres.map(bar).collect()
}

/// Other decades; of a genre's page none, its chart names the other genres.
fn neighbours(locale: Locale, themed: &Themed) -> Markup {
    html! {
        @if let Theme::Decade(here) = &themed.theme {
            section class="shelf" {
                h2 { (tr!(locale, "explore.other_decades")) }
                (decade_chips(locale, &themed.decades, Some(*here)))
            }
        }
    }
}

/// The page that names all genres and all decades.
pub fn browse(chrome: &Chrome<'_>, genres: &[Facet], decades: &[Facet]) -> Markup {
    let locale = chrome.locale;
    let content = html! {
        h1 { (tr!(locale, "explore.title")) }
        section class="shelf" {
            h2 { (tr!(locale, "home.genres")) }
            ul class="chips" {
                @for genre in genres {
                    li {
                        a class="chip" href=(genre_page(&genre.value)) {
                            bdi { (i18n::genre_name(locale, &genre.value)) }
                            span class="count" { (i18n::number(locale, genre.count)) }
                        }
                    }
                }
            }
        }
        section class="shelf" { h2 { (tr!(locale, "listing.decades")) } (decade_chips(locale, decades, None)) }
        p class="ways-on" {
            a class="button" href="/random" { (icon("movie")) span { (tr!(locale, "explore.random")) } }
            a class="button border" href="/stats" { span { (tr!(locale, "stats.title")) } }
        }
    };
    layout::page(chrome, &tr!(locale, "explore.title"), &content)
}

fn decade_chips(locale: Locale, decades: &[Facet], here: Option<u16>) -> Markup {
    html! {
        ul class="chips" {
            @for (first, facet) in decades.iter().filter_map(|facet| Some((first_year(facet)?, facet))) {
                li {
                    a class={ "chip" @if here == Some(first) { " fill" } } href=(decade_page(first))
                        aria-current=[(here == Some(first)).then_some("page")] {
                        (i18n::decade(locale, first))
                        span class="count" { (i18n::number(locale, facet.count)) }
                    }
                }
            }
        }
    }
}

/// The first year of a decade's facet.
fn first_year(facet: &Facet) -> Option<u16> {
    facet.value.split("..").next()?.parse().ok()
}

fn count_of(facets: &[Facet], value: &str) -> u64 {
    facets.iter().find(|facet| facet.value == value).map_or(0, |facet| facet.count)
}
