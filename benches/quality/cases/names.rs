//! Names of directors as people type them, also those who have only heard them.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// The last name, if it is long enough to mean somebody. "Jr." and the like are none.
pub fn last(name: &str) -> Option<&str> {
    let is_addition = |word: &str| matches!(word.trim_matches('.').to_lowercase().as_str(), "jr" | "sr" | "ii" | "iii");
    let last = name.split(' ').rev().find(|word| !is_addition(word))?;
    (last.chars().count() >= 4 && name.contains(' ')).then_some(last)
}

/// The name in lower case, if it is in Latin letters.
pub fn typed(name: &str) -> Option<String> {
    (name.chars().all(|c| (c as u32) < 0x250) && name.contains(' ')).then(|| name.to_lowercase())
}

/// The last name in lower case.
pub fn typed_last(name: &str) -> Option<String> {
    typed(last(name)?.rsplit(' ').next().map(|last| format!("{last} ")).as_deref()?).map(|last| last.trim().to_owned())
}

/// "spielberg steven", with or without the comma.
pub fn last_first(name: &str) -> Option<String> {
    let typed = typed(name)?;
    let (first, last) = typed.rsplit_once(' ')?;
    (last.len() >= 4).then(|| format!("{last} {first}"))
}

/// What is heard alike: spelling by spelling, in both directions.
const ALIKE: &[(&str, &str)] = &[
    ("sch", "sh"),
    ("sz", "sh"),
    ("tsch", "ch"),
    ("cz", "ch"),
    ("tch", "ch"),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "kw"),
    ("x", "ks"),
    ("tz", "ts"),
    ("th", "t"),
    ("gh", "g"),
    ("wh", "w"),
    ("rh", "r"),
    ("dt", "t"),
    ("eau", "o"),
    ("aux", "o"),
    ("ei", "ie"),
    ("ie", "ei"),
    ("ie", "ee"),
    ("ee", "ea"),
    ("ea", "ee"),
    ("ai", "ay"),
    ("oo", "u"),
    ("ou", "u"),
    ("ow", "au"),
    ("ce", "se"),
    ("ci", "si"),
    ("ca", "ka"),
    ("co", "ko"),
    ("cu", "ku"),
    ("k", "c"),
    ("z", "s"),
    ("sk", "sc"),
    ("v", "w"),
    ("y", "i"),
    ("i", "y"),
    ("er", "ar"),
    ("an", "en"),
    ("en", "an"),
    ("on", "an"),
    ("or", "er"),
    ("bb", "b"),
    ("ff", "f"),
    ("gg", "g"),
    ("ll", "l"),
    ("mm", "m"),
    ("nn", "n"),
    ("pp", "p"),
    ("rr", "r"),
    ("ss", "s"),
    ("tt", "t"),
    ("zz", "z"),
];

/// The last name, or the whole one, as somebody writes who has only heard it.
pub fn by_ear(name: &str, rng: &mut StdRng) -> Option<String> {
    let last = typed_last(name).filter(|last| last.is_ascii() && last.len() >= 5)?;
    let heard = misheard(&last, rng)?;
    Some(if rng.random_bool(0.4) { format!("{} {heard}", typed(name)?.strip_suffix(&last)?.trim()) } else { heard })
}

fn misheard(name: &str, rng: &mut StdRng) -> Option<String> {
    let mut changes = ALIKE.to_vec();
    changes.shuffle(rng);
    // A consonant between vowels is as often doubled as a double one is written once.
    if rng.random_bool(0.3) {
        return doubled_consonant(name, rng);
    }
    // The first letter is what people hear best, so the change is somewhere after it.
    let (first, rest) = name.split_at_checked(1)?;
    let found = changes.iter().find(|(from, _)| rest.contains(from));
    found.map(|(from, to)| format!("{first}{}", rest.replacen(from, to, 1)))
}

fn doubled_consonant(name: &str, rng: &mut StdRng) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    let is_vowel = |c: char| "aeiou".contains(c);
    let between =
        |at: &usize| is_vowel(letters[at - 1]) && "bdfglmnprstz".contains(letters[*at]) && is_vowel(letters[at + 1]);
    let places: Vec<usize> = (1..letters.len() - 1).filter(between).collect();
    let at = *places.get(rng.random_range(0..places.len().max(1)))?;
    Some(letters[..=at].iter().chain(&letters[at..]).collect())
}
