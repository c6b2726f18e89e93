//! Whole dumps, from a file to facts and back.

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::model::{Facts, Field, MovieDraft, RawMovie, RawValue};

/// What a dump gives: the movies, the rejected rows by line, and the error that ended it.
#[derive(Debug, Default)]
struct Outcome {
    format: Option<Format>,
    movies: Vec<(u64, Facts)>,
    rejected: Vec<(u64, String, String)>,
    error: Option<DumpError>,
}

fn import(content: &[u8]) -> Outcome {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(content).expect("written");
    import_file(file.path())
}

fn import_file(path: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    let opened = open(path, None).and_then(|dump| {
        outcome.format = Some(dump.format());
        dump.records()
    });
    let records = match opened {
        Ok(records) => records,
        Err(error) => return Outcome { error: Some(error), ..outcome },
    };
    for record in records {
        match record {
            Err(error) => outcome.error = Some(error),
            Ok(record) => {
                let drafted = record.raw.clone().and_then(|raw| draft(&raw).map_err(|errors| errors.to_string()));
                match drafted {
                    Ok(draft) => outcome.movies.push((record.line, draft.to_facts())),
                    Err(reason) => outcome.rejected.push((record.line, reason, record.text())),
                }
            }
        }
    }
    outcome
}

fn export(format: ExportFormat, movies: &[Facts]) -> Vec<u8> {
    let mut writer = Writer::new(format, Vec::new());
    for facts in movies {
        writer.movie(facts).expect("written to memory");
    }
    writer.finish().expect("written to memory")
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("written to memory");
    encoder.finish().expect("written to memory")
}

fn error_of(content: &[u8]) -> String {
    let error = import(content).error.expect("an error").to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

const FYND: &str = r#"[{"99popularity": 83.0, "director": "Victor Fleming", "genre": ["Adventure", " Family"],
"imdb_score": 8.3, "name": "The Wizard of Oz"}, {"99popularity": 88.0, "director": "George Lucas", "genre": [" Sci-Fi"],
"imdb_score": 8.8, "name": "Star Wars"}]"#;

#[test]
fn the_seed_dump_is_read_plain_packed_and_with_a_mark() {
    let zst = zstd::encode_all(FYND.as_bytes(), 1).expect("packed");
    let marked = [b"\xef\xbb\xbf", FYND.as_bytes()].concat();
    let twice = [gzipped(&FYND.as_bytes()[..50]), gzipped(&FYND.as_bytes()[50..])].concat();
    for content in [FYND.as_bytes(), &gzipped(FYND.as_bytes()), &zst, &marked, &twice] {
        let outcome = import(content);
        assert_eq!((outcome.format, outcome.error), (Some(Format::Fynd), None));
        let (line, wizard) = &outcome.movies[0];
        assert_eq!((*line, wizard.title.as_str(), wizard.popularity), (1, "The Wizard of Oz", Some(83.0)));
        assert_eq!(wizard.genres, ["Adventure", "Family"]);
        assert_eq!(outcome.movies[1].0, 2);
    }
}

