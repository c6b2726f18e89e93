//! The search index may be deleted or damaged at any time, before the start and while it is served: that is noticed, told
//! by `/readyz` and by searches, and mended.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::fmdb::{Folder, Server, eventually};
use crate::full_disk::Disk;

const MOVIES: usize = 300;

fn catalog() -> Folder {
    let folder = Folder::new();
    let row = |n| {
        format!(r#"{{"title":"Movie number {n}","director":"Person {}","year":{},"score":5}}"#, n % 37, 1900 + n % 100)
    };
    folder.load(&(0..MOVIES).map(row).collect::<Vec<_>>().join("\n"));
    folder.add_user("anna", true);
    folder
}

/// Changes and deletes some movies, so that the index has all kinds of files.
fn edit(folder: &Folder) {
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let admin = server.bearer(&token);
    assert_eq!(admin.delete("/manage/delete/7").status, 200);
    assert_eq!(admin.json("/manage/update", &json!({"id": 8, "movie_name": "Changed 8"})).status, 200);
    assert_eq!(server.terminate(), Some(0));
}

fn index(folder: &Folder) -> PathBuf {
    folder.path("fmdb.db.index")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// Alters one bit in place, as a failing disk does; says whether there was one.
fn flip(file: &Path, part: usize) -> bool {
    use std::os::unix::fs::FileExt;
    let Ok(disk) = fs::OpenOptions::new().read(true).write(true).open(file) else { return false };
    let length = disk.metadata().unwrap().len();
    if length == 0 {
        return false;
    }
    let place = ((length - 1) * part as u64) / 4;
    let mut byte = [0];
    disk.read_exact_at(&mut byte, place).unwrap();
    disk.write_all_at(&[byte[0] ^ 4], place).unwrap();
    true
}

/// Waits until the server is ready, finds what it should, and the files of the index are sound.
fn heals(what: &str, folder: &Folder, server: &Server, movies: usize) {
    let reader = server.nobody().with("accept", "application/json");
    let first = |address: &str| {
        let reply = reader.get(address);
        assert!([200, 503].contains(&reply.status), "{what}: {} {}", reply.status, reply.body);
        (reply.status == 200).then(|| reply.titles().first().cloned()).flatten()
    };
    eventually(&format!("a sound index after {what}"), || {
        server.nobody().get("/readyz").status == 200
            && first("/listing?q=number+299").as_deref() == Some("Movie number 299")
            && first("/listing?q=changed+8").as_deref() == Some("Changed 8")
            && reader.get("/listing").json()["total"] == json!(movies)
            && folder.json_or_null(&["check"])["sound"] == json!(true)
            && server.nobody().get("/readyz").status == 200
    });
}

#[test]
fn a_flipped_bit_before_the_start_is_found_and_mended() {
    let folder = catalog();
    edit(&folder);
    let copy = tempfile::tempdir().unwrap();
    let names: Vec<PathBuf> = files(&index(&folder));
    for file in &names {
        fs::copy(file, copy.path().join(file.file_name().unwrap())).unwrap();
    }
    let mut flipped = 0;
    for (number, file) in names.iter().enumerate() {
        fs::remove_dir_all(index(&folder)).unwrap();
        fs::create_dir(index(&folder)).unwrap();
        for file in files(copy.path()) {
            fs::copy(&file, index(&folder).join(file.file_name().unwrap())).unwrap();
        }
        if !flip(file, number % 5) {
            continue;
        }
        flipped += 1;
        let server = folder.serve(&["--public"]);
        heals(&format!("a flip in part {} of {}", number % 5, file.display()), &folder, &server, MOVIES - 1);
    }
    assert!(flipped > 10, "{names:?}");
}

#[test]
fn what_happens_to_the_index_while_it_is_served_is_seen_and_mended() {
    let folder = catalog();
    edit(&folder);
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let path = index(&folder);
    let mut movies = MOVIES - 1;
    let mut after = |what: &str| {
        let admin = server.bearer(&token);
        heals(what, &folder, &server, movies);
        // It follows on, and what is in the log is no surprise.
        let title = format!("After {what}");
        eventually("an edit", || admin.json("/manage/add", &json!({"movie_name": title})).status == 201);
        movies += 1;
        heals(what, &folder, &server, movies);
    };
    fs::remove_dir_all(&path).unwrap();
    after("the folder was deleted");
    fs::remove_dir_all(&path).unwrap();
    fs::create_dir(&path).unwrap();
    after("the folder was emptied");
    fs::rename(&path, folder.path("elsewhere")).unwrap();
    after("the folder was moved");
    fs::remove_dir_all(&path).unwrap();
    fs::write(&path, "a file").unwrap();
    after("the folder was replaced by a file");
    let aside = folder.path("fmdb.db.index.damaged");
    let _ = fs::remove_dir_all(&aside);
    let _ = fs::remove_file(&aside);
    fs::write(&aside, "a file in the way").unwrap();
    fs::remove_dir_all(&path).unwrap();
    after("the folder was deleted and a file stands where a damaged one is kept");
    for kind in ["term", "idx", "pos", "store", "fast", "fieldnorm"] {
        let of_kind = |file: &PathBuf| file.extension().is_some_and(|found| found == kind);
        fs::remove_file(files(&path).into_iter().find(of_kind).unwrap()).unwrap();
        after(&format!("a file of {kind} was deleted"));
        assert!(flip(&files(&path).into_iter().find(of_kind).unwrap(), 2));
        after(&format!("a bit of {kind} was flipped"));
    }
    for name in ["meta.json", ".managed.json", "fmdb-version", ".tantivy-writer.lock"] {
        fs::remove_file(path.join(name)).unwrap();
        after(&format!("{name} was deleted"));
    }
    for name in ["meta.json", ".managed.json", "fmdb-version"] {
        fs::write(path.join(name), "{}").unwrap();
        after(&format!("{name} was overwritten"));
    }
    eventually("a line in the log", || server.log().contains("the search index is damaged and is built anew"));
    assert!(!server.log().contains("although it was built anew"));
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(folder.json(&["check"])["sound"], json!(true));
}

#[test]
fn while_the_index_is_not_whole_the_server_says_so() {
    let folder = catalog();
    let token = folder.token("anna");
    let server = folder.serve(&["--public"]);
    let (reader, admin) = (server.nobody().with("accept", "application/json"), server.bearer(&token));
    assert_eq!(reader.get("/listing?q=number+299").status, 200);
    let path = index(&folder);
    // Nothing can be built there.
    let Some(disk) = Disk::mount(&path, "ro") else { return };
    eventually("a server that is not ready", || server.nobody().get("/readyz").status == 503);
    let ready = server.nobody().get("/readyz");
    assert!(
        ready.body.contains("damaged and is built anew") && ready.header("retry-after").is_some(),
        "{}",
        ready.body
    );
    for address in ["/listing?q=number+299", "/listing", "/suggest?q=num", "/stats"] {
        let refused = reader.get(address);
        assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (503, Some("unavailable")), "{address}");
        assert!(refused.header("retry-after").is_some(), "{address}");
    }
    let page = server.nobody().with("accept", "text/html").with("accept-language", "de").get("/listing?q=number+299");
    assert_eq!((page.status, page.header("retry-after").is_some()), (503, true));
    assert!(page.body.contains("<html lang=\"de\""), "{}", page.body);
    // What needs the database alone goes on, and an edit does not wait for the index.
    assert_eq!(reader.get("/movie/3").status, 200);
    assert_eq!(admin.json("/manage/update", &json!({"id": 9, "movie_name": "Changed 8"})).status, 200);
    assert_eq!(reader.get("/movie/9").json()["movie_name"], json!("Changed 8"));
    drop(disk);
    heals("a place for the index", &folder, &server, MOVIES);
}
