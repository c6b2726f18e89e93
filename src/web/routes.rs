//! THE map: every address, its methods, and who may. A route's kind says which proof its handler takes (see `cx`), so
//! the table cannot promise what a handler does not ask for.
//!
//! [`answer`] goes through the same steps for each request: host, route, who, may they, is it ours, body, handler.
//! Nothing else decides about addresses; `openapi.json` is held to this table by a test.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONNECTION, CONTENT_LENGTH, LOCATION, TRANSFER_ENCODING};
use http::{HeaderValue, Method, StatusCode};
use tokio::time::timeout;

use super::body::{self, Body, Chunks};
use super::cx::{AdminCx, Cx, MemberCx, RawRequest, ReaderCx, RequestContext, SetupCx};
use super::error::WebError;
use super::reply::{self, Cache, Response, Trace};
use super::{
    Server, account, explore, guard, home, listing, lists, manage, mine, movie, my_files, person, poster, profile,
    setup, share, sitemap, status, suggest, upload,
};

use Handler::{Admins, All, Members, Readers, SetupHolder};

/// Every address. A name in braces stands for one segment.
pub const ROUTES: &[Route] = &[
    get("/", All(|cx| Box::pin(home::show(cx)))),
    get("/listing", Readers(|cx| Box::pin(listing::show(cx)))),
    get("/movie/{id}", Readers(|cx| Box::pin(movie::show(cx)))),
    get("/person/{name}", Readers(|cx| Box::pin(person::show(cx)))),
    get("/genre/{name}", Readers(|cx| Box::pin(explore::genre(cx)))),
    get("/decade/{year}", Readers(|cx| Box::pin(explore::decade(cx)))),
    get("/browse", Readers(|cx| Box::pin(explore::browse(cx)))),
    get("/stats", Readers(|cx| Box::pin(explore::statistics(cx)))),
    get("/random", Readers(|cx| Box::pin(explore::random(cx)))),
    get("/poster/{picture}", Readers(|cx| Box::pin(poster::show(cx)))),
    get("/suggest", Readers(|cx| Box::pin(suggest::show(cx)))),
    // One's own things.
    get("/mine", Members(|cx| Box::pin(mine::my_page(cx)))),
    get("/mine/ratings", Members(|cx| Box::pin(mine::ratings(cx)))),
    get("/mine/watchlist", Members(|cx| Box::pin(mine::watchlist(cx)))),
    get("/mine/seen", Members(|cx| Box::pin(mine::seen(cx)))),
    get("/mine/notes", Members(|cx| Box::pin(mine::notes(cx)))),
    post("/mine/rating/{id}", Members(|cx| Box::pin(mine::rate(cx)))),
    post("/mine/watchlist/{id}", Members(|cx| Box::pin(mine::watch(cx)))),
    post("/mine/seen/{id}", Members(|cx| Box::pin(mine::add_viewing(cx)))),
    post("/mine/seen/{id}/delete", Members(|cx| Box::pin(mine::remove_viewing(cx)))),
    post("/mine/note/{id}", Members(|cx| Box::pin(mine::set_note(cx)))),
    post("/mine/list/{id}", Members(|cx| Box::pin(lists::place_movie(cx)))),
    get("/mine/export/{name}", Members(|cx| Box::pin(my_files::export(cx)))),
    get("/mine/import", Members(|cx| Box::pin(my_files::form(cx)))),
    post_file("/mine/import", Members(|cx| Box::pin(my_files::import(cx)))),
    get("/lists", Readers(|cx| Box::pin(lists::show_all(cx)))),
    post("/lists", Members(|cx| Box::pin(lists::add(cx)))),
    get("/list/{id}", Readers(|cx| Box::pin(lists::show(cx)))),
    post("/list/{id}", Members(|cx| Box::pin(lists::update(cx)))),
    post("/list/{id}/delete", Members(|cx| Box::pin(lists::delete(cx)))),
    post("/list/{id}/movies", Members(|cx| Box::pin(lists::place(cx)))),
    get("/account", Members(|cx| Box::pin(profile::show(cx)))),
    post("/account/delete", Members(|cx| Box::pin(profile::delete(cx)))),
    // The catalogue's care.
    get("/admin", Admins(|cx| Box::pin(listing::show_admin(cx)))),
    get("/manage/add", Admins(|cx| Box::pin(manage::add_form(cx)))),
    post_form("/manage/add", Admins(|cx| Box::pin(manage::add(cx)))),
    get("/manage/update", Admins(|cx| Box::pin(manage::update_form(cx)))),
    post_form("/manage/update", Admins(|cx| Box::pin(manage::update(cx)))),
    get("/manage/delete/{id}", Admins(|cx| Box::pin(manage::delete_form(cx)))),
    post("/manage/delete/{id}", Admins(|cx| Box::pin(manage::delete(cx)))),
    delete("/manage/delete/{id}", Admins(|cx| Box::pin(manage::delete(cx)))),
    post_file("/manage/poster/{id}", Admins(|cx| Box::pin(poster::upload(cx)))),
    delete("/manage/poster/{id}", Admins(|cx| Box::pin(poster::remove(cx)))),
    post("/manage/poster/{id}/delete", Admins(|cx| Box::pin(poster::remove(cx)))),
    post("/manage/sample", Admins(|cx| Box::pin(manage::load_sample(cx)))),
    // Accounts.
    get("/signin", All(|cx| Box::pin(account::sign_in_form(cx)))),
    post("/signin", All(|cx| Box::pin(account::sign_in(cx)))),
    get("/signup", All(|cx| Box::pin(account::sign_up_form(cx)))),
    post("/signup", All(|cx| Box::pin(account::sign_up(cx)))),
    post("/signout", All(|cx| Box::pin(account::sign_out(cx)))),
    get("/setup", SetupHolder(|cx| Box::pin(setup::form(cx)))),
    post("/setup", SetupHolder(|cx| Box::pin(setup::make(cx)))),
    // Programs.
    get("/healthz", All(|cx| Box::pin(status::alive(cx)))),
    get("/readyz", All(|cx| Box::pin(status::ready(cx)))),
    get("/metrics", All(|cx| Box::pin(status::metrics(cx)))),
    get("/api/openapi.json", All(|cx| Box::pin(status::openapi(cx)))),
    get("/feed.xml", Readers(|cx| Box::pin(share::feed(cx)))),
    get("/opensearch.xml", All(|cx| Box::pin(share::opensearch(cx)))),
    get("/manifest.webmanifest", All(|cx| Box::pin(share::manifest(cx)))),
    get("/sitemap.xml", All(|cx| Box::pin(sitemap::index(cx)))),
    get("/sitemap/{part}", All(|cx| Box::pin(sitemap::part(cx)))),
    get("/robots.txt", All(|cx| Box::pin(share::robots(cx)))),
    get("/favicon.ico", All(|cx| Box::pin(status::favicon(cx)))),
    get("/assets/{name}", All(|cx| Box::pin(status::asset(cx)))),
];

