//! The page of one movie.

use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::meta::{Meta, beginning};
use super::parts::{self, icon};
use super::{Chrome, admin, explore, layout, mine};
use crate::i18n::{self, Locale};
use crate::model::{Facts, Movie, Related, Role, ScoreRank};
use crate::tr;

/// The page.
pub fn page(chrome: &Chrome<'_>, movie: &Movie, related: &Related, panel: &mine::Panel) -> Markup {
    let locale = chrome.locale;
    let facts = &movie.facts;
    let is_admin = chrome.account.is_some_and(|account| account.role == Role::Admin);
    let content = html! {
        article class="movie" {
            div class="movie-art" { (parts::poster(movie)) }
            div class="movie-text" {
                h1 { bdi { (facts.title) } }
                p class="movie-line" {
                    @if let Some(year) = facts.year { a href=(parts::decade_page(year)) { (i18n::year(locale, year)) } }
                    @if let Some(minutes) = facts.runtime { span { (i18n::plural(locale, "minutes", u64::from(minutes))) } }
                    @if let Some(score) = facts.score {
                        (parts::score(locale, score))
                        @if let Some(votes) = facts.votes { span class="quiet" { (i18n::plural(locale, "votes", votes)) } }
                    }
                    (mine::site_rating(locale, panel.extras.site))
                }
                p class="movie-people" {
                    @if facts.directors.is_empty() {
                        (tr!(locale, "movie.unknown_director"))
                    } @else {
                        (tr!(locale, "movie.directed_by")) " " (parts::person_links(locale, &facts.directors))
                    }
                }
                @if let Some(place) = related.place { (standing(locale, place)) }
                (genres(locale, &facts.genres))
                @if let Some(overview) = &facts.overview {
                    h2 { (tr!(locale, "movie.overview")) }
                    p class="overview" dir="auto" { (overview) }
                }
                (table(locale, facts))
                @if is_admin { (ways(chrome, movie)) }
            }
        }
        (mine::yours(chrome, movie, panel))
        (neighbours(locale, facts, related))
        p { a class="return" href="/listing" { (icon("back")) (tr!(locale, "movie.back")) } }
        @if is_admin { (admin::dialog(chrome)) }
    };
    // What was done in the panel is told there.
    let notice = chrome.notice.filter(|_| !mine::is_told_here(chrome, panel));
    layout::with_meta(&Chrome { notice, ..chrome.clone() }, &named(facts), &meta(chrome, movie), &content)
}

/// The title with the year, which tells a film from another of its name.
fn named(facts: &Facts) -> String {
    facts.year.map_or_else(|| facts.title.clone(), |year| format!("{} ({year})", facts.title))
}

/// Where the movie stands among all by score.
fn standing(locale: Locale, place: ScoreRank) -> Markup {
    let (rank, of) = (i18n::number(locale, place.rank), i18n::number(locale, place.of));
    html! {
        p class="standing" {
            a href="/listing?sort=score" { (tr!(locale, "explore.standing", rank = rank, of = of)) }
        }
    }
}

fn genres(locale: Locale, genres: &[String]) -> Markup {
    html! {
        @if !genres.is_empty() {
            ul class="chips" {
                @for genre in genres {
                    li { a class="chip small" href=(parts::genre_page(genre)) { bdi { (i18n::genre_name(locale, genre)) } } }
                }
            }
        }
    }
}

fn neighbours(locale: Locale, facts: &Facts, related: &Related) -> Markup {
    let director = facts.directors.first().map_or("", String::as_str);
    let named = [("name", html! { bdi { (director) } })];
    let more = parts::filled(&tr!(locale, "explore.more_by"), &named);
    html! {
        (explore::row(locale, &more, &related.directed, &parts::person_page(director)))
        (explore::row(locale, &html! { (tr!(locale, "explore.similar")) }, &related.similar, ""))
    }
}

fn meta(chrome: &Chrome<'_>, movie: &Movie) -> Meta {
    let (locale, facts) = (chrome.locale, &movie.facts);
    let description = facts.overview.clone().unwrap_or_else(|| {
        let mut parts = vec![named(facts)];
        if let Some(directors) = facts.director() {
            parts.push(format!("{} {directors}", tr!(locale, "movie.directed_by")));
        }
        parts.extend(facts.genres.iter().map(|genre| i18n::genre_name(locale, genre)));
        parts.extend(facts.score.map(|score| tr!(locale, "movie.score_of", score = i18n::score(locale, score))));
        parts.join(" · ")
    });
    let path = format!("/movie/{}", movie.id);
    let data = data(chrome, movie, &path);
    Meta {
        description: beginning(&description),
        canonical: Some(path),
        // Where pages are shared no drawn poster is shown: few sites take SVG.
        image: movie.poster_url(),
        kind: Some("video.movie"),
        data: Some(data),
    }
}

/// The facts as schema.org names them.
fn data(chrome: &Chrome<'_>, movie: &Movie, path: &str) -> Value {
    let facts = &movie.facts;
    let address = |path: &str| chrome.site.map(|site| format!("{site}{path}"));
    let people = |names: &[String]| -> Vec<Value> {
        let person = |name: &String| match address(&parts::person_page(name)) {
            Some(url) => json!({"@type": "Person", "name": name, "url": url}),
            None => json!({"@type": "Person", "name": name}),
        };
        names.iter().map(person).collect()
    };
    let mut data = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.map(|value| data.insert(name.to_owned(), value));
    set("@context", Some(json!("https://schema.org")));
    set("@type", Some(json!("Movie")));
    set("name", Some(json!(facts.title)));
    set("url", address(path).map(Value::from));
    let image = movie.poster_url().unwrap_or_else(|| format!("/poster/{}.svg", movie.id));
    set("image", address(&image).map(Value::from));
    let others: Vec<&String> = facts.original_title.iter().chain(&facts.alternate_titles).collect();
    set("alternateName", (!others.is_empty()).then(|| json!(others)));
    set("datePublished", facts.year.map(|year| json!(year.to_string())));
    set("director", (!facts.directors.is_empty()).then(|| json!(people(&facts.directors))));
    set("actor", (!facts.cast.is_empty()).then(|| json!(people(&facts.cast))));
    set("genre", (!facts.genres.is_empty()).then(|| json!(facts.genres)));
    set("duration", facts.runtime.map(|minutes| json!(format!("PT{minutes}M"))));
    set("description", facts.overview.as_ref().map(|overview| json!(overview)));
    // A rating of nobody knows how many is none to schema.org.
    let rating = facts.score.zip(facts.votes.filter(|votes| *votes > 0)).map(|(score, votes)| {
        json!({"@type": "AggregateRating", "ratingValue": score, "bestRating": 10, "worstRating": 0, "ratingCount": votes})
    });
    set("aggregateRating", rating);
    let imdb = facts.imdb_id.as_ref().map(|id| format!("https://www.imdb.com/title/{id}/"));
    let tmdb = facts.tmdb_id.map(|id| format!("https://www.themoviedb.org/movie/{id}"));
    let same: Vec<String> = imdb.into_iter().chain(tmdb).collect();
    set("sameAs", (!same.is_empty()).then(|| json!(same)));
    Value::Object(data)
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
                    dd { (parts::person_links(locale, &facts.cast)) }
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
