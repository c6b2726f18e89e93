//! Forms without scripts: what is typed is understood or kept, nothing that was typed is lost by another button or a
//! refusal, and every page that answers a form leads on.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::fmdb::{Client, Folder, Reply};

const MOVIES: &str = r#"[
    {"title":"Heat","director":"Michael Mann","year":1995,"genres":["Crime","Drama","Thriller"],"score":8.3,"votes":100},
    {"title":"Alien","director":"Ridley Scott","year":1979,"genres":["Horror","Thriller"],"score":8.5},
    {"title":"Fargo","director":"Joel Coen","year":1996,"genres":["Comedy","Crime","Thriller"],"score":8.0},
    {"title":"Clueless","director":"Amy Heckerling","year":1995,"genres":["Comedy","Romance"],"score":7.5},
    {"title":"Sabrina","director":"Billy Wilder","year":1954,"genres":["Comedy","Drama","Romance"],"score":7.0}]"#;

fn site() -> Folder {
    let folder = Folder::new();
    folder.load(MOVIES);
    folder.add_user("anna", true);
    folder
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn ranges_are_understood_by_pages_and_programs() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let (api, page) = (server.nobody().with("accept", "application/json"), server.nobody().with("accept", "text/html"));
    for (parameter, canonical, spellings) in [
        (
            "year",
            "1990..1999",
            &[
                "1990-1999",
                "1990–1999",
                "1990s",
                "90s",
                "1999-1990",
                "١٩٩٠-١٩٩٩",
                "１９９０～１９９９",
                " 1990 - 1999 ",
            ][..],
        ),
        ("year", "1990..", &[">=1990", "1990+", "1990-"]),
        ("year", "1991..", &[">1990"]),
        ("year", "..1979", &["<1980", "<=1979", "-1979"]),
        ("score", "8..", &["8+", "8 +", ">=8", "8-"]),
        ("score", "7..8", &["7-8", "8–7", "7,0-8,0", "٧-٨"]),
        ("score", "7.5..", &["7,5..", "7.5+", "7,5+"]),
    ] {
        let expected = api.get(&format!("/listing?{parameter}={canonical}")).titles();
        assert!(!expected.is_empty() && expected.len() < 5, "{canonical}: {expected:?}");
        for spelling in spellings {
            let address = format!("/listing?{parameter}={}", encoded(spelling));
            assert_eq!(api.get(&address).titles(), expected, "{spelling}");
            let shown = page.get(&address);
            assert_eq!(shown.status, 200, "{spelling}");
            assert!(expected.iter().all(|title| shown.body.contains(title.as_str())), "{spelling}");
        }
    }
    assert_eq!(api.get("/listing?score=8+").titles().len(), 3, "as it is typed into an address");
    assert_eq!(api.get("/listing?score=%3E8").titles(), ["Heat", "Alien"]);
    let bad = api.get("/listing?year=long+ago");
    assert_eq!((bad.status, &bad.json()["error"]["code"]), (400, &json!("malformed")));
    assert!(bad.json()["error"]["fields"]["year"].as_str().is_some_and(|text| text.contains("1990-1999")));
}

/// What a page says, without its tags.
fn text_of(body: &str) -> String {
    body.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect()
}

