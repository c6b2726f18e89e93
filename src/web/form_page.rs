//! The page of a form, by where the form is sent: an address that answers `GET`. A page that answers a form (with what is
//! wrong, or an error) has no address of its own that a link could lead to, so its switches for language and theme lead
//! to the form.

use super::cx::RequestContext;
use super::routes;
use super::view;

/// Path and query of the page that holds the form which was sent.
pub fn address(asked: &RequestContext) -> String {
    let text = |name: &str| asked.body.text(name).filter(|text| !text.is_empty());
    let with = |path: &str, names: &[&str]| {
        let pairs = names.iter().filter_map(|name| Some((name, text(name)?)));
        pairs.fold(path.to_owned(), |address, (name, value)| view::with_parameter(&address, name, &value))
    };
    let id = asked.parameters.iter().find(|(name, _)| *name == "id").map_or("", |(_, id)| id.as_str());
    match asked.pattern {
        "/signin" | "/signup" | "/manage/add" => with(&asked.path, &["next"]),
        "/lists" => with("/lists", &["movie"]),
        "/setup" => with("/setup", &["token"]),
        // A body that was not read names no movie.
        "/manage/update" if text("id").is_none() => "/admin".to_owned(),
        "/manage/update" => with("/manage/update", &["id", "next"]),
        "/manage/poster/{id}" | "/manage/poster/{id}/delete" => format!("/manage/update?id={id}"),
        "/manage/sample" => "/admin".to_owned(),
        "/account/delete" => "/account".to_owned(),
        "/list/{id}/delete" | "/list/{id}/movies" => format!("/list/{id}"),
        pattern if pattern.starts_with("/mine/") && pattern.contains("{id}") => format!("/movie/{id}"),
        _ if routes::answers_get(&asked.path) => asked.path.clone(),
        _ => "/".to_owned(),
    }
}
