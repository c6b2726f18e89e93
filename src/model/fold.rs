//! Folding: what two spellings must share to count as the same. Identity of movies, search and suggestions
//! all fold here and nowhere else, so that what is found and what is equal never drift apart.

use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The folded words of a text: lower case, accents and punctuation gone, ligatures opened, width and kana
/// unified, `&` read as `and`, initials joined (`J. J.` and `E.T.` become `jj` and `et`). Han and kana
/// characters, which are written without spaces, are words of their own.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold_characters(text);
    let mut found: Vec<String> = Vec::new();
    each_piece(&folded, |piece, joins| match found.last_mut() {
        Some(last) if joins => last.push_str(piece),
        _ => found.push(piece.to_owned()),
    });
    found
}

/// The folded words joined with one space. A text of nothing but punctuation (the film `?`) folds to itself in
/// lower case, so that two such texts stay distinct.
pub fn fold(text: &str) -> String {
    let joined = joined(&fold_characters(text));
    if joined.is_empty() { text.trim().to_lowercase() } else { joined }
}

/// The text as its letters are written, without punctuation: what titles are sorted by in a language, whose letters
/// folding would make equal. Blanks, apostrophes, `&` and initials are treated as [`fold`] does.
pub fn letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '·' | '׳' | '״' => {}
            '&' | '＆' => plain.push_str(" and "),
            c if c.is_alphanumeric() || is_indic_mark(c) => plain.push(c),
            _ => plain.push(' '),
        }
    }
    let joined = joined(&plain);
    if joined.is_empty() { text.trim().to_owned() } else { joined }
}

/// The pieces between blanks, joined with one.
fn joined(folded: &str) -> String {
    let mut joined = String::with_capacity(folded.len());
    each_piece(folded, |piece, joins| {
        if !joins && !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(piece);
    });
    joined
}

/// Gives each piece between blanks, and whether it is an initial that joins the one before.
fn each_piece<'f>(folded: &'f str, mut take: impl FnMut(&'f str, bool)) {
    let mut initials = false;
    for piece in folded.split(' ').filter(|piece| !piece.is_empty()) {
        let is_initial = is_single_letter(piece);
        take(piece, is_initial && initials);
        initials = is_initial;
    }
}

/// Trims, collapses blanks, composes (NFC) and drops characters that have no place in a name: controls, bidi
/// marks, zero-width marks, byte order marks. How names are kept.
pub fn tidy(text: &str) -> String {
    if is_tidy(text) { text.to_owned() } else { tidied(text) }
}

/// Nothing is to be done, as for nearly every name of an import.
fn is_tidy(text: &str) -> bool {
    let mut after_blank = true;
    let mut composed = true;
    for c in text.chars() {
        if c == ' ' && after_blank || c != ' ' && (c.is_whitespace() || c.is_control() || is_invisible(c)) {
            return false;
        }
        after_blank = c == ' ';
        // The first combining mark is U+0300; below it every text is composed.
        composed &= c < '\u{300}';
    }
    (!after_blank || text.is_empty()) && (composed || is_nfc_quick(text.chars()) == IsNormalized::Yes)
}

fn tidied(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let before = tidied.len();
        if before > 0 {
            tidied.push(' ');
        }
        let start = tidied.len();
        tidied.extend(word.chars().filter(|c| !is_invisible(*c)).nfc());
        if tidied.len() == start {
            tidied.truncate(before);
        }
    }
    tidied
}

/// Written without spaces between words, so each character is searched as a word.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn is_single_letter(piece: &str) -> bool {
    let mut characters = piece.chars();
    matches!((characters.next(), characters.next()), (Some(c), None) if c.is_alphabetic() && !is_unspaced(c))
}

fn is_invisible(c: char) -> bool {
    // The joiners U+200C and U+200D stay: Persian and Indic spelling needs them.
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Marks that people leave out when they type: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel
/// signs and hamza carriers. Vowel signs of Indic scripts and voicing marks of kana are letters and stay.
fn is_optional_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{200c}' | '\u{200d}')
}

/// The characters folded, blanks between words.
fn fold_characters(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => folded.push(c),
            'A'..='Z' => folded.push(c.to_ascii_lowercase()),
            '\'' | '`' => {}
            '&' => folded.push_str(" and "),
            '\0'..='\u{7f}' => folded.push(' '),
            _ => match alone(c) {
                Some(becomes) => folded.push_str(becomes),
                None => return fold_any(text),
            },
        }
    }
    folded
}

