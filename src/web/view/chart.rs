//! Charts, drawn on the server: bars, and a grid of shades. Each is a picture with a name, for those who see it, and the
//! same figures as a table, for everybody. Nothing depends on a style in the page: sizes are attributes, colours are
//! classes, and lengths are parts of the width, so that text stays as large as elsewhere on any screen. Right-to-left
//! pages mirror the picture by a rule of the style sheet.

use maud::{Markup, html};

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// How much; the bar's length.
    pub value: u64,
    /// The same as it is read.
    pub shown: String,
    /// Where the table's row leads.
    pub href: Option<String>,
}

/// So many bars stand upright, so that they fit a screen.
const UPRIGHT: usize = 16;
/// The height of a lying bar with its text.
const ROW: usize = 40;
/// The height of upright bars, and with the line below them.
const HEIGHT: usize = 160;
const HEIGHT_WITH_LABELS: usize = 184;
/// The most characters of a label in a picture; the table has all.
const LABEL: usize = 30;

/// Bars with a heading; `heads` are the table's: what is counted, and how it is. Few bars lie one below the other, many
/// stand side by side.
pub fn bars(title: &str, heads: (&str, &str), bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let picture = if bars.len() < UPRIGHT { lying(title, bars, most) } else { upright(title, bars, most) };
    let table = html! {
        table {
            thead { tr { th scope="col" { (heads.0) } th scope="col" class="figure" { (heads.1) } } }
            tbody {
                @for bar in bars {
                    tr {
                        th scope="row" {
                            @if let Some(href) = &bar.href { a href=(href) { bdi { (bar.label) } } } @else { bdi { (bar.label) } }
                        }
                        td class="figure" { (bar.shown) }
                    }
                }
            }
        }
    };
    figure(title, heads, &picture, &table)
}

/// A grid with a heading; `heads` are what the rows and what the columns are. It takes the rows' names, the columns' names, and for each row a value in each column with how it is read. The darker
/// a cell the greater its part of the row's greatest value.
pub fn grid(title: &str, heads: (&str, &str), columns: &[String], rows: &[(String, Vec<(u64, String)>)]) -> Markup {
    let id = id_of(title);
    let height = rows.len() * ROW + 20;
    let width = 100.0 / columns.len().max(1) as f64;
    let picture = html! {
        svg class="chart-picture" role="img" aria-labelledby=(id) width="100%" height=(height) {
            title id=(id) { (title) }
            @for (place, (name, cells)) in rows.iter().enumerate() {
                @let most = cells.iter().map(|(value, _)| *value).max().unwrap_or(0).max(1);
                text class="chart-label" x="0" y=(place * ROW + 14) { (short(name)) }
                @for (column, (value, _)) in cells.iter().enumerate() {
                    rect class={ "shade-" (shade(*value, most)) } x=(percent(column as f64 * width)) y=(place * ROW + 19)
                        width=(percent(width * 0.94)) height="17" rx="3" {}
                }
            }
            (ticks(columns, height - 4))
        }
    };
    let table = html! {
        table {
            thead { tr { th scope="col" { (heads.0) } @for column in columns { th scope="col" class="figure" { (column) } } } }
            tbody {
                @for (name, cells) in rows {
                    tr { th scope="row" { bdi { (name) } } @for (_, shown) in cells { td class="figure" { (shown) } } }
                }
            }
        }
    };
    figure(title, heads, &picture, &table)
}

fn figure(title: &str, heads: (&str, &str), picture: &Markup, table: &Markup) -> Markup {
    html! {
        figure class="chart" {
            figcaption { (title) }
            (picture)
            details {
                summary { (heads.0) " · " (heads.1) }
                div class="chart-table" tabindex="0" role="group" aria-label=(title) { (table) }
            }
        }
    }
}

fn lying(title: &str, bars: &[Bar], most: u64) -> Markup {
    let id = id_of(title);
    html! {
        svg class="chart-picture" role="img" aria-labelledby=(id) width="100%" height=(bars.len() * ROW) {
            title id=(id) { (title) }
            @for (place, bar) in bars.iter().enumerate() {
                text class="chart-label" x="0" y=(place * ROW + 15) { (short(&bar.label)) }
                text class="chart-value" x="100%" y=(place * ROW + 15) text-anchor="end" { (bar.shown) }
                rect class="chart-track" x="0" y=(place * ROW + 21) width="100%" height="10" rx="5" {}
                @if bar.value > 0 {
                    rect class="chart-bar" x="0" y=(place * ROW + 21) width=(percent(part(bar.value, most))) height="10" rx="5" {}
                }
            }
        }
    }
}

