//! A request, taken apart: what handlers read from. [`AdminCx`] and its kin are proofs: only their makers here check
//! who may, and a handler that takes one need not ask again. Who is asking is found in `guard`.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION};
use http::{HeaderMap, Method};

use super::body::{self, Body};
use super::error::WebError;
use super::view::look::{Look, Shape, Theme};
use super::view::{Chrome, Notice};
use super::{Server, form_page, guard, negotiate};
use crate::flows::account;
use crate::flows::cached_identity::CatalogVersion;
use crate::i18n::{self, Locale};
use crate::model::{Account, ClientKey, EntryCounts, MovieId};

/// Names a request in the log and in the reply: 16 hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub struct RequestId([u8; 16]);

impl RequestId {
    fn new() -> Self {
        let number = rand::random::<[u8; 8]>();
        let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
        Self(std::array::from_fn(|place| digit(number[place / 2] >> (4 * (place % 2)) & 15)))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a request came from.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The other end of the connection: the client, or a proxy.
    pub peer: IpAddr,
    /// Names the request in the log and in the reply.
    pub request_id: RequestId,
    /// The host of an absolute address, which few clients send.
    pub authority: Option<String>,
}

impl Connection {
    /// A new request.
    pub fn new(peer: SocketAddr, authority: Option<String>) -> Self {
        Self { peer: peer.ip().to_canonical(), request_id: RequestId::new(), authority }
    }
}

impl Default for Connection {
    fn default() -> Self {
        Self::new(SocketAddr::from(([0, 0, 0, 0], 0)), None)
    }
}

/// A request as warp hands it over.
#[derive(Debug)]
pub struct RawRequest {
    /// The method, any.
    pub method: Method,
    /// The path, encoded.
    pub path: String,
    /// The query string, encoded; empty where there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// Where it came from.
    pub connection: Connection,
}

/// Who is asking.
#[derive(Debug, Clone, Default)]
pub enum Identity {
    /// Nobody who is known.
    #[default]
    Nobody,
    /// Somebody who signed in with a browser.
    Session {
        /// Whose session it is.
        account: Account,
        /// The cookie's secret.
        secret: String,
    },
    /// A program with an API token.
    Token(Account),
}

/// What is known of a request. [`super::routes`] fills it in, step by step, before any handler sees it.
pub struct RequestContext {
    /// What all requests share.
    pub server: Arc<Server>,
    /// The method, any.
    pub method: Method,
    /// The path, encoded.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// Where it came from.
    pub connection: Connection,
    /// The pattern of the path; empty while none matches.
    pub pattern: &'static str,
    /// What the pattern's names stand for.
    pub parameters: Vec<(&'static str, String)>,
    /// Who is asking.
    pub identity: Identity,
    /// The state of the catalogue before anything was read for the answer.
    pub state: Option<CatalogVersion>,
    /// The session's token for forms, once a page has asked for it.
    csrf: OnceLock<String>,
    /// What came with it.
    pub body: Body,
    /// The visitor's language.
    pub locale: Locale,
    /// The language that the address asks to remember.
    pub chosen: Option<Locale>,
    /// Light or dark, grid or table.
    pub look: Look,
    /// Path and query without `lang`, `theme` and `notice`.
    pub address: String,
    /// The page that the switches of a page lead to, once a page has asked for it.
    page: OnceLock<String>,
    /// How the visitor names this site: `https://movies.example`.
    pub origin: String,
    /// The query was not UTF-8.
    pub query_is_invalid_utf8: bool,
}

impl RequestContext {
    /// What the head of a request says.
    pub fn new(server: Arc<Server>, raw: RawRequest) -> Self {
        let RawRequest { method, path, query: raw, headers, connection } = raw;
        let (query, query_is_invalid_utf8) =
            body::pairs(&raw).map_or_else(|_| (Vec::new(), true), |pairs| (pairs, false));
        let lang = query.iter().find(|(name, _)| name == "lang").map(|(_, value)| value.as_str());
        let cookie = guard::cookie(&headers, guard::LANG_COOKIE);
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let locale = i18n::negotiate(lang, cookie.as_deref(), accepted);
        let chosen = lang.and_then(Locale::parse);
        let look = look(&query, &headers);
        let address = address(&path, &raw);
        let origin = guard::origin(&headers, connection.peer);
        Self {
            server,
            method,
            path,
            query,
            headers,
            connection,
            pattern: "",
            parameters: Vec::new(),
            identity: Identity::Nobody,
            state: None,
            csrf: OnceLock::new(),
            body: Body::Empty,
            locale,
            chosen,
            look,
            address,
            page: OnceLock::new(),
            origin,
            query_is_invalid_utf8,
        }
    }

