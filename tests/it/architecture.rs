//! The house plan, read off the sources: who may know whom, and how large a room may be.

use std::fs;
use std::path::{Path, PathBuf};

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The source without comments and without its tests.
fn code(source: &str) -> String {
    let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    program.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_part_is_named_in_its_room_only() {
    let rooms: [(&str, &[&str]); 10] = [
        ("rusqlite", &["store/sqlite"]),
        ("tantivy", &["index"]),
        ("warp", &["web.rs", "web/cx.rs", "web/reply.rs", "web/error.rs", "web/assets.rs"]),
        ("clap", &["cli"]),
        ("rust_i18n", &["i18n.rs"]),
        ("rust_embed", &["web/assets.rs"]),
        ("quick_xml", &["web/share.rs", "web/sitemap.rs"]),
        ("image", &["picture"]),
        ("moxcms", &["picture"]),
        ("multer", &["web/upload.rs"]),
    ];
    for (name, source) in sources() {
        let code = code(&source);
        for (part, allowed) in rooms {
            let named = code.contains(&format!("{part}::")) || code.contains(&format!("use {part}"));
            let at_home = allowed.iter().any(|room| name.starts_with(room));
            assert!(!named || at_home, "src/{name} names {part}");
        }
    }
}

#[test]
fn layers_know_only_those_below() {
    let rules: [(&str, &[&str]); 7] = [
        ("model", &["store", "index", "app", "flows", "web", "cli", "dump", "i18n", "config"]),
        ("store", &["index", "app", "flows", "web", "cli", "dump", "i18n"]),
        ("index", &["store", "app", "flows", "web", "cli", "dump", "i18n"]),
        ("dump", &["store", "index", "app", "flows", "web", "cli", "i18n"]),
        ("i18n", &["store", "index", "app", "flows", "cli", "dump"]),
        ("flows", &["web", "cli"]),
        ("web/view", &["store", "index", "app", "flows", "cli", "dump", "config"]),
    ];
    for (name, source) in sources().into_iter().filter(|(name, _)| !name.ends_with("tests.rs")) {
        let code = code(&source);
        for (room, forbidden) in
            rules.iter().filter(|(room, _)| name == format!("{room}.rs") || name.starts_with(&format!("{room}/")))
        {
            for other in *forbidden {
                assert!(!code.contains(&format!("crate::{other}::")), "src/{name} ({room}) knows {other}");
            }
        }
    }
}

#[test]
fn rooms_are_small_and_say_what_they_own() {
    for (name, source) in sources() {
        assert!(source.starts_with("//! "), "src/{name} does not say what it owns");
        assert!(source.lines().count() <= 500, "src/{name} has more than 500 lines");
        let code = code(&source);
        for word in [".unwrap()", "todo!(", "unimplemented!(", "TODO", "FIXME"] {
            assert!(!code.contains(word) || name.ends_with("tests.rs"), "src/{name} holds {word}");
        }
    }
}
