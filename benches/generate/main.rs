//! A catalogue of made-up movies, for measuring: JSON lines, the same ones for the same seed.
//!
//! `cargo bench --bench generate -- --out FILE [--movies 1000000] [--seed 1]`. The vocabulary has 300,000 words and names,
//! drawn by Zipf's law as those of real titles are; directors have from one film to some hundreds; votes have a long
//! tail. Movies of different seeds share the vocabulary but not their ids, so that one can be imported beside another.

mod vocabulary;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde::Serialize;

use vocabulary::Vocabulary;

/// Genres with their shares in a thousand of a real catalogue.
const GENRES: &[(&str, u32)] = &[
    ("Drama", 300),
    ("Comedy", 190),
    ("Documentary", 120),
    ("Romance", 60),
    ("Action", 55),
    ("Thriller", 50),
    ("Horror", 45),
    ("Crime", 45),
    ("Adventure", 30),
    ("Family", 22),
    ("Animation", 18),
    ("Mystery", 14),
    ("Fantasy", 12),
    ("Sci-Fi", 12),
    ("Biography", 8),
    ("Music", 6),
    ("History", 5),
    ("War", 4),
    ("Western", 2),
    ("Musical", 1),
    ("Sport", 1),
];

#[derive(Serialize)]
struct Movie {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_title: Option<String>,
    year: Option<u16>,
    directors: Vec<String>,
    genres: Vec<&'static str>,
    imdb_score: Option<f64>,
    votes: Option<u32>,
    popularity: Option<f64>,
    imdb_id: String,
}

struct Options {
    movies: u64,
    seed: u64,
    out: PathBuf,
}

fn main() {
    let options = options();
    let file = File::create(&options.out).expect("the file can be made");
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let vocabulary = Vocabulary::new();
    let directors = vocabulary.people(options.movies.div_ceil(3).max(1));
    let mut rng = StdRng::seed_from_u64(options.seed);
    for number in 0..options.movies {
        let id = options.seed * 100_000_000 + number;
        serde_json::to_writer(&mut out, &movie(&vocabulary, &directors, id, &mut rng)).expect("written");
        out.write_all(b"\n").expect("written");
    }
    out.flush().expect("written");
}

fn options() -> Options {
    let mut options = Options { movies: 1_000_000, seed: 1, out: PathBuf::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("`{argument}` needs a value"));
        match argument.as_str() {
            // Cargo adds it.
            "--bench" => {}
            "--movies" => options.movies = value().parse().expect("a number of movies"),
            "--seed" => options.seed = value().parse().expect("a number as seed"),
            "--out" => options.out = value().into(),
            _ => panic!("unknown: `{argument}`"),
        }
    }
    assert!(!options.out.as_os_str().is_empty(), "name a file: --out FILE");
    options
}

fn movie(vocabulary: &Vocabulary, directors: &[String], id: u64, rng: &mut StdRng) -> Movie {
    let is_rated = rng.random_bool(0.7);
    // Half of all rated movies have fewer than some dozen votes, one in a thousand more than a million.
    let votes = is_rated.then(|| 10_f64.powf(0.7 + 5.7 * rng.random::<f64>().powi(3)).round());
    let score = is_rated.then(|| tenths((rng.random::<f64>() + rng.random::<f64>() + rng.random::<f64>()) * 3.0 + 1.0));
    let popularity = votes.map(|votes| tenths((100.0 * (1.0 + votes).log10() / 6.5).min(100.0)));
    Movie {
        title: vocabulary.title(rng),
        original_title: rng.random_bool(0.1).then(|| vocabulary.title(rng)),
        year: rng.random_bool(0.97).then(|| 2026 - (110.0 * rng.random::<f64>().powi(2)) as u16),
        directors: some_of(directors, rng),
        genres: genres(rng),
        imdb_score: score,
        votes: votes.map(|votes| votes as u32),
        popularity,
        imdb_id: format!("tt{id}"),
    }
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// One director, sometimes two. The first ones of the list have some hundred films, most have one or two.
fn some_of(directors: &[String], rng: &mut StdRng) -> Vec<String> {
    let count = if rng.random_bool(0.08) { 2 } else { 1 };
    let mut chosen: Vec<String> = Vec::with_capacity(count);
    for _ in 0..count {
        let place = (directors.len() as f64 * rng.random::<f64>().powf(1.5)) as usize;
        let name = &directors[place.min(directors.len() - 1)];
        if !chosen.contains(name) {
            chosen.push(name.clone());
        }
    }
    chosen
}

fn genres(rng: &mut StdRng) -> Vec<&'static str> {
    let count = rng.random_range(1..=3);
    let mut chosen = Vec::with_capacity(count);
    for _ in 0..count {
        let genre = genre(rng);
        if !chosen.contains(&genre) {
            chosen.push(genre);
        }
    }
    chosen
}

fn genre(rng: &mut impl Rng) -> &'static str {
    let all: u32 = GENRES.iter().map(|(_, share)| share).sum();
    let mut place = rng.random_range(0..all);
    for (name, share) in GENRES {
        if place < *share {
            return name;
        }
        place -= share;
    }
    GENRES[0].0
}
