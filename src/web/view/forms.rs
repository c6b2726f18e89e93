//! The form that adds and edits a movie.

use maud::{Markup, html};

use super::Chrome;
use crate::model::{FieldErrors, MovieId, RawMovie};

/// What the form shows.
#[derive(Debug, Clone, Default)]
pub struct MovieForm {
    /// The movie that is edited; `None` for a new one.
    pub id: Option<MovieId>,
    /// The values as they are or as they were typed.
    pub values: RawMovie,
    /// What is wrong, by field.
    pub errors: FieldErrors,
    /// The movie that is the same, if that is what is wrong.
    pub exists: Option<MovieId>,
    /// Where to go afterwards: an own path.
    pub next: String,
}

/// The page (`GET /manage/add`, `GET /manage/update?id=ID`); the form sends `POST` to `/manage/add` or
/// `/manage/update` with `id`, `csrf`, `next` and the names of [`crate::model::Field::name`].
pub fn movie(chrome: &Chrome<'_>, form: &MovieForm) -> Markup {
    let _ = (chrome, form);
    html! {}
}