fn upright(title: &str, bars: &[Bar], most: u64) -> Markup {
    let id = id_of(title);
    let width = 100.0 / bars.len() as f64;
    let labels: Vec<String> = bars.iter().map(|bar| bar.label.clone()).collect();
    html! {
        svg class="chart-picture" role="img" aria-labelledby=(id) width="100%" height=(HEIGHT_WITH_LABELS) {
            title id=(id) { (title) }
            rect class="chart-track" x="0" y=(HEIGHT) width="100%" height="1" {}
            @for (place, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.value > 0) {
                @let height = (part(bar.value, most) / 100.0 * HEIGHT as f64).max(1.0);
                rect class="chart-bar" x=(percent(place as f64 * width)) y=(format!("{:.1}", HEIGHT as f64 - height))
                    width=(percent(width * 0.82)) height=(format!("{height:.1}")) {
                    title { (bar.label) ": " (bar.shown) }
                }
            }
            (ticks(&labels, HEIGHT_WITH_LABELS - 6))
        }
    }
}

/// Some of the labels below a row, so few that none touches another on a small screen.
fn ticks(labels: &[String], y: usize) -> Markup {
    let last = labels.len().saturating_sub(1);
    let mut places = vec![0, last / 3, last * 2 / 3, last];
    places.dedup();
    let width = 100.0 / labels.len().max(1) as f64;
    html! {
        @for place in places.into_iter().filter(|place| *place < labels.len()) {
            @let (anchor, x) = match place {
                0 => ("start", 0.0),
                place if place == last => ("end", 100.0),
                place => ("middle", (place as f64 + 0.47) * width),
            };
            text class="chart-tick" x=(percent(x)) y=(y) text-anchor=(anchor) { (labels[place]) }
        }
    }
}

/// A part of the greatest value, in hundredths.
fn part(value: u64, most: u64) -> f64 {
    value as f64 / most as f64 * 100.0
}

/// One of six shades; none for nothing.
fn shade(value: u64, most: u64) -> u64 {
    if value == 0 { 0 } else { (value * 5).div_ceil(most).clamp(1, 5) }
}

fn percent(part: f64) -> String {
    let text = format!("{part:.2}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn short(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    let cut: String = label.chars().take(LABEL - 1).collect();
    format!("{}…", cut.trim_end())
}

/// A name for an element of the page; a small hash of the title (FNV-1a), since titles of one page differ.
fn id_of(title: &str) -> String {
    let hash = title.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("chart-{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(count: usize) -> Vec<Bar> {
        (1..=count)
            .map(|n| Bar { label: format!("<{n}>"), value: n as u64, shown: n.to_string(), href: None })
            .collect()
    }

    #[test]
    fn a_chart_is_a_picture_with_a_name_and_a_table() {
        let shown = bars("Movies & more", ("Year", "Movies"), &some(3)).into_string();
        assert!(
            shown.contains("role=\"img\" aria-labelledby=\"chart-") && shown.contains("<figcaption>Movies &amp; more")
        );
        assert_eq!(shown.matches("<tr>").count(), 4);
        assert!(shown.contains("width=\"33.33%\"") && shown.contains("width=\"100%\""));
        assert!(!shown.contains("style=") && !shown.contains("<1>"));
    }

    #[test]
    fn many_bars_stand_and_no_bars_do_no_harm() {
        let shown = bars("Years", ("Year", "Movies"), &some(130)).into_string();
        assert_eq!(shown.matches("class=\"chart-bar\"").count(), 130);
        assert_eq!(shown.matches("class=\"chart-tick\"").count(), 4);
        assert!(bars("None", ("Year", "Movies"), &[]).into_string().contains("<figure"));
        assert!(grid("None", ("Genre", "Decade"), &[], &[]).into_string().contains("<figure"));
    }

    #[test]
    fn shades_tell_something_from_nothing() {
        assert_eq!([0, 1, 20, 21, 99, 100].map(|value| shade(value, 100)), [0, 1, 1, 2, 5, 5]);
    }
}
