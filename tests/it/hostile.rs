//! One ordinary account against everybody, in small: what it may send and take at once, and that visitors' pages and
//! the server's memory do not mind. The long form is `tests/endurance/run hostile`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fmdb::{Folder, Reply, Server, eventually};

/// What the server may take at most, in MiB; without bounds, the uploads alone take more than 1,000.
const MAX_MIB: u64 = 400;
const MOVIES: usize = 300;

fn site() -> Folder {
    let folder = Folder::new();
    let movie = |n: usize| json!({"title": format!("Movie {n}"), "year": 1950 + n % 70, "imdb_id": format!("tt{}", 9_000_000 + n)});
    folder.load(&json!((0..MOVIES).map(movie).collect::<Vec<_>>()).to_string());
    folder.add_user("mallory", false);
    folder.add_user("bob", false);
    folder
}

/// The most that the server has ever taken, in MiB.
fn peak(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Attacks while a visitor loads page after page; each page is there.
fn with_visitor<T>(server: &Server, attack: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let visitor = scope.spawn(|| {
            let mut pages = 0;
            while !is_over.load(Ordering::Relaxed) || pages < 5 {
                for path in ["/", "/listing?q=movie", "/movie/7"] {
                    let reply = server.nobody().get(path);
                    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
                }
                pages += 1;
            }
        });
        let outcome = attack();
        is_over.store(true, Ordering::Relaxed);
        visitor.join().unwrap();
        outcome
    })
}

fn at_once(count: usize, work: impl Fn() -> Reply + Sync) -> Vec<Reply> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Each was done, or refused with a word on when to come back; at least one was done.
fn are_done_or_refused(replies: &[Reply], done: u16) {
    assert!(replies.iter().any(|reply| reply.status == done));
    for reply in replies.iter().filter(|reply| reply.status != done) {
        assert_eq!((reply.status, reply.header("retry-after")), (429, Some("5")), "{}", reply.body);
        assert_eq!(reply.json()["error"]["code"], "already_running");
    }
}

#[test]
fn one_account_cannot_upload_so_much_that_others_mind() {
    let folder = site();
    let (mallory, bob) = (folder.token("mallory"), folder.token("bob"));
    let server = folder.serve(&["--public"]);
    let commas = vec![b','; 4 << 20];
    let send = || server.bearer(&mallory).send("POST", "/mine/import", "text/csv", &commas);
    are_done_or_refused(&with_visitor(&server, || at_once(8, send)), 422);
    // Uploads that are never finished: one is waited for, for all others there is no room.
    let hold = || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(25))).unwrap();
        let head = format!(
            "POST /mine/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {mallory}\r\nAccept: text/html\r\n\
             Content-Type: text/csv\r\nContent-Length: 4000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let upload =
        |token| server.bearer(token).send("POST", "/mine/import", "text/csv", b"Const,Your Rating\ntt9000001,7\n");
    let held = with_visitor(&server, || {
        let mut first = hold();
        first.write_all(&vec![b'x'; 3_000_000]).unwrap();
        eventually("the slot is taken", || upload(&mallory).status == 429);
        let mut others: Vec<TcpStream> = (0..8).map(|_| hold()).collect();
        for other in &mut others {
            other.write_all(&vec![b'x'; 4_000_000]).unwrap();
            let mut answer = String::new();
            other.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("Wait until it is done"), "{answer}");
        }
        assert_eq!(upload(&bob).status, 200, "everybody has a slot of their own");
        first
    });
    drop(held);
    eventually("the slot is given back", || upload(&mallory).status == 200);
    assert!(peak(&server) < MAX_MIB, "{} MiB", peak(&server));
    let left = std::fs::read_dir(folder.0.path()).unwrap().flatten().map(|entry| entry.file_name());
    let left: Vec<_> = left.filter(|name| !name.to_string_lossy().starts_with("fmdb.db")).collect();
    assert_eq!(left, ["load.json"], "uploads leave no files");
}

