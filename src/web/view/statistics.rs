//! The catalogue in pictures, each with a table.

use maud::{Markup, html};

use super::chart::{Bar, bars, grid};
use super::meta::Meta;
use super::parts::{decade_page, genre_page, listing_url, person_page};
use super::{Chrome, layout};
use crate::i18n::{self, Locale};
use crate::model::statistics::{DirectorFigures, RUNTIMES};
use crate::model::{Facet, ListingQuery, Range, Statistics};
use crate::tr;

/// The page.
pub fn page(chrome: &Chrome<'_>, statistics: &Statistics) -> Markup {
    let locale = chrome.locale;
    let all = &statistics.all;
    let content = html! {
        h1 { (tr!(locale, "stats.title")) }
        p class="lead" { (tr!(locale, "stats.lead")) }
        (tiles(locale, statistics))
        @if all.movies > 0 {
            div class="charts wide" { (by_year(locale, &all.years)) }
            div class="charts" {
                (by_decade(locale, statistics))
                (by_genre(locale, &all.genres))
                @if all.scored > 0 { (by_score(locale, &all.scores)) }
                @if all.runtimes.iter().any(|count| *count > 0) { (by_runtime(locale, &all.runtimes)) }
            }
            @if !statistics.over_time.is_empty() { div class="charts wide" { (over_time(locale, statistics)) } }
            div class="charts" { (directors(locale, statistics)) }
        }
        p { a href="/browse" { (tr!(locale, "explore.title")) } }
    };
    let description = format!("{} {}", i18n::plural(locale, "movies", all.movies), tr!(locale, "stats.lead"));
    let meta = Meta { description, canonical: Some("/stats".to_owned()), ..Meta::default() };
    layout::with_meta(chrome, &tr!(locale, "stats.title"), &meta, &content)
}

fn tiles(locale: Locale, statistics: &Statistics) -> Markup {
    let all = &statistics.all;
    let number = |count: u64| i18n::number(locale, count);
    let mut tiles = vec![
        (tr!(locale, "stats.movies").into_owned(), number(all.movies)),
        (tr!(locale, "stats.directors").into_owned(), number(statistics.directors)),
        (tr!(locale, "home.genres").into_owned(), number(all.genres.len() as u64)),
    ];
    if let Some(average) = all.average {
        tiles.push((tr!(locale, "stats.scored").into_owned(), number(all.scored)));
        tiles.push((tr!(locale, "stats.average").into_owned(), i18n::score(locale, average)));
    }
    html! {
        dl class="tiles" {
            @for (name, value) in tiles { div { dt { (name) } dd { (value) } } }
        }
    }
}

fn counted(locale: Locale, label: String, count: u64, href: Option<String>) -> Bar {
    Bar { label, value: count, shown: i18n::number(locale, count), href }
}

/// Years without a movie have a place too, so that the picture keeps its scale.
fn by_year(locale: Locale, years: &[Facet]) -> Markup {
    let known: Vec<(u16, u64)> = years.iter().filter_map(|f| Some((f.value.parse().ok()?, f.count))).collect();
    let range = known.first().zip(known.last()).map(|(first, last)| first.0..=last.0);
    let bar = |year: u16| {
        let count = known.binary_search_by_key(&year, |(year, _)| *year).map_or(0, |place| known[place].1);
        let only = Range { min: Some(year), max: Some(year) };
        let href = listing_url("/listing", &ListingQuery { year: only, ..ListingQuery::default() });
        counted(locale, i18n::year(locale, year), count, (count > 0).then_some(href))
    };
    let shown: Vec<Bar> = range.into_iter().flatten().map(bar).collect();
    bars(&tr!(locale, "stats.by_year"), (&tr!(locale, "listing.year"), &tr!(locale, "stats.movies")), &shown)
}

