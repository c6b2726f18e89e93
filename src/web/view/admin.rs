//! The admin's table of movies, and the question before a deletion.

use maud::{Markup, html};

use super::Chrome;
use crate::model::{FieldErrors, Listing, Movie};

/// The table: the same listing, to manage it. An empty catalogue offers the sample (a `POST` form to
/// `/manage/sample`), the import command and the first movie.
pub fn page(chrome: &Chrome<'_>, listing: &Listing, errors: &FieldErrors) -> Markup {
    let _ = (chrome, listing, errors);
    html! {}
}

/// The question before a deletion (`GET /manage/delete/ID`); its form sends `POST` to the same address, with
/// `csrf` and `next`.
pub fn confirm_delete(chrome: &Chrome<'_>, movie: &Movie, next: &str) -> Markup {
    let _ = (chrome, movie, next);
    html! {}
}
