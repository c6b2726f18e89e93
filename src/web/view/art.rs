//! Poster art for movies without a picture: a tone and a shape from a hash of the title, its initials, the title set in
//! lines, the year. Drawn on a canvas of 200 by 300, in the page by classes ([`inline`], with [`shapes`] once a page)
//! and as an image of its own ([`image()`]). The same movie has the same art on every page and in every language.

mod lines;

use std::borrow::Cow;

use maud::{Markup, html};
use unicode_width::UnicodeWidthStr;

use crate::model::Facts;
use crate::model::fold::words;

/// The ground and the shapes' colour, by `tone-N`: the style sheet has the same. White is read on each ground.
const TONES: [(&str, &str); 12] = [
    ("#7e2c45", "#fda480"),
    ("#802f24", "#f3ae5f"),
    ("#743d03", "#d6bd57"),
    ("#584d01", "#95d181"),
    ("#255b17", "#4dd8be"),
    ("#005b46", "#3bd4e8"),
    ("#01585c", "#73c8fe"),
    ("#055475", "#a9bafd"),
    ("#284a8b", "#c9acfe"),
    ("#484188", "#e5a2ec"),
    ("#62377a", "#fa9bc9"),
    ("#742f60", "#fe9fa2"),
];
const SHAPES: u32 = 8;

/// The room between the sides.
const MARGIN: u32 = 16;
const FONT: &str = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Arabic', 'Noto Sans CJK SC', sans-serif";

/// What is to be drawn.
struct Art<'a> {
    tone: u32,
    shape: u32,
    initials: String,
    lines: Vec<Cow<'a, str>>,
    size: u32,
    is_rtl: bool,
    year: Option<u16>,
}

impl<'a> Art<'a> {
    fn of(title: &'a str, year: Option<u16>) -> Self {
        let hash = hash(title);
        let (size, lines) = lines::set(title);
        Self {
            tone: hash % TONES.len() as u32,
            shape: hash / 12 % SHAPES,
            initials: initials(title),
            lines,
            size,
            is_rtl: is_rtl(title),
            year,
        }
    }

    /// Where lines begin.
    fn start(&self) -> u32 {
        if self.is_rtl { 200 - MARGIN } else { MARGIN }
    }

    /// The base line of the first line of the title; the last one stands above the year or in its place.
    fn top(&self) -> u32 {
        let last = if self.year.is_some() { 257 } else { 281 };
        last - self.step() * u32::try_from(self.lines.len().saturating_sub(1)).unwrap_or(0)
    }

    fn step(&self) -> u32 {
        self.size * 23 / 20
    }

    fn has_wide_initials(&self) -> bool {
        self.initials.width() > 2
    }

    fn title(&self) -> Markup {
        html! {
            @for (position, line) in self.lines.iter().enumerate() {
                @if position == 0 { (line) } @else { tspan x=(self.start()) dy=(self.step()) { (line) } }
            }
        }
    }
}

/// The art of a movie as part of a page that has [`shapes`]; it says nothing that the text beside it does not.
pub fn inline(facts: &Facts) -> Markup {
    let art = Art::of(&facts.title, facts.year);
    let direction = art.is_rtl.then_some("rtl");
    html! {
        svg class={ "poster art tone-" (art.tone) } viewBox="0 0 200 300" aria-hidden="true" {
            use href={ "#art" (art.shape) } {}
            @if !art.initials.is_empty() {
                text class=(if art.has_wide_initials() { "art-c" } else { "art-b" }) x=(art.start()) y="88" direction=[direction] { (art.initials) }
            }
            text x=(art.start()) y=(art.top()) font-size=(art.size) direction=[direction] { (art.title()) }
            @if let Some(year) = art.year { text class="art-y" x=(art.start()) y="281" direction=[direction] { (year) } }
        }
    }
}

