//! Filters as chips: those that are on, each to be taken off, and the genres of the result, each to be put on.

use maud::{Markup, html};

use super::parts::{icon, listing_url};
use crate::i18n::{self, Locale};
use crate::model::{Listing, ListingQuery, Range};
use crate::tr;

/// The filters that are on; a click takes one off.
pub fn active(locale: Locale, path: &str, query: &ListingQuery) -> Markup {
    let filters = on(locale, query);
    html! {
        @if !filters.is_empty() {
            ul class="chips on" aria-label=(tr!(locale, "listing.filters")) {
                @for (label, without) in &filters {
                    li {
                        a class="chip fill" href=(listing_url(path, without)) aria-label=(tr!(locale, "listing.remove", filter = label)) {
                            bdi { (label) } (icon("close"))
                        }
                    }
                }
                @if filters.len() > 1 { li { a class="chip" href=(path) { (tr!(locale, "listing.clear")) } } }
            }
        }
    }
}

/// Each filter with what it is called and the question without it.
fn on(locale: Locale, query: &ListingQuery) -> Vec<(String, ListingQuery)> {
    let first = ListingQuery { page: 1, ..query.clone() };
    let mut filters = Vec::new();
    if let Some(value) = &query.q {
        filters.push((tr!(locale, "listing.filter_q", value = value), ListingQuery { q: None, ..first.clone() }));
    }
    if let Some(value) = &query.name {
        filters.push((tr!(locale, "listing.filter_name", value = value), ListingQuery { name: None, ..first.clone() }));
    }
    if let Some(value) = &query.director {
        let without = ListingQuery { director: None, ..first.clone() };
        filters.push((tr!(locale, "listing.filter_director", value = value), without));
    }
    for genre in &query.genres {
        filters.push((i18n::genre_name(locale, genre), toggled(&first, genre)));
    }
    if !query.year.is_open() {
        let without = ListingQuery { year: Range::default(), ..first.clone() };
        filters.push((tr!(locale, "listing.filter_year", value = query.year), without));
    }
    if !query.score.is_open() {
        let without = ListingQuery { score: Range::default(), ..first };
        filters.push((tr!(locale, "listing.filter_score", value = query.score), without));
    }
    filters
}

/// The genres of the result with their counts; a click narrows it to one, or widens it again.
pub fn genres(locale: Locale, path: &str, listing: &Listing) -> Markup {
    let query = &listing.query;
    html! {
        @if !listing.genres.is_empty() {
            ul class="chips facets" aria-label=(tr!(locale, "listing.genres")) {
                @for genre in &listing.genres {
                    @let is_on = query.genres.contains(&genre.value);
                    li {
                        a class={ "chip" @if is_on { " fill" } } href=(listing_url(path, &toggled(query, &genre.value)))
                            aria-current=[is_on.then_some("true")] {
                            bdi { (i18n::genre_name(locale, &genre.value)) }
                            span class="count" { (i18n::number(locale, genre.count)) }
                        }
                    }
                }
            }
        }
    }
}

/// The first page of the question with the genre if it was without, and the other way round.
fn toggled(query: &ListingQuery, genre: &str) -> ListingQuery {
    let mut toggled = ListingQuery { page: 1, ..query.clone() };
    match toggled.genres.iter().position(|on| on == genre) {
        Some(place) => drop(toggled.genres.remove(place)),
        None => toggled.genres.push(genre.to_owned()),
    }
    toggled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_can_be_taken_off_alone() {
        let pairs = [("q", "star"), ("genre", "Drama"), ("genre", "War"), ("year", "1970.."), ("p", "3")];
        let query = ListingQuery::parse(pairs).expect("a question");
        let without: Vec<String> = on(Locale::En, &query).iter().map(|(_, query)| query.to_query_string()).collect();
        assert_eq!(
            without,
            [
                "genre=Drama&genre=War&year=1970..",
                "q=star&genre=War&year=1970..",
                "q=star&genre=Drama&year=1970..",
                "q=star&genre=Drama&genre=War"
            ]
        );
        assert_eq!(toggled(&query, "Music").to_query_string(), "q=star&genre=Drama&genre=War&genre=Music&year=1970..");
    }
}
