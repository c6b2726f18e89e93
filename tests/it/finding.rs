//! What people find their way with: directors as a facet, suggestions as a part of a page, light and dark, grid and
//! table, the text that was meant.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fmdb::{Folder, eventually};

const DIRECTORS: [&str; 12] = [
    "Zebra Quill",
    "Mona Fjord",
    "Otto Lumen",
    "Ines Vault",
    "Karl Ember",
    "Nina Sparrow",
    "Hugo Pine",
    "Lena Frost",
    "Ivan Maple",
    "Rosa Tide",
    "Paul Ridge",
    "Vera Cloud",
];

fn movies(from: usize, to: usize) -> String {
    let movie = |number: usize| {
        let first = DIRECTORS[number * number / 5 % 12];
        let mut directors = vec![first];
        if number.is_multiple_of(3) && first != DIRECTORS[number % 12] {
            directors.push(DIRECTORS[number % 12]);
        }
        let genre = if number.is_multiple_of(2) { "Drama" } else { "Comedy" };
        json!({"title": format!("Film {number}"), "directors": directors, "genres": [genre], "year": 1950 + number % 60})
    };
    Value::from((from..to).map(movie).collect::<Vec<_>>()).to_string()
}

/// Directors of a listing counted one by one.
fn counted(listing: &Value) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for movie in listing["movies"].as_array().unwrap() {
        for name in movie["directors"].as_array().unwrap() {
            *counts.entry(name.as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn directors_are_counted_exactly_where_they_are_asked_for() {
    let folder = Folder::new();
    folder.load(&movies(0, 70));
    let server = folder.serve(&["--public"]);
    let api = server.nobody().with("accept", "application/json");
    // What comes while the site runs is a segment of its own for a while.
    folder.load(&movies(70, 150));
    eventually("the second load", || api.get("/listing").json()["total"] == 150);
    for address in ["/listing?items=200", "/listing?items=200&genre=Drama", "/listing?items=200&q=film&year=1960..1979"]
    {
        assert!(api.get(address).json()["facets"].get("director").is_none(), "{address}");
        let listing = api.get(&format!("{address}&facets=director")).json();
        let all = counted(&listing);
        let facet = listing["facets"]["director"].as_array().unwrap();
        assert_eq!(facet.len(), all.len().min(10), "{address}");
        let mut counts: Vec<u64> = all.values().copied().collect();
        counts.sort_unstable_by(|left, right| right.cmp(left));
        for (place, director) in facet.iter().enumerate() {
            let (name, count) = (director["value"].as_str().unwrap(), director["count"].as_u64().unwrap());
            assert_eq!((count, count), (all[name], counts[place]), "{address} {name}");
        }
        let page = server.nobody().with("accept", "text/html").get(address).body;
        assert!(page.contains("id=\"facet-directors\""), "{address}");
    }
}

#[test]
fn suggestions_are_json_but_for_the_script_of_a_page() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"<i>Mona</i> & Co","directors":["Mona Fjord"],"genres":["Drama"],"year":1999}]"#);
    let server = folder.serve(&["--public"]);
    let ask = |accept| server.nobody().with("accept", accept).get("/suggest?q=mona");
    for accept in ["*/*", "text/html", "application/json"] {
        assert_eq!(ask(accept).json()["suggestions"].as_array().unwrap().len(), 2, "{accept}");
    }
    let part = ask("text/fragment+html");
    assert!(part.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!((part.body.matches("role=\"group\"").count(), part.body.matches("role=\"option\"").count()), (2, 2));
    assert!(part.body.contains("&lt;i&gt;<mark>Mona</mark>&lt;/i&gt; &amp; Co"), "{}", part.body);
    assert!(part.body.contains("data-url=\"/listing?director=Mona+Fjord\""), "{}", part.body);
}

#[test]
fn a_look_is_remembered_and_answers_of_two_looks_are_not_mixed_up() {
    let folder = Folder::new();
    folder.load(&movies(0, 5));
    let server = folder.serve(&["--public"]);
    let browser = server.nobody().with("accept", "text/html");
    for _ in 0..2 {
        for theme in ["auto", "light", "dark"] {
            let page = browser.clone().with("cookie", &format!("fmdb_theme={theme}")).get("/listing");
            assert!(page.body.contains(&format!("data-theme=\"{theme}\"")), "{theme}");
        }
        let shown = |view: &str| browser.clone().with("cookie", &format!("fmdb_view={view}")).get("/listing").body;
        assert!(shown("table").contains("class=\"manage films\"") && !shown("grid").contains("class=\"manage films\""));
    }
    let chosen = browser.get("/listing?theme=dark&view=table");
    let cookies: Vec<&str> =
        chosen.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("fmdb_theme=dark;")), "{cookies:?}");
    assert!(cookies.iter().any(|cookie| cookie.starts_with("fmdb_view=table;")), "{cookies:?}");
    let nonsense =
        browser.clone().with("cookie", "fmdb_theme=\"><b>; fmdb_view=x").get("/listing?theme=pink&view=%3Cb%3E");
    assert!(
        nonsense.status == 200
            && nonsense.body.contains("data-theme=\"auto\"")
            && nonsense.header("set-cookie").is_none()
    );
}

#[test]
fn what_was_meant_is_offered_with_all_other_filters() {
    let folder = Folder::new();
    folder.load(&movies(0, 24));
    let server = folder.serve(&["--public"]);
    let browser = server.nobody().with("accept", "text/html");
    let page = browser.get("/listing?director=embre+karl&genre=Drama").body;
    assert!(page.contains("/listing?director=Karl+Ember&amp;genre=Drama"), "{page}");
    assert!(page.contains("Did you mean"), "{page}");
    assert!(!browser.get("/listing?director=karl+ember").body.contains("Did you mean"));
    assert!(!browser.get("/listing?director=karl+emb").body.contains("Did you mean"));
}
