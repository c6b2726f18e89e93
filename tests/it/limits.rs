//! What one client can do to all others: connections, questions, and headers that ask for the impossible.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use serde_json::json;
use socket2::{Domain, Socket, Type};

use crate::fmdb::{Folder, Server, eventually};

/// A connection from one of this machine's addresses.
fn connect(server: &Server, from: IpAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(from, 0).into()).unwrap();
    let to = if from.is_loopback() { [127, 0, 0, 1].into() } else { from };
    socket.connect(&SocketAddr::new(to, server.port()).into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends a request without a body and keeps the connection open; gives the reply's status and body.
fn ask(stream: &TcpStream, head: &str) -> (u16, String) {
    let mut writer = stream;
    // A refused connection may be closed before the request is sent.
    let _ = writer.write_all(format!("{head}\r\nHost: localhost\r\n\r\n").as_bytes());
    reply(stream)
}

/// Reads a reply.
fn reply(stream: &TcpStream) -> (u16, String) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Opens connections until one is refused.
fn fill(server: &Server, from: IpAddr) -> Vec<TcpStream> {
    let mut held = Vec::new();
    loop {
        assert!(held.len() < 1000, "no connection is refused");
        let stream = connect(server, from);
        match ask(&stream, "GET /healthz HTTP/1.1") {
            (200, _) => held.push(stream),
            (503, body) => {
                assert!(body.contains("too many connections"), "{body}");
                return held;
            }
            other => panic!("{other:?} after {} connections", held.len()),
        }
    }
}

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

#[test]
fn the_limit_of_open_files_is_raised_at_the_start() {
    let folder = Folder::new();
    let server = folder.serve_limited("ulimit -S -n 200", &["--public"]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let files: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max open files")).unwrap().split_whitespace().collect();
    assert_eq!(files[3], files[4], "{limits}");
    // More than the soft limit had room for.
    let held: Vec<TcpStream> = (0..300).map(|_| connect(&server, HERE)).collect();
    assert_eq!(server.nobody().get("/healthz").status, 200);
    drop(held);
}

#[test]
fn one_address_does_not_shut_the_others_out() {
    let folder = Folder::new();
    // 400 files leave 144 connections.
    let server = folder.serve_limited("ulimit -n 400", &["--public", "--host", "0.0.0.0"]);
    let held = fill(&server, HERE);
    assert_eq!(held.len(), 126);
    let other = connect(&server, [127, 0, 0, 2].into());
    assert_eq!(ask(&other, "GET /healthz HTTP/1.1").0, 200);
    let (_, metrics) = ask(&held[0], "GET /metrics HTTP/1.1");
    assert!(metrics.contains("fmdb_refused_connections_total 1\n"), "{metrics}");
    assert!(server.log().contains("connections are refused"), "{}", server.log());
    drop((held, other));
    eventually("the places are free again", || server.nobody().get("/healthz").status == 200);

    if let Some(own) = own_address() {
        let mut held = Vec::new();
        eventually("half of all for one address", || {
            held.extend(fill(&server, own));
            held.len() == 72
        });
        assert_eq!(ask(&connect(&server, HERE), "GET /healthz HTTP/1.1").0, 200);
        // Idle connections do not hold the end up.
        assert_eq!(server.terminate(), Some(0));
    } else {
        eprintln!("NOT RUN: this machine has no address but its loopback");
    }
}

/// An address of this machine that is not its loopback.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: the system only looks up the route.
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

#[test]
fn a_question_of_too_many_words_is_asked_with_the_first_ones() {
    let words: Vec<String> = ('a'..='z').map(|letter| format!("{letter}{letter}{letter}word")).collect();
    let folder = Folder::new();
    folder.load(&json!([{ "title": words[..20].join(" "), "director": "Ann Other", "year": 1977 }]).to_string());
    let server = folder.serve(&["--public"]);
    let client = server.nobody().with("accept", "application/json");
    let dropped = |query: &str| {
        let found = client.get(&format!("/listing?{query}")).json();
        assert_eq!(found["total"], 1, "{query}: {found}");
        found["dropped"].clone()
    };
    assert_eq!(dropped(&format!("q={}", words[..16].join("+"))), json!([]));
    assert_eq!(dropped(&format!("q={}", words[..20].join("+"))), json!(words[16..20]));
    // What is beyond is not looked for, so it cannot make the result empty either.
    assert_eq!(dropped(&format!("name={}+no+no+such+words", words[..16].join("+"))), json!(["no", "such", "words"]));
    // A word that is looked for already is not told, and all texts together have one bound.
    assert_eq!(dropped(&format!("q={}&director=other+ann+aaaword", words[..15].join("+"))), json!(["ann"]));
    let page = server.nobody().get(&format!("/listing?q={}", words[..20].join("+"))).body;
    assert!(page.contains(&words[19]) && page.contains("class=\"banner told\""), "{page}");
}

#[test]
fn a_change_is_never_answered_406() {
    let folder = Folder::new();
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let stream = connect(&server, HERE);
    let refusals = [
        "Accept-Encoding: identity;q=0",
        "Accept-Encoding: *;q=0",
        "Accept-Encoding: gzip;q=0, identity;q=0",
        "Accept-Encoding: br;q=0,*;q=0",
        "Accept-Encoding: *;q=0, identity;q=0",
        "Accept-Encoding: gzip;q=0\r\nAccept-Encoding: br;q=0\r\nAccept-Encoding: identity;q=0",
        "Accept-Encoding: gzip;q=7, identity;q=0",
        "Accept-Encoding: deflate, identity;q=0.000",
    ];
    for (number, refusal) in refusals.iter().enumerate() {
        let body = json!({ "movie_name": format!("Movie {number}"), "director": "Somebody" }).to_string();
        let head = format!(
            "{refusal}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}",
            body.len()
        );
        let mut writer = &stream;
        writer
            .write_all(format!("POST /manage/add HTTP/1.1\r\n{head}\r\nHost: localhost\r\n\r\n{body}").as_bytes())
            .unwrap();
        let (status, told) = reply(&stream);
        assert_eq!(status, 201, "{refusal}: {told}");
        for (path, expected) in [("/healthz", 200), ("/listing", 200), ("/nowhere", 404), ("/listing?p=x", 400)] {
            assert_eq!(ask(&stream, &format!("GET {path} HTTP/1.1\r\n{refusal}")).0, expected, "{refusal} {path}");
        }
    }
    let metrics = server.nobody().get("/metrics").body;
    assert!(
        metrics.contains(r#"route="/manage/add",status="201"} 8"#) && !metrics.contains(r#"status="406""#),
        "{metrics}"
    );
    assert!(!server.log().contains("status=406"), "{}", server.log());
}
