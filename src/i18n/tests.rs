//! All languages say the same things, and nothing that the sources ask for is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;

/// Keys that count, whose last part is a plural class.
const PLURALS: [&str; 22] = [
    "movies",
    "votes",
    "minutes",
    "account.wait",
    "admin.diary_entries",
    "admin.watchlist_entries",
    "admin.list_entries",
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
    for reason in crate::web::view::error::Reason::ALL {
        keys.extend([format!("error.title_{}", reason.name()), format!("error.text_{}", reason.name())]);
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

fn plural_of(key: &str) -> Option<&'static str> {
    PLURALS
        .into_iter()
        .find(|plural| key.strip_prefix(plural).is_some_and(|rest| rest.starts_with('.') && !rest[1..].contains('.')))
}

/// The texts that count nothing.
fn plain(locale: Locale) -> BTreeMap<String, String> {
    messages(locale).into_iter().filter(|(key, _)| plural_of(key).is_none()).collect()
}

/// English texts that a language lacks; its readers see the English ones.
fn untranslated(locale: Locale) -> Vec<String> {
    let own = messages(locale);
    let lacks = |plural: &&str| !own.keys().any(|key| plural_of(key) == Some(*plural));
    let plurals = PLURALS.into_iter().filter(lacks).map(str::to_owned);
    plain(Locale::En).into_keys().filter(|key| !own.contains_key(key)).chain(plurals).collect()
}

#[test]
#[ignore = "lists what is missing for `tests/run languages`; it never fails"]
fn texts_without_a_translation() {
    for locale in Locale::ALL {
        let missing = untranslated(locale);
        println!("{}: {} missing {}", locale.code(), missing.len(), missing.join(" "));
    }
}

#[test]
fn translations_have_the_keys_and_placeholders_of_the_english_texts() {
    let english = plain(Locale::En);
    for locale in Locale::ALL {
        let missing = untranslated(locale);
        if !missing.is_empty() {
            eprintln!("warning: {} lacks {} texts: {}", locale.code(), missing.len(), missing.join(" "));
        }
        for (key, text) in &plain(locale) {
            assert!(english.contains_key(key), "{} {key}: there is no such English text", locale.code());
            assert!(!text.trim().is_empty(), "{} {key}", locale.code());
            let mut asked = placeholders(&english[key]);
            if key == "listing.decade" {
                // Some languages name a decade by both its ends, see `decade`.
                asked.extend(text.contains("%{last}").then_some("last"));
            }
            assert_eq!(placeholders(text), asked, "{} {key}", locale.code());
        }
        let classes: BTreeSet<String> =
            locale.data().plurals.categories().map(|category| format!("{category:?}").to_lowercase()).collect();
        let all = messages(locale);
        for plural in PLURALS.into_iter().filter(|plural| !missing.iter().any(|missing| missing == plural)) {
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
    assert_eq!(negotiate(None, None, Some("zh-Hant-TW, en;q=0.5")), Locale::ZhHant);
    assert_eq!(negotiate(None, None, Some("fa, uk;q=0.9, ru;q=0.8")), Locale::Uk);
    assert_eq!(negotiate(None, Some("zh"), Some("zh-TW")), Locale::ZhHans);
    assert_eq!(negotiate(None, None, Some("nonsense;;;q=,")), Locale::En);
    assert_eq!(negotiate(None, None, None), Locale::En);
}

#[test]
fn a_code_names_the_nearest_language() {
    for locale in Locale::ALL {
        assert_eq!(Locale::parse(locale.code()), Some(locale));
        assert_eq!(Locale::parse(&locale.code().to_lowercase()), Some(locale));
    }
    for (code, locale) in [
        ("zh", Some(Locale::ZhHans)),
        ("zh-CN", Some(Locale::ZhHans)),
        ("zh_SG", Some(Locale::ZhHans)),
        ("zh-TW", Some(Locale::ZhHant)),
        ("zh-hk", Some(Locale::ZhHant)),
        ("zh-MO", Some(Locale::ZhHant)),
        ("zh-Hant", Some(Locale::ZhHant)),
        ("zh-Hant-CN", Some(Locale::ZhHant)),
        ("zh-Hans-HK", Some(Locale::ZhHans)),
        ("iw-IL", Some(Locale::He)),
        ("pt-PT", Some(Locale::Pt)),
        ("nl-BE", Some(Locale::Nl)),
        ("ko-KR", Some(Locale::Ko)),
        ("EN", Some(Locale::En)),
        ("sv", None),
        ("zhh", None),
        ("english", None),
        ("", None),
    ] {
        assert_eq!(Locale::parse(code), locale, "{code}");
    }
}

#[test]
fn counts_fall_into_the_classes_of_each_language() {
    const COUNTS: [u64; 9] = [0, 1, 2, 3, 5, 11, 21, 100, 1_000_000];
    // Zero, one, two, few, many, and x for other.
    for (classes, locales) in [
        ("xoxxxxxxx", &[Locale::En, Locale::De, Locale::Nl, Locale::Tr] as &[_]),
        ("xoxxxxxxm", &[Locale::Es, Locale::It]),
        ("ooxxxxxxm", &[Locale::Fr, Locale::Pt]),
        ("ooxxxxxxx", &[Locale::Hi]),
        ("moffmmmmm", &[Locale::Pl]),
        ("moffmmomm", &[Locale::Ru, Locale::Uk]),
        ("xotxxxxxx", &[Locale::He]),
        ("zotffmmxx", &[Locale::Ar]),
        ("xxxxxxxxx", &[Locale::Ja, Locale::Ko, Locale::ZhHans, Locale::ZhHant]),
    ] {
        for locale in locales {
            let class = |count: u64| match locale.data().plurals.category_for(count) {
                PluralCategory::Zero => 'z',
                PluralCategory::One => 'o',
                PluralCategory::Two => 't',
                PluralCategory::Few => 'f',
                PluralCategory::Many => 'm',
                PluralCategory::Other => 'x',
            };
            assert_eq!(COUNTS.map(class).iter().collect::<String>(), classes, "{}", locale.code());
        }
    }
    for locale in Locale::ALL {
        for key in PLURALS {
            for count in COUNTS {
                let text = plural(locale, key, count);
                assert!(
                    !text.contains("%{count}") && !text.contains(&format!("{key}.")),
                    "{} {key} {count}: {text}",
                    locale.code()
                );
            }
        }
    }
}

#[test]
fn decades_are_named_in_each_language() {
    for (locale, name) in
        [(Locale::En, "1970s"), (Locale::De, "1970er"), (Locale::Pl, "1970–1979"), (Locale::Ru, "1970-е")]
    {
        assert_eq!(decade(locale, 1970), name);
    }
    for locale in Locale::ALL {
        assert!(!decade(locale, 1970).contains('%'), "{}", locale.code());
    }
}

#[test]
fn names_of_languages_are_in_the_order_of_the_switch() {
    let mut codes: Vec<&str> = Locale::ALL.iter().map(|locale| locale.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Locale::ALL.len());
    for locale in Locale::ALL {
        assert_eq!(locale.dir() == "rtl", matches!(locale.code(), "ar" | "he"));
        assert!(Data::new(locale).is_some(), "{}", locale.code());
    }
}

#[test]
fn dates_and_numbers_are_the_languages() {
    // The day on which Star Wars opened, an amount, and a score. Blanks in numbers do not break.
    for (locale, day, amount, scored) in [
        (Locale::De, "25. Mai 1977", "1.234.567", "8,3"),
        (Locale::En, "May 25, 1977", "1,234,567", "8.3"),
        (Locale::Es, "25 de mayo de 1977", "1.234.567", "8,3"),
        (Locale::Fr, "25 mai 1977", "1\u{202f}234\u{202f}567", "8,3"),
        (Locale::It, "25 maggio 1977", "1.234.567", "8,3"),
        (Locale::Nl, "25 mei 1977", "1.234.567", "8,3"),
        (Locale::Pl, "25 maja 1977", "1\u{a0}234\u{a0}567", "8,3"),
        (Locale::Pt, "25 de maio de 1977", "1.234.567", "8,3"),
        (Locale::Tr, "25 Mayıs 1977", "1.234.567", "8,3"),
        (Locale::Ru, "25 мая 1977\u{202f}г.", "1\u{a0}234\u{a0}567", "8,3"),
        (Locale::Uk, "25 травня 1977\u{202f}р.", "1\u{a0}234\u{a0}567", "8,3"),
        (Locale::He, "25 במאי 1977", "1,234,567", "8.3"),
        (Locale::Ar, "25 مايو 1977", "1,234,567", "8.3"),
        (Locale::Hi, "25 मई, 1977", "12,34,567", "8.3"),
        (Locale::Ko, "1977년 5월 25일", "1,234,567", "8.3"),
        (Locale::Ja, "1977年5月25日", "1,234,567", "8.3"),
        (Locale::ZhHans, "1977年5月25日", "1,234,567", "8.3"),
        (Locale::ZhHant, "1977年5月25日", "1,234,567", "8.3"),
    ] {
        let shown = (date(locale, 2701), number(locale, 1_234_567), score(locale, 8.3));
        assert_eq!(shown, (day.to_owned(), amount.to_owned(), scored.to_owned()), "{}", locale.code());
        assert_eq!(year(locale, 1977), "1977");
    }
    assert_eq!(date(Locale::En, 0), "January 1, 1970");
    assert_eq!(date(Locale::En, -1), "December 31, 1969");
    // No day of a client's makes it fail.
    assert!(date(Locale::En, i32::MIN).starts_with("January 1, 1"));
    assert_eq!(date(Locale::En, i32::MAX), "December 31, 9999");
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

/// The names that `FieldErrors` are made with in the sources, and those of parameters.
fn names_of_problems() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = fs::read_to_string(entry).unwrap_or_default();
            for beginning in ["FieldErrors::of(\"", "errors.add(\"", "parse_switch(\""] {
                names
                    .extend(text.split(beginning).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
    }
    names
}

#[test]
fn pages_never_show_the_raw_name_of_a_field() {
    // Nobody fills these in: they are part of a link, or hidden, or of the API alone.
    let never_filled_in = ["id", "token", "limit", "field", "format", "x", "movie_nam"];
    let names = names_of_problems();
    assert!(names.len() > 10 && names.contains("date"), "{names:?}");
    let parameters = ["name", "director", "q", "genre", "year", "score", "sort", "order", "p", "items"];
    for name in names.iter().map(String::as_str).chain(parameters).filter(|name| !never_filled_in.contains(name)) {
        for locale in Locale::ALL {
            let label = field_label(locale, name).unwrap_or_else(|| panic!("no label for `{name}`"));
            assert!(!label.is_empty() && !label.contains('.') && !label.contains('_'), "{name}: {label}");
        }
    }
}

#[test]
fn the_examples_of_hints_can_be_typed() {
    use crate::model::Range;
    for locale in Locale::ALL {
        let between = |from: String, to: String| tr!(locale, "listing.between", from = from, to = to);
        let years = [year(locale, 1994), between(year(locale, 1985), year(locale, 1994)), decade(locale, 1990)];
        for example in years {
            let hint = years_hint(locale);
            assert!(hint.contains(&example) && Range::<u16>::parse(&isolated(locale, &example)).is_some(), "{hint}");
        }
        for example in [format!("{}+", decimal(locale, 7.5)), between(decimal(locale, 7.0), decimal(locale, 8.5))] {
            let hint = scores_hint(locale);
            assert!(hint.contains(&example) && Range::<f64>::parse(&isolated(locale, &example)).is_some(), "{hint}");
        }
        for hint in [years_hint(locale), scores_hint(locale)] {
            assert!(!hint.contains("..") && !hint.contains("%{"), "{hint}");
        }
    }
}
