//! Guesses, forms of other sites, passwords and names: what keeps strangers out, and does not keep the owner out.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::{Value, json};

use crate::fmdb::{Client, Folder, PASSWORD, Reply, Server, eventually, one_error_line};

const RIGHT: &str = "correct+horse+battery+staple";

fn browser(server: &Server) -> Client<'_> {
    server.nobody().with("accept", "text/html")
}

fn sign_in(client: &Client<'_>, name: &str, password: &str) -> Reply {
    client.form("/signin", &format!("username={name}&password={password}"))
}

/// The cookie of known devices that a reply sets.
fn device(reply: &Reply) -> String {
    let set = reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
    let found = set.filter(|value| value.contains("fmdb_device=")).collect::<Vec<_>>();
    assert_eq!(found.len(), 1, "{:?}", reply.headers);
    assert!(found[0].contains("HttpOnly") && found[0].contains("SameSite=Lax"), "{}", found[0]);
    found[0].split(';').next().unwrap().to_owned()
}

/// Sends wrong passwords; gives how many were checked.
fn guesses(server: &Server, name: &str, count: u32, address: impl Fn(u32) -> String) -> usize {
    let tried = (0..count).map(|n| {
        let client = browser(server).with("x-forwarded-for", &address(n));
        let reply = sign_in(&client, name, &format!("wrong+number+{n}"));
        assert!(matches!(reply.status, 401 | 429), "{}", reply.body);
        if reply.status == 429 {
            assert!((1..=120).contains(&reply.header("retry-after").unwrap().parse::<u64>().unwrap()));
            assert!(
                reply.body.contains("Too many attempts") && reply.body.contains("signed in to this account before")
            );
        }
        reply.status
    });
    tried.filter(|status| *status == 401).count()
}

#[test]
fn guesses_are_limited_by_network_and_for_the_account_but_not_for_its_owner() {
    let folder = Folder::new();
    for name in ["anna", "bob", "carl"] {
        folder.add_user(name, false);
    }
    let server = folder.serve(&[]);
    let home = browser(&server).with("x-forwarded-for", "203.0.113.7");
    let known = device(&sign_in(&home, "anna", RIGHT));
    assert_eq!(guesses(&server, "bob", 20, |n| format!("2001:db8::{:x}", n + 1)), 10, "one /64 is one client");
    let mapped = |n| if n % 2 == 0 { "198.51.100.1".to_owned() } else { "::ffff:198.51.100.1".to_owned() };
    assert_eq!(guesses(&server, "carl", 20, mapped), 10, "IPv4 written as IPv6 is IPv4");
    assert_eq!(guesses(&server, "anna", 60, |n| format!("2001:db8:{:x}::1", n + 1)), 30, "wherever from");
    // Nobody who is not known gets in now; who signed in here before does, from any address.
    let elsewhere = browser(&server).with("x-forwarded-for", "203.0.113.99");
    assert_eq!(sign_in(&elsewhere, "anna", RIGHT).status, 429);
    let owner = elsewhere.clone().with("cookie", &known);
    assert_eq!(sign_in(&owner, "anna", "wrong+too").status, 401);
    assert_eq!(sign_in(&owner, "anna", RIGHT).status, 303);
    // The cookie is of one account, and nobody makes one up.
    assert_eq!(sign_in(&owner, "bob", RIGHT).status, 303);
    for forged in [format!("{known}x"), known.replace('=', "=A"), "fmdb_device=AAAA".to_owned()] {
        assert_eq!(sign_in(&elsewhere.clone().with("cookie", &forged), "anna", RIGHT).status, 429);
    }
    let guessed = (0..20).filter(|n| sign_in(&owner, "anna", &format!("stolen+cookie+{n}")).status == 401).count();
    assert_eq!(guessed, 10, "a known device has a budget, too");
    // A new password ends what the devices know.
    let changed = folder.run_with(&["user", "password", "anna", "--password-stdin"], b"another long password\n");
    assert!(changed.status.success());
    assert_eq!(sign_in(&owner, "anna", "another+long+password").status, 429);
}

