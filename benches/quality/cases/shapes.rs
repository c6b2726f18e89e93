//! The same words in another shape: joined, split, shuffled, cut, without accents, punctuation or small words.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use unicode_normalization::UnicodeNormalization;

/// Articles, prepositions and conjunctions that people leave out.
const SMALL: &[&str] = &[
    "the", "a", "an", "of", "and", "in", "to", "on", "at", "for", "from", "with", "le", "la", "les", "l", "un", "une",
    "de", "du", "des", "et", "der", "die", "das", "ein", "eine", "und", "im", "el", "los", "las", "del", "y", "il",
    "lo", "i", "gli", "di", "e", "o", "os", "da", "do",
];

/// What an ampersand stands for in the languages of most titles.
const ANDS: [&str; 5] = [" and ", " und ", " et ", " y ", " & "];

/// As a keyboard without them writes it; one in five writes German umlauts with an e.
pub fn without_accents(text: &str, rng: &mut StdRng) -> Option<String> {
    let with_e = rng.random_bool(0.2);
    let double_s = rng.random_bool(0.7);
    let mut bare = String::new();
    for c in text.nfc() {
        match c {
            'ä' if with_e => bare.push_str("ae"),
            'ö' if with_e => bare.push_str("oe"),
            'ü' if with_e => bare.push_str("ue"),
            'ß' => bare.push_str(if double_s { "ss" } else { "s" }),
            'æ' => bare.push_str("ae"),
            'œ' => bare.push_str("oe"),
            'þ' => bare.push_str("th"),
            'ø' => bare.push('o'),
            'ł' => bare.push('l'),
            'đ' | 'ð' => bare.push('d'),
            'ı' => bare.push('i'),
            c if c.is_alphabetic() => bare.extend(c.nfd().filter(|part| part.is_alphabetic())),
            c => bare.push(c),
        }
    }
    let left_out = |(typed, own): (char, char)| typed != own;
    let is_changed = bare.chars().count() != text.nfc().count() || bare.chars().zip(text.nfc()).any(left_out);
    is_changed.then_some(bare)
}

/// `&` for the word, or the word for it.
pub fn other_and(title: &str, rng: &mut StdRng) -> Option<String> {
    let used = ANDS.iter().find(|and| title.contains(**and));
    match used {
        Some(&" & ") => Some(title.replace(" & ", if rng.random_bool(0.9) { " and " } else { " + " })),
        Some(word) => Some(title.replace(word, " & ")),
        None if title.contains('&') => Some(title.replace('&', " and ")),
        None => None,
    }
}

/// Two neighbouring words written as one.
pub fn joined_two(title: &str, rng: &mut StdRng) -> Option<String> {
    let words = bare_words(title);
    let at = rng.random_range(0..words.len().checked_sub(1).filter(|pairs| *pairs > 0)?);
    let join = |(place, word): (usize, &String)| if place == at { word.clone() } else { format!("{word} ") };
    let typed: String = words.iter().enumerate().map(join).collect();
    // "The" and a word are joined by nobody but machines; two words that both say something are.
    let says = |word: &String| word.chars().count() >= 3 && !SMALL.contains(&word.as_str());
    (says(&words[at]) && says(&words[at + 1])).then(|| typed.trim().to_owned())
}

/// All words written as one, as in a hashtag.
pub fn joined_all(title: &str) -> Option<String> {
    let words = bare_words(title);
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    ((2..=4).contains(&words.len()) && (6..=24).contains(&letters)).then(|| words.concat())
}

/// One word written as two, anywhere with at least two letters on either side.
pub fn split(title: &str, rng: &mut StdRng) -> Option<String> {
    let mut words = bare_words(title);
    let long: Vec<usize> = (0..words.len()).filter(|at| words[*at].chars().count() >= 6).collect();
    let place = *long.get(rng.random_range(0..long.len().max(1)))?;
    let letters: Vec<char> = words[place].chars().collect();
    let at = rng.random_range(2..letters.len() - 1);
    words[place] = letters[..at].iter().chain(&[' ']).chain(&letters[at..]).collect();
    Some(words.join(" "))
}

/// The words in another order.
pub fn reordered(title: &str, rng: &mut StdRng) -> Option<String> {
    let words = bare_words(title);
    let mut shuffled = words.clone();
    shuffled.shuffle(rng);
    ((2..=6).contains(&words.len()) && shuffled != words).then(|| shuffled.join(" "))
}

/// Without its small words: all of them, or the first article alone.
pub fn without_small_words(title: &str, rng: &mut StdRng) -> Option<String> {
    let words = bare_words(title);
    let first_alone = rng.random_bool(0.3);
    let is_small = |(at, word): (usize, &String)| SMALL.contains(&word.as_str()) && (at == 0 || !first_alone);
    let kept: Vec<&str> =
        words.iter().enumerate().filter(|pair| !is_small(*pair)).map(|(_, word)| word.as_str()).collect();
    let says = kept.len() >= 2 || kept.first().is_some_and(|word| word.chars().count() >= 4);
    (says && kept.len() < words.len()).then(|| kept.join(" "))
}

/// With an article that it does not have, or another preposition than its own.
pub fn with_a_small_word(title: &str, rng: &mut StdRng) -> Option<String> {
    let words = bare_words(title);
    if words.first().is_some_and(|first| SMALL.contains(&first.as_str())) || words.len() > 5 {
        return None;
    }
    let at = rng.random_range(0..words.len());
    let mut typed = words.clone();
    typed.insert(if rng.random_bool(0.7) { 0 } else { at }, "the".to_owned());
    Some(typed.join(" "))
}

/// Without punctuation: apostrophes go, other marks go or become blanks.
pub fn without_punctuation(title: &str, rng: &mut StdRng) -> Option<String> {
    let leaves_blank = rng.random_bool(0.5);
    let marks = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && c != '&';
    let bare = title.chars().filter_map(|c| match c {
        '\'' | '’' | '.' | '*' | '!' | '?' | ',' => None,
        '-' | '·' if !leaves_blank => None,
        c if marks(c) => Some(' '),
        c => Some(c),
    });
    let bare = bare.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    (title.contains(marks) && bare.chars().count() >= 2).then_some(bare)
}

/// The last word cut to at least two letters, where enough is left to mean something.
pub fn unfinished(text: &str, rng: &mut StdRng) -> Option<String> {
    let last = text.rsplit(' ').next()?.chars().count();
    let letters: Vec<char> = text.chars().collect();
    let before = letters.len() - last;
    let least = 2.max(5_usize.saturating_sub(before));
    (last > least).then(|| letters[..before + rng.random_range(least..last)].iter().collect())
}

/// The words without punctuation.
fn bare_words(title: &str) -> Vec<String> {
    let bare: String = title.chars().filter(|c| !matches!(c, '\'' | '’' | '.' | '·')).collect();
    let words = bare.split(|c: char| !c.is_alphanumeric() && c != '&');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
