//! A browser may keep the pages of somebody who is signed in, so that going back finds the place; nobody else may, and
//! not beyond the sign-out.

use crate::fmdb::{Folder, Reply};

fn visit(reply: &Reply) -> String {
    let set = reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
    let visit: Vec<&String> = set.filter(|value| value.starts_with("fmdb_visit=")).collect();
    assert_eq!(visit.len(), 1, "{:?}", reply.headers);
    assert!(!visit[0].contains("HttpOnly"), "scripts compare it: {}", visit[0]);
    visit[0].clone()
}

#[test]
fn pages_may_be_gone_back_to_until_the_sign_out() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Alien","year":1979}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    for path in ["/", "/listing", "/movie/1", "/admin", "/mine", "/mine/ratings", "/lists", "/suggest?q=al"] {
        let reply = anna.get(path);
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("private, no-cache")), "{path}");
        assert!(reply.header("vary").unwrap().contains("Cookie"), "{path}");
    }
    let program = server.bearer(&token);
    for path in ["/listing", "/movie/1", "/mine"] {
        assert_eq!(program.get(path).header("cache-control"), Some("no-store"), "{path} for a program");
    }
    assert_eq!(anna.get("/mine/export/everything.json").header("cache-control"), Some("no-store"));

    let password = format!("username=anna&password={}", crate::fmdb::PASSWORD.replace(' ', "+"));
    let first = visit(&server.nobody().form("/signin", &password));
    let second = visit(&server.nobody().form("/signin", &password));
    assert_ne!(first, second);
    let left = anna.form("/signout", &format!("csrf={}", anna.csrf()));
    assert_eq!((left.status, left.header("clear-site-data")), (303, Some("\"cache\"")));
    assert!(![first, second].contains(&visit(&left)));
}
