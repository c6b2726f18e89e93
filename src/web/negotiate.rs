//! What a request's `Accept` headers ask for: JSON or HTML, compressed or not.

use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, HeaderValue};

/// How much an `Accept` header wants a type that it names: its quality, and where it stands in the list.
fn named(accept: &str, kind: &str) -> Option<(f32, usize)> {
    accept.split(',').enumerate().find_map(|(place, range)| {
        let mut parts = range.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(kind) {
            return None;
        }
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        (quality > 0.0).then_some((quality, place))
    })
}

/// The header names HTML, as browsers do.
pub fn names_html(accept: &str) -> bool {
    named(accept, "text/html").is_some() || named(accept, "application/xhtml+xml").is_some()
}

/// JSON is preferred: it is named before HTML, or HTML is not named by a program (one with an API token or a JSON body).
pub fn wants_json(accept: &str, is_program: bool) -> bool {
    match (named(accept, "application/json"), named(accept, "text/html")) {
        (Some((json, json_place)), Some((html, html_place))) => {
            json > html || (json - html).abs() < f32::EPSILON && json_place < html_place
        }
        (Some(_), None) => true,
        (None, _) => is_program && !names_html(accept),
    }
}

/// An `Accept-Encoding` header names an encoding and does not rule it out.
pub fn accepts(accept_encoding: Option<&str>, encoding: &str) -> bool {
    accept_encoding.is_some_and(|accepted| named(accepted, encoding).is_some())
}

/// Replaces `Accept-Encoding` by what of it the server can do: `gzip`, `br`, both, or no header at all. A client that
/// rules out every encoding, also none, is answered without one, as RFC 9110 section 12.5.3 permits: a reply that says 406
/// would hide what was done.
pub fn normalize_accept_encoding(headers: &mut HeaderMap) {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let codings: Vec<(&str, u16)> = lines.flat_map(|line| line.split(',')).filter_map(coding).collect();
    let listed = |names: &[&str]| {
        let is_named = |(coding, _): &&(&str, u16)| names.iter().any(|name| name.eq_ignore_ascii_case(coding));
        codings.iter().find(is_named).map(|(_, quality)| *quality)
    };
    let any = listed(&["*"]);
    let identity = listed(&["identity"]).or(any).unwrap_or_default();
    let wanted = |names| listed(names).or(any).filter(|quality| *quality > 0 && *quality >= identity);
    let value = match (wanted(&["gzip", "x-gzip"]), wanted(&["br"])) {
        (None, None) => None,
        (Some(gzip), Some(br)) if gzip > br => Some("gzip"),
        (Some(_), None) => Some("gzip"),
        (None, Some(_)) => Some("br"),
        (Some(_), Some(_)) => Some("gzip, br"),
    };
    match value {
        Some(value) => drop(headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value))),
        None => drop(headers.remove(ACCEPT_ENCODING)),
    }
}

/// A coding of `Accept-Encoding` with its quality in thousandths; `None` where the quality is malformed.
fn coding(text: &str) -> Option<(&str, u16)> {
    let (name, parameter) = text.split_once(';').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let Some(parameter) = parameter else { return Some((name.trim(), 1000)) };
    let quality = parameter.trim().strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('=')?.trim_start();
    let is_number =
        !quality.is_empty() && quality.len() <= 5 && quality.bytes().all(|c| matches!(c, b'0'..=b'9' | b'.'));
    let quality = quality.parse::<f32>().ok().filter(|quality| is_number && (0.0..=1.0).contains(quality))?;
    // At most three decimals, so nothing is lost.
    Some((name.trim(), (quality * 1000.0).round() as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_encoding_becomes_what_the_server_can_do() {
        for (lines, expected) in [
            (&["gzip"][..], Some("gzip")),
            (&["gzip, deflate, br, zstd"], Some("gzip, br")),
            (&["GZIP ; q=0.5"], Some("gzip")),
            (&["x-gzip"], Some("gzip")),
            (&["br;q=0.5, gzip;q=1.0"], Some("gzip")),
            (&["br;q=1.0, gzip;q=0.5"], Some("gzip, br")),
            (&["br"], Some("br")),
            (&["*"], Some("gzip, br")),
            (&["gzip;q=0, *"], Some("br")),
            (&["deflate", "br"], Some("br")),
            (&["identity"], None),
            (&["identity;q=1, gzip;q=0.5"], None),
            (&["identity;q=0.5, gzip;q=1"], Some("gzip")),
            (&["identity;q=0"], None),
            (&["identity;q=0, gzip"], Some("gzip")),
            (&["*;q=0"], None),
            (&["*;q=0, gzip"], Some("gzip")),
            (&["gzip;q=0, identity;q=0"], None),
            (&["gzip;q=0", "identity;q=0"], None),
            (&["br;q=0,*;q=0"], None),
            (&["deflate, identity;q=0.000"], None),
            (&["gzip;q=2, identity;q=-1, *;q=x, ;;, ,"], None),
            (&["gzip;q"], None),
            (&["gzip;q=1e0"], None),
            (&["gzip;q=nan, br;q=inf"], None),
            (&[""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ACCEPT_ENCODING, HeaderValue::from_static(line));
            }
            normalize_accept_encoding(&mut headers);
            let values: Vec<&str> = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).collect();
            assert_eq!(values, expected.into_iter().collect::<Vec<_>>(), "{lines:?}");
        }
    }

    #[test]
    fn json_is_for_those_who_ask_for_it() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, is_program, json) in [
            ("", false, false),
            ("*/*", false, false),
            (browser, false, false),
            ("application/json", false, true),
            ("application/json, text/plain, */*", false, true),
            ("Application/JSON;q=0.5", false, true),
            ("application/json;q=0", false, false),
            ("text/html, application/json", false, false),
            ("application/json, text/html", false, true),
            ("text/html;q=0.5, application/json;q=0.9", false, true),
            ("text/html;q=0.9, application/json;q=0.5", false, false),
            ("", true, true),
            ("*/*", true, true),
            (browser, true, false),
        ] {
            assert_eq!(wants_json(accept, is_program), json, "{accept:?} {is_program}");
        }
    }

    #[test]
    fn browsers_name_html() {
        assert!(names_html("text/html,*/*;q=0.8"));
        assert!(!names_html("*/*"));
        assert!(!names_html("text/html;q=0"));
    }
}
