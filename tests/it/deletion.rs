//! Deleting a movie tells before and after what members lose with it, and never whose it was.

use serde_json::json;

use crate::fmdb::{Client, Folder};

fn site() -> Folder {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Alien","year":1979},{"title":"Solaris","year":1972},{"title":"Twins","year":1988}]"#);
    folder.add_user("anna", true);
    for name in ["bobrivers", "carlastone", "dorafield"] {
        folder.add_user(name, false);
    }
    folder
}

/// Three ratings, two notes, three viewings, one watchlist and two lists of movie 1; one rating of movie 2.
fn fill(clients: &[Client<'_>; 3]) {
    let send = |client: &Client<'_>, path: &str, body: serde_json::Value| {
        let reply = client.json(path, &body);
        assert!(matches!(reply.status, 200 | 201), "{path}: {} {}", reply.status, reply.body);
    };
    for client in clients {
        send(client, "/mine/rating/1", json!({"rating": 8}));
    }
    let [bob, carla, dora] = clients;
    send(bob, "/mine/note/1", json!({"note": "mine alone"}));
    send(carla, "/mine/note/1", json!({"note": "mine too"}));
    send(bob, "/mine/seen/1", json!({"date": "2024-05-31"}));
    send(bob, "/mine/seen/1", json!({"date": "2024-06-01"}));
    send(dora, "/mine/seen/1", json!({"date": null}));
    send(carla, "/mine/watchlist/1", json!({"on": true}));
    for name in ["one", "two"] {
        send(bob, "/lists", json!({"name": name}));
    }
    send(bob, "/list/1/movies", json!({"movie": 1}));
    send(bob, "/list/2/movies", json!({"movie": 1}));
    send(bob, "/mine/rating/2", json!({"rating": 3}));
}

#[test]
fn what_members_lose_is_told_before_and_after() {
    let folder = site();
    let tokens = ["bobrivers", "carlastone", "dorafield"].map(|name| folder.token(name));
    let server = folder.serve(&[]);
    fill(&[server.bearer(&tokens[0]), server.bearer(&tokens[1]), server.bearer(&tokens[2])]);
    let anna = server.signed_in("anna");
    let lost = json!({"ratings": 3, "notes": 2, "viewings": 3, "watchlists": 1, "lists": 2});

    let question = anna.get("/manage/delete/1").body;
    let told = "3 ratings, 2 notes, 3 diary entries, 1 watchlist entry, 2 list entries";
    assert!(question.contains(&format!("This also removes what members saved: {told}.")), "{question}");
    for name in ["bobrivers", "carlastone", "dorafield", "mine alone", "mine too"] {
        assert!(!question.contains(name), "{name} is nobody's business");
    }
    let arabic = anna.get("/manage/delete/1?lang=ar").body;
    assert!(arabic.contains("ملاحظتان، 3 تواريخ مشاهدة، إدخال واحد في قوائم المشاهدة، إدخالان في القوائم"), "{arabic}");
    assert_eq!(anna.clone().with("accept", "application/json").get("/manage/delete/1").json()["removes"], lost);
    assert!(!anna.get("/manage/delete/3?lang=en").body.contains("id=\"removes\""), "nobody keeps anything of it");

    let csrf = anna.csrf();
    let sent = anna.form("/manage/delete/1", &format!("csrf={csrf}&next=/admin?genre=x%23y"));
    let onwards = "/admin?genre=x&removed=3.2.3.1.2&notice=deleted#y";
    assert_eq!((sent.status, sent.header("location")), (303, Some(onwards)));
    let after = anna.get("/admin?removed=3.2.3.1.2&notice=deleted&lang=en").body;
    assert!(after.contains(&format!("Also removed for members: {told}.")), "{after}");
    assert!(!after.contains("next=%2Fadmin%3Fremoved"), "the counts are told once");
    let plain = anna.form("/manage/delete/3", &format!("csrf={csrf}"));
    assert_eq!(plain.header("location"), Some("/admin?notice=deleted"));

    let admin = folder.token("anna");
    let gone = server.bearer(&admin).delete("/manage/delete/2").json();
    assert_eq!(
        gone,
        json!({"deleted": 2, "removed": {"ratings": 1, "notes": 0, "viewings": 0, "watchlists": 0, "lists": 0}})
    );
    assert_eq!(server.bearer(&tokens[0]).get("/manage/delete/2").status, 403, "counts are for admins");
}