/// The art of a movie as an image that needs nothing else.
pub fn image(facts: &Facts) -> Markup {
    let title = facts.title.replace(is_no_xml, "");
    let art = Art::of(&title, facts.year);
    let direction = art.is_rtl.then_some("rtl");
    let (ground, colour) = TONES[art.tone as usize % TONES.len()];
    let large = if art.has_wide_initials() { 54 } else { 76 };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300" width="500" height="750" color=(colour) fill="#fff"
            font-family=(FONT) font-weight="700" {
            title { (title) }
            rect width="200" height="300" fill=(ground) {}
            (shading())
            (shape(art.shape))
            (shade())
            text x=(art.start()) y="88" font-size=(large) font-weight="800" direction=[direction] { (art.initials) }
            text x=(art.start()) y=(art.top()) font-size=(art.size) direction=[direction] { (art.title()) }
            @if let Some(year) = art.year {
                text x=(art.start()) y="281" font-size="14" font-weight="500" direction=[direction] { (year) }
            }
        }
    }
}

/// The shapes that [`inline`] refers to, drawn once a page.
pub fn shapes() -> Markup {
    html! {
        svg class="unseen" aria-hidden="true" {
            (shading())
            @for number in 0..SHAPES { g id={ "art" (number) } { (shape(number)) (shade()) } }
        }
    }
}

/// It gets darker towards the title.
fn shade() -> Markup {
    html! { rect width="200" height="300" fill="url(#art-shade)" {} }
}

fn shading() -> Markup {
    html! {
        linearGradient id="art-shade" x2="0" y2="1" {
            stop offset=".35" stop-opacity="0" {}
            stop offset="1" stop-opacity=".55" {}
        }
    }
}

/// A few forms in the colour of the tone. They stay above the title, or are faint below it.
fn shape(number: u32) -> Markup {
    html! {
        @match number {
            // A sun behind a hill.
            0 => {
                circle cx="142" cy="92" r="58" fill="currentColor" opacity=".55" {}
                path d="M0 168Q70 108 200 158V300H0z" fill="#000" opacity=".28" {}
            }
            // Beams.
            1 => {
                path d="M0 0H70L200 195V300z" fill="currentColor" opacity=".22" {}
                path d="M110 0H200V135z" fill="currentColor" opacity=".5" {}
            }
            // Rings.
            2 => {
                circle cx="200" cy="60" r="112" fill="currentColor" opacity=".2" {}
                circle cx="200" cy="60" r="76" fill="currentColor" opacity=".3" {}
                circle cx="200" cy="60" r="40" fill="currentColor" opacity=".6" {}
            }
            // Waves.
            3 => {
                path d="M0 92Q50 62 100 92T200 92V300H0z" fill="currentColor" opacity=".3" {}
                path d="M0 126Q50 156 100 126T200 126V300H0z" fill="#000" opacity=".25" {}
            }
            // Mountains.
            4 => {
                path d="M-57 300L128 42L313 300z" fill="currentColor" opacity=".34" {}
                path d="M-101 300L48 92L197 300z" fill="currentColor" opacity=".2" {}
            }
            // Quarters of a circle.
            5 => {
                path d="M200 0A100 100 0 0 1 100 100V0z" fill="currentColor" opacity=".55" {}
                path d="M100 100H200A100 100 0 0 1 100 200z" fill="currentColor" opacity=".25" {}
                path d="M100 0A100 100 0 0 1 0 100V0z" fill="#000" opacity=".2" {}
            }
            // Curtains.
            6 => {
                path d="M92 0H124V54a16 16 0 0 1-32 0z" fill="currentColor" opacity=".25" {}
                path d="M128 0H160V94a16 16 0 0 1-32 0z" fill="currentColor" opacity=".4" {}
                path d="M164 0H196V134a16 16 0 0 1-32 0z" fill="currentColor" opacity=".6" {}
            }
            // An eclipse.
            _ => {
                circle cx="128" cy="78" r="66" fill="currentColor" opacity=".5" {}
                circle cx="108" cy="92" r="62" fill="#000" opacity=".4" {}
            }
        }
    }
}