    /// The value of a header, if it is text.
    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first value of a name of the query.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The query's pairs, for the parsers of `model`.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Who is signed in.
    pub fn account(&self) -> Option<&Account> {
        match &self.identity {
            Identity::Nobody => None,
            Identity::Session { account, .. } | Identity::Token(account) => Some(account),
        }
    }

    /// The visitor may read the catalogue.
    pub fn may_read(&self) -> bool {
        self.server.app.config.public || self.account().is_some()
    }

    /// The session's token for forms; empty where there is no session.
    pub fn csrf(&self) -> &str {
        match &self.identity {
            Identity::Session { secret, .. } => self.csrf.get_or_init(|| guard::csrf_token(secret)),
            Identity::Nobody | Identity::Token(_) => "",
        }
    }

    /// The request may change something.
    pub fn is_change(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
    }

    /// It carries an API token, right or wrong.
    pub fn is_bearer(&self) -> bool {
        guard::bearer(self.header(AUTHORIZATION)).is_some()
    }

    /// The reply is to be JSON.
    pub fn wants_json(&self) -> bool {
        let accept = self.header(ACCEPT).unwrap_or_default();
        let has_json = body::content_type(&self.headers) == "application/json";
        match self.pattern {
            "/api/openapi.json" => return true,
            "/suggest" => return !accept.contains(FRAGMENT),
            _ => {}
        }
        negotiate::wants_json(accept, self.is_bearer() || has_json)
    }

    /// It is a browser's.
    pub fn names_html(&self) -> bool {
        self.header(ACCEPT).is_some_and(negotiate::names_html)
    }

    /// A browser's form came with it: the answer leads on to a page.
    pub fn is_form(&self) -> bool {
        let is_bare = matches!(&self.body, Body::Upload(upload) if upload.is_bare);
        !matches!(self.body, Body::Json(_)) && !is_bare && !self.wants_json()
    }

    /// The client's address, as far as it can be trusted.
    pub fn client(&self) -> IpAddr {
        guard::client(&self.headers, self.connection.peer)
    }

    /// The key of the client's address in every limit.
    pub fn client_key(&self) -> ClientKey {
        ClientKey::of(self.client())
    }

    /// It came over TLS, to a proxy on this machine.
    pub fn is_https(&self) -> bool {
        guard::is_https(&self.headers, self.connection.peer)
    }

    /// The own path that the form or the address says to go on to, if it does.
    pub fn next(&self) -> Option<String> {
        let next = self.body.text("next").or_else(|| self.value("next").map(str::to_owned))?;
        guard::own_path(&next)
    }

    /// What a page shows around its content.
    pub fn chrome(&self) -> Chrome<'_> {
        let notice = self.value("notice");
        Chrome {
            locale: self.locale,
            account: self.account(),
            csrf: self.csrf(),
            address: self.page(),
            may_read: self.may_read(),
            site: self.server.app.config.public.then_some(self.origin.as_str()),
            signup_open: self.server.app.config.signup_open,
            look: self.look,
            notice: Notice::ALL.into_iter().find(|known| Some(known.name()) == notice),
            removed: notice.and(self.value("removed")).and_then(EntryCounts::parse),
            notice_of: notice.and(self.value("of")).and_then(MovieId::parse),
        }
    }

