//! What people keep for themselves: who may see it, that every action works by form and by JSON, that their things can
//! be taken along and brought, and that leaving leaves nothing.

use serde_json::{Value, json};

use crate::fmdb::{Client, Folder, PASSWORD, Reply, Server};

const MOVIES: &str = r#"[
    {"title":"Star Wars","director":"George Lucas","year":1977,"genres":["Action"],"score":8.8,"votes":100,"imdb_id":"tt0076759"},
    {"title":"Alien","director":"Ridley Scott","year":1979,"genres":["Horror"],"score":8.5,"tmdb_id":348},
    {"title":"Solaris","director":"Andrei Tarkovsky","year":1972,"genres":["Drama"],"score":8.0,"original_title":"Солярис"},
    {"title":"Solaris","director":"Steven Soderbergh","year":2002,"genres":["Drama"],"score":6.2},
    {"title":"Twins","director":"A One","year":1988},
    {"title":"Twins","director":"B Two","year":1988},
    {"title":"Say \"Hi\", Amélie","director":"C Three","year":2001}]"#;

fn site() -> Folder {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    folder.add_user("carl", false);
    folder
}

fn mine(client: &Client<'_>, id: i64) -> Value {
    client.get(&format!("/movie/{id}")).json()["mine"].clone()
}

fn set(client: &Client<'_>, path: &str, body: &Value) -> Value {
    let reply = client.json(path, body);
    assert!(matches!(reply.status, 200 | 201), "{path} {body}: {} {}", reply.status, reply.body);
    reply.json()
}

/// Sends a form with the token of its session.
fn send(client: &Client<'_>, path: &str, form: &str) -> Reply {
    client.form(path, &format!("{form}&csrf={}", client.csrf()))
}

#[test]
fn everything_of_a_movie_can_be_set_changed_and_taken_off() {
    let folder = site();
    let token = folder.token("bob");
    let server = folder.serve(&[]);
    let bob = server.bearer(&token);
    assert_eq!(mine(&bob, 1), json!({"rating": null, "watchlist": false, "seen": [], "note": null, "lists": []}));
    assert_eq!(set(&bob, "/mine/rating/1", &json!({"rating": 8}))["mine"]["rating"], 8);
    assert_eq!(set(&bob, "/mine/rating/1", &json!({"rating": "9"}))["mine"]["rating"], 9);
    set(&bob, "/mine/watchlist/1", &json!({"on": true}));
    for date in [json!("2024-05-31"), json!(""), json!("2023-01-02"), json!("2024-05-31"), Value::Null] {
        set(&bob, "/mine/seen/1", &json!({"date": date}));
    }
    set(&bob, "/mine/note/1", &json!({"note": " saw it\r\ntwice "}));
    let kept = mine(&bob, 1);
    assert_eq!(
        (&kept["rating"], &kept["watchlist"], &kept["note"]),
        (&json!(9), &json!(true), &json!("saw it\ntwice"))
    );
    let dates: Vec<&Value> = kept["seen"].as_array().unwrap().iter().map(|seen| &seen["date"]).collect();
    let seen = [&json!("2024-05-31"), &json!("2024-05-31"), &json!("2023-01-02"), &Value::Null, &Value::Null];
    assert_eq!(dates, seen, "two viewings on one day are two");
    let first = kept["seen"][0]["id"].clone();
    let carl = folder.token("carl");
    let taken = server.bearer(&carl).json("/mine/seen/1/delete", &json!({"viewing": first}));
    assert_eq!(taken.status, 404, "it is somebody else's");
    set(&bob, "/mine/seen/1/delete", &json!({"viewing": first}));
    assert_eq!(bob.json("/mine/seen/1/delete", &json!({"viewing": first})).status, 404);
    for (path, body) in
        [("rating", json!({"rating": null})), ("watchlist", json!({"on": false})), ("note", json!({"note": ""}))]
    {
        set(&bob, &format!("/mine/{path}/1"), &body);
    }
    let kept = mine(&bob, 1);
    assert_eq!((&kept["rating"], &kept["watchlist"], &kept["note"]), (&Value::Null, &json!(false), &Value::Null));
    assert_eq!(kept["seen"].as_array().unwrap().len(), 4);
    assert_eq!(bob.json("/mine/rating/99", &json!({"rating": 8})).status, 404);
    assert_eq!(bob.json("/mine/rating/x", &json!({"rating": 8})).status, 404);
}

