//! The listing: search fields, facets, cards, pages.

use maud::{Markup, html};

use super::Chrome;
use crate::model::{FieldErrors, Listing};

/// The page. `errors` are the parameters that could not be read; then the listing is empty.
pub fn page(chrome: &Chrome<'_>, listing: &Listing, errors: &FieldErrors) -> Markup {
    let _ = (chrome, listing, errors);
    html! {}
}
