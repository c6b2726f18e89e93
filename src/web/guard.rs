//! Who is asking, and whether a request is meant: cookies, API tokens, origins, CSRF tokens, own paths.
//!
//! Owns the rules; secrets and accounts are in `flows::account`. Must never decide from a header that only a proxy may
//! set unless the other end is on this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HOST};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::cx::{Cx, Identity, RequestContext};
use super::error::WebError;
use crate::flows::account::{self, SESSION_AGE, Visitor};
use crate::flows::cached_identity::{Credential, cached_identity};
use crate::model::Role;

/// The cookie that remembers the language.
pub const LANG_COOKIE: &str = "fmdb_lang";
/// The cookie that remembers light or dark.
pub const THEME_COOKIE: &str = "fmdb_theme";
/// The cookie that remembers grid or table.
pub const VIEW_COOKIE: &str = "fmdb_view";
const VISIT_COOKIE: &str = "fmdb_visit";
const SESSION_COOKIE: &str = "fmdb_session";
/// The session's cookie over TLS: the prefix makes browsers refuse one that a neighbour or plain HTTP has set.
const SECURE_SESSION_COOKIE: &str = "__Host-fmdb_session";
/// The cookie that proves that a browser has signed in before, see `flows::device`.
const DEVICE_COOKIE: &str = "fmdb_device";
/// The same over TLS.
const SECURE_DEVICE_COOKIE: &str = "__Host-fmdb_device";
/// Seconds that a browser stays known: a year from its last sign-in.
const DEVICE_AGE: u64 = 365 * 24 * 3600;
/// The most characters of an own path to go on to.
const LONGEST_PATH: usize = 2000;

/// Finds who is asking, and notes the state that the answer will be good for. An API token that does not count is never
/// passed over for a cookie.
///
/// # Errors
/// Unauthenticated for a wrong API token; unavailable or failed.
pub async fn identify(asked: &mut RequestContext) -> Result<(), WebError> {
    let app = Arc::clone(&asked.server.app);
    if let Some(token) = bearer(asked.header(AUTHORIZATION)).map(str::to_owned) {
        let seen = cached_identity(&app, Credential::Token(&token));
        asked.state = seen.state;
        let account = match seen.account {
            Some(account) => Some(account),
            None => app.blocking(asked.client_key(), move |app| account::of_token(app, &token)).await?,
        };
        asked.identity = account.map(Identity::Token).ok_or(WebError::Unauthenticated)?;
        return Ok(());
    }
    let Some(secret) = session_secret(asked) else {
        asked.state = cached_identity(&app, Credential::Nothing).state;
        return Ok(());
    };
    let seen = cached_identity(&app, Credential::Session(&secret));
    asked.state = seen.state;
    let (cookie, account) = (secret.clone(), seen.account);
    let account = match account {
        Some(account) => Some(account),
        None => app.blocking(asked.client_key(), move |app| account::of_session(app, &cookie)).await?,
    };
    asked.identity = account.map_or(Identity::Nobody, |account| Identity::Session { account, secret });
    Ok(())
}

/// The secret in the session's cookie.
pub fn session_secret(asked: &RequestContext) -> Option<String> {
    cookie(&asked.headers, if asked.is_https() { SECURE_SESSION_COOKIE } else { SESSION_COOKIE })
}

/// The `Set-Cookie` of a new session, or of its end.
pub fn session_cookie(asked: &RequestContext, secret: Option<&str>) -> String {
    let (name, secure) = if asked.is_https() { (SECURE_SESSION_COOKIE, "; Secure") } else { (SESSION_COOKIE, "") };
    let age = if secret.is_some() { SESSION_AGE } else { 0 };
    format!("{name}={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", secret.unwrap_or_default())
}

/// The cookie of known devices, and where the request comes from.
pub fn visitor(asked: &RequestContext) -> Visitor {
    let name = if asked.is_https() { SECURE_DEVICE_COOKIE } else { DEVICE_COOKIE };
    Visitor { client: asked.client_key(), devices: cookie(&asked.headers, name) }
}

/// The `Set-Cookie` of known devices.
pub fn device_cookie(asked: &RequestContext, devices: &str) -> String {
    let (name, secure) = if asked.is_https() { (SECURE_DEVICE_COOKIE, "; Secure") } else { (DEVICE_COOKIE, "") };
    format!("{name}={devices}; Path=/; Max-Age={DEVICE_AGE}; HttpOnly; SameSite=Lax{secure}")
}

