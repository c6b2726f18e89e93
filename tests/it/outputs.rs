//! What commands write: never onto what must live, whole or not at all, and not readable by all.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::fmdb::{Folder, eventually, one_error_line, stderr};

const MOVIES: &str = r#"[{"title":"Star Wars","year":1977},{"title":"Alien","year":1979}]"#;

/// Refused in one line, and the database is as it was.
fn is_refused(folder: &Folder, output: &Output, why: &str, what: &str) {
    assert_eq!(output.status.code(), Some(1), "{what}: {}", stderr(output));
    let line = one_error_line(output);
    assert!(line.contains(why), "{what}: {line}");
    assert_eq!(folder.json(&["check"]), json!({"sound": true, "movies": 2, "problems": []}), "{what}");
}

/// The database, its companions and links to them, in a folder where they exist.
fn names(folder: &Folder) -> Vec<String> {
    symlink("fmdb.db", folder.path("link")).unwrap();
    symlink("fmdb.db-wal", folder.path("link-to-wal")).unwrap();
    symlink("link", folder.path("link-to-link")).unwrap();
    fs::hard_link(folder.path("fmdb.db"), folder.path("hard")).unwrap();
    let absolute = folder.path("fmdb.db").to_str().unwrap().to_owned();
    let names = [
        "fmdb.db",
        "./fmdb.db",
        "fmdb.db-wal",
        "fmdb.db-shm",
        "fmdb.db-journal",
        "fmdb.db.lock",
        "fmdb.db.index/meta.json",
        "fmdb.db.index/new.json",
        "link",
        "link-to-wal",
        "link-to-link",
        "hard",
    ];
    names.into_iter().map(str::to_owned).chain([absolute]).collect()
}

