//! Loading dumps and getting them out again.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fmdb::{Folder, eventually, one_error_line, shared, stderr};

fn report(folder: &Folder, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["import"].iter().chain(arguments).copied().collect();
    folder.json(&all)["files"][0].clone()
}

#[test]
fn the_seed_dump_is_added_once() {
    let (Some(dump), folder) = (shared("fynd-imdb.json"), Folder::new()) else { return };
    let dump = dump.to_str().unwrap();
    let counts = |added, unchanged| json!({"file": dump, "format": "fynd", "read": 248, "added": added, "updated": 0, "unchanged": unchanged, "rejected": 0});
    assert_eq!(report(&folder, &[dump, "--dry-run"]), counts(248, 0));
    assert_eq!(folder.json(&["check"])["movies"], 0);
    assert_eq!(report(&folder, &[dump]), counts(248, 0));
    assert_eq!(report(&folder, &[dump]), counts(0, 248));
    assert_eq!(folder.json(&["check"]), json!({"sound": true, "movies": 248, "problems": []}));
}

#[test]
fn the_old_apps_file_is_read_and_left_alone() {
    let (Some(dump), folder) = (shared("old-app.db"), Folder::new()) else { return };
    let copy = folder.write("old.db", std::fs::read(dump).unwrap());
    let before = std::fs::read(&copy).unwrap();
    let read = report(&folder, &["old.db"]);
    assert_eq!((&read["format"], &read["read"], &read["rejected"]), (&json!("fmdb-flask"), &json!(234), &json!(0)));
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    assert!(!folder.path("old.db-wal").exists() && !folder.path("old.db-shm").exists());
}

