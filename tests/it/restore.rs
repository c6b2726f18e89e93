//! What a backup brings back, and what it must not; what is deleted is gone from the file.

use std::fs;

use serde_json::json;

use crate::fmdb::{Folder, eventually};

const MOVIES: &str = r#"[{"title":"Star Wars","year":1977},{"title":"Alien","year":1979}]"#;

#[test]
fn a_restore_revives_neither_sessions_nor_revoked_tokens() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    let (valid, revoked, bobs) = (folder.token("anna"), folder.token("anna"), folder.token("bob"));
    let server = folder.serve(&[]);
    let form = format!("username=anna&password={}", crate::fmdb::PASSWORD.replace(' ', "+"));
    let cookie = server.nobody().form("/signin", &form).cookie();
    let status = |server: &crate::fmdb::Server, header: &str, value: &str| {
        server.nobody().with("accept", "application/json").with(header, value).get("/listing").status
    };
    assert_eq!(status(&server, "cookie", &cookie), 200);
    folder.ok(&["backup", "copy.db"]);
    folder.ok(&["token", "revoke", "2"]);
    folder.ok(&["user", "remove", "bob"]);
    let late = folder.token("anna");
    assert_eq!(server.terminate(), Some(0));

    let told = folder.json(&["restore", "copy.db"]);
    assert_eq!(told, json!({"movies": 2, "tokens": {"kept": 1, "dropped": 2}}));
    let server = folder.serve(&[]);
    assert_eq!(status(&server, "cookie", &cookie), 401, "nobody stays signed in");
    let bearer = |token: &str| status(&server, "authorization", &format!("Bearer {token}"));
    assert_eq!(bearer(&valid), 200, "a token that is still valid stays");
    assert_eq!([bearer(&revoked), bearer(&bobs), bearer(&late)], [401, 401, 401]);
    assert_eq!(folder.json(&["user", "list"]).as_array().unwrap().len(), 2, "accounts come back");
    assert_eq!(server.terminate(), Some(0));

    // Without the replaced database nothing says which tokens were revoked.
    let elsewhere = Folder::new();
    let copy = folder.path("copy.db");
    assert_eq!(elsewhere.json(&["restore", copy.to_str().unwrap()])["tokens"], json!({"kept": 0, "dropped": 3}));
    // A backup that is served as it is signs nobody in either.
    let server = folder.serve(&["--db", "copy.db"]);
    assert_eq!(status(&server, "cookie", &cookie), 401);
}

#[test]
fn notes_of_a_deleted_account_are_gone_from_the_file() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("boss", true);
    folder.add_user("anna", false);
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    let csrf = anna.csrf();
    // Long enough for pages of its own, which become free pages.
    let secret = "unmistakable secret ".repeat(400);
    let note = format!("csrf={csrf}&note={}", secret.replace(' ', "+"));
    for movie in ["/mine/note/1", "/mine/note/2"] {
        assert_eq!(anna.form(movie, &note).status, 303);
    }
    let holds = |name: &str| {
        let bytes = fs::read(folder.path(name)).unwrap_or_default();
        memchr::memmem::find(&bytes, b"unmistakable secret").is_some()
    };
    eventually("the note is in the file or its log", || holds("fmdb.db") || holds("fmdb.db-wal"));
    let gone =
        anna.form("/account/delete", &format!("csrf={csrf}&password={}", crate::fmdb::PASSWORD.replace(' ', "+")));
    assert_eq!(gone.status, 303, "{}", gone.body);
    assert_eq!(server.terminate(), Some(0));
    assert!(!holds("fmdb.db") && !holds("fmdb.db-wal"));
    assert_eq!(folder.json(&["user", "list"]).as_array().unwrap().len(), 1);
}