#[test]
fn nothing_is_written_onto_the_database_or_what_belongs_to_it() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.write("bad.json", r#"[{"title":"Bad","score":11}]"#);
    for name in names(&folder) {
        for arguments in [
            vec!["export", &name],
            vec!["export", "--format", "csv", &name],
            vec!["backup", &name],
            vec!["import", "--rejects", &name, "bad.json"],
            vec!["--db", "link", "export", &name],
            vec!["--db", "hard", "backup", &name],
        ] {
            is_refused(&folder, &folder.run(&arguments), "belongs to", &arguments.join(" "));
        }
    }
    // An empty place is no way in either: the write-ahead log is not there at the moment.
    let fresh = Folder::new();
    fresh.write("bad.json", r#"[{"title":"Bad","score":11}]"#);
    assert_eq!(fresh.run(&["import", "--rejects", "fmdb.db", "bad.json"]).status.code(), Some(1));
    assert!(!fresh.path("fmdb.db").exists());
    let appended = fs::File::options().append(true).open(folder.path("fmdb.db")).unwrap();
    let output = folder.command(&["export"]).stdout(appended).output().unwrap();
    is_refused(&folder, &output, "`stdout` belongs to", "export >> fmdb.db");
}

#[test]
fn a_backup_beside_a_server_goes_onto_no_database_in_use() {
    let (folder, other) = (Folder::new(), Folder::new());
    folder.load(MOVIES);
    other.load(MOVIES);
    let served = other.path("fmdb.db");
    let served = served.to_str().unwrap();
    let elsewhere = folder.path("hard-link-to-served");
    fs::hard_link(served, &elsewhere).unwrap();
    let (_own, _other) = (folder.serve(&[]), other.serve(&[]));
    for arguments in [
        ["backup", "fmdb.db"],
        ["backup", served],
        ["export", served],
        ["backup", "hard-link-to-served"],
        ["backup", &format!("{served}-wal")],
        ["export", &format!("{served}-shm")],
        ["export", &format!("{served}.lock")],
        ["export", &format!("{served}.index/meta.json")],
    ] {
        is_refused(&folder, &folder.run(&arguments), "belongs to", &arguments.join(" "));
    }
    assert_eq!(other.json(&["check"])["movies"], 2);
    folder.ok(&["backup", "copy.db"]);
    folder.ok(&["backup", "copy.db"]);
    let onto_copy = folder.run(&["export", "copy.db"]);
    is_refused(&folder, &onto_copy, "belongs to a database", "export copy.db");
    assert_eq!(folder.json(&["--db", "copy.db", "check"])["movies"], 2);
}

#[test]
fn rejects_are_not_written_onto_what_is_read() {
    let folder = Folder::new();
    folder.load(MOVIES);
    let input = r#"[{"title":"Bad","score":11}]"#;
    folder.write("bad.json", input);
    symlink("bad.json", folder.path("link.json")).unwrap();
    fs::hard_link(folder.path("bad.json"), folder.path("hard.json")).unwrap();
    fs::create_dir(folder.path("posters")).unwrap();
    folder.write("posters/x.jpg", "no picture");
    for rejects in ["bad.json", "./bad.json", "link.json", "hard.json", "posters/x.jpg"] {
        let output = folder.run(&["import", "bad.json", "--posters", "posters", "--rejects", rejects]);
        is_refused(&folder, &output, "is an input", rejects);
    }
    let stdin = fs::File::open(folder.path("bad.json")).unwrap();
    let output = folder.command(&["import", "-", "--rejects", "bad.json"]).stdin(stdin).output().unwrap();
    is_refused(&folder, &output, "is an input", "import - < bad.json");
    assert_eq!(fs::read_to_string(folder.path("bad.json")).unwrap(), input);
    let restore = folder.run(&["restore", "fmdb.db"]);
    is_refused(&folder, &restore, "belongs to", "restore fmdb.db");
}

#[test]
fn an_empty_source_replaces_no_good_backup() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.ok(&["backup", "good.db"]);
    folder.write("empty.db", "");
    folder.write("text.db", "no database at all, only text. ".repeat(300));
    folder.ok(&["--db", "blank.db", "import", folder.write("none.json", "[]").to_str().unwrap()]);
    for (source, why) in [("empty.db", "is an empty file"), ("text.db", "`text.db`"), ("blank.db", "check --db")] {
        let output = folder.run(&["--db", source, "backup", "good.db"]);
        is_refused(&folder, &output, why, source);
        assert_eq!(folder.json(&["--db", "good.db", "check"])["movies"], 2, "{source}");
    }
    assert_eq!(folder.json(&["--db", "blank.db", "backup", "new.db"])["movies"], 0, "a first backup may be empty");
    // A damaged source is named, not the target.
    let mut bytes = fs::read(folder.path("good.db")).unwrap();
    bytes.truncate(bytes.len() / 4096 / 2 * 4096);
    folder.write("cut.db", bytes);
    let output = folder.run(&["--db", "cut.db", "backup", "good.db"]);
    is_refused(&folder, &output, "`cut.db` is not a sound", "cut.db");
    assert_eq!(folder.json(&["--db", "good.db", "check"])["movies"], 2);
    let nowhere = folder.run(&["backup", "no/such/folder.db"]);
    is_refused(&folder, &nowhere, "`no/such/folder.db` cannot be written", "no folder");
}

