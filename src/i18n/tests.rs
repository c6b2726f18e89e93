//! All languages say the same things, and nothing that the sources ask for is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;

/// Keys that count, whose last part is a plural class.
const PLURALS: [&str; 19] = [
    "movies",
    "votes",
    "minutes",
    "account.wait",
    "suggest.count",
    "problem.too_long",
    "problem.too_short",
    "problem.too_many",
    "mine.site",
    "mine.count_ratings",
    "mine.count_seen",
    "mine.count_watchlist",
    "mine.count_notes",
    "mine.count_lists",
    "mine.rows_read",
    "mine.rows_set",
    "mine.rows_unchanged",
    "mine.rows_not_found",
    "mine.rows_more",
];

/// Keys that are made from a name of the program, each with all the names.
fn made_keys() -> Vec<String> {
    use crate::model::{Field, Sort};
    use crate::web::view::Notice;
    let mut keys: Vec<String> = genre::KNOWN.iter().map(|genre| format!("genre.{}", genre.key)).collect();
    keys.extend(Sort::ALL.iter().map(|sort| format!("sort.{}", sort.name())));
    keys.extend(Notice::ALL.iter().map(|notice| format!("notice.{}", notice.name().replace('-', "_"))));
    keys.extend(Field::ALL.iter().map(|field| format!("form.{}", field.name())));
    for status in [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503] {
        keys.extend([format!("error.title_{status}"), format!("error.text_{status}")]);
    }
    keys
}

fn messages(locale: Locale) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/locales").join(format!("{}.yml", locale.code()));
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
    let mut found = BTreeMap::new();
    let mut parents: Vec<(usize, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let indent = line.len() - line.trim_start().len();
        let (key, value) = line.trim().split_once(':').unwrap_or_else(|| panic!("{line} in {}", path.display()));
        parents.retain(|(parent, _)| *parent < indent);
        let key = key.trim_matches('"').to_owned();
        match value.trim() {
            "" => parents.push((indent, key)),
            value if key != "_version" => {
                let name = parents.iter().map(|(_, parent)| parent.clone()).chain([key]).collect::<Vec<_>>().join(".");
                assert!(
                    found.insert(name.clone(), value.trim_matches('"').to_owned()).is_none(),
                    "{name} is there twice"
                );
            }
            _ => {}
        }
    }
    found
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn all_languages_have_the_same_keys_and_placeholders() {
    let plural_of = |key: &str| {
        PLURALS.into_iter().find(|plural| {
            key.strip_prefix(plural).is_some_and(|rest| rest.starts_with('.') && !rest[1..].contains('.'))
        })
    };
    let plain = |locale| -> BTreeMap<String, String> {
        messages(locale).into_iter().filter(|(key, _)| plural_of(key).is_none()).collect()
    };
    let english = plain(Locale::En);
    for locale in Locale::ALL {
        let own = plain(locale);
        assert_eq!(own.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{}", locale.code());
        for (key, text) in &own {
            assert!(!text.trim().is_empty(), "{} {key}", locale.code());
            assert_eq!(placeholders(text), placeholders(&english[key]), "{} {key}", locale.code());
        }
        let classes: BTreeSet<String> =
            locale.data().plurals.categories().map(|category| format!("{category:?}").to_lowercase()).collect();
        let all = messages(locale);
        for plural in PLURALS {
            let own: BTreeSet<String> =
                all.keys().filter_map(|key| key.strip_prefix(&format!("{plural}."))).map(str::to_owned).collect();
            assert_eq!(own, classes, "{} {plural}", locale.code());
        }
    }
}

#[test]
fn every_message_is_used_and_every_used_one_is_there() {
    let mut used: BTreeSet<String> = made_keys().into_iter().collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("sources").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let source = fs::read_to_string(entry.path()).unwrap_or_default();
            let source = source.replace("_str!(", "");
            let literals = source.split("tr!(").skip(1).filter_map(|rest| rest.split('"').nth(1));
            used.extend(literals.map(str::to_owned).filter(|key| !key.contains(' ')));
        }
    }
    let known = messages(Locale::En);
    let counted = |key: &String| PLURALS.iter().any(|plural| key.starts_with(&format!("{plural}.")));
    let missing: Vec<_> = used.iter().filter(|key| !known.contains_key(*key)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    let unused: Vec<_> = known.keys().filter(|key| !used.contains(*key) && !counted(key)).collect();
    assert!(unused.is_empty(), "unused: {unused:?}");
}

#[test]
fn the_language_is_negotiated_in_order() {
    assert_eq!(negotiate(Some("fr"), Some("de"), Some("ja")), Locale::Fr);
    assert_eq!(negotiate(Some("xx"), Some("de"), Some("ja")), Locale::De);
    assert_eq!(negotiate(None, None, Some("xx, pt-BR;q=0.8, de;q=0.9")), Locale::De);
    assert_eq!(negotiate(None, None, Some("pt-BR")), Locale::Pt);
    assert_eq!(negotiate(None, None, Some("zh-Hant-TW, en;q=0.5")), Locale::Zh);
    assert_eq!(negotiate(None, None, Some("nonsense;;;q=,")), Locale::En);
    assert_eq!(negotiate(None, None, None), Locale::En);
}

#[test]
fn numbers_and_plurals_are_the_languages() {
    assert_eq!(plural(Locale::En, "movies", 1), "1 movie");
    assert_eq!(plural(Locale::En, "movies", 1234), "1,234 movies");
    assert_eq!(score(Locale::De, 8.0), "8,0");
    assert_eq!(number(Locale::De, 1234), "1.234");
    assert_eq!(decimal(Locale::En, 88.0), "88");
    assert_eq!(year(Locale::En, 1977), "1977");
}
