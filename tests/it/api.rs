//! The old app's requests with the contract's bodies, and what bad input gets.

use serde_json::json;

use crate::fmdb::{Folder, Server};

fn site() -> (Folder, Server, String) {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Star Wars","director":"George Lucas","year":1977,"genres":["Action","Adventure"],"score":8.8,"popularity":88}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    (folder, server, token)
}

#[test]
fn the_old_apps_six_requests() {
    let (_folder, server, token) = site();
    let admin = server.bearer(&token);
    let listing = admin.get("/listing").json();
    assert_eq!(
        (&listing["total"], &listing["page"], &listing["items"], &listing["pages"]),
        (&json!(1), &json!(1), &json!(50), &json!(1))
    );
    let movie = &listing["movies"][0];
    assert_eq!(movie["movie_name"], "Star Wars");
    assert_eq!((&movie["director"], &movie["directors"]), (&json!("George Lucas"), &json!(["George Lucas"])));
    assert_eq!((&movie["year"], &movie["imdb_score"], &movie["popularity"]), (&json!(1977), &json!(8.8), &json!(88.0)));
    assert_eq!(movie["original_title"], json!(null));
    assert_eq!(admin.get("/admin").json()["total"], 1);
    let added = admin.json(
        "/manage/add",
        &json!({"movie_name": "Fargo", "director": "Joel Coen, Ethan Coen", "popularity": "80.5", "chip_genres": "Crime, sci fi", "imdb_score": "8.1", "year": "1996"}),
    );
    assert_eq!(added.status, 201);
    let id = added.json()["id"].as_i64().unwrap();
    assert_eq!(added.header("location"), Some(format!("/movie/{id}").as_str()));
    assert_eq!(added.json()["genres"], json!(["Crime", "Sci-Fi"]));
    assert_eq!(added.json()["directors"], json!(["Joel Coen", "Ethan Coen"]));
    let updated = admin.json("/manage/update", &json!({"id": id.to_string(), "genres": ["Drama"], "imdb_score": 8}));
    assert_eq!(
        (updated.status, &updated.json()["genres"], &updated.json()["year"]),
        (200, &json!(["Drama"]), &json!(1996))
    );
    let form = admin.form("/manage/update", &format!("id={id}&movie_name=Fargo+2"));
    assert_eq!((form.status, &form.json()["movie_name"]), (200, &json!("Fargo 2")));
    assert_eq!(admin.get("/listing?name=fargo&director=coen&genre=Drama").json()["total"], 1);
    let deleted = admin.delete(&format!("/manage/delete/{id}"));
    assert_eq!(
        (deleted.status, deleted.json()),
        (
            200,
            json!({"deleted": id, "removed": {"ratings": 0, "notes": 0, "viewings": 0, "watchlists": 0, "lists": 0}})
        )
    );
    assert_eq!(admin.delete(&format!("/manage/delete/{id}")).status, 404);
}

#[test]
fn suggestions_have_the_contracts_shape() {
    let (_folder, server, token) = site();
    let suggestions = server.bearer(&token).get("/suggest?q=star+wa").json();
    assert_eq!(suggestions["q"], "star wa");
    let first = &suggestions["suggestions"][0];
    assert_eq!(
        (&first["kind"], &first["text"], &first["url"]),
        (&json!("title"), &json!("Star Wars"), &json!("/movie/1"))
    );
    assert_eq!((&first["year"], &first["director"]), (&json!(1977), &json!("George Lucas")));
    let director = server.bearer(&token).get("/suggest?q=lukas&field=director").json()["suggestions"][0].clone();
    assert_eq!((&director["kind"], &director["count"]), (&json!("director"), &json!(1)));
    let genre = server.bearer(&token).get("/suggest?q=act&field=genre").json()["suggestions"][0].clone();
    assert_eq!((&genre["text"], &genre["url"]), (&json!("Action"), &json!("/listing?genre=Action")));
}

#[test]
fn bad_input_has_its_status_and_names_the_field() {
    let (_folder, server, token) = site();
    let admin = server.bearer(&token);
    let add = |body| admin.json("/manage/add", &body);
    let out_of_bounds = add(json!({"movie_name": "X", "imdb_score": 11, "popularity": -1, "year": 1600}));
    assert_eq!(out_of_bounds.status, 422);
    let error = &out_of_bounds.json()["error"];
    assert_eq!(
        (&error["code"], &error["fields"]["imdb_score"]),
        (&json!("invalid"), &json!("must be between 0 and 10"))
    );
    assert!(error["fields"]["popularity"].is_string() && error["fields"]["year"].is_string());
    for (body, status) in [
        (json!({}), 422),
        (json!({"movie_name": "  "}), 422),
        (json!({"movie_name": "x".repeat(501)}), 422),
        (json!({"movie_name": "X", "director": "y".repeat(201)}), 422),
        (json!({"movie_name": "X", "imdb_score": "high"}), 422),
        (json!({"movie_name": {"a": 1}}), 422),
        (json!([1]), 400),
        (json!({"movie_name": "star wars", "director": "GEORGE LUCAS", "year": 1977}), 409),
    ] {
        assert_eq!(add(body.clone()).status, status, "{body}");
    }
    assert_eq!(admin.send("POST", "/manage/add", "application/json", b"{\"movie_name\":").status, 400);
    assert_eq!(admin.send("POST", "/manage/add", "text/csv", b"a,b").status, 415);
    assert_eq!(admin.send("POST", "/manage/add", "application/json", &vec![b' '; 3 << 20]).status, 413);
    assert_eq!(admin.json("/manage/update", &json!({"id": 999, "movie_name": "X"})).status, 404);
    assert!(matches!(admin.json("/manage/update", &json!({"movie_name": "X"})).status, 400 | 422));
    for (path, status) in [
        ("/listing?p=0", 422),
        ("/listing?items=201", 422),
        ("/listing?p=two", 400),
        ("/listing?year=abc", 400),
        ("/listing?sort=size", 400),
        ("/listing?q=%ff", 400),
        ("/suggest?q=a&limit=21", 422),
        ("/movie/0", 404),
        ("/movie/abc", 404),
        ("/movie/99999999999999999999", 404),
        ("/nowhere", 404),
    ] {
        let reply = admin.get(path);
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
        assert!(reply.json()["error"]["message"].is_string(), "{path}");
    }
    let method = admin.send("PUT", "/listing", "", b"");
    assert_eq!((method.status, method.header("allow").is_some()), (405, true));
}

#[test]
fn the_same_address_is_a_page_or_json() {
    let (_folder, server, token) = site();
    let page = server
        .nobody()
        .with("authorization", &format!("Bearer {token}"))
        .with("accept", "text/html")
        .get("/listing?name=star");
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(page.body.contains("Star Wars"));
    let json = server.bearer(&token).get("/listing?name=star");
    assert!(json.header("content-type").unwrap().starts_with("application/json"));
    let head = server.bearer(&token).send("HEAD", "/listing", "", b"");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let openapi = server.nobody().get("/api/openapi.json").json();
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(server.nobody().get("/healthz").status, 200);
    assert_eq!(server.nobody().get("/readyz").status, 200);
    assert!(server.nobody().get("/metrics").body.contains("# TYPE"));
}
