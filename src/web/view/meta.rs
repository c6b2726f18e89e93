//! What a page says of itself to machines: search engines, sites where it is shared, browsers. Nothing here is seen on
//! the page.

use maud::{Markup, html};
use serde_json::Value;

use super::Chrome;
use super::look::Theme;
use super::parts::{data_block, with_parameter};
use crate::i18n::Locale;
use crate::tr;
use crate::web::assets;

/// What a page says of itself; all of it may be left out.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    /// A sentence or two; the site's own where it is empty.
    pub description: String,
    /// The one path of this page where it has several; else that of the request.
    pub canonical: Option<String>,
    /// The path of a picture; the site's icon where there is none.
    pub image: Option<String>,
    /// What Open Graph calls its kind: `website` where there is none.
    pub kind: Option<&'static str>,
    /// The same facts as schema.org names them.
    pub data: Option<Value>,
}

/// The style sheet's `--surface`, for the browser's own frame.
const LIGHT: &str = "#fcf9f9";
const DARK: &str = "#141213";

/// The part of the head that is for machines.
pub fn head(chrome: &Chrome<'_>, title: &str, meta: &Meta) -> Markup {
    let tagline = tr!(chrome.locale, "site.tagline");
    let description = if meta.description.is_empty() { &*tagline } else { meta.description.as_str() };
    html! {
        meta name="description" content=(description);
        @match chrome.look.theme {
            Theme::Auto => {
                meta name="theme-color" content=(LIGHT) media="(prefers-color-scheme: light)";
                meta name="theme-color" content=(DARK) media="(prefers-color-scheme: dark)";
            }
            Theme::Light => { meta name="theme-color" content=(LIGHT); }
            Theme::Dark => { meta name="theme-color" content=(DARK); }
        }
        link rel="manifest" href="/manifest.webmanifest";
        link rel="apple-touch-icon" href=(assets::url("icon-touch-180.png"));
        link rel="search" type="application/opensearchdescription+xml" href="/opensearch.xml" title="fmdb";
        @if chrome.may_read {
            link rel="alternate" type="application/rss+xml" href="/feed.xml" title=(tr!(chrome.locale, "share.feed_title"));
        }
        @if let Some(site) = chrome.site { (shared(chrome, site, title, description, meta)) }
        @if let Some(data) = &meta.data { (data_block(data)) }
    }
}

/// Addresses in every language, and what is shown where somebody shares the page.
fn shared(chrome: &Chrome<'_>, site: &str, title: &str, description: &str, meta: &Meta) -> Markup {
    let path = meta.canonical.as_deref().unwrap_or(chrome.address);
    let address = format!("{site}{path}");
    let (image, card) = match &meta.image {
        Some(image) => (format!("{site}{image}"), "summary_large_image"),
        None => (format!("{site}{}", assets::url("icon-512.png")), "summary"),
    };
    html! {
        link rel="canonical" href=(address);
        @for locale in Locale::ALL {
            link rel="alternate" hreflang=(locale.code()) href=(with_parameter(&address, "lang", locale.code()));
        }
        link rel="alternate" hreflang="x-default" href=(address);
        meta property="og:site_name" content="fmdb";
        meta property="og:type" content=(meta.kind.unwrap_or("website"));
        meta property="og:title" content=(title);
        meta property="og:description" content=(description);
        meta property="og:url" content=(address);
        meta property="og:image" content=(image);
        meta name="twitter:card" content=(card);
    }
}

/// The beginning of a text, of whole words, as long as a description may be.
pub fn beginning(text: &str) -> String {
    const LONGEST: usize = 200;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST).collect();
    let whole = cut.rfind(' ').filter(|end| *end > LONGEST / 2).map_or(cut.as_str(), |end| &cut[..end]);
    format!("{}…", whole.trim_end_matches([',', '.', ';', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_end_with_a_word() {
        assert_eq!(beginning("Short."), "Short.");
        let long = beginning(&"word ".repeat(100));
        assert!(long.ends_with("word…") && long.chars().count() <= 201, "{long}");
        assert_eq!(beginning(&"字".repeat(300)).chars().count(), 201);
    }
}
