//! Who may come in, how they are known, and what keeps others out.

use serde_json::json;

use crate::fmdb::{Folder, PASSWORD, one_error_line};

const FORM: &str = "username=bob&password=correct+horse+battery+staple";

#[test]
fn the_first_admin_is_made_by_the_link_once() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let link = server.setup_link();
    let path = link.strip_prefix(&server.address).unwrap().to_owned();
    let token = path.split("token=").nth(1).unwrap().to_owned();
    let browser = server.nobody().with("accept", "text/html");
    assert_eq!(browser.get("/setup?token=wrong").status, 403);
    assert_eq!(browser.get(&path).status, 200);
    let weak = browser.form("/setup", &format!("token={token}&username=anna&password=short"));
    assert_eq!(weak.status, 422);
    let made = browser.form("/setup", &format!("token={token}&{FORM}"));
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(browser.with("cookie", &made.cookie()).get("/admin").status, 200);
    let again = server.nobody().form("/setup", &format!("token={token}&username=eve&password=another+password"));
    assert_eq!(again.status, 403);
    let database: Vec<u8> = ["fmdb.db", "fmdb.db-wal"]
        .iter()
        .flat_map(|name| std::fs::read(folder.path(name)).unwrap_or_default())
        .collect();
    let secret = made.cookie().split_once('=').unwrap().1.to_owned();
    for secret in [secret.as_str(), token.as_str(), PASSWORD] {
        assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    assert!(!server.log().contains(&token) && !server.log().contains(PASSWORD));
}

#[test]
fn sessions_begin_anew_and_end_at_sign_out() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    let server = folder.serve(&[]);
    let browser = server.nobody().with("accept", "text/html");
    assert_eq!(browser.get("/listing?q=a").header("location"), Some("/signin?next=%2Flisting%3Fq%3Da"));
    assert_eq!(server.nobody().with("accept", "application/json").get("/listing").status, 401);
    let first = browser.form("/signup", FORM);
    assert_eq!(first.status, 303, "{}", first.body);
    let second = browser.form("/signin", &format!("{FORM}&next=/listing?q=one"));
    assert_eq!((second.status, second.header("location").unwrap().starts_with("/listing?q=one")), (303, true));
    assert_ne!(first.cookie(), second.cookie());
    let set = second.headers.iter().find(|(name, value)| name == "set-cookie" && value.contains("session")).unwrap();
    assert!(set.1.contains("HttpOnly") && set.1.contains("SameSite=Lax") && set.1.contains("Path=/"), "{}", set.1);
    let bob = server.nobody().with("accept", "text/html").with("cookie", &second.cookie());
    assert_eq!(bob.get("/listing").status, 200);
    assert_eq!(bob.get("/admin").status, 403);
    assert_eq!(bob.form("/signout", "").status, 403, "without the token of the session");
    assert_eq!(bob.form("/signout", &format!("csrf={}", bob.csrf())).status, 303);
    assert_eq!(bob.get("/listing").status, 303, "the cookie no longer counts");
}

#[test]
fn a_change_must_be_meant() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    let csrf = anna.csrf();
    assert_eq!(anna.form("/manage/add", "movie_name=Two").status, 403);
    assert_eq!(anna.form("/manage/add", "movie_name=Two&csrf=wrong").status, 403);
    assert_eq!(anna.delete("/manage/delete/1").status, 403);
    let foreign = anna.clone().with("origin", "https://evil.example");
    assert_eq!(foreign.form("/manage/add", &format!("movie_name=Two&csrf={csrf}")).status, 403);
    let cross = anna.clone().with("sec-fetch-site", "cross-site");
    assert_eq!(cross.form("/signin", FORM).status, 403);
    let added = anna.form("/manage/add", &format!("movie_name=Two&next=/admin&csrf={csrf}"));
    assert_eq!((added.status, added.header("location").unwrap().starts_with("/admin")), (303, true));
    let again = anna.form("/manage/add", &format!("movie_name=&imdb_score=12&csrf={csrf}"));
    assert_eq!(again.status, 422);
    assert!(again.body.contains("aria-invalid") && again.body.contains("value=\"12\""));
    assert_eq!(anna.clone().with("x-csrf-token", &csrf).delete("/manage/delete/2").status, 200);
    let next = anna.form("/manage/delete/1", &format!("csrf={csrf}&next=//evil.example"));
    assert_eq!((next.status, next.header("location").unwrap().contains("evil")), (303, false));
}

