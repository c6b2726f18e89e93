//! Pages and API over HTTP. Owns the accept loop and its limits: how many connections (see [`connections`]), how long each
//! may take for a request's head, for a reply, for its life, and how the server ends.
//!
//! Warp is the shell: one boxed filter takes a request apart and hands it to [`routes`], the map of addresses. Every
//! reply goes out through [`finish`], which gives it its security headers, its log line and its place in the metrics.
//! Nothing here knows a page; start with [`routes`].

pub mod routes;

pub mod account;
pub mod explore;
pub mod home;
pub mod listing;
pub mod lists;
pub mod manage;
pub mod mine;
pub mod movie;
pub mod my_files;
pub mod person;
pub mod poster;
pub mod profile;
pub mod setup;
pub mod share;
pub mod sitemap;
pub mod status;
pub mod suggest;

pub mod assets;
pub mod view;

pub mod body;
pub mod cached_page;
mod connections;
pub mod cx;
pub mod error;
pub mod form_page;
pub mod guard;
pub mod json;
pub mod metrics;
pub mod negotiate;
pub mod origin;
pub mod reply;
pub mod response_cache;
pub mod slots;
mod socket;
pub mod typed_movie;
pub mod upload;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Buf;
use futures_util::{FutureExt, StreamExt};
use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, Method, Request, Uri};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use warp::Filter;
use warp::filters::BoxedFilter;

use self::connections::Connections;
pub use self::connections::raise_file_limit;
use self::cx::{Connection, RawRequest};
use self::metrics::Metrics;
use self::response_cache::ResponseCache;
use self::slots::Slots;
use self::socket::WriteTimeoutStream;
use crate::app::App;

/// How long a client may take for a request's head; also how long a kept connection may idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long data that was sent may stay unacknowledged.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection lives; then the request under way is finished and the client connects anew.
const MAX_CONNECTION_AGE: Duration = Duration::from_secs(300);
/// How long requests under way may take once the server, or their connection, ends.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// The most header lines of a request.
const MAX_HEADERS: usize = 64;
/// The most bytes of a request's head.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// How often the log tells of refused connections at most.
const REFUSAL_WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// What all requests share.
pub struct Server {
    /// The application.
    pub app: Arc<App>,
    /// What `/metrics` tells.
    pub metrics: Metrics,
    /// Answers that need not be made again.
    pub response_cache: ResponseCache,
    /// Pictures are made small one after the other: each may take some hundred megabytes for a moment.
    pub image_permit: Arc<Semaphore>,
    /// Files that people bring: each takes its length on the disk while it arrives and is read.
    pub imports: Arc<Slots>,
    /// Pictures that admins bring; programs may send some at once.
    pub pictures: Arc<Slots>,
    /// Files that people take along.
    pub exports: Arc<Slots>,
}

/// Serves until `shutdown` is done, then finishes the requests under way, at most ten seconds.
///
/// # Errors
/// None today; a listener that fails to accept is tried again.
pub async fn serve(listener: TcpListener, app: Arc<App>, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let server = Arc::new(Server {
        app,
        metrics: Metrics::default(),
        response_cache: ResponseCache::default(),
        image_permit: Arc::new(Semaphore::new(1)),
        imports: Slots::new(16, 1),
        pictures: Slots::new(16, 8),
        exports: Slots::new(16, 2),
    });
    let service = ServiceBuilder::new()
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(4))
                .compress_when(SizeAbove::new(512).and(NotForContentType::IMAGES)),
        )
        .service(warp::service(filter(Arc::clone(&server))));
    let connections = Connections::new(connections::max_connections());
    let (ending, ended) = watch::channel(false);
    let mut warned: Option<Instant> = None;
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(place) = connections.admit(peer.ip()) else {
            server.metrics.count_refused_connection();
            if warned.is_none_or(|warned| warned.elapsed() > REFUSAL_WARNING_INTERVAL) {
                warned = Some(Instant::now());
                tracing::warn!(peer = %peer.ip(), "connections are refused: this address, or all together, hold too many");
            }
            connections.refuse(stream);
            continue;
        };
        let (service, server, ended) = (service.clone(), Arc::clone(&server), ended.clone());
        tokio::spawn(async move {
            serve_connection(stream, peer, service, server, ended).await;
            drop(place);
        });
    }
    drop(listener);
    ending.send_replace(true);
    if timeout(SHUTDOWN_TIMEOUT, connections.all_ended()).await.is_err() {
        tracing::warn!("connections were cut: their requests took longer than {} s", SHUTDOWN_TIMEOUT.as_secs());
    }
    Ok(())
}

