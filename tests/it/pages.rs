//! The pages that lead through the catalogue, and what machines read of it, against a count by brute force over the
//! export.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::fmdb::{Client, Folder, Server, eventually};

/// Movies of few directors, actors, genres, years and scores, so that all of them meet.
fn catalogue() -> Vec<Value> {
    let genres = ["Drama", "Comedy", "Western", "Telenovela"];
    let directors = ["Ana Ruiz", "Bo Li", "Çelik Öz", "Dee <i>", "E/F"];
    let actors = ["Gil Ek", "Ana Ruiz", "Ho Na"];
    let movie = |n: usize| {
        let mut listed: Vec<&str> = vec![genres[n % 4], genres[(n / 3) % 4]];
        listed.dedup();
        json!({
            "title": format!("Film {n}"),
            "directors": &directors[n % 5..][..1],
            "cast": &actors[n % 3..][..1],
            "genres": listed,
            "year": if n.is_multiple_of(11) { Value::Null } else { json!(1960 + n % 37) },
            "score": if n.is_multiple_of(7) { Value::Null } else { json!((n * 13 % 60) as f64 / 10.0 + 4.0) },
            "votes": n * 40,
            "runtime": 50 + n,
            "popularity": n % 90,
        })
    };
    (0..200).map(movie).collect()
}

struct Site {
    movies: Vec<Value>,
    server: Server,
    _folder: Folder,
}

impl Site {
    /// Imports in two goes and deletes one movie, so that the index has several segments and a deletion.
    fn new() -> Self {
        let folder = Folder::new();
        let all = catalogue();
        folder.load(&json!(all[..150]).to_string());
        folder.load(&json!(all[150..]).to_string());
        folder.add_user("anna", true);
        let token = folder.token("anna");
        let server = folder.serve(&["--public"]);
        assert_eq!(server.bearer(&token).delete("/manage/delete/7").status, 200);
        let movies: Vec<Value> = serde_json::from_str(&folder.ok(&["export"])).unwrap();
        assert_eq!(movies.len(), 199);
        Self { movies, server, _folder: folder }
    }

    fn json(&self) -> Client<'_> {
        self.server.nobody().with("accept", "application/json")
    }

    fn browser(&self) -> Client<'_> {
        self.server.nobody().with("accept", "text/html")
    }

    /// Titles of the movies for which something holds.
    fn titles(&self, holds: impl Fn(&Value) -> bool) -> BTreeSet<String> {
        self.movies.iter().filter(|movie| holds(movie)).map(title).collect()
    }
}

fn title(movie: &Value) -> String {
    movie["movie_name"].as_str().unwrap().to_owned()
}

fn titles(movies: &Value) -> BTreeSet<String> {
    movies.as_array().unwrap().iter().map(title).collect()
}

fn has(list: &Value, name: &str) -> bool {
    list.as_array().unwrap().iter().any(|held| held == name)
}

/// The JSON in the page's data block.
fn data(page: &str) -> Value {
    let block = page.split_once("<script type=\"application/ld+json\">").unwrap().1;
    serde_json::from_str(block.split_once("</script>").unwrap().0).unwrap()
}

