//! Ways that lead on to where one was going: signing in, a new list for a movie, and a form that comes again.

use crate::fmdb::{Folder, PASSWORD};

fn site() -> Folder {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Alien","director":"Ridley Scott","year":1979},{"title":"Solaris","year":1972}]"#);
    folder.add_user("anna", true);
    folder
}

#[test]
fn who_is_signed_in_is_led_on_instead_of_being_asked_again() {
    let folder = site();
    let server = folder.serve(&["--public", "--signup=open"]);
    let anna = server.signed_in("anna");
    for (path, onwards) in [
        ("/signin?next=/movie/1%23yours", "/movie/1#yours"),
        ("/signup?next=/movie/1", "/movie/1"),
        ("/signin?next=/movie/1&notice=welcome", "/movie/1?notice=welcome"),
        ("/signin", "/"),
        ("/signup?next=//evil.example", "/"),
    ] {
        let reply = anna.get(path);
        assert_eq!((reply.status, reply.header("location")), (303, Some(onwards)), "{path}");
    }
    assert_eq!(server.nobody().with("accept", "text/html").get("/signin").status, 200);
}

#[test]
fn the_bar_keeps_where_a_sign_in_leads() {
    let folder = site();
    let server = folder.serve(&["--public", "--signup=open"]);
    let nobody = server.nobody().with("accept", "text/html");
    let link = |page: &str, way: &str| {
        let bar = page.split("bar-links").nth(1).unwrap().split("</nav>").next().unwrap().to_owned();
        let href = bar.split(&format!("href=\"{way}?next=")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        format!("{way}?next={href}")
    };
    let mut address = link(&nobody.get("/movie/1").body, "/signin");
    for way in ["/signup", "/signin", "/signup"] {
        address = link(&nobody.get(&address).body, way);
        assert_eq!(address, format!("{way}?next=%2Fmovie%2F1"));
    }
    let form = format!("username=ines&password={}&next=/movie/1", PASSWORD.replace(' ', "+"));
    let made = nobody.form("/signup", &form);
    assert_eq!(made.header("location"), Some("/movie/1?notice=welcome"), "{}", made.body);
}

#[test]
fn a_list_made_from_a_movie_holds_it() {
    let folder = site();
    let server = folder.serve(&["--public"]);
    let anna = server.signed_in("anna");
    let csrf = anna.csrf();
    for number in 1..=2 {
        // Also when the movie is in all the lists that there are.
        let page = anna.get("/movie/1").body;
        assert!(page.contains("/mine/note/1?next=%2Flists%3Fmovie%3D1"), "{page}");
        let page = anna.get("/lists?movie=1").body;
        assert!(page.contains("name=\"movie\" value=\"1\"") && page.contains("Alien"), "{page}");
        // With something wrong the form still knows the movie.
        let again = anna.form("/lists", &format!("csrf={csrf}&movie=1&name=&description="));
        assert_eq!(again.status, 422);
        assert!(again.body.contains("name=\"movie\" value=\"1\""), "{}", again.body);
        let made = anna.form("/lists", &format!("csrf={csrf}&movie=1&name=Best+{number}&description="));
        assert_eq!((made.status, made.header("location")), (303, Some("/movie/1?notice=saved#yours")));
        assert!(anna.get("/movie/1").body.contains(&format!("Best {number}")));
        assert!(anna.get(&format!("/list/{number}")).body.contains("id=\"movie-1\""));
    }
    let made = anna.form("/lists", &format!("csrf={csrf}&movie=99&name=Other&description="));
    assert_eq!(made.header("location"), Some("/list/3"));
    assert!(!anna.get("/lists?movie=99").body.contains("name=\"movie\""));
}
