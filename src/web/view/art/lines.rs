//! The title of a poster's art, set in lines: words stay whole where they can, Han and kana break anywhere, and the size is
//! the largest that takes all of it. Widths are guessed from columns; no font is known here.

use std::borrow::Cow;

use unicode_linebreak::linebreaks;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::MARGIN;

/// Sizes of the title with the most lines of each; the largest that takes it whole is used.
const SIZES: [(u32, usize); 5] = [(30, 2), (26, 3), (22, 4), (19, 4), (16, 5)];
/// The room between the sides.
const WIDE: u32 = 200 - 2 * MARGIN;
/// The widths of a letter, in hundredths of the size: of bold letters as texts mix them, and of capitals.
const LETTER: u32 = 58;
const CAPITAL: u32 = 72;

/// The title in lines, and their size. One that is too long for the smallest size ends in `…`.
pub fn set(title: &str) -> (u32, Vec<Cow<'_, str>>) {
    let is_loud = title.chars().any(char::is_uppercase) && !title.chars().any(char::is_lowercase);
    let letter = if is_loud { CAPITAL } else { LETTER };
    let columns = |size: u32| (WIDE * 100 / (size * letter)) as usize;
    let mut pieces = Vec::with_capacity(8);
    let mut from = 0;
    for (to, _) in linebreaks(title) {
        pieces.push(Piece::of(&title[from..to]));
        from = to;
    }
    let whole = SIZES.iter().find_map(|(size, most)| Some((*size, whole(title, &pieces, columns(*size), *most)?)));
    whole.unwrap_or_else(|| {
        let (size, most) = SIZES[SIZES.len() - 1];
        let lines = shortened(title, &pieces, columns(size), most);
        (size, lines.into_iter().map(Cow::Owned).collect())
    })
}

/// A part of a title that is not broken if it can be helped: a word with the blank behind it, one Han character.
struct Piece<'a> {
    text: &'a str,
    /// Columns with the blank, and without.
    width: (usize, usize),
}

impl<'a> Piece<'a> {
    fn of(text: &'a str) -> Self {
        let bare = text.trim_end();
        let width = bare.width();
        Self { text, width: (width + text.len() - bare.len(), width) }
    }
}

/// The pieces in lines, if all of them fit unbroken.
fn whole<'a>(title: &'a str, pieces: &[Piece<'_>], columns: usize, most: usize) -> Option<Vec<Cow<'a, str>>> {
    let mut lines = Vec::with_capacity(most);
    let (mut from, mut to, mut filled) = (0, 0, 0);
    for Piece { text, width: (with_blank, width) } in pieces {
        if *width > columns {
            return None;
        }
        if filled + width > columns {
            lines.push(Cow::Borrowed(title[from..to].trim_end()));
            (from, filled) = (to, 0);
        }
        (to, filled) = (to + text.len(), filled + with_blank);
    }
    lines.push(Cow::Borrowed(title[from..to].trim_end()));
    (lines.len() <= most).then_some(lines)
}

/// As many lines as there may be; words that are too long are broken, and what is left is left out.
fn shortened(title: &str, pieces: &[Piece<'_>], columns: usize, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut taken = 0;
    'all: for Piece { text, width: (_, width) } in pieces {
        let is_broken = *width > columns;
        for (place, c) in text.char_indices() {
            let line = lines.last().map_or(0, |line| line.width());
            // A word that fits goes to the next line as a whole; marks stay with their letters.
            let rest = if is_broken || place > 0 { c.width().unwrap_or(0) } else { *width };
            if line > 0 && line + rest > columns && !c.is_whitespace() {
                if lines.len() == most {
                    break 'all;
                }
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            taken += c.len_utf8();
        }
    }
    let mut lines: Vec<String> = lines.iter().map(|line| line.trim_end().to_owned()).collect();
    if taken < title.len()
        && let Some(last) = lines.last_mut()
    {
        while last.width() >= columns {
            last.pop();
        }
        last.truncate(last.trim_end().len());
        last.push('…');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_set_in_lines_that_fit() {
        let lines = |title: &str| set(title).1.join("|");
        assert_eq!(set("Jaws"), (30, vec![Cow::Borrowed("Jaws")]));
        assert_eq!(lines("Star Wars"), "Star Wars");
        assert_eq!(lines("Gone with the Wind"), "Gone with|the Wind");
        assert_eq!(lines("七人の侍"), "七人の侍");
        assert_eq!(lines("E.T. the Extra-Terrestrial"), "E.T. the|Extra-|Terrestrial");
        let long = "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb, and much more of it all";
        assert!(set(long).1.len() == 5 && lines(long).ends_with('…'), "{}", lines(long));
        let word = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch";
        assert_eq!(lines(word).replace('|', ""), word);
        assert_eq!(lines("").len(), 0);
        for title in ["a".repeat(500), "字".repeat(500), "e\u{301} ".repeat(250), "नि".repeat(200), " ".to_owned()]
        {
            let (size, lines) = set(&title);
            let columns = (WIDE * 100 / (size * LETTER)) as usize;
            assert!(lines.len() <= 5 && lines.iter().all(|line| line.width() <= columns), "{lines:?}");
        }
    }
}
