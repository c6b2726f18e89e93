//! What programs read of the site: the feed of new movies, how a browser searches here, the web app, the map for search
//! engines. XML is written by quick-xml, which escapes; addresses are absolute, as the visitor names the site.

use http::StatusCode;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::assets;
use super::cx::{Cx, ReaderCx};
use super::error::WebError;
use super::reply::{self, Cache, Response};
use crate::flows::search;
use crate::model::{ListingQuery, Movie, Order, Sort};
use crate::tr;

/// Movies in the feed.
const NEWEST: u32 = 50;

type Xml = Writer<Vec<u8>>;

/// `GET /feed.xml`: RSS 2.0 of what was added last.
pub async fn feed(cx: ReaderCx) -> Result<Response, WebError> {
    let (sort, order) = (Some(Sort::Added), Some(Order::Desc));
    let query = ListingQuery { sort, order, items: NEWEST, ..ListingQuery::default() };
    let listing = cx.blocking(move |app| search::listing(app, &query)).await?;
    let written = write_feed(&cx, &listing.movies).map_err(|error| WebError::Internal(error.to_string()))?;
    Ok(reply::document(&cx, "application/rss+xml; charset=utf-8", written))
}

fn write_feed(cx: &Cx, movies: &[Movie]) -> std::io::Result<Vec<u8>> {
    let site = &cx.origin;
    let mut xml = begin()?;
    xml.create_element("rss")
        .with_attribute(("version", "2.0"))
        .with_attribute(("xmlns:atom", "http://www.w3.org/2005/Atom"))
        .write_inner_content(|xml| {
            xml.create_element("channel").write_inner_content(|xml| {
                text(xml, "title", &format!("{} · fmdb", tr!(cx.locale, "share.feed_title")))?;
                text(xml, "link", &format!("{site}/listing?sort=added"))?;
                text(xml, "description", &tr!(cx.locale, "share.feed_text"))?;
                text(xml, "language", cx.locale.code())?;
                xml.create_element("atom:link")
                    .with_attribute(("href", format!("{site}/feed.xml").as_str()))
                    .with_attribute(("rel", "self"))
                    .with_attribute(("type", "application/rss+xml"))
                    .write_empty()?;
                movies.iter().try_for_each(|movie| item(xml, site, movie))
            })?;
            Ok(())
        })?;
    Ok(xml.into_inner())
}

fn item(xml: &mut Xml, site: &str, movie: &Movie) -> std::io::Result<()> {
    let facts = &movie.facts;
    let address = format!("{site}/movie/{}", movie.id);
    let title = facts.year.map_or_else(|| facts.title.clone(), |year| format!("{} ({year})", facts.title));
    let about = facts.overview.clone().or_else(|| facts.director()).unwrap_or_default();
    let added = OffsetDateTime::from_unix_timestamp(movie.added_at).ok().and_then(|at| at.format(&Rfc2822).ok());
    xml.create_element("item").write_inner_content(|xml| {
        text(xml, "title", &title)?;
        text(xml, "link", &address)?;
        xml.create_element("guid")
            .with_attribute(("isPermaLink", "true"))
            .write_text_content(BytesText::new(&address))?;
        if !about.is_empty() {
            text(xml, "description", &escaped_twice(&about))?;
        }
        facts.genres.iter().try_for_each(|genre| text(xml, "category", genre))?;
        added.iter().try_for_each(|added| text(xml, "pubDate", added))
    })?;
    Ok(())
}

/// A description is HTML, so that a plain text is escaped as such before it is escaped as XML.
fn escaped_twice(plain: &str) -> String {
    quick_xml::escape::partial_escape(plain).into_owned()
}

/// `GET /opensearch.xml`: how a browser's address bar searches here.
pub async fn opensearch(cx: Cx) -> Result<Response, WebError> {
    let written = write_opensearch(&cx).map_err(|error| WebError::Internal(error.to_string()))?;
    Ok(reply::document(&cx, "application/opensearchdescription+xml; charset=utf-8", written))
}

fn write_opensearch(cx: &Cx) -> std::io::Result<Vec<u8>> {
    let site = &cx.origin;
    let mut xml = begin()?;
    let url = |xml: &mut Xml, kind: &str, template: String| -> std::io::Result<()> {
        xml.create_element("Url")
            .with_attribute(("type", kind))
            .with_attribute(("template", template.as_str()))
            .write_empty()?;
        Ok(())
    };
    xml.create_element("OpenSearchDescription")
        .with_attribute(("xmlns", "http://a9.com/-/spec/opensearch/1.1/"))
        .write_inner_content(|xml| {
            text(xml, "ShortName", "fmdb")?;
            text(xml, "Description", &tr!(cx.locale, "share.search_text"))?;
            text(xml, "InputEncoding", "UTF-8")?;
            xml.create_element("Image")
                .with_attribute(("width", "192"))
                .with_attribute(("height", "192"))
                .with_attribute(("type", "image/png"))
                .write_text_content(BytesText::new(&format!("{site}{}", assets::url("icon-192.png"))))?;
            url(xml, "text/html", format!("{site}/listing?q={{searchTerms}}"))?;
            url(xml, "application/x-suggestions+json", format!("{site}/suggest?q={{searchTerms}}&format=opensearch"))
        })?;
    Ok(xml.into_inner())
}

/// `GET /manifest.webmanifest`: the site as an app on a phone or a desk.
pub async fn manifest(cx: Cx) -> Result<Response, WebError> {
    let icon = |name: &str, sizes: &str, purpose: &str| {
        let kind = if name.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        json!({"src": assets::url(name), "sizes": sizes, "type": kind, "purpose": purpose})
    };
    let shown = json!({
        "id": "/",
        "name": "fmdb",
        "short_name": "fmdb",
        "description": tr!(cx.locale, "site.tagline"),
        "lang": cx.locale.code(),
        "dir": cx.locale.dir(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#a11d46",
        "background_color": "#fcf9f9",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
            icon("fmdb.svg", "any", "any"),
        ],
    });
    Ok(reply::document(&cx, "application/manifest+json", shown.to_string()))
}

/// `GET /robots.txt`: pages may be found, forms need not be.
pub async fn robots(cx: Cx) -> Result<Response, WebError> {
    let mut rules = String::from(
        "User-agent: *\nDisallow: /admin\nDisallow: /manage/\nDisallow: /suggest\nDisallow: /setup\nDisallow: /random\n",
    );
    if cx.server.app.config.public {
        rules.push_str(&format!("Sitemap: {}/sitemap.xml\n", cx.origin));
    }
    Ok(reply::bytes(StatusCode::OK, Cache::Ask, "text/plain; charset=utf-8", rules))
}

pub(super) fn begin() -> std::io::Result<Xml> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(xml)
}

/// An element with a text. Characters that XML cannot hold at all are left out.
pub(super) fn text(xml: &mut Xml, name: &str, value: &str) -> std::io::Result<()> {
    let held: String = value
        .chars()
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
        .collect();
    xml.create_element(name).write_text_content(BytesText::new(&held))?;
    Ok(())
}
