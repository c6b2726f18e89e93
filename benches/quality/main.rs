//! Search that forgives: how often the wanted movie comes first, or among the first ten, for each kind of slip that
//! people make. Every kind weighs the same.
//!
//! ```sh
//! cargo bench --bench quality -- DUMP [--per-kind 150] [--held-out] [--kind NAME] [--misses] [--json]
//!                                     [--write-cases FILE]
//! ```
//!
//! The slips are made from the dump's own movies by a seeded generator, see `cases`; `--held-out` takes the half of
//! all titles and names that the ranking was not tuned on. Kinds in brackets are watched and not counted. `--misses`
//! lists what did not come first; `--write-cases` writes what is asked, one JSON object a line, so that other programs
//! can be measured on the same.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod cases;

use std::io::Write;
use std::path::PathBuf;

use fmdb::app::App;
use fmdb::config::Config;
use fmdb::flows::{follow, import, search};
use fmdb::model::{ListingQuery, MovieId};
use serde_json::{Value, json};

use cases::{Case, Catalogue, Film, Half, KINDS, Kind, Wanted};

struct Options {
    dump: PathBuf,
    per_kind: usize,
    half: Half,
    kind: Option<String>,
    misses: bool,
    json: bool,
    write_cases: Option<PathBuf>,
}

fn main() {
    let options = options();
    let app = open(&options);
    let catalogue = catalogue(&app);
    let is_asked = |kind: &&Kind| options.kind.as_deref().is_none_or(|name| name == kind.name);
    let asked: Vec<(&Kind, Vec<Case>)> = KINDS
        .iter()
        .filter(is_asked)
        .map(|kind| (kind, catalogue.cases(kind, options.half, options.per_kind)))
        .collect();
    assert!(!asked.is_empty(), "no kind has that name; the table names them all");
    if let Some(file) = &options.write_cases {
        write_cases(file, &asked);
    }
    let measured: Vec<Measured<'_>> = asked.iter().map(|(kind, cases)| measure(&app, kind, cases, &options)).collect();
    if options.json {
        println!("{}", to_json(&measured, &options));
    } else {
        print_table(&measured, &options);
    }
}

fn options() -> Options {
    let mut options = Options {
        dump: PathBuf::new(),
        per_kind: 150,
        half: Half::Tuned,
        kind: None,
        misses: false,
        json: false,
        write_cases: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("`{argument}` needs a value"));
        match argument.as_str() {
            "--bench" => {}
            "--per-kind" => options.per_kind = value().parse().expect("a number"),
            "--held-out" => options.half = Half::HeldOut,
            "--kind" => options.kind = Some(value()),
            "--misses" => options.misses = true,
            "--json" => options.json = true,
            "--write-cases" => options.write_cases = Some(value().into()),
            dump => options.dump = PathBuf::from(dump),
        }
    }
    assert!(options.dump.exists(), "name a dump: cargo bench --bench quality -- DUMP");
    options
}

/// The dump in a database that is kept between runs.
fn open(options: &Options) -> App {
    let folder = std::env::temp_dir().join("fmdb-quality");
    std::fs::create_dir_all(&folder).expect("a folder for the catalogue");
    let db = folder.join(format!("{}.db", options.dump.file_name().unwrap_or_default().to_string_lossy()));
    let app = App::open(Config { db, ..Config::default() }).expect("a database");
    if app.store.count_movies().expect("counted") == 0 {
        import::run(&app, std::slice::from_ref(&options.dump), import::Options::default(), &mut import::NoObserver)
            .1
            .expect("the dump is read");
    }
    follow::catch_up(&app).expect("indexed");
    app
}

fn catalogue(app: &App) -> Catalogue {
    let mut films = Vec::new();
    let mut after = MovieId(0);
    loop {
        let page = app.store.movies_after(after, 5000).expect("a page");
        let Some(last) = page.last() else { return Catalogue::new(films) };
        after = last.id;
        films.extend(page.iter().map(|movie| Film::from_json(&json!(movie))));
    }
}

