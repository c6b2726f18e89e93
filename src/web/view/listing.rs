//! The listing: search fields, facets, cards, pages. Its head and foot also serve the admin's table.

use std::borrow::Cow;

use maud::{Markup, html};

use super::look::Shape;
use super::parts::{self, Input, field, icon, listing_url};
use super::{Chrome, filters, layout};
use crate::i18n::{self, Locale};
use crate::model::{FieldErrors, Listing, ListingQuery, Movie, Order, Sort};
use crate::tr;

/// The parameters of an address that cannot be read; the listing is that of the other ones.
#[derive(Debug, Default)]
pub struct CsvError {
    /// What is wrong, by parameter.
    pub errors: FieldErrors,
    /// All parameters as they were typed.
    pub typed: Vec<(String, String)>,
}

impl CsvError {
    /// What was typed for a parameter that cannot be read.
    fn text(&self, name: &str) -> Option<&str> {
        self.errors.get(name)?;
        self.typed.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A field of the search form cannot be read.
    fn has_field(&self) -> bool {
        FIELDS.iter().any(|name| self.errors.get(name).is_some())
    }

    /// What is wrong and has no field to say it at.
    fn elsewhere(&self) -> FieldErrors {
        let errors = self.errors.0.iter().filter(|(name, _)| !FIELDS.contains(name));
        FieldErrors(errors.map(|(name, problem)| (*name, problem.clone())).collect())
    }
}

/// The parameters that the search form has a field with a message for.
const FIELDS: [&str; 5] = ["name", "director", "genre", "year", "score"];

/// The page.
pub fn page(chrome: &Chrome<'_>, listing: &Listing, unread: &CsvError) -> Markup {
    let locale = chrome.locale;
    let query = unread.text("q").or(listing.query.q.as_deref()).unwrap_or_default();
    let movies = match chrome.look.shape {
        Shape::Grid => cards(locale, &listing.movies),
        Shape::Table => table(locale, &listing.movies),
    };
    let content = html! {
        div class="listing" {
            (head(chrome, &tr!(locale, "listing.title"), listing, "/listing"))
            (search(locale, "/listing", &listing.query, unread))
            (found(chrome, "/listing", listing, &movies))
        }
    };
    layout::with_search(chrome, &tr!(locale, "listing.title"), query, &content)
}

/// The title with the number of movies, the sort order and the look.
pub fn head(chrome: &Chrome<'_>, title: &str, listing: &Listing, path: &str) -> Markup {
    let locale = chrome.locale;
    let is_admin = chrome.account.is_some_and(|account| account.role == crate::model::Role::Admin);
    html! {
        div class="listing-head" {
            div {
                h1 { (title) }
                p class="total" role="status" { (i18n::plural(locale, "movies", listing.total)) }
            }
            div class="listing-tools" {
                @if listing.total > 1 { (sorts(locale, path, &listing.query)) }
                @if path == "/admin" {
                    @if is_admin { a class="button" href="/manage/add?next=/admin" { (icon("add")) span { (tr!(locale, "admin.add")) } } }
                } @else if listing.total > 0 {
                    (shapes(chrome, path, &listing.query))
                }
            }
        }
    }
}

/// The sort orders behind one button.
fn sorts(locale: Locale, path: &str, query: &ListingQuery) -> Markup {
    let chosen = query.effective_sort();
    html! {
        details class="menu" {
            summary class="chip" {
                (icon("sort")) span class="unseen" { (tr!(locale, "listing.sort")) ": " } (sort_name(locale, chosen))
            }
            nav class="menu-list" aria-label=(tr!(locale, "listing.sort")) {
                @for sort in Sort::ALL {
                    // Without a text nothing is more or less relevant.
                    @if sort != Sort::Relevance || query.has_text() {
                        @let to = ListingQuery { sort: Some(sort), order: None, page: 1, ..query.clone() };
                        a href=(listing_url(path, &to)) aria-current=[(sort == chosen).then_some("true")] { (sort_name(locale, sort)) }
                    }
                }
            }
        }
    }
}

/// Grid or table; what is chosen is remembered.
fn shapes(chrome: &Chrome<'_>, path: &str, query: &ListingQuery) -> Markup {
    let locale = chrome.locale;
    html! {
        nav class="shapes" aria-label=(tr!(locale, "finding.view")) {
            @for shape in Shape::ALL {
                @let name = match shape {
                    Shape::Grid => tr!(locale, "finding.view_grid"),
                    Shape::Table => tr!(locale, "finding.view_table"),
                };
                a href=(parts::with_parameter(&listing_url(path, query), "view", shape.name())) rel="nofollow"
                    aria-label=(name) title=(name) aria-current=[(shape == chrome.look.shape).then_some("true")] { (icon(shape.name())) }
            }
        }
    }
}

/// The search fields. Everything is a parameter of the address, so it works without a script.
pub fn search(locale: Locale, path: &str, query: &ListingQuery, unread: &CsvError) -> Markup {
    let input = |name, label: &str, value: String, suggest: &'static str, hint: &str| {
        let value = unread.text(name).map_or(value, str::to_owned);
        let input =
            Input { name, label, value: &value, kind: "text", hint, complete: ("off", suggest), required: false };
        field(locale, &input, unread.errors.get(name))
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (year_hint, score_hint) = (i18n::years_hint(locale), i18n::scores_hint(locale));
    // What is asked for stands above the result as chips, so that the movies come first; an order stands here alone.
    let is_open = query.order.is_some() || unread.has_field();
    html! {
        (parts::problems(locale, &unread.elsewhere()))
        form class="search" action=(path) method="get" role="search" aria-label=(tr!(locale, "listing.search")) {
            @if let Some(q) = &query.q { input type="hidden" name="q" value=(q); }
            // Genres stand above the result as chips; one that is typed comes to them.
            @for genre in &query.genres { input type="hidden" name="genre" value=(genre); }
            details open[is_open] {
                summary class="chip" { (icon("tune")) (tr!(locale, "listing.more_filters")) }
                div class="fields panel" {
                    (input("name", &tr!(locale, "listing.name"), text(&query.name), "title", ""))
                    (input("director", &tr!(locale, "listing.director"), text(&query.director), "director", ""))
                    (input("genre", &tr!(locale, "listing.genre"), String::new(), "genre", ""))
                    (input("year", &tr!(locale, "listing.year"), query.year.written(), "", &year_hint))
                    (input("score", &tr!(locale, "listing.score"), query.score.written(), "", &score_hint))
                    (sorting(locale, query))
                    div class="ways" { button type="submit" { (icon("search")) span { (tr!(locale, "listing.apply")) } } }
                }
            }
        }
    }
}

fn sort_name(locale: Locale, sort: Sort) -> Cow<'static, str> {
    match sort {
        Sort::Relevance => tr!(locale, "sort.relevance"),
        Sort::Popularity => tr!(locale, "sort.popularity"),
        Sort::Score => tr!(locale, "sort.score"),
        Sort::Year => tr!(locale, "sort.year"),
        Sort::Title => tr!(locale, "sort.title"),
        Sort::Added => tr!(locale, "sort.added"),
    }
}

