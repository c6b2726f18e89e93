//! Ranges of years and scores as people write them: `1977`, `1990-1999`, `1990–1999`, `1990s`, `90s`, `>=1990`, `8+`,
//! `7,5..`. Digits of any script are read. [`Range`]'s `Display` is the one form that addresses have.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The most characters of a range.
const MAX_LENGTH: usize = 60;
/// What stands between the two ends, the longest first.
const SEPARATORS: [&str; 5] = ["...", "..", "--", "-", "~"];
/// What stands around a number that names ten years, without blanks and marks: what pages show (`listing.decade` of each
/// language) and what is typed for it.
const DECADE_WORDS: [&str; 24] = [
    "s",
    "er",
    "erjahre",
    "er-jahre",
    "年代",
    "년대",
    "е",
    "х",
    "ті",
    "ых",
    "e",
    "lar",
    "ler",
    "lı",
    "años",
    "los",
    "losaños",
    "années",
    "anni",
    "anos",
    "jaren",
    "عقد",
    "שנותה",
    "कादशक",
];
/// The zeros of scripts that count with digits of their own; full-width digits are unified before.
const ZEROS: [char; 16] = ['٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀'];

/// An inclusive range, open where an end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Range<T> {
    /// The least value, if there is one.
    pub min: Option<T>,
    /// The greatest value, if there is one.
    pub max: Option<T>,
}

/// What a range can be made of.
pub trait Bound: Copy + PartialOrd + fmt::Display {
    /// Reads one end, in plain digits and lower case: the least and the greatest value that it means.
    fn read(text: &str) -> Option<(Self, Self)>;

    /// Reads the second end after `first`, which may be shortened.
    fn read_second(first: &str, text: &str) -> Option<(Self, Self)>;

    /// The next greater value; `None` where there is none.
    fn above(self) -> Option<Self>;

    /// The next smaller value; `None` where there is none.
    fn below(self) -> Option<Self>;

    /// The round value that this one is next to, as the least one ([`Self::above`]) or the greatest.
    fn excluded(self, is_least: bool) -> Option<Self>;
}

impl Bound for u16 {
    fn read(text: &str) -> Option<(Self, Self)> {
        if let Some(year) = digits(text) {
            return Some((year, year));
        }
        let number: String = text.chars().filter(char::is_ascii_digit).collect();
        let rest = text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty());
        let words: String = rest.flat_map(str::chars).filter(|c| !matches!(c, '\'' | '-' | '־' | '.')).collect();
        // The digits stand together.
        if !text.contains(number.as_str()) || !DECADE_WORDS.contains(&words.as_str()) {
            return None;
        }
        let first = match (number.len(), digits(&number)? as Self) {
            (4, year) => year,
            // "20s" are those that people live in.
            (2, year @ 0..30) => 2000 + year,
            (2, year) => 1900 + year,
            _ => return None,
        };
        (first % 10 == 0 && first <= LAST_YEAR - 9).then(|| (first, first + 9))
    }

    fn read_second(first: &str, text: &str) -> Option<(Self, Self)> {
        match (digits(first), digits(text)) {
            // "1990-99", "1998-03".
            (Some(first), Some(short)) if first >= 1000 && text.len() == 2 => {
                let same = first / 100 * 100 + short;
                let year = if same < first { same + 100 } else { same };
                (year <= LAST_YEAR).then_some((year, year))
            }
            _ => Self::read(text),
        }
    }

    fn above(self) -> Option<Self> {
        (self < LAST_YEAR).then(|| self + 1)
    }

    fn below(self) -> Option<Self> {
        self.checked_sub(1)
    }

    fn excluded(self, _: bool) -> Option<Self> {
        None
    }
}

/// The last year that can be written.
const LAST_YEAR: u16 = 9999;

