//! What the server remembers between requests: who asked, and the answers. None of it may ever be seen from outside,
//! except by its speed.

use serde_json::json;

use crate::fmdb::{Client, Folder};

const MOVIES: &str = r#"[{"title":"Star Wars","director":"George Lucas","year":1977,"genres":["Action"],"score":8.8},
    {"title":"Alien","director":"Ridley Scott","year":1979,"genres":["Horror"],"score":8.5}]"#;

/// Asks often enough that everything that may be kept is.
fn warm(client: &Client<'_>, path: &str) {
    for _ in 0..3 {
        assert_eq!(client.get(path).status, 200, "{path}");
    }
}

#[test]
fn who_may_no_longer_is_refused_at_once() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    folder.add_user("carl", false);
    let (bob, carl) = (folder.token("bob"), folder.token("carl"));
    let server = folder.serve(&[]);
    for token in [&bob, &carl] {
        warm(&server.bearer(token), "/listing");
        warm(&server.bearer(token), "/movie/1");
    }
    folder.ok(&["token", "revoke", "1"]);
    assert_eq!(server.bearer(&bob).get("/listing").status, 401, "a revoked token");
    let browser = server.signed_in("carl");
    warm(&browser, "/listing");
    assert_eq!(browser.get("/admin").status, 403);
    folder.ok(&["user", "role", "carl", "admin"]);
    assert_eq!(browser.get("/listing").status, 303, "a change of role ends sessions");
    assert_eq!(server.bearer(&carl).get("/admin").status, 200, "a token has the new role");
    folder.ok(&["user", "role", "carl", "user"]);
    assert_eq!(server.bearer(&carl).get("/admin").status, 403, "and the old one again");
    let browser = server.signed_in("carl");
    warm(&browser, "/listing");
    let form = format!("csrf={}", browser.csrf());
    assert_eq!(browser.form("/signout", &form).status, 303);
    assert_eq!(browser.get("/listing").status, 303, "a session that was ended here");
    let browser = server.signed_in("carl");
    warm(&browser, "/listing");
    folder.ok(&["user", "remove", "carl"]);
    assert_eq!(browser.get("/listing").status, 303, "a session of nobody");
    assert_eq!(server.bearer(&carl).get("/listing").status, 401, "a token of nobody");
}

#[test]
fn a_session_is_no_token_and_a_token_no_session() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("bob", false);
    let token = folder.token("bob");
    let server = folder.serve(&[]);
    warm(&server.bearer(&token), "/listing");
    let form = "username=bob&password=correct+horse+battery+staple";
    let cookie = server.nobody().with("accept", "text/html").form("/signin", form).cookie();
    let (name, secret) = cookie.split_once('=').unwrap();
    warm(&server.nobody().with("cookie", &cookie), "/listing");
    assert_eq!(server.bearer(secret).get("/listing").status, 401);
    let browser = server.nobody().with("accept", "text/html").with("cookie", &format!("{name}={token}"));
    assert_eq!(browser.get("/listing").status, 303);
}

#[test]
fn a_page_is_shown_to_each_visitor_as_their_own() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    folder.add_user("bob \"<&'", false);
    let server = folder.serve(&["--public"]);
    let anna = server.signed_in("anna");
    let bob = server.signed_in("bob \"<%26'");
    let nobody = server.nobody().with("accept", "text/html");
    let token = |page: &str| page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for encoding in ["gzip", "identity"] {
        for path in ["/listing", "/listing?q=star", "/", "/movie/1"] {
            for _ in 0..2 {
                let [anna, bob, nobody] =
                    [&anna, &bob, &nobody].map(|client| client.clone().with("accept-encoding", encoding).get(path));
                let [anna, bob, nobody] = [anna.body, bob.body, nobody.body];
                assert!(anna.contains("Signed in as anna") && anna.contains("href=\"/admin\""), "{path} {anna}");
                assert!(bob.contains("Signed in as bob &quot;&lt;&amp;'") && !bob.contains("anna"), "{path} {bob}");
                assert!(!bob.contains("href=\"/admin\"") && !anna.contains("bob &quot;"), "{path}");
                assert!(!nobody.contains("Signed in") && !nobody.contains("csrf"), "{path}");
                assert!(nobody.contains("/signin?next="), "{path}");
                assert_ne!(token(&anna), token(&bob), "{path}");
                assert_eq!((token(&anna).len(), token(&bob).len()), (86, 86), "{path}");
            }
        }
    }
    let form = format!("csrf={}", token(&bob.get("/listing").body));
    assert_eq!(anna.form("/signout", &form).status, 403, "the token is of another session");
    assert_eq!(bob.form("/signout", &form).status, 303, "and it counts in its own");
}

#[test]
fn an_edit_shows_at_once_in_every_answer() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let (api, browser) = (server.bearer(&token), server.signed_in("anna"));
    let mut title = "Star Wars".to_owned();
    for number in 1..6 {
        for client in [&api, &browser] {
            for path in ["/listing", "/movie/1", "/admin", "/", "/suggest?q=star"] {
                warm(client, path);
                assert!(client.get(path).body.contains(&title), "{path} {title}");
            }
        }
        title = format!("Star Wars number {number}");
        assert_eq!(api.json("/manage/update", &json!({"id": 1, "movie_name": title})).status, 200);
    }
    assert_eq!(api.delete("/manage/delete/1").status, 200);
    assert_eq!((api.get("/movie/1").status, api.get("/listing").json()["total"].as_u64()), (404, Some(1)));
    assert!(!browser.get("/listing").body.contains("Star Wars"));
}

#[test]
fn languages_and_forms_of_an_answer_are_not_mixed_up() {
    let folder = Folder::new();
    folder.load(MOVIES);
    let server = folder.serve(&["--public"]);
    let browser = server.nobody().with("accept", "text/html");
    for _ in 0..3 {
        for path in ["/listing", "/movie/1", "/"] {
            for (locale, more) in [("en", ""), ("de", ""), ("ar", ""), ("ja", "?lang=ja")] {
                let page = browser.clone().with("accept-language", locale).get(&format!("{path}{more}"));
                assert!(page.body.contains(&format!("<html lang=\"{locale}\"")), "{path} {locale}");
                assert_eq!(page.header("content-language"), Some(locale), "{path}");
                let is_chosen = page.headers.iter().any(|(name, value)| name == "set-cookie" && value.contains("lang"));
                assert_eq!(is_chosen, !more.is_empty(), "{path} {locale}");
            }
            let json = server.nobody().with("accept", "application/json").get(path);
            assert!(json.header("content-type").unwrap().starts_with("application/json"), "{path}");
            json.json();
        }
        let label = |locale| {
            let asked = browser.clone().with("accept-language", locale).get("/suggest?q=action&field=genre");
            asked.json()["suggestions"][0]["label"].clone()
        };
        assert_eq!((label("en"), label("ja")), (json!("Action"), json!("アクション")));
        let told = browser.get("/listing?notice=added").body;
        assert!(told.contains("banner done") && !browser.get("/listing").body.contains("banner done"));
        assert!(browser.get("/listing?p=1").body.contains("/listing?p=1&amp;lang=de"));
    }
}
