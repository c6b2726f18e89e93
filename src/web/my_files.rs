//! A member's own entries as files: taken along, and brought from elsewhere.

use std::io;
use std::sync::Arc;

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;
use tokio::sync::mpsc;

use super::body::Body;
use super::cx::MemberCx;
use super::error::WebError;
use super::reply::{self, Cache, Response};
use super::slots::Slot;
use super::upload::{File, Upload};
use super::view;
use crate::app::App;
use crate::dump::personal::Kind;
use crate::flows::personal_export::Export;
use crate::flows::{FlowError, personal};
use crate::model::{ClientKey, FieldErrors, Problem};

/// `GET /mine/export/NAME`.
pub async fn export(cx: MemberCx) -> Result<Response, WebError> {
    let name = cx.parameter("name");
    let export = Export::new(cx.account.id, name).ok_or(WebError::NotFound)?;
    let slot = cx.server.exports.take(cx.account.id)?;
    // What fails at once is told; what fails later cuts the file off.
    let (app, client) = (Arc::clone(&cx.server.app), cx.client_key());
    let (first, export) = next_piece(&app, client, export).await;
    let kind = if name.ends_with(".json") { "application/json" } else { "text/csv; charset=utf-8" };
    let body = streamed(app, client, (first?, export), slot);
    let mut response = reply::bytes(StatusCode::OK, Cache::Never, kind, body);
    reply::set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"fmdb-{name}\""));
    Ok(response)
}

/// Each piece waits for its own turn, so that an export that is read slowly holds nobody up.
async fn next_piece(
    app: &Arc<App>,
    client: ClientKey,
    mut export: Export,
) -> (Result<Option<Vec<u8>>, FlowError>, Export) {
    app.heavy(client, move |app| {
        let piece = export.next(app);
        (piece, export)
    })
    .await
}

/// The pieces of an export, made one at a time as they are read. The slot is held until the last one is.
fn streamed(
    app: Arc<App>,
    client: ClientKey,
    (first, mut export): (Option<Vec<u8>>, Export),
    slot: Slot,
) -> reply::Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut piece = Ok(first);
        loop {
            let is_sent = match piece {
                Ok(Some(bytes)) => sender.send(Ok(bytes.into())).await.is_ok(),
                Ok(None) => false,
                Err(error) => {
                    tracing::warn!(%error, "an export was cut off");
                    drop(sender.send(Err(io::Error::other("the export failed"))).await);
                    false
                }
            };
            if !is_sent {
                break;
            }
            (piece, export) = next_piece(&app, client, export).await;
        }
        drop(slot);
    });
    reply::Body::Streamed(receiver)
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
    let Body::Upload(Upload { file: Some(File { contents, .. }), .. }) = &cx.body else {
        return wrong(&cx, FieldErrors::of("file", Problem::Missing));
    };
    let (account, contents) = (cx.account.id, Arc::clone(contents));
    let work = move |app: &App| {
        let unread = |error| FlowError::Unavailable(format!("an uploaded file cannot be read: {error}"));
        personal::import(app, account, contents.reader().map_err(unread)?, told)
    };
    match cx.heavy(work).await {
        Ok(done) if cx.wants_json() || !cx.names_html() => Ok(reply::json(&cx, StatusCode::OK, &done.to_json())),
        Ok(done) => {
            let rejected: Vec<_> =
                done.told().into_iter().map(|row| (row.line, row.title.clone(), row.reason.name())).collect();
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
