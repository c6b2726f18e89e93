//! The floor of the site's throughput: a bare warp server that answers every request with the bytes of one file, from
//! memory. What fmdb reaches with the very same bytes is told as a part of what this reaches.
//!
//! `cargo bench --bench floor_http -- --port 0 --file page.html [--type text/html]` prints
//! `floor listening on http://127.0.0.1:PORT` and serves until it is killed.
#![expect(clippy::print_stdout, reason = "the address is its result")]

use std::error::Error;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use warp::Filter;

const USAGE: &str = "usage: floor_http --file PATH [--port N] [--type MEDIA_TYPE]";

struct Options {
    port: u16,
    file: String,
    kind: String,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let (mut port, mut file, mut kind) = (0, None, "text/html; charset=utf-8".to_owned());
    // Cargo itself adds `--bench`.
    let mut given = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(name) = given.next() {
        let value = given.next().ok_or(USAGE)?;
        match name.as_str() {
            "--port" => port = value.parse()?,
            "--file" => file = Some(value),
            "--type" => kind = value,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(Options { port, file: file.ok_or(USAGE)?, kind })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let bytes = Bytes::from(std::fs::read(&options.file)?);
    let kind = http::HeaderValue::from_str(&options.kind)?;
    let page = warp::any().map(move || {
        let mut response = http::Response::new(bytes.clone());
        response.headers_mut().insert(http::header::CONTENT_TYPE, kind.clone());
        response
    });
    let service = TowerToHyperService::new(warp::service(page));
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
    println!("floor listening on http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service.clone();
        // A client that goes away ends its own connection only.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await });
    }
}
