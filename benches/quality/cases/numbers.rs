//! Numbers in titles: digits, Roman numerals, words, ordinals, and "part" with or without.

use rand::RngExt;
use rand::rngs::StdRng;

const WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ROMAN: [&str; 14] = ["", "", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"];
const ORDINALS: [(&str, &str); 12] = [
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
    ("eleventh", "11th"),
    ("thirteenth", "13th"),
];
/// Words before a number that counts parts.
const PARTS: [&str; 8] = ["part", "vol", "volume", "chapter", "episode", "teil", "partie", "parte"];

/// The title with one of its numbers in another form.
pub fn other_form(title: &str, rng: &mut StdRng) -> Option<String> {
    let bare: String = title.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    let words: Vec<&str> = bare.split_whitespace().collect();
    let mut typed: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    for at in 0..words.len() {
        let before = at.checked_sub(1).map(|before| words[before]);
        let counts_parts = before.is_some_and(|word| PARTS.contains(&word));
        let ends = at > 0 && at + 1 == words.len();
        if let Some(form) = other_word(words[at], counts_parts || ends, rng) {
            typed[at] = form;
            // "Part" itself is as often left out: "the godfather 2".
            if counts_parts && at >= 2 && rng.random_bool(0.4) {
                typed.remove(at - 1);
            }
            return Some(typed.join(" "));
        }
    }
    None
}

/// A number's other form. A single letter is a Roman numeral only where a number is likely.
fn other_word(word: &str, is_likely: bool, rng: &mut StdRng) -> Option<String> {
    if let Some((_, digits)) = ORDINALS.iter().find(|(ordinal, _)| *ordinal == word) {
        return Some((*digits).to_owned());
    }
    if let Some((ordinal, _)) = ORDINALS.iter().find(|(_, digits)| *digits == word) {
        return Some((*ordinal).to_owned());
    }
    let roman = ROMAN.iter().position(|form| *form == word && (form.len() > 1 || is_likely) && !form.is_empty());
    if let Some(number) = roman {
        return Some(if rng.random_bool(0.75) { number.to_string() } else { WORDS[number].to_owned() });
    }
    if let Some(number) = WORDS.iter().position(|form| *form == word) {
        return Some(as_roman(number, is_likely, rng).unwrap_or_else(|| number.to_string()));
    }
    if let Some(tens) = TENS.iter().position(|form| *form == word && !form.is_empty()) {
        return Some((tens * 10).to_string());
    }
    let number: usize = word.parse().ok().filter(|number| *number < 100 && !word.starts_with('0'))?;
    as_roman(number, is_likely, rng).or_else(|| spelt(number))
}

fn as_roman(number: usize, is_likely: bool, rng: &mut StdRng) -> Option<String> {
    let roman = ROMAN.get(number).filter(|form| !form.is_empty() && is_likely)?;
    rng.random_bool(0.6).then(|| (*roman).to_owned())
}

fn spelt(number: usize) -> Option<String> {
    match (WORDS.get(number), number % 10) {
        (Some(word), _) => Some((*word).to_owned()),
        (None, 0) => Some((*TENS.get(number / 10)?).to_owned()),
        (None, ones) => Some(format!("{} {}", TENS.get(number / 10)?, WORDS[ones])),
    }
}