/// A number of at most four digits.
fn digits(text: &str) -> Option<u16> {
    let is_plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

/// Scores are compared by ten-thousandths: no source has finer ones.
const FINEST: f64 = 10_000.0;
/// No score is near it.
const GREATEST: f64 = 1_000.0;

impl Bound for f64 {
    fn read(text: &str) -> Option<(Self, Self)> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit());
        let number: Self = if is_plain { text.parse().ok()? } else { return None };
        let number = (number * FINEST).round() / FINEST;
        (number <= GREATEST).then_some((number, number))
    }

    fn read_second(_: &str, text: &str) -> Option<(Self, Self)> {
        Self::read(text)
    }

    fn above(self) -> Option<Self> {
        let above = ((self * FINEST).round() + 1.0) / FINEST;
        (above <= GREATEST).then_some(above)
    }

    fn below(self) -> Option<Self> {
        let below = ((self * FINEST).round() - 1.0) / FINEST;
        (below >= 0.0).then_some(below)
    }

    fn excluded(self, is_least: bool) -> Option<Self> {
        let parts = (self * FINEST).round() as i64;
        match (is_least, parts % 10) {
            (true, 1) => self.below(),
            (false, 9) => self.above(),
            _ => None,
        }
    }
}

impl<T: Bound> Range<T> {
    /// Reads a range; `None` where it is not one. Ends in the wrong order change places.
    pub fn parse(text: &str) -> Option<Self> {
        let text = plain(text)?;
        let from = |(least, _)| Self { min: Some(least), max: None };
        let to = |(_, greatest)| Self { min: None, max: Some(greatest) };
        if let Some((least, greatest)) = T::read(&text) {
            return Some(Self { min: Some(least), max: Some(greatest) });
        }
        if let Some(rest) = text.strip_suffix('+') {
            return T::read(rest).map(from);
        }
        for (sign, is_least, is_strict) in SIGNS {
            let Some(rest) = text.strip_prefix(sign) else { continue };
            let (least, greatest) = T::read(rest)?;
            return Some(match (is_least, is_strict) {
                (true, true) => Self { min: Some(greatest.above()?), max: None },
                (true, false) => from((least, greatest)),
                (false, true) => Self { min: None, max: Some(least.below()?) },
                (false, false) => to((least, greatest)),
            });
        }
        // A word of a decade may hold a hyphen, so each place is tried.
        SEPARATORS.iter().flat_map(|sign| text.match_indices(sign)).find_map(|(place, sign)| {
            let (first, second) = (&text[..place], &text[place + sign.len()..]);
            match (first, second) {
                ("", "") => (sign == "..").then_some(Self { min: None, max: None }),
                ("", second) => T::read(second).map(to),
                (first, "") => T::read(first).map(from),
                (first, second) => {
                    let (one, other) = (T::read(first)?, T::read_second(first, second)?);
                    let (one, other) = if one.0 <= other.0 { (one, other) } else { (other, one) };
                    Some(Self { min: Some(one.0), max: Some(other.1) })
                }
            }
        })
    }

    /// No value is excluded.
    pub fn is_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// The range as people write it, for a field of a form: `1990–1999`, `8+`, `≤1980`. Reads back as itself.
    pub fn written(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => min.to_string(),
            (Some(min), Some(max)) => format!("{min}–{max}"),
            (Some(min), None) => min.excluded(true).map_or_else(|| format!("{min}+"), |below| format!(">{below}")),
            (None, Some(max)) => max.excluded(false).map_or_else(|| format!("≤{max}"), |above| format!("<{above}")),
            (None, None) => String::new(),
        }
    }
}

/// Signs before a number: whether it is the least value, and whether it is excluded itself.
const SIGNS: [(&str, bool, bool); 8] = [
    (">=", true, false),
    ("=>", true, false),
    ("≥", true, false),
    (">", true, true),
    ("<=", false, false),
    ("=<", false, false),
    ("≤", false, false),
    ("<", false, true),
];

