//! Posters: art for every movie, pictures that admins upload or import from a folder, and who may do what.

use std::fs;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

use crate::fmdb::{Client, Folder, Reply, stderr};

fn picture(shade: u8, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(600, 900, Rgb([shade, 40, 90])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn multipart(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"a.txt\"");
        body.extend(format!("--edge\r\n{head}\r\nContent-Type: text/plain\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

fn upload(client: &Client<'_>, fields: &[(&str, &str)], file: Option<&[u8]>) -> Reply {
    let body = multipart(fields, file.map(|bytes| ("poster", bytes)));
    client.send("POST", "/manage/poster/1", "multipart/form-data; boundary=edge", &body)
}

fn poster(movie: &Value) -> String {
    movie["poster"].as_str().unwrap_or_else(|| panic!("no poster: {movie}")).to_owned()
}

#[test]
fn every_movie_has_art() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"<b>Star & Wars</b>","year":1977},{"title":"七人の侍"},{"title":"القاهرة"}]"#);
    let server = folder.serve(&["--public"]);
    let nobody = server.nobody();
    assert_eq!(nobody.clone().with("accept", "application/json").get("/movie/1").json()["poster"], Value::Null);
    let listing = nobody.clone().with("accept", "text/html").get("/listing").body;
    assert_eq!(listing.matches("<svg class=\"poster art tone-").count(), 3);
    assert!(listing.contains("<g id=\"art0\">"));
    let art = nobody.get("/poster/1.svg");
    assert_eq!((art.status, art.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(art.header("cache-control"), Some("public, max-age=86400"));
    assert!(art.body.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 300\""));
    assert!(art.body.contains("1977") && !art.body.contains("<b>") && !art.body.contains(" style="));
    let tag = art.header("etag").unwrap();
    let again = nobody.clone().with("if-none-match", tag).get("/poster/1.svg");
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    for unknown in ["9.svg", "x.svg", "1.jpg", "1", "1.png", &format!("{}.jpg", "a".repeat(64)), "..%2Fx.jpg", "é.jpg"]
    {
        assert_eq!(nobody.get(&format!("/poster/{unknown}")).status, 404, "{unknown}");
    }
}

#[test]
fn a_program_uploads_and_deletes() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"},{"title":"Two"}]"#);
    folder.add_user("anna", true);
    let server = folder.serve(&[]);
    let anna = server.bearer(&folder.token("anna"));
    let mut seen = Vec::new();
    for (shade, kind, format) in
        [(10, "jpeg", ImageFormat::Jpeg), (80, "png", ImageFormat::Png), (200, "webp", ImageFormat::WebP)]
    {
        let reply = anna.send("POST", "/manage/poster/1", &format!("image/{kind}"), &picture(shade, format));
        assert_eq!(reply.status, 200, "{}", reply.body);
        let url = poster(&reply.json());
        assert_eq!(poster(&anna.get("/movie/1").json()), url);
        assert_eq!(poster(&anna.get("/listing?name=one").json()["movies"][0]), url, "listings tell it at once");
        let image = anna.get(&url);
        assert_eq!((image.status, image.header("content-type")), (200, Some("image/jpeg")));
        assert_eq!(image.header("cache-control"), Some("private, max-age=31536000, immutable"));
        let tag = image.header("etag").unwrap();
        assert_eq!(anna.clone().with("if-none-match", tag).get(&url).status, 304);
        seen.push(url);
    }
    assert_eq!(anna.get(&seen[0]).status, 404, "a picture that no movie has is gone");
    let facts = serde_json::json!({"id": 1, "year": 1999});
    assert_eq!(poster(&anna.json("/manage/update", &facts).json()), seen[2], "facts do not touch it");
    assert_eq!(upload(&anna, &[], Some(&picture(5, ImageFormat::Png))).status, 200);
    let gone = anna.delete("/manage/poster/1");
    assert_eq!((gone.status, &gone.json()["poster"]), (200, &Value::Null));
    assert_eq!(anna.delete("/manage/poster/1").status, 200, "nothing to take away is no error");
    assert_eq!(anna.delete("/manage/poster/77").status, 404);
    let missing = anna.send("POST", "/manage/poster/77", "image/png", &picture(1, ImageFormat::Png));
    assert_eq!(missing.status, 404);
    drop(server);
    assert!(folder.ok(&["check"]).contains("sound") || folder.run(&["check"]).status.success());
}

#[test]
fn bad_pictures_say_what_is_wrong() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    let server = folder.serve(&[]);
    let anna = server.bearer(&folder.token("anna"));
    let whole = picture(7, ImageFormat::Jpeg);
    let post = |kind: &str, bytes: &[u8]| anna.send("POST", "/manage/poster/1", kind, bytes);
    for (reply, status, code) in [
        (post("image/jpeg", &whole[..whole.len() / 2]), 422, "invalid"),
        (post("image/jpeg", b"GIF89a\x01\0\x01\0\0\0\0;"), 415, "unsupported_type"),
        (post("image/svg+xml", b"<svg/>"), 415, "unsupported_type"),
        (post("text/plain", &whole), 415, "unsupported_type"),
        (post("image/png", b""), 422, "invalid"),
        (upload(&anna, &[], None), 422, "invalid"),
        (upload(&anna, &[("poster", "text")], None), 422, "invalid"),
        (upload(&anna, &[], Some(b"")), 422, "invalid"),
        (post("multipart/form-data", &whole), 400, "malformed"),
        (post("multipart/form-data; boundary=edge", b"nonsense"), 400, "malformed"),
        (post("image/png", &vec![0; 10 * 1024 * 1024 + 1]), 413, "too_large"),
        (upload(&anna, &[], Some(&vec![0; 11 * 1024 * 1024])), 413, "too_large"),
        (anna.form("/manage/poster/1", ""), 422, "invalid"),
        (anna.json("/manage/poster/1", &serde_json::json!({"poster": "x"})), 422, "invalid"),
    ] {
        assert_eq!(reply.status, status, "{}", reply.body);
        assert_eq!(reply.json()["error"]["code"], code, "{}", reply.body);
        if matches!(status, 422) {
            assert!(reply.json()["error"]["fields"]["poster"].is_string(), "{}", reply.body);
        }
    }
    assert_eq!(anna.get("/movie/1").json()["poster"], Value::Null);
}