#[test]
fn a_bad_row_is_rejected_with_its_line_and_reading_goes_on() {
    let outcome =
        import(b"{\"title\":\"A\"}\r\n\r\n{\"title\":\"B\",\r\n[3]\n{\"title\":\"C\",\"score\":11}\n{\"title\":\"D\"}");
    let lines: Vec<_> = outcome.rejected.iter().map(|(line, reason, _)| (*line, reason.as_str())).collect();
    assert_eq!(outcome.movies.len(), 2);
    assert_eq!(lines[1..], [(4, "not an object"), (5, "`imdb_score` must be between 0 and 10")]);
    assert_eq!((lines[0].0, outcome.rejected[0].2.as_str()), (3, r#"{"title":"B","#));
    let outcome =
        import(b"[{\"title\":\"A\"},\n{\"title\":},\n7,{\"name\":[1]},{\"title\":\"\xff\"},\n{\"title\":\"B\"}]");
    assert_eq!((outcome.movies.len(), outcome.rejected.len(), outcome.error), (2, 4, None));
}

#[test]
fn rows_of_csv_are_read_by_header() {
    let outcome = import(
        "\u{feff}Title;Year;Directors;Genres;IMDb Rating;Num Votes;Runtime (mins);Const\r\n\
         \"Fargo\u{a0}\";1996;\"Joel Coen, Ethan Coen\";Crime|Film Noir;8.1;\"1,234\";98;tt0116282\r\n\
         \"Two\nlines\";N/A;;\"[{\"\"id\"\":28,\"\"name\"\":\"\"Action\"\"}]\";;;;\r\n\
         short;1\r\n\
         \n\
         Ran;1985;Akira Kurosawa;\"[\"\"War\"\", \"\"Drama\"\"]\";8.2;;162;\r\n"
            .as_bytes(),
    );
    assert_eq!((outcome.format, outcome.error), (Some(Format::Csv), None));
    let (_, fargo) = &outcome.movies[0];
    assert_eq!(
        (fargo.title.as_str(), fargo.year, fargo.votes, fargo.runtime),
        ("Fargo", Some(1996), Some(1234), Some(98))
    );
    assert_eq!(
        (fargo.directors.len(), fargo.genres.as_slice()),
        (2, &["Crime".to_owned(), "Film-Noir".to_owned()][..])
    );
    assert_eq!((outcome.movies[1].0, outcome.movies[1].1.title.as_str()), (3, "Two lines"));
    assert_eq!((outcome.movies[1].1.year, outcome.movies[1].1.genres.join("")), (None, "Action".to_owned()));
    assert_eq!((outcome.movies[2].0, outcome.movies[2].1.genres.len()), (7, 2));
    let (line, reason, text) = &outcome.rejected[0];
    assert_eq!((*line, reason.as_str()), (5, "2 columns where the header has 8"));
    assert_eq!(text, r#"{"Title":"short","Year":"1"}"#);
}

#[test]
fn answers_of_an_api_are_read_as_lists() {
    let outcome = import(b"{\"page\":1,\n\"results\":[{\"title\":\"A\"},\n{\"title\":\"B\"}],\"total_pages\":1}");
    let lines: Vec<_> = outcome.movies.iter().map(|(line, _)| *line).collect();
    assert_eq!((lines, outcome.error), (vec![2, 3], None));
    assert_eq!(import(b"{\n \"title\": \"A\"\n}\n").movies.len(), 1);
}

#[test]
fn damage_is_one_clear_line() {
    let zst = zstd::encode_all(FYND.as_bytes(), 1).expect("packed");
    let gz = gzipped(FYND.as_bytes());
    for (content, what) in [
        (&b""[..], "is empty"),
        (&gzipped(b""), "is empty"),
        (b"<!doctype html><p>", "web page"),
        (&[0, 1, 2, 3], "binary"),
        (&FYND.as_bytes()[..200], "line 2: the file ends in the middle"),
        (&gz[..gz.len() - 20], "compressed file is cut off"),
        (&zst[..zst.len() - 9], "compressed file is cut off"),
        ("[".repeat(100_000).as_bytes(), "deeper than 64"),
        (b"\xff\xfet\0i\0", "UTF-16"),
        (b"[{\"title\":\"A\"},\xff\xfe", "cut off"),
    ] {
        let error = error_of(content);
        assert!(error.contains(what), "{error}");
    }
    let missing = open(Path::new("no/such.json"), None).err().expect("an error").to_string();
    assert_eq!(missing, "`no/such.json`: there is no such file; check the path");
    assert!(open(Path::new("src"), None).is_err_and(|error| error.what.contains("folder")));
    let open_quote = [b"title,year\n\"".as_slice(), &vec![b'a'; 2 * MAX_RECORD]].concat();
    assert!(error_of(&open_quote).contains("larger than 8 MiB"));
}

#[test]
fn a_packed_database_is_unpacked_for_the_caller() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(&gzipped(b"SQLite format 3\0rest")).expect("written");
    let dump = open(file.path(), None).expect("recognised");
    let path = dump.database().expect("a database").to_owned();
    assert_eq!(std::fs::read(&path).expect("there"), b"SQLite format 3\0rest");
    assert_eq!(dump.format(), Format::FmdbFlask);
    drop(dump);
    assert!(!path.exists(), "the temporary file goes with the dump");
}

#[test]
fn an_empty_catalogue_is_exported_too() {
    assert_eq!(export(ExportFormat::Json, &[]), b"[]\n");
    for format in [ExportFormat::Json, ExportFormat::Csv] {
        let outcome = import(&export(format, &[]));
        assert_eq!((outcome.movies.len(), outcome.error), (0, None));
    }
}

/// Names that formats, readers and spreadsheets stumble over.
fn nasty() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "N/A",
        r"\N",
        "null",
        "1,234",
        "=1+1",
        "[REC]",
        r#"["a"]"#,
        "[{",
        "|",
        ",",
        ";",
        "a|b",
        "Downey, Jr.",
        "(no genres listed)",
        "\"",
        "'",
        "\\",
        "🎬",
        "ألف ليلة",
        "שלום",
        "七人の侍",
        "2001",
        "0",
        "-",
        "@x",
        "{",
        "<b>",
        "true",
        "tt0076759",
        "\u{1}",
        "?",
        "#",
    ]);
    prop_oneof![
        3 => odd.clone().prop_map(str::to_owned),
        2 => (odd.clone(), odd).prop_map(|(left, right)| format!("{left} {right}")),
        2 => "[ -~]{1,30}",
        1 => any::<String>(),
    ]
}