#[test]
fn forms_lead_back_and_the_page_shows_what_is_kept() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let (bob, nobody) = (server.signed_in("bob"), server.nobody().with("accept", "text/html"));
    for (path, form) in [
        ("/mine/rating/1", "rating=8"),
        ("/mine/watchlist/1", "on=true"),
        ("/mine/seen/1", "date=2024-05-31"),
        ("/mine/note/1", "note=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%3C%2Ftextarea%3E"),
    ] {
        let reply = send(&bob, path, &format!("{form}&next=/movie/1%23yours"));
        assert_eq!((reply.status, reply.header("location")), (303, Some("/movie/1?notice=saved#yours")), "{path}");
        let foreign = send(&bob, path, &format!("{form}&next=//evil.example"));
        assert_eq!((foreign.status, foreign.header("location")), (303, Some("/movie/1?notice=saved")), "{path}");
    }
    let page = bob.get("/movie/1").body;
    assert!(page.contains("id=\"rating-8\" value=\"8\" checked"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;/textarea&gt;"));
    assert!(page.contains("name=\"on\" value=\"false\"") && page.contains("name=\"viewing\""));
    assert!(page.contains("1 person here: 8.0"));
    let other = nobody.get("/movie/1").body;
    assert!(!other.contains("alert(1)") && !other.contains("/mine/rating/1") && other.contains("1 person here: 8.0"));
    for path in ["/mine", "/mine/ratings", "/mine/watchlist", "/mine/seen", "/mine/notes"] {
        let page = bob.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("Star Wars") || path == "/mine", "{path}");
        assert!(!page.body.contains("<script>alert"), "{path}");
        assert_eq!(nobody.get(path).status, 303, "{path} is for who is signed in, also with --public");
    }
    let json = bob.clone().with("accept", "application/json");
    assert_eq!(json.get("/mine/ratings").json()["movies"][0]["mine"]["rating"], 8);
    assert_eq!(json.get("/mine/seen").json()["movies"][0]["mine"]["date"], "2024-05-31");
    assert_eq!(json.get("/mine/notes?p=2").json()["movies"], json!([]));
    assert_eq!(json.get("/mine").json()["taste"]["ratings"], json!([0, 0, 0, 0, 0, 0, 0, 1, 0, 0]));
    for (query, status) in [("p=0", 422), ("p=x", 400), ("p=4294967295", 200), ("p=", 200)] {
        assert_eq!(json.get(&format!("/mine/ratings?{query}")).status, status, "{query}");
    }
}

#[test]
fn a_change_must_be_meant_and_in_bounds() {
    let folder = site();
    let token = folder.token("bob");
    let server = folder.serve(&[]);
    let (bob, browser) = (server.bearer(&token), server.signed_in("bob"));
    for path in ["/mine/rating/1", "/mine/watchlist/1", "/mine/seen/1", "/mine/note/1", "/lists", "/account/delete"] {
        assert_eq!(browser.form(path, "rating=8&on=true&date=&note=x&name=x&password=x").status, 403, "{path}");
        let foreign = browser.clone().with("origin", "https://evil.example");
        assert_eq!(send_as(&foreign, &browser, path).status, 403, "{path}");
        assert_eq!(server.nobody().with("accept", "application/json").form(path, "rating=8").status, 401, "{path}");
    }
    let csv = browser.send("POST", "/mine/import", "text/csv", b"Const,Your Rating\ntt0076759,8\n");
    assert_eq!(csv.status, 403, "a file without the token");
    let far = "9999-01-01";
    for (path, body) in [
        ("/mine/rating/1", json!({"rating": 0})),
        ("/mine/rating/1", json!({"rating": 11})),
        ("/mine/rating/1", json!({"rating": 7.5})),
        ("/mine/rating/1", json!({"rating": "x"})),
        ("/mine/rating/1", json!({"rating": [1]})),
        ("/mine/rating/1", json!({})),
        ("/mine/watchlist/1", json!({"on": "maybe"})),
        ("/mine/seen/1", json!({"date": far})),
        ("/mine/seen/1", json!({"date": "1887-12-31"})),
        ("/mine/seen/1", json!({"date": "2023-02-29"})),
        ("/mine/seen/1/delete", json!({"viewing": "x"})),
        ("/mine/note/1", json!({"note": "é".repeat(10_001)})),
        ("/lists", json!({"name": ""})),
        ("/lists", json!({"name": "é".repeat(101)})),
        ("/lists", json!({"name": "x", "description": "é".repeat(2_001)})),
        ("/lists", json!({"name": "x", "public": "perhaps"})),
        ("/mine/list/1", json!({"list": "x"})),
    ] {
        let reply = bob.json(path, &body);
        assert_eq!(reply.status, 422, "{path} {:.60}", body.to_string());
        assert!(reply.json()["error"]["fields"].is_object(), "{path}");
    }
    assert_eq!(bob.json("/mine/note/1", &json!({"note": "é".repeat(10_000)})).status, 200);
    assert_eq!(mine(&bob, 1)["rating"], Value::Null);
    let again = send(&browser, "/lists", "name=&description=kept+text");
    assert_eq!(again.status, 422);
    assert!(again.body.contains("aria-invalid") && again.body.contains("kept text"));
}

