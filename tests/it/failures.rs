//! What fails ends in one clear line and in time: storing, reading, the log, the source of random numbers.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fmdb::{Folder, eventually, one_error_line, stderr};

/// Runs a command that would hang for ever where the fault is back.
fn in_time(folder: &Folder, arguments: &[&str]) -> Output {
    let limit = ["--kill-after=1", "60"];
    let fmdb = crate::fmdb::binary();
    let mut command = Command::new("timeout");
    command.args(limit).arg(fmdb).args(arguments).current_dir(folder.0.path()).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(124), "{arguments:?} hangs: {}", stderr(&output));
    output
}

fn rows(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect::<Vec<_>>().join("\n")
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    let root = String::from_utf8_lossy(&output.stdout).trim() == "0";
    if !root {
        eprintln!("NOT RUN: this test must be run as root");
    }
    root
}

/// A file system of a few megabytes in a folder.
struct SmallDisk(Folder);

impl SmallDisk {
    fn new(size: &str) -> Option<Self> {
        let folder = Folder::new();
        let mount = ["-t", "tmpfs", "-o", &format!("size={size}"), "fmdb-test"];
        let mounted = is_root() && Command::new("mount").args(mount).arg(folder.0.path()).status().unwrap().success();
        mounted.then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l".as_ref(), self.0.0.path().as_os_str()]).status();
    }
}

