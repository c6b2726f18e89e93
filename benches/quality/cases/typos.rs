//! Typos: slips of the fingers on one letter, in any word that is long enough to be recognised afterwards.

use std::ops::Range;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

/// Fewer letters than this do not make a word in which a slip can be understood.
const LEAST: usize = 4;
/// The same for two slips.
const LEAST_FOR_TWO: usize = 6;

/// A slip in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    Swap,
    Missing,
    Extra,
    Doubled,
    Neighbour,
    /// The first letter: another one, a neighbouring key, missing, or swapped with the second.
    First,
}

impl Slip {
    /// One of all; the first letter is where people slip least.
    pub fn any(rng: &mut StdRng) -> Self {
        const ALL: [Slip; 11] = [
            Slip::Swap,
            Slip::Swap,
            Slip::Missing,
            Slip::Missing,
            Slip::Extra,
            Slip::Extra,
            Slip::Doubled,
            Slip::Doubled,
            Slip::Neighbour,
            Slip::Neighbour,
            Slip::First,
        ];
        ALL[rng.random_range(0..ALL.len())]
    }

    /// The letters after the slip; `None` where it changes nothing.
    fn of(self, letters: &[char], rng: &mut StdRng) -> Option<Vec<char>> {
        let mut slipped = letters.to_vec();
        let inner = rng.random_range(1..letters.len());
        match self {
            Self::Swap => {
                let at = rng.random_range(1..letters.len() - 1);
                slipped.swap(at, at + 1);
            }
            Self::Missing => drop(slipped.remove(inner)),
            Self::Extra => {
                let near = near_keys(letters[inner]);
                let extra = if rng.random_bool(0.7) { near.choose(rng).copied() } else { Some(any_letter(rng)) };
                slipped.insert(inner, extra?);
            }
            Self::Doubled => slipped.insert(inner, letters[inner]),
            Self::Neighbour => slipped[inner] = *near_keys(letters[inner]).choose(rng)?,
            Self::First => match rng.random_range(0..4) {
                0 => slipped[0] = any_letter(rng),
                1 => slipped[0] = *near_keys(letters[0]).choose(rng)?,
                2 => drop(slipped.remove(0)),
                _ => slipped.swap(0, 1),
            },
        }
        (slipped != letters).then_some(slipped)
    }
}

/// A slip in one of the words.
pub fn in_one_word(text: &str, slip: Slip, rng: &mut StdRng) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let word = words(&letters, LEAST).choose(rng).cloned()?;
    slipped(&letters, word, slip, rng)
}

/// A slip in a text that is one word.
pub fn in_word(word: &str, slip: Slip, rng: &mut StdRng) -> Option<String> {
    in_one_word(word, slip, rng).filter(|_| !word.contains(' '))
}

/// Two slips in one of the words.
pub fn twice_in_a_word(text: &str, rng: &mut StdRng) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let word = words(&letters, LEAST_FOR_TWO).choose(rng).cloned()?;
    let once = Slip::any(rng).of(&letters[word.clone()], rng)?;
    let twice = Slip::any(rng).of(&once, rng).filter(|twice| twice[..] != letters[word.clone()])?;
    Some(letters[..word.start].iter().chain(&twice).chain(&letters[word.end..]).collect())
}

/// A slip in each of two words.
pub fn in_two_words(text: &str, rng: &mut StdRng) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut places = words(&letters, LEAST);
    places.shuffle(rng);
    let [one, two, ..] = &places[..] else { return None };
    // The later one first, so that the place of the other stays true.
    let (before, after) = if one.start < two.start { (one, two) } else { (two, one) };
    let once: Vec<char> = slipped(&letters, after.clone(), Slip::any(rng), rng)?.chars().collect();
    slipped(&once, before.clone(), Slip::any(rng), rng)
}

fn slipped(letters: &[char], word: Range<usize>, slip: Slip, rng: &mut StdRng) -> Option<String> {
    let typed = slip.of(&letters[word.clone()], rng)?;
    Some(letters[..word.start].iter().chain(&typed).chain(&letters[word.end..]).collect())
}

/// Runs of at least so many letters.
fn words(letters: &[char], least: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..=letters.len() {
        if letters.get(at).is_none_or(|c| !c.is_alphabetic()) {
            if at - start >= least {
                found.push(start..at);
            }
            start = at + 1;
        }
    }
    found
}

fn any_letter(rng: &mut StdRng) -> char {
    char::from(rng.random_range(b'a'..=b'z'))
}

/// The keys around a letter on the commonest keyboard, each row half a key to the right of the one above.
fn near_keys(letter: char) -> Vec<char> {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let place = ROWS.iter().enumerate().find_map(|(row, keys)| {
        let column = keys.iter().position(|key| char::from(*key) == letter)?;
        Some((row as isize, column as isize))
    });
    let Some((row, column)) = place else { return Vec::new() };
    let around = [(0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0)];
    let key = |(down, right): (isize, isize)| {
        let keys = ROWS.get(usize::try_from(row + down).ok()?)?;
        keys.get(usize::try_from(column + right).ok()?).map(|key| char::from(*key))
    };
    around.into_iter().filter_map(key).collect()
}
