//! What dumps and people's own files must not destroy: rows that a quote would swallow, movies that a foreign number
//! would overwrite, ratings that would go to the wrong movie.

use serde_json::{Value, json};

use crate::fmdb::{Client, Folder};

/// The counts of an import: added, updated, unchanged, rejected.
fn import(folder: &Folder, name: &str, text: impl AsRef<[u8]>) -> [u64; 4] {
    folder.write(name, text);
    let output = folder.run(&["import", "--json", name]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    ["added", "updated", "unchanged", "rejected"].map(|count| report["files"][0][count].as_u64().unwrap())
}

/// The catalog, a line a movie, sorted.
fn catalog(folder: &Folder) -> Vec<Value> {
    let text = folder.ok(&["export", "--format", "jsonl"]);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.into_iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_quote_swallows_no_rows() {
    let rows = "title|year|director\n\"Blue\" Door|1990|Ann Poe\n\"Red Window|2001|Bob Ray\nGreen Hat|1999|Cy Dow\nGrey Coat\"|1998|Di Foe\n";
    for mark in ["\t", ",", ";"] {
        let folder = Folder::new();
        assert_eq!(import(&folder, "rows", rows.replace('|', mark)), [4, 0, 0, 0], "{mark:?}");
        let titles: Vec<Value> = catalog(&folder).iter().map(|movie| movie["movie_name"].clone()).collect();
        assert_eq!(titles, ["Green Hat", "Grey Coat\"", "\"Blue\" Door", "\"Red Window"]);
    }
    let folder = Folder::new();
    let many: String = (0..3_000).map(|number| format!("Movie {number},1999,Ann Poe\n")).collect();
    let text = format!("title,year,director\n\"Open,2001,Bob Ray\nshort,1\n{many}");
    assert_eq!(import(&folder, "open.csv", text), [3_001, 0, 0, 1]);
}

#[test]
fn a_number_of_its_own_is_no_id_of_others() {
    let folder = Folder::new();
    let first = "id,title,director,release_date\n1,Blue Door,Ann Poe,1990-01-02\n2,Green Hat,Cy Dow,1991-03-04\n";
    let second = "id,title,director,release_date,popularity,vote_average\n1,Red Window,Bob Ray,2001-05-06,1,7\n2,Grey Coat,Di Foe,2002-07-08,2,6\n";
    assert_eq!(import(&folder, "first.csv", first), [2, 0, 0, 0]);
    let before = catalog(&folder);
    assert_eq!(import(&folder, "second.csv", second), [2, 0, 0, 0]);
    let after = catalog(&folder);
    assert!(after.iter().all(|movie| movie["tmdb_id"].is_null()) && before.iter().all(|movie| after.contains(movie)));
    let tmdb = r#"[{"id":901,"title":"Long Wait","original_title":"Long Wait","original_language":"en","release_date":"1990-01-02","vote_average":7.1,"vote_count":5,"popularity":2,"genre_ids":[18]}]"#;
    assert_eq!(import(&folder, "tmdb.json", tmdb), [1, 0, 0, 0]);
    assert!(catalog(&folder).iter().any(|movie| movie["tmdb_id"] == 901));
}

#[test]
fn imdb_is_an_id_or_a_score_by_its_shape() {
    let folder = Folder::new();
    let rows = "title,year,imdb\nA,1990,8\nB,2001,8\nC,1999,7.8/10\nD,1998,\"7,8\"\nE,1997,tt0076759\nF,1996,0114709\nG,1995,114709\n";
    assert_eq!(import(&folder, "scores.csv", rows), [7, 0, 0, 0]);
    let found: Vec<_> =
        catalog(&folder).iter().map(|movie| (movie["imdb_score"].clone(), movie["imdb_id"].clone())).collect();
    let (score, id) = (|score: f64| (json!(score), Value::Null), |id: &str| (Value::Null, json!(id)));
    let expected =
        [score(8.0), score(8.0), score(7.8), score(7.8), id("tt0076759"), id("tt0114709"), (Value::Null, Value::Null)];
    let found: Vec<_> =
        found.into_iter().map(|(score, id)| (score.as_f64().map_or(Value::Null, |score| json!(score)), id)).collect();
    assert_eq!(found, expected);
}

#[test]
fn neither_order_nor_repetition_changes_the_catalog() {
    let rows = [
        r#"{"title": "Blue Door", "director": "Ann Poe"}"#,
        r#"{"title": "Blue Door", "director": "Ann Poe", "year": 1950, "imdb_id": "tt9000001", "genres": ["Drama"]}"#,
        r#"{"title": "Blue Door", "director": "Ann Poe", "year": 1990}"#,
        r#"{"title": "Hat", "year": 1990, "score": 7}"#,
        r#"{"title": "HAT", "director": "Bob Ray", "score": 8}"#,
        r#"{"title": "Coat", "year": 1990}"#,
        r#"{"title": "Coat", "director": "Cy Dow"}"#,
        r#"{"title": "Coat", "director": "Di Foe"}"#,
    ];
    let mut expected = None;
    for turn in 0..rows.len() {
        let mut turned = rows;
        turned.rotate_left(turn);
        if turn % 2 == 1 {
            turned.reverse();
        }
        let folder = Folder::new();
        assert_eq!(import(&folder, "rows.jsonl", turned.join("\n")), [7, 1, 0, 0], "{turned:?}");
        let found = catalog(&folder);
        assert_eq!(&found, expected.get_or_insert(found.clone()), "{turned:?}");
        let head = folder.json(&["check"]);
        assert_eq!(import(&folder, "rows.jsonl", turned.join("\n")), [0, 0, 8, 0]);
        assert_eq!((catalog(&folder), folder.json(&["check"])), (found, head));
    }
}

const CATALOG: &str = r#"{"title":"Blue Door","director":"Ann Poe","imdb_id":"tt9000001"}
{"title":"Red Door","year":1990,"director":"Bob Ray"}
{"title":"The Green Hat","year":1999,"director":"Cy Dow"}
{"title":"Grey Coat","year":2001,"director":"Di Foe"}
{"title":"Manteau","original_title":"Grey Coat","year":2001,"director":"Ed Go"}"#;

fn site() -> (Folder, String) {
    let folder = Folder::new();
    folder.load(CATALOG);
    folder.add_user("bob", true);
    let token = folder.token("bob");
    (folder, token)
}

fn upload(client: &Client<'_>, query: &str, file: &[u8]) -> Value {
    let reply = client.send("POST", &format!("/mine/import{query}"), "text/csv", file);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// What became of the only row: `set`, `unchanged` or the reason.
fn outcome(client: &Client<'_>, file: &str) -> String {
    let done = upload(client, "", file.as_bytes());
    assert_eq!(done["read"], 1, "{done}");
    match done["rejected"][0]["reason"].as_str() {
        Some(reason) => reason.split(':').next().unwrap().to_owned(),
        None if done["set"] == 1 => "set".to_owned(),
        None => "unchanged".to_owned(),
    }
}

#[test]
fn a_rating_goes_to_no_movie_that_is_not_certain() {
    let (folder, token) = site();
    let server = folder.serve(&[]);
    let bob = server.bearer(&token);
    let letterboxd = |name: &str, year: &str| {
        outcome(
            &bob,
            &format!("Date,Name,Year,Letterboxd URI,Rating\n2025-07-20,{name},{year},https://boxd.it/a,4.5\n"),
        )
    };
    assert_eq!(letterboxd("Blue Door", "2025"), "not certain", "of unknown year");
    assert_eq!(letterboxd("Red Door", "soon"), "not certain", "a year that cannot be read");
    assert_eq!(letterboxd("Red Door", "2018.0"), "not found");
    assert_eq!(letterboxd("Red Door", "(2018)"), "not found");
    assert_eq!(letterboxd("Red Door", "2018-11-01"), "not found");
    assert_eq!(letterboxd("Grey Coat", "2001"), "ambiguous");
    for year in ["1990.0", "(1990)", "1990-11-01", "1990"] {
        assert!(matches!(letterboxd("Red Door", year).as_str(), "set" | "unchanged"), "{year}");
    }
    let imdb = |id: &str, title: &str, original: &str, kind: &str, year: &str, director: &str| {
        outcome(
            &bob,
            &format!(
                "Const,Your Rating,Date Rated,Title,Original Title,Title Type,Year,Directors\n{id},3,2024-01-02,{title},{original},{kind},{year},{director}\n"
            ),
        )
    };
    for kind in ["Serie TV", "TV Series", "Short", "Kurzfilm", "Épisode télévisé", "Videojuego", "TV Mini Series"] {
        assert_eq!(imdb("tt9000002", "Red Door", "Red Door", kind, "1990", ""), "not a movie", "{kind}");
    }
    assert_eq!(imdb("", "Red Door", "Red Door", "Film", "1990", "Someone Else"), "not certain");
    assert_eq!(imdb("", "Blue Door", "Blue Door", "Movie", "1950", "Someone Else"), "not found");
    assert_eq!(imdb("tt9000003", "Il cappello verde", "The Green Hat", "Film", "1999", "Cy Dow"), "set");
    assert_eq!(imdb("tt9000009", "Blue Door", "Blue Door", "Movie", "1950", "Ann Poe"), "not found", "another id");
    assert_eq!(bob.get("/movie/3").json()["mine"]["rating"], 3);
    assert_eq!(bob.get("/movie/2").json()["mine"]["rating"], 9);
    assert_eq!(bob.get("/movie/1").json()["mine"]["rating"], Value::Null);
}

#[test]
fn dates_ratings_and_encodings_are_read_or_left_unknown() {
    let (folder, token) = site();
    let server = folder.serve(&[]);
    let bob = server.bearer(&token);
    let old = "\"position\",\"const\",\"created\",\"Title\",\"Title type\",\"Directors\",\"You rated\",\"Year\"\n\
        \"1\",\"tt9000001\",\"Sat Apr 23 08:36:35 2011\",\"Blue Door\",\"Feature Film\",\"Ann Poe\",\"8\",\"1990\"\n\
        \"2\",\"tt9000004\",\"Sun Apr 24 08:36:35 2011\",\"The Green Hat\",\"Feature Film\",\"Cy Dow\",\"\",\"1999\"\n";
    assert_eq!(upload(&bob, "?kind=watchlist", old.as_bytes())["set"], 2);
    let dates = |shelf: &str| -> Vec<Value> {
        let page = bob.get(&format!("/mine/{shelf}")).json();
        page["movies"].as_array().unwrap().iter().map(|movie| json!([movie["id"], movie["mine"]["date"]])).collect()
    };
    assert_eq!(dates("watchlist"), [json!([3, "2011-04-24"]), json!([1, "2011-04-23"])]);
    assert_eq!(dates("ratings"), [json!([1, "2011-04-23"])]);
    let unclear = "Date,Name,Year,Rating\n43-99-x,Red Door,1990,\"4,5\"\n";
    assert_eq!(upload(&bob, "", unclear.as_bytes())["set"], 1);
    assert_eq!(dates("ratings"), [json!([1, "2011-04-23"]), json!([2, null])], "never today");
    assert_eq!(bob.get("/movie/2").json()["mine"]["rating"], 9);
    let list = "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2020-10-19,My shelf,owned,https://boxd.it/b,\n\nPosition,Name,Year,URL,Description\n1,Red Door,1990,https://boxd.it/a,lent\n2,The Green Hat,1999,https://boxd.it/c,\n";
    for (set, unchanged) in [(2, 0), (0, 2)] {
        let done = upload(&bob, "", list.as_bytes());
        assert_eq!(
            (&done["kind"], &done["read"], &done["set"], &done["unchanged"]),
            (&json!("list"), &json!(2), &json!(set), &json!(unchanged))
        );
    }
    assert_eq!(bob.get("/list/1").titles(), ["Red Door", "The Green Hat"]);
    let watchlist = list.split_once('\n').unwrap().1;
    assert_eq!(upload(&bob, "?kind=watchlist", format!("\n{watchlist}").as_bytes())["read"], 2);
    folder.load(r#"[{"title":"L’été – Noël","year":1999,"director":"René Poé"}]"#);
    let file = "Name;Year;Rating\nL’été – Noël;1999;4½\n";
    let utf16 = |swap: bool| -> Vec<u8> {
        let units = "\u{feff}".chars().chain(file.chars()).map(|c| c as u16);
        units.flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let windows: Vec<u8> = file
        .chars()
        .map(|c| match c {
            '’' => 0x92,
            '–' => 0x96,
            c => c as u8,
        })
        .collect();
    for bytes in [file.as_bytes().to_vec(), utf16(false), utf16(true), windows] {
        let done = upload(&bob, "", &bytes);
        assert_eq!((&done["read"], &done["rejected"]), (&json!(1), &json!([])), "{bytes:?}");
        assert_eq!(bob.get("/movie/6").json()["mine"]["rating"], 9);
    }
}

#[test]
fn two_viewings_of_one_day_stay_two() {
    let (folder, token) = site();
    folder.add_user("carl", false);
    let other = folder.token("carl");
    let server = folder.serve(&[]);
    let (bob, carl) = (server.bearer(&token), server.bearer(&other));
    let diary = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n\
        2024-01-02,Red Door,1990,,4,,,2024-01-01\n2024-01-02,Red Door,1990,,11,Yes,,2024-01-01\n2024-01-02,Red Door,1990,,,Yes,,2024-01-02\n";
    let seen = |client: &Client<'_>| client.get("/movie/2").json()["mine"]["seen"].as_array().unwrap().len();
    for (set, unchanged) in [(3, 0), (0, 3)] {
        let done = upload(&bob, "", diary.as_bytes());
        assert_eq!((&done["set"], &done["unchanged"]), (&json!(set), &json!(unchanged)), "{done}");
        assert_eq!(done["partial"][0]["line"], 3, "a bad rating does not cost the viewing");
        assert_eq!(seen(&bob), 3);
    }
    let exported = bob.get("/mine/export/diary.csv").body;
    for client in [&bob, &carl, &carl] {
        upload(client, "", exported.as_bytes());
        assert_eq!(seen(client), 3);
    }
    assert_eq!(carl.get("/mine/export/diary.csv").body, exported);
    for _ in 0..2 {
        assert_eq!(carl.json("/mine/seen/2", &json!({"date": "2024-01-01"})).status, 200);
    }
    assert_eq!(seen(&carl), 5);
    assert_eq!(folder.json(&["check"])["sound"], true);
}
