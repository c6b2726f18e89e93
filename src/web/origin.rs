//! Which site a request comes from, read off its headers: the check that no other site sends forms in a visitor's name.
//!
//! As Go's `CrossOriginProtection`: `Sec-Fetch-Site`, which pages cannot set, settles it; older browsers and plain HTTP
//! leave `Origin`, or `Referer`, to be compared with the host. What has none of them is no browser's.

use std::net::{IpAddr, Ipv6Addr};

use http::HeaderMap;
use http::header::{HOST, ORIGIN, REFERER};
use http::uri::{Authority, Uri};

/// The request comes from a page of this site, or from no page at all. `peer` is the other end of the connection: a
/// proxy on this machine may say which host the visitor named.
pub fn is_same_site(headers: &HeaderMap, peer: IpAddr) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return true,
        Some("same-site" | "cross-site") => return false,
        _ => {}
    }
    let hosts = text(HOST.as_str()).into_iter().chain(forwarded_host(headers, peer));
    let names_us = |page: &Page| hosts.clone().any(|host| page.is_on(host));
    match (text(ORIGIN.as_str()), text(REFERER.as_str()).and_then(Page::parse)) {
        (Some(origin), _) => Page::parse(origin).is_some_and(|page| names_us(&page)),
        (None, Some(referer)) => names_us(&referer),
        (None, None) => true,
    }
}

/// Two ways to write one host, as they stand in a request over plain HTTP.
pub fn is_same_host(one: &str, other: &str) -> bool {
    let host = |text: &str| Host::parse(text, HTTP_PORT);
    host(one).is_some_and(|one| host(other) == Some(one))
}

/// The host that a proxy on this machine was asked for. It only widens what counts as this site: another site's page
/// cannot make a browser send this header.
fn forwarded_host(headers: &HeaderMap, peer: IpAddr) -> Option<&str> {
    let line = headers.get_all("x-forwarded-host").iter().next_back().filter(|_| peer.is_loopback())?;
    line.to_str().ok()?.rsplit(',').next().map(str::trim)
}

const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// The site of a page in a browser.
struct Page {
    default_port: u16,
    host: Host,
}

impl Page {
    fn parse(text: &str) -> Option<Self> {
        let address: Uri = text.parse().ok()?;
        let default_port = match address.scheme_str()? {
            "http" => HTTP_PORT,
            "https" => HTTPS_PORT,
            _ => return None,
        };
        Some(Self { default_port, host: Host::parse(address.authority()?.as_str(), default_port)? })
    }

    /// A `Host` header means the page's site. Whether it came over TLS is not always known here, so a host without a
    /// port has the port that the page's scheme has.
    fn is_on(&self, host: &str) -> bool {
        Host::parse(host, self.default_port).is_some_and(|host| host == self.host)
    }
}

/// A host's name and port in one spelling: lower case, no dot at its end, the shortest form of an IPv6 address.
#[derive(PartialEq, Eq)]
struct Host {
    name: String,
    port: u16,
}

impl Host {
    fn parse(text: &str, default_port: u16) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let name = authority.host();
        let port = match authority.as_str().get(name.len()..)? {
            "" | ":" => default_port,
            port => port.strip_prefix(':')?.parse().ok()?,
        };
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let name = match address {
            Some(address) => address.parse::<Ipv6Addr>().ok()?.to_string(),
            None => name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase(),
        };
        (!name.is_empty()).then_some(Self { name, port })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const FAR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 9));

    fn check(pairs: &[(&'static str, &'static str)], peer: IpAddr) -> bool {
        let headers =
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_same_site(&headers.collect(), peer)
    }

    #[test]
    fn a_host_is_the_same_with_and_without_its_default_port() {
        for (host, origin) in [
            ("x:443", "https://x"),
            ("x:80", "http://x"),
            ("x", "https://x"),
            ("x", "http://x"),
            ("x", "https://x:443"),
            ("x:8443", "https://x:8443"),
            ("X.Example:443", "https://x.example"),
            ("x.example", "https://X.EXAMPLE"),
            ("x.example.", "http://x.example"),
            ("x.example:80", "http://x.example."),
            ("[::1]:443", "https://[::1]"),
            ("[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("x_y:80", "http://x_y"),
        ] {
            assert!(check(&[("host", host), ("origin", origin)], FAR), "{host} {origin}");
            let referer: &'static str = Box::leak(format!("{origin}/signin?next=/a").into_boxed_str());
            assert!(check(&[("host", host), ("referer", referer)], FAR), "{host} {referer}");
        }
    }

    #[test]
    fn other_sites_are_told_apart() {
        for (host, origin) in [
            ("x", "null"),
            ("x", ""),
            ("x", "http://evil.example"),
            ("x", "http://x.evil.example"),
            ("x", "http://evil.x"),
            ("x:8080", "http://x"),
            ("x", "http://x:8080"),
            ("x:443", "http://x"),
            ("x:80", "https://x"),
            ("x:8080", "http://x:8080.evil.example"),
            ("x", "http://x@evil.example"),
            ("x", "http://evil.example@x"),
            ("x", "ftp://x"),
            ("x", "x"),
            ("[::1]", "http://[::2]"),
            ("x", "http://x.."),
            ("x", "http://x:99999"),
        ] {
            assert!(!check(&[("host", host), ("origin", origin)], HERE), "{host} {origin}");
        }
        assert!(!check(&[("host", "x"), ("referer", "http://evil.example/x")], FAR));
    }

    #[test]
    fn what_the_browser_says_of_the_site_settles_it() {
        assert!(check(&[("host", "127.0.0.1:8080"), ("origin", "https://x"), ("sec-fetch-site", "same-origin")], FAR));
        assert!(check(&[("host", "x"), ("origin", "null"), ("sec-fetch-site", "same-origin")], FAR));
        assert!(check(&[("host", "x"), ("sec-fetch-site", "none")], FAR));
        assert!(!check(&[("host", "x"), ("origin", "http://x"), ("sec-fetch-site", "cross-site")], FAR));
        assert!(!check(&[("host", "x"), ("sec-fetch-site", "same-site")], FAR));
        assert!(check(&[("host", "x")], FAR), "no browser");
        assert!(check(&[("host", "x"), ("referer", "about:blank")], FAR), "no site");
    }

    #[test]
    fn a_proxy_on_this_machine_says_the_host() {
        let said = [("host", "127.0.0.1:8080"), ("x-forwarded-host", "a.example, x"), ("origin", "https://x")];
        assert!(check(&said, HERE));
        assert!(!check(&said, FAR));
        assert!(!check(&[("host", "x"), ("x-forwarded-host", "x"), ("origin", "https://evil.example")], HERE));
    }

    #[test]
    fn an_absolute_address_names_the_host_of_the_request() {
        assert!(is_same_host("x:80", "X") && is_same_host("x.", "x"));
        assert!(!is_same_host("x:81", "x") && !is_same_host("", "") && !is_same_host("y", "x"));
    }
}
