//! The kinds of requests that are measured, each with many different ones.

use std::ops::RangeInclusive;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::client::Client;
use super::questions::Questions;

const GENRES: [&str; 12] = [
    "Drama",
    "Comedy",
    "Documentary",
    "Romance",
    "Action",
    "Thriller",
    "Horror",
    "Crime",
    "Adventure",
    "Family",
    "Western",
    "Sci-Fi",
];
const SORTS: [&str; 5] = ["popularity", "score", "year", "title", "added"];
const ORDERS: [&str; 2] = ["desc", "asc"];

/// A kind of request.
pub struct Mix {
    pub name: &'static str,
    pub paths: Vec<String>,
}

/// All kinds. The client is asked how many pages results have.
pub fn all(questions: &mut Questions, client: &mut Client) -> Vec<Mix> {
    let suggest = |texts: Vec<String>| texts.iter().map(|text| format!("/suggest?q={}", encoded(text))).collect();
    let listing = |texts: Vec<String>| texts.iter().map(|text| format!("/listing?q={}", encoded(text))).collect();
    let mut mixes = Vec::new();
    let mut add = |name, paths| mixes.push(Mix { name, paths });
    add("suggest_1", suggest(questions.begun(1)));
    add("suggest_2", suggest(questions.begun(2)));
    add("suggest_4", suggest(questions.begun(4)));
    add("suggest_typo", suggest(questions.typos(3)));
    add("suggest_two_words", suggest(questions.two_words()));
    add("listing_text", listing(questions.texts()));
    add("listing_typo", listing(questions.typos(8)));
    add("listing_common", listing(questions.common()));
    add("listing_genre_decade", mixed(genres_and_decades(), questions.count));
    add("listing_sort", mixed(sorted("", &(1..=30)), questions.count));
    add("listing_page_200", mixed(deep(), questions.count));
    add("listing_last", mixed(last(client), questions.count));
    add("movie", questions.numbers().iter().map(|number| format!("/movie/{number}")).collect());
    mixes
}

fn genres_and_decades() -> Vec<String> {
    let mut paths = Vec::new();
    for genre in GENRES {
        for decade in (1930..=2020).step_by(10) {
            let sorts = ["", "&sort=score", "&sort=year", "&sort=title"];
            paths.extend(sorts.map(|sort| format!("/listing?genre={genre}&year={decade}..{}{sort}", decade + 9)));
        }
    }
    paths
}

/// Pages of what the filter leaves, in all orders.
fn sorted(filter: &str, pages: &RangeInclusive<u64>) -> Vec<String> {
    let orders = SORTS.iter().flat_map(|sort| ORDERS.map(|order| (*sort, order)));
    let page =
        |(sort, order)| pages.clone().map(move |page| format!("/listing?sort={sort}&order={order}&p={page}{filter}"));
    orders.flat_map(page).collect()
}

/// Pages around the 200th: of everything, and of the genres that reach so far in any catalogue worth measuring.
fn deep() -> Vec<String> {
    let mut paths = sorted("", &(190..=210));
    for genre in &GENRES[..3] {
        paths.extend(sorted(&format!("&genre={genre}"), &(195..=205)));
    }
    paths
}

/// The last pages of everything, in all orders.
fn last(client: &mut Client) -> Vec<String> {
    let pages = client.json("/listing")["pages"].as_u64().unwrap_or(1);
    sorted("", &(pages.saturating_sub(20).max(1)..=pages))
}

fn mixed(mut paths: Vec<String>, count: usize) -> Vec<String> {
    paths.shuffle(&mut StdRng::seed_from_u64(7));
    paths.truncate(count);
    paths
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
