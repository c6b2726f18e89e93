//! What a request's `Accept` headers ask for: JSON or HTML, compressed or not.

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

#[cfg(test)]
mod tests {
    use super::*;

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