#[test]
fn what_cannot_be_read_is_marked_and_nothing_else_is_lost() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let page = server.nobody().with("accept", "text/html");
    for (lang, label) in [("en", "Year"), ("ar", "السنة"), ("ja", "年"), ("de", "Jahr")] {
        let asked = "q=e&name=a&director=mann&genre=Crime&year=long+ago&score=8%2B&sort=title&order=desc";
        let reply = page.get(&format!("/listing?{asked}&lang={lang}"));
        assert_eq!(reply.status, 400);
        let body = &reply.body;
        assert!(body.contains("<details open>"), "{lang}");
        for kept in [
            "value=\"long ago\"",
            "value=\"a\"",
            "value=\"mann\"",
            "name=\"genre\" value=\"Crime\"",
            "value=\"8+\"",
            "name=\"q\" value=\"e\"",
        ] {
            assert!(body.contains(kept), "{lang}: {kept}");
        }
        assert!(body.contains("value=\"title\" selected") && body.contains("value=\"desc\" selected"), "{lang}");
        assert_eq!(body.matches("aria-invalid=\"true\"").count(), 1, "{lang}");
        assert!(body.contains("id=\"year-error\"") && body.contains(label), "{lang}");
        assert!(!body.contains("<b>year</b>") && !text_of(body).contains(".."), "{lang}: no programmers' syntax");
    }
    let found = page.get("/listing?genre=Crime&year=long+ago").body;
    assert!(found.contains("Heat") && found.contains("Fargo") && !found.contains("Alien"), "the result stays");
    assert!(!found.contains("catalogue is empty") && !found.contains("catalog is empty"));
    for (address, status) in
        [("p=x", 400), ("p=0", 422), ("sort=size", 400), ("items=900", 422), ("year=1995&year=1991", 400)]
    {
        let reply = page.get(&format!("/listing?{address}"));
        assert_eq!(reply.status, status, "{address}");
        assert!(reply.body.contains("Heat"), "{address}");
        for raw in ["<b>p</b>", "<b>sort</b>", "<b>items</b>", "<b>year</b>", "relevance, popularity"] {
            assert!(!reply.body.contains(raw), "{address}: {raw}");
        }
    }
    let admin = server.signed_in("anna").get("/admin?year=long+ago&name=clueless");
    assert_eq!(admin.status, 400);
    assert!(admin.body.contains("value=\"long ago\"") && admin.body.contains("Clueless"));
}

/// The addresses of the genres among the facets, with the counts that they show.
fn genre_links(body: &str) -> Vec<(String, usize)> {
    let group = body.split("aria-labelledby=\"facet-genres\"").nth(1).and_then(|rest| rest.split("</ul>").next());
    let chips = group.unwrap_or_default().split("href=\"").skip(1);
    chips
        .map(|chip| {
            let count = chip.split("class=\"count\">").nth(1).unwrap().split('<').next().unwrap().parse().unwrap();
            (chip.split('"').next().unwrap().replace("&amp;", "&"), count)
        })
        .collect()
}

#[test]
fn each_genre_leads_to_as_many_movies_as_it_says() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let (api, page) = (server.nobody().with("accept", "application/json"), server.nobody().with("accept", "text/html"));
    for asked in [
        "genre=Crime",
        "genre=Crime&genre=Thriller",
        "genre=Comedy&genre=Crime&genre=Thriller",
        "genre=Comedy&genre=Romance&year=1990..",
        "genre=Comedy&genre=Romance&director=wilder",
        "genre=Crime&genre=Thriller&q=coen",
    ] {
        let taken: Vec<&str> = asked.split('&').filter_map(|pair| pair.strip_prefix("genre=")).collect();
        let total = api.get(&format!("/listing?{asked}")).json()["total"].as_u64().unwrap();
        let links = genre_links(&page.get(&format!("/listing?{asked}")).body);
        assert!(!links.is_empty(), "{asked}");
        for (address, count) in links {
            let after: Vec<&str> = address.split(['&', '?']).filter_map(|pair| pair.strip_prefix("genre=")).collect();
            if after.len() < taken.len() {
                assert_eq!(after.len() + 1, taken.len(), "{asked}: {address} takes off one");
                assert_eq!(count as u64, total, "{asked}: {address}");
            } else {
                let leads_to = api.get(&address).json()["total"].as_u64().unwrap();
                assert_eq!(count as u64, leads_to, "{asked}: {address}");
            }
        }
    }
}

/// The value of a hidden field of a page.
fn hidden(body: &str, name: &str) -> String {
    let rest = body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no `{name}`: {body}"));
    rest.split('"').next().unwrap().to_owned()
}

/// What the panel of a movie's page sends when a button is pressed, with what was typed.
fn press(client: &Client<'_>, path: &str, typed: &[(&str, &str)]) -> Reply {
    let body = client.get("/movie/1").body;
    let mut fields: Vec<(String, String)> =
        ["csrf", "rating_was", "note_was"].map(|name| (name.to_owned(), hidden(&body, name))).to_vec();
    let rating =
        body.split("<input type=\"radio\"").skip(1).find(|input| input.split('>').next().unwrap().contains(" checked"));
    let rating = rating.map(|input| input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned());
    let note = body.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1.split("</textarea>").next().unwrap();
    // As browsers do: the first line end goes, the others are two characters.
    let note = note.strip_prefix('\n').unwrap_or(note).replace('\n', "\r\n");
    fields.extend(rating.map(|rating| ("rating".to_owned(), rating)));
    fields.extend([("note".to_owned(), note), ("date".to_owned(), String::new())]);
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    client.form(&format!("/mine/{path}?next=%2Fmovie%2F1%23yours"), &pairs.join("&"))
}