fn send_as(foreign: &Client<'_>, own: &Client<'_>, path: &str) -> Reply {
    foreign.form(path, &format!("rating=8&on=true&date=&note=x&name=x&password=x&csrf={}", own.csrf()))
}

#[test]
fn the_mean_of_this_sites_people_is_seen_at_once_and_nothing_else_of_them() {
    let folder = site();
    let (anna, bob) = (folder.token("anna"), folder.token("bob"));
    let server = folder.serve(&["--public"]);
    let (anna, bob) = (server.bearer(&anna), server.bearer(&bob));
    let nobody = server.nobody().with("accept", "application/json");
    let page = server.nobody().with("accept", "text/html");
    let carl = server.signed_in("carl");
    assert_eq!(nobody.get("/movie/1").json()["site_rating"], Value::Null);
    assert!(nobody.get("/movie/1").json().get("mine").is_none());
    for (client, rating, mean, count) in [(&anna, 7, 7.0, 1), (&bob, 8, 7.5, 2), (&anna, 10, 9.0, 2)] {
        for _ in 0..3 {
            nobody.get("/movie/1");
            page.get("/movie/1");
            carl.get("/movie/1");
        }
        set(client, "/mine/rating/1", &json!({"rating": rating}));
        assert_eq!(nobody.get("/movie/1").json()["site_rating"], json!({"average": mean, "count": count}));
        for page in [page.get("/movie/1").body, carl.get("/movie/1").body] {
            assert!(page.contains(&format!("{mean:.1}</span>")), "{page}");
        }
    }
    set(&bob, "/mine/note/1", &json!({"note": "a secret of bob"}));
    for _ in 0..2 {
        for client in [&anna, &carl, &page] {
            assert!(!client.get("/movie/1").body.contains("a secret of bob"), "also admins do not read it");
        }
        assert!(bob.get("/movie/1").body.contains("a secret of bob"));
    }
    let token = |body: &str| body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let dave = server.signed_in("bob");
    assert!(dave.get("/movie/1").body.contains("a secret of bob"));
    assert_ne!(token(&dave.get("/movie/1").body), token(&carl.get("/movie/1").body));
    assert!(carl.get("/movie/1").body.contains("Signed in as carl"));
    folder.ok(&["user", "remove", "bob"]);
    assert_eq!(nobody.get("/movie/1").json()["site_rating"], json!({"average": 10.0, "count": 1}), "another process");
    set(&anna, "/mine/rating/1", &json!({"rating": null}));
    assert_eq!(nobody.get("/movie/1").json()["site_rating"], Value::Null);
}