/// One connection, from its first byte to its end.
async fn serve_connection<S, B>(
    stream: TcpStream,
    peer: SocketAddr,
    service: S,
    server: Arc<Server>,
    mut ended: watch::Receiver<bool>,
) where
    S: Service<Request<Incoming>, Response = http::Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: hyper::body::Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let socket = socket2::SockRef::from(&stream);
    if let Err(error) =
        stream.set_nodelay(true).and_then(|()| socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIMEOUT)))
    {
        tracing::debug!(%error, "a connection without its options");
    }
    let answer = service_fn(move |request| finish(request, peer, service.clone(), Arc::clone(&server)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .half_close(false);
    let connection = http.serve_connection(TokioIo::new(WriteTimeoutStream::new(stream)), answer);
    tokio::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        () = sleep(MAX_CONNECTION_AGE) => {}
        _ = ended.wait_for(|ended| *ended) => {}
    }
    connection.as_mut().graceful_shutdown();
    // What is still under way after the grace is dropped with the connection.
    let _ = timeout(SHUTDOWN_TIMEOUT, connection).await;
}

/// Answers one request and gives the reply what every reply has.
async fn finish<S, B>(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    service: S,
    server: Arc<Server>,
) -> Result<http::Response<B>, Infallible>
where
    S: Service<Request<Incoming>, Response = http::Response<B>, Error = Infallible>,
{
    let started = Instant::now();
    let connection = Connection::new(peer, request.uri().authority().map(ToString::to_string));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    if request.uri().path_and_query().is_none() {
        // `CONNECT` names a host and no path, which warp takes for impossible.
        *request.uri_mut() = Uri::from_static("/");
    }
    if method == Method::HEAD {
        // Some clients would unpack the body that is not there.
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    // The compression layer would put 406 over the status of what has been done.
    negotiate::normalize_accept_encoding(request.headers_mut());
    request.extensions_mut().insert(connection.clone());
    let mut response = service.oneshot(request).await?;
    reply::secure(response.headers_mut(), connection.request_id.as_str());
    let trace = response.extensions().get::<reply::Trace>().copied().unwrap_or_default();
    let (took, status) = (started.elapsed(), response.status().as_u16());
    // To the microsecond: more digits would tell nothing.
    let ms = f64::from(u32::try_from(took.as_micros()).unwrap_or(u32::MAX)) / 1000.0;
    server.metrics.count(&method, trace.route, status, took);
    // The query is left out: it may hold what people look for, or a setup token.
    tracing::info!(
        method = %method, path = %path.escape_debug(), status, ms,
        id = %connection.request_id, user = trace.user, "request"
    );
    Ok(response)
}

/// The one filter: takes the request apart, leaves everything else to [`routes::answer`].
fn filter(server: Arc<Server>) -> BoxedFilter<(warp::reply::Response,)> {
    let query = warp::query::raw().or_else(|_| async { Ok::<_, Infallible>((String::new(),)) });
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Connection>())
        .and(warp::body::stream())
        .then(move |method: Method, path: warp::path::FullPath, query, headers: HeaderMap, connection, body| {
            let chunks = StreamExt::map(body, |chunk: Result<_, warp::Error>| {
                let whole = |mut buffer| {
                    let length = Buf::remaining(&buffer);
                    Buf::copy_to_bytes(&mut buffer, length)
                };
                chunk.map(whole).map_err(|_| ())
            });
            let connection = Option::unwrap_or_default(connection);
            let raw = RawRequest { method, path: path.as_str().to_owned(), query, headers, connection };
            routes::answer(Arc::clone(&server), raw, Box::pin(chunks)).map(reply::for_warp)
        })
        .boxed()
}
