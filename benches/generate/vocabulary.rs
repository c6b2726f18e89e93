//! Pronounceable words and names, the frequent ones short, as in every language.

use std::collections::HashSet;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

const WORDS: usize = 200_000;
const FIRST_NAMES: usize = 20_000;
const LAST_NAMES: usize = 80_000;

/// Beginnings, middles and ends of syllables; what stands twice is twice as frequent.
const ONSETS: &[&str] = &[
    "b", "br", "c", "ch", "d", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "l", "m", "m", "n", "n", "p", "pr",
    "r", "r", "s", "s", "sh", "st", "t", "t", "th", "tr", "v", "w", "y", "z", "", "",
];
const VOWELS: &[&str] = &["a", "a", "a", "e", "e", "e", "e", "i", "i", "o", "o", "u", "ai", "ea", "ou", "é", "ö"];
const CODAS: &[&str] =
    &["", "", "", "", "l", "m", "n", "n", "nd", "ng", "r", "r", "rt", "s", "s", "st", "t", "x", "ck"];

/// How many words titles have, in a thousand, from one word on.
const TITLE_WORDS: &[u32] = &[170, 250, 220, 150, 100, 60, 30, 20];

/// The words and names that all catalogues share.
pub struct Vocabulary {
    words: Vec<String>,
    first_names: Vec<String>,
    last_names: Vec<String>,
}

impl Vocabulary {
    pub fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(300_000);
        Self {
            words: distinct(WORDS, &mut rng),
            first_names: distinct(FIRST_NAMES, &mut rng),
            last_names: distinct(LAST_NAMES, &mut rng),
        }
    }

    /// A title of one to eight words, sometimes with a number.
    pub fn title(&self, rng: &mut StdRng) -> String {
        let mut place = rng.random_range(0..TITLE_WORDS.iter().sum());
        let is_longer = |share: &&u32| {
            let goes_on = place >= **share;
            place = place.saturating_sub(**share);
            goes_on
        };
        let count = 1 + TITLE_WORDS.iter().take_while(is_longer).count();
        let mut title = String::new();
        for _ in 0..count {
            // No film is called just "The".
            push(&mut title, if count == 1 { even(&self.words, rng) } else { zipf(&self.words, rng) });
        }
        if rng.random_bool(0.03) {
            title.push_str(["2", "3", "II", "III", "IV", "1984", "10"].choose(rng).map_or("", |number| *number));
        }
        title.trim_end().to_owned()
    }

    /// Names of people; common names stand among them more than once.
    pub fn people(&self, count: u64) -> Vec<String> {
        let mut rng = StdRng::seed_from_u64(count);
        (0..count)
            .map(|_| {
                let mut name = String::new();
                push(&mut name, even(&self.first_names, &mut rng));
                push(&mut name, even(&self.last_names, &mut rng));
                name.trim_end().to_owned()
            })
            .collect()
    }
}

/// Adds a capitalised word and a blank.
fn push(text: &mut String, word: &str) {
    let mut characters = word.chars();
    text.extend(characters.next().into_iter().flat_map(char::to_uppercase));
    text.push_str(characters.as_str());
    text.push(' ');
}

/// The word of rank r with a share of about 1/r: the logarithm of the rank is drawn evenly.
fn zipf<'a>(words: &'a [String], rng: &mut StdRng) -> &'a str {
    let rank = (words.len() as f64 + 1.0).powf(rng.random::<f64>()) as usize;
    &words[rank.clamp(1, words.len()) - 1]
}

/// A word of which the frequent ones are not nearly as frequent as by Zipf's law, as it is with names.
fn even<'a>(words: &'a [String], rng: &mut StdRng) -> &'a str {
    let rank = (words.len() as f64 * rng.random::<f64>().powi(2)) as usize;
    &words[rank.min(words.len() - 1)]
}

/// So many different words; later ones, which are rarer, have more syllables.
fn distinct(count: usize, rng: &mut StdRng) -> Vec<String> {
    let mut known = HashSet::with_capacity(count);
    let mut words = Vec::with_capacity(count);
    while words.len() < count {
        let syllables = match words.len() {
            0..100 => 1,
            100..5_000 => rng.random_range(1..=2),
            _ => rng.random_range(2..=3),
        };
        let word: String = (0..syllables).map(|_| syllable(rng)).collect();
        if word.chars().count() > 1 && known.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn syllable(rng: &mut StdRng) -> String {
    [ONSETS, VOWELS, CODAS].map(|sounds| sounds.choose(rng).map_or("", |sound| *sound)).concat()
}