#[test]
fn lists_have_an_order_and_an_owner() {
    let folder = site();
    let (anna, bob) = (folder.token("anna"), folder.token("bob"));
    let server = folder.serve(&["--public"]);
    let (anna, bob) = (server.bearer(&anna), server.bearer(&bob));
    let nobody = server.nobody().with("accept", "application/json");
    let made = bob.json("/lists", &json!({"name": "<b>Best</b>", "description": "d"}));
    assert_eq!((made.status, made.header("location")), (201, Some("/list/1")));
    assert_eq!(made.json()["public"], false);
    for movie in [1, 2, 3, 1] {
        set(&bob, "/list/1/movies", &json!({"movie": movie}));
    }
    let order = |client: &Client<'_>| client.get("/list/1").titles();
    assert_eq!(order(&bob), ["Star Wars", "Alien", "Solaris"]);
    set(&bob, "/list/1/movies", &json!({"movie": 3, "position": 1}));
    set(&bob, "/mine/list/5", &json!({"list": 1, "position": 2}));
    assert_eq!(order(&bob), ["Solaris", "Twins", "Star Wars", "Alien"]);
    set(&bob, "/list/1/movies", &json!({"movie": 3, "position": 99}));
    set(&bob, "/mine/list/1", &json!({"list": 1, "on": false}));
    assert_eq!(order(&bob), ["Twins", "Alien", "Solaris"]);
    assert_eq!(mine(&bob, 2)["lists"], json!([{"id": 1, "name": "<b>Best</b>"}]));
    for client in [&anna, &nobody] {
        assert_eq!(client.get("/list/1").status, 404, "a private list is not found");
        assert!(!client.get("/lists").body.contains("Best"));
    }
    set(&bob, "/list/1", &json!({"public": true}));
    for client in [&anna, &nobody] {
        assert_eq!(client.get("/list/1").json()["owner"], "bob");
        assert_eq!(client.get("/lists").json()["others"][0]["name"], "<b>Best</b>");
    }
    for (path, body) in [
        ("/list/1", json!({"name": "mine now"})),
        ("/list/1/delete", json!({})),
        ("/list/1/movies", json!({"movie": 1})),
        ("/list/1/movies", json!({"movie": 2, "on": false})),
        ("/mine/list/1", json!({"list": 1})),
    ] {
        assert_eq!(anna.json(path, &body).status, 404, "{path}: it is somebody else's");
    }
    assert_eq!(order(&bob), ["Twins", "Alien", "Solaris"]);
    let browser = server.signed_in("bob");
    let page = browser.get("/list/1").body;
    assert!(page.contains("&lt;b&gt;Best&lt;/b&gt;") && !page.contains("<b>Best"));
    assert!(browser.get("/movie/2").body.contains("&lt;b&gt;Best&lt;/b&gt;"));
    let hidden = send(&browser, "/list/1", "name=Best&description=");
    assert_eq!((hidden.status, nobody.get("/list/1").status), (303, 404), "a form without the tick hides it");
    assert_eq!(bob.json("/list/1/movies", &json!({"movie": 99})).status, 404);
    assert_eq!(bob.json("/list/1/movies", &json!({"movie": 1, "position": 0})).status, 422);
    let moved = send(&browser, "/list/1/movies", "movie=2&position=1&next=/list/1?p=1");
    assert_eq!((moved.status, moved.header("location")), (303, Some("/list/1?p=1")));
    let made = send(&browser, "/lists", "name=Second&public=true");
    assert_eq!((made.status, made.header("location")), (303, Some("/list/2")));
    assert_eq!(send(&browser, "/list/1/delete", "").header("location"), Some("/lists?notice=list-deleted"));
    assert_eq!(bob.get("/list/1").status, 404);
    assert_eq!(nobody.get("/list/x").status, 404);
}

/// Fills an account with things of every kind.
fn fill(client: &Client<'_>) {
    for (movie, rating) in [(1, 10), (2, 7), (3, 1), (4, 9), (7, 4)] {
        set(client, &format!("/mine/rating/{movie}"), &json!({"rating": rating}));
    }
    for movie in [2, 5, 6, 7] {
        set(client, &format!("/mine/watchlist/{movie}"), &json!({"on": true}));
    }
    for (movie, date) in [(1, "2020-02-29"), (1, "2024-05-31"), (1, ""), (3, ""), (7, "1999-12-31")] {
        set(client, &format!("/mine/seen/{movie}"), &json!({"date": date}));
    }
}

