//! The store over a real file: what is kept, what is the same movie, what followers see.

use std::collections::HashMap;
use std::path::PathBuf;

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::model::{Facts, Field, MovieDraft, MovieId, RawMovie, RawValue, Role, Username};
use crate::store::{CredentialHash, Cursor, ImportMode, Outcomes, Session, Store, StoreError};

struct Fixture {
    store: Store,
    folder: TempDir,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    Fixture { store: Store::open(&folder.path().join("a.db")).expect("a database"), folder }
}

impl Fixture {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn facts(title: &str, director: &str, year: Option<u16>) -> Facts {
    let directors = [director].into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Facts { title: title.to_owned(), directors, year, ..Facts::default() }
}

fn draft(pairs: &[(Field, &str)]) -> MovieDraft {
    let mut raw = RawMovie::default();
    for (field, value) in pairs {
        raw.set(*field, RawValue::Text((*value).to_owned()));
    }
    MovieDraft::check(&raw).expect("a draft")
}

/// Imports a dump; the movies added, updated, and the rows that said nothing new.
fn import(store: &Store, drafts: &[MovieDraft]) -> (u64, u64, u64) {
    let mut importer = store.importer(ImportMode::Batches).expect("an importer");
    let settled = importer.upsert(drafts.to_vec()).expect("outcomes");
    let rest = importer.end_dump().expect("outcomes");
    importer.finish().expect("finished");
    (settled.added + rest.added, settled.updated + rest.updated, settled.unchanged + rest.unchanged)
}

#[test]
fn every_fact_is_kept() {
    let Fixture { store, folder: _folder } = fixture();
    let all = Facts {
        title: "Seven Samurai".into(),
        original_title: Some("七人の侍".into()),
        alternate_titles: vec!["Shichinin no samurai".into(), "The Magnificent Seven".into()],
        directors: vec!["Akira Kurosawa".into()],
        cast: vec!["Toshirō Mifune".into(), "Takashi Shimura".into()],
        genres: vec!["Drama".into(), "Action".into()],
        year: Some(1954),
        score: Some(8.6),
        votes: Some(350_000),
        popularity: Some(70.5),
        runtime: Some(207),
        overview: Some("Farmers hire masterless warriors.".into()),
        imdb_id: Some("tt0047478".into()),
        tmdb_id: Some(346),
    };
    let added = store.add_movie(&all).expect("added");
    assert_eq!(added.facts, all);
    assert_eq!(store.movie(added.id).expect("read"), Some(added.clone()));
    let changed = store
        .update_movie(added.id, &draft(&[(Field::Directors, "A, B"), (Field::Genres, ""), (Field::Year, "")]))
        .expect("updated");
    assert_eq!((changed.facts.directors.len(), changed.facts.genres.len(), changed.facts.year), (2, 0, None));
    assert!(changed.rev > added.rev && changed.created_rev == added.created_rev);
    let same = store.update_movie(added.id, &draft(&[(Field::Directors, "A, B")])).expect("unchanged");
    assert_eq!(same.rev, changed.rev);
    store.delete_movie(added.id).expect("deleted");
    assert!(matches!(store.delete_movie(added.id), Err(StoreError::NotFound)));
    let next = store.add_movie(&all).expect("added again");
    assert!(next.id > added.id, "ids are never used again");
    assert_eq!(store.check().expect("checked"), [] as [String; 0]);
}

#[test]
fn the_same_movie_is_refused_and_named() {
    let Fixture { store, folder: _folder } = fixture();
    let first = store.add_movie(&facts("Léon", "Luc Besson", Some(1994))).expect("added").id;
    let again = store.add_movie(&facts("LEON", "luc  besson", Some(1994)));
    assert!(matches!(again, Err(StoreError::Exists(id)) if id == first));
    let other = store.add_movie(&facts("Léon", "Luc Besson", Some(1995))).expect("another year").id;
    let renamed = store.update_movie(other, &draft(&[(Field::Year, "1994")]));
    assert!(matches!(renamed, Err(StoreError::Exists(id)) if id == first));
    assert!(matches!(store.update_movie(MovieId(99), &draft(&[])), Err(StoreError::NotFound)));
}

#[test]
fn an_import_finds_what_it_knows() {
    let Fixture { store, folder: _folder } = fixture();
    let solaris =
        |year: &str| draft(&[(Field::Title, "Solaris"), (Field::Directors, "Andrei Tarkovsky"), (Field::Year, year)]);
    assert_eq!(import(&store, &[solaris("1972"), solaris("1972")]), (1, 0, 1));
    // An unknown year means the only one that there is.
    let unknown = draft(&[(Field::Title, "solaris"), (Field::Directors, "Andrei Tarkovsky")]);
    assert_eq!(import(&store, std::slice::from_ref(&unknown)), (0, 1, 0));
    assert_eq!(import(&store, &[solaris("2002")]), (1, 0, 0));
    // Now there is a choice, so an unknown year is a movie of its own, once.
    assert_eq!(import(&store, &[unknown.clone(), unknown]), (1, 0, 1));
    assert_eq!(store.count_movies().expect("counted"), 3);
}

#[test]
fn external_ids_decide_and_disagreeing_ones_are_passed_over() {
    let Fixture { store, folder: _folder } = fixture();
    let by_id = |title: &str, imdb: &str, tmdb: &str| {
        let all = [(Field::Title, title), (Field::ImdbId, imdb), (Field::TmdbId, tmdb)];
        draft(&all.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>())
    };
    assert_eq!(import(&store, &[by_id("A", "tt0000001", "1"), by_id("B", "tt0000002", "2")]), (2, 0, 0));
    assert_eq!(import(&store, &[by_id("A renamed", "tt0000001", "")]), (0, 1, 0));
    assert_eq!(import(&store, &[by_id("A renamed", "tt0000001", "2")]), (0, 0, 1));
    assert_eq!(import(&store, &[by_id("B", "tt0000009", "")]), (1, 0, 0));
    assert_eq!(import(&store, &[by_id("C", "", "2")]), (0, 1, 0));
    assert_eq!(store.check().expect("checked"), [] as [String; 0]);
}

#[test]
fn a_dump_that_has_a_movie_twice_changes_nothing_the_second_time() {
    let Fixture { store, folder: _folder } = fixture();
    let row =
        |title: &str, year: &str| draft(&[(Field::Title, title), (Field::ImdbId, "tt0047478"), (Field::Year, year)]);
    let rows = [row("Seven Samurai", "1954"), row("Shichinin no samurai", "1956")];
    assert_eq!(import(&store, &rows), (1, 1, 0));
    let kept = store.movie(MovieId(1)).expect("read").expect("there").facts;
    assert_eq!((kept.title.as_str(), kept.year), ("Seven Samurai", Some(1954)));
    assert_eq!(kept.alternate_titles, ["Shichinin no samurai"]);
    assert_eq!(import(&store, &rows), (0, 0, 2));
    // Another dump has its own say.
    assert_eq!(import(&store, &rows[1..]), (0, 1, 0));
}

#[test]
fn all_or_nothing_and_dry_runs_keep_nothing_unless_finished() {
    let Fixture { store, folder: _folder } = fixture();
    let drafts = [draft(&[(Field::Title, "Stalker")])];
    let (added, unchanged) =
        (Outcomes { added: 1, ..Outcomes::default() }, Outcomes { unchanged: 1, ..Outcomes::default() });
    let mut dropped = store.importer(ImportMode::AllOrNothing).expect("an importer");
    assert_eq!(dropped.upsert(drafts.to_vec()).expect("outcomes"), added);
    drop(dropped);
    let mut dry = store.importer(ImportMode::DryRun).expect("an importer");
    assert_eq!(dry.upsert(drafts.to_vec()).expect("outcomes"), added);
    assert_eq!(dry.upsert(drafts.to_vec()).expect("outcomes"), unchanged);
    dry.finish().expect("finished");
    assert_eq!((store.count_movies().expect("counted"), store.head().expect("head")), (0, 0));
    let mut whole = store.importer(ImportMode::AllOrNothing).expect("an importer");
    whole.upsert(drafts.to_vec()).expect("outcomes");
    whole.finish().expect("finished");
    assert_eq!((store.count_movies().expect("counted"), store.head().expect("head")), (1, 1));
}

/// Rows of few titles, directors and years, any of them unknown, some with an id and a score.
fn small_dump() -> impl Strategy<Value = Vec<MovieDraft>> {
    let maybe = |names: Vec<&'static str>| prop::option::weighted(0.6, prop::sample::select(names));
    let row = (
        prop::sample::select(vec!["Blue Door", "BLUE DOOR", "Bleu"]),
        maybe(vec!["Ann Poe", "Bob Ray"]),
        maybe(vec!["1990", "1991"]),
        prop::option::weighted(0.2, 1..4_u8),
        maybe(vec!["5", "6.5", "8"]),
        maybe(vec!["Drama", "Comedy, Drama"]),
    );
    let row = row.prop_map(|(title, director, year, id, score, genres)| {
        let imdb_id = id.map(|id| format!("tt000000{id}"));
        let given = [
            (Field::Title, Some(title)),
            (Field::Directors, director),
            (Field::Year, year),
            (Field::ImdbId, imdb_id.as_deref()),
            (Field::Score, score),
            (Field::Genres, genres),
        ];
        draft(&given.into_iter().filter_map(|(field, value)| Some((field, value?))).collect::<Vec<_>>())
    });
    prop::collection::vec(row, 1..9)
}

/// The catalog without the numbers of its movies.
fn catalog(store: &Store) -> Vec<String> {
    let movies = store.movies_after(MovieId(0), 1000).expect("movies");
    let mut facts: Vec<String> = movies.iter().map(|movie| format!("{:?}", movie.facts)).collect();
    facts.sort();
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A dump loaded again changes nothing, whatever was there before and in whatever batches it comes.
    #[test]
    fn loading_again_changes_nothing(
        before in small_dump(),
        dump in small_dump(),
        split in any::<prop::sample::Index>(),
    ) {
        let Fixture { store, folder: _folder } = fixture();
        import(&store, &before);
        import(&store, &dump);
        let (head, kept) = (store.head().expect("a head"), catalog(&store));
        prop_assert_eq!(import(&store, &dump), (0, 0, dump.len() as u64));
        let mut importer = store.importer(ImportMode::Batches).expect("an importer");
        let (first, second) = dump.split_at(split.index(dump.len()));
        importer.upsert(first.to_vec()).expect("outcomes");
        importer.upsert(second.to_vec()).expect("outcomes");
        importer.end_dump().expect("outcomes");
        importer.finish().expect("finished");
        prop_assert_eq!((store.head().expect("a head"), catalog(&store)), (head, kept));
        prop_assert_eq!(store.check().expect("checked"), [] as [String; 0]);
    }

    /// The order of the rows does not matter; an id says the same wherever it stands.
    #[test]
    fn the_order_of_rows_changes_nothing(dump in small_dump(), turned in any::<prop::sample::Index>()) {
        let dump: Vec<MovieDraft> = dump.into_iter().filter(|draft| draft.imdb_id.known().is_none()).collect();
        let Fixture { store, folder: _folder } = fixture();
        import(&store, &dump);
        let mut other = dump.clone();
        if !other.is_empty() {
            other.rotate_left(turned.index(dump.len()));
            other.reverse();
        }
        let again = fixture();
        import(&again.store, &other);
        prop_assert_eq!(catalog(&store), catalog(&again.store));
        prop_assert_eq!(import(&store, &other), (0, 0, dump.len() as u64));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Import(Vec<u8>),
    Rename(u8, u8),
    Delete(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        prop::collection::vec(0..30_u8, 1..6).prop_map(Step::Import),
        (0..30_u8, 0..30_u8).prop_map(|(from, to)| Step::Rename(from, to)),
        (0..30_u8).prop_map(Step::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A follower that reads page by page, at any moment, ends with exactly the catalogue.
    #[test]
    fn following_gives_the_catalogue(steps in prop::collection::vec(step(), 1..25), limit in 1..5_usize) {
        let Fixture { store, folder: _folder } = fixture();
        let mut followed: HashMap<MovieId, i64> = HashMap::new();
        let mut cursor = Cursor::default();
        for step in steps {
            match step {
                Step::Import(numbers) => {
                    let drafts: Vec<_> =
                        numbers.iter().map(|number| draft(&[(Field::Title, &format!("movie {number}"))])).collect();
                    import(&store, &drafts);
                }
                Step::Rename(from, to) => {
                    let _ = store.update_movie(MovieId(i64::from(from) + 1), &draft(&[(Field::Title, &format!("movie {to}"))]));
                }
                Step::Delete(number) => {
                    let _ = store.delete_movie(MovieId(i64::from(number) + 1));
                }
            }
            let changes = store.changes_after(cursor, limit).expect("changes");
            changes.deleted.iter().for_each(|id| { followed.remove(id); });
            for movie in &changes.changed {
                followed.insert(movie.id, movie.rev);
                cursor = Cursor { rev: movie.rev, id: movie.id };
            }
            if changes.complete {
                cursor = Cursor { rev: changes.head, id: MovieId(i64::MAX) };
            }
        }
        loop {
            let changes = store.changes_after(cursor, limit).expect("changes");
            changes.deleted.iter().for_each(|id| { followed.remove(id); });
            for movie in &changes.changed {
                followed.insert(movie.id, movie.rev);
                cursor = Cursor { rev: movie.rev, id: movie.id };
            }
            if changes.complete {
                break;
            }
        }
        let kept: HashMap<_, _> = store.revs_after(MovieId(0), 1000).expect("revs").into_iter().collect();
        prop_assert_eq!(followed, kept);
    }
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let Fixture { store, folder } = fixture();
    drop(store);
    let path = folder.path().join("other.db");
    Connection::open(&path).expect("made").execute("create table t (a)", []).expect("made");
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign(_))));
    let text = folder.path().join("text.db");
    std::fs::write(&text, "no database at all, only a long enough text ".repeat(40)).expect("written");
    assert!(matches!(Store::open(&text), Err(StoreError::Damaged(_))));
    let newer = folder.path().join("a.db");
    Connection::open(&newer).expect("opened").pragma_update(None, "user_version", 99).expect("set");
    assert!(matches!(Store::open(&newer), Err(StoreError::Newer { found: 99, .. })));
}

#[test]
fn a_backup_under_writes_restores_as_a_new_epoch() {
    let fixture = fixture();
    let backup = fixture.path("backup.db");
    std::thread::scope(|scope| {
        let store = &fixture.store;
        scope.spawn(|| {
            for number in 0..60 {
                store.add_movie(&facts(&format!("movie {number}"), "", None)).expect("added");
            }
        });
        for _ in 0..5 {
            store.backup(&backup).expect("a backup");
        }
    });
    let epoch = fixture.store.epoch().expect("an epoch");
    fixture.store.backup(&backup).expect("a backup");
    let restored = fixture.path("restored.db");
    Store::restore(&backup, &restored).expect("restored");
    let again = Store::open(&restored).expect("opened");
    assert_eq!(again.count_movies().expect("counted"), 60);
    assert_ne!(again.epoch().expect("an epoch"), epoch);
    assert_eq!(again.check().expect("checked"), [] as [String; 0]);
    // A database that somebody has open is not replaced.
    assert!(matches!(Store::restore(&backup, &restored), Err(StoreError::Busy)));
    drop(again);
    Store::restore(&backup, &restored).expect("restored over another");
    std::fs::write(fixture.path("notes.txt"), "mine").expect("written");
    assert!(matches!(
        fixture.store.backup(&fixture.path("notes.txt")),
        Err(StoreError::Foreign(_) | StoreError::Damaged(_))
    ));
    assert!(matches!(Store::restore(&fixture.path("none"), &restored), Err(StoreError::Missing(_))));
}

#[test]
fn accounts_have_one_name_and_the_last_admin_stays() {
    let Fixture { store, folder: _folder } = fixture();
    let name = |text: &str| Username::parse(text).expect("a name");
    store.keep_setup_token(b"right", 1).expect("kept");
    assert!(matches!(store.add_first_admin(b"wrong", &name("eve"), "hash"), Err(StoreError::NotFound)));
    let admin = store.add_first_admin(b"right", &name("Anna"), "hash").expect("the first admin");
    assert!(matches!(store.add_first_admin(b"right", &name("eve"), "hash"), Err(StoreError::NotFound)));
    assert!(
        matches!(store.add_account(&name("ANNA"), "hash", Role::User), Err(StoreError::NameTaken(known)) if known == "Anna")
    );
    assert!(
        matches!(store.add_account(&name("Аnnа"), "hash", Role::User), Err(StoreError::NameConfusable(known)) if known == "Anna")
    );
    assert!(matches!(store.remove_account(admin.id), Err(StoreError::LastAdmin)));
    assert!(matches!(store.set_role(admin.id, Role::User), Err(StoreError::LastAdmin)));
    let second = store.add_account(&name("bob"), "hash", Role::User).expect("added");
    store.set_role(second.id, Role::Admin).expect("promoted");
    store.remove_account(admin.id).expect("removed");
    assert_eq!(store.accounts().expect("listed").len(), 1);
}

#[test]
fn sessions_and_tokens_end_when_they_should() {
    let Fixture { store, folder: _folder } = fixture();
    let name = Username::parse("anna").expect("a name");
    let account = store.add_account(&name, "hash", Role::User).expect("added").id;
    let session = |token: &[u8]| Session { token_hash: token.to_vec(), account, created_at: 100, expires_at: 1000 };
    store.add_session(&session(b"one")).expect("kept");
    store.add_session(&session(b"two")).expect("kept");
    assert!(store.session(b"one", 150, 300).expect("looked up").is_some());
    assert!(store.session(b"one", 401, 300).expect("looked up").is_none(), "unused for too long");
    assert!(store.session(b"one", 1000, 5000).expect("looked up").is_none(), "expired");
    store.set_password(account, "other", Some(b"two")).expect("changed");
    assert!(store.session(b"one", 150, 300).expect("looked up").is_none());
    assert!(store.session(b"two", 150, 300).expect("looked up").is_some());
    let token = store.add_token(account, "script", b"secret", 100).expect("kept");
    assert!(store.token_account(b"secret", 200).expect("looked up").is_some());
    assert_eq!(store.tokens(account).expect("listed")[0].used_at, Some(200));
    store.revoke_token(token).expect("revoked");
    assert!(store.token_account(b"secret", 200).expect("looked up").is_none());
    store.remove_session(b"two").expect("removed");
    assert!(store.session(b"two", 150, 300).expect("looked up").is_none());
}

#[test]
fn what_was_found_is_forgotten_when_anybody_commits() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fmdb.db");
    let (store, other) = (Store::open(&path).expect("a store"), Store::open(&path).expect("another process's"));
    let name = Username::parse("anna").expect("a name");
    let account = store.add_account(&name, "hash", Role::User).expect("an account");
    let session = Session { token_hash: vec![1; 32], account: account.id, created_at: 1000, expires_at: 2000 };
    store.add_session(&session).expect("a session");
    let known = |now| store.known(Some(CredentialHash::Session(&session.token_hash)), now).account;
    assert_eq!(known(1001), None, "not found yet");
    assert_eq!(store.session(&session.token_hash, 1001, 500).expect("read"), Some(account.clone()));
    assert_eq!(known(1001), Some(account.clone()));
    assert_eq!(store.known(Some(CredentialHash::Token(&session.token_hash)), 1001).account, None, "it is no token");
    assert_eq!((known(1060), known(2001)), (None, None), "to be noted, and over");
    let head = store.known(None, 1001).head;
    assert_eq!(head, store.head().ok());
    other.add_movie(&Facts { title: "One".to_owned(), ..Facts::default() }).expect("a movie");
    assert_eq!(known(1001), None, "something was committed");
    assert_eq!(store.known(None, 1001).head, store.head().ok());
    assert_ne!(store.known(None, 1001).head, head);
    assert_eq!(store.session(&session.token_hash, 1061, 500).expect("read"), Some(account.clone()));
    assert_eq!(known(1062), None, "its own note is a commit");
    assert_eq!(store.session(&session.token_hash, 1062, 500).expect("read"), Some(account.clone()));
    assert_eq!(known(1119), Some(account));
    other.remove_session(&session.token_hash).expect("ended");
    assert_eq!(known(1062), None, "it was ended");
}
