//! The index over a few movies: what is found, in which order, and what follows a change.

use super::*;
use crate::model::{Collation, Facts, Movie, MovieId};

fn movie(id: i64, title: &str, director: &str, genres: &[&str], popularity: f64) -> Movie {
    let facts = Facts {
        title: title.to_owned(),
        directors: director.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        genres: genres.iter().map(|genre| (*genre).to_owned()).collect(),
        popularity: Some(popularity),
        year: Some(1950 + id as u16),
        score: (id % 2 == 0).then_some(id as f64 / 2.0),
        ..Facts::default()
    };
    Movie { id: MovieId(id), rev: id, created_rev: id, added_at: 0, poster: None, facts }
}

fn catalogue() -> Vec<Movie> {
    let mut seven = movie(9, "Seven Samurai", "Akira Kurosawa", &["Action", "Drama"], 70.0);
    seven.facts.original_title = Some("七人の侍".to_owned());
    vec![
        movie(1, "Star Wars", "George Lucas", &["Action", "Sci-Fi"], 99.0),
        movie(2, "The Godfather", "Francis Ford Coppola", &["Crime", "Drama"], 98.0),
        movie(3, "Her", "Spike Jonze", &["Drama", "Sci-Fi"], 40.0),
        movie(4, "Hers and His", "Nobody Known", &["Drama"], 95.0),
        movie(5, "The Wizard of Oz", "Victor Fleming", &["Family"], 90.0),
        movie(6, "The Shining", "Stanley Kubrick", &["Horror"], 88.0),
        movie(7, "Fargo", "Joel Coen, Ethan Coen", &["Crime", "Thriller"], 80.0),
        movie(8, "Spider-Man", "Sam Raimi", &["Action"], 85.0),
        seven,
        movie(10, "?", "", &[], 1.0),
    ]
}

struct Fixture {
    index: Index,
    _folder: tempfile::TempDir,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open(&folder.path().join("index"), Box::new(|_| {})).expect("an index");
    assert!(index.become_writer().expect("a writer"));
    let changed = catalogue();
    index.apply(&Batch { deleted: &[], changed: &changed, held: (0, 0) }).expect("applied");
    index.commit(&Position { epoch: "e".to_owned(), rev: 10, id: i64::MAX }).expect("committed");
    Fixture { index, _folder: folder }
}

fn found(index: &Index, pairs: &[(&str, &str)]) -> Vec<i64> {
    let query = ListingQuery::parse(pairs.iter().copied()).expect("a question");
    index.search(&query, SearchOptions::default()).expect("an answer").ids.into_iter().map(|id| id.0).collect()
}

#[test]
fn slips_are_forgiven_in_each_field() {
    let Fixture { index, _folder } = fixture();
    for (text, id) in [
        ("godfahter", 2),
        ("wizzard of oz", 5),
        ("kubrik", 6),
        ("thriler", 7),
        ("STAR wasr", 1),
        ("starwars", 1),
        ("spider man", 8),
        ("spiderman", 8),
        ("god father", 2),
        ("七人", 9),
        ("七人の侍", 9),
        ("kurosawa samurai", 9),
        ("science fiction star", 1),
        ("coen fargo", 7),
        ("?", 10),
    ] {
        assert_eq!(found(&index, &[("q", text)]).first(), Some(&id), "{text}");
    }
    assert_eq!(found(&index, &[("q", "zzzzzz")]), [] as [i64; 0]);
    assert_eq!(found(&index, &[("name", "kubrick")]), [] as [i64; 0]);
    assert_eq!(found(&index, &[("q", "侍七")]), [] as [i64; 0]);
}

#[test]
fn an_exact_title_comes_before_a_famous_one_nearby() {
    let Fixture { index, _folder } = fixture();
    assert_eq!(found(&index, &[("q", "her")]), [3, 4]);
}

#[test]
fn all_parts_of_a_question_hold_together() {
    let Fixture { index, _folder } = fixture();
    assert_eq!(found(&index, &[("genre", "Drama"), ("genre", "sci fi")]), [3]);
    assert_eq!(found(&index, &[("genre", "dramma"), ("sort", "year"), ("order", "asc")]), [2, 3, 4, 9]);
    assert_eq!(found(&index, &[("genre", "Nonsense")]), [] as [i64; 0]);
    assert_eq!(found(&index, &[("year", "1952..1953"), ("sort", "title")]), [3, 2]);
    assert_eq!(found(&index, &[("score", "4.."), ("sort", "score")]), [10, 8]);
    assert_eq!(found(&index, &[("name", "star"), ("director", "lukas")]), [1]);
}

