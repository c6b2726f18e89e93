//! Adding, editing and deleting movies. A program gets the movie or an error; a browser's form leads on to the page it
//! came from, or comes again with its messages.

use std::sync::Arc;

use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use super::cx::{AdminCx, Cx};
use super::error::WebError;
use super::poster;
use super::reply::{self, Response};
use super::typed_movie;
use super::upload::Contents;
use super::view::forms::MovieForm;
use super::view::{self, Notice};
use crate::app::App;
use crate::flows::poster::{FIELD, PosterChange};
use crate::flows::{FlowError, edit_movie, import, search};
use crate::model::{EntryCounts, FieldErrors, Movie, MovieId, Problem, RawMovie};

/// Where a form leads that does not say so itself.
const TABLE: &str = "/admin";

/// `GET /manage/add`.
pub async fn add_form(cx: AdminCx) -> Result<Response, WebError> {
    Ok(form(&cx, StatusCode::OK, MovieForm::default()))
}

/// `POST /manage/add`.
pub async fn add(cx: AdminCx) -> Result<Response, WebError> {
    let values = cx.body.movie()?;
    let raw = if cx.is_form() { typed_movie::read(values.clone(), cx.locale) } else { values.clone() };
    let brought = Brought::of(&cx).await;
    match brought.keep(&cx, move |app, poster| edit_movie::add_with(app, &raw, poster)).await {
        Ok(movie) if cx.is_form() => Ok(reply::see_other(&cx, &Notice::Added.told_of(movie.id, &onwards_to(&cx)))),
        Ok(movie) => {
            let mut response = reply::json(&cx, StatusCode::CREATED, &json!(movie));
            reply::set(&mut response, LOCATION, &format!("/movie/{}", movie.id));
            Ok(response)
        }
        Err(error) => again(&cx, error, None, values).await,
    }
}

/// `GET /manage/update?id=ID`.
pub async fn update_form(cx: AdminCx) -> Result<Response, WebError> {
    let id = read_id(cx.value("id")).map_err(WebError::BadParameters)?;
    let movie = cx.blocking(move |app| search::movie(app, id)).await?;
    if cx.wants_json() {
        return Ok(reply::json(&cx, StatusCode::OK, &json!(movie)));
    }
    Ok(form(
        &cx,
        StatusCode::OK,
        MovieForm {
            id: Some(id),
            values: typed_movie::shown(&movie, cx.locale),
            movie: Some(movie),
            ..MovieForm::default()
        },
    ))
}

/// `POST /manage/update`.
pub async fn update(cx: AdminCx) -> Result<Response, WebError> {
    let id = read_id(cx.body.text("id").as_deref()).map_err(WebError::Invalid)?;
    let values = cx.body.movie()?;
    let (raw, is_form, locale, brought) = (values.clone(), cx.is_form(), cx.locale, Brought::of(&cx).await);
    let outcome = brought.keep(&cx, move |app, poster| {
        if is_form {
            let shown = typed_movie::shown(&search::movie(app, id)?, locale);
            return edit_movie::update_with(app, id, &typed_movie::read(raw.changed_from(&shown), locale), poster);
        }
        edit_movie::update_with(app, id, &raw, poster)
    });
    match outcome.await {
        Ok(_) if cx.is_form() => Ok(reply::see_other(&cx, &Notice::Saved.told_of(id, &onwards_to(&cx)))),
        Ok(movie) => Ok(reply::json(&cx, StatusCode::OK, &json!(movie))),
        Err(error) => again(&cx, error, Some(id), values).await,
    }
}

/// The picture that came with the fields of a movie, or its removal.
struct Brought {
    file: Option<Arc<Contents>>,
    is_removed: bool,
    /// Held while the picture is worked on, also if nobody waits for it any more.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Brought {
    async fn of(cx: &Cx) -> Self {
        let file = poster::file(cx);
        let turn = match file {
            Some(_) => cx.server.image_permit.clone().acquire_owned().await.ok(),
            None => None,
        };
        Self { file, is_removed: cx.body.text("remove_poster").is_some(), _turn: turn }
    }

    /// Does the work that an edit is; what has a picture to make takes long.
    async fn keep<F>(self, cx: &Cx, edit: F) -> Result<Movie, FlowError>
    where
        F: FnOnce(&App, &PosterChange) -> Result<Movie, FlowError> + Send + 'static,
    {
        let takes_long = self.file.is_some();
        let work = move |app: &App| edit(app, &self.change()?);
        if takes_long { cx.heavy(work).await } else { cx.blocking(work).await }
    }

    /// Blocks.
    fn change(&self) -> Result<PosterChange, FlowError> {
        Ok(match &self.file {
            Some(file) => PosterChange::Set(poster::bytes(file)?),
            None if self.is_removed => PosterChange::Remove,
            None => PosterChange::Keep,
        })
    }
}

