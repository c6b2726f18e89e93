//! What people would ask of a generated catalogue: texts taken from a seeded sample of its movies, whole, begun or
//! mistyped. Many different ones, so that answers that a program remembers do not flatter it.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use serde::Deserialize;

/// How many movies questions are taken from.
const SAMPLE: usize = 8_000;

/// What a question needs to know of a movie.
#[derive(Deserialize)]
pub struct Film {
    pub title: String,
    pub directors: Vec<String>,
}

/// The sample, and the size of the catalogue that it is from.
pub struct Questions {
    films: Vec<Film>,
    pub movies: u64,
    pub count: usize,
    rng: StdRng,
}

impl Questions {
    /// Reads a dump of JSON lines; every kind of question comes `count` times at most.
    pub fn of(dump: &Path, count: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(42);
        let mut kept: Vec<String> = Vec::with_capacity(SAMPLE);
        let mut movies = 0;
        for line in BufReader::with_capacity(1 << 20, File::open(dump).expect("the dump")).lines() {
            let line = line.expect("a line of the dump");
            movies += 1;
            // Every movie has the same chance, however many come after it.
            match rng.random_range(0..movies) {
                _ if kept.len() < SAMPLE => kept.push(line),
                place if (place as usize) < SAMPLE => kept[place as usize] = line,
                _ => {}
            }
        }
        let mut films: Vec<Film> = kept.iter().map(|line| serde_json::from_str(line).expect("a movie")).collect();
        films.shuffle(&mut rng);
        Self { films, movies, count, rng }
    }

    /// The first letters of titles, and of last names.
    pub fn begun(&mut self, letters: usize) -> Vec<String> {
        let last_name = |film: &Film| film.directors.first()?.rsplit(' ').next().map(str::to_owned);
        let texts = self.films.iter().enumerate().filter_map(|(place, film)| {
            let text = if place % 3 == 2 { last_name(film)? } else { film.title.clone() };
            let start: String = text.to_lowercase().chars().take(letters).collect();
            (start.chars().count() == letters && !start.ends_with(' ')).then_some(start)
        });
        different(texts.collect(), self.count)
    }

    /// Two words, the second unfinished.
    pub fn two_words(&mut self) -> Vec<String> {
        let texts = self.films.iter().filter_map(|film| {
            let title = film.title.to_lowercase();
            let (first, rest) = title.split_once(' ')?;
            let second: String = rest.split(' ').next()?.chars().take(3).collect();
            Some(format!("{first} {second}"))
        });
        different(texts.collect(), self.count)
    }

    /// Whole titles, and every third time a director's name.
    pub fn texts(&mut self) -> Vec<String> {
        let texts = self.films.iter().enumerate().map(|(place, film)| match film.directors.first() {
            Some(name) if place % 3 == 2 => name.to_lowercase(),
            _ => film.title.to_lowercase(),
        });
        different(texts.collect(), self.count)
    }

    /// Titles of at most `words` words with one slip in a word of five letters or more.
    pub fn typos(&mut self, words: usize) -> Vec<String> {
        let rng = &mut self.rng;
        let texts = self.films.iter().filter_map(|film| {
            let title = film.title.to_lowercase();
            let mut parts: Vec<String> = title.split(' ').take(words).map(str::to_owned).collect();
            let long: Vec<usize> = (0..parts.len()).filter(|place| parts[*place].chars().count() >= 5).collect();
            let place = *long.choose(rng)?;
            parts[place] = slip(&parts[place], rng);
            Some(parts.join(" "))
        });
        different(texts.collect(), self.count)
    }

    /// The most frequent words of titles.
    pub fn common(&mut self) -> Vec<String> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for word in self.films.iter().flat_map(|film| film.title.split(' ')) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        let mut words: Vec<(usize, String)> = counts.into_iter().map(|(word, count)| (count, word)).collect();
        words.sort_unstable_by(|a, b| b.cmp(a));
        words.into_iter().take(self.count.min(40)).map(|(_, word)| word).collect()
    }

    /// Numbers from 1 to the size of the catalogue.
    pub fn numbers(&mut self) -> Vec<u64> {
        (0..self.count).map(|_| self.rng.random_range(1..=self.movies)).collect()
    }
}

/// Each text once, in the order of the sample.
fn different(texts: Vec<String>, count: usize) -> Vec<String> {
    let mut known = BTreeSet::new();
    texts.into_iter().filter(|text| known.insert(text.clone())).take(count).collect()
}

/// A letter missing, doubled, changed or two of them swapped.
fn slip(word: &str, rng: &mut StdRng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let place = rng.random_range(1..letters.len() - 1);
    match rng.random_range(0..4) {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, letters[place]),
        2 => letters[place] = rng.random_range('a'..='z'),
        _ => letters.swap(place, place + 1),
    }
    letters.into_iter().collect()
}
