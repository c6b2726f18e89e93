//! The page for what went wrong, with a way on.

use maud::{Markup, html};

use super::Chrome;
use crate::model::FieldErrors;

/// The page of a status: 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503. `fields` names what is wrong in
/// the request; `request_id` is shown for a 5xx, so that the log line can be found.
pub fn page(chrome: &Chrome<'_>, status: u16, fields: &FieldErrors, request_id: &str) -> Markup {
    let _ = (chrome, status, fields, request_id);
    html! {}
}
