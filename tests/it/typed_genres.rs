//! Genres as people name them in their language: in the form of a movie, in the search and in the filter.

use serde_json::json;

use crate::fmdb::{Client, Folder};

const MOVIES: &str = r#"[
    {"title":"Seven","director":"David Fincher","year":1995,"genres":["Thriller","Crime"]},
    {"title":"Alien","director":"Ridley Scott","year":1979,"genres":["Horror","Sci-Fi"]},
    {"title":"The Shining","director":"Stanley Kubrick","year":1980,"genres":["Horror"]},
    {"title":"Dunkirk","director":"Christopher Nolan","year":2017,"genres":["War"]},
    {"title":"La guerra è finita","director":"A One","year":1966,"genres":["Drama"]}]"#;

fn site() -> Folder {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    folder
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Sends the form of a movie in a language.
fn save(client: &Client<'_>, path: &str, fields: &[(&str, &str)]) {
    let mut form = format!("csrf={}&next=/admin", client.csrf());
    for (name, value) in fields {
        form += &format!("&{name}={}", encoded(value));
    }
    let reply = client.form(path, &form);
    assert_eq!(reply.status, 303, "{}", reply.body);
}

#[test]
fn forms_know_genres_by_their_names_in_the_visitors_language() {
    let folder = site();
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let api = server.bearer(&token);
    let genres = |id: i64| api.get(&format!("/movie/{id}")).json()["genres"].clone();
    let anna = server.signed_in("anna");
    for (language, typed, kept) in [
        ("ar", "إثارة، حرب", json!(["Thriller", "War"])),
        ("de", "Krimi, Komodie, Heimatfilm", json!(["Crime", "Comedy", "Heimatfilm"])),
        ("ja", "ホラー、Sci Fi", json!(["Horror", "Sci-Fi"])),
        ("en", "film noir,Science Fiction", json!(["Film-Noir", "Sci-Fi"])),
    ] {
        let anna = anna.clone().with("accept-language", language);
        save(&anna, "/manage/update", &[("id", "1"), ("movie_name", "Seven"), ("chip_genres", typed)]);
        assert_eq!(genres(1), kept, "{language}");
        save(&anna, "/manage/add", &[("movie_name", &format!("New {language}")), ("chip_genres", typed)]);
        let added = api.get(&format!("/listing?name=New+{language}")).json();
        assert_eq!(added["movies"][0]["genres"], kept, "{language}");
    }
    // Programs name them as the catalogue does.
    api.json("/manage/update", &json!({"id": 1, "genres": ["إثارة"]}));
    assert_eq!(genres(1), json!(["إثارة"]));
}

#[test]
fn the_form_shows_genres_in_the_language_and_saving_it_changes_nothing() {
    let folder = site();
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let api = server.bearer(&token);
    let before = api.get("/movie/2").json();
    for (language, shown) in [("ar", "رعب, خيال علمي"), ("de", "Horror, Science-Fiction"), ("en", "Horror, Sci-Fi")]
    {
        let anna = server.signed_in("anna").with("accept-language", language);
        let page = anna.get("/manage/update?id=2").body;
        assert!(page.contains(&format!("value=\"{shown}\"")), "{language}: {page}");
        let fields = [
            ("id", "2"),
            ("movie_name", "Alien"),
            ("director", "Ridley Scott"),
            ("year", "1979"),
            ("chip_genres", shown),
        ];
        save(&anna, "/manage/update", &fields);
        let mut after = api.get("/movie/2").json();
        after["updated"] = before["updated"].clone();
        assert_eq!(after["genres"], before["genres"], "{language}");
    }
}

#[test]
fn the_search_finds_a_genre_by_its_name_in_the_visitors_language() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let found = |language: &str, q: &str| {
        let browser = server.nobody().with("accept", "text/html").with("accept-language", language);
        let page = browser.get(&format!("/listing?q={}", encoded(q))).body;
        assert!(page.contains(&format!("value=\"{q}\"")), "{language}: what was typed stays");
        ["Alien", "The Shining", "Dunkirk", "Seven", "La guerra"]
            .into_iter()
            .filter(|title| page.contains(&format!("<bdi>{title}")))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let horror = found("en", "horror");
    assert_eq!(horror, "Alien, The Shining");
    for (language, q) in
        [("ar", "رعب"), ("ru", "ужасы"), ("ja", "ホラー"), ("ko", "공포"), ("fr", "horreur"), ("de", "HORROR")]
    {
        assert_eq!(found(language, q), horror, "{language}");
    }
    // A name of several words, and one that a title holds too.
    assert_eq!(found("ar", "خيال علمي"), "Alien");
    assert_eq!(found("it", "guerra"), "Dunkirk, La guerra");
    assert_eq!(found("en", "guerra"), "La guerra");
}