/// The number of the colours of a text.
pub fn tone(text: &str) -> u32 {
    hash(text) % TONES.len() as u32
}

/// A small hash of the title's letters (FNV-1a); it never changes, so neither does the art.
fn hash(title: &str) -> u32 {
    title.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The first letters of the first words that say something: at most three, or one of a script without capitals, whose
/// letters would join to a word that nobody meant.
pub fn initials(title: &str) -> String {
    const SMALL: [&str; 16] =
        ["the", "a", "an", "of", "and", "le", "la", "les", "der", "die", "das", "el", "los", "il", "o", "os"];
    let all = words(title);
    let telling: Vec<&String> = all.iter().filter(|word| !SMALL.contains(&word.as_str())).collect();
    let chosen = if telling.is_empty() { all.iter().collect() } else { telling };
    let mut letters = chosen.iter().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).peekable();
    let is_latin = letters.peek().is_some_and(|first| first.is_uppercase() || first.is_numeric());
    letters.take(if is_latin { 3 } else { 1 }).collect()
}

/// The first letter that has a direction is of a script that runs to the left.
fn is_rtl(text: &str) -> bool {
    let letter = text.chars().find(|c| c.is_alphabetic());
    letter.is_some_and(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'))
}

/// No character of XML, so an image with it would not be shown at all.
fn is_no_xml(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(title: &str) -> Facts {
        Facts { title: title.to_owned(), year: Some(1977), ..Facts::default() }
    }

    #[test]
    fn the_same_title_has_the_same_art() {
        assert_eq!(inline(&facts("Star Wars")).0, inline(&facts("Star Wars")).0);
        assert_eq!(image(&facts("Star Wars")).0, image(&facts("Star Wars")).0);
        let titles: Vec<String> = (0..2000).map(|n| format!("film {n}")).collect();
        let arts = titles.iter().map(|title| Art::of(title, None));
        let kinds: std::collections::HashSet<_> = arts.map(|art| (art.tone, art.shape)).collect();
        assert_eq!(kinds.len(), 12 * 8);
        assert_eq!(initials("The Lord of the Rings"), "LR");
        assert_eq!(initials("It"), "I");
        assert_eq!(initials("七人の侍"), "七");
        assert_eq!(initials("2001: A Space Odyssey"), "2SO");
        assert_eq!(initials("القاهرة محطة"), "ا");
        assert_eq!(initials("?"), "");
    }

    #[test]
    fn the_art_of_a_card_is_small() {
        for title in ["Star Wars", "The Lord of the Rings: The Return of the King", "七人の侍", "?", "أفلام عربية"]
        {
            let length = inline(&facts(title)).0.len();
            assert!(length <= 350 + title.len().saturating_sub(20), "{title}: {length}");
        }
    }

    #[test]
    fn titles_are_escaped() {
        for drawn in [inline(&facts("<b>\"&'")), image(&facts("<script>&\u{ffff}"))] {
            let text = drawn.into_string();
            assert!(!text.contains("<b>") && !text.contains("<script>") && !text.contains('\u{ffff}'));
            assert!(text.contains("&amp;") && text.contains("&lt;"));
        }
    }

    #[test]
    fn scripts_that_run_to_the_left_begin_at_the_right() {
        assert!(is_rtl("أفلام") && is_rtl("12 קולנוע") && !is_rtl("Kino") && !is_rtl("12"));
        assert!(inline(&facts("قاهرة")).0.contains("x=\"184\"") && inline(&facts("Kino")).0.contains("x=\"16\""));
    }

    #[test]
    fn the_style_sheet_has_the_same_tones() {
        let style = include_str!("../../../assets/css/app.css");
        for (number, (ground, colour)) in TONES.iter().enumerate() {
            let rule = format!(".tone-{number} {{ background: {ground}; color: {colour}; }}");
            assert!(style.contains(&rule), "{rule}");
        }
    }
}
