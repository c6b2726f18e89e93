//! One HTTP/1.1 connection that is kept, with as little between the clock and the server as there can be.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// The client of a server on this machine.
pub struct Client {
    stream: TcpStream,
    headers: String,
    received: Vec<u8>,
}

impl Client {
    /// Connects to `http://HOST:PORT`.
    pub fn connect(url: &str, token: &str) -> Self {
        let host = url.strip_prefix("http://").expect("an address that starts with http://");
        let stream = TcpStream::connect(host).expect("a server that listens");
        stream.set_nodelay(true).expect("a socket");
        let headers =
            format!(" HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n");
        Self { stream, headers, received: Vec::with_capacity(1 << 20) }
    }

    /// Asks and reads the whole answer.
    ///
    /// # Panics
    /// When the answer is not 200: figures of errors would count for nothing.
    pub fn get(&mut self, path: &str) {
        let request = ["GET ", path, self.headers.as_str()].concat();
        self.stream.write_all(request.as_bytes()).expect("sent");
        self.received.clear();
        let body = loop {
            self.receive();
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&self.received[..body]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200 "), "{path}: {head}");
        match head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
            Some(length) => {
                let length: usize = length.parse().expect("a length");
                while self.received.len() < body + length {
                    self.receive();
                }
            }
            // In chunks, of which the last is empty.
            None => {
                while !self.received.ends_with(b"\r\n0\r\n\r\n") {
                    self.receive();
                }
            }
        }
    }

    /// Asks and reads the answer as JSON, which must not come in chunks.
    pub fn json(&mut self, path: &str) -> Value {
        self.get(path);
        let body = find(&self.received, b"\r\n\r\n").map_or(0, |end| end + 4);
        serde_json::from_slice(&self.received[body..]).expect("JSON")
    }

    fn receive(&mut self) {
        let mut buffer = [0; 1 << 16];
        let count = self.stream.read(&mut buffer).expect("received");
        assert!(count > 0, "the server has closed the connection");
        self.received.extend_from_slice(&buffer[..count]);
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