#[test]
fn next_leads_only_to_own_paths() {
    let folder = Folder::new();
    folder.add_user("bob", false);
    let server = folder.serve(&[]);
    let browser = server.nobody().with("accept", "text/html");
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
    ] {
        let reply = browser.form("/signin", &format!("{FORM}&next={next}"));
        let location = reply.header("location").unwrap();
        assert!(location.starts_with('/') && !location.contains("evil"), "{next}: {location}");
    }
}

#[test]
fn guessing_is_limited_and_others_do_not_feel_it() {
    let folder = Folder::new();
    folder.add_user("anna", false);
    folder.add_user("bob", false);
    let server = folder.serve(&[]);
    let browser = server.nobody().with("accept", "text/html");
    let statuses: Vec<u16> =
        (0..12).map(|n| browser.form("/signin", &format!("username=anna&password=wrong+number+{n}")).status).collect();
    assert!(statuses.contains(&429) && statuses[0] != 429, "{statuses:?}");
    let blocked = browser.form("/signin", "username=anna&password=correct+horse+battery+staple");
    assert_eq!(blocked.status, 429);
    assert!(blocked.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(browser.form("/signin", FORM).status, 303);
    let elsewhere = browser.with("x-forwarded-for", "203.0.113.9");
    assert_eq!(elsewhere.form("/signin", "username=anna&password=correct+horse+battery+staple").status, 303);
}

#[test]
fn sign_up_can_be_closed_and_has_rules() {
    let folder = Folder::new();
    let open = folder.serve(&[]);
    let browser = open.nobody().with("accept", "text/html");
    for (form, field) in [
        ("username=bob&password=1234567", "password"),
        ("username=bob&password=password123", "password"),
        ("username=&password=long+enough+words", "username"),
    ] {
        let reply = browser.form("/signup", form);
        assert_eq!(reply.status, 422, "{form}");
        assert!(reply.body.contains(&format!("id=\"{field}-error\"")), "{form}");
    }
    assert_eq!(browser.form("/signup", FORM).status, 303);
    assert_eq!(browser.form("/signup", &FORM.replace("bob", "BOB")).status, 422, "the name is taken");
    drop(open);
    let closed = folder.serve(&["--signup", "closed"]);
    let browser = closed.nobody().with("accept", "text/html");
    assert!(!browser.get("/").body.contains("/signup"));
    assert_eq!(browser.form("/signup", &FORM.replace("bob", "eve")).status, 403);
}

#[test]
fn tokens_act_for_their_account_until_revoked() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    let (anna, bob) = (folder.token("anna"), folder.token("bob"));
    let server = folder.serve(&[]);
    assert_eq!(server.bearer(&bob).get("/listing").status, 200);
    assert_eq!(server.bearer(&bob).json("/manage/add", &json!({"movie_name": "Two"})).status, 403);
    assert_eq!(server.bearer(&anna).json("/manage/add", &json!({"movie_name": "Two"})).status, 201);
    assert_eq!(server.bearer("fmdb_wrong").get("/").status, 401);
    folder.ok(&["user", "role", "bob", "admin"]);
    assert_eq!(server.bearer(&bob).get("/admin").status, 200);
    folder.ok(&["token", "revoke", "2"]);
    assert_eq!(server.bearer(&bob).get("/listing").status, 401);
    folder.ok(&["user", "remove", "anna"]);
    assert_eq!(server.bearer(&anna).get("/listing").status, 401);
    let output = folder.run_with(&["user", "add", "carl", "--password-stdin"], b"short\n");
    assert!(one_error_line(&output).contains("at least 8 characters"));
}