/// As addresses have it: `1977`, `1970..1979`, `1970..`, `..1979`.
impl<T: Bound> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "{min}"),
            (min, max) => {
                min.iter().try_for_each(|min| write!(f, "{min}"))?;
                f.write_str("..")?;
                max.iter().try_for_each(|max| write!(f, "{max}"))
            }
        }
    }
}

/// One spelling of digits, dashes, decimal signs and letters; `None` where a text is too long for a range.
fn plain(text: &str) -> Option<String> {
    if text.chars().count() > MAX_LENGTH {
        return None;
    }
    // Not the compatibility form of everything: it would make `10²` a hundred and two.
    let unified = text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    });
    let plain: String = unified.flat_map(char::to_lowercase).nfc().filter_map(plain_character).collect();
    let mut joined = String::with_capacity(plain.len());
    for piece in plain.split_whitespace() {
        // Two numbers with nothing between them are not one.
        let is_digit = |c: char| c.is_ascii_digit();
        if joined.ends_with(is_digit) && piece.starts_with(is_digit) {
            return None;
        }
        joined.push_str(piece);
    }
    Some(joined.replace('…', "..."))
}

fn plain_character(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some(' '),
        // Marks of direction, and of width zero.
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => None,
        c if c.is_control() => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | 'ー' => Some('-'),
        '〜' | '∼' | '˜' => Some('~'),
        ',' | '٫' | '،' | '、' => Some('.'),
        '’' | '‘' | 'ʼ' | '´' | '`' => Some('\''),
        '≧' | '⩾' => Some('≥'),
        '≦' | '⩽' => Some('≤'),
        c => Some(ascii_digit(c)),
    }
}

