//! Search as people type it, over the real dump and the sample.

use serde_json::json;

use crate::fmdb::{Client, Folder, Server, shared};

fn names(client: &Client<'_>, query: &str) -> Vec<String> {
    let reply = client.get(&format!("/listing?{query}"));
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    reply.titles()
}

fn real() -> Option<(Folder, Server)> {
    let dump = shared("fynd-imdb.json")?;
    let folder = Folder::new();
    folder.ok(&["import", dump.to_str().unwrap()]);
    let server = folder.serve(&["--public"]);
    Some((folder, server))
}

#[test]
fn slips_find_what_is_meant_in_the_real_dump() {
    let Some((_folder, server)) = real() else { return };
    let client = server.nobody().with("accept", "application/json");
    for (typed, meant) in [
        ("godfahter", "The Godfather"),
        ("wizzard+of+oz", "The Wizard of Oz"),
        ("starwars", "Star Wars"),
        ("clockwork+ornage", "A Clockwork Orange"),
        ("PSYCHO", "Psycho"),
    ] {
        assert_eq!(names(&client, &format!("q={typed}"))[0], meant, "{typed}");
    }
    let by_kubrick = client.get("/listing?q=kubrik").json();
    let movies = by_kubrick["movies"].as_array().unwrap();
    assert!(movies.len() > 3 && movies.iter().all(|movie| movie["director"] == "Stanley Kubrick"));
    let thrillers = client.get("/listing?q=thriler&items=200").json();
    assert!(
        thrillers["movies"]
            .as_array()
            .unwrap()
            .iter()
            .all(|movie| { movie["genres"].as_array().unwrap().contains(&json!("Thriller")) })
    );
    assert_eq!(client.get("/listing?genre=Thriller").json()["total"], 52);
    assert_eq!(client.get("/listing?genre=thriler").json()["total"], 52);
    let stars = names(&client, "name=Star");
    assert_eq!(stars[0], "Star Wars");
    assert!(stars.iter().take(5).all(|name| name.to_lowercase().contains("star")), "{stars:?}");
    let steven = client.get("/listing?director=steven").json();
    assert!(steven["movies"].as_array().unwrap().iter().any(|movie| movie["director"] == "Steven Spielberg"));
    let second = client.get("/listing?p=2&items=50").json();
    assert_eq!(
        (&second["page"], &second["pages"], second["movies"].as_array().unwrap().len()),
        (&json!(2), &json!(5), 50)
    );
}

#[test]
fn every_script_is_searched() {
    let folder = Folder::new();
    let server = folder.serve(&["--public", "--sample"]);
    let client = server.nobody().with("accept", "application/json");
    for (typed, meant) in [
        ("七人", "Seven Samurai"),
        ("%E8%90%AC%E5%BC%95", "Shoplifters"),
        ("万引き", "Shoplifters"),
        ("기생", "Parasite"),
        ("сталкер", "Stalker"),
        ("جدایی", "A Separation"),
        ("amelie", "Amélie"),
        ("kieslowski", "Three Colors: Blue"),
        ("12+monkeys", "Twelve Monkeys"),
        ("rocky+2", "Rocky II"),
        ("her", "Her"),
        ("it", "It"),
        ("alien", "Alien"),
        ("walle", "WALL·E"),
        ("rock+and+rule", "Rock & Rule"),
        ("spiderman", "Spider-Man"),
        ("oceans+eleven", "Ocean's Eleven"),
        ("coen+fargo", "Fargo"),
    ] {
        let found = names(&client, &format!("q={typed}"));
        if typed.starts_with('%') {
            assert!(found.len() < 600, "a character that nobody wrote is no reason to fail");
            continue;
        }
        let first: Vec<&String> = found.iter().take(3).collect();
        assert!(first.iter().any(|name| *name == meant), "{typed}: {first:?}");
    }
    assert_eq!(names(&client, "q=her")[0], "Her");
    assert_eq!(names(&client, "q=alien")[0], "Alien");
}