fn upload(client: &Client<'_>, csv: &str) -> Value {
    let reply = client.send("POST", "/mine/import", "text/csv", csv.as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// What is kept of each movie, without the numbers of viewings.
fn all_of(client: &Client<'_>) -> Vec<Value> {
    let of = |id| {
        let kept = mine(client, id);
        let dates: Vec<&Value> = kept["seen"].as_array().unwrap().iter().map(|seen| &seen["date"]).collect();
        json!({"rating": kept["rating"], "watchlist": kept["watchlist"], "seen": dates})
    };
    (1..8).map(of).collect()
}

#[test]
fn what_is_exported_is_the_same_in_another_account() {
    let folder = site();
    let (bob, carl) = (folder.token("bob"), folder.token("carl"));
    let server = folder.serve(&[]);
    let (bob, carl) = (server.bearer(&bob), server.bearer(&carl));
    fill(&bob);
    let file = |name: &str| {
        let reply = bob.get(&format!("/mine/export/{name}"));
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")), "{name}");
        assert!(reply.header("content-disposition").unwrap().starts_with("attachment"), "{name}");
        reply.body
    };
    let imdb = file("imdb.csv");
    assert!(imdb.starts_with("Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"));
    assert!(imdb.contains("\"Say \"\"Hi\"\", Amélie\""), "{imdb}");
    let letterboxd = file("letterboxd.csv");
    assert!(letterboxd.starts_with("Date,Name,Year,Letterboxd URI,Rating\n") && letterboxd.contains(",3.5\n"));
    for (name, rows) in [("imdb.csv", 5), ("letterboxd.csv", 5), ("diary.csv", 5), ("watchlist.csv", 4)] {
        let first = upload(&carl, &file(name));
        let set = if name == "letterboxd.csv" { 0 } else { rows };
        assert_eq!(
            (&first["read"], &first["set"], &first["rejected"]),
            (&json!(rows), &json!(set), &json!([])),
            "{name}"
        );
        let second = upload(&carl, &file(name));
        assert_eq!((&second["set"], &second["unchanged"]), (&json!(0), &json!(rows)), "{name}");
    }
    assert_eq!(all_of(&bob), all_of(&carl));
    assert_eq!(bob.get("/mine/export/diary.csv").body, carl.get("/mine/export/diary.csv").body);
    let everything: Value = serde_json::from_str(&file("everything.json")).unwrap();
    assert_eq!(everything["ratings"].as_array().unwrap().len(), 5);
    assert_eq!(bob.get("/mine/export/passwd").status, 404);
    // Letterboxd knows no directors: of two twins it cannot tell which.
    let anna = folder.token("anna");
    let anna = server.bearer(&anna);
    let ratings = upload(&anna, &letterboxd);
    assert_eq!((&ratings["set"], &ratings["rejected"]), (&json!(5), &json!([])));
    let watchlist =
        anna.send("POST", "/mine/import?kind=watchlist", "text/csv", file("letterboxd-watchlist.csv").as_bytes());
    let watchlist = watchlist.json();
    assert_eq!((&watchlist["set"], watchlist["rejected"].as_array().unwrap().len()), (&json!(2), 2));
    assert!(watchlist["rejected"][0]["reason"].as_str().unwrap().starts_with("ambiguous"));
    let without =
        |mut all: Vec<Value>, field: &str| -> Vec<Value> { all.iter_mut().map(|kept| kept[field].take()).collect() };
    assert_eq!(without(all_of(&anna), "rating"), without(all_of(&bob), "rating"));
}

#[test]
fn a_diary_with_bad_lines_tells_each_and_keeps_the_rest() {
    let folder = site();
    let token = folder.token("bob");
    let server = folder.serve(&[]);
    let bob = server.bearer(&token);
    let diary = "\u{feff}Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n\
        2024-01-02,Star Wars,1977,https://boxd.it/abc,4.5,,,2024-01-01\r\n\
        2024-01-03,Star Wars,1977,https://boxd.it/abd,4,Yes,,2024-01-03\r\n\
        2024-01-04,\"Nobody\nknows this\",1999,,3,,,2024-01-04\r\n\
        2024-01-05,Alien,1980,,,,,2024-01-05\r\n\
        2024-01-06,Twins,1988,,5,,,2024-01-06\r\n\
        2024-01-07,Solaris,,,5,,,2024-01-07\r\n\
        2024-01-08,Alien,1979,,9,,,2024-01-08\r\n\
        2024-01-09,Alien,1979,,4,,,2024-02-30\r\n\
        2024-01-10,Alien,1979,,4,,,9999-01-01\r\n\
        2024-01-11,,1979,,4,,,2024-01-11\r\n\
        2024-01-12,Солярис,1972,,2.5,,,2024-01-12\r\n\
        2024-01-13,Alien,1990,,2.5,,,2024-01-13\r\n";
    let done = upload(&bob, diary);
    assert_eq!(
        (&done["kind"], &done["read"], &done["set"], &done["not_found"]),
        (&json!("diary"), &json!(12), &json!(5), &json!(2))
    );
    let rejected: Vec<(u64, &str)> = done["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["reason"].as_str().unwrap().split(':').next().unwrap()))
        .collect();
    assert_eq!(
        rejected,
        [
            (4, "not found"),
            (7, "ambiguous"),
            (8, "ambiguous"),
            (10, "bad date"),
            (11, "bad date"),
            (12, "no title"),
            (14, "not found")
        ]
    );
    assert_eq!(mine(&bob, 1)["rating"], 8, "what was thought last");
    assert_eq!(mine(&bob, 1)["seen"].as_array().unwrap().len(), 2);
    assert_eq!(done["partial"], json!([{"line": 9, "title": "Alien", "reason": "bad rating"}]));
    assert_eq!(mine(&bob, 2)["seen"][0]["date"], "2024-01-08", "a bad rating does not cost the viewing");
    assert_eq!(mine(&bob, 2)["seen"][1]["date"], "2024-01-05", "a year beside it, and no other Alien");
    assert_eq!(mine(&bob, 3)["rating"], 5, "by its original title");
    set(&bob, "/mine/rating/1", &json!({"rating": 3}));
    let again = upload(&bob, diary);
    assert_eq!((&again["set"], &again["unchanged"]), (&json!(0), &json!(5)));
    assert_eq!(mine(&bob, 1)["rating"], 3, "an old diary does not overrule what is thought now");
    let series = "Const,Your Rating,Date Rated,Title,Title Type,Year\ntt9999999,8,2024-01-01,Alien,TV Episode,1979\ntt9999998,8,2024-01-01,Alien,Movie,1979\n";
    let done = upload(&bob, series);
    assert_eq!((&done["set"], &done["rejected"][0]["line"]), (&json!(1), &json!(2)), "an episode is not the film");
    for bad in ["", "a,b\n1,2\n", "Date,Name,Year,Letterboxd URI\n2024-01-01,Alien,1979,\n"] {
        assert_eq!(bob.send("POST", "/mine/import", "text/csv", bad.as_bytes()).status, 422, "{bad:?}");
    }
    let binary: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    assert_eq!(bob.send("POST", "/mine/import", "text/csv", &binary).status, 422);
    assert_eq!(bob.send("POST", "/mine/import", "text/plain", b"x").status, 415);
    assert_eq!(bob.send("POST", "/mine/import", "text/csv", &vec![b'x'; 11 << 20]).status, 413);
}

#[test]
fn a_file_comes_by_form_too() {
    let folder = site();
    let server = folder.serve(&[]);
    let bob = server.signed_in("bob");
    let form = |name: &str, csv: &str, kind: &str| {
        let csrf = bob.csrf();
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{csv}\r\n--x--\r\n"
        )
    };
    let send = |body: String| bob.send("POST", "/mine/import", "multipart/form-data; boundary=x", body.as_bytes());
    let csv = "Date,Name,Year,Letterboxd URI\n2024-01-01,Alien,1979,\n2024-01-01,<b>None</b>,1979,\n";
    let done = send(form("watchlist.csv", csv, ""));
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(
        done.body.contains("1 set something new") && done.body.contains("&lt;b&gt;None&lt;/b&gt;"),
        "{}",
        done.body
    );
    let unclear = send(form("films.csv", csv, ""));
    assert_eq!(unclear.status, 422);
    assert!(unclear.body.contains("Please say what they are"));
    assert_eq!(send(form("films.csv", csv, "watched")).status, 200);
    let json = bob.clone().with("accept", "application/json");
    assert_eq!(mine(&json, 2)["watchlist"], true);
    assert_eq!(mine(&json, 2)["seen"].as_array().unwrap().len(), 1);
    for bad in ["", "--x", "--y\r\n\r\n--y--", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\u{0}"] {
        assert!(matches!(send(bad.to_owned()).status, 400 | 403), "{bad:?}");
    }
    assert!(bob.get("/mine/import").body.contains("enctype=\"multipart/form-data\""));
}

fn rows(folder: &Folder, name: &str) -> Value {
    // What an account leaves is told by a copy of the database, as an operator sees it.
    let path = folder.path(name);
    folder.ok(&["backup", path.to_str().unwrap()]);
    let bytes = std::fs::read(path).unwrap();
    json!(bytes.windows(14).filter(|window| *window == b"bob was here!!").count())
}

#[test]
fn leaving_leaves_nothing() {
    let folder = site();
    let (bob, carl) = (folder.token("bob"), folder.token("carl"));
    let server = folder.serve(&["--public"]);
    let (api, other) = (server.bearer(&bob), server.bearer(&carl));
    fill(&api);
    fill(&other);
    set(&api, "/mine/note/1", &json!({"note": "bob was here!!"}));
    set(&api, "/lists", &json!({"name": "bob was here!!", "public": true}));
    set(&api, "/list/1/movies", &json!({"movie": 1}));
    assert_ne!(rows(&folder, "before.db"), 0);
    let browser = server.signed_in("bob");
    assert_eq!(send(&browser, "/account/delete", "password=").status, 422);
    let wrong = send(&browser, "/account/delete", "password=another+password");
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("The password is wrong"));
    assert_eq!(server.nobody().get("/movie/1").status, 200);
    let left = send(&browser, "/account/delete", &format!("password={}", PASSWORD.replace(' ', "+")));
    assert_eq!((left.status, left.header("location")), (303, Some("/?notice=account-deleted")), "{}", left.body);
    assert!(left.headers.iter().any(|(name, value)| name == "set-cookie" && value.contains("Max-Age=0")));
    assert_eq!((browser.get("/mine").status, api.get("/mine").status), (303, 401));
    assert_eq!(other.get("/list/1").status, 404);
    assert_eq!(other.get("/movie/1").json()["site_rating"], json!({"average": 10.0, "count": 1}));
    assert_eq!(all_of(&other)[0]["rating"], 10, "others keep theirs");
    assert_eq!(rows(&folder, "after.db"), 0);
    assert_eq!(counted(&folder), [5, 4, 5, 0, 0, 0]);
    let admin = server.signed_in("anna");
    let last = send(&admin, "/account/delete", &format!("password={}", PASSWORD.replace(' ', "+")));
    assert_eq!(last.status, 403);
    assert!(last.body.contains("You are the last admin"));
    assert_eq!(admin.get("/admin").status, 200);
    folder.ok(&["check"]);
}

/// The rows of each table of personal things.
fn counted(folder: &Folder) -> [i64; 6] {
    let db = rusqlite::Connection::open(folder.path("fmdb.db")).unwrap();
    ["ratings", "watchlist", "viewings", "notes", "lists", "list_movies"]
        .map(|table| db.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0)).unwrap())
}

#[test]
fn a_deleted_movie_takes_what_was_kept_of_it() {
    let folder = site();
    let (anna, bob) = (folder.token("anna"), folder.token("bob"));
    let server: Server = folder.serve(&[]);
    let bob = server.bearer(&bob);
    fill(&bob);
    set(&bob, "/lists", &json!({"name": "x"}));
    set(&bob, "/list/1/movies", &json!({"movie": 1}));
    assert_eq!(server.bearer(&anna).delete("/manage/delete/1").status, 200);
    assert_eq!(bob.get("/movie/1").status, 404);
    assert_eq!(bob.get("/list/1").json()["count"], 0);
    assert_eq!(counted(&folder), [4, 4, 2, 0, 1, 0]);
    assert_eq!(bob.get("/mine").json()["ratings"], 4);
}