fn sorting(locale: Locale, query: &ListingQuery) -> Markup {
    // Where nothing is chosen nothing is sent, so that a text that is typed next is answered by relevance.
    html! {
        div class="entry" {
            label for="sort" { (tr!(locale, "listing.sort")) }
            select id="sort" name="sort" {
                option value="" { (tr!(locale, "listing.automatic")) }
                @for sort in Sort::ALL { option value=(sort.name()) selected[query.sort == Some(sort)] { (sort_name(locale, sort)) } }
            }
        }
        div class="entry" {
            label for="order" { (tr!(locale, "listing.order")) }
            select id="order" name="order" {
                option value="" { (tr!(locale, "listing.automatic")) }
                option value="desc" selected[query.order == Some(Order::Desc)] { (tr!(locale, "listing.desc")) }
                option value="asc" selected[query.order == Some(Order::Asc)] { (tr!(locale, "listing.asc")) }
            }
        }
    }
}

/// The result: what it can be narrowed to, its movies as the page shows them, and the ways to its other pages.
pub fn found(chrome: &Chrome<'_>, path: &str, listing: &Listing, movies: &Markup) -> Markup {
    let locale = chrome.locale;
    html! {
        (filters::dropped(locale, path, listing))
        (filters::meant(locale, path, listing))
        @if listing.total > 0 { (filters::active(locale, path, &listing.query)) }
        div class="result" {
            (filters::facets(locale, path, listing))
            div class="found" {
                @if listing.movies.is_empty() { (nothing(chrome, path, listing)) } @else { (movies) }
                (pages(locale, path, listing))
            }
        }
    }
}

/// Movies as cards.
pub fn cards(locale: Locale, movies: &[Movie]) -> Markup {
    html! {
        ul class="cards" {
            @for movie in movies { li { (card(locale, movie)) } }
        }
    }
}

/// The heads of the columns that every table of movies has.
pub fn columns(locale: Locale) -> Markup {
    html! {
        th scope="col" { (tr!(locale, "listing.name")) }
        th scope="col" { (tr!(locale, "movie.year")) }
        th scope="col" { (tr!(locale, "listing.director")) }
        th scope="col" { (tr!(locale, "movie.genres")) }
        th scope="col" { (tr!(locale, "movie.score")) }
    }
}

/// Movies as rows.
fn table(locale: Locale, movies: &[Movie]) -> Markup {
    html! {
        table class="manage films" {
            thead {
                tr { (columns(locale)) }
            }
            tbody {
                @for movie in movies {
                    @let facts = &movie.facts;
                    tr {
                        th scope="row" {
                            a href={ "/movie/" (movie.id) } { bdi { (facts.title) } }
                            @if let Some(original) = &facts.original_title { p class="card-original" { bdi { (original) } } }
                        }
                        td { @if let Some(year) = facts.year { (i18n::year(locale, year)) } }
                        td { (parts::people(locale, &facts.directors)) }
                        td { (parts::genre_chips(locale, &facts.genres)) }
                        td { @if let Some(score) = facts.score { (parts::score(locale, score)) } }
                    }
                }
            }
        }
    }
}

