//! What unfriendly clients send. None of it makes a 5xx, a panic or a wait without end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::fmdb::{Folder, Server};

/// Sends bytes as they are; gives what came until the server closed the connection.
fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    String::from_utf8_lossy(&reply).into_owned()
}

#[test]
fn malformed_requests_are_refused() {
    let folder = Folder::new();
    let server = folder.serve(&["--public"]);
    let host = "Host: localhost\r\nConnection: close\r\n";
    for (request, status) in [
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\n{host}Host: other\r\n\r\n"), "400"),
        (format!("TRACE / HTTP/1.1\r\n{host}\r\n"), "405"),
        (format!("BREW / HTTP/1.1\r\n{host}\r\n"), "405"),
        (format!("GET /{} HTTP/1.1\r\n{host}\r\n", "a".repeat(100_000)), "4"),
        (format!("GET / HTTP/1.1\r\n{host}X: {}\r\n\r\n", "a".repeat(100_000)), "431"),
        (format!("POST /signin HTTP/1.1\r\n{host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), "400"),
        (
            format!(
                "POST /signin HTTP/1.1\r\n{host}Content-Length: 900000000\r\nContent-Type: application/json\r\n\r\n"
            ),
            "4",
        ),
    ] {
        let reply = raw(&server, request.as_bytes());
        assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{}: {reply}", &request[..40.min(request.len())]);
    }
    assert_eq!(server.nobody().get("/healthz").status, 200);
}

#[test]
fn a_refusal_that_leaves_a_body_unread_ends_the_connection_and_says_so() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let kind = "Host: localhost\r\nContent-Type: application/json\r\n";
    let reply = raw(&server, format!("POST /manage/add HTTP/1.1\r\n{kind}Content-Length: 2\r\n\r\n{{}}").as_bytes());
    assert!(reply.starts_with("HTTP/1.1 401") && reply.to_lowercase().contains("connection: close"), "{reply}");
}

#[test]
fn a_chunked_body_over_the_limit_is_too_large() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let chunk = format!("8000\r\n{}\r\n", "a".repeat(0x8000));
    let body = chunk.repeat(20);
    let head = "POST /signin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
    let reply = raw(&server, format!("{head}{body}0\r\n\r\n").as_bytes());
    assert!(reply.starts_with("HTTP/1.1 413"), "{}", &reply[..100.min(reply.len())]);
}

#[test]
fn slow_heads_are_closed() {
    let folder = Folder::new();
    let server = folder.serve(&["--public"]);
    let began = Instant::now();
    let mut slow: Vec<TcpStream> = ["", "G", "GET / HTTP/1.1\r\nHo"]
        .iter()
        .map(|start| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
            stream.write_all(start.as_bytes()).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(25))).unwrap();
            stream
        })
        .collect();
    for stream in &mut slow {
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(server.nobody().get("/healthz").status, 200);
}

#[test]
fn random_questions_and_bodies_are_answered_without_a_fault() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Star Wars","director":"George Lucas","genres":["Sci-Fi"],"year":1977,"score":8.6}]"#);
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let admin = server.bearer(&token);
    let mut rng = StdRng::seed_from_u64(20_261_124);
    let pieces = [
        "star",
        "\"",
        "'",
        "%22",
        "AND",
        "OR",
        "*",
        "(",
        ")",
        "[",
        "]",
        "~2",
        "^",
        ":",
        "\\",
        "title:",
        "%00",
        "%ff",
        "%e2%80%ae",
        "七人",
        "é",
        "🎬",
        "&",
        "=",
        "..",
        "-1",
        "1e400",
        "9999999999999999999999",
        "nan",
        "%",
        "+",
        "/",
        "<script>",
        "%0d%0aX:1",
    ];
    for _ in 0..400 {
        let mut text = String::new();
        for _ in 0..rng.random_range(0..6) {
            let piece = pieces[rng.random_range(0..pieces.len())];
            text.push_str(&piece.replace('"', "%22").replace(['<', '>', '\\', '^', ' ', '[', ']'], "%5c"));
        }
        let text: String = text.chars().flat_map(|c| if c.is_ascii() { vec![c] } else { percent(c) }).collect();
        for path in [
            format!("/listing?q={text}"),
            format!("/listing?{text}=1&name={text}&director={text}"),
            format!("/listing?genre={text}&year={text}&score={text}&p={text}"),
            format!("/suggest?q={text}&field={text}"),
            format!("/movie/{}", text.replace(['?', '#'], "")),
        ] {
            let reply = admin.get(&path);
            assert!(reply.status < 500, "{path}: {} {}", reply.status, reply.body);
        }
        let bytes: Vec<u8> = (0..rng.random_range(0..60)).map(|_| rng.random()).collect();
        for content_type in ["application/json", "application/x-www-form-urlencoded"] {
            let reply = admin.send("POST", "/manage/add", content_type, &bytes);
            assert!(reply.status < 500, "{bytes:?}: {}", reply.body);
        }
    }
    assert!(!server.log().contains("panicked"));
}

fn percent(c: char) -> Vec<char> {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().flat_map(|byte| format!("%{byte:02x}").chars().collect::<Vec<_>>()).collect()
}