fn kept(client: &Client<'_>) -> Value {
    let mine = client.clone().with("accept", "application/json").get("/movie/1").json()["mine"].clone();
    let dates: Vec<Value> = mine["seen"].as_array().unwrap().iter().map(|seen| seen["date"].clone()).collect();
    json!([mine["rating"], mine["watchlist"], dates, mine["note"]])
}

#[test]
fn whatever_was_touched_in_the_panel_comes_along_with_any_button() {
    let folder = site();
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    let buttons = [
        ("seen/1", ("sometime", "true")),
        ("watchlist/1", ("on", "true")),
        ("note/1", ("", "")),
        ("rating/1", ("rating", "7")),
    ];
    for (number, (path, button)) in buttons.into_iter().enumerate() {
        let note = format!("a note\r\nof two lines {number}");
        let mut typed = vec![("note", note.as_str()), ("rating", "7"), ("date", "2020-02-29")];
        typed.extend(Some(button).filter(|(name, _)| !name.is_empty()));
        let reply = press(&anna, path, &typed);
        assert_eq!((reply.status, reply.header("location")), (303, Some("/movie/1?notice=saved#yours")), "{path}");
        let now = kept(&anna);
        assert_eq!((&now[0], &now[3]), (&json!(7), &json!(note.replace("\r\n", "\n"))), "{path}");
        assert_eq!(now[2].as_array().unwrap().contains(&json!("2020-02-29")), path != "seen/1", "{path}");
        press(&anna, "note/1", &[("note", "")]);
        press(&anna, "rating/1", &[("rating_off", "true")]);
        assert_eq!((&kept(&anna)[0], &kept(&anna)[3]), (&Value::Null, &Value::Null), "{path}");
    }
    // A button that takes something off, and one of a list.
    let token = folder.token("anna");
    let api = server.bearer(&token);
    api.json("/lists", &json!({"name": "Best"}));
    let viewing = api.get("/movie/1").json()["mine"]["seen"][0]["id"].to_string();
    press(&anna, "seen/1/delete", &[("viewing", &viewing), ("note", "one")]);
    assert_eq!(kept(&anna)[3], "one");
    press(&anna, "list/1", &[("list", "1"), ("note", "two"), ("rating", "3")]);
    press(&anna, "list/1", &[("list_off", "1"), ("note", "three")]);
    assert_eq!(api.get("/movie/1").json()["mine"]["lists"], json!([]));
    assert_eq!((&kept(&anna)[0], &kept(&anna)[3]), (&json!(3), &json!("three")));
}

#[test]
fn what_was_not_touched_is_not_sent_again() {
    let folder = site();
    let token = folder.token("anna");
    let server = folder.serve(&[]);
    let (anna, api) = (server.signed_in("anna"), server.bearer(&token));
    api.json("/mine/rating/1", &json!({"rating": 8}));
    api.json("/mine/note/1", &json!({"note": "first\nline"}));
    // An old page shows 8 and the first note; meanwhile both change elsewhere.
    let old = anna.get("/movie/1").body;
    api.json("/mine/rating/1", &json!({"rating": 2}));
    api.json("/mine/note/1", &json!({"note": "second"}));
    let form = format!(
        "csrf={}&rating_was=8&rating=8&note_was={}&note=first%0D%0Aline&date=&on=true",
        encoded(&hidden(&old, "csrf")),
        hidden(&old, "note_was")
    );
    assert_eq!(anna.form("/mine/watchlist/1", &form).status, 303);
    assert_eq!(kept(&anna), json!([2, true, [], "second"]));
    // Nor does a program send anything along.
    api.json(
        "/mine/watchlist/1",
        &json!({"on": false, "rating": 9, "rating_was": "", "note": "x", "note_was": "", "date": "2020-01-01"}),
    );
    assert_eq!(kept(&anna), json!([2, false, [], "second"]));
}

