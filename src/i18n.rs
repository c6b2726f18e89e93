//! Languages: negotiation, messages, plurals, numbers, dates. The only user of rust-i18n's macro; every call names its
//! locale, nothing global is set. Messages are in `assets/locales/*.yml`; the tests below hold all of them to the same
//! keys and placeholders, since a missing one would be shown as its key.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use icu_calendar::types::RataDie;
use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_plurals::{PluralCategory, PluralRules};

use crate::model::fold::fold;
use crate::model::{Problem, genre};

pub use locale::Locale;

mod locale;

rust_i18n::i18n!("assets/locales", fallback = "en");

/// A message in a language: `tr!(locale, "pages.page", number = 2)`.
#[macro_export]
macro_rules! tr {
    ($locale:expr, $key:literal) => { $crate::i18n::message($locale, $key) };
    ($locale:expr, $key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::fill(&$crate::i18n::message($locale, $key), &[$((stringify!($name), $value.to_string())),+])
    };
}

impl Locale {
    fn data(self) -> &'static Data {
        static DATA: LazyLock<HashMap<Locale, Data>> =
            LazyLock::new(|| Locale::ALL.into_iter().filter_map(|locale| Some((locale, Data::new(locale)?))).collect());
        static ENGLISH: LazyLock<Data> =
            LazyLock::new(|| Data::new(Locale::En).expect("the data of English is built in"));
        DATA.get(&self).unwrap_or(&ENGLISH)
    }
}

/// The rules of a language (CLDR, built in).
struct Data {
    plurals: PluralRules,
    decimals: DecimalFormatter,
    dates: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
}

impl Data {
    fn new(locale: Locale) -> Option<Self> {
        let tag = locale.tag();
        Some(Self {
            plurals: PluralRules::try_new_cardinal((&tag).into()).ok()?,
            decimals: DecimalFormatter::try_new(
                (&tag).into(),
                icu_decimal::options::DecimalFormatterOptions::default(),
            )
            .ok()?,
            dates: FixedCalendarDateTimeFormatter::try_new((&tag).into(), YMD::long()).ok()?,
        })
    }
}

/// The language of a request: `?lang=`, else the cookie, else `Accept-Language`, else English.
pub fn negotiate(lang: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Locale {
    // Sorted by their weights; `pt-BR` is answered in `pt`.
    let accepted = || accept_language::parse(accept_language?).iter().find_map(|wanted| Locale::parse(wanted));
    lang.and_then(Locale::parse).or_else(|| cookie.and_then(Locale::parse)).or_else(accepted).unwrap_or_default()
}

/// A message; keys are checked by the tests. [`tr!`] is the way to call it with a literal key.
pub fn message(locale: Locale, key: &str) -> Cow<'_, str> {
    _rust_i18n_translate(locale.code(), key)
}

/// Puts values in the place of `%{name}`.
pub fn fill(message: &str, values: &[(&str, String)]) -> String {
    let (names, values): (Vec<&str>, Vec<String>) = values.iter().cloned().unzip();
    rust_i18n::replace_patterns(message, &names, &values)
}

/// A message that counts: `plural(locale, "movies", 3)` is `3 movies`.
pub fn plural(locale: Locale, key: &str, count: u64) -> String {
    let category = match locale.data().plurals.category_for(count) {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    };
    fill(&message(locale, &format!("{key}.{category}")), &[("count", number(locale, count))])
}

/// A whole number with the language's digits and groups: `1,234`.
pub fn number(locale: Locale, number: u64) -> String {
    locale.data().decimals.format(&Decimal::from(number)).to_string()
}

/// A number with at most one decimal: `8.3`, `8,3`.
pub fn decimal(locale: Locale, number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    text.parse::<Decimal>()
        .map_or_else(|_| text.to_owned(), |number| locale.data().decimals.format(&number).to_string())
}

