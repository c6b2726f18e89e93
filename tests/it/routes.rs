//! The map of addresses, walked as nobody, as a user and as an admin; and what every reply and every page must have.

use fmdb::web::routes::{ROUTES, Who};

use crate::fmdb::{Client, Folder, Reply};

fn call(client: &Client<'_>, method: &str, path: &str) -> Reply {
    let path =
        path.replace("{id}", "1").replace("{name}", "app.css").replace("{year}", "1970").replace("{picture}", "1.svg");
    if method == "POST" { client.form(&path, "") } else { client.send(method, &path, "", b"") }
}

#[test]
fn nobody_sees_or_changes_what_they_may_not() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    let (anna, bob) = (folder.token("anna"), folder.token("bob"));
    let server = folder.serve(&[]);
    let json = server.nobody().with("accept", "application/json");
    let before = folder.ok(&["export"]);
    for route in ROUTES {
        let (method, path) = (route.method.as_str(), route.path);
        let (nobody, user) = (call(&json, method, path).status, call(&server.bearer(&bob), method, path).status);
        match route.who() {
            Who::All => assert!(
                !matches!(nobody, 401 | 403 | 500..) || path == "/signout" || path == "/signin",
                "{method} {path} {nobody}"
            ),
            Who::Readers => assert!(nobody == 401 && !matches!(user, 401 | 403), "{method} {path} {nobody} {user}"),
            Who::Members => {
                assert!(nobody == 401 && !matches!(user, 401 | 403 | 500..), "{method} {path} {nobody} {user}");
            }
            Who::Admins => assert_eq!((nobody, user), (401, 403), "{method} {path}"),
            Who::SetupHolder => assert_eq!((nobody, user), (403, 403), "{method} {path}"),
        }
    }
    assert_eq!(folder.ok(&["export"]), before, "nothing was changed on the way");
    for route in ROUTES.iter().filter(|route| route.who() == Who::Admins && route.method != "DELETE") {
        let status = call(&server.bearer(&anna), route.method.as_str(), route.path).status;
        assert!(!matches!(status, 401 | 403 | 500..), "{} {} {status}", route.method, route.path);
    }
    let public = Folder::new();
    public.load(r#"[{"title":"One","director":"app.css","genres":["app.css"],"year":1977}]"#);
    let server = public.serve(&["--public"]);
    let json = server.nobody().with("accept", "application/json");
    for route in ROUTES {
        let status = call(&json, route.method.as_str(), route.path).status;
        match route.who() {
            // There is no list 1.
            Who::Readers => assert!(status < 400 || route.path == "/list/{id}", "{} {status}", route.path),
            Who::Admins | Who::Members => assert_eq!(status, 401, "{}", route.path),
            _ => {}
        }
    }
}

#[test]
fn reading_changes_nothing() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let before = folder.ok(&["export"]);
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        call(&server.bearer(&token), "GET", route.path);
    }
    assert_eq!(folder.ok(&["export"]), before);
}

#[test]
fn every_reply_has_its_security_headers() {
    let folder = Folder::new();
    let server = folder.serve(&["--public"]);
    let browser = server.nobody().with("accept", "text/html");
    let style = browser.get("/").body.split("href=\"/assets/").nth(2).unwrap().split('"').next().unwrap().to_owned();
    for path in [
        "/",
        "/listing",
        "/nowhere",
        "/admin",
        "/assets/none",
        "/healthz",
        "/suggest?q=a",
        &format!("/assets/{style}"),
        "/listing?p=0",
    ] {
        let reply = browser.get(path);
        assert!(reply.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(reply.header("cache-control").is_some() && reply.header("x-request-id").is_some(), "{path}");
        assert!(reply.header("referrer-policy").is_some(), "{path}");
    }
    let asset = browser.get(&format!("/assets/{style}"));
    assert!(asset.header("cache-control").unwrap().contains("immutable"));
    let etag = asset.header("etag").unwrap().to_owned();
    assert_eq!(browser.with("if-none-match", &etag).get(&format!("/assets/{style}")).status, 304);
}

#[test]
fn every_page_speaks_every_language_and_has_no_inline_code() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"<script>alert(1)</script>\" onload='x'","director":"A & B","genres":["Drama","<i>"],"year":1999,"score":7.5,"votes":12}]"#);
    folder.add_user("anna", true);
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    for (path, form) in [("/lists", "name=%3Cscript%3E"), ("/list/1/movies", "movie=1"), ("/mine/rating/1", "rating=8")]
    {
        assert_eq!(anna.form(path, &format!("{form}&csrf={}", anna.csrf())).status, 303, "{path}");
    }
    let nobody = server.nobody().with("accept", "text/html");
    let pages = [
        "/",
        "/listing",
        "/listing?q=zzz",
        "/listing?p=0",
        "/movie/1",
        "/admin",
        "/manage/add",
        "/manage/update?id=1",
        "/manage/delete/1",
        "/mine",
        "/mine/ratings",
        "/mine/import",
        "/lists",
        "/list/1",
        "/account",
        "/nowhere",
        "/person/A%20%26%20B",
        "/genre/%3Ci%3E",
        "/decade/1990",
        "/browse",
        "/stats",
        "/signin?next=/admin",
        "/signup",
    ];
    for locale in fmdb::i18n::Locale::ALL {
        for path in pages {
            let client = if path.starts_with("/sign") { &nobody } else { &anna };
            let mark = if path.contains('?') { '&' } else { '?' };
            let page = client.get(&format!("{path}{mark}lang={}", locale.code()));
            let start = format!("<html lang=\"{}\" dir=\"{}\"", locale.code(), locale.dir());
            assert!(page.body.contains(&start), "{path} {}", page.body.get(..300).unwrap_or_default());
            assert_eq!(page.header("content-language"), Some(locale.code()), "{path}");
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
            for forbidden in ["<script>", " style=", "\" onload=", " onclick=\"", "<style", "javascript:", "%{"] {
                assert!(!page.body.contains(forbidden), "{path} {}: {forbidden}", locale.code());
            }
            for key in [
                "nav.", "listing.", "error.", "form.", "genre.", "account.", "notice.", "person.", "explore.",
                "stats.", "mine.", "poster.",
            ] {
                assert!(!page.body.contains(&format!(">{key}")), "{path} {}: {key}", locale.code());
            }
        }
    }
    assert!(nobody.clone().with("accept-language", "ar-EG, en;q=0.5").get("/").body.contains("dir=\"rtl\""));
    let chosen = nobody.get("/?lang=ja");
    let cookie =
        chosen.headers.iter().find(|(name, value)| name == "set-cookie" && value.contains("lang")).unwrap().1.clone();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert!(nobody.clone().with("cookie", &cookie).get("/").body.contains("lang=\"ja\""));
}