#[test]
fn what_is_wrong_in_the_panel_keeps_what_was_typed_and_saves_nothing() {
    let folder = site();
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    let long = "é".repeat(10_001);
    for (path, typed, error) in [
        (
            "seen/1",
            vec![("date", "2199-01-01"), ("dated", "true"), ("note", "typed"), ("rating", "9")],
            "seen-date-error",
        ),
        ("seen/1", vec![("date", ""), ("dated", "true"), ("note", "typed"), ("rating", "9")], "seen-date-error"),
        (
            "watchlist/1",
            vec![("on", "true"), ("date", "2199-01-01"), ("note", "typed"), ("rating", "9")],
            "seen-date-error",
        ),
        ("watchlist/1", vec![("on", "true"), ("note", &long), ("rating", "9")], "note-error"),
        ("rating/1", vec![("note", "typed"), ("date", "2020-01-01")], "rating-error"),
    ] {
        let reply = press(&anna, path, &typed);
        assert_eq!(reply.status, 422, "{path}");
        assert!(reply.body.contains(&format!("id=\"{error}\"")), "{path} {error}");
        for (name, value) in &typed {
            match *name {
                "rating" => assert!(reply.body.contains("id=\"rating-9\" value=\"9\" checked"), "{path}"),
                "note" => assert!(reply.body.contains(&format!("\n{value}</textarea>")), "{path}"),
                "date" if !value.is_empty() => assert!(reply.body.contains(&format!("value=\"{value}\"")), "{path}"),
                _ => {}
            }
        }
        assert!(!reply.body.contains("<b>date</b>") && !reply.body.contains("<b>rating</b>"), "{path}");
        assert!(reply.body.contains("href=\"/movie/1?lang=de\""), "{path}: the languages lead to the movie");
        assert_eq!(kept(&anna), json!([null, false, [], null]), "{path}");
    }
}