/// An address with one of its methods.
pub struct Route {
    /// The method; what takes `GET` takes `HEAD` too.
    pub method: Method,
    /// The path, with names in braces.
    pub path: &'static str,
    handler: Handler,
    /// Whether its body may bring a file.
    files: Files,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    All,
    /// Who is signed in; with `--public` everybody.
    Readers,
    /// Who is signed in, also with `--public`.
    Members,
    /// Admins.
    Admins,
    /// Whoever holds the setup link, while there is no admin.
    SetupHolder,
}

impl Route {
    /// Who may use it.
    pub fn who(&self) -> Who {
        match self.handler {
            All(_) => Who::All,
            Readers(_) => Who::Readers,
            Members(_) => Who::Members,
            Admins(_) => Who::Admins,
            SetupHolder(_) => Who::SetupHolder,
        }
    }

    /// What the names in the path stand for; `None` where the path is another one.
    fn parameters(&self, segments: &[String]) -> Option<Vec<(&'static str, String)>> {
        let mut pattern = self.path.split('/').skip(1);
        let mut parameters = Vec::new();
        for segment in segments {
            let part = pattern.next()?;
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) if !segment.is_empty() => parameters.push((name, segment.clone())),
                None if part == segment => {}
                _ => return None,
            }
        }
        pattern.next().is_none().then_some(parameters)
    }

    /// The path has no names.
    fn is_plain(&self) -> bool {
        !self.path.contains('{')
    }

    fn takes(&self, method: &Method) -> bool {
        self.method == method || self.method == Method::GET && method == Method::HEAD
    }
}

