//! Titles in other scripts than Latin, and the ways in which one text is typed in them.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Indic,
    Thai,
    Hangul,
    Kana,
    Han,
}

const SCRIPTS: [Script; 9] = [
    Script::Cyrillic,
    Script::Greek,
    Script::Hebrew,
    Script::Arabic,
    Script::Indic,
    Script::Thai,
    Script::Hangul,
    Script::Kana,
    Script::Han,
];

fn script_of(c: char) -> Option<Script> {
    Some(match c {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}' => Script::Arabic,
        '\u{900}'..='\u{dff}' => Script::Indic,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Script::Hangul,
        '\u{3040}'..='\u{30ff}' => Script::Kana,
        '\u{4e00}'..='\u{9fff}' => Script::Han,
        _ => return None,
    })
}

/// The script of a title that is written in one; a title with kana is Japanese, however much of it is Han.
fn script(title: &str) -> Option<Script> {
    let mut found = title.chars().filter_map(script_of);
    let first = found.next()?;
    if found.any(|script| script == Script::Kana) { Some(Script::Kana) } else { Some(first) }
}

/// Titles in other scripts, all scripts in turn so that none is drowned by the largest, each in a random order.
pub fn in_turn<'a>(
    titles: impl Iterator<Item = &'a String>,
    is_wanted: impl Fn(&str) -> bool,
    rng: &mut StdRng,
) -> Vec<&'a String> {
    let mut pools: Vec<Vec<&String>> = vec![Vec::new(); SCRIPTS.len()];
    for title in titles.filter(|title| title.chars().filter(|c| c.is_alphabetic()).count() >= 2 && is_wanted(title)) {
        let place = script(title).and_then(|script| SCRIPTS.iter().position(|known| *known == script));
        if let Some(pool) = place.and_then(|place| pools.get_mut(place)) {
            pool.push(title);
        }
    }
    pools.iter_mut().for_each(|pool| pool.shuffle(rng));
    let most = pools.iter().map(Vec::len).max().unwrap_or(0);
    let turn = |round: usize| pools.iter().filter_map(move |pool| pool.get(round)).copied();
    (0..most).flat_map(turn).collect()
}

/// The beginning of a title: at least half of it, and never less than two characters.
pub fn begun(title: &str, rng: &mut StdRng) -> Option<String> {
    let letters: Vec<char> = title.chars().collect();
    let least = letters.len().div_ceil(2).max(if script(title)? == Script::Han { 2 } else { 3 });
    (letters.len() > least)
        .then(|| letters[..rng.random_range(least..letters.len())].iter().collect::<String>())
        .map(|begun| begun.trim().to_owned())
}

/// The same title as other keyboards, systems and habits write it.
pub fn other_marks(title: &str, rng: &mut StdRng) -> Option<String> {
    let typed: String = match script(title)? {
        Script::Cyrillic if rng.random_bool(0.5) => title.to_uppercase(),
        Script::Cyrillic => title.to_lowercase().replace('ё', "е"),
        Script::Greek if rng.random_bool(0.5) => title.to_uppercase(),
        Script::Greek => title.nfd().filter(|c| c.is_alphanumeric() || c.is_whitespace()).collect(),
        Script::Hebrew => title.chars().filter(|c| !matches!(c, '\u{591}'..='\u{5c7}' | '\'' | '"' | '-')).collect(),
        Script::Arabic => title.chars().map(other_arabic).collect(),
        // Without the dot below, which many keyboards do not have, or with it as a mark of its own.
        Script::Indic if rng.random_bool(0.5) => title.nfd().filter(|c| *c != '\u{93c}').nfc().collect(),
        Script::Indic | Script::Thai => title.nfd().collect(),
        // Blanks are left out as one likes; some systems take syllables apart.
        Script::Hangul if title.contains(' ') => title.split_whitespace().collect(),
        Script::Hangul => title.nfd().collect(),
        Script::Kana if rng.random_bool(0.3) => title.nfd().collect(),
        Script::Kana => title.chars().map(other_kana).collect(),
        Script::Han => title.chars().filter_map(wide).collect(),
    };
    (typed != title).then_some(typed)
}

/// A letter missing, doubled or swapped with the next.
pub fn one_typo(title: &str, rng: &mut StdRng) -> Option<String> {
    let mut letters: Vec<char> = title.chars().collect();
    let script = script(title)?;
    if letters.len() < 6 || matches!(script, Script::Han | Script::Kana | Script::Indic | Script::Thai) {
        return None;
    }
    let at = rng.random_range(1..letters.len() - 1);
    match rng.random_range(0..3) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    let typed: String = letters.into_iter().collect();
    (typed != title).then_some(typed)
}

fn other_arabic(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' => 'ا',
        'ة' => 'ه',
        'ى' => 'ي',
        'ی' => 'ي',
        'ک' => 'ك',
        c => c,
    }
}

fn other_kana(c: char) -> char {
    match c {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '　' => ' ',
        c => c,
    }
}

/// Full width for half and half for full; middle dots, which few type, are left out.
fn wide(c: char) -> Option<char> {
    match c {
        '·' | '・' => None,
        '！'..='～' => char::from_u32(c as u32 - 0xfee0),
        'a'..='z' | 'A'..='Z' | '0'..='9' => char::from_u32(c as u32 + 0xfee0),
        c => Some(c),
    }
}