fn nasty_list() -> impl Strategy<Value = RawValue> {
    prop::collection::vec(nasty(), 0..4).prop_map(RawValue::List)
}

/// Facts as the catalogue could hold them.
fn facts() -> impl Strategy<Value = Facts> {
    let text = || nasty().prop_map(RawValue::Text);
    let number = |max: u32| (0..=max).prop_map(|n| RawValue::Number(f64::from(n)));
    let texts = (text(), text(), text(), nasty_list(), nasty_list(), nasty_list(), nasty_list());
    let float = prop_oneof![0.0..100.0f64, Just(0.0), Just(1e300), Just(f64::MIN_POSITIVE)];
    let numbers = (1870..=2100u32, 0.0..=10.0f64, number(u32::MAX), float, 1..=6000u32, 1..u32::MAX, any::<u16>());
    (texts, numbers).prop_map(|(texts, numbers)| {
        let (year, score, votes, popularity, runtime, id, which) = numbers;
        let given = [
            (Field::OriginalTitle, texts.1),
            (Field::Overview, texts.2),
            (Field::Directors, texts.3),
            (Field::Cast, texts.4),
            (Field::Genres, texts.5),
            (Field::AlternateTitles, texts.6),
            (Field::Year, RawValue::Number(f64::from(year))),
            (Field::Score, RawValue::Number(if which & 0x8000 == 0 { score } else { 0.0 })),
            (Field::Votes, if which & 0x4000 == 0 { votes } else { RawValue::Number(0.0) }),
            (Field::Popularity, RawValue::Number(popularity)),
            (Field::Runtime, RawValue::Number(f64::from(runtime))),
            (Field::ImdbId, RawValue::Text(format!("tt{id:07}"))),
            (Field::TmdbId, RawValue::Number(f64::from(id))),
        ];
        let mut raw = RawMovie::default();
        raw.set(Field::Title, texts.0);
        for (position, (field, value)) in given.into_iter().enumerate() {
            if which >> position & 1 == 1 {
                raw.set(field, value);
            }
        }
        MovieDraft::for_new(&raw).map(|draft| draft.to_facts()).unwrap_or_default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_export_reads_back_as_the_same_facts(movies in prop::collection::vec(facts(), 1..5)) {
        let movies: Vec<Facts> = movies.into_iter().filter(|facts| !facts.title.is_empty()).collect();
        for format in [ExportFormat::Json, ExportFormat::Jsonl, ExportFormat::Csv] {
            if movies.is_empty() {
                continue;
            }
            let content = export(format, &movies);
            let outcome = import(&content);
            prop_assert_eq!(&outcome.rejected, &vec![]);
            prop_assert_eq!(&outcome.error, &None);
            let read: Vec<Facts> = outcome.movies.into_iter().map(|(_, facts)| facts).collect();
            prop_assert_eq!(&read, &movies, "{}", String::from_utf8_lossy(&content));
        }
    }

    #[test]
    fn any_bytes_end_without_a_panic(content in prop::collection::vec(any::<u8>(), 0..300)) {
        import(&content);
        import(&gzipped(&content));
        import(&[b"[{", content.as_slice()].concat());
        import(&[b"title,genres\n", content.as_slice()].concat());
    }

    #[test]
    fn a_mutated_dump_ends_without_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        csv in any::<bool>(),
    ) {
        let csv_text = "title,year,genres\n\"A\",1990,\"[\"\"x\"\"]\"\nB,1991,a|b\n";
        let mut content = if csv { csv_text } else { FYND }.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        import(&content);
    }

    #[test]
    fn a_cut_dump_loses_nothing_that_stood_before_the_cut(at in any::<prop::sample::Index>()) {
        let cut = at.index(FYND.len());
        let outcome = import(&FYND.as_bytes()[..cut]);
        prop_assert!(outcome.error.is_some());
        prop_assert_eq!(outcome.movies.len(), FYND[..cut].matches('}').count());
    }
}
