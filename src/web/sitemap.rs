//! The map for search engines, of a site that everybody may read: an index, one part with the ways into the catalogue,
//! and parts of [`MOVIES`] movies each.

use quick_xml::Writer;

use super::cx::Cx;
use super::error::WebError;
use super::reply::{self, Response};
use super::share::{begin, text};
use super::view::{decade_page, genre_page};
use crate::flows::explore;
use crate::model::MovieId;

/// Movies of a part.
const MOVIES: usize = 10_000;
const NAMESPACE: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
const KIND: &str = "application/xml; charset=utf-8";

/// `GET /sitemap.xml`.
pub async fn index(cx: Cx) -> Result<Response, WebError> {
    check(&cx)?;
    let parts = cx.blocking(|app| explore::parts(app, MOVIES)).await?;
    let names = std::iter::once("pages.xml".to_owned()).chain(parts.iter().map(|after| format!("{}.xml", after.0)));
    let addresses = names.map(|name| format!("{}/sitemap/{name}", cx.origin));
    written(&cx, "sitemapindex", "sitemap", addresses)
}

/// `GET /sitemap/PART`: `pages.xml`, or the movies after a number.
pub async fn part(cx: Cx) -> Result<Response, WebError> {
    check(&cx)?;
    let name = cx.parameter("part").strip_suffix(".xml").ok_or(WebError::NotFound)?.to_owned();
    let paths: Vec<String> = if name == "pages" {
        let (genres, decades) = cx.blocking(explore::themes).await?;
        let fixed = ["/", "/listing", "/browse", "/stats"].map(str::to_owned);
        let genres = genres.iter().map(|genre| genre_page(&genre.value));
        let firsts = decades.iter().filter_map(|decade| decade.value.split("..").next()?.parse().ok());
        fixed.into_iter().chain(genres).chain(firsts.map(decade_page)).collect()
    } else {
        let after = MovieId(name.parse().ok().filter(|after| *after >= 0).ok_or(WebError::NotFound)?);
        let ids = cx.blocking(move |app| explore::ids_after(app, after, MOVIES)).await?;
        ids.iter().map(|id| format!("/movie/{id}")).collect()
    };
    let addresses = paths.into_iter().map(|path| format!("{}{path}", cx.origin));
    written(&cx, "urlset", "url", addresses)
}

/// What only members may read is on no map.
fn check(cx: &Cx) -> Result<(), WebError> {
    if cx.server.app.config.public { Ok(()) } else { Err(WebError::NotFound) }
}

fn written(
    cx: &Cx,
    root: &str,
    entry: &str,
    mut addresses: impl Iterator<Item = String>,
) -> Result<Response, WebError> {
    let mut write = || -> std::io::Result<Vec<u8>> {
        let mut xml = begin()?;
        xml.create_element(root).with_attribute(NAMESPACE).write_inner_content(|xml: &mut Writer<_>| {
            addresses.try_for_each(|address| {
                xml.create_element(entry).write_inner_content(|xml| text(xml, "loc", &address))?;
                Ok(())
            })
        })?;
        Ok(xml.into_inner())
    };
    let document = write().map_err(|error| WebError::Internal(error.to_string()))?;
    Ok(reply::document(cx, KIND, document))
}