/// A digit of any script as ASCII has it; other characters stay.
fn ascii_digit(c: char) -> char {
    let of = |zero: &char| (c as u32).checked_sub(*zero as u32).and_then(|value| char::from_digit(value, 10));
    if c.is_ascii() { c } else { ZEROS.iter().find_map(of).unwrap_or(c) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn years(text: &str) -> String {
        Range::<u16>::parse(text).map_or_else(|| "unreadable".to_owned(), |range| range.to_string())
    }

    fn scores(text: &str) -> String {
        Range::<f64>::parse(text).map_or_else(|| "unreadable".to_owned(), |range| range.to_string())
    }

    #[test]
    fn years_are_read_as_people_write_them() {
        for (typed, expected) in [
            ("1977", "1977"),
            ("1990-1999", "1990..1999"),
            ("1990–1999", "1990..1999"),
            (" 1990 — 1999 ", "1990..1999"),
            ("1990..1999", "1990..1999"),
            ("1990...1999", "1990..1999"),
            ("1990…1999", "1990..1999"),
            ("1990--1999", "1990..1999"),
            ("1990 ~ 1999", "1990..1999"),
            ("1990～1999", "1990..1999"),
            ("1990〜1999", "1990..1999"),
            ("1990ー1999", "1990..1999"),
            ("1999-1990", "1990..1999"),
            ("1990-99", "1990..1999"),
            ("1998-03", "1998..2003"),
            ("1990s", "1990..1999"),
            ("1990S", "1990..1999"),
            ("90s", "1990..1999"),
            ("'90s", "1990..1999"),
            ("1990's", "1990..1999"),
            ("1990’s", "1990..1999"),
            ("00s", "2000..2009"),
            ("20s", "2020..2029"),
            ("30s", "1930..1939"),
            ("80s-90s", "1980..1999"),
            ("1990s–1980s", "1980..1999"),
            ("1990s+", "1990.."),
            ("90er", "1990..1999"),
            ("1990年代", "1990..1999"),
            ("1990-е", "1990..1999"),
            ("años 90", "1990..1999"),
            (">=1990", "1990.."),
            ("≥ 1990", "1990.."),
            (">1990", "1991.."),
            ("> 1990s", "2000.."),
            ("<1980", "..1979"),
            ("<=1980", "..1980"),
            ("≤1980", "..1980"),
            ("1990+", "1990.."),
            ("1990-", "1990.."),
            ("-1990", "..1990"),
            ("1990..", "1990.."),
            ("..1979", "..1979"),
            ("..", ".."),
            ("١٩٩٠-١٩٩٩", "1990..1999"),
            ("۱۹۹۰–۱۹۹۹", "1990..1999"),
            ("१९९०", "1990"),
            ("１９９０－１９９９", "1990..1999"),
            ("１９９０ｓ", "1990..1999"),
            ("\u{2066}1990–1999\u{2069}", "1990..1999"),
        ] {
            assert_eq!(years(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn scores_are_read_as_people_write_them() {
        for (typed, expected) in [
            ("8", "8"),
            ("8+", "8.."),
            ("8 +", "8.."),
            ("８＋", "8.."),
            ("7.5..", "7.5.."),
            ("7,5..", "7.5.."),
            ("7,5+", "7.5.."),
            ("7-8", "7..8"),
            ("8-7", "7..8"),
            ("7,5–8,5", "7.5..8.5"),
            ("7.5...8.5", "7.5..8.5"),
            (">=8", "8.."),
            (">8", "8.0001.."),
            ("<8", "..7.9999"),
            ("<=8", "..8"),
            ("٧٫٥+", "7.5.."),
            ("٧،٥ – ٨", "7.5..8"),
            ("..6", "..6"),
        ] {
            assert_eq!(scores(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_range_is_not_guessed() {
        for typed in [
            "",
            " ",
            "abc",
            "since 1990",
            "199O",
            "1990-1995-1999",
            "1990 1999",
            "12345",
            "1995s",
            "5s",
            "s",
            "--",
            "+",
            ">",
            "<0",
            ">9999",
            "10²",
            "1990/91",
            "1990+-",
            "99-2000s5",
        ] {
            assert_eq!(years(typed), "unreadable", "{typed:?}");
        }
        for typed in ["", "x", "8s", "1e1", "inf", "NaN", "7.5.", ".5", "7..8..9", "8★", "-", "1001", "7 8", "+8"] {
            assert_eq!(scores(typed), "unreadable", "{typed:?}");
        }
    }

    #[test]
    fn a_field_shows_what_people_write() {
        let shown = |text| Range::<f64>::parse(text).map(|range| range.written()).unwrap_or_default();
        assert_eq!(["8..", "7,5-8", ">8", "<8", "..6", "7"].map(shown), ["8+", "7.5–8", ">8", "<8", "≤6", "7"]);
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_does_harm(text in "\\PC{0,40}") {
            let _ = (Range::<u16>::parse(&text), Range::<f64>::parse(&text));
        }

        #[test]
        fn whatever_is_read_is_written_so_that_it_reads_the_same(
            text in "[<>=≥≤]{0,2}[0-9٠-٩]{1,4}([.,][0-9]{1,5})?(s|er|年代)?[-+–~. ]{0,3}([0-9]{1,4})?(s)?\\+?"
        ) {
            if let Some(range) = Range::<u16>::parse(&text) {
                prop_assert_eq!(Range::parse(&range.to_string()), Some(range));
                prop_assert!(range.is_open() || Range::parse(&range.written()) == Some(range));
                prop_assert!(range.min.is_none() || range.max.is_none() || range.min <= range.max);
            }
            if let Some(range) = Range::<f64>::parse(&text) {
                prop_assert_eq!(Range::parse(&range.to_string()), Some(range));
                prop_assert!(range.is_open() || Range::parse(&range.written()) == Some(range));
                prop_assert!(range.min.is_none() || range.max.is_none() || range.min <= range.max);
            }
        }

        #[test]
        fn any_years_read_back(first in 0u16..=9999, second in 0u16..=9999) {
            let range = Range { min: Some(first.min(second)), max: Some(first.max(second)) };
            prop_assert_eq!(Range::parse(&range.to_string()), Some(range));
        }
    }
}
