//! The page of one movie.

use maud::{Markup, html};

use super::Chrome;
use crate::model::Movie;

/// The page.
pub fn page(chrome: &Chrome<'_>, movie: &Movie) -> Markup {
    let _ = (chrome, movie);
    html! {}
}
