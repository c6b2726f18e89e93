//! How long the server takes to answer, seen by one client that keeps its connection: median, 99th percentile and worst
//! for each kind of request, as JSON.
//!
//! `cargo bench --bench latency -- --url http://127.0.0.1:PORT --token TOKEN --dump FILE [--count 1000] [--only NAME]…
//! [--while PID]`. The questions are taken from the dump that the server has. Each is asked once, `distinct`; then a few
//! of them again and again, `repeated`. `--while` asks until that process has ended, and counts that alone.
#![expect(clippy::print_stdout, reason = "the figures are its result")]

mod client;
#[path = "../shared/figures.rs"]
mod figures;
mod mixes;
#[path = "../shared/questions.rs"]
mod questions;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use client::Client;
use figures::Times;
use mixes::Mix;
use questions::Questions;

/// No kind of request is asked for longer, in each of its rounds.
const BUDGET: Duration = Duration::from_secs(20);
/// How many questions warm the server up, and how many are repeated.
const WARM_UP: usize = 20;

#[derive(Default)]
struct Options {
    url: String,
    token: String,
    dump: PathBuf,
    count: usize,
    only: Vec<String>,
    process: Option<u32>,
}

fn main() {
    let options = options();
    let mut client = Client::connect(&options.url, &options.token);
    let mut questions = Questions::of(&options.dump, options.count + WARM_UP);
    let is_wanted = |mix: &Mix| options.only.is_empty() || options.only.iter().any(|name| name == mix.name);
    let mut figures = Map::new();
    for mix in mixes::all(&mut questions, &mut client).into_iter().filter(is_wanted) {
        let measured = match options.process {
            Some(process) => json!({"meanwhile": meanwhile(&mix, process, &mut client)}),
            None => measure(&mix, &mut client),
        };
        figures.insert(mix.name.to_owned(), measured);
    }
    println!("{}", Value::Object(figures));
}

fn options() -> Options {
    let mut options = Options { count: 1_000, ..Options::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("`{argument}` needs a value"));
        match argument.as_str() {
            // Cargo adds it.
            "--bench" => {}
            "--url" => options.url = value(),
            "--token" => options.token = value(),
            "--dump" => options.dump = value().into(),
            "--count" => options.count = value().parse().expect("a number of questions"),
            "--only" => options.only.push(value()),
            "--while" => options.process = Some(value().parse().expect("the number of a process")),
            _ => panic!("unknown: `{argument}`"),
        }
    }
    options
}

/// Every question once, then some of them again and again. The warm-up takes its questions from the end, so that they
/// are not among those that count where there are enough of them.
fn measure(mix: &Mix, client: &mut Client) -> Value {
    let spare = if mix.paths.len() > 5 * WARM_UP { WARM_UP } else { 0 };
    let (counted, warm_up) = mix.paths.split_at(mix.paths.len() - spare);
    warm_up.iter().for_each(|path| client.get(path));
    let distinct = Times::of(counted, BUDGET, |path| client.get(path));
    let few: Vec<&String> = counted.iter().take(WARM_UP).collect();
    let again: Vec<&String> = (0..counted.len().max(500)).map(|place| few[place % few.len()]).collect();
    let repeated = Times::of(&again, BUDGET / 4, |path| client.get(path));
    json!({"distinct": distinct.to_json(), "repeated": repeated.to_json()})
}

/// Asks until the process has ended.
fn meanwhile(mix: &Mix, process: u32, client: &mut Client) -> Value {
    let process = Path::new("/proc").join(process.to_string());
    let mut times = Times::default();
    for path in mix.paths.iter().cycle() {
        let asked = Instant::now();
        client.get(path);
        times.add(asked.elapsed());
        if !process.exists() {
            break;
        }
        // Somebody who searches pauses; without a pause the question would be how two busy loops share two cores.
        std::thread::sleep(Duration::from_millis(5));
    }
    times.to_json()
}
