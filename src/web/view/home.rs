//! The front page.

use maud::{Markup, html};

use super::Chrome;
use crate::model::{Facet, Movie};

/// What the front page shows.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// How many movies the catalogue holds.
    pub total: u64,
    /// The most popular ones; empty where the visitor may not read.
    pub popular: Vec<Movie>,
    /// The newest in the catalogue.
    pub newest: Vec<Movie>,
    /// Genres with counts.
    pub genres: Vec<Facet>,
    /// There is an admin; where not, the page tells how to make one.
    pub has_admin: bool,
}

/// The page.
pub fn page(chrome: &Chrome<'_>, home: &Home) -> Markup {
    let _ = (chrome, home);
    html! {}
}
