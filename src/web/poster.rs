//! Posters: the picture of a movie or the art that is drawn for it, and the admin's way to change it. What a picture
//! must be is in `picture`.

use std::sync::Arc;

use http::header::{ETAG, IF_NONE_MATCH};
use http::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::body::Body;
use super::cx::{AdminCx, Cx, ReaderCx};
use super::error::WebError;
use super::manage::{form, onwards};
use super::reply::{self, Cache, Response};
use super::status::is_match;
use super::typed_movie;
use super::upload::{Contents, File};
use super::view::forms::MovieForm;
use super::view::{Notice, art};
use crate::flows::{FlowError, poster, search};
use crate::model::{FieldErrors, Movie, MovieId, Problem};

/// `GET /poster/HASH.jpg`, the picture of that name; `GET /poster/ID.svg`, the art of a movie, picture or not.
pub async fn show(cx: ReaderCx) -> Result<Response, WebError> {
    let (name, kind) = cx.parameter("picture").rsplit_once('.').ok_or(WebError::NotFound)?;
    match kind {
        "jpg" if is_hash(name) => {
            let hash = name.to_owned();
            if is_known(&cx, &hash) {
                return Ok(served(&cx, "image/jpeg", &hash, true, None));
            }
            let name = hash.clone();
            let picture = cx.blocking(move |app| poster::picture(app, &name)).await?;
            Ok(served(&cx, "image/jpeg", &hash, true, Some(picture)))
        }
        "svg" => {
            let id = MovieId::parse(name).ok_or(WebError::NotFound)?;
            let movie = cx.blocking(move |app| search::movie(app, id)).await?;
            let svg = art::image(&movie.facts).into_string().into_bytes();
            let tag: String = Sha256::digest(&svg).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            let body = (!is_known(&cx, &tag)).then_some(svg);
            Ok(served(&cx, "image/svg+xml", &tag, false, body))
        }
        _ => Err(WebError::NotFound),
    }
}

/// `POST /manage/poster/ID`: a picture as the field `poster` of a form, or as the body.
pub async fn upload(cx: AdminCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let outcome = match file(&cx) {
        Some(file) => {
            // Let go when the work is done, also if nobody waits for it any more.
            let turn = cx.server.image_permit.clone().acquire_owned().await;
            let work = move |app: &crate::app::App| {
                let _turn = turn;
                poster::set(app, id, &bytes(&file)?)
            };
            cx.heavy(work).await
        }
        None => Err(FlowError::Invalid(FieldErrors::of(poster::FIELD, Problem::Missing))),
    };
    match outcome {
        Ok(movie) => Ok(done(&cx, &movie)),
        Err(error) if cx.is_form() => again(&cx, id, error).await,
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /manage/poster/ID`, and `POST /manage/poster/ID/delete` for pages without scripts.
pub async fn remove(cx: AdminCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let movie = cx.blocking(move |app| poster::remove(app, id)).await?;
    Ok(done(&cx, &movie))
}

fn done(cx: &Cx, movie: &Movie) -> Response {
    if cx.is_form() && cx.method == Method::POST {
        return onwards(cx, Notice::Saved);
    }
    reply::json(cx, StatusCode::OK, &json!(movie))
}

/// The picture that was sent; a form's other files are passed over.
pub fn file(cx: &Cx) -> Option<Arc<Contents>> {
    let Body::Upload(upload) = &cx.body else { return None };
    let File { field: name, contents, .. } = upload.file.as_ref()?;
    (upload.is_bare || name == poster::FIELD).then(|| Arc::clone(contents))
}

/// What is in the picture's file. Blocks.
///
/// # Errors
/// Unavailable where the disk fails.
pub fn bytes(file: &Contents) -> Result<Vec<u8>, FlowError> {
    file.bytes().map_err(|error| FlowError::Unavailable(format!("an uploaded picture cannot be read: {error}")))
}

/// The movie's form again, with what is wrong at the field.
async fn again(cx: &Cx, id: MovieId, error: FlowError) -> Result<Response, WebError> {
    let (status, errors) = match error {
        FlowError::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        FlowError::WrongKind(errors) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, errors),
        error => return Err(error.into()),
    };
    let movie = cx.blocking(move |app| search::movie(app, id)).await?;
    let values = typed_movie::shown(&movie, cx.locale);
    Ok(form(cx, status, MovieForm { id: Some(id), values, errors, movie: Some(movie), ..MovieForm::default() }))
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_known(cx: &Cx, tag: &str) -> bool {
    cx.header(IF_NONE_MATCH).is_some_and(|known| is_match(known, &format!("\"{tag}\"")))
}

/// A picture, or without one the word that the client has it.
fn served(cx: &Cx, kind: &'static str, tag: &str, forever: bool, body: Option<Vec<u8>>) -> Response {
    let status = if body.is_some() { StatusCode::OK } else { StatusCode::NOT_MODIFIED };
    let cache = Cache::Picture { is_public: cx.server.app.config.public, forever };
    let mut response = reply::bytes(status, cache, kind, body.unwrap_or_default());
    // Weak: the art may be compressed on its way.
    reply::set(&mut response, ETAG, &format!("W/\"{tag}\""));
    response
}
