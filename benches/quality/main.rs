//! Search that forgives: how often the wanted movie comes first, or among the first ten, for each kind of slip that
//! people make. Every kind weighs the same.
//!
//! `cargo bench --bench quality -- DUMP [--per-kind 150] [--held-out] [--misses]`. The slips are made from the dump's
//! own movies by a seeded generator; `--held-out` uses other movies and other slips than those that the ranking was
//! tuned on. Small lists of what people really type are in `slips.rs`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod slips;

use std::collections::HashMap;
use std::path::PathBuf;

use fmdb::app::App;
use fmdb::config::Config;
use fmdb::flows::{follow, import, search};
use fmdb::model::fold::fold;
use fmdb::model::{ListingQuery, Movie, MovieId};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use slips::{KINDS, Wanted};

struct Options {
    dump: PathBuf,
    per_kind: usize,
    held_out: bool,
    misses: bool,
}

fn main() {
    let options = options();
    let folder = std::env::temp_dir().join("fmdb-quality");
    std::fs::create_dir_all(&folder).expect("a folder for the catalogue");
    let db = folder.join(format!("{}.db", options.dump.file_name().unwrap_or_default().to_string_lossy()));
    let app = App::open(Config { db, ..Config::default() }).expect("a database");
    if app.store.count_movies().expect("counted") == 0 {
        import::run(&app, std::slice::from_ref(&options.dump), import::Options::default(), &mut import::Unwatched)
            .expect("the dump is read");
    }
    follow::catch_up(&app).expect("indexed");
    let movies = catalogue(&app);
    println!("{} movies, {}", movies.len(), if options.held_out { "held out" } else { "tuned on" });
    measure(&app, &movies, &options);
}

fn options() -> Options {
    let mut options = Options { dump: PathBuf::new(), per_kind: 150, held_out: false, misses: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {}
            "--per-kind" => options.per_kind = arguments.next().and_then(|n| n.parse().ok()).expect("a number"),
            "--held-out" => options.held_out = true,
            "--misses" => options.misses = true,
            dump => options.dump = PathBuf::from(dump),
        }
    }
    assert!(options.dump.exists(), "name a dump: cargo bench --bench quality -- DUMP");
    options
}

fn catalogue(app: &App) -> Vec<Movie> {
    let mut movies = Vec::new();
    let mut after = MovieId(0);
    loop {
        let page = app.store.movies_after(after, 5000).expect("a page");
        let Some(last) = page.last() else { return movies };
        after = last.id;
        movies.extend(page);
    }
}

fn measure(app: &App, movies: &[Movie], options: &Options) {
    let seed = if options.held_out { 7_919 } else { 104_729 };
    let mut rng = StdRng::seed_from_u64(seed);
    // People look for what is known: movies that thousands have voted on, and a share of all others.
    let mut known: Vec<&Movie> = movies.iter().filter(|movie| movie.facts.votes >= Some(10_000)).collect();
    let mut rare: Vec<&Movie> = movies.iter().filter(|movie| movie.facts.votes < Some(10_000)).collect();
    known.shuffle(&mut rng);
    rare.shuffle(&mut rng);
    let half = |list: &[&Movie]| if options.held_out { list.len() / 2..list.len() } else { 0..list.len() / 2 };
    let (known, rare) = (&known[half(&known)], &rare[half(&rare)]);
    let titles = movies.iter().fold(HashMap::<String, Vec<i64>>::new(), |mut titles, movie| {
        titles.entry(fold(&movie.facts.title)).or_default().push(movie.id.0);
        titles
    });
    let mut sums = (0.0, 0.0, 0);
    println!("{:<28}{:>7}{:>8}{:>8}", "kind", "tried", "first", "ten");
    for kind in KINDS {
        let mixed = known.iter().chain(rare.iter().take(known.len() / 4));
        let mut cases: Vec<(String, Wanted)> = mixed.filter_map(|movie| kind.slip(movie, &mut rng)).collect();
        cases.shuffle(&mut rng);
        cases.truncate(options.per_kind);
        cases.extend(kind.collected());
        let (mut first, mut ten) = (0, 0);
        for (typed, wanted) in &cases {
            let query = ListingQuery { q: Some(typed.clone()), items: 10, ..ListingQuery::default() };
            let found = search::listing(app, &query).expect("an answer").movies;
            let place = found.iter().position(|movie| wanted.is(movie, &titles));
            first += usize::from(place == Some(0));
            ten += usize::from(place.is_some());
            if options.misses && place != Some(0) {
                let got = found.first().map(|movie| format!("{} ({:?})", movie.facts.title, movie.facts.year));
                println!("    {typed:?}: wanted {wanted:?}, place {place:?}, got {got:?}");
            }
        }
        if cases.is_empty() {
            continue;
        }
        let (first, ten) = (first as f64 / cases.len() as f64, ten as f64 / cases.len() as f64);
        println!("{:<28}{:>7}{first:>8.2}{ten:>8.2}", kind.name(), cases.len());
        sums = (sums.0 + first, sums.1 + ten, sums.2 + 1);
    }
    println!("{:<28}{:>7}{:>8.3}{:>8.3}", "all kinds", "", sums.0 / f64::from(sums.2), sums.1 / f64::from(sums.2));
}
