//! Totals and facets against a count by brute force: each facet says what its filter would leave if it were chosen
//! otherwise, so it obeys all filters but its own; a genre that would come to several obeys them too, as the total does.

use std::collections::{BTreeMap, HashSet};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::fmdb::{Client, Folder};

const MOVIES: usize = 3_000;
const QUESTIONS: usize = 150;
const GENRES: [&str; 6] = ["Action", "Comedy", "Drama", "Horror", "Sci-Fi", "Western"];
/// Far enough apart that no slip leads from one to another, nor to a genre.
const WORDS: [&str; 6] = ["zebra", "mountain", "quixote", "lighthouse", "umbrella", "orchard"];
const THRESHOLDS: [f64; 5] = [9.0, 8.0, 7.0, 6.0, 5.0];

#[derive(Debug, Clone)]
struct Movie {
    title: String,
    genres: HashSet<&'static str>,
    year: Option<u64>,
    score: Option<f64>,
}

impl Movie {
    fn any(rng: &mut StdRng) -> Self {
        let title = format!("{} {}", WORDS.choose(rng).unwrap(), WORDS.choose(rng).unwrap());
        let genres = GENRES.into_iter().filter(|_| rng.random_bool(0.3)).collect();
        let year = rng.random_bool(0.9).then(|| rng.random_range(1928..=2024));
        // Whole numbers are many, because the thresholds are whole.
        let score = rng.random_bool(0.9).then(|| match rng.random_bool(0.3) {
            true => f64::from(rng.random_range(0..=10)),
            false => f64::from(rng.random_range(0..=100)) / 10.0,
        });
        Self { title, genres, year, score }
    }

    fn row(&self, number: usize) -> Value {
        let genres: Vec<&str> = self.genres.iter().copied().collect();
        let director = format!("Jo H{number}");
        json!({"title": self.title, "directors": [director], "genres": genres, "year": self.year, "score": self.score,
            "popularity": number % 100})
    }
}

#[derive(Debug, Default)]
struct RequestContext {
    text: Option<&'static str>,
    genres: Vec<&'static str>,
    year: Option<(u64, u64)>,
    score: Option<(f64, f64)>,
}

impl RequestContext {
    fn any(rng: &mut StdRng) -> Self {
        let from = rng.random_range(192..=202) * 10;
        let years = [(from, from + 9), (from + 3, from + 25), (from, 2100), (1870, from)];
        let scores = [(7.0, 10.0), (5.0, 8.0), (0.0, 6.5), (6.9, 7.1), (9.0, 10.0)];
        let genres = [0, 0, 1, 1, 2, 3][rng.random_range(0..6)];
        Self {
            text: rng.random_bool(0.5).then(|| *WORDS.choose(rng).unwrap()),
            genres: GENRES.sample(rng, genres).copied().collect(),
            year: rng.random_bool(0.5).then(|| *years.choose(rng).unwrap()),
            score: rng.random_bool(0.5).then(|| *scores.choose(rng).unwrap()),
        }
    }

    fn address(&self) -> String {
        let mut parts: Vec<String> = self.genres.iter().map(|genre| format!("genre={genre}")).collect();
        parts.extend(self.text.map(|text| format!("q={text}")));
        parts.extend(self.year.map(|(from, to)| format!("year={from}..{to}")));
        parts.extend(self.score.map(|(from, to)| format!("score={from}..{to}")));
        format!("/listing?{}", parts.join("&"))
    }

