//! What a visitor's language changes beside the texts: the order of titles, and the names that genres are found by.

use fmdb::i18n::{Locale, genre_name};

use crate::fmdb::{Client, Folder};

/// The titles of a page of the listing, from top to bottom.
fn shown(client: &Client<'_>, language: &str, titles: &[&str]) -> Vec<String> {
    let reply = client.clone().with("accept-language", language).get("/listing?sort=title&order=asc");
    assert_eq!(reply.status, 200, "{}", reply.body);
    let at = |title: &&str| {
        let place = reply.body.find(&format!(">{title}<"));
        place.unwrap_or_else(|| panic!("{title} is missing in {language}"))
    };
    let mut found: Vec<(usize, String)> = titles.iter().map(|title| (at(title), (*title).to_owned())).collect();
    found.sort();
    found.into_iter().map(|(_, title)| title).collect()
}

#[test]
fn titles_are_sorted_as_readers_of_the_language_expect() {
    let folder = Folder::new();
    let titles = ["Zebra", "Łódź", "Lotna", "Ñandú", "Nube", "Война", "七人", "Öfke", "Oz", "ابن"];
    let movies: Vec<String> = titles.iter().map(|title| format!(r#"{{"title":"{title}"}}"#)).collect();
    folder.load(&format!("[{}]", movies.join(",")));
    let server = folder.serve(&["--public"]);
    let html = server.nobody().with("accept", "text/html");
    for (language, sorted) in [
        ("en", ["Łódź", "Lotna", "Ñandú", "Nube", "Öfke", "Oz", "Zebra", "Война", "ابن", "七人"]),
        ("es", ["Łódź", "Lotna", "Nube", "Ñandú", "Öfke", "Oz", "Zebra", "Война", "ابن", "七人"]),
        ("pl", ["Lotna", "Łódź", "Ñandú", "Nube", "Öfke", "Oz", "Zebra", "Война", "ابن", "七人"]),
        ("tr", ["Łódź", "Lotna", "Ñandú", "Nube", "Oz", "Öfke", "Zebra", "Война", "ابن", "七人"]),
        ("uk", ["Война", "Łódź", "Lotna", "Ñandú", "Nube", "Öfke", "Oz", "Zebra", "ابن", "七人"]),
        ("ar", ["ابن", "Łódź", "Lotna", "Ñandú", "Nube", "Öfke", "Oz", "Zebra", "Война", "七人"]),
        ("zh-CN", ["七人", "Łódź", "Lotna", "Ñandú", "Nube", "Öfke", "Oz", "Zebra", "Война", "ابن"]),
        ("pl", ["Lotna", "Łódź", "Ñandú", "Nube", "Öfke", "Oz", "Zebra", "Война", "ابن", "七人"]),
    ] {
        assert_eq!(shown(&html, language, &titles), sorted, "{language}");
    }
    // The API's order is the same for everybody.
    let json = server.nobody().with("accept", "application/json");
    let titles =
        |language: &str| json.clone().with("accept-language", language).get("/listing?sort=title&order=asc").titles();
    assert_eq!(titles("pl"), titles("zh-CN"));
    assert_eq!(titles("pl")[..2], ["Łódź", "Lotna"]);
}

#[test]
fn genres_are_found_by_their_names_in_each_language() {
    let folder = Folder::new();
    let server = folder.serve(&["--public", "--sample"]);
    for locale in Locale::ALL {
        let client = server.nobody().with("accept", "application/json").with("accept-language", locale.code());
        for genre in ["Comedy", "Western", "Sci-Fi", "History", "War"] {
            let name = genre_name(locale, genre);
            let typed: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let found = client.get(&format!("/suggest?q={typed}&field=genre")).json()["suggestions"].clone();
            assert_eq!(found[0]["text"], genre, "{} {name}: {found}", locale.code());
            // Typed into the field of the listing, it filters as the genre's own name does.
            let filtered = |genre: &str| -> Vec<String> {
                let page = client.clone().with("accept", "text/html").get(&format!("/listing?genre={genre}"));
                let links = page.body.split("href=\"/movie/").skip(1);
                links.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
            };
            assert!(!filtered(genre).is_empty());
            assert_eq!(filtered(&typed), filtered(genre), "{} {name}", locale.code());
        }
    }
}

#[test]
fn names_are_separated_by_the_comma_of_the_language() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"A","directors":["B","C"],"cast":["D","E"],"genres":["Drama"]}]"#);
    let server = folder.serve(&["--public"]);
    let html = server.nobody().with("accept", "text/html");
    for (language, comma) in [("en", ", "), ("de", ", "), ("ar", "، "), ("ja", "、"), ("zh-CN", "、")] {
        let visitor = html.clone().with("accept-language", language);
        for (path, first, second) in [
            ("/movie/1", "B", "C"),
            ("/movie/1", "D", "E"),
            ("/listing?view=grid", "B", "C"),
            ("/listing?view=table", "B", "C"),
        ] {
            let body = visitor.get(path).body;
            let between = body.split(&format!("<bdi>{first}</bdi></a>")).nth(1).unwrap_or_default();
            assert!(between.starts_with(&format!("{comma}<a ")), "{language} {path}: {between:.80}");
            assert!(between.contains(&format!("<bdi>{second}</bdi>")), "{language} {path}");
        }
    }
}