fn by_decade(locale: Locale, statistics: &Statistics) -> Markup {
    let mut shown: Vec<Bar> = Vec::new();
    for decade in &statistics.decades {
        let is_within = |facet: &&Facet| facet.value.parse::<u16>().is_ok_and(|year| year / 10 == decade / 10);
        let count = statistics.all.years.iter().filter(is_within).map(|facet| facet.count).sum();
        shown.push(counted(locale, i18n::decade(locale, *decade), count, Some(decade_page(*decade))));
    }
    bars(&tr!(locale, "explore.by_decade"), (&tr!(locale, "stats.decade"), &tr!(locale, "stats.movies")), &shown)
}

fn by_genre(locale: Locale, genres: &[Facet]) -> Markup {
    let bar = |facet: &Facet| {
        counted(locale, i18n::genre_name(locale, &facet.value), facet.count, Some(genre_page(&facet.value)))
    };
    let shown: Vec<Bar> = genres.iter().take(15).map(bar).collect();
    bars(&tr!(locale, "stats.by_genre"), (&tr!(locale, "listing.genre"), &tr!(locale, "stats.movies")), &shown)
}

fn by_score(locale: Locale, scores: &[u64; 10]) -> Markup {
    let bar = |(from, count): (usize, &u64)| {
        let (from, to) = (i18n::number(locale, from as u64), i18n::number(locale, from as u64 + 1));
        counted(locale, tr!(locale, "listing.between", from = from, to = to), *count, None)
    };
    let shown: Vec<Bar> = scores.iter().enumerate().rev().map(bar).collect();
    bars(&tr!(locale, "stats.by_score"), (&tr!(locale, "movie.score"), &tr!(locale, "stats.movies")), &shown)
}

fn by_runtime(locale: Locale, runtimes: &[u64; RUNTIMES.len()]) -> Markup {
    let number = |minutes: u32| i18n::number(locale, u64::from(minutes));
    let label = |place: usize| match (RUNTIMES[place], RUNTIMES.get(place + 1)) {
        (1, Some(end)) => tr!(locale, "stats.shorter", minutes = number(*end)),
        (from, Some(end)) => tr!(locale, "stats.minutes", from = number(from), to = number(end - 1)),
        (from, None) => tr!(locale, "stats.longer", minutes = number(from)),
    };
    let shown: Vec<Bar> =
        runtimes.iter().enumerate().map(|(place, count)| counted(locale, label(place), *count, None)).collect();
    bars(&tr!(locale, "stats.by_runtime"), (&tr!(locale, "stats.runtime"), &tr!(locale, "stats.movies")), &shown)
}

fn over_time(locale: Locale, statistics: &Statistics) -> Markup {
    let decades: Vec<String> = statistics.decades.iter().map(|decade| i18n::decade(locale, *decade)).collect();
    let cells = |counts: &[u64]| counts.iter().map(|count| (*count, i18n::number(locale, *count))).collect();
    let rows: Vec<_> =
        statistics.over_time.iter().map(|(genre, counts)| (i18n::genre_name(locale, genre), cells(counts))).collect();
    let heads = (&*tr!(locale, "listing.genre"), &*tr!(locale, "stats.decade"));
    grid(&tr!(locale, "stats.over_time"), heads, &decades, &rows)
}

fn directors(locale: Locale, statistics: &Statistics) -> Markup {
    let busiest = |director: &DirectorFigures| {
        counted(locale, director.name.clone(), director.movies, Some(person_page(&director.name)))
    };
    let best = |director: &DirectorFigures| {
        let average = director.average.unwrap_or(0.0);
        Bar {
            label: director.name.clone(),
            value: (average * 100.0).round() as u64,
            shown: i18n::score(locale, average),
            href: Some(person_page(&director.name)),
        }
    };
    let head = tr!(locale, "listing.director");
    let busiest: Vec<Bar> = statistics.busiest.iter().map(busiest).collect();
    let best: Vec<Bar> = statistics.best.iter().map(best).collect();
    html! {
        @if !busiest.is_empty() { (bars(&tr!(locale, "stats.busiest"), (&head, &tr!(locale, "stats.movies")), &busiest)) }
        @if !best.is_empty() {
            (bars(&tr!(locale, "stats.best", count = i18n::number(locale, statistics.least_movies)), (&head, &tr!(locale, "stats.average")), &best))
        }
    }
}
