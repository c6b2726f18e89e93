//! Nothing acknowledged is lost, and the index is the database's projection, whatever happens to either.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::fmdb::{Folder, eventually};

fn is_sound(folder: &Folder, movies: usize) {
    let checked = folder.json(&["check"]);
    assert_eq!(checked, json!({"sound": true, "movies": movies, "problems": []}));
}

#[test]
fn a_kill_during_edits_loses_nothing_acknowledged() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for round in 0..6 {
        let mut server = folder.serve(&[]);
        let stop = AtomicBool::new(false);
        let writers = 3;
        let address = server.address.clone();
        thread::scope(|scope| {
            for writer in 0..writers {
                let (acknowledged, stop, address, token) = (Arc::clone(&acknowledged), &stop, &address, &token);
                scope.spawn(move || {
                    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
                    for number in 0.. {
                        let title = format!("edit {round} {writer} {number}");
                        let request = ureq::http::Request::post(format!("{address}/manage/add"))
                            .header("authorization", format!("Bearer {token}"))
                            .header("content-type", "application/json")
                            .body(json!({"movie_name": title}).to_string())
                            .unwrap();
                        match agent.run(request) {
                            Ok(reply) if reply.status() == 201 => acknowledged.lock().unwrap().push(title),
                            _ if stop.load(Ordering::SeqCst) => break,
                            _ => {}
                        }
                    }
                });
            }
            let before = acknowledged.lock().unwrap().len();
            eventually("some edits", || acknowledged.lock().unwrap().len() > before + 5 + round * 3);
            stop.store(true, Ordering::SeqCst);
            server.kill();
        });
    }
    let exported = folder.ok(&["export", "--format", "jsonl"]);
    let kept: std::collections::HashSet<String> = exported
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["movie_name"].as_str().unwrap().to_owned())
        .collect();
    let acknowledged = acknowledged.lock().unwrap();
    for title in acknowledged.iter() {
        assert!(kept.contains(title), "{title} was acknowledged and is lost");
    }
    is_sound(&folder, kept.len());
    let found = folder.json(&["search", acknowledged.last().unwrap(), "--limit", "1"]);
    assert_eq!(found["movies"][0]["movie_name"].as_str(), acknowledged.last().map(String::as_str));
}

#[test]
fn a_kill_during_an_import_leaves_a_sound_part_that_the_next_one_completes() {
    let folder = Folder::new();
    let movies = 30_000;
    let rows: Vec<String> = (0..movies)
        .map(|n| {
            format!(
                r#"{{"title":"Movie {n}","director":"Person {}","genres":["Drama"],"year":{}}}"#,
                n % 997,
                1900 + n % 120
            )
        })
        .collect();
    folder.write("large.jsonl", rows.join("\n"));
    for round in 1..=4 {
        let mut child = folder.command(&["import", "large.jsonl"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(120 * round));
        let _ = child.kill();
        child.wait().unwrap();
        if folder.path("fmdb.db").exists() {
            assert_eq!(folder.json(&["check"])["sound"], true, "round {round}");
        }
    }
    let report = folder.json(&["import", "large.jsonl"])["files"][0].clone();
    assert_eq!(report["added"].as_u64().unwrap() + report["unchanged"].as_u64().unwrap(), movies as u64, "{report}");
    is_sound(&folder, movies);
    assert_eq!(folder.json(&["import", "large.jsonl"])["files"][0]["unchanged"], movies);
}

#[test]
fn the_index_may_be_deleted_or_damaged() {
    let folder = Folder::new();
    let rows: Vec<String> = (0..300).map(|n| format!(r#"{{"title":"Movie {n}"}}"#)).collect();
    folder.load(&rows.join("\n"));
    std::fs::remove_dir_all(folder.path("fmdb.db.index")).unwrap();
    is_sound(&folder, 300);
    let index = folder.path("fmdb.db.index");
    let files: Vec<_> = std::fs::read_dir(&index).unwrap().flatten().map(|entry| entry.path()).collect();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind != "lock")) {
        let bytes = std::fs::read(file).unwrap_or_default();
        if bytes.len() < 8 || !file.exists() {
            continue;
        }
        std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        let server = folder.serve(&["--public"]);
        let reader = server.nobody().with("accept", "application/json");
        eventually(&format!("a whole search after damage to {}", file.display()), || {
            let reply = reader.get("/listing?q=movie+299");
            reply.status == 200 && reply.titles().first().is_some_and(|title| title == "Movie 299")
        });
        drop(server);
        let reindexed = folder.run(&["reindex"]);
        assert!(reindexed.status.success(), "{}", String::from_utf8_lossy(&reindexed.stderr));
        is_sound(&folder, 300);
    }
}

#[test]
fn a_backup_under_edits_restores_to_a_sound_database() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let admin = server.bearer(&token);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..60 {
                assert_eq!(admin.json("/manage/add", &json!({"movie_name": format!("edit {number}")})).status, 201);
            }
        });
        for round in 0..4 {
            folder.ok(&["backup", &format!("backup {round}.db")]);
        }
    });
    folder.ok(&["backup", "last.db"]);
    assert_eq!(server.terminate(), Some(0));
    let before = folder.ok(&["export"]);
    for backup in ["backup 0.db", "backup 3.db", "last.db"] {
        folder.ok(&["restore", backup]);
        assert_eq!(folder.json(&["check"])["sound"], true);
    }
    assert_eq!(folder.ok(&["export"]), before);
    is_sound(&folder, 61);
    let damaged = folder.write("damaged.db", &std::fs::read(folder.path("last.db")).unwrap()[..5000]);
    assert_eq!(folder.run(&["restore", damaged.to_str().unwrap()]).status.code(), Some(1));
    is_sound(&folder, 61);
}

#[test]
fn a_signal_ends_the_server_in_order() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    let server = folder.serve(&["--public"]);
    assert_eq!(server.nobody().get("/listing").status, 200);
    let began = std::time::Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(12));
    is_sound(&folder, 1);
}
