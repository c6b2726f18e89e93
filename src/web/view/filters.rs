//! Filters as chips: those that are on, each to be taken off, and the genres, decades and scores of the result, each to
//! be put on. A filter of a kind takes the place of the one of its kind, and a genre comes to several that are on, since
//! that is what its number counts.

use maud::{Markup, html};

use super::parts::{self, icon, listing_url};
use crate::i18n::{self, Locale};
use crate::model::fold::fold;
use crate::model::range::Bound;
use crate::model::{Facet, Listing, ListingQuery, Range};
use crate::tr;

/// How many values of a kind are shown at once; the others are behind a click.
const SHOWN: usize = 10;

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
        let genres = query.genres.iter().filter(|other| *other != genre).cloned().collect();
        filters.push((i18n::genre_name(locale, genre), ListingQuery { genres, ..first.clone() }));
    }
    if !query.year.is_open() {
        let without = ListingQuery { year: Range::default(), ..first.clone() };
        filters.push((tr!(locale, "listing.filter_year", value = years(locale, query.year)), without));
    }
    if !query.score.is_open() {
        let without = ListingQuery { score: Range::default(), ..first };
        filters.push((tr!(locale, "listing.filter_score", value = scores(locale, query.score)), without));
    }
    filters
}

/// The words that were left out, since nothing has them and the others too.
pub fn dropped(locale: Locale, path: &str, listing: &Listing) -> Markup {
    let kept = listing.kept();
    let texts: Vec<&str> = [&kept.q, &kept.name, &kept.director].into_iter().flatten().map(String::as_str).collect();
    let words = html! {
        @for (place, word) in listing.dropped.iter().enumerate() {
            @if place > 0 { (tr!(locale, "admin.comma")) }
            strong { bdi { (word) } }
        }
    };
    let rest = html! { a href=(listing_url(path, &kept)) { bdi { (texts.join(" ")) } } };
    html! {
        @if !listing.dropped.is_empty() && !listing.movies.is_empty() {
            p class="banner told" role="status" {
                (icon("info"))
                span { (parts::filled(&tr!(locale, "listing.dropped"), &[("words", words), ("rest", rest)])) }
            }
        }
    }
}

/// What was probably meant, where nothing was found as it was typed.
pub fn meant(locale: Locale, path: &str, listing: &Listing) -> Markup {
    html! {
        @if let Some((text, query)) = &listing.meant {
            @let link = html! { a href=(listing_url(path, query)) { bdi { (text) } } };
            p class="banner told" role="status" {
                (icon("search"))
                span { (parts::filled(&tr!(locale, "finding.meant"), &[("text", link)])) }
            }
        }
    }
}

/// What the result can be narrowed to, with the number of movies that each leads to; a click on one that is on takes it
/// off.
pub fn facets(locale: Locale, path: &str, listing: &Listing) -> Markup {
    let query = &listing.query;
    let first = ListingQuery { page: 1, ..query.clone() };
    let genres = options(&listing.genres, |genre| {
        let (is_on, genres) = with_or_without(&query.genres, genre);
        Some((is_on, i18n::genre_name(locale, genre), ListingQuery { genres, ..first.clone() }))
    });
    let decades = options(&listing.decades, |value| {
        let range = Range::parse(value)?;
        let is_on = query.year == range;
        let year = if is_on { Range::default() } else { range };
        Some((is_on, years(locale, range), ListingQuery { year, ..first.clone() }))
    });
    let least = options(&listing.scores, |value| {
        let range = Range::parse(value)?;
        let is_on = query.score == range;
        let score = if is_on { Range::default() } else { range };
        Some((is_on, scores(locale, range), ListingQuery { score, ..first.clone() }))
    });
    let directors = options(&listing.directors, |name| {
        let is_on = query.director.as_deref().is_some_and(|on| fold(on) == fold(name));
        let director = (!is_on).then(|| name.to_owned());
        Some((is_on, name.to_owned(), ListingQuery { director, ..first.clone() }))
    });
    html! {
        @if !(genres.is_empty() && decades.is_empty() && least.is_empty()) {
            section class="facets" aria-label=(tr!(locale, "listing.narrow")) {
                (group(locale, path, ("facet-genres", &tr!(locale, "movie.genres")), &genres))
                (group(locale, path, ("facet-decades", &tr!(locale, "listing.decades")), &decades))
                (group(locale, path, ("facet-scores", &tr!(locale, "movie.score")), &least))
                (group(locale, path, ("facet-directors", &tr!(locale, "finding.directors")), &directors))
            }
        }
    }
}

/// Whether a genre is on, and the genres after a click on it: without it, or with it. One genre takes the place of
/// another one, and comes to several.
fn with_or_without(on: &[String], genre: &str) -> (bool, Vec<String>) {
    let others: Vec<String> = on.iter().filter(|other| *other != genre).cloned().collect();
    let is_on = others.len() < on.len();
    let kept = if !is_on && on.len() < 2 { Vec::new() } else { others };
    (is_on, kept.into_iter().chain((!is_on).then(|| genre.to_owned())).collect())
}