#[test]
fn every_sort_order_pages_through_everything_with_unknown_values_last() {
    let Fixture { index, _folder } = fixture();
    for sort in ["popularity", "score", "year", "title", "added"] {
        for order in ["asc", "desc"] {
            let paged: Vec<i64> = (1..=4)
                .flat_map(|page| {
                    found(&index, &[("sort", sort), ("order", order), ("items", "3"), ("p", &page.to_string())])
                })
                .collect();
            assert_eq!(paged, found(&index, &[("sort", sort), ("order", order)]), "{sort} {order}");
            assert_eq!(paged.len(), 10);
        }
    }
    let scored = found(&index, &[("sort", "score"), ("order", "asc")]);
    assert_eq!(scored[..5], [2, 4, 6, 8, 10]);
    assert_eq!(found(&index, &[("sort", "title")])[..3], [10, 7, 3]);
}

#[test]
fn totals_and_facets_are_exact_after_changes() {
    let Fixture { index, _folder } = fixture();
    let mut renamed = movie(1, "A New Name", "George Lucas", &["Drama"], 99.0);
    renamed.rev = 11;
    let batch = Batch { deleted: &[MovieId(4)], changed: &[renamed], held: (10, i64::MAX) };
    index.apply(&batch).expect("applied");
    index.commit(&Position { epoch: "e".to_owned(), rev: 12, id: i64::MAX }).expect("committed");
    let hits = index.search(&ListingQuery::default(), SearchOptions::default()).expect("an answer");
    assert_eq!(hits.total, 9);
    let drama = hits.genres.iter().find(|facet| facet.value == "Drama").map(|facet| facet.count);
    assert_eq!(drama, Some(4));
    assert_eq!(index.genres().expect("genres"), hits.genres);
    assert_eq!(found(&index, &[("q", "star wars")]), [] as [i64; 0]);
    assert_eq!(found(&index, &[("q", "new name")]), [1]);
    let (revs, damaged) = (index.contents().expect("contents"), index.damaged_files(|| true).expect("files"));
    assert_eq!((revs.len(), revs.get(&MovieId(1)), damaged.len()), (9, Some(&11), 0));
    let some = [MovieId(1), MovieId(4), MovieId(5)];
    assert_eq!(index.revs_of(&some).expect("revs"), [vec![11], vec![], vec![5]]);
    assert_eq!(index.position().expect("a position").rev, 12);
}

#[test]
fn suggestions_name_each_director_alone() {
    let Fixture { index, _folder } = fixture();
    let suggest = |text| {
        let limits = Limits { titles: 5, directors: 5, genres: 2 };
        index.suggest(text, limits, ("fr", |genre: &str| format!("le {genre}"))).expect("suggestions")
    };
    let names = |text| -> Vec<String> { suggest(text).directors.into_iter().map(|near| near.facet.value).collect() };
    assert_eq!(names("ethan"), ["Ethan Coen"]);
    assert_eq!(names("kub"), ["Stanley Kubrick"]);
    assert_eq!(names("stanly kubrick"), ["Stanley Kubrick"]);
    assert_eq!(names("k"), ["Nobody Known", "Stanley Kubrick", "Akira Kurosawa"]);
    let titles = |text| -> Vec<i64> { suggest(text).titles.into_iter().map(|(id, _)| id.0).collect() };
    assert_eq!(titles("star wa"), [1]);
    assert_eq!(titles("s"), [1, 6, 8, 9]);
    assert_eq!(titles("kubrick shi"), [6]);
    assert_eq!(titles("?"), [10]);
    assert_eq!(suggest("thr").genres[0].facet.value, "Thriller");
    assert_eq!(suggest("zzzzzzz").titles, []);
}

/// An index that counts how often damage was told.
fn watched(path: &std::path::Path) -> (Index, Arc<AtomicU64>) {
    let told = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&told);
    let tell = move |_: &str| {
        count.fetch_add(1, Ordering::SeqCst);
    };
    (Index::open(path, Box::new(tell)).expect("an index"), told)
}