fn card(locale: Locale, movie: &Movie) -> Markup {
    let facts = &movie.facts;
    html! {
        article class="card" {
            a class="card-link" href={ "/movie/" (movie.id) } {
                (parts::poster(movie))
                h2 class="card-title" { bdi { (facts.title) } }
            }
            @if let Some(original) = &facts.original_title { p class="card-original" { bdi { (original) } } }
            p class="card-facts" {
                @if let Some(year) = facts.year { span { (i18n::year(locale, year)) } }
                @if let Some(score) = facts.score { (parts::score(locale, score)) }
            }
            @if !facts.directors.is_empty() { p class="card-people" { (parts::people(locale, &facts.directors)) } }
            (parts::genre_chips(locale, &facts.genres))
        }
    }
}

/// An empty result: why, and what to do next, above all to take one filter off.
fn nothing(chrome: &Chrome<'_>, path: &str, listing: &Listing) -> Markup {
    let locale = chrome.locale;
    let query = &listing.query;
    html! {
        section class="empty" {
            (icon("movie"))
            @if listing.total > 0 {
                p { (tr!(locale, "listing.beyond")) }
                a class="button" href=(listing_url(path, &ListingQuery { page: 1, ..query.clone() })) { (tr!(locale, "listing.first_page")) }
            } @else if query.is_filtered() {
                h2 { (tr!(locale, "listing.nothing")) }
                p { (tr!(locale, "listing.nothing_hint")) }
                (filters::active(locale, path, query))
            } @else {
                h2 { (tr!(locale, "listing.empty")) }
                p { (tr!(locale, "listing.empty_hint")) }
                @if chrome.account.is_some_and(|account| account.role == crate::model::Role::Admin) {
                    a class="button" href="/admin" { (icon("admin")) span { (tr!(locale, "nav.admin")) } }
                }
            }
        }
    }
}

/// Links to the other pages of a result: the first, the last and those around this one.
fn pages(locale: Locale, path: &str, listing: &Listing) -> Markup {
    let last = listing.pages();
    let here = u64::from(listing.query.page);
    let url = |page: u64| {
        let page = u32::try_from(page).unwrap_or(u32::MAX);
        listing_url(path, &ListingQuery { page, ..listing.query.clone() })
    };
    html! {
        @if last > 1 && here <= last {
            nav class="pages" aria-label=(tr!(locale, "pages.label")) data-more=(tr!(locale, "finding.load_more"))
                data-previous=(tr!(locale, "finding.load_previous"))
                data-loaded=(position(locale, here, last)) {
                @if here > 1 { a class="chip" rel="prev" href=(url(here - 1)) aria-label=(tr!(locale, "pages.previous")) { (icon("previous")) } }
                @for page in shown(here, last) {
                    @match page {
                        Some(page) if page == here => span class="chip fill" aria-current="page" { (i18n::number(locale, page)) },
                        Some(page) => a class="chip" href=(url(page)) aria-label=(tr!(locale, "pages.page", number = i18n::number(locale, page))) { (i18n::number(locale, page)) },
                        None => span class="gap" aria-hidden="true" { "…" },
                    }
                }
                @if here < last { a class="chip" rel="next" href=(url(here + 1)) aria-label=(tr!(locale, "pages.next")) { (icon("next")) } }
            }
            p class="total" { (position(locale, here, last)) }
        }
    }
}

fn position(locale: Locale, here: u64, last: u64) -> String {
    tr!(locale, "pages.position", number = i18n::number(locale, here), total = i18n::number(locale, last))
}

/// The pages that are linked; `None` is a gap.
fn shown(here: u64, last: u64) -> Vec<Option<u64>> {
    let mut pages: Vec<u64> = [1, last].into_iter().chain(here.saturating_sub(2)..=here + 2).collect();
    pages.retain(|page| (1..=last).contains(page));
    pages.sort_unstable();
    pages.dedup();
    let mut shown = Vec::new();
    for (position, page) in pages.iter().enumerate() {
        if position > 0 && pages[position - 1] + 1 < *page {
            shown.push(None);
        }
        shown.push(Some(*page));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_around_this_one_are_linked() {
        let text = |here, last| {
            shown(here, last)
                .iter()
                .map(|page| page.map_or("…".to_owned(), |page| page.to_string()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(text(1, 2), "1 2");
        assert_eq!(text(1, 9), "1 2 3 … 9");
        assert_eq!(text(5, 9), "1 … 3 4 5 6 7 … 9");
        assert_eq!(text(9, 9), "1 … 7 8 9");
    }
}