/// A value that the result can be narrowed to.
struct Choice {
    is_on: bool,
    label: String,
    count: u64,
    /// The question after a click.
    query: ListingQuery,
}

/// Reads counted values; one that is no filter is passed over.
fn options(facets: &[Facet], read: impl Fn(&str) -> Option<(bool, String, ListingQuery)>) -> Vec<Choice> {
    let choice = |facet: &Facet| {
        let (is_on, label, query) = read(&facet.value)?;
        Some(Choice { is_on, label, count: facet.count, query })
    };
    facets.iter().filter_map(choice).collect()
}

/// One kind of values: the first ones and those that are on, the rest behind a click.
fn group(locale: Locale, path: &str, (id, name): (&str, &str), choices: &[Choice]) -> Markup {
    let mut place = 0;
    // One or two more cost less room than the way to them.
    let most = if choices.len() <= SHOWN + 2 { choices.len() } else { SHOWN };
    let (shown, rest): (Vec<&Choice>, Vec<&Choice>) = choices.iter().partition(|choice| {
        place += 1;
        place <= most || choice.is_on
    });
    html! {
        @if !choices.is_empty() {
            div class="facet" {
                p class="facet-name" id=(id) { (name) }
                ul class="chips" aria-labelledby=(id) { @for choice in shown { (chip(locale, path, choice)) } }
                @if !rest.is_empty() {
                    details {
                        summary class="chip" {
                            (tr!(locale, "listing.more")) span class="unseen" { ": " (name) } " " span class="count" { (i18n::number(locale, rest.len() as u64)) }
                        }
                        ul class="chips" aria-labelledby=(id) { @for choice in rest { (chip(locale, path, choice)) } }
                    }
                }
            }
        }
    }
}

fn chip(locale: Locale, path: &str, choice: &Choice) -> Markup {
    html! {
        li {
            a class={ "chip" @if choice.is_on { " fill" } } href=(listing_url(path, &choice.query))
                aria-current=[choice.is_on.then_some("true")] {
                bdi { (choice.label) }
                span class="count" { (i18n::number(locale, choice.count)) }
                @if choice.is_on { (icon("close")) }
            }
        }
    }
}

/// Years as people say them: `1977`, `1970s`, `1970–1975`.
pub fn years(locale: Locale, range: Range<u16>) -> String {
    let year = |year| i18n::year(locale, year);
    match (range.min, range.max) {
        (Some(min), Some(max)) if min == max => year(min),
        (Some(min), Some(max)) if min % 10 == 0 && max == min + 9 => i18n::decade(locale, min),
        (Some(min), Some(max)) => tr!(locale, "listing.between", from = year(min), to = year(max)),
        (Some(min), None) => tr!(locale, "listing.year_from", year = year(min)),
        (None, Some(max)) => tr!(locale, "listing.year_to", year = year(max)),
        (None, None) => String::new(),
    }
}