#[test]
fn one_account_cannot_export_so_much_that_others_mind() {
    let folder = site();
    let token = folder.token("mallory");
    let server = folder.serve(&["--public"]);
    let mallory = server.bearer(&token);
    let rows: String = (0..MOVIES).map(|n| format!("tt{},{}\n", 9_000_000 + n, n % 10 + 1)).collect();
    let file = format!("Const,Your Rating\n{rows}");
    assert_eq!(mallory.send("POST", "/mine/import", "text/csv", file.as_bytes()).status, 200);
    let note = |id: usize| format!("{id} \"é\" {}", "n".repeat(1_500));
    for id in 1..=MOVIES {
        assert_eq!(mallory.json(&format!("/mine/note/{id}"), &json!({"note": note(id)})).status, 200);
    }
    for name in ["First", "Second \"}]"] {
        let list = mallory.json("/lists", &json!({"name": name})).json()["id"].to_string();
        for movie in [3, 1, 2] {
            assert_eq!(mallory.json(&format!("/list/{list}/movies"), &json!({"movie": movie})).status, 200);
        }
    }
    let replies = with_visitor(&server, || at_once(16, || mallory.get("/mine/export/everything.json")));
    are_done_or_refused(&replies, 200);
    for reply in replies.iter().filter(|reply| reply.status == 200) {
        let all: Value = reply.json();
        assert_eq!(all["ratings"].as_array().unwrap().len(), MOVIES);
        assert_eq!((&all["watchlist"], &all["seen"]), (&json!([]), &json!([])));
        let notes = all["notes"].as_array().unwrap();
        let mut told: Vec<String> = notes.iter().map(|entry| entry["note"].as_str().unwrap().to_owned()).collect();
        let mut wanted: Vec<String> = (1..=MOVIES).map(note).collect();
        told.sort();
        wanted.sort();
        assert_eq!(told, wanted);
        let lists = all["lists"].as_array().unwrap();
        assert_eq!((lists.len(), &lists[1]["name"]), (2, &json!("Second \"}]")));
        let titles = lists[1]["movies"].as_array().unwrap().iter().map(|movie| movie["movie_name"].as_str().unwrap());
        assert!(titles.eq(["Movie 2", "Movie 0", "Movie 1"]), "{lists:?}");
    }
    let csv = mallory.get("/mine/export/imdb.csv");
    assert_eq!((csv.status, csv.body.lines().count()), (200, MOVIES + 1));
    assert!(peak(&server) < MAX_MIB, "{} MiB", peak(&server));
}

#[test]
fn rows_without_end_are_told_and_the_rest_is_kept() {
    let folder = site();
    let token = folder.token("bob");
    let server = folder.serve(&[]);
    let bob = server.bearer(&token);
    let wide = ",".repeat(2 << 20);
    let long = "x".repeat(2 << 20);
    let csv = format!("Const,Title,Your Rating\ntt9000001,,7\n{wide}\ntt9000002,\"{long}\",8\ntt9000003,,9\n");
    let done = bob.send("POST", "/mine/import", "text/csv", csv.as_bytes()).json();
    assert_eq!((&done["read"], &done["set"]), (&json!(4), &json!(2)));
    let rejected = [
        json!({"line": 3, "title": "", "reason": "unreadable"}),
        json!({"line": 4, "title": "", "reason": "unreadable"}),
    ];
    assert_eq!(done["rejected"], json!(rejected));
}

#[test]
fn a_picture_that_unpacks_to_much_is_refused_with_a_word() {
    let folder = site();
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let anna = server.bearer(&token);
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        [&u32::try_from(data.len()).unwrap().to_be_bytes(), kind.as_slice(), data, &sum.sum().to_be_bytes()].concat()
    };
    let packed = |bytes: usize| {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        (0..bytes >> 16).for_each(|_| packer.write_all(&[0; 1 << 16]).unwrap());
        packer.write_all(&[0; 4]).unwrap();
        packer.finish().unwrap()
    };
    let picture = |more: &[u8]| {
        let head = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
        let [head, data, end] = [chunk(b"IHDR", &head), chunk(b"IDAT", &packed(0)), chunk(b"IEND", b"")];
        [b"\x89PNG\r\n\x1a\n".as_slice(), &head, more, &data, &end].concat()
    };
    let bomb = packed(512 << 20);
    let send = |more: &[u8]| anna.send("POST", "/manage/poster/1", "image/png", &picture(more));
    let profile = send(&chunk(b"iCCP", &[b"icc\0\0", bomb.as_slice()].concat()));
    assert_eq!(profile.status, 422, "{}", profile.body);
    assert!(
        profile.json()["error"]["fields"]["poster"].as_str().unwrap().contains("too much data"),
        "{}",
        profile.body
    );
    let text = send(&chunk(b"zTXt", &[b"Comment\0\0", bomb.as_slice()].concat()));
    assert_eq!(text.status, 200, "{}", text.body);
    assert!(peak(&server) < MAX_MIB, "{} MiB", peak(&server));
}