#[test]
fn an_import_onto_a_full_disk_ends() {
    let many = rows(30_000, |n| format!(r#"{{"title":"Movie {n}","overview":"{}"}}"#, "long ".repeat(100)));
    let source = Folder::new();
    let source = source.write("many.jsonl", many);
    let source = source.to_str().unwrap();
    for size in ["1m", "3m", "6m", "9m"] {
        let Some(disk) = SmallDisk::new(size) else { return };
        let output = in_time(&disk.0, &["import", "--log", "error", "--json", source]);
        assert_eq!(output.status.code(), Some(1), "{size}: {}", stderr(&output));
        one_error_line(&output);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{size}: {output:?}"));
        assert!(told["error"].is_string(), "{size}: {told}");
    }
    let Some(disk) = SmallDisk::new("6m") else { return };
    let output = in_time(&disk.0, &["serve", "--port", "0", "--log", "error", "--import", source]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    one_error_line(&output);
}

#[test]
fn rejects_that_cannot_be_written_end_the_import() {
    let folder = Folder::new();
    folder.write("bad.jsonl", rows(40_000, |n| format!(r#"{{"title":"Movie {n}","score":99}}"#)));
    folder.write("one.jsonl", r#"{"title":"Movie","score":99}"#);
    for file in ["bad.jsonl", "one.jsonl"] {
        let output = in_time(&folder, &["import", file, "--rejects", "/dev/full"]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(one_error_line(&output).contains("the rejected rows cannot be written: No space left"), "{file}");
    }
}

#[test]
fn an_import_that_gets_no_turn_ends() {
    let folder = Folder::new();
    folder.write("many.jsonl", rows(40_000, |n| format!(r#"{{"title":"Movie {n}"}}"#)));
    folder.load(r#"[{"title":"First"}]"#);
    // An import that is all or nothing holds the lock as long as its input goes on.
    let mut holder = folder.command(&["import", "--strict", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = holder.stdin.take().unwrap();
    let head = rows(10_000, |n| format!(r#"{{"title":"Other {n}"}}"#));
    std::io::Write::write_all(&mut input, head.as_bytes()).unwrap();
    let began = Instant::now();
    let output = loop {
        let output = in_time(&folder, &["import", "many.jsonl"]);
        // Before the holder has begun, an import gets through.
        if output.status.code() != Some(0) || began.elapsed() > Duration::from_secs(60) {
            break output;
        }
    };
    assert_eq!(output.status.code(), Some(1));
    assert!(one_error_line(&output).contains("the database is busy"));
    drop(input);
    assert!(holder.wait().unwrap().success());
}

#[test]
fn a_file_that_fails_is_told_and_the_others_are_read() {
    let folder = Folder::new();
    folder.write("cut.json", r#"[{"title":"Kept"},{"title":"Tw"#);
    folder.write("good.json", r#"[{"title":"Good"}]"#);
    folder.write("bad.json", r#"[{"title":"Bad","score":11}]"#);
    let files = ["import", "--json", "none.json", "cut.json", "good.json", "bad.json"];
    let output = folder.run(&files);
    assert_eq!(output.status.code(), Some(1));
    let line = one_error_line(&output);
    for part in ["`none.json`: there is no such file", "`cut.json`", "(the movie that came before it is kept)"] {
        assert!(line.contains(part), "{line}");
    }
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |position: usize, key: &str| told["files"][position][key].clone();
    let names: Vec<_> = (0..4).map(|position| of(position, "file")).collect();
    assert_eq!(names, ["none.json", "cut.json", "good.json", "bad.json"]);
    assert_eq!((0..4).map(|position| of(position, "added")).collect::<Vec<_>>(), [0, 1, 1, 0]);
    assert!(of(0, "error").as_str().unwrap().contains("none.json") && of(1, "error").is_string());
    assert_eq!((of(2, "error"), of(3, "error"), of(3, "rejected")), (Value::Null, Value::Null, json!(1)));
    assert!(told["error"].is_string());

    let people = folder.run(&["import", "cut.json", "good.json"]);
    assert_eq!(people.status.code(), Some(1));
    let text = String::from_utf8(people.stdout).unwrap();
    assert!(text.lines().count() == 2 && text.contains("not read to its end"), "{text}");

    let strict = Folder::new();
    for name in ["cut.json", "good.json"] {
        strict.write(name, fs::read(folder.path(name)).unwrap());
    }
    for files in [["good.json", "cut.json"], ["good.json", "none.json"]] {
        let output = strict.run(&["import", "--strict", "--json", files[0], files[1]]);
        assert_eq!(output.status.code(), Some(1));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(told["files"][1]["error"].is_string() && told["error"].is_string(), "{told}");
        assert_eq!(strict.json(&["check"])["movies"], 0);
    }
    // Also where the import does not get as far as a file.
    let output = folder.run(&["import", "--json", "--db", "no/folder/a.db", "good.json"]);
    assert!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["error"].is_string());
}

/// Starts a server with its log in `log`; gives it with its address.
fn serve(folder: &Folder, log: impl Into<Stdio>) -> (std::process::Child, String) {
    let arguments = ["serve", "--port", "0", "--public", "--log", "debug"];
    let mut child = folder.command(&arguments).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let first = lines.next().unwrap().unwrap();
    (child, first.strip_prefix("fmdb listening on ").unwrap().to_owned())
}

/// Asks what logs a line, and what logs a warning; all must be answered.
fn is_answered(address: &str, requests: usize) {
    let config =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
    let agent: ureq::Agent = config.build().into();
    let long = "x".repeat(2_000);
    for number in 0..requests {
        let reply = agent.get(format!("{address}/{long}{number}")).call().expect("an answer");
        assert_eq!(reply.status(), 404);
    }
    // Too many of these are a warning, which is written at once.
    for _ in 0..30 {
        let form = [("username", "anna"), ("password", "wrong")];
        let reply = agent.post(format!("{address}/signin")).send_form(form).expect("an answer");
        assert!([401, 403, 422, 429].contains(&reply.status().as_u16()), "{}", reply.status());
    }
}

fn ends_on_a_signal(mut server: std::process::Child) {
    Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    let mut code = None;
    eventually("the server ends", || {
        code = server.try_wait().unwrap();
        code.is_some()
    });
    assert_eq!(code.unwrap().code(), Some(0));
}

#[test]
fn a_log_that_cannot_be_written_is_in_nobodys_way() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    let (full, closed) = (fs::File::options().write(true).open("/dev/full").unwrap(), {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer
    });
    for log in [Stdio::from(full), Stdio::from(closed)] {
        let (server, address) = serve(&folder, log);
        is_answered(&address, 20);
        ends_on_a_signal(server);
    }
}

#[test]
fn a_log_that_nobody_reads_is_in_nobodys_way_and_tells_what_it_lost() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"First"}]"#);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let (server, address) = serve(&folder, writer);
    // More than the pipe (64 KiB) and the buffer (1 MiB) hold.
    is_answered(&address, 800);
    let mut read = String::new();
    let mut bytes = vec![0; 1 << 16];
    while !read.contains("lines of the log were lost") {
        let count = reader.read(&mut bytes).unwrap();
        assert!(count > 0, "the log ends");
        read.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    is_answered(&address, 3);
    // Unread again to the end.
    is_answered(&address, 200);
    ends_on_a_signal(server);
}

/// The program and the libraries that it needs, if any, in an otherwise empty folder.
fn empty_root(root: &Path) {
    let binary = crate::fmdb::binary();
    fs::copy(&binary, root.join("fmdb")).unwrap();
    let libraries = Command::new("ldd").arg(&binary).output().unwrap();
    let text = String::from_utf8_lossy(&libraries.stdout).into_owned();
    for library in text.split_whitespace().filter(|word| word.starts_with('/')) {
        let copy = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(library, copy).unwrap();
    }
}

#[test]
fn an_empty_root_is_enough() {
    if !is_root() {
        return;
    }
    let folder = Folder::new();
    empty_root(folder.0.path());
    folder.write("movies.json", r#"[{"title":"Alien"}]"#);
    let run = |arguments: &[&str]| {
        let mut command = Command::new("chroot");
        command.arg(folder.0.path()).arg("/fmdb").args(arguments).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let password = format!("{}\n", crate::fmdb::PASSWORD);
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), password.as_bytes());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        output
    };
    run(&["import", "/movies.json"]);
    run(&["user", "add", "anna", "--admin", "--password-stdin"]);
    assert!(run(&["token", "add", "anna"]).stdout.len() > 40);
    run(&["backup", "/copy.db"]);
    run(&["restore", "/copy.db"]);
    run(&["export", "/out.json"]);
}