#[test]
fn a_killed_export_leaves_the_older_one_whole() {
    let folder = Folder::new();
    let many: Vec<String> = (0..20_000).map(|n| format!(r#"{{"title":"Movie {n}"}}"#)).collect();
    folder.load(&many.join("\n"));
    folder.write("out.jsonl", "the older one\n");
    let unfinished = || {
        let entries = fs::read_dir(folder.0.path()).unwrap().flatten();
        entries.filter(|entry| entry.file_name().to_str().unwrap().starts_with(".out.jsonl.")).count()
    };
    let mut export = folder.command(&["export", "--format", "jsonl", "out.jsonl"]).spawn().unwrap();
    let read = || fs::read_to_string(folder.path("out.jsonl")).unwrap();
    eventually("an export has begun", || {
        unfinished() > 0 || read() != "the older one\n" || export.try_wait().unwrap().is_some()
    });
    export.kill().unwrap();
    let killed = export.wait().unwrap().code().is_none();
    let text = read();
    assert!(if killed { text == "the older one\n" } else { text.lines().count() == 20_000 }, "{killed}");
    folder.ok(&["export", "--format", "jsonl", "out.jsonl"]);
    assert_eq!(read().lines().count(), 20_000);
    assert_eq!(unfinished(), 0, "what the killed one left is gone");
}

#[test]
fn links_stay_links_and_devices_are_written_to() {
    let folder = Folder::new();
    folder.load(MOVIES);
    fs::create_dir(folder.path("kept")).unwrap();
    symlink("kept/out.json", folder.path("out.json")).unwrap();
    let plain = folder.ok(&["export"]);
    for _ in 0..2 {
        folder.ok(&["export", "out.json"]);
        assert!(fs::symlink_metadata(folder.path("out.json")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(folder.path("kept/out.json")).unwrap(), plain);
    }
    symlink("kept/copy.db", folder.path("copy.db")).unwrap();
    folder.ok(&["backup", "copy.db"]);
    assert!(fs::symlink_metadata(folder.path("copy.db")).unwrap().is_symlink());
    assert_eq!(folder.ok(&["export", "/dev/stdout"]), plain, "a pipe");
    assert_eq!(folder.ok(&["export", "-"]), plain);
    folder.ok(&["export", "/dev/null"]);
    let file = fs::File::create(folder.path("redirected")).unwrap();
    assert!(folder.command(&["export", "/dev/stdout"]).stdout(file).status().unwrap().success());
    assert_eq!(fs::read_to_string(folder.path("redirected")).unwrap(), plain);
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut export = folder.command(&["export", "pipe"]).stderr(Stdio::null()).spawn().unwrap();
    assert_eq!(fs::read_to_string(&pipe).unwrap(), plain);
    assert!(export.wait().unwrap().success());
    folder.write("bad.json", r#"[{"title":"Bad","score":11}]"#);
    let rejects = folder.run(&["import", "bad.json", "--rejects", "/dev/stdout"]);
    assert!(String::from_utf8(rejects.stdout).unwrap().contains("\"reason\""));
    let full = folder.run(&["export", "/dev/full"]);
    assert!(one_error_line(&full).contains("`/dev/full` cannot be written"));
}

#[test]
fn a_reader_that_goes_away_is_a_normal_end_in_every_format() {
    let folder = Folder::new();
    let many: Vec<String> = (0..20_000).map(|n| format!(r#"{{"title":"Movie {n}"}}"#)).collect();
    folder.load(&many.join("\n"));
    for arguments in [
        vec!["export"],
        vec!["export", "--format", "jsonl"],
        vec!["export", "--format", "csv"],
        vec!["export", "--format", "csv", "/dev/stdout"],
        vec!["search", "movie", "--limit", "200"],
    ] {
        let mut child = folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut start = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = stderr(&output);
        assert_eq!((output.status.code(), told.contains("fmdb:")), (Some(0), false), "{arguments:?}: {told}");
    }
    // The status of work that is done stays true.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    folder.write("bad.json", r#"[{"title":"Bad","score":11}]"#);
    let status = folder.command(&["import", "bad.json"]).stdout(writer).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(3));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn the_database_backups_and_rejects_are_not_readable_by_all() {
    let folder = Folder::new();
    folder.write("rows.json", r#"[{"title":"Good"},{"title":"Bad","score":11}]"#);
    assert_eq!(folder.run(&["import", "rows.json", "--rejects", "bad.jsonl"]).status.code(), Some(3));
    folder.ok(&["backup", "copy.db"]);
    let server = folder.serve(&[]);
    for name in ["fmdb.db", "fmdb.db-wal", "fmdb.db-shm", "fmdb.db.lock", "copy.db", "bad.jsonl"] {
        assert_eq!(mode(&folder.path(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&folder.path("fmdb.db.index")), 0o700);
    folder.ok(&["export", "out.json"]);
    folder.write("by umask", "");
    assert_eq!(mode(&folder.path("out.json")), mode(&folder.path("by umask")), "an export follows the umask");
    assert_eq!(server.terminate(), Some(0));
    // What earlier versions left open to all is closed; what its owner has opened to a group stays.
    let set = |name: &str, mode| fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
    for (before, after) in [(0o644, 0o600), (0o666, 0o600), (0o660, 0o660), (0o640, 0o640)] {
        set("fmdb.db", before);
        set("copy.db", before);
        folder.ok(&["check"]);
        folder.ok(&["backup", "copy.db"]);
        assert_eq!((mode(&folder.path("fmdb.db")), mode(&folder.path("copy.db"))), (after, after), "{before:o}");
    }
    folder.ok(&["restore", "copy.db"]);
    assert_eq!(mode(&folder.path("fmdb.db")), 0o640);
    // No other program's file is touched.
    folder.write("text.db", "no database at all");
    set("text.db", 0o644);
    assert_eq!(folder.run(&["--db", "text.db", "check"]).status.code(), Some(1));
    assert_eq!(mode(&folder.path("text.db")), 0o644);
}