/// What a character of Latin-1, Latin Extended-A or a mark of typography becomes. No other character that has an
/// entry here or is ASCII changes that, so texts of nothing else, which are most, need no tables of Unicode.
fn alone(c: char) -> Option<&'static str> {
    static LATIN: LazyLock<Vec<String>> = LazyLock::new(|| ('\u{80}'..'\u{180}').map(folded_alone).collect());
    static MARKS: LazyLock<Vec<String>> = LazyLock::new(|| ('\u{2010}'..'\u{2028}').map(folded_alone).collect());
    match c {
        '\u{80}'..'\u{180}' => Some(LATIN[c as usize - 0x80].as_str()),
        '\u{2010}'..'\u{2028}' => Some(MARKS[c as usize - 0x2010].as_str()),
        _ => None,
    }
}

fn folded_alone(c: char) -> String {
    fold_any(c.encode_utf8(&mut [0; 4]))
}

fn fold_any(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_optional_mark(*c)).collect();
    let mut folded = String::with_capacity(bare.len());
    for c in bare.nfc().flat_map(char::to_lowercase).filter(|c| !is_optional_mark(*c)) {
        match c {
            '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '·' | '׳' | '״' => {}
            '&' | '＆' => folded.push_str(" and "),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            'ة' => folded.push('ه'),
            'ى' | 'ی' => folded.push('ي'),
            'ک' => folded.push('ك'),
            c if is_unspaced(c) && c.is_alphanumeric() => {
                folded.push(' ');
                folded.push(to_hiragana(c));
                folded.push(' ');
            }
            c if c.is_alphanumeric() || is_indic_mark(c) => folded.push(c),
            _ => folded.push(' '),
        }
    }
    folded
}

fn to_hiragana(c: char) -> char {
    match c {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        c => c,
    }
}

/// Combining marks that are part of a word (Indic, Thai, Burmese …) although they are not letters.
fn is_indic_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_that_people_mix_fold_to_one() {
        for (left, right) in [
            ("Léon", "leon"),
            ("Un cœur en hiver", "un coeur en hiver"),
            ("Krzysztof Kieślowski", "krzysztof kieslowski"),
            ("Łódź", "lodz"),
            ("Spider-Man", "spider man"),
            ("Rock & Rule", "rock and rule"),
            ("Ocean’s Eleven", "oceans eleven"),
            ("WALL·E", "walle"),
            ("J.J. Abrams", "jj abrams"),
            ("J. J. Abrams", "JJ Abrams"),
            ("E.T. the Extra-Terrestrial", "et the extra terrestrial"),
            ("M*A*S*H", "mash"),
            ("Straße", "STRASSE"),
            ("ＡＫＩＲＡ", "akira"),
            ("アキラ", "あきら"),
            ("ｱｷﾗ", "アキラ"),
            ("Ёлки", "елки"),
            ("أحمد", "احمد"),
            ("שָׁלוֹם", "שלום"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
    }

    #[test]
    fn letters_are_kept_as_they_are_written() {
        for (title, kept) in [
            ("Łódź, 1945", "Łódź 1945"),
            ("E.T. the Extra-Terrestrial", "ET the Extra Terrestrial"),
            ("Fast & Furious", "Fast and Furious"),
            ("Ocean’s Eleven", "Oceans Eleven"),
            ("(500) Days of Summer", "500 Days of Summer"),
            ("七人の侍", "七人の侍"),
            ("?", "?"),
        ] {
            assert_eq!(letters(title), kept);
        }
    }

    #[test]
    fn letters_that_matter_stay_apart() {
        assert_ne!(fold("पथेर"), fold("पथर"));
        assert_ne!(fold("が"), fold("か"));
        assert_ne!(fold("?"), fold("!"));
    }

    #[test]
    fn han_and_kana_are_words_of_one_character() {
        assert_eq!(words("七人の侍"), ["七", "人", "の", "侍"]);
        assert_eq!(words("기생충"), ["기생충"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// The short ways give what the long ones give.
        #[test]
        fn shortcuts_change_nothing(text in "([ -~]|[\u{80}-\u{17f}]|[\u{2010}-\u{2028}]|[ '`&A]|[\u{300}-\u{320}]|\\PC|\\s|\u{200b}){0,12}") {
            prop_assert_eq!(fold_characters(&text), fold_any(&text));
            prop_assert_eq!(tidy(&text), tidied(&text));
            let joined = words(&text).join(" ");
            prop_assert_eq!(fold(&text), if joined.is_empty() { text.trim().to_lowercase() } else { joined });
        }
    }

    #[test]
    fn tidy_keeps_the_name_and_drops_what_is_not_one() {
        assert_eq!(tidy("  Star\u{a0} \u{200e}Wars\u{feff} \n"), "Star Wars");
        assert_eq!(tidy(" \u{200f} "), "");
        assert_eq!(tidy("Ame\u{301}lie"), "Amélie");
        assert_eq!(tidy("Ame\u{200b}\u{301}lie"), "Amélie");
    }
}