/// The files that a body may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Files {
    None,
    /// One among the fields of a form.
    InForms,
    /// One among the fields of a form, or alone.
    Any,
}

impl Files {
    /// A body with these headers may bring one.
    fn are_in(self, headers: &http::HeaderMap) -> bool {
        match self {
            Self::None => false,
            Self::InForms => body::content_type(headers) == "multipart/form-data",
            Self::Any => true,
        }
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, WebError>> + Send>>;

/// What answers, with the proof that it takes.
enum Handler {
    All(fn(Cx) -> Answer),
    Readers(fn(ReaderCx) -> Answer),
    Members(fn(MemberCx) -> Answer),
    Admins(fn(AdminCx) -> Answer),
    SetupHolder(fn(SetupCx) -> Answer),
}

impl Handler {
    async fn run(&self, cx: Cx) -> Result<Response, WebError> {
        match self {
            All(run) => run(cx).await,
            Readers(run) => run(ReaderCx::authorize(cx)?).await,
            Members(run) => run(MemberCx::authorize(cx)?).await,
            Admins(run) => run(AdminCx::authorize(cx)?).await,
            SetupHolder(run) => run(SetupCx::authorize(cx).await?).await,
        }
    }
}

const fn get(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::GET, path, handler, files: Files::None }
}

const fn post(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::POST, path, handler, files: Files::None }
}

const fn delete(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::DELETE, path, handler, files: Files::None }
}

/// As [`post`], with a body that may bring a file.
const fn post_file(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::POST, path, handler, files: Files::Any }
}

/// As [`post`], with a form that may bring a file among its fields.
const fn post_form(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::POST, path, handler, files: Files::InForms }
}

/// How long an answer may take; a change that is under way then is done all the same.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(20);

