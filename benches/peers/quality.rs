//! How often other programs find what people mean: the cases that `--bench quality -- --write-cases FILE` writes, judged
//! by the same rule, each kind weighing the same.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use fmdb::model::fold::fold;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::row::{self, Row};
use super::sqlite::Sqlite;

#[derive(Deserialize)]
struct Case {
    kind: String,
    typed: String,
    title: Option<String>,
    director: Option<String>,
    #[serde(default = "yes")]
    counted: bool,
}

fn yes() -> bool {
    true
}

/// Folded names of a movie: what may be wanted.
struct Known {
    titles: Vec<String>,
    directors: Vec<String>,
}

impl Known {
    fn of(row: &Row) -> Self {
        let titles = std::iter::once(&row.title).chain(&row.original_title).chain(&row.alternate_titles);
        Self { titles: titles.map(|t| fold(t)).collect(), directors: row.directors.iter().map(|d| fold(d)).collect() }
    }

    fn is_meant(&self, case: &Case) -> bool {
        let is_one = |wanted: &Option<String>, known: &[String]| {
            wanted.as_ref().is_some_and(|wanted| known.contains(&fold(wanted)))
        };
        is_one(&case.title, &self.titles) || is_one(&case.director, &self.directors)
    }
}

/// What FTS5 and LIKE find.
pub fn of_sqlite(dump: &Path, cases: &Path) -> Value {
    let sqlite = Sqlite::in_memory();
    let mut known = Vec::new();
    let mut insert = sqlite.insert();
    row::each(dump, |row| {
        insert(known.len() as i64, &row);
        known.push(Known::of(&row));
    });
    drop(insert);
    sqlite.commit();
    sqlite.make_searchable();
    let cases: Vec<Case> = lines(cases);
    json!({
        "fts5": rates(&known, &cases, |_, case| sqlite.match_words(&case.typed, 10)),
        "like": rates(&known, &cases, |_, case| sqlite.like(&case.typed)),
    })
}

/// What another program has found: for each case the numbers of lines of the dump, from 0.
pub fn judge(dump: &Path, cases: &Path, found: &Path) -> Value {
    let mut known = Vec::new();
    row::each(dump, |row| known.push(Known::of(&row)));
    let (cases, found): (Vec<Case>, Vec<Vec<i64>>) = (lines(cases), lines(found));
    assert_eq!(cases.len(), found.len(), "as many answers as cases");
    rates(&known, &cases, |place, _| found[place].clone())
}

fn lines<T: DeserializeOwned>(file: &Path) -> Vec<T> {
    let lines = BufReader::new(File::open(file).expect("a file")).lines();
    lines.map(|line| serde_json::from_str(&line.expect("a line")).expect("a line of JSON")).collect()
}

fn rates(known: &[Known], cases: &[Case], find: impl Fn(usize, &Case) -> Vec<i64>) -> Value {
    let mut kinds: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
    for (place, case) in cases.iter().enumerate().filter(|(_, case)| case.counted) {
        let found = find(place, case);
        let hit = found.iter().take(10).position(|id| known[*id as usize].is_meant(case));
        let kind = kinds.entry(&case.kind).or_default();
        kind.0 += 1.0;
        kind.1 += f64::from(u8::from(hit == Some(0)));
        kind.2 += f64::from(u8::from(hit.is_some()));
    }
    let share = |(tried, first, ten): &(f64, f64, f64)| (first / tried, ten / tried);
    let all: Vec<(f64, f64)> = kinds.values().map(share).collect();
    let mean = |sum: f64| sum / all.len().max(1) as f64;
    let kinds: Vec<Value> = kinds
        .iter()
        .map(
            |(kind, counts)| json!({"kind": kind, "tried": counts.0, "first": share(counts).0, "ten": share(counts).1}),
        )
        .collect();
    let (first, ten) = (all.iter().map(|rates| rates.0).sum(), all.iter().map(|rates| rates.1).sum());
    json!({"kinds": kinds, "all": {"first": mean(first), "ten": mean(ten)}})
}
