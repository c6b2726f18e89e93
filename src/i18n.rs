//! Languages: negotiation, messages, plurals, numbers. The only user of rust-i18n's macro; every call names its
//! locale, nothing global is set. Messages are in `assets/locales/*.yml`; the tests below hold all of them to the same
//! keys and placeholders, since a missing one would be shown as its key.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::locale;
use icu_plurals::{PluralCategory, PluralRules};

use crate::model::{Problem, genre};

rust_i18n::i18n!("assets/locales", fallback = "en");

/// A message in a language: `tr!(locale, "pages.page", number = 2)`.
#[macro_export]
macro_rules! tr {
    ($locale:expr, $key:literal) => { $crate::i18n::message($locale, $key) };
    ($locale:expr, $key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::fill(&$crate::i18n::message($locale, $key), &[$((stringify!($name), $value.to_string())),+])
    };
}

/// A language that the site speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "each is a language's own code")]
pub enum Locale {
    #[default]
    En,
    De,
    Es,
    Fr,
    Pt,
    Ar,
    Ja,
    Zh,
}

impl Locale {
    /// All, in the order of the switch.
    pub const ALL: [Self; 8] = [Self::En, Self::De, Self::Es, Self::Fr, Self::Pt, Self::Ar, Self::Ja, Self::Zh];

    /// The BCP 47 code: `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::Pt => "pt",
            Self::Ar => "ar",
            Self::Ja => "ja",
            Self::Zh => "zh",
        }
    }

    /// The language's name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Es => "Español",
            Self::Fr => "Français",
            Self::Pt => "Português",
            Self::Ar => "العربية",
            Self::Ja => "日本語",
            Self::Zh => "中文",
        }
    }

    /// The direction of its script, for `<html dir>`.
    pub fn dir(self) -> &'static str {
        if self == Self::Ar { "rtl" } else { "ltr" }
    }

    /// Reads a code, also a longer one such as `pt-BR`; `None` where the site does not speak it.
    pub fn parse(code: &str) -> Option<Self> {
        let language = code.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|locale| locale.code().eq_ignore_ascii_case(language))
    }

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
}

impl Data {
    fn new(locale: Locale) -> Option<Self> {
        let tag = match locale {
            Locale::En => locale!("en"),
            Locale::De => locale!("de"),
            Locale::Es => locale!("es"),
            Locale::Fr => locale!("fr"),
            Locale::Pt => locale!("pt"),
            Locale::Ar => locale!("ar"),
            Locale::Ja => locale!("ja"),
            Locale::Zh => locale!("zh"),
        };
        Some(Self {
            plurals: PluralRules::try_new_cardinal((&tag).into()).ok()?,
            decimals: DecimalFormatter::try_new(
                (&tag).into(),
                icu_decimal::options::DecimalFormatterOptions::default(),
            )
            .ok()?,
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

/// A day, given as the number of days since 1970.
pub fn date(_locale: Locale, days_since_1970: i32) -> String {
    crate::model::mine::Day(i64::from(days_since_1970)).to_string()
}

/// The genre's name in the visitor's language; an unknown genre is shown as it is.
pub fn genre_name(locale: Locale, genre: &str) -> String {
    match genre::known(genre) {
        Some(known) => message(locale, &format!("genre.{}", known.key)).into_owned(),
        None => genre.to_owned(),
    }
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
        Problem::NotAChoice { choices } => tr!(locale, "problem.not_a_choice", choices = choices),
        Problem::Taken => tr!(locale, "problem.taken").into_owned(),
        Problem::TooCommon => tr!(locale, "problem.too_common").into_owned(),
        Problem::TooEarly { year } => tr!(locale, "mine.too_early", year = year),
        Problem::InFuture => tr!(locale, "mine.in_future").into_owned(),
    }
}

#[cfg(test)]
mod tests;