    /// The address of the page that the answer is: its own, or that of the form which was sent.
    fn page(&self) -> &str {
        if self.is_change() { self.page.get_or_init(|| form_page::address(self)) } else { &self.address }
    }
}

/// What the address or else the cookies say.
fn look(query: &[(String, String)], headers: &HeaderMap) -> Look {
    fn choice<T>(
        (query, headers): (&[(String, String)], &HeaderMap),
        (name, cookie): (&str, &str),
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let asked = query.iter().find(|(known, _)| known == name).and_then(|(_, value)| parse(value));
        asked.or_else(|| parse(&guard::cookie(headers, cookie)?))
    }
    let from = (query, headers);
    Look {
        theme: choice(from, ("theme", guard::THEME_COOKIE), Theme::parse).unwrap_or_default(),
        shape: choice(from, ("view", guard::VIEW_COOKIE), Shape::parse).unwrap_or_default(),
    }
}

/// What the script of a page accepts: a part of a page, the suggestions as a list.
pub const FRAGMENT: &str = "text/fragment+html";

/// Path and query without what belongs to one visit.
fn address(path: &str, query: &str) -> String {
    let is_lasting = |piece: &&str| {
        let name = piece.split('=').next().unwrap_or_default();
        !piece.is_empty() && !matches!(name, "lang" | "theme" | "notice" | "removed" | "of")
    };
    let kept: Vec<&str> = query.split('&').filter(is_lasting).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// A request that a handler may read.
#[derive(Clone)]
pub struct Cx(Arc<RequestContext>);

impl Cx {
    /// Freezes what is known.
    pub fn new(asked: RequestContext) -> Self {
        Self(Arc::new(asked))
    }

    /// The movie's number in the path.
    ///
    /// # Errors
    /// Not found where it is no number.
    pub fn id(&self) -> Result<MovieId, WebError> {
        MovieId::parse(self.parameter("id")).ok_or(WebError::NotFound)
    }

    /// What a name of the pattern stands for; empty where the pattern has no such name.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Runs blocking work: that of a request that may change something by [`crate::app::App::writing`], that of any other
    /// by [`crate::app::App::blocking`].
    pub async fn blocking<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&crate::app::App) -> T + Send + 'static,
    {
        let app = &self.server.app;
        match self.is_change() {
            true => app.writing(self.client_key(), work).await,
            false => app.blocking(self.client_key(), work).await,
        }
    }

    /// Runs blocking work that takes long, see [`crate::app::App::heavy`].
    pub async fn heavy<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&crate::app::App) -> T + Send + 'static,
    {
        self.server.app.heavy(self.client_key(), work).await
    }
}

impl Deref for Cx {
    type Target = RequestContext;

    fn deref(&self) -> &RequestContext {
        &self.0
    }
}

/// Who asks may read the catalogue.
pub struct ReaderCx(Cx);

impl ReaderCx {
    /// Checks.
    ///
    /// # Errors
    /// Not signed in.
    pub fn authorize(cx: Cx) -> Result<Self, WebError> {
        if cx.may_read() { Ok(Self(cx)) } else { Err(WebError::Unauthenticated) }
    }
}

/// Who asks is signed in, also where everybody may read; where the request changes something, it is meant.
pub struct MemberCx {
    cx: Cx,
    /// Who asks.
    pub account: Account,
}

impl MemberCx {
    /// Checks the account and the token.
    ///
    /// # Errors
    /// Not signed in, or forbidden.
    pub fn authorize(cx: Cx) -> Result<Self, WebError> {
        let account = cx.account().cloned().ok_or(WebError::Unauthenticated)?;
        guard::check_csrf(&cx)?;
        Ok(Self { cx, account })
    }
}

/// Who asks is an admin; where the request changes something, it is meant.
pub struct AdminCx(Cx);

impl AdminCx {
    /// Checks role and token.
    ///
    /// # Errors
    /// Not signed in, or forbidden.
    pub fn authorize(cx: Cx) -> Result<Self, WebError> {
        guard::admin(&cx)?;
        guard::check_csrf(&cx)?;
        Ok(Self(cx))
    }
}

/// Who asks holds the setup link, and there is no admin yet.
pub struct SetupCx {
    cx: Cx,
    /// The link's secret.
    pub token: String,
}

impl SetupCx {
    /// Checks the link's secret.
    ///
    /// # Errors
    /// Forbidden, unavailable or failed.
    pub async fn authorize(cx: Cx) -> Result<Self, WebError> {
        let token = cx.body.text("token").or_else(|| cx.value("token").map(str::to_owned)).unwrap_or_default();
        let secret = token.clone();
        if cx.blocking(move |app| account::is_setup(app, &secret)).await? {
            Ok(Self { cx, token })
        } else {
            Err(WebError::SetupLinkUsed)
        }
    }
}

impl Deref for ReaderCx {
    type Target = Cx;

    fn deref(&self) -> &Cx {
        &self.0
    }
}

impl Deref for MemberCx {
    type Target = Cx;

    fn deref(&self) -> &Cx {
        &self.cx
    }
}

impl Deref for AdminCx {
    type Target = Cx;

    fn deref(&self) -> &Cx {
        &self.0
    }
}

impl Deref for SetupCx {
    type Target = Cx;

    fn deref(&self) -> &Cx {
        &self.cx
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_forgets_language_and_notice() {
        assert_eq!(address("/listing", "q=a%20b&lang=fr&p=2&notice=added&of=7"), "/listing?q=a%20b&p=2");
        assert_eq!(address("/", "lang=fr"), "/");
        assert_eq!(address("/", ""), "/");
        assert_eq!(address("/x", "language=1"), "/x?language=1");
    }
}
