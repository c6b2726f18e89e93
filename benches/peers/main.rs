//! What fmdb is measured against, on the same data and the same questions, as JSON: bare tantivy, SQLite's FTS5 with
//! prefixes, SQL `LIKE` and plain SQL, all inside this process, without HTTP.
//!
//! ```sh
//! cargo bench --bench peers -- import DUMP FOLDER         # one table and one bare index: the floor of an import
//! cargo bench --bench peers -- search DUMP FOLDER COUNT   # times of questions to what `import` has made
//! cargo bench --bench peers -- quality DUMP CASES         # what FTS5 and LIKE find, of the cases of `--bench quality`
//! cargo bench --bench peers -- judge DUMP CASES FOUND     # the same of another program: its ten lines of the dump a case
//! ```
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "../shared/figures.rs"]
mod figures;
mod quality;
#[path = "../shared/questions.rs"]
mod questions;
mod row;
mod sqlite;
mod tantivy_bare;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use figures::Times;
use questions::Questions;
use sqlite::Sqlite;
use tantivy_bare::BareIndex;

/// No kind of question is asked for longer.
const BUDGET: Duration = Duration::from_secs(5);

fn main() {
    // Cargo adds `--bench`.
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let figures = match given[..] {
        ["import", dump, folder] => import(Path::new(dump), Path::new(folder)),
        ["search", dump, folder, count] => {
            let count = count.parse().expect("a number of questions");
            search(&mut Questions::of(Path::new(dump), count), Path::new(folder))
        }
        ["quality", dump, cases] => quality::of_sqlite(Path::new(dump), Path::new(cases)),
        ["judge", dump, cases, found] => quality::judge(Path::new(dump), Path::new(cases), Path::new(found)),
        _ => panic!("usage: peers import DUMP FOLDER | search DUMP FOLDER COUNT | quality DUMP CASES | judge …"),
    };
    println!("{figures}");
}

/// Every movie into one table by a prepared statement and into one index, all committed.
fn import(dump: &Path, folder: &Path) -> Value {
    std::fs::create_dir_all(folder).expect("a folder");
    let begun = Instant::now();
    let sqlite = Sqlite::create(folder);
    let mut index = BareIndex::create(folder);
    let mut movies = 0;
    let mut insert = sqlite.insert();
    row::each(dump, |row| {
        movies += 1;
        insert(movies, &row);
        index.add(movies, &row);
    });
    drop(insert);
    sqlite.commit();
    index.commit();
    let seconds = begun.elapsed().as_secs_f64();
    index.close();
    sqlite.make_searchable();
    json!({"movies": movies, "seconds": seconds})
}

/// The figures of one kind of question.
fn timed<T, A>(questions: &[T], ask: impl FnMut(&T) -> A) -> Value {
    Times::of(questions, BUDGET, ask).to_json()
}

fn search(questions: &mut Questions, folder: &Path) -> Value {
    let (index, sqlite) = (BareIndex::open(folder), Sqlite::open(folder));
    let begun = |texts: Vec<String>| {
        json!({
            "tantivy": timed(&texts, |text| index.search(text, 0, 8)),
            "fts5": timed(&texts, |text| sqlite.match_words(text, 8)),
        })
    };
    let slips = |texts: Vec<String>, limit| json!({"tantivy": timed(&texts, |text| index.search(text, 1, limit))});
    let whole = |texts: Vec<String>| {
        json!({
            "tantivy": timed(&texts, |text| index.search(text, 0, 50)),
            "fts5": timed(&texts, |text| sqlite.match_words(text, 50)),
            "like": timed(&texts, |text| sqlite.like(text)),
        })
    };
    let sorted = |first_page: i64| {
        let offsets: Vec<i64> = (first_page..first_page + 20).map(|page| page * 50).collect();
        json!({"sql": timed(&offsets, |offset| sqlite.by_popularity(*offset))})
    };
    let decades: Vec<u16> = (1930..=2020).step_by(10).collect();
    let last = (questions.movies as i64 / 50 - 20).max(0);
    json!({
        "suggest_1": begun(questions.begun(1)),
        "suggest_2": begun(questions.begun(2)),
        "suggest_4": begun(questions.begun(4)),
        "suggest_typo": slips(questions.typos(3), 8),
        "suggest_two_words": begun(questions.two_words()),
        "listing_text": whole(questions.texts()),
        "listing_typo": slips(questions.typos(8), 50),
        "listing_common": whole(questions.common()),
        "listing_genre_decade": {"sql": timed(&decades, |decade| sqlite.genre_and_decade("Drama", *decade))},
        "listing_sort": sorted(0),
        "listing_page_200": sorted(190),
        "listing_last": sorted(last),
        "movie": {"sql": timed(&questions.numbers(), |number| sqlite.movie(*number as i64))},
    })
}