#[test]
fn only_admins_who_mean_it_may_change_a_poster() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    folder.add_user("bob", false);
    let server = folder.serve(&[]);
    let file = picture(3, ImageFormat::Png);
    let nobody = server.nobody();
    assert_eq!(nobody.get("/poster/1.svg").status, 401);
    assert_eq!(upload(&nobody, &[], Some(&file)).status, 401);
    assert_eq!(nobody.clone().with("accept", "text/html").get("/poster/1.svg").status, 303);
    let bob = server.bearer(&folder.token("bob"));
    assert_eq!(bob.get("/poster/1.svg").status, 200);
    assert_eq!((upload(&bob, &[], Some(&file)).status, bob.delete("/manage/poster/1").status), (403, 403));
    assert_eq!(bob.form("/manage/poster/1/delete", "").status, 403);
    let anna = server.signed_in("anna");
    for fields in [vec![], vec![("csrf", "wrong")]] {
        assert_eq!(upload(&anna, &fields, Some(&file)).status, 403);
    }
    assert_eq!(anna.send("POST", "/manage/poster/1", "image/png", &file).status, 403);
    assert_eq!(anna.delete("/manage/poster/1").status, 403);
    let elsewhere = anna.clone().with("origin", "http://evil.example");
    assert_eq!(upload(&elsewhere, &[("csrf", &anna.csrf())], Some(&file)).status, 403);
    assert_eq!(anna.clone().with("accept", "application/json").get("/movie/1").json()["poster"], Value::Null);
    let bare = anna.clone().with("x-csrf-token", &anna.csrf()).with("accept", "application/json");
    assert_eq!(bare.send("POST", "/manage/poster/1", "image/png", &file).status, 200);
}

#[test]
fn a_browser_uploads_with_the_form_and_comes_back() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    folder.add_user("anna", true);
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    let form = anna.get("/manage/update?id=1&next=/movie/1").body;
    assert!(form.contains("type=\"file\"") && form.contains("enctype=\"multipart/form-data\""));
    assert!(!form.contains("remove_poster"), "nothing to take away yet");
    let (csrf, next) = (anna.csrf(), "/manage/update?id=1&next=%2Fmovie%2F1");
    let fields = [("csrf", csrf.as_str()), ("next", next)];
    let done = upload(&anna, &fields, Some(&picture(9, ImageFormat::WebP)));
    assert_eq!((done.status, done.header("location")), (303, Some(format!("{next}&notice=saved").as_str())));
    let page = anna.get("/movie/1").body;
    let url = page.split("<img class=\"poster\" src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(page.contains("width=\"500\" height=\"750\" loading=\"lazy\" decoding=\"async\" alt=\"\""));
    assert_eq!(anna.get(&url).status, 200);
    assert!(anna.get("/listing").body.contains(&url) && anna.get(next).body.contains(&url));
    let bad = upload(&anna, &fields, Some(&picture(9, ImageFormat::Jpeg)[..500]));
    assert_eq!(bad.status, 422);
    assert!(bad.body.contains("id=\"poster-error\"") && bad.body.contains("aria-invalid=\"true\""), "{}", bad.body);
    assert!(bad.body.contains("next=%2Fadmin") || bad.body.contains("value=\"One\""));
    let other = upload(&anna, &fields, Some(b"GIF89a"));
    assert!(other.status == 415 && other.body.contains("JPEG, PNG, WebP") && other.body.contains("poster-error"));
    let gone = anna.form("/manage/poster/1/delete", &format!("csrf={csrf}&next=/movie/1"));
    assert_eq!((gone.status, gone.header("location")), (303, Some("/movie/1?notice=saved")));
    assert!(anna.get("/movie/1").body.contains("<svg class=\"poster art"));
    assert_eq!(anna.get(&url).status, 404);
}