/// Answers a request, whatever it is.
pub async fn answer(server: Arc<Server>, raw: RawRequest, chunks: Chunks) -> Response {
    let mut asked = RequestContext::new(server, raw);
    let has_body = asked.headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
        || asked.headers.contains_key(TRANSFER_ENCODING);
    let prepared = prepare(&mut asked, chunks).await;
    let is_refused = prepared.is_err();
    let cx = Cx::new(asked);
    let outcome = match prepared {
        Ok(Prepared::Route(route)) => run(route, cx.clone()).await,
        Ok(Prepared::Moved(location)) => Ok(moved(&location)),
        Err(error) => Err(error),
    };
    let mut response = outcome.unwrap_or_else(|error| error.into_response(&cx));
    if is_refused && has_body {
        // It may not have been read: what follows on this connection could not be told from it.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let trace = Trace { route: cx.pattern, user: cx.account().map(|account| account.id) };
    response.extensions_mut().insert(trace);
    response
}

/// What a request's head leads to.
enum Prepared {
    Route(&'static Route),
    Moved(String),
}

/// Everything before the handler. The body of somebody who may not is not read.
async fn prepare(asked: &mut RequestContext, mut chunks: Chunks) -> Result<Prepared, WebError> {
    guard::host(asked)?;
    if asked.query_is_invalid_utf8 {
        return Err(WebError::malformed("the query is not UTF-8"));
    }
    let found = find(&asked.method, &asked.path);
    if let Ok((route, _)) = &found {
        asked.pattern = route.path;
    }
    if !is_anonymous(asked.pattern) {
        guard::identify(asked).await?;
    }
    let (route, parameters) = match found {
        Ok(found) => found,
        Err(WebError::NotFound) => return without_slash(asked).map(Prepared::Moved).ok_or(WebError::NotFound),
        Err(error) => return Err(error),
    };
    asked.parameters = parameters;
    guard::check_same_origin(asked)?;
    match route.who() {
        Who::Admins => guard::admin(asked)?,
        Who::Readers if !asked.may_read() => return Err(WebError::Unauthenticated),
        Who::Members if asked.account().is_none() => return Err(WebError::Unauthenticated),
        Who::Readers | Who::Members | Who::All | Who::SetupHolder => {}
    }
    if asked.is_change() {
        asked.body = if route.files.are_in(&asked.headers) {
            read_upload(asked, route.who(), &mut chunks).await?
        } else {
            let bytes = body::read(&mut chunks, &asked.headers, body::LIMIT).await?;
            body::parse(&bytes, &body::content_type(&asked.headers))?
        };
    }
    Ok(Prepared::Route(route))
}

/// Reads a body that may bring a file, in a slot of its sender.
async fn read_upload(asked: &RequestContext, who: Who, chunks: &mut Chunks) -> Result<Body, WebError> {
    let server = &asked.server;
    let slots = if who == Who::Admins { &server.pictures } else { &server.imports };
    let account = asked.account().ok_or(WebError::Unauthenticated)?.id;
    let slot = match slots.take(account) {
        Ok(slot) => slot,
        Err(error) => {
            body::drain_in_time(chunks).await;
            return Err(error);
        }
    };
    let mut body = upload::read(chunks, &asked.headers, server.app.config.folder()).await?;
    if let Body::Upload(upload) = &mut body {
        upload.slot = Some(Arc::new(slot));
    }
    Ok(body)
}

/// Runs a handler, and turns a panic or an overlong wait into an error.
async fn run(route: &'static Route, cx: Cx) -> Result<Response, WebError> {
    let handled = AssertUnwindSafe(route.handler.run(cx)).catch_unwind();
    match timeout(HANDLER_TIMEOUT, handled).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(WebError::Internal(format!("a panic in {} {}", route.method, route.path))),
        Err(_) => Err(WebError::Unavailable(format!("{} {} took too long", route.method, route.path))),
    }
}

/// Nobody's identity matters there, so none is looked up.
fn is_anonymous(pattern: &str) -> bool {
    matches!(pattern, "/healthz" | "/readyz" | "/metrics" | "/api/openapi.json" | "/robots.txt" | "/favicon.ico")
        || matches!(pattern, "/assets/{name}" | "/opensearch.xml" | "/manifest.webmanifest")
}

/// A route with what the names in its path stand for.
type Found = (&'static Route, Vec<(&'static str, String)>);

/// The route of a method and an encoded path.
fn find(method: &Method, path: &str) -> Result<Found, WebError> {
    if matches!(*method, Method::TRACE | Method::CONNECT) {
        return Err(WebError::MethodNotAllowed { allow: "GET, HEAD, POST, DELETE".to_owned() });
    }
    // Most addresses are written as they stand in the table.
    if let Some(route) = ROUTES.iter().find(|route| route.path == path && route.takes(method) && route.is_plain()) {
        return Ok((route, Vec::new()));
    }
    let Some(rest) = path.strip_prefix('/') else { return Err(WebError::NotFound) };
    let segments = rest.split('/').map(body::decode).collect::<Result<Vec<_>, _>>()?;
    let mut allow = Vec::new();
    for route in ROUTES {
        let Some(parameters) = route.parameters(&segments) else { continue };
        if route.takes(method) {
            return Ok((route, parameters));
        }
        allow.push(route.method.as_str());
        if route.method == Method::GET {
            allow.push("HEAD");
        }
    }
    if allow.is_empty() { Err(WebError::NotFound) } else { Err(WebError::MethodNotAllowed { allow: allow.join(", ") }) }
}