/// `GET /manage/delete/ID`: the question before it.
pub async fn delete_form(cx: AdminCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let (movie, entries) = cx.blocking(move |app| edit_movie::before_deletion(app, id)).await?;
    if cx.wants_json() {
        let mut shown = json!(movie);
        shown["removes"] = entries.to_json();
        return Ok(reply::json(&cx, StatusCode::OK, &shown));
    }
    let next = cx.next().unwrap_or_else(|| TABLE.to_owned());
    Ok(reply::html(&cx, StatusCode::OK, view::admin::confirm_delete(&cx.chrome(), &movie, entries, &next)))
}

/// `DELETE /manage/delete/ID`, and `POST` for pages without scripts.
pub async fn delete(cx: AdminCx) -> Result<Response, WebError> {
    let id = cx.id()?;
    let removed = cx.blocking(move |app| edit_movie::delete(app, id)).await?;
    if cx.is_form() && cx.method == http::Method::POST {
        return Ok(onwards_from_deletion(&cx, removed));
    }
    Ok(reply::json(&cx, StatusCode::OK, &json!({"deleted": id.0, "removed": removed.to_json()})))
}

/// `POST /manage/sample`: loads the sample catalogue into an empty database.
pub async fn load_sample(cx: AdminCx) -> Result<Response, WebError> {
    let added = cx.blocking(import::sample).await?;
    if cx.is_form() {
        return Ok(onwards(&cx, Notice::SampleLoaded));
    }
    Ok(reply::json(&cx, StatusCode::OK, &json!({"added": added})))
}

/// Back to where the question came from, unless that is the page of the movie; tells what members lost.
fn onwards_from_deletion(cx: &Cx, removed: EntryCounts) -> Response {
    let next = cx.next().filter(|next| !next.starts_with("/movie/")).unwrap_or_else(|| TABLE.to_owned());
    let (address, fragment) = next.split_at(next.find('#').unwrap_or(next.len()));
    let with_counts = view::with_parameter(address, "removed", &removed.to_parameter());
    let address = if removed.is_empty() { address } else { &with_counts };
    reply::see_other(cx, &Notice::Deleted.told_at(&format!("{address}{fragment}")))
}

/// Back to where a form came from.
pub fn onwards(cx: &Cx, notice: Notice) -> Response {
    reply::see_other(cx, &notice.told_at(&onwards_to(cx)))
}

fn onwards_to(cx: &Cx) -> String {
    cx.next().unwrap_or_else(|| TABLE.to_owned())
}

/// The form again with its messages; any other error, and any error of a program, is left to `web::error`.
async fn again(cx: &Cx, error: FlowError, id: Option<MovieId>, values: RawMovie) -> Result<Response, WebError> {
    let (status, errors, exists) = match error {
        FlowError::Invalid(errors) if cx.is_form() => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        FlowError::WrongKind(errors) if cx.is_form() => (StatusCode::UNSUPPORTED_MEDIA_TYPE, errors, None),
        FlowError::Exists(other) if cx.is_form() => (StatusCode::CONFLICT, FieldErrors::default(), Some(other)),
        error => return Err(error.into()),
    };
    // Browsers forget which file was chosen.
    let lost_file = poster::file(cx).is_some() && errors.get(FIELD).is_none();
    let movie = match id {
        Some(id) => Some(cx.blocking(move |app| search::movie(app, id)).await?),
        None => None,
    };
    let is_removed = cx.body.text("remove_poster").is_some();
    Ok(form(cx, status, MovieForm { id, values, errors, exists, movie, lost_file, is_removed, ..MovieForm::default() }))
}

/// The form of a movie.
pub fn form(cx: &Cx, status: StatusCode, form: MovieForm) -> Response {
    let next = cx.next().unwrap_or_else(|| TABLE.to_owned());
    reply::html(cx, status, view::forms::movie(&cx.chrome(), &MovieForm { next, ..form }))
}

/// The number of a movie that a request names. No movie has a number below one, which is no fault of form.
fn read_id(text: Option<&str>) -> Result<MovieId, FieldErrors> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| FieldErrors::of("id", Problem::Missing))?;
    text.parse().map(MovieId).map_err(|_| FieldErrors::of("id", Problem::NotWhole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_whole_numbers() {
        assert_eq!(read_id(Some(" 7 ")), Ok(MovieId(7)));
        assert_eq!(read_id(Some("-1")), Ok(MovieId(-1)));
        for bad in [None, Some(""), Some("x"), Some("1.5"), Some("99999999999999999999")] {
            assert!(read_id(bad).is_err(), "{bad:?}");
        }
    }
}