#[test]
fn a_folder_of_pictures_is_imported_while_the_server_runs() {
    let folder = Folder::new();
    folder.load(
        r#"[{"title":"Star Wars","year":1977,"imdb_id":"tt0076759"},{"title":"The Matrix","tmdb_id":603},
            {"title":"Amélie","original_title":"Le Fabuleux Destin","year":2001},
            {"title":"Twins","year":1988,"director":"A"},{"title":"Twins","year":1988,"director":"B"},
            {"title":"Damaged","year":1992}]"#,
    );
    folder.add_user("anna", true);
    let server = folder.serve(&[]);
    let anna = server.bearer(&folder.token("anna"));
    let posters = folder.path("posters");
    fs::create_dir_all(posters.join("more.jpg")).unwrap();
    for (name, shade) in [
        ("tt0076759.jpg", 1),
        ("TMDB-603.PNG", 50),
        ("le fabuleux destin (2001).webp", 100),
        ("Twins (1988).jpg", 150),
        ("Star Wars (1977).jpg", 180),
        ("Unknown (1950).jpg", 200),
        ("holiday.jpeg", 250),
    ] {
        fs::write(posters.join(name), picture(shade, ImageFormat::Jpeg)).unwrap();
    }
    fs::write(posters.join("Damaged (1992).png"), b"not a picture").unwrap();
    fs::write(posters.join("notes.txt"), b"mine").unwrap();
    let run = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["import", "--posters", "posters", "--json"].into_iter().chain(more.iter().copied()).collect();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (report, stderr(&output))
    };
    let expected = |set: u64, unchanged: u64| serde_json::json!({"read": 8, "set": set, "unchanged": unchanged, "unmatched": 4, "rejected": 1});
    assert_eq!(run(&["--dry-run"]).0["posters"], expected(3, 0));
    assert_eq!(anna.get("/movie/1").json()["poster"], Value::Null);
    let (report, told) = run(&[]);
    assert_eq!((&report["posters"], &report["files"]), (&expected(3, 0), &serde_json::json!([])), "{told}");
    for (file, reason) in [
        ("Twins (1988).jpg", "2 movies of 1988"),
        ("Unknown (1950).jpg", "no movie of 1950"),
        ("holiday.jpeg", "name it"),
        ("Star Wars (1977).jpg", "another file's picture"),
        ("Damaged (1992).png", "not a JPEG"),
    ] {
        let line =
            told.lines().find(|line| line.contains(&format!("/{file}`"))).unwrap_or_else(|| panic!("{file}: {told}"));
        assert!(line.contains(reason), "{line}");
    }
    crate::fmdb::eventually("the site shows it", || anna.get("/movie/2").json()["poster"].is_string());
    assert_eq!(anna.get(&poster(&anna.get("/movie/3").json())).status, 200);
    assert_eq!(run(&[]).0["posters"], expected(0, 3), "the same folder twice changes nothing");

    let backup = folder.path("copy.db");
    folder.ok(&["backup", backup.to_str().unwrap()]);
    let exported = folder.ok(&["export"]);
    assert!(!exported.contains("poster"));
    drop(server);
    folder.ok(&["check"]);
    let url = {
        let server = folder.serve(&["--db", backup.to_str().unwrap(), "--public"]);
        let movie = server.nobody().with("accept", "application/json").get("/movie/1").json();
        assert_eq!(server.nobody().get(&poster(&movie)).status, 200, "a backup has the pictures");
        poster(&movie)
    };
    fs::remove_file(folder.path("fmdb.db")).unwrap();
    folder.ok(&["restore", backup.to_str().unwrap()]);
    let server = folder.serve(&["--public"]);
    assert_eq!(server.nobody().get(&url).status, 200);
}

#[test]
fn a_folder_comes_after_its_dump_and_must_be_there() {
    let folder = Folder::new();
    let dump = folder.write("a.json", r#"[{"title":"Heat","year":1995}]"#);
    let missing = folder.run(&["import", dump.to_str().unwrap(), "--posters", "nowhere"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(crate::fmdb::one_error_line(&missing).contains("`nowhere`"));
    assert!(!folder.path("fmdb.db").exists(), "a mistyped path changes nothing");
    fs::create_dir(folder.path("posters")).unwrap();
    fs::write(folder.path("posters").join("Heat (1995).jpg"), picture(4, ImageFormat::Png)).unwrap();
    let said = folder.ok(&["import", dump.to_str().unwrap(), "--posters", "posters"]);
    assert!(said.contains("posters: 1 read, 1 set, 0 unchanged, 0 unmatched, 0 rejected"), "{said}");
    assert_eq!(folder.run(&["import"]).status.code(), Some(2), "nothing to import");
    let server = folder.serve(&["--public", "--posters", "posters"]);
    let movie = server.nobody().with("accept", "application/json").get("/movie/1").json();
    assert_eq!(server.nobody().get(&poster(&movie)).status, 200);
}