/// There is something to read at an encoded path.
pub fn answers_get(path: &str) -> bool {
    find(&Method::GET, path).is_ok()
}

/// Where an address with a slash too many at its end leads.
fn without_slash(asked: &RequestContext) -> Option<String> {
    let path = asked.path.strip_suffix('/')?;
    find(&Method::GET, path).ok().filter(|_| !asked.is_change())?;
    Some(asked.address.replacen(&asked.path, path, 1))
}

fn moved(location: &str) -> Response {
    let mut response =
        reply::bytes(StatusCode::PERMANENT_REDIRECT, Cache::Hour, "text/plain; charset=utf-8", Bytes::new());
    reply::set(&mut response, LOCATION, location);
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn pattern(method: &Method, path: &str) -> Result<String, String> {
        match find(method, path) {
            Ok((route, parameters)) => {
                let values: Vec<String> = parameters.into_iter().map(|(_, value)| value).collect();
                Ok(format!("{} {} {}", route.method, route.path, values.join(",")))
            }
            Err(WebError::MethodNotAllowed { allow }) => Err(allow),
            Err(error) => Err(format!("{error:?}")),
        }
    }

    #[test]
    fn paths_lead_to_their_routes() {
        assert_eq!(pattern(&Method::GET, "/").as_deref(), Ok("GET / "));
        assert_eq!(pattern(&Method::HEAD, "/movie/7").as_deref(), Ok("GET /movie/{id} 7"));
        assert_eq!(pattern(&Method::DELETE, "/manage/delete/7").as_deref(), Ok("DELETE /manage/delete/{id} 7"));
        assert_eq!(pattern(&Method::GET, "/assets/a%2Fb").as_deref(), Ok("GET /assets/{name} a/b"));
        assert_eq!(pattern(&Method::GET, "/movie/{id}").as_deref(), Ok("GET /movie/{id} {id}"));
        assert_eq!(pattern(&Method::GET, "/l%69sting").as_deref(), Ok("GET /listing "));
    }

    #[test]
    fn other_paths_are_unknown_and_other_methods_are_told() {
        for path in ["", "*", "/x", "/movie", "/movie/", "/movie/1/2", "//", "/listing/", "//listing"] {
            assert_eq!(pattern(&Method::GET, path), Err("NotFound".to_owned()), "{path}");
        }
        assert_eq!(pattern(&Method::PUT, "/listing"), Err("GET, HEAD".to_owned()));
        assert_eq!(pattern(&Method::GET, "/signout"), Err("POST".to_owned()));
        assert_eq!(pattern(&Method::PATCH, "/manage/delete/7"), Err("GET, HEAD, POST, DELETE".to_owned()));
        assert_eq!(pattern(&Method::TRACE, "/nowhere"), Err("GET, HEAD, POST, DELETE".to_owned()));
        assert!(pattern(&Method::GET, "/movie/%ff").is_err_and(|error| error.starts_with("Malformed")));
    }

    #[test]
    fn no_two_routes_are_the_same() {
        let all: BTreeSet<_> = ROUTES.iter().map(|route| (route.path, route.method.as_str())).collect();
        assert_eq!(all.len(), ROUTES.len());
    }

    #[test]
    fn openapi_describes_this_table() {
        let described: Value = serde_json::from_str(status::OPENAPI).expect("JSON");
        let operations = described["paths"].as_object().expect("paths").iter().flat_map(|(path, item)| {
            let methods = item.as_object().expect("an item").keys().filter(|key| *key != "parameters");
            methods.map(|method| (path.clone(), method.to_uppercase()))
        });
        let described: BTreeSet<_> = operations.collect();
        let table: BTreeSet<_> =
            ROUTES.iter().map(|route| (route.path.to_owned(), route.method.as_str().to_owned())).collect();
        assert_eq!(described, table);
    }
}