    /// The movies that are left when one of the filters is passed over.
    fn left<'a>(&self, movies: &'a [Movie], skipped_file: &str) -> Vec<&'a Movie> {
        let within = |movie: &&Movie| {
            self.text.is_none_or(|text| movie.title.split(' ').any(|word| word == text))
                && (skipped_file == "genre" || self.genres.iter().all(|genre| movie.genres.contains(genre)))
                && (skipped_file == "year"
                    || self.year.is_none_or(|(from, to)| movie.year.is_some_and(|year| (from..=to).contains(&year))))
                && (skipped_file == "score"
                    || self
                        .score
                        .is_none_or(|(from, to)| movie.score.is_some_and(|score| from <= score && score <= to)))
        };
        movies.iter().filter(within).collect()
    }

    fn facets(&self, movies: &[Movie]) -> BTreeMap<&'static str, BTreeMap<String, u64>> {
        let mut facets: BTreeMap<&'static str, BTreeMap<String, u64>> = BTreeMap::new();
        let mut count = |facet, value: String| *facets.entry(facet).or_default().entry(value).or_default() += 1;
        // With several genres taken a genre tells what one more would leave.
        for movie in self.left(movies, if self.genres.len() > 1 { "" } else { "genre" }) {
            movie.genres.iter().for_each(|genre| count("genre", (*genre).to_owned()));
        }
        for year in self.left(movies, "year").into_iter().filter_map(|movie| movie.year) {
            let from = year / 10 * 10;
            count("decade", format!("{from}..{}", from + 9));
        }
        for score in self.left(movies, "score").into_iter().filter_map(|movie| movie.score) {
            THRESHOLDS.iter().filter(|least| score >= **least).for_each(|least| count("score", format!("{least}..")));
        }
        facets
    }
}

/// The facets of an answer; a value that no movie has may be named or not.
fn facets(answer: &Value) -> BTreeMap<&'static str, BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    for name in ["genre", "decade", "score"] {
        let values = answer["facets"][name].as_array().unwrap_or_else(|| panic!("no facet `{name}` in {answer}"));
        let counted =
            values.iter().map(|facet| (facet["value"].as_str().unwrap().to_owned(), facet["count"].as_u64().unwrap()));
        let counted: BTreeMap<String, u64> = counted.filter(|(_, count)| *count > 0).collect();
        if !counted.is_empty() {
            found.insert(name, counted);
        }
    }
    found
}

/// Changes some movies after the import, so that the index has several segments and deletions.
fn change(admin: &Client<'_>, movies: &mut [Option<Movie>], rng: &mut StdRng) {
    let newest = admin.get("/listing?sort=added&order=asc&items=1").json();
    let first = newest["movies"][0]["id"].as_u64().unwrap() as usize;
    for (number, slot) in movies.iter_mut().enumerate().step_by(97) {
        let id = first + number;
        if number % 2 == 0 {
            assert_eq!(admin.delete(&format!("/manage/delete/{id}")).status, 200, "{id}");
            *slot = None;
        } else {
            let other = Movie { title: slot.as_ref().unwrap().title.clone(), ..Movie::any(rng) };
            let genres: Vec<&str> = other.genres.iter().copied().collect();
            let body = json!({"id": id, "genres": genres, "year": other.year.unwrap_or(2001),
                "imdb_score": other.score.unwrap_or(5.5)});
            let reply = admin.json("/manage/update", &body);
            assert_eq!(reply.status, 200, "{}", reply.body);
            assert_eq!(reply.json()["movie_name"], json!(other.title), "ids follow the order of the dump");
            *slot = Some(Movie { year: other.year.or(Some(2001)), score: other.score.or(Some(5.5)), ..other });
        }
    }
}

#[test]
fn totals_and_facets_are_those_of_a_count_by_brute_force() {
    let mut rng = StdRng::seed_from_u64(77);
    let mut movies: Vec<Option<Movie>> = (0..MOVIES).map(|_| Some(Movie::any(&mut rng))).collect();
    let rows: Vec<Value> = movies.iter().flatten().enumerate().map(|(number, movie)| movie.row(number)).collect();
    let folder = Folder::new();
    folder.load(&json!(rows).to_string());
    folder.add_user("anna", true);
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let admin = server.bearer(&token);
    change(&admin, &mut movies, &mut rng);
    let movies: Vec<Movie> = movies.into_iter().flatten().collect();
    let mut compared = 0;
    for asked in std::iter::once(RequestContext::default()).chain((0..QUESTIONS).map(|_| RequestContext::any(&mut rng)))
    {
        let total = asked.left(&movies, "").len();
        // A text that finds nothing may be forgiven more, which no count by brute force can follow.
        if total == 0 && asked.text.is_some() {
            continue;
        }
        let address = asked.address();
        let answer = admin.get(&address).json();
        assert_eq!(answer["total"], json!(total), "{address}");
        assert_eq!(facets(&answer), asked.facets(&movies), "{address}");
        compared += 1;
    }
    assert!(compared > QUESTIONS * 3 / 4, "only {compared} questions had an answer");
}
