//! Somebody's own things as files: taken along, and brought from elsewhere.

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;

use super::body::Body;
use super::cx::MemberCx;
use super::error::WebError;
use super::reply::{self, Cache, Response};
use super::upload::{File, Upload};
use super::view;
use crate::dump::personal::Kind;
use crate::flows::{FlowError, personal};
use crate::model::{FieldErrors, Problem};

/// `GET /mine/export/NAME`.
pub async fn export(cx: MemberCx) -> Result<Response, WebError> {
    let (account, name) = (cx.account.id, cx.parameter("name").to_owned());
    let bytes = cx.blocking(move |app| personal::export(app, account, &name)).await?;
    let name = cx.parameter("name");
    let kind = if name.ends_with(".json") { "application/json" } else { "text/csv; charset=utf-8" };
    let mut response = reply::bytes(StatusCode::OK, Cache::Never, kind, bytes);
    reply::set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"fmdb-{name}\""));
    Ok(response)
}

/// `GET /mine/import`: the form.
pub async fn form(cx: MemberCx) -> Result<Response, WebError> {
    let page = view::import::form(&cx.chrome(), &FieldErrors::default());
    Ok(reply::html(&cx, StatusCode::OK, page))
}

/// `POST /mine/import`: a form with `file` and maybe `kind`, or the CSV as the body with `?kind=`. The answer to both is
/// what became of each row.
pub async fn import(cx: MemberCx) -> Result<Response, WebError> {
    let told = told(&cx)?;
    let Body::Upload(Upload { file: Some(File { bytes, .. }), .. }) = &cx.body else {
        return wrong(&cx, FieldErrors::of("file", Problem::Missing));
    };
    let (account, bytes) = (cx.account.id, bytes.clone());
    match cx.blocking(move |app| personal::import(app, account, &bytes, told)).await {
        Ok(done) if cx.wants_json() || !cx.names_html() => Ok(reply::json(&cx, StatusCode::OK, &done.to_json())),
        Ok(done) => {
            let rejected: Vec<_> =
                done.rejected.iter().map(|row| (row.line, row.title.clone(), row.reason.name())).collect();
            let counts = [done.read, done.set, done.unchanged, done.not_found()];
            Ok(reply::html(&cx, StatusCode::OK, view::import::done(&cx.chrome(), counts, &rejected)))
        }
        Err(FlowError::Invalid(errors)) => wrong(&cx, errors),
        Err(error) => Err(error.into()),
    }
}

/// What the file holds, as the form, the address or the name of the file says.
fn told(cx: &MemberCx) -> Result<Option<Kind>, WebError> {
    let said = cx.body.text("kind").or_else(|| cx.value("kind").map(str::to_owned)).unwrap_or_default();
    let choices = "ratings, watchlist, diary, watched";
    let wrong = || WebError::Invalid(FieldErrors::of("kind", Problem::NotAChoice { choices }));
    if !said.is_empty() {
        return Kind::parse(&said).map(Some).ok_or_else(wrong);
    }
    // Letterboxd's files of watched movies and of movies to watch differ in nothing but their names.
    let Body::Upload(Upload { file: Some(File { name, .. }), .. }) = &cx.body else { return Ok(None) };
    let name = name.to_ascii_lowercase();
    Ok([Kind::Watchlist, Kind::Watched].into_iter().find(|kind| name.contains(kind.name())))
}

/// The form again with its messages; a program gets the error.
fn wrong(cx: &MemberCx, errors: FieldErrors) -> Result<Response, WebError> {
    if !cx.names_html() || cx.wants_json() {
        return Err(WebError::Invalid(errors));
    }
    Ok(reply::html(cx, StatusCode::UNPROCESSABLE_ENTITY, view::import::form(&cx.chrome(), &errors)))
}