#[test]
fn one_process_writes_and_a_damaged_index_is_set_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("index");
    let (first, second) = (watched(&path).0, watched(&path).0);
    assert!(first.become_writer().expect("tried"));
    assert!(!second.become_writer().expect("tried"));
    assert!(matches!(second.start_over(), Err(IndexError::Held)));
    drop(first);
    second.reopen().expect("opened again");
    assert!(second.become_writer().expect("tried"));
    drop(second);
    std::fs::write(path.join("meta.json"), "not json").expect("damage");
    let (third, told) = watched(&path);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    assert!(third.become_writer().is_err());
    third.start_over().expect("set aside");
    assert!(third.is_writer() && folder.path().join("index.damaged").exists());
}

/// Everything of these movies as a follower applies it from where the index says that it is.
fn follow(index: &Index, movies: &[Movie], rev: Rev) -> Result<(), IndexError> {
    assert!(index.become_writer()?);
    let position = index.position()?;
    let changed: Vec<Movie> = movies.iter().filter(|movie| movie.rev > position.rev).cloned().collect();
    let deleted: Vec<MovieId> = if position.rev < rev { vec![MovieId(4)] } else { Vec::new() };
    index.apply(&Batch { deleted: &deleted, changed: &changed, held: (position.rev, position.id) })?;
    index.commit(&Position { epoch: "e".to_owned(), rev, id: i64::MAX })
}

#[test]
fn a_write_that_fails_anywhere_loses_nothing_and_claims_nothing() {
    let mut later = catalogue();
    later.retain(|movie| movie.id != MovieId(4));
    for (rev, movie) in (11..).zip(later.iter_mut().take(3)) {
        (movie.rev, movie.facts.title) = (rev, format!("Changed {rev}"));
    }
    let new = (14..60).map(|id| Movie { rev: id, created_rev: id, ..movie(20 + id, "New", "", &[], 1.0) });
    later.extend(new);
    let wanted: std::collections::HashMap<MovieId, Rev> = later.iter().map(|movie| (movie.id, movie.rev)).collect();
    let (mut failed, mut writes) = (0, 0);
    loop {
        let Fixture { index, _folder } = fixture();
        let before = index.contents().expect("contents");
        let opened = index.opened();
        opened.fence.fault.after(writes);
        let outcome = follow(&index, &later, 60);
        if outcome.is_ok() {
            break;
        }
        failed += 1;
        assert!(matches!(outcome, Err(IndexError::Exhausted(_))), "{outcome:?}");
        assert!(!index.is_writer(), "the writer is dropped");
        let claimed = opened.position().expect("a position");
        index.reload().expect("loaded");
        let held = index.contents().expect("contents");
        // What follows the commit may fail as well.
        assert!(claimed.rev == 10 && held == before || claimed.rev == 60 && held == wanted, "{writes} {claimed:?}");
        follow(&index, &later, 60).expect("there is space again");
        assert_eq!(index.contents().expect("contents"), wanted, "after {writes} writes");
        assert_eq!(index.position().expect("a position").rev, 60);
        index.inspect().expect("sound");
        assert_eq!(index.damaged_files(|| true).expect("files"), [] as [PathBuf; 0]);
        writes += 1 + writes / 10;
    }
    assert!(failed > 15, "{failed} of the writes of a commit were seen to fail");
}

#[test]
fn whatever_happens_to_a_file_of_the_writer_is_seen() {
    let Fixture { index: counted, _folder } = fixture();
    counted.apply(&Batch { deleted: &[MovieId(4)], changed: &[], held: (10, i64::MAX) }).expect("applied");
    counted.commit(&Position { epoch: "e".to_owned(), rev: 11, id: i64::MAX }).expect("committed");
    let folder = _folder.path().join("index");
    let names: Vec<_> = std::fs::read_dir(&folder).expect("files").flatten().map(|entry| entry.file_name()).collect();
    drop(counted);
    assert!(names.iter().any(|name| name.to_string_lossy().ends_with(".del")), "{names:?}");
    for name in names.iter().filter(|name| *name != ".tantivy-meta.lock") {
        for change in ["delete", "flip", "replace"] {
            let copy = tempfile::tempdir().expect("a folder");
            let path = copy.path().join("index");
            std::fs::create_dir(&path).expect("a folder");
            for file in &names {
                std::fs::copy(folder.join(file), path.join(file)).expect("a copy");
            }
            let (index, told) = watched(&path);
            assert!(index.become_writer().expect("a writer"));
            index.inspect().expect("sound");
            let file = path.join(name);
            let mut bytes = std::fs::read(&file).expect("a file");
            if bytes.is_empty() && change == "flip" {
                continue;
            }
            std::fs::remove_file(&file).expect("deleted");
            if change != "delete" {
                let place = bytes.len() / 2;
                if change == "flip" {
                    bytes[place] ^= 0x80;
                } else {
                    bytes.truncate(place);
                }
                std::fs::write(&file, bytes).expect("written");
            }
            assert!(matches!(index.inspect(), Err(IndexError::Damaged(_))), "{name:?} {change}");
            assert!(told.load(Ordering::SeqCst) > 0);
            index.start_over().expect("started over");
            index.inspect().expect("sound");
        }
    }
}

