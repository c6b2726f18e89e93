//! The command line: exit statuses, one line an error, settings from options and environment.

use std::io::Read;
use std::process::Stdio;

use crate::fmdb::{Folder, one_error_line, stderr};

const MOVIES: &str = r#"[{"title":"Star Wars","director":"George Lucas","year":1977,"genres":["Sci-Fi"],"score":8.6},
{"title":"Alien","director":"Ridley Scott","year":1979,"genres":["Horror","Sci-Fi"]}]"#;

#[test]
fn version_help_and_wrong_usage() {
    let folder = Folder::new();
    assert!(folder.ok(&["--version"]).starts_with("fmdb "));
    assert!(folder.ok(&["help", "import"]).contains("--dry-run"));
    assert_eq!(folder.run(&["nonsense"]).status.code(), Some(2));
    assert_eq!(folder.run(&["serve", "--port", "99999"]).status.code(), Some(2));
    assert_eq!(folder.run(&["search", "x", "--log", "loud"]).status.code(), Some(2));
    assert!(folder.ok(&["completions", "bash"]).contains("fmdb"));
}

#[test]
fn a_missing_database_is_one_line() {
    let folder = Folder::new();
    for command in [vec!["search", "x"], vec!["export"], vec!["check"], vec!["backup", "b"], vec!["user", "list"]] {
        let output = folder.run(&command);
        assert_eq!(output.status.code(), Some(1));
        assert!(one_error_line(&output).contains("fmdb.db"), "{command:?}");
    }
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    let folder = Folder::new();
    let text = folder.write("notes.db", "not a database, only text. ".repeat(100));
    let output = folder.run(&["--db", "notes.db", "search", "x"]);
    assert_eq!(output.status.code(), Some(1));
    one_error_line(&output);
    assert!(std::fs::read_to_string(text).unwrap().starts_with("not a database"));
    let output = folder.run(&["--db", "no/such/folder/a.db", "serve", "--port", "0"]);
    assert_eq!(output.status.code(), Some(1));
    one_error_line(&output);
}

#[test]
fn results_are_for_people_or_for_programs() {
    let folder = Folder::new();
    folder.load(MOVIES);
    assert!(folder.ok(&["search", "aliem"]).starts_with("Alien (1979), Ridley Scott"));
    assert_eq!(folder.json(&["search", "star wars"])["movies"][0]["movie_name"], "Star Wars");
    assert_eq!(folder.json(&["check"])["movies"], 2);
    assert_eq!(folder.json(&["reindex"])["movies"], 2);
    assert_eq!(folder.json(&["backup", "copy.db"])["movies"], 2);
    assert_eq!(folder.json(&["restore", "copy.db"])["movies"], 2);
    folder.add_user("anna", true);
    assert_eq!(folder.json(&["user", "list"])[0]["role"], "admin");
    let token = folder.json(&["token", "add", "anna"]);
    assert!(token["token"].as_str().unwrap().len() > 40);
    assert_eq!(folder.json(&["token", "list", "anna"])[0]["id"], 1);
    assert_eq!(folder.json(&["token", "revoke", "1"])["revoked"], 1);
    assert_eq!(folder.run(&["token", "revoke", "1"]).status.code(), Some(1));
    assert!(one_error_line(&folder.run(&["user", "role", "anna", "user"])).contains("last admin"));
    assert!(one_error_line(&folder.run(&["user", "remove", "bob"])).contains("`bob`"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let many: Vec<String> = (0..5000).map(|n| format!(r#"{{"title":"Movie {n}"}}"#)).collect();
    folder.load(&many.join("\n"));
    let mut child = folder.command(&["export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).contains("fmdb:")), (Some(0), false), "{}", stderr(&output));
}

#[test]
fn options_come_before_the_environment_and_that_before_defaults() {
    let folder = Folder::new();
    folder.load(MOVIES);
    let count = |arguments: &[&str], env: &[(&str, &str)]| {
        let output = folder.command(arguments).envs(env.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    assert_eq!(count(&["search", "sci-fi"], &[]), 2);
    assert_eq!(count(&["search", "sci-fi"], &[("FMDB_LIMIT", "1")]), 1);
    assert_eq!(count(&["search", "sci-fi", "--limit", "2"], &[("FMDB_LIMIT", "1")]), 2);
    assert_eq!(count(&["search", "sci-fi"], &[("FMDB_DB", "other.db")]), 0);
    let mut child = folder
        .command(&["serve"])
        .env("PORT", "not a port")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(told.contains("`PORT` is `not a port`"), "{told}");
}

#[test]
fn one_server_a_database_and_no_restore_under_it() {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.ok(&["backup", "copy.db"]);
    let server = folder.serve(&[]);
    let second = folder.run(&["serve", "--port", "0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(one_error_line(&second).contains("stop the other fmdb"));
    let restore = folder.run(&["restore", "copy.db"]);
    assert_eq!(restore.status.code(), Some(1));
    one_error_line(&restore);
    assert_eq!(server.terminate(), Some(0));
    folder.ok(&["restore", "copy.db"]);
}

#[test]
fn a_port_in_use_is_one_line() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = folder.run(&["serve", "--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    assert!(one_error_line(&output).contains("name another --port"));
}
