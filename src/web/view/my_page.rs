//! Somebody's own page: what they did last, their taste in pictures, and their things to take along or to bring.

use maud::{Markup, html};

use super::chart::{Bar, bars};
use super::parts::{director_url, genre_url, icon};
use super::{Chrome, collections, layout};
use crate::i18n::{self, Locale};
use crate::model::mine::{Collection, CollectionEntry};
use crate::model::taste::{Counts, Overview, Preference, Taste};
use crate::tr;

/// The page.
pub fn page(chrome: &Chrome<'_>, mine: &Overview) -> Markup {
    let locale = chrome.locale;
    let name = chrome.account.map_or("", |account| account.name.as_str());
    let is_new = mine.counts == Counts::default();
    let content = html! {
        div class="mine" {
            h1 { (tr!(locale, "mine.greeting", name = name)) }
            (collections::tabs(locale, ""))
            (counts(locale, &mine.counts))
            @if is_new { p { (tr!(locale, "mine.start")) } }
            (recent(locale, Collection::Ratings, &tr!(locale, "mine.rated_last"), &mine.rated))
            (recent(locale, Collection::Seen, &tr!(locale, "mine.seen_last"), &mine.seen))
            (recent(locale, Collection::Watchlist, &tr!(locale, "mine.watchlist"), &mine.watchlist))
            @if mine.counts.ratings > 0 || mine.counts.seen > 0 { (taste(locale, &mine.taste)) }
            (files(chrome))
        }
    };
    layout::page(chrome, &tr!(locale, "mine.title"), &content)
}

fn counts(locale: Locale, counts: &Counts) -> Markup {
    let told = [
        ("/mine/ratings", "mine.count_ratings", counts.ratings),
        ("/mine/seen", "mine.count_seen", counts.seen),
        ("/mine/watchlist", "mine.count_watchlist", counts.watchlist),
        ("/mine/notes", "mine.count_notes", counts.notes),
        ("/lists", "mine.count_lists", counts.lists),
    ];
    html! {
        ul class="counts" {
            @for (href, key, count) in told { li { a href=(href) { (i18n::plural(locale, key, count)) } } }
        }
    }
}

fn recent(locale: Locale, collection: Collection, title: &str, entries: &[CollectionEntry]) -> Markup {
    html! {
        @if !entries.is_empty() {
            section class="shelf" {
                div class="shelf-head" {
                    h2 { (title) }
                    a href={ "/mine/" (collection.name()) } { (tr!(locale, "mine.all")) (icon("next")) }
                }
                (collections::rows(locale, entries))
            }
        }
    }
}

fn taste(locale: Locale, taste: &Taste) -> Markup {
    let (movies, mean) = (tr!(locale, "mine.movies"), tr!(locale, "mine.movies_mean"));
    html! {
        section class="shelf taste" {
            h2 { (tr!(locale, "mine.taste")) }
            @if let Some(average) = taste.average {
                p { (tr!(locale, "mine.average", score = i18n::score(locale, average))) }
            }
            @if let Some(difference) = taste.difference { p { (differs(locale, difference)) } }
            div class="charts" {
                @if taste.average.is_some() {
                    (bars(&tr!(locale, "mine.how_i_rate"), (&tr!(locale, "mine.rating"), &movies), &ratings(locale, taste)))
                }
                @if !taste.genres.is_empty() {
                    (bars(&tr!(locale, "mine.my_genres"), (&tr!(locale, "movie.genres"), &mean), &liked(locale, &taste.genres, |name| (i18n::genre_name(locale, name), genre_url(name)))))
                }
                @if !taste.decades.is_empty() {
                    (bars(&tr!(locale, "mine.my_decades"), (&tr!(locale, "listing.decades"), &mean), &liked(locale, &taste.decades, |name| decade(locale, name))))
                }
                @if !taste.directors.is_empty() {
                    (bars(&tr!(locale, "mine.my_directors"), (&tr!(locale, "listing.director"), &mean), &liked(locale, &taste.directors, |name| (name.to_owned(), director_url(name)))))
                }
                @if taste.difference.is_some() {
                    (bars(&tr!(locale, "mine.differences"), (&tr!(locale, "mine.difference"), &movies), &differences(locale, taste)))
                }
            }
        }
    }
}

fn differs(locale: Locale, difference: f64) -> String {
    let points = i18n::score(locale, difference.abs());
    match difference {
        above if above >= 0.05 => tr!(locale, "mine.above", points = points),
        below if below <= -0.05 => tr!(locale, "mine.below", points = points),
        _ => tr!(locale, "mine.same").into_owned(),
    }
}

fn counted(locale: Locale, label: String, count: u64) -> Bar {
    Bar { label, value: count, shown: i18n::number(locale, count), href: None }
}

fn ratings(locale: Locale, taste: &Taste) -> Vec<Bar> {
    let each = |(place, count): (usize, &u64)| counted(locale, i18n::number(locale, place as u64 + 1), *count);
    taste.ratings.iter().enumerate().map(each).collect()
}

fn differences(locale: Locale, taste: &Taste) -> Vec<Bar> {
    let label = |place: usize| match place {
        0 => tr!(locale, "mine.far_below", points = i18n::number(locale, 4)),
        8 => tr!(locale, "mine.far_above", points = i18n::number(locale, 4)),
        4 => i18n::number(locale, 0),
        below if below < 4 => format!("−{}", i18n::number(locale, 4 - below as u64)),
        above => format!("+{}", i18n::number(locale, above as u64 - 4)),
    };
    taste.differences.iter().enumerate().map(|(place, count)| counted(locale, label(place), *count)).collect()
}

/// Bars of names, each with the mean of its ratings.
fn liked(locale: Locale, all: &[Preference], told: impl Fn(&str) -> (String, String)) -> Vec<Bar> {
    let each = |liked: &Preference| {
        let (label, href) = told(&liked.name);
        let count = i18n::number(locale, liked.count);
        let mean = liked.average.map(|average| i18n::score(locale, average));
        let shown = mean.map_or(count.clone(), |mean| format!("{count} · {mean}"));
        Bar { label, value: liked.count, shown, href: Some(href) }
    };
    all.iter().map(each).collect()
}

fn decade(locale: Locale, first: &str) -> (String, String) {
    let year: u16 = first.parse().unwrap_or_default();
    (i18n::decade(locale, year), format!("/listing?year={year}..{}", year + 9))
}

/// What can be taken along and brought.
fn files(chrome: &Chrome<'_>) -> Markup {
    let locale = chrome.locale;
    let all = [
        ("imdb.csv", tr!(locale, "mine.file_imdb")),
        ("letterboxd.csv", tr!(locale, "mine.file_letterboxd")),
        ("watchlist.csv", tr!(locale, "mine.file_watchlist")),
        ("letterboxd-watchlist.csv", tr!(locale, "mine.file_letterboxd_watchlist")),
        ("diary.csv", tr!(locale, "mine.file_diary")),
        ("everything.json", tr!(locale, "mine.file_everything")),
    ];
    html! {
        section class="panel own" {
            h2 { (tr!(locale, "mine.files")) }
            p { (tr!(locale, "mine.files_text")) }
            ul class="files" { @for (name, text) in all { li { a href={ "/mine/export/" (name) } { (text) } } } }
            div class="ways" {
                a class="button border" href="/mine/import" { (tr!(locale, "mine.import")) }
                a class="button border" href="/account" { (icon("person")) span { (tr!(locale, "mine.account")) } }
            }
        }
    }
}
