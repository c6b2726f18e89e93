//! Styles, scripts and the icon, embedded with their hash in the name and compressed when the program was built. The
//! only user of rust-embed.

use std::borrow::Cow;

use rust_embed::Embed;

use super::negotiate;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[derive(Embed)]
#[folder = "$OUT_DIR/assets"]
struct Files;

/// A file to serve.
pub struct Asset {
    /// Its bytes, compressed as `encoding` says.
    pub body: Cow<'static, [u8]>,
    /// Its type.
    pub content_type: &'static str,
    /// `br`, `gzip` or none.
    pub encoding: Option<&'static str>,
    /// What tells this content from another.
    pub etag: String,
    /// It was asked for under the name that holds its hash, and so never changes.
    pub immutable: bool,
}

/// The address of an asset, by its name in the sources.
pub fn url(name: &str) -> String {
    let hashed = NAMES.iter().find(|(known, _)| *known == name).map_or(name, |(_, hashed)| hashed);
    format!("/assets/{hashed}")
}

/// The asset of a name below `/assets/`, in the best encoding that is accepted.
pub fn find(name: &str, accept_encoding: Option<&str>) -> Option<Asset> {
    let (plain, hashed) = NAMES.iter().find(|(plain, hashed)| *plain == name || *hashed == name)?;
    let encoding = ["br", "gzip"].into_iter().find(|encoding| negotiate::accepts(accept_encoding, encoding));
    let stored = match encoding {
        Some("br") => format!("{hashed}.br"),
        Some(_) => format!("{hashed}.gz"),
        None => (*hashed).to_owned(),
    };
    let content_type = match plain.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "png")) => "image/png",
        _ => "application/octet-stream",
    };
    let etag = format!("\"{hashed}{}\"", encoding.map(|encoding| format!("-{encoding}")).unwrap_or_default());
    Some(Asset { body: Files::get(&stored)?.data, content_type, encoding, etag, immutable: name == *hashed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_encoding_is_served() {
        let encoding = |accepted| find("app.css", accepted).expect("the style").encoding;
        assert_eq!(encoding(Some("gzip, deflate, br")), Some("br"));
        assert_eq!(encoding(Some("gzip;q=1.0, br;q=0")), Some("gzip"));
        assert_eq!(encoding(Some("identity")), None);
        assert_eq!(encoding(None), None);
    }

    #[test]
    fn only_a_hashed_name_never_changes() {
        let hashed = url("app.css");
        let hashed = hashed.strip_prefix("/assets/").expect("an address");
        assert!(find(hashed, None).expect("the style").immutable);
        assert!(!find("app.css", None).expect("the style").immutable);
        assert!(find("../Cargo.toml", None).is_none());
    }
}