/// A score, always with one decimal: `8.0`.
pub fn score(locale: Locale, score: f64) -> String {
    let text = format!("{score:.1}");
    text.parse::<Decimal>().map_or(text, |number| locale.data().decimals.format(&number).to_string())
}

/// A year, without groups: `1977`.
pub fn year(locale: Locale, year: u16) -> String {
    // Years are ordinals; only the digits are the language's, which a single digit tells.
    let digit = |c: char| c.to_digit(10).map_or_else(|| c.to_string(), |digit| number(locale, u64::from(digit)));
    year.to_string().chars().map(digit).collect()
}

/// The ten years from `first` on: `1970s`. Languages in which each decade would need an ending of its own name both ends.
pub fn decade(locale: Locale, first: u16) -> String {
    let last = year(locale, first.saturating_add(9));
    tr!(locale, "listing.decade", year = year(locale, first), last = last)
}

/// How years can be typed, with examples as the language writes them.
pub fn years_hint(locale: Locale) -> String {
    let range = tr!(locale, "listing.between", from = year(locale, 1985), to = year(locale, 1994));
    let [one, range, decade] = [year(locale, 1994), range, decade(locale, 1990)].map(|text| isolated(locale, &text));
    tr!(locale, "listing.year_hint", one = one, range = range, decade = decade)
}

/// How scores can be typed, with examples as the language writes them.
pub fn scores_hint(locale: Locale) -> String {
    let range = tr!(locale, "listing.between", from = decimal(locale, 7.0), to = decimal(locale, 8.5));
    let [least, range] = [format!("{}+", decimal(locale, 7.5)), range].map(|text| isolated(locale, &text));
    tr!(locale, "listing.score_hint", least = least, range = range)
}

/// A text whose direction the words around it must not change.
fn isolated(locale: Locale, text: &str) -> String {
    if locale.dir() == "rtl" { format!("\u{2066}{text}\u{2069}") } else { text.to_owned() }
}

/// What pages call a parameter or a field of a form; `None` for one that people never fill in.
pub fn field_label(locale: Locale, name: &str) -> Option<Cow<'static, str>> {
    let label = match name {
        "q" => tr!(locale, "listing.search"),
        "name" => tr!(locale, "listing.name"),
        "genre" => tr!(locale, "listing.genre"),
        "score" => tr!(locale, "listing.score"),
        "sort" => tr!(locale, "listing.sort"),
        "order" => tr!(locale, "listing.order"),
        "p" => tr!(locale, "pages.label"),
        "items" => tr!(locale, "pages.items"),
        "username" => tr!(locale, "account.username"),
        "password" => tr!(locale, "account.password"),
        "rating" => tr!(locale, "mine.rating"),
        "on" => tr!(locale, "mine.watchlist"),
        "date" => tr!(locale, "mine.date"),
        "viewing" => tr!(locale, "mine.seen"),
        "note" => tr!(locale, "mine.note"),
        "list" | "position" => tr!(locale, "mine.list"),
        "movie" => tr!(locale, "listing.title"),
        "description" => tr!(locale, "mine.list_description"),
        "public" => tr!(locale, "mine.public"),
        "file" => tr!(locale, "mine.file"),
        "kind" => tr!(locale, "mine.kind"),
        "poster" => tr!(locale, "poster.title"),
        name => {
            let field = crate::model::Field::ALL.into_iter().find(|field| field.name() == name)?;
            Cow::Owned(message(locale, &format!("form.{}", field.name())).into_owned())
        }
    };
    Some(label)
}

/// A day, written out: `May 25, 1977`, `25. Mai 1977`. Days are counted from 1 January 1970.
pub fn date(locale: Locale, days_since_1970: i32) -> String {
    let day = RataDie::new(UNIX_DAY + i64::from(days_since_1970).clamp(FIRST_DAY, LAST_DAY));
    locale.data().dates.format(&Date::from_rata_die(day, Gregorian)).to_string()
}