fn multipart(fields: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "Content-Disposition: form-data; name=\"poster\"; filename=";
    let (name, bytes) = file.map_or(("\"\"", &b""[..]), |bytes| ("\"a.png\"", bytes));
    body.extend(format!("--edge\r\n{head}{name}\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
    body.extend(bytes);
    body.extend(b"\r\n--edge--\r\n");
    body
}

#[test]
fn a_poster_goes_with_the_fields_of_its_movie() {
    let folder = site();
    let server = folder.serve(&[]);
    let anna = server.signed_in("anna");
    let csrf = anna.csrf();
    let mut picture = Cursor::new(Vec::new());
    RgbImage::from_pixel(60, 90, Rgb([9, 40, 90])).write_to(&mut picture, ImageFormat::Png).unwrap();
    let picture = picture.into_inner();
    let send = |path: &str, fields: &[(&str, &str)], file: Option<&[u8]>| {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        anna.send("POST", path, "multipart/form-data; boundary=edge", &multipart(&fields, file))
    };
    let api = anna.clone().with("accept", "application/json");
    let movie = |id: i64| api.get(&format!("/movie/{id}")).json();
    let form = anna.get("/manage/update?id=1&next=/movie/1").body;
    assert_eq!(form.matches("<form class=\"panel movie-form\"").count(), 1);
    assert!(!form.contains("action=\"/manage/poster"), "no second form throws away what is typed in the first");
    let update = [("id", "1"), ("next", "/movie/1"), ("movie_name", "Heat"), ("overview", "Typed, and kept.")];

    // A bad picture, or a bad field, and nothing is changed; what was typed comes again.
    for (file, year, status) in [(&picture[..50], "1995", 422), (&b"GIF89a"[..], "1995", 415), (&picture, "never", 422)]
    {
        let fields = [&update[..], &[("year", year)]].concat();
        let refused = send("/manage/update", &fields, Some(file));
        assert_eq!(refused.status, status, "{year}");
        assert!(refused.body.contains("Typed, and kept.") && refused.body.contains("id=\"poster-error\""), "{year}");
        assert!(
            refused.body.contains("href=\"/manage/update?id=1&amp;next=%2Fmovie%2F1&amp;lang=de\""),
            "{}",
            refused.body
        );
        assert_eq!((&movie(1)["overview"], &movie(1)["poster"]), (&Value::Null, &Value::Null), "{year}");
    }
    let saved = send("/manage/update", &[&update[..], &[("year", "1995")]].concat(), Some(&picture));
    assert_eq!((saved.status, saved.header("location")), (303, Some("/movie/1?notice=saved&of=1")));
    assert_eq!(movie(1)["overview"], "Typed, and kept.");
    assert!(movie(1)["poster"].is_string());
    assert_eq!(movie(1)["directors"], json!(["Michael Mann"]), "fields that were left out stay");

    // Without a file the picture stays; the tick takes it away, with the fields.
    send("/manage/update", &[("id", "1"), ("movie_name", "Heat"), ("runtime", "170")], None);
    assert!(movie(1)["poster"].is_string());
    let removed = send(
        "/manage/update",
        &[("id", "1"), ("movie_name", "Heat"), ("runtime", "171"), ("remove_poster", "true")],
        None,
    );
    assert_eq!(removed.header("location"), Some("/admin?notice=saved&of=1"));
    assert_eq!((&movie(1)["poster"], &movie(1)["runtime"]), (&Value::Null, &json!(171)));

    let added = send("/manage/add", &[("movie_name", "New"), ("next", "/admin?p=1")], Some(&picture));
    assert_eq!((added.status, added.header("location")), (303, Some("/admin?p=1&notice=added&of=6")));
    assert!(movie(6)["poster"].is_string());
    let told = anna.get("/admin?p=1&notice=added&of=6").body;
    assert!(told.contains("<a href=\"/movie/6\">"), "the way to the movie that was added");
    assert!(!told.contains("of=6&amp;lang"), "and no other link repeats it");
    let refused = send("/manage/add", &[("movie_name", "Another")], Some(&picture[..50]));
    assert_eq!(refused.status, 422);
    assert_eq!(api.get("/listing").json()["total"], 6, "nothing is added without its picture");
}

#[test]
fn pages_that_answer_forms_lead_to_pages() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let anna = server.signed_in("anna");
    let nobody = server.nobody().with("accept", "text/html");
    let csrf = encoded(&anna.csrf());
    for (client, path, form) in [
        (&anna, "/mine/seen/1", "date=2199-01-01"),
        (&anna, "/mine/rating/1", "rating=99"),
        (&anna, "/mine/list/1", "list=x"),
        (&anna, "/manage/update", "id=1&movie_name=&next=/movie/1"),
        (&anna, "/manage/add", "movie_name="),
        (&anna, "/manage/poster/1", ""),
        (&anna, "/lists", "name="),
        (&anna, "/account/delete", "password="),
        (&anna, "/list/99/movies", "movie=1"),
        (&anna, "/mine/import", ""),
        (&nobody, "/signin", "username=anna&password=wrong&next=/movie/1"),
        (&nobody, "/signup", "username=x&password=&next=/movie/1"),
        (&nobody, "/mine/note/1", "note=x"),
        (&nobody, "/manage/sample", ""),
    ] {
        let reply = client.form(path, &format!("{form}&csrf={csrf}"));
        assert!(reply.status >= 400, "{path}: {}", reply.status);
        let link = reply
            .body
            .split("class=\"languages\"")
            .nth(1)
            .unwrap()
            .split("hreflang=\"de\"")
            .next()
            .unwrap()
            .rsplit("href=\"")
            .next()
            .unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        let page = client.get(&link);
        assert!(matches!(page.status, 200 | 303 | 404), "{path} → {link}: {}", page.status);
        assert!(page.status != 404 || path.starts_with("/list/"), "{path} → {link}");
        if form.contains("next=") {
            assert!(link.contains("next=%2Fmovie%2F1"), "{path} → {link}");
        }
    }
}

#[test]
fn a_welcome_is_told_where_one_goes() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let nobody = server.nobody().with("accept", "text/html");
    let form = "username=ines&password=correct+horse+battery+staple&next=/movie/1";
    let made = nobody.form("/signup", form);
    assert_eq!((made.status, made.header("location")), (303, Some("/movie/1?notice=welcome")));
    let again = nobody.form("/signin", form);
    assert_eq!((again.status, again.header("location")), (303, Some("/movie/1?notice=signed-in")));
    let bare = nobody.form("/signin", &form.replace("&next=/movie/1", ""));
    assert_eq!(bare.header("location"), Some("/?notice=signed-in"));
}