/// The `Set-Cookie` that tells scripts of a sign-in or sign-out: another value each time, and no secret. A page
/// that the browser kept from before is then loaded anew instead of shown.
pub fn visit_cookie(asked: &RequestContext) -> String {
    let secure = if asked.is_https() { "; Secure" } else { "" };
    format!("{VISIT_COOKIE}={:016x}; Path=/; SameSite=Lax{secure}", rand::random::<u64>())
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(header: Option<&str>) -> Option<&str> {
    let (scheme, token) = header?.trim().split_once(' ').unwrap_or((header?.trim(), ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of a cookie; the first one where there are several.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// Whoever asks is an admin.
///
/// # Errors
/// Unauthenticated or forbidden.
pub fn admin(asked: &RequestContext) -> Result<(), WebError> {
    match asked.account() {
        None => Err(WebError::Unauthenticated),
        Some(account) if account.role == Role::Admin => Ok(()),
        Some(_) => Err(WebError::Forbidden("only admins may do this")),
    }
}

/// A change that rides on a cookie carries the session's token.
///
/// # Errors
/// The form has expired.
pub fn check_csrf(cx: &Cx) -> Result<(), WebError> {
    let Identity::Session { secret, .. } = &cx.identity else { return Ok(()) };
    if !cx.is_change() {
        return Ok(());
    }
    let given = cx.header("x-csrf-token").map(str::to_owned).or_else(|| cx.body.text("csrf")).unwrap_or_default();
    if is_csrf_token(secret, &given) { Ok(()) } else { Err(WebError::FormExpired) }
}

/// A change comes from a page of this site, or from no page at all. A request with an API token may come from
/// anywhere: no browser adds one by itself.
///
/// # Errors
/// Of another site.
pub fn check_same_origin(asked: &RequestContext) -> Result<(), WebError> {
    if !asked.is_change() || asked.is_bearer() || super::origin::is_same_site(&asked.headers, asked.connection.peer) {
        return Ok(());
    }
    Err(WebError::OtherSite)
}

/// A token for forms, made anew for each page: the session's own, hidden by a mask, so that what a compressed page
/// weighs tells nothing of it.
pub fn csrf_token(secret: &str) -> String {
    let mask = rand::random::<[u8; 32]>();
    let mut token = mask.to_vec();
    token.extend(unmasked(secret).iter().zip(mask).map(|(byte, mask)| byte ^ mask));
    URL_SAFE_NO_PAD.encode(token)
}

fn is_csrf_token(secret: &str, given: &str) -> bool {
    let Ok(token) = URL_SAFE_NO_PAD.decode(given) else { return false };
    let Some((mask, masked)) = token.split_at_checked(32).filter(|(_, masked)| masked.len() == 32) else {
        return false;
    };
    // Every byte is compared, so that time does not tell how many are right.
    let differences = masked.iter().zip(mask).zip(unmasked(secret)).map(|((masked, mask), byte)| masked ^ mask ^ byte);
    differences.fold(0, |all, difference| all | difference) == 0
}

/// The session's own token; it follows from the cookie's secret, so nothing is stored.
fn unmasked(secret: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"fmdb form token\0").chain_update(secret).finalize().into()
}

/// The client's address: what a proxy on this machine says, else the other end of the connection.
pub fn client(headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| peer.is_loopback());
    let last = forwarded.and_then(|value| forwarded_address(value.to_str().ok()?.rsplit(',').next()?.trim()));
    last.map_or(peer, |address| address.to_canonical())
}

/// An address as proxies write it: some add brackets or a port.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// A proxy on this machine says that the request came over TLS.
pub fn is_https(headers: &HeaderMap, peer: IpAddr) -> bool {
    let said = headers.get("x-forwarded-proto").filter(|_| peer.is_loopback());
    said.and_then(|value| value.to_str().ok()).is_some_and(|text| text.trim().eq_ignore_ascii_case("https"))
}

/// Scheme and host as the visitor's browser has them. Only [`host`] tells whether the host may be believed at all; an
/// answer that holds it must not be given to somebody who names another.
pub fn origin(headers: &HeaderMap, peer: IpAddr) -> String {
    let scheme = if is_https(headers, peer) { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{scheme}://{host}")
}

/// A request names one host, and an absolute address names the same.
///
/// # Errors
/// Malformed.
pub fn host(asked: &RequestContext) -> Result<(), WebError> {
    let mut hosts = asked.headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let is_same =
        asked.connection.authority.as_ref().is_none_or(|authority| super::origin::is_same_host(authority, host));
    if hosts.next().is_some() || host.is_empty() || !host.chars().all(is_host) || !is_same {
        return Err(WebError::malformed("a request names exactly one host"));
    }
    Ok(())
}

/// What a browser might take for something else inside an own path.
const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// A path of this site, ready for a `Location` header; `None` for anything that a browser could take for another site.
pub fn own_path(path: &str) -> Option<String> {
    let is_rooted = |path: &str| path.starts_with('/') && !path.starts_with("//");
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let is_own = is_rooted(path) && is_rooted(&decoded) && path.len() <= LONGEST_PATH;
    let start = decoded.split(['?', '#']).next().unwrap_or_default();
    let is_plain = !path.contains(['\\']) && !path.chars().any(char::is_control);
    let is_plain = is_plain && !start.contains('\\') && !start.chars().any(char::is_control);
    (is_own && is_plain).then(|| utf8_percent_encode(path, UNSAFE).to_string())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_own_paths_lead_on() {
        for path in ["/", "/movie/2", "/listing?q=a%20b&name=%C3%A9", "/listing?q=%5C", "/listing?q=a//b"] {
            assert_eq!(own_path(path).as_deref(), Some(path), "{path}");
        }
        assert_eq!(own_path("/listing?q=é").as_deref(), Some("/listing?q=%C3%A9"));
        for path in [
            "",
            "movie",
            "//evil.example",
            "///evil",
            "/\\evil",
            "/%5cevil",
            "/%5Cevil",
            "/%2fevil.example",
            "/%2Fevil",
            "http://evil.example",
            "javascript:alert(1)",
            "/\tevil",
            "/a\r\nSet-Cookie: x=1",
            "/%0d%0aevil",
            " /x",
            "/%ff",
            "/\u{0}",
            "/x\\..\\\\evil",
            "\\\\evil",
        ] {
            assert_eq!(own_path(path), None, "{path:?}");
        }
        assert_eq!(own_path(&format!("/{}", "a".repeat(LONGEST_PATH))), None);
    }

    #[test]
    fn a_form_token_is_of_one_session_and_never_the_same() {
        let (first, second) = (csrf_token("secret"), csrf_token("secret"));
        assert_ne!(first, second);
        assert!(is_csrf_token("secret", &first) && is_csrf_token("secret", &second));
        assert!(!is_csrf_token("other", &first));
        let mut changed = URL_SAFE_NO_PAD.decode(&first).expect("base64");
        changed[63] ^= 1;
        assert!(!is_csrf_token("secret", &URL_SAFE_NO_PAD.encode(changed)));
        for bad in ["", "x", &URL_SAFE_NO_PAD.encode([0; 32]), &format!("{first}AAAA")] {
            assert!(!is_csrf_token("secret", bad), "{bad}");
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut found = headers(&[("cookie", "a=1; xfmdb_session=no;fmdb_session=yes; fmdb_session=second")]);
        found.append(COOKIE, HeaderValue::from_static("fmdb_lang=fr"));
        assert_eq!(cookie(&found, SESSION_COOKIE).as_deref(), Some("yes"));
        assert_eq!(cookie(&found, LANG_COOKIE).as_deref(), Some("fr"));
        assert_eq!(cookie(&found, "session"), None);
    }

    #[test]
    fn a_bearer_header_is_known_even_when_empty() {
        assert_eq!(bearer(Some("Bearer abc")), Some("abc"));
        assert_eq!(bearer(Some("bearer  abc ")), Some("abc"));
        assert_eq!(bearer(Some("Bearer")), Some(""));
        assert_eq!(bearer(Some("Basic abc")), None);
        assert_eq!(bearer(None), None);
    }

    #[test]
    fn proxies_are_believed_on_this_machine_only() {
        let here = IpAddr::from([127, 0, 0, 1]);
        let far = IpAddr::from([192, 0, 2, 9]);
        let said = headers(&[("x-forwarded-for", "10.0.0.1, 198.51.100.7"), ("x-forwarded-proto", "https")]);
        assert_eq!(client(&said, here), IpAddr::from([198, 51, 100, 7]));
        assert_eq!(client(&said, far), far);
        assert_eq!(client(&headers(&[("x-forwarded-for", "nonsense")]), here), here);
        for (said, address) in [
            ("198.51.100.7:5000", "198.51.100.7"),
            ("[2001:db8::7]:5000", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            let found = client(&headers(&[("x-forwarded-for", said)]), here);
            assert_eq!(found.to_string(), address, "{said}");
        }
        assert!(is_https(&said, here) && !is_https(&said, far));
    }
}