/// Every text of an element, and its attributes; fails where it is no XML.
fn elements(xml: &str) -> Vec<(String, String, HashMap<String, String>)> {
    let mut reader = Reader::from_str(xml);
    let (mut open, mut found) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                let attribute = |a: quick_xml::events::attributes::Attribute<'_>| {
                    let name = a.key.as_ref().to_owned();
                    (name, a.value.replace("&amp;", "&"))
                };
                let attributes = start.attributes().map(|a| attribute(a.unwrap())).collect();
                open.push(found.len());
                found.push((name, String::new(), attributes));
            }
            Event::Text(text) => {
                if let Some(last) = open.last().and_then(|at| found.get_mut(*at)) {
                    last.1.push_str(&text);
                }
            }
            Event::GeneralRef(entity) => {
                let known = match &*entity {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    _ => "'",
                };
                found[*open.last().unwrap()].1.push_str(known);
            }
            Event::End(_) => drop(open.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn a_person_has_their_films() {
    let site = Site::new();
    let person = site.json().get("/person/ana%20RUIZ").json();
    assert_eq!(person["name"], "Ana Ruiz");
    assert_eq!(titles(&person["directed"]), site.titles(|movie| has(&movie["directors"], "Ana Ruiz")));
    assert_eq!(titles(&person["acted"]), site.titles(|movie| has(&movie["cast"], "Ana Ruiz")));
    let films: Vec<&Value> = site
        .movies
        .iter()
        .filter(|movie| has(&movie["directors"], "Ana Ruiz") || has(&movie["cast"], "Ana Ruiz"))
        .collect();
    let scores: Vec<f64> = films.iter().filter_map(|movie| movie["imdb_score"].as_f64()).collect();
    let average = scores.iter().sum::<f64>() / scores.len() as f64;
    assert!((person["average_score"].as_f64().unwrap() - average).abs() < 1e-9);
    let years: Vec<u64> = films.iter().filter_map(|movie| movie["year"].as_u64()).collect();
    assert_eq!(person["years"], json!([years.iter().min(), years.iter().max()]));
    let page = site.browser().get("/person/Ana%20Ruiz").body;
    assert!(page.contains("As director") && page.contains("As actor"));
    assert_eq!(data(&page)["@type"], "Person");
    for (path, status) in [
        ("/person/celik%20oz", 200),
        ("/person/E%2FF", 200),
        ("/person/Dee%20%3Ci%3E", 200),
        ("/person/Gil", 404),
        ("/person/Nobody", 404),
        ("/person/%3F", 404),
    ] {
        assert_eq!(site.browser().get(path).status, status, "{path}");
        assert_eq!(site.json().get(path).status, status, "{path}");
    }
}

#[test]
fn a_movie_tells_where_it_stands_and_what_is_around_it() {
    let site = Site::new();
    let scored: Vec<f64> = site.movies.iter().filter_map(|movie| movie["imdb_score"].as_f64()).collect();
    for id in [2, 60, 198] {
        let movie = site.json().get(&format!("/movie/{id}")).json();
        assert!(movie.get("similar").is_none(), "the JSON stays as it was");
        let page = site.browser().get(&format!("/movie/{id}")).body;
        let score = movie["imdb_score"].as_f64().unwrap();
        let rank = 1 + scored.iter().filter(|other| **other > score).count();
        assert!(page.contains(&format!("No. {rank} of {} by score", scored.len())), "{id}: {rank} {}", scored.len());
        let director = movie["directors"][0].as_str().unwrap();
        assert!(page.contains("Similar movies") && page.contains(">More by "), "{id}");
        let more = page.split_once(">More by ").unwrap().1.split_once("Similar movies").unwrap().0;
        let others = site.titles(|other| has(&other["directors"], director) && title(other) != title(&movie));
        let shown: Vec<&str> =
            more.split("class=\"card-title\"><bdi>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        assert_eq!(shown.len(), 12);
        assert!(shown.iter().all(|title| others.contains(*title)), "{shown:?}");
        assert!(page.contains(&format!("href=\"/decade/{}\"", movie["year"].as_u64().unwrap() / 10 * 10)));
        assert!(page.contains("href=\"/genre/") && page.contains("href=\"/person/"));
    }
    let without = site.movies.iter().position(|movie| movie["imdb_score"].is_null()).unwrap();
    let name = title(&site.movies[without]).replace(' ', "+");
    let found = site.json().get(&format!("/listing?name={name}")).json()["movies"][0]["id"].clone();
    assert!(!site.browser().get(&format!("/movie/{found}")).body.contains(" by score<"));
}

#[test]
fn genres_and_decades_have_pages() {
    let site = Site::new();
    let drama = site.json().get("/genre/DRAMA").json();
    let held = |movie: &Value| has(&movie["genres"], "Drama");
    assert_eq!(drama["genre"], "Drama");
    assert_eq!(drama["movies"], json!(site.titles(held).len()));
    let best: Vec<f64> =
        drama["best"].as_array().unwrap().iter().map(|movie| movie["imdb_score"].as_f64().unwrap()).collect();
    let mut expected: Vec<f64> = site
        .movies
        .iter()
        .filter(|movie| held(movie) && movie["votes"].as_u64() >= Some(1000))
        .filter_map(|movie| movie["imdb_score"].as_f64())
        .collect();
    expected.sort_by(|left, right| right.total_cmp(left));
    expected.truncate(12);
    assert_eq!(best, expected);
    assert_eq!(site.json().get("/genre/telenovela").json()["genre"], "Telenovela");
    let seventies = site.json().get("/decade/1970").json();
    let within = |movie: &Value| movie["year"].as_u64().is_some_and(|year| year / 10 == 197);
    assert_eq!(seventies["movies"], json!(site.titles(within).len()));
    let mut years: BTreeMap<String, u64> = BTreeMap::new();
    for movie in site.movies.iter().filter(|movie| within(movie)) {
        *years.entry(movie["year"].to_string()).or_default() += 1;
    }
    let years: Vec<Value> = years.iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
    assert_eq!(seventies["years"], json!(years));
    for path in ["/genre/Nothing", "/decade/1975", "/decade/1870", "/decade/x", "/decade/99999999", "/genre/%20"] {
        assert_eq!(site.browser().get(path).status, 404, "{path}");
    }
    let browse = site.browser().get("/browse").body;
    for href in ["/genre/Drama", "/genre/Telenovela", "/decade/1960", "/decade/1990"] {
        assert!(browse.contains(&format!("href=\"{href}\"")), "{href}");
        assert_eq!(site.browser().get(href).status, 200, "{href}");
    }
}

#[test]
fn the_figures_are_those_of_a_count() {
    let site = Site::new();
    let figures = site.json().get("/stats").json();
    let count = |holds: &dyn Fn(&Value) -> bool| json!(site.movies.iter().filter(|movie| holds(movie)).count());
    assert_eq!(figures["movies"], json!(199));
    assert_eq!(figures["scored"], count(&|movie| !movie["imdb_score"].is_null()));
    assert_eq!(figures["directors"], json!(5));
    for facet in figures["years"].as_array().unwrap() {
        let year: u64 = facet["value"].as_str().unwrap().parse().unwrap();
        assert_eq!(facet["count"], count(&|movie| movie["year"] == year), "{facet}");
    }
    for facet in figures["genres"].as_array().unwrap() {
        assert_eq!(facet["count"], count(&|movie| has(&movie["genres"], facet["value"].as_str().unwrap())), "{facet}");
    }
    for bucket in figures["scores"].as_array().unwrap() {
        let from = bucket["from"].as_u64().unwrap();
        let within = |score: f64| (score as u64).min(9) == from;
        assert_eq!(bucket["count"], count(&|movie| movie["imdb_score"].as_f64().is_some_and(within)), "{bucket}");
    }
    for bucket in figures["runtimes"].as_array().unwrap() {
        let (from, to) = (bucket["from"].as_u64().unwrap(), bucket["to"].as_u64().unwrap_or(u64::MAX));
        assert_eq!(bucket["count"], count(&|movie| (from..=to).contains(&movie["runtime"].as_u64().unwrap())));
    }
    let decades = figures["decades"].as_array().unwrap();
    for row in figures["genres_by_decade"].as_array().unwrap() {
        for (decade, counted) in decades.iter().zip(row["counts"].as_array().unwrap()) {
            let holds = |movie: &Value| {
                has(&movie["genres"], row["genre"].as_str().unwrap())
                    && movie["year"].as_u64().map(|year| year / 10 * 10) == decade.as_u64()
            };
            assert_eq!(*counted, count(&holds), "{row} {decade}");
        }
    }
    for director in figures["busiest_directors"].as_array().unwrap() {
        let name = director["name"].as_str().unwrap();
        assert_eq!(director["movies"], count(&|movie| has(&movie["directors"], name)), "{name}");
    }
    let best = figures["best_directors"].as_array().unwrap();
    let averages: Vec<f64> = best.iter().map(|director| director["average_score"].as_f64().unwrap()).collect();
    assert!(averages.len() == 5 && averages.is_sorted_by(|left, right| left >= right), "{averages:?}");
    let page = site.browser().get("/stats").body;
    assert!(page.matches("role=\"img\"").count() >= 7 && !page.contains(" style="));
    assert_eq!(page.matches("<figure").count(), page.matches("<table").count());
    let empty = Folder::new();
    let server = empty.serve(&["--public"]);
    eventually("an empty catalogue has figures too", || server.nobody().get("/stats").status == 200);
}

#[test]
fn chance_obeys_the_filters() {
    let site = Site::new();
    let mut met = BTreeSet::new();
    for _ in 0..30 {
        let reply = site.browser().get("/random?genre=western&year=1960..1979&score=5..");
        assert_eq!((reply.status, reply.header("cache-control")), (303, Some("no-store")));
        let movie = site.json().get(reply.header("location").unwrap()).json();
        let year = movie["year"].as_u64().unwrap();
        assert!(has(&movie["genres"], "Western") && (1960..=1979).contains(&year), "{movie}");
        assert!(movie["imdb_score"].as_f64().unwrap() >= 5.0);
        met.insert(movie["id"].as_u64().unwrap());
    }
    assert!(met.len() > 3, "{met:?}");
    assert_eq!(site.browser().get("/random?year=1900").status, 404);
    assert_eq!(site.json().get("/random?genre=Nothing-Like-It").status, 404);
    assert!(matches!(site.browser().get("/random?year=x").status, 400 | 422));
}

#[test]
fn pages_say_what_they_are_to_machines() {
    let site = Site::new();
    let page = site.browser().with("host", "movies.example").get("/movie/2?lang=de").body;
    assert!(page.contains("<link rel=\"canonical\" href=\"http://movies.example/movie/2\">"), "{}", &page[..2000]);
    for locale in fmdb::i18n::Locale::ALL {
        let code = locale.code();
        let link = format!("hreflang=\"{code}\" href=\"http://movies.example/movie/2?lang={code}\"");
        assert!(page.contains(&link), "{code}");
    }
    assert!(page.contains("hreflang=\"x-default\" href=\"http://movies.example/movie/2\""));
    assert!(page.contains("property=\"og:type\" content=\"video.movie\"") && page.contains("name=\"twitter:card\""));
    let described = data(&page);
    assert_eq!(described["@type"], "Movie");
    assert_eq!(described["director"][0]["name"], "Bo Li");
    assert_eq!(described["aggregateRating"]["ratingCount"], json!(40));
    let other = site.browser().with("host", "other.example").get("/movie/2?lang=de").body;
    assert!(!other.contains("movies.example"), "what is kept for one host is not given to another");
    assert!(!site.browser().get("/nowhere").body.contains("rel=\"canonical\""));
    let private = Folder::new();
    private.load(r#"[{"title":"</script><b>\" x","director":"A & B","year":1999}]"#);
    private.add_user("anna", false);
    let server = private.serve(&[]);
    let page = server.signed_in("anna").get("/movie/1").body;
    assert!(!page.contains("rel=\"canonical\"") && !page.contains("og:title"));
    assert_eq!(data(&page)["name"], "</script><b>\" x");
    assert_eq!(server.nobody().get("/sitemap.xml").status, 404);
}

#[test]
fn programs_can_follow_search_and_install_the_site() {
    let folder = Folder::new();
    folder.load(r#"[{"title":"Old","year":1990},{"title":"<Q & \"A\">","year":1991,"genres":["R&B"],"overview":"<b>1 < 2</b>"}]"#);
    let server = folder.serve(&["--public"]);
    let browser = server.nobody().with("accept", "text/html").with("host", "movies.example");
    let feed = browser.get("/feed.xml");
    assert!(feed.header("content-type").unwrap().starts_with("application/rss+xml"));
    let parsed = elements(&feed.body);
    let texts = |name: &str| -> Vec<String> {
        parsed.iter().filter(|(known, _, _)| known == name).map(|(_, text, _)| text.clone()).collect()
    };
    assert_eq!(texts("title")[1..], ["<Q & \"A\"> (1991)", "Old (1990)"]);
    assert_eq!(texts("guid"), ["http://movies.example/movie/2", "http://movies.example/movie/1"]);
    assert_eq!(texts("category"), ["R&B"]);
    assert!(texts("description").contains(&"&lt;b&gt;1 &lt; 2&lt;/b&gt;".to_owned()), "{:?}", texts("description"));
    assert_eq!(texts("pubDate").len(), 2);
    let search = elements(&browser.get("/opensearch.xml").body);
    let templates: Vec<&String> = search.iter().filter_map(|(_, _, attributes)| attributes.get("template")).collect();
    assert_eq!(templates[0], "http://movies.example/listing?q={searchTerms}");
    let asked = templates[1].replace("http://movies.example", "").replace("{searchTerms}", "old");
    let offered = browser.get(&asked);
    assert_eq!(offered.header("content-type"), Some("application/x-suggestions+json"));
    assert_eq!(offered.json(), json!(["old", ["Old"], ["1990"], ["http://movies.example/movie/1"]]));
    assert_eq!(browser.get(&asked).header("content-type"), Some("application/x-suggestions+json"), "kept");
    assert_eq!(browser.get("/suggest?q=old&format=xml").status, 400);
    let manifest = browser.get("/manifest.webmanifest");
    assert_eq!(manifest.header("content-type"), Some("application/manifest+json"));
    let icons = manifest.json()["icons"].as_array().unwrap().clone();
    assert!(icons.iter().any(|icon| icon["sizes"] == "512x512" && icon["purpose"] == "maskable"));
    for icon in &icons {
        let head = browser.send("HEAD", icon["src"].as_str().unwrap(), "", b"");
        assert_eq!((head.status, head.header("content-type")), (200, icon["type"].as_str()), "{icon}");
    }
    let page = browser.get("/").body;
    for rel in ["rel=\"manifest\"", "rel=\"search\"", "type=\"application/rss+xml\"", "name=\"theme-color\""] {
        assert!(page.contains(rel), "{rel}");
    }
}

#[test]
fn the_map_for_search_engines_names_every_movie() {
    let site = Site::new();
    let client = site.server.nobody();
    let robots = client.get("/robots.txt").body;
    let map = robots.lines().find_map(|line| line.strip_prefix("Sitemap: ")).unwrap();
    let places = |address: &str| -> Vec<String> {
        let body = client.get(address.strip_prefix(&site.server.address).unwrap()).body;
        elements(&body).into_iter().filter(|(name, _, _)| name == "loc").map(|(_, text, _)| text).collect()
    };
    let named: BTreeSet<String> = places(map).iter().flat_map(|part| places(part)).collect();
    let movies = named.iter().filter(|address| address.contains("/movie/")).count();
    assert_eq!(movies, site.movies.len());
    assert!(!named.iter().any(|address| address.ends_with("/movie/7")), "it is deleted");
    assert!(named.iter().any(|address| address.ends_with("/genre/Drama")));
    for path in ["/sitemap/x.xml", "/sitemap/-1.xml", "/sitemap/0"] {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
}