#[test]
fn sign_ups_are_limited_by_network() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let made = (0..40).filter(|n| {
        let client = browser(&server).with("x-forwarded-for", &format!("2001:db8:9::{:x}", n + 1));
        let reply = client.form("/signup", &format!("username=new+{n}&password={RIGHT}"));
        assert!(matches!(reply.status, 303 | 429), "{}", reply.body);
        assert_eq!(reply.header("retry-after").is_some(), reply.status == 429);
        reply.status == 303
    });
    assert_eq!(made.count(), 30);
    let elsewhere = browser(&server).with("x-forwarded-for", "2001:db8:a::1");
    assert_eq!(elsewhere.form("/signup", &format!("username=elsewhere&password={RIGHT}")).status, 303);
}

#[test]
fn own_forms_are_taken_however_the_host_is_written_and_refusals_say_why() {
    let folder = Folder::new();
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    let server = folder.serve(&[]);
    let with = |headers: &[(&str, &str)]| {
        headers.iter().fold(browser(&server), |client, (name, value)| client.with(name, value))
    };
    let signed_in = |headers: &[(&str, &str)]| sign_in(&with(headers), "bob", RIGHT);
    for headers in [
        &[("host", "x:443"), ("origin", "https://x")][..],
        &[("host", "x:80"), ("origin", "http://x")],
        &[("host", "X.Example:443"), ("origin", "https://x.example")],
        &[("host", "[::1]:443"), ("origin", "https://[::1]")],
        &[("host", "x."), ("origin", "http://x")],
        &[("host", "x"), ("origin", "https://x"), ("x-forwarded-proto", "https")],
        &[("host", "127.0.0.1:8080"), ("origin", "https://x"), ("x-forwarded-host", "x")],
        &[("host", "127.0.0.1:8080"), ("origin", "https://x"), ("sec-fetch-site", "same-origin")],
        &[("host", "x"), ("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("host", "x:443"), ("referer", "https://x/signin")],
        &[("host", "x")],
    ] {
        assert_eq!(signed_in(headers).status, 303, "{headers:?}");
    }
    for headers in [
        &[("host", "x"), ("origin", "null")][..],
        &[("host", "x:443"), ("origin", "https://evil.example")],
        &[("host", "x:443"), ("origin", "https://x:80")],
        &[("host", "x"), ("referer", "http://evil.example/form")],
        &[("host", "x"), ("origin", "http://x"), ("sec-fetch-site", "cross-site")],
    ] {
        let reply = signed_in(headers);
        assert_eq!(reply.status, 403, "{headers:?}");
        assert!(reply.body.contains("came from another site") && !reply.body.contains("Your account"), "{headers:?}");
    }
    let german = with(&[("host", "x"), ("origin", "https://evil.example"), ("accept-language", "de")]);
    assert!(sign_in(&german, "bob", RIGHT).body.contains("kam von einer anderen Website"));
    eventually("the log names the cause", || {
        let log = server.log();
        log.contains("form of another site") && log.contains("https://evil.example")
    });

    let bob = server.signed_in("bob");
    let expired = bob.form("/signout", "csrf=old");
    assert_eq!(expired.status, 403);
    assert!(expired.body.contains("This form has expired") && !expired.body.contains("Your account"));
    let forbidden = bob.get("/admin");
    assert_eq!(forbidden.status, 403);
    assert!(forbidden.body.contains("Your account may not do this.") && !forbidden.body.contains("expired"));
    assert!(browser(&server).get("/setup?token=wrong").body.contains("setup link is no longer valid"));
    let json = bob.clone().with("accept", "application/json").form("/signout", "csrf=old").json();
    assert!(json["error"]["message"].as_str().unwrap().contains("CSRF token"), "{json}");
}

#[test]
fn neighbors_are_not_bound_to_tls() {
    let folder = Folder::new();
    let server = folder.serve(&["--public"]);
    let over_tls = browser(&server).with("x-forwarded-proto", "https");
    for path in ["/", "/signin", "/nowhere", "/healthz"] {
        assert_eq!(over_tls.get(path).header("strict-transport-security"), None, "{path}");
    }
}

/// A hash as fmdb 0.1.0 made it: of the bytes as they came.
fn old_hash(password: &str) -> String {
    let params = Params::new(19_456, 2, 1, None).unwrap();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(password.as_bytes()).unwrap().to_string()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn password_hash(folder: &Folder, name: &str) -> String {
    let db = rusqlite::Connection::open(folder.path("fmdb.db")).unwrap();
    db.query_row("select password_hash from accounts where name = ?1", [name], |row| row.get(0)).unwrap()
}

#[test]
fn a_password_is_the_same_however_it_is_composed() {
    let (composed, decomposed) = ("za\u{17c}\u{f3}\u{142}\u{107} gesla", "zaz\u{307}o\u{301}\u{142}c\u{301} gesla");
    let folder = Folder::new();
    for (name, password) in [("new", composed), ("other", decomposed), ("old", composed)] {
        let line = format!("{password}\n");
        let added = folder.run_with(&["user", "add", name, "--password-stdin"], line.as_bytes());
        assert!(added.status.success());
    }
    let db = rusqlite::Connection::open(folder.path("fmdb.db")).unwrap();
    let raw = old_hash(decomposed);
    db.execute("update accounts set password_hash = ?1 where name = 'old'", [&raw]).unwrap();
    drop(db);
    let server = folder.serve(&[]);
    let client = browser(&server);
    for name in ["new", "other"] {
        for password in [composed, decomposed] {
            assert_eq!(sign_in(&client, name, &percent(password)).status, 303, "{name} {password}");
        }
    }
    // A hash from before is found by the bytes as they came, and made anew; the sessions go on.
    assert_eq!(sign_in(&client, "old", &percent(composed)).status, 401);
    let first = sign_in(&client, "old", &percent(decomposed));
    assert_eq!(first.status, 303);
    assert_ne!(password_hash(&folder, "old"), raw);
    let made_anew = password_hash(&folder, "old");
    assert_eq!(sign_in(&client, "old", &percent(composed)).status, 303);
    assert_eq!(password_hash(&folder, "old"), made_anew, "once");
    assert_eq!(client.with("cookie", &first.cookie()).get("/listing").status, 200);
}

#[test]
fn a_hash_of_before_is_replaced_and_its_sessions_go_on() {
    let folder = Folder::new();
    folder.add_user("anna", false);
    let server = folder.serve(&[]);
    let before = server.signed_in("anna");
    let db = rusqlite::Connection::open(folder.path("fmdb.db")).unwrap();
    db.execute("update accounts set password_hash = ?1", [old_hash(PASSWORD)]).unwrap();
    drop(db);
    server.signed_in("anna");
    assert!(password_hash(&folder, "anna").contains(",data="));
    assert_eq!(before.get("/listing").status, 200);
}

#[test]
fn names_that_are_taken_or_look_like_another_are_refused_once_and_named() {
    let folder = Folder::new();
    folder.add_user("anna", false);
    let add =
        |name: &str| folder.run_with(&["user", "add", name, "--password-stdin"], format!("{PASSWORD}\n").as_bytes());
    for name in ["anna", "ANNA", "an\u{200b}na"] {
        let line = one_error_line(&add(name));
        assert_eq!(line.matches("`anna`").count(), 1, "{line}");
        assert_eq!(line.matches("exists already").count(), 1, "{line}");
    }
    let weak = folder.run_with(&["user", "add", "eve", "--password-stdin"], b"short\n");
    assert_eq!(one_error_line(&weak).matches("at least 8").count(), 1, "said once");
    assert!(add("\u{430}\u{443}").status.success());
    for (name, why) in [
        ("ann\u{ad}a", "invisible"),
        ("\u{430}nna", "several scripts"),
        ("ann\u{430}", "several scripts"),
        ("ay", "look like the name of the account `\u{430}\u{443}`"),
    ] {
        let line = one_error_line(&add(name));
        assert!(line.contains(why), "{}: {line}", name.escape_unicode());
    }
    for name in ["Мария", "Ζωή", "محمد", "田中 Taro", "मोहन", "Zoë O'Brien-2"] {
        assert!(add(name).status.success(), "{name}");
    }
    let server = folder.serve(&[]);
    let taken = server.nobody().json("/signup", &json!({"username": "Anna", "password": PASSWORD}));
    assert_eq!(taken.status, 422);
    let message = taken.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(message.matches("`anna`").count(), 1, "{message}");
    let page = browser(&server).form("/signup", &format!("username=%d0%b0nna&password={RIGHT}"));
    assert_eq!(page.status, 422);
    assert!(page.body.contains("one script only"), "{}", page.body);
    let page = browser(&server).form("/signup", &format!("username=Anna&password={RIGHT}"));
    assert!(page.body.contains("The name “anna” is taken."), "{}", page.body);
}

#[test]
fn accounts_with_names_from_before_keep_working() {
    let folder = Folder::new();
    folder.add_user("anna", false);
    folder.add_user("nobody", false);
    let db = rusqlite::Connection::open(folder.path("fmdb.db")).unwrap();
    let name = "ann\u{430}";
    db.execute("update accounts set name = ?1, name_key = ?1 where name = 'nobody'", [name]).unwrap();
    drop(db);
    let server = folder.serve(&[]);
    assert_eq!(sign_in(&browser(&server), &percent(name), RIGHT).status, 303);
    assert_eq!(sign_in(&browser(&server), "anna", RIGHT).status, 303);
    let changed = folder.run_with(&["user", "password", name, "--password-stdin"], b"another long password\n");
    assert!(changed.status.success());
}

#[test]
fn the_log_says_who_was_refused_on_one_line_and_never_a_password() {
    for format in ["text", "json"] {
        let folder = Folder::new();
        folder.add_user("anna", false);
        let server = folder.serve(&["--log-format", format]);
        let client = browser(&server).with("x-forwarded-for", "203.0.113.66");
        assert_eq!(sign_in(&client, "anna", "sEcReT-word").status, 401);
        let name = "eve%0d%0aINFO+forged%1b[31m%c2%9b%e2%80%ae";
        assert_eq!(sign_in(&client, name, "sEcReT-word").status, 401);
        assert_eq!(sign_in(&client, "sEcReT-word", "sEcReT-word").status, 401);
        assert_eq!(sign_in(&client, &"a".repeat(5_000), "sEcReT-word").status, 401);
        eventually("the log names them", || {
            let log = server.log();
            let refused: Vec<&str> = log.lines().filter(|line| line.contains("a sign-in was refused")).collect();
            refused.len() == 4 && refused.iter().all(|line| line.contains("203.0.113.66") && line.len() < 600)
        });
        let log = server.log();
        assert!(log.contains("anna"), "{log}");
        assert!(!log.lines().any(|line| line.trim_start().starts_with("INFO")), "{log}");
        assert!(!log.contains(['\r', '\u{1b}', '\u{9b}', '\u{202e}']) && log.contains("forged"), "{log:?}");
        assert!(!log.contains("sEcReT-word"), "{log}");
    }
}

#[test]
fn a_key_or_a_field_given_twice_is_refused_by_name() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let anna = server.bearer(&token);
    for path in [
        "/manage/add",
        "/manage/update",
        "/manage/sample",
        "/manage/delete/1",
        "/mine/rating/1",
        "/mine/import",
        "/lists",
        "/signin",
        "/signup",
        "/account/delete",
    ] {
        for body in [r#"{"a":1,"key":1,"key":1}"#, r#"{"a":[{"key":1,"b":2,"k\u0065y":3}]}"#] {
            let reply = anna.send("POST", path, "application/json; charset=utf-8", body.as_bytes());
            assert_eq!(reply.status, 400, "{path}: {}", reply.body);
            assert!(reply.body.contains("`key` is given twice"), "{path}: {}", reply.body);
        }
        let reply = anna.form(path, "key=1&a=2&k%65y=3");
        assert_eq!((reply.status, reply.body.contains("`key`")), (400, true), "{path}: {}", reply.body);
    }
    let lists = anna.form("/manage/add", "movie_name=Two&chip_genres=Drama&chip_genres=Comedy");
    assert_eq!(lists.json()["genres"], json!(["Drama", "Comedy"]));
    let movie: Value = anna.get("/movie/2").json();
    let mut changed = movie.clone();
    changed["year"] = json!(1999);
    assert_eq!(anna.json("/manage/update", &changed).json()["year"], 1999, "what was read can be sent back");
    let both = anna.json("/manage/add", &json!({"movie_name": "A", "title": "B"}));
    assert_eq!((both.status, both.body.contains("`title`")), (400, true), "{}", both.body);
}