#[test]
fn a_change_is_in_the_very_next_search_suggestion_and_page() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Old Name","director":"Someone Known"}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let admin = server.bearer(&token);
    for round in 0..5 {
        let added = admin
            .json("/manage/add", &json!({"movie_name": format!("Zanzibar {round}"), "director": "Quixote Person"}));
        assert_eq!(added.status, 201, "{}", added.body);
        let id = added.json()["id"].as_i64().unwrap();
        assert_eq!(names(&admin, &format!("q=zanzibar+{round}")).len(), 1);
        let suggested = |text: &str| admin.get(&format!("/suggest?q={text}")).json()["suggestions"].to_string();
        assert!(suggested("zanz").contains(&format!("Zanzibar {round}")));
        assert!(suggested("quixote").contains("\"kind\":\"director\""));
        assert!(admin.clone().with("accept", "text/html").get(&format!("/movie/{id}")).body.contains("Zanzibar"));
        let renamed = admin.json("/manage/update", &json!({"id": id, "movie_name": format!("Timbuktu {round}")}));
        assert_eq!(renamed.status, 200, "{}", renamed.body);
        assert_eq!((names(&admin, "q=zanzibar").len(), names(&admin, "q=timbuktu").len()), (0, 1));
        assert!(!suggested("zanz").contains("Zanzibar"));
        assert_eq!(admin.delete(&format!("/manage/delete/{id}")).json()["deleted"], id);
        assert_eq!(names(&admin, "q=timbuktu").len(), 0);
        assert_eq!(admin.get(&format!("/movie/{id}")).status, 404);
        assert_eq!(suggested("quixote"), "[]");
    }
}

#[test]
fn facets_and_totals_are_what_a_count_by_hand_gives() {
    let Some((folder, server)) = real() else { return };
    let client = server.nobody().with("accept", "application/json");
    let all: Vec<serde_json::Value> = serde_json::from_str(&folder.ok(&["export"])).unwrap();
    let has = |movie: &serde_json::Value, genre: &str| movie["genres"].as_array().unwrap().contains(&json!(genre));
    for (query, genres, least) in [
        ("genre=Drama", vec!["Drama"], 0.0),
        ("genre=Drama&genre=War", vec!["Drama", "War"], 0.0),
        ("score=8.5..", vec![], 8.5),
        ("genre=Sci-Fi&score=8..", vec!["Sci-Fi"], 8.0),
        ("", vec![], 0.0),
    ] {
        let expected: Vec<&serde_json::Value> = all
            .iter()
            .filter(|movie| genres.iter().all(|genre| has(movie, genre)))
            .filter(|movie| movie["imdb_score"].as_f64().unwrap() >= least)
            .collect();
        let found = client.get(&format!("/listing?{query}&items=200")).json();
        assert_eq!(found["total"], expected.len(), "{query}");
        // A genre counts what choosing it would give: in the place of the only one taken, or beside several.
        let taken = if genres.len() > 1 { genres.as_slice() } else { &[] };
        let counted = || {
            let scored = all.iter().filter(|movie| movie["imdb_score"].as_f64().unwrap() >= least);
            scored.filter(|movie| taken.iter().all(|genre| has(movie, genre)))
        };
        for facet in found["facets"]["genre"].as_array().unwrap() {
            let genre = facet["value"].as_str().unwrap();
            let count = counted().filter(|movie| has(movie, genre)).count();
            assert_eq!(facet["count"], count, "{query} {genre}");
        }
    }
}

#[test]
fn each_movie_is_on_one_page_in_every_order() {
    let folder = Folder::new();
    let server = folder.serve(&["--public", "--sample"]);
    let client = server.nobody().with("accept", "application/json");
    for sort in ["popularity", "score", "year", "title", "added"] {
        for order in ["asc", "desc"] {
            let mut seen = std::collections::HashSet::new();
            let pages =
                client.get(&format!("/listing?items=97&sort={sort}&order={order}")).json()["pages"].as_u64().unwrap();
            for page in 1..=pages {
                let found = client.get(&format!("/listing?items=97&sort={sort}&order={order}&p={page}")).json();
                for movie in found["movies"].as_array().unwrap() {
                    assert!(seen.insert(movie["id"].as_i64().unwrap()), "{sort} {order} {movie}");
                }
            }
            assert_eq!(seen.len(), 594, "{sort} {order}");
        }
    }
    let beyond = client.get("/listing?p=4000000000").json();
    assert_eq!((beyond["total"].as_u64(), beyond["movies"].as_array().unwrap().len()), (Some(594), 0));
}
