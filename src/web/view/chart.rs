//! Bars: a picture for those who see it, a table with the same numbers for everybody.

use maud::{Markup, html};

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// How long it is.
    pub value: u64,
    /// The value as it is written.
    pub shown: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// Units of the picture: the height of a bar with its gap, and where bars begin and end.
const STEP: u64 = 24;
const START: u64 = 150;
const END: u64 = 420;

/// A figure with a bar each, and the table behind it; `heads` are the titles of its columns.
pub fn bars(title: &str, heads: (&str, &str), bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let height = STEP * bars.len() as u64;
    html! {
        figure class="chart" {
            figcaption { (title) }
            svg viewBox={ "0 0 520 " (height) } width="520" height=(height) role="img" aria-label=(title) {
                @for (place, bar) in bars.iter().enumerate() {
                    @let top = STEP * place as u64;
                    text x=(START - 8) y=(top + 16) text-anchor="end" { (bar.label) }
                    rect x=(START) y=(top + 4) width=((END - START) * bar.value / most) height="16" rx="3" {}
                    text x=(START + (END - START) * bar.value / most + 8) y=(top + 16) { (bar.shown) }
                }
            }
            details {
                summary { (title) }
                table {
                    thead { tr { th scope="col" { (heads.0) } th scope="col" { (heads.1) } } }
                    tbody {
                        @for bar in bars {
                            tr {
                                th scope="row" {
                                    @if let Some(href) = &bar.href { a href=(href) { bdi { (bar.label) } } } @else { bdi { (bar.label) } }
                                }
                                td { (bar.shown) }
                            }
                        }
                    }
                }
            }
        }
    }
}