/// 1 January 1970, counted from the first day of the year 1.
const UNIX_DAY: i64 = 719_163;
/// 1 January of the year 1.
const FIRST_DAY: i64 = 1 - UNIX_DAY;
/// 31 December 9999.
const LAST_DAY: i64 = 2_932_896;

/// The genre's name in the visitor's language; an unknown genre is shown as it is.
pub fn genre_name(locale: Locale, genre: &str) -> String {
    match genre::known(genre) {
        Some(known) => message(locale, &format!("genre.{}", known.key)).into_owned(),
        None => genre.to_owned(),
    }
}

/// The genre that a language calls so, as fmdb spells it.
pub fn genre_named(locale: Locale, name: &str) -> Option<&'static str> {
    let named = fold(name);
    genre::KNOWN.iter().map(|genre| genre.name).find(|genre| fold(&genre_name(locale, genre)) == named)
}

/// What is wrong with a value.
pub fn problem(locale: Locale, problem: &Problem) -> String {
    let count = |key, count: usize| plural(locale, key, count as u64);
    match problem {
        Problem::Missing => tr!(locale, "problem.missing").into_owned(),
        Problem::TooLong { max } => count("problem.too_long", *max),
        Problem::TooShort { min } => count("problem.too_short", *min),
        Problem::TooMany { max } => count("problem.too_many", *max),
        Problem::NotANumber => tr!(locale, "problem.not_a_number").into_owned(),
        Problem::NotWhole => tr!(locale, "problem.not_whole").into_owned(),
        Problem::OutOfRange { min, max } => {
            // A year among the bounds would be grouped as an amount, so bounds are shown plain.
            tr!(locale, "problem.out_of_range", min = min, max = max)
        }
        Problem::Below { min } => tr!(locale, "problem.below", min = decimal(locale, *min)),
        Problem::Malformed { expected } => tr!(locale, "problem.malformed", expected = expected),
        // The choices are names of the API.
        Problem::NotAChoice { .. } => tr!(locale, "problem.not_a_choice").into_owned(),
        Problem::NotYears => format!("{} {}", tr!(locale, "problem.not_years"), years_hint(locale)),
        Problem::NotScores => format!("{} {}", tr!(locale, "problem.not_scores"), scores_hint(locale)),
        Problem::Repeated => tr!(locale, "problem.repeated").into_owned(),
        Problem::Taken { name } => tr!(locale, "problem.taken", name = name),
        Problem::LooksLike { name } => tr!(locale, "problem.looks_like", name = name),
        Problem::MixedScripts => tr!(locale, "problem.mixed_scripts").into_owned(),
        Problem::Invisible => tr!(locale, "problem.invisible").into_owned(),
        Problem::TooCommon => tr!(locale, "problem.too_common").into_owned(),
        Problem::Damaged => tr!(locale, "poster.damaged").into_owned(),
        Problem::NotAKind { kinds } => tr!(locale, "poster.not_a_kind", kinds = kinds),
        Problem::TooManyPixels { max } => tr!(locale, "poster.too_many_pixels", max = number(locale, *max as u64)),
        Problem::TooLarge { max } => tr!(locale, "poster.too_large", max = number(locale, *max as u64)),
        Problem::TooMuchData => tr!(locale, "poster.too_much_data").into_owned(),
        Problem::NotesFull { max } => tr!(locale, "mine.notes_full", max = number(locale, *max as u64)),
        Problem::ListsFull { max } => tr!(locale, "mine.lists_full", max = number(locale, *max as u64)),
        Problem::ViewingsFull { max } => tr!(locale, "mine.viewings_full", max = number(locale, *max as u64)),
        Problem::TooEarly { year } => tr!(locale, "mine.too_early", year = year),
        Problem::InFuture => tr!(locale, "mine.in_future").into_owned(),
    }
}

#[cfg(test)]
mod tests;
