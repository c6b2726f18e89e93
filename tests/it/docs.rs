//! What users can type is in the documents, and nothing is there twice under another name.

use std::fs;
use std::path::Path;

use crate::fmdb::Folder;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_readme_names_every_command_and_address() {
    let (readme, folder) = (read("README.md"), Folder::new());
    let help = folder.ok(&["help"]);
    let commands =
        help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    // A line that is indented further goes on with the description above.
    let commands = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(
            readme.contains(&format!("fmdb {command}")) || readme.contains(&format!("-- {command}")),
            "README.md does not tell of `fmdb {command}`"
        );
    }
    for route in fmdb::web::routes::ROUTES {
        let family = route.path.replace("{id}", "ID").replace("{picture}", "ID.svg");
        let is_told = readme.contains(&family)
            || ["/", "/assets/{name}", "/robots.txt", "/favicon.ico", "/manage/sample"].contains(&route.path);
        assert!(is_told, "README.md does not tell of {}", route.path);
    }
    for test in ["cargo run --release -- serve --sample", "bash tests/run"] {
        assert!(readme.contains(test));
    }
}

#[test]
fn the_dump_format_tells_of_every_field() {
    let page = read("data/README.md");
    let folder = Folder::new();
    folder.load(r#"[{"title":"One"}]"#);
    let exported: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&folder.ok(&["export"])).unwrap();
    for field in exported[0].keys() {
        assert!(page.contains(&format!("`{field}`")), "data/README.md does not tell of `{field}`");
    }
}

#[test]
fn the_sample_keeps_its_word() {
    let sample: Vec<serde_json::Value> = serde_json::from_str(&read("data/sample.json")).unwrap();
    assert!(sample.len() >= 500);
    let decades: std::collections::BTreeSet<u64> =
        sample.iter().map(|movie| movie["year"].as_u64().unwrap() / 10).collect();
    assert_eq!(decades, (190..=202).collect());
    assert!(sample.iter().all(|movie| movie.get("imdb_score").is_none() && movie.get("overview").is_none()));
}
