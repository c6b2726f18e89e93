//! A database that is deleted, moved or replaced while it is served takes no change that would be lost; and no name of a
//! database evades the lock of its server.

use std::fs;

use serde_json::json;

use crate::fmdb::{Folder, eventually, one_error_line};

const MOVIES: &str = r#"[{"title":"Star Wars","year":1977},{"title":"Alien","year":1979}]"#;

/// What happens to the database.
type Fault = fn(&Folder);

fn served() -> (Folder, String) {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    (folder, token)
}

#[test]
fn a_database_that_is_gone_takes_no_change() {
    let faults: [(&str, Fault); 4] = [
        ("deleted", |folder| fs::remove_file(folder.path("fmdb.db")).unwrap()),
        ("moved", |folder| fs::rename(folder.path("fmdb.db"), folder.path("moved.db")).unwrap()),
        ("replaced", |folder| {
            folder.ok(&["--db", "other.db", "import", "load.json"]);
            fs::rename(folder.path("other.db"), folder.path("fmdb.db")).unwrap();
        }),
        ("all of it deleted", |folder| {
            for name in ["fmdb.db", "fmdb.db-wal", "fmdb.db-shm"] {
                fs::remove_file(folder.path(name)).unwrap();
            }
        }),
    ];
    for (what, fault) in faults {
        let (folder, token) = served();
        let server = folder.serve(&["--public"]);
        let admin = server.bearer(&token);
        assert_eq!(admin.json("/manage/add", &json!({"movie_name": "Before"})).status, 201);
        fault(&folder);
        for number in 0..3 {
            let reply = admin.json("/manage/add", &json!({"movie_name": format!("Lost {number}")}));
            assert_eq!(reply.status, 503, "{what}: {}", reply.body);
            assert!(reply.header("retry-after").is_some());
        }
        assert_eq!(admin.delete("/manage/delete/1").status, 503, "{what}");
        let ready = server.nobody().get("/readyz");
        assert_eq!(ready.status, 503, "{what}");
        assert!(ready.body.contains("deleted, moved or replaced"), "{}", ready.body);
        assert_eq!(server.nobody().get("/healthz").status, 200);
        // Visitors read on.
        assert_eq!(admin.get("/listing?q=before").titles(), ["Before"], "{what}");
        // The log is written in the background.
        let told = || server.log().matches("the database file was deleted, moved or replaced").count();
        eventually("a line in the log", || told() > 0);
        assert_eq!(told(), 1, "{what}: told once\n{}", server.log());
    }
}

#[test]
fn a_database_that_is_put_back_takes_changes_again() {
    let (folder, token) = served();
    let server = folder.serve(&["--public"]);
    let admin = server.bearer(&token);
    fs::rename(folder.path("fmdb.db"), folder.path("moved.db")).unwrap();
    assert_eq!(admin.json("/manage/add", &json!({"movie_name": "Lost"})).status, 503);
    fs::rename(folder.path("moved.db"), folder.path("fmdb.db")).unwrap();
    assert_eq!(admin.json("/manage/add", &json!({"movie_name": "Kept"})).status, 201);
    assert_eq!(server.nobody().get("/readyz").status, 200);
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(folder.json(&["check"]), json!({"sound": true, "movies": 3, "problems": []}));
}

#[test]
fn what_was_acknowledged_survives_a_deleted_journal() {
    let (folder, token) = served();
    let mut server = folder.serve(&["--public"]);
    let admin = server.bearer(&token);
    assert_eq!(admin.json("/manage/add", &json!({"movie_name": "Acknowledged"})).status, 201);
    fs::remove_file(folder.path("fmdb.db-wal")).unwrap();
    assert_eq!(admin.json("/manage/add", &json!({"movie_name": "Refused"})).status, 503);
    eventually("the log says so", || server.log().contains("the database's journal was deleted or replaced"));
    assert_eq!(server.nobody().get("/readyz").status, 503);
    assert_eq!(admin.get("/listing?q=acknowledged").titles(), ["Acknowledged"]);
    server.kill();
    let titles = folder.ok(&["export", "--format", "csv"]);
    assert!(titles.contains("Acknowledged") && !titles.contains("Refused"), "{titles}");
    assert_eq!(folder.json(&["check"])["sound"], json!(true));
}

#[test]
fn no_name_of_a_database_evades_the_lock_of_its_server() {
    let (folder, token) = served();
    fs::create_dir(folder.path("sub")).unwrap();
    std::os::unix::fs::symlink("fmdb.db", folder.path("link.db")).unwrap();
    std::os::unix::fs::symlink("../link.db", folder.path("sub/far.db")).unwrap();
    fs::hard_link(folder.path("fmdb.db"), folder.path("sub/hard.db")).unwrap();
    folder.ok(&["backup", "backup.db"]);
    let full = folder.path("fmdb.db");
    let server = folder.serve(&["--public"]);
    for name in
        ["fmdb.db", "./fmdb.db", "sub/../fmdb.db", "link.db", "sub/far.db", "sub/hard.db", full.to_str().unwrap()]
    {
        for command in [&["serve", "--port", "0"][..], &["restore", "backup.db"]] {
            let output = folder.run(&[&["--db", name], command].concat());
            assert_eq!(output.status.code(), Some(1), "{name} {command:?}");
            assert!(one_error_line(&output).contains("a server holds this database"), "{name} {command:?}");
        }
    }
    assert_eq!(server.bearer(&token).json("/manage/add", &json!({"movie_name": "Kept"})).status, 201);
    // Other commands share the index of the file that the name leads to.
    assert_eq!(folder.json(&["--db", "link.db", "check"]), json!({"sound": true, "movies": 3, "problems": []}));
    assert!(!folder.path("link.db.index").exists());
}