#[test]
fn checksums_find_a_flipped_bit_in_each_file_of_a_segment() {
    let Fixture { index, _folder } = fixture();
    let folder = _folder.path().join("index");
    let files: Vec<_> = std::fs::read_dir(&folder).expect("files").flatten().map(|entry| entry.path()).collect();
    let kinds = ["term", "idx", "pos", "store", "fast", "fieldnorm"];
    let of_segment = |file: &&PathBuf| file.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known));
    for file in files.iter().filter(of_segment) {
        let sound = std::fs::read(file).expect("a file");
        // The end of a file tells its checksum, the length of that end, and that it is tantivy's.
        let end = sound.len() - 8;
        let footer = u32::from_le_bytes(sound[end..end + 4].try_into().expect("a length")) as usize;
        let body = end - footer;
        for place in [0, body / 2, body - 1, sound.len() - 1] {
            let mut bytes = sound.clone();
            bytes[place] ^= 1;
            std::fs::write(file, bytes).expect("damage");
            let damaged = index.damaged_files(|| true).expect("files");
            assert_eq!(damaged.iter().map(|name| folder.join(name)).collect::<Vec<_>>(), [file.as_path()]);
        }
        std::fs::write(file, sound).expect("mended");
    }
    assert_eq!(index.damaged_files(|| true).expect("files"), [] as [PathBuf; 0]);
}

#[test]
fn titles_are_sorted_by_the_rules_of_a_language() {
    let Fixture { index, _folder } = fixture();
    let titles = ["Łódź", "Lot", "Miasto", "Öfke", "Oz", "Война", "七人の侍", "Alien 3", "L’été"];
    // In segments of their own, so that they are merged too.
    for (id, title) in (20..).zip(titles) {
        let changed = [movie(id, title, "", &["Adult"], id as f64)];
        index.apply(&Batch { deleted: &[], changed: &changed, held: (0, 0) }).expect("applied");
        index.commit(&Position { epoch: "e".to_owned(), rev: id, id: i64::MAX }).expect("committed");
    }
    let sorted = |order: &str, collation| -> Vec<&str> {
        let pairs = [("genre", "Adult"), ("sort", "title"), ("order", order)];
        let query = ListingQuery::parse(pairs).expect("a question");
        let hits = index.search(&query, SearchOptions { collation, ..SearchOptions::default() }).expect("an answer");
        hits.ids.into_iter().map(|id| titles[id.0 as usize - 20]).collect()
    };
    let root = ["Alien 3", "L’été", "Łódź", "Lot", "Miasto", "Öfke", "Oz", "Война", "七人の侍"];
    assert_eq!(sorted("asc", Some(Collation::Root)), root);
    assert_eq!(sorted("desc", Some(Collation::Root)), root.into_iter().rev().collect::<Vec<_>>());
    let polish = ["Alien 3", "L’été", "Lot", "Łódź", "Miasto", "Öfke", "Oz", "Война", "七人の侍"];
    assert_eq!(sorted("asc", Some(Collation::Pl)), polish);
    let turkish = ["Alien 3", "L’été", "Łódź", "Lot", "Miasto", "Oz", "Öfke", "Война", "七人の侍"];
    assert_eq!(sorted("asc", Some(Collation::Tr)), turkish);
    assert_eq!(sorted("asc", Some(Collation::Ru))[0], "Война");
    assert_eq!(sorted("asc", Some(Collation::Ja))[..2], ["Alien 3", "L’été"]);
    assert_eq!(sorted("asc", None), ["Alien 3", "L’été", "Łódź", "Lot", "Miasto", "Öfke", "Oz", "Война", "七人の侍"]);
}