/// Scores as people say them: `8`, `8+`, `7–8`.
fn scores(locale: Locale, range: Range<f64>) -> String {
    let score = |score| i18n::decimal(locale, score);
    match (range.min, range.max) {
        (Some(min), Some(max)) if min.total_cmp(&max).is_eq() => score(min),
        (Some(min), Some(max)) => tr!(locale, "listing.between", from = score(min), to = score(max)),
        (Some(min), None) => match min.excluded(true) {
            Some(below) => format!("> {}", score(below)),
            None => tr!(locale, "listing.score_from", score = score(min)),
        },
        (None, Some(max)) => match max.excluded(false) {
            Some(above) => format!("< {}", score(above)),
            None => tr!(locale, "listing.score_to", score = score(max)),
        },
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&'static str, &'static str)]) -> ListingQuery {
        ListingQuery::parse(pairs.iter().copied()).expect("a question")
    }

    fn facets_of(values: &[&str]) -> Vec<Facet> {
        values.iter().map(|value| Facet { value: (*value).to_owned(), count: 3 }).collect()
    }

    /// The addresses of a page's part, in order.
    fn addresses(part: &Markup) -> Vec<String> {
        let text = part.clone().into_string().replace("&amp;", "&");
        text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }

    #[test]
    fn each_filter_can_be_taken_off_alone() {
        let query = query(&[("q", "star"), ("genre", "Drama"), ("genre", "War"), ("year", "1970.."), ("p", "3")]);
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
    }

    #[test]
    fn a_value_takes_the_place_of_those_of_its_kind_and_leaves_the_others() {
        let listing = Listing {
            query: query(&[("q", "star"), ("genre", "Drama"), ("year", "1970..1979"), ("score", "7.."), ("p", "3")]),
            genres: facets_of(&["Drama", "War"]),
            decades: facets_of(&["1980..1989", "1970..1979", "no range"]),
            scores: facets_of(&["8..", "7.."]),
            ..Listing::default()
        };
        assert_eq!(
            addresses(&facets(Locale::En, "/listing", &listing)),
            [
                "/listing?q=star&year=1970..1979&score=7..",
                "/listing?q=star&genre=War&year=1970..1979&score=7..",
                "/listing?q=star&genre=Drama&year=1980..1989&score=7..",
                "/listing?q=star&genre=Drama&score=7..",
                "/listing?q=star&genre=Drama&year=1970..1979&score=8..",
                "/listing?q=star&genre=Drama&year=1970..1979",
            ]
        );
    }

    #[test]
    fn a_click_on_a_genre_takes_off_that_one_alone_or_adds_it_to_several() {
        let on = |genres: &[&str], clicked| {
            let genres: Vec<String> = genres.iter().map(|genre| (*genre).to_owned()).collect();
            let (is_on, after) = with_or_without(&genres, clicked);
            format!("{is_on} {}", after.join(" "))
        };
        assert_eq!(on(&[], "Drama"), "false Drama");
        assert_eq!(on(&["War"], "Drama"), "false Drama");
        assert_eq!(on(&["Drama"], "Drama"), "true ");
        assert_eq!(on(&["Thriller", "Comedy"], "Comedy"), "true Thriller");
        assert_eq!(on(&["Thriller", "Comedy"], "Drama"), "false Thriller Comedy Drama");
        assert_eq!(on(&["Thriller", "Comedy", "Drama"], "Comedy"), "true Thriller Drama");
    }

    #[test]
    fn what_pages_show_of_years_and_scores_can_be_typed() {
        for locale in Locale::ALL {
            for range in
                ["1977", "1990..1999", "1990..1995", "2000..2009"].map(|text| Range::<u16>::parse(text).expect("years"))
            {
                assert_eq!(
                    Range::parse(&years(locale, range)),
                    Some(range),
                    "{}: {}",
                    locale.code(),
                    years(locale, range)
                );
            }
            for range in ["7.5", "7..8.5", "8.0001.."].map(|text| Range::<f64>::parse(text).expect("scores")) {
                assert_eq!(
                    Range::parse(&scores(locale, range)),
                    Some(range),
                    "{}: {}",
                    locale.code(),
                    scores(locale, range)
                );
            }
        }
    }

    #[test]
    fn long_lists_are_folded_but_for_what_is_on() {
        let names: Vec<String> = (0..30).map(|n| format!("Genre {n}")).collect();
        let genres = names.iter().map(|name| Facet { value: name.clone(), count: 1 }).collect();
        let listing = Listing { query: query(&[("genre", "Genre 20")]), genres, ..Listing::default() };
        let shown = facets(Locale::En, "/listing", &listing).into_string();
        let (first, rest) = shown.split_once("<details>").expect("more");
        assert_eq!((first.matches("<li>").count(), rest.matches("<li>").count()), (11, 19));
        assert!(first.contains("Genre 20") && !rest.contains("Genre 20"));
    }

    #[test]
    fn ranges_are_said_as_people_say_them() {
        let year = |locale, text| years(locale, Range::parse(text).expect("a range"));
        assert_eq!(year(Locale::En, "1977"), "1977");
        assert_eq!(year(Locale::En, "1970..1979"), "1970s");
        assert_eq!(year(Locale::De, "1970..1979"), "1970er");
        assert_eq!(year(Locale::Ja, "1970..1979"), "1970年代");
        assert_eq!(year(Locale::En, "1975..1984"), "1975–1984");
        assert_eq!(year(Locale::En, "1970.."), "1970 or later");
        let score = |locale, text| scores(locale, Range::parse(text).expect("a range"));
        assert_eq!(score(Locale::En, "8.."), "8+");
        assert_eq!(score(Locale::De, "7.5..9"), "7,5–9");
    }

    #[test]
    fn words_that_were_left_out_are_told_and_escaped() {
        let listing = Listing {
            query: query(&[("q", "godfather <b>zz")]),
            movies: vec![crate::model::Movie::default()],
            dropped: vec!["<b>zz".to_owned()],
            ..Listing::default()
        };
        for locale in Locale::ALL {
            let told = dropped(locale, "/admin", &listing).into_string();
            assert!(told.contains("role=\"status\"") && told.contains("<strong><bdi>&lt;b&gt;zz</bdi></strong>"));
            assert!(told.contains("<a href=\"/admin?q=godfather\"><bdi>godfather</bdi></a>"), "{told}");
        }
        assert_eq!(dropped(Locale::En, "/admin", &Listing::default()).into_string(), "");
    }
}