#[test]
fn packed_dumps_and_stdin_are_read_as_they_are() {
    let plain = r#"[{"title":"Up","director":"Pete Docter"},{"title":"It"}]"#;
    let gzip = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(plain.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let zstd = zstd::encode_all(plain.as_bytes(), 1).unwrap();
    for bytes in [plain.as_bytes().to_vec(), gzip, zstd] {
        let folder = Folder::new();
        folder.write("a dump", &bytes);
        assert_eq!(report(&folder, &["a dump"])["added"], 2);
        let output = folder.run_with(&["import", "-", "--json"], &bytes);
        let again: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(again["files"][0]["unchanged"], 2, "{}", stderr(&output));
    }
}

#[test]
fn bad_rows_are_told_and_the_good_ones_kept() {
    let folder = Folder::new();
    let rows = "{\"title\":\"Good\"}\n{\"title\":\"Bad\",\"score\":11}\n[1]\nnot json\n{\"title\":\"\"}\n{\"title\":\"Fine\",\"year\":1999}\n";
    folder.write("rows.jsonl", rows);
    let strict = folder.run(&["import", "--strict", "rows.jsonl"]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(one_error_line(&strict).contains("nothing was kept"));
    assert_eq!(folder.json(&["check"])["movies"], 0);
    let output = folder.run(&["import", "--rejects", "bad.jsonl", "--json", "rows.jsonl"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = &told["files"][0];
    assert_eq!((&file["read"], &file["added"], &file["rejected"]), (&json!(6), &json!(2), &json!(4)));
    let rejects = std::fs::read_to_string(folder.path("bad.jsonl")).unwrap();
    let lines: Vec<Value> = rejects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["line"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert!(lines[0]["reason"].as_str().unwrap().contains("between 0 and 10"));
    assert!(lines[0]["record"].as_str().unwrap().contains("Bad"));
    let on_stderr = folder.run(&["import", "rows.jsonl"]);
    assert_eq!(stderr(&on_stderr).matches("\"reason\"").count(), 4);
}

#[test]
fn broken_dumps_are_one_line_and_lose_nothing() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Kept"}]"#);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for (name, bytes) in [
        ("truncated.json", br#"[{"title":"One"},{"title":"Tw"#.to_vec()),
        ("binary", vec![0, 159, 146, 150, 0, 1, 2, 3]),
        ("page.json", b"<!doctype html><html><body>404</body></html>".to_vec()),
        ("deep.json", deep.into_bytes()),
        ("deep-object.json", format!("{{\"a\":{}", "{\"a\":".repeat(50_000)).into_bytes()),
        ("empty.json", Vec::new()),
        ("cut.json.gz", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x8b]),
        ("words.txt", b"just some words without any header".to_vec()),
    ] {
        folder.write(name, bytes);
        let output = folder.run(&["import", name]);
        assert!(matches!(output.status.code(), Some(1 | 3)), "{name}: {:?} {}", output.status, stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{name}");
        if output.status.code() == Some(1) {
            assert!(one_error_line(&output).contains(name), "{name}");
        }
    }
    let missing = folder.run(&["import", "none.json"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(one_error_line(&missing).contains("`none.json`"));
    let kept = folder.json(&["search", "kept"]);
    assert_eq!(kept["total"], 1);
    assert_eq!(folder.json(&["check"])["sound"], true);
}

#[test]
fn a_movie_is_known_again_however_it_is_spelt() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Léon","director":"Luc Besson","year":1994,"genres":["Crime"]}]"#);
    folder.write("again.json", r#"[{"title":"LEON","director":"luc  besson","score":8.5}]"#);
    let read = report(&folder, &["again.json"]);
    assert_eq!((&read["updated"], &read["added"]), (&json!(1), &json!(0)));
    folder.write("other.json", r#"[{"title":"Léon","director":"Luc Besson","year":1996}]"#);
    assert_eq!(report(&folder, &["other.json"])["added"], 1);
    let found = folder.json(&["search", "leon 1994", "--limit", "5"]);
    assert_eq!(found["total"], 1, "a year beside words is the movie's year, and a dump without one leaves it");
    let found = folder.json(&["search", "leon"]);
    assert_eq!(found["movies"][0]["genres"], json!(["Crime"]), "what the dump does not say stays");
}

#[test]
fn an_export_is_the_same_catalogue() {
    let folder = Folder::new();
    folder.load(
        r#"[{"movie_name":"N/A","directors":["Sammy Davis, Jr.","A | B"],"genres":["Science Fiction"],"alternate_titles":["[\"x\"]","1,234"],"year":1970,"imdb_score":7.25,"votes":12,"popularity":0.1,"runtime":90,"overview":"Two\nlines, and a \"quote\"","cast":["Ŝio"],"imdb_id":"tt0000123","tmdb_id":9},
        {"movie_name":"七人の侍","original_title":"=1+1","directors":[]}]"#,
    );
    let exported = folder.ok(&["export"]);
    for format in ["json", "jsonl", "csv"] {
        let other = Folder::new();
        let text = folder.ok(&["export", "--format", format]);
        other.write("dump", text);
        assert_eq!(report(&other, &["dump"])["added"], 2, "{format}");
        assert_eq!(other.ok(&["export"]), exported, "{format}");
    }
    folder.ok(&["export", "--format", "jsonl", "out.jsonl"]);
    assert_eq!(std::fs::read_to_string(folder.path("out.jsonl")).unwrap().lines().count(), 2);
}

#[test]
fn an_import_beside_a_server_is_on_the_site_within_two_seconds() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    let server = folder.serve(&["--public"]);
    let reader = server.nobody().with("accept", "application/json");
    assert_eq!(reader.get("/listing").json()["total"], 1);
    let many: Vec<String> = (0..500).map(|n| format!(r#"{{"title":"Movie {n}"}}"#)).collect();
    folder.load(&many.join("\n"));
    let began = std::time::Instant::now();
    eventually("501 movies", || reader.get("/listing").json()["total"] == 501);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(reader.get("/listing?name=movie+77").titles()[0], "Movie 77");
    assert_eq!(folder.json(&["check"])["sound"], true);
}

#[test]
fn edits_beside_an_import_get_their_turn() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let admin = server.bearer(&token);
    let many: Vec<String> =
        (0..60_000).map(|n| format!(r#"{{"title":"Movie {n}","director":"Person {n}"}}"#)).collect();
    folder.write("many.jsonl", many.join("\n"));
    let mut import = folder.command(&["import", "many.jsonl"]).spawn().unwrap();
    let mut edits = 0;
    while import.try_wait().unwrap().is_none() {
        let began = std::time::Instant::now();
        assert_eq!(admin.json("/manage/add", &json!({"movie_name": format!("Edit {edits}")})).status, 201);
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
        edits += 1;
    }
    assert!(import.wait().unwrap().success() && edits > 0);
    let reader = admin.with("accept", "application/json");
    eventually("all movies", || reader.get("/listing").json()["total"] == 60_001 + edits);
    assert_eq!(folder.json(&["check"])["sound"], true);
}