/// What came of a kind.
struct Measured<'a> {
    kind: &'a Kind,
    tried: usize,
    first: usize,
    ten: usize,
    misses: Vec<Value>,
}

impl Measured<'_> {
    /// The shares at the first place and among ten.
    fn rates(&self) -> (f64, f64) {
        let rate = |hits: usize| hits as f64 / self.tried as f64;
        (rate(self.first), rate(self.ten))
    }
}

fn measure<'a>(app: &App, kind: &'a Kind, cases: &[Case], options: &Options) -> Measured<'a> {
    let mut measured = Measured { kind, tried: cases.len(), first: 0, ten: 0, misses: Vec::new() };
    for Case { typed, wanted } in cases {
        let query = ListingQuery { q: Some(typed.clone()), items: 10, ..ListingQuery::default() };
        let movies = search::listing(app, &query).expect("an answer").movies;
        let found: Vec<Film> = movies.iter().map(|movie| Film::from_json(&json!(movie))).collect();
        let place = found.iter().position(|film| wanted.is(film));
        measured.first += usize::from(place == Some(0));
        measured.ten += usize::from(place.is_some());
        if options.misses && place != Some(0) {
            let got = found.first().map(|film| json!([film.title, film.year, film.directors]));
            measured.misses.push(json!({"typed": typed, "wanted": wanted.name(), "place": place, "got": got}));
        }
    }
    measured
}

/// What the counted kinds make together.
fn all(measured: &[Measured<'_>]) -> (f64, f64) {
    let counted = measured.iter().filter(|measured| measured.kind.counted && measured.tried > 0);
    let rates: Vec<(f64, f64)> = counted.map(Measured::rates).collect();
    let mean = |sum: f64| sum / rates.len().max(1) as f64;
    (mean(rates.iter().map(|rates| rates.0).sum()), mean(rates.iter().map(|rates| rates.1).sum()))
}

fn half_name(half: Half) -> &'static str {
    if half == Half::HeldOut { "held out" } else { "tuned on" }
}

fn print_table(measured: &[Measured<'_>], options: &Options) {
    println!("{:<34}{:>7}{:>8}{:>8}", half_name(options.half), "tried", "first", "ten");
    for measured in measured.iter().filter(|measured| measured.tried > 0) {
        measured.misses.iter().for_each(|miss| println!("    {miss}"));
        let name = measured.kind.name;
        let name = if measured.kind.counted { name.to_owned() } else { format!("({name})") };
        let (first, ten) = measured.rates();
        println!("{name:<34}{:>7}{first:>8.2}{ten:>8.2}", measured.tried);
    }
    let (first, ten) = all(measured);
    println!("{:<34}{:>7}{first:>8.3}{ten:>8.3}", "all counted kinds", "");
}

fn to_json(measured: &[Measured<'_>], options: &Options) -> Value {
    let kinds: Vec<Value> = measured
        .iter()
        .map(|measured| {
            let (first, ten) = measured.rates();
            let Measured { kind, tried, misses, .. } = measured;
            json!({"kind": kind.name, "counted": kind.counted, "tried": tried, "first": first, "ten": ten,
                "misses": misses})
        })
        .collect();
    let (first, ten) = all(measured);
    json!({"half": half_name(options.half), "kinds": kinds, "all": {"first": first, "ten": ten}})
}

fn write_cases(path: &PathBuf, asked: &[(&Kind, Vec<Case>)]) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file for the cases"));
    for (kind, cases) in asked {
        for Case { typed, wanted } in cases {
            let (key, counted) = (if matches!(wanted, Wanted::Title(_)) { "title" } else { "director" }, kind.counted);
            let line = json!({"kind": kind.name, "counted": counted, "typed": typed, key: wanted.name()});
            writeln!(file, "{line}").expect("written");
        }
    }
    file.flush().expect("written");
}
