//! The languages that the site speaks: codes, names, directions, and which one a code asks for. Knows no message.

use icu_locale_core::{Locale as Tag, locale};

use crate::model::Collation;

/// A language that the site speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "each is a language's own code")]
pub enum Locale {
    #[default]
    En,
    De,
    Es,
    Fr,
    It,
    Nl,
    Pl,
    Pt,
    Tr,
    Ru,
    Uk,
    He,
    Ar,
    Hi,
    Ko,
    Ja,
    ZhHans,
    ZhHant,
}

impl Locale {
    /// All, in the order of the switch: by their own names, script by script.
    pub const ALL: [Self; 18] = [
        Self::De,
        Self::En,
        Self::Es,
        Self::Fr,
        Self::It,
        Self::Nl,
        Self::Pl,
        Self::Pt,
        Self::Tr,
        Self::Ru,
        Self::Uk,
        Self::He,
        Self::Ar,
        Self::Hi,
        Self::Ko,
        Self::Ja,
        Self::ZhHans,
        Self::ZhHant,
    ];

    /// The BCP 47 code: `en`, `zh-Hans`.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pl => "pl",
            Self::Pt => "pt",
            Self::Tr => "tr",
            Self::Ru => "ru",
            Self::Uk => "uk",
            Self::He => "he",
            Self::Ar => "ar",
            Self::Hi => "hi",
            Self::Ko => "ko",
            Self::Ja => "ja",
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
        }
    }

    /// The language's name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Es => "Español",
            Self::Fr => "Français",
            Self::It => "Italiano",
            Self::Nl => "Nederlands",
            Self::Pl => "Polski",
            Self::Pt => "Português",
            Self::Tr => "Türkçe",
            Self::Ru => "Русский",
            Self::Uk => "Українська",
            Self::He => "עברית",
            Self::Ar => "العربية",
            Self::Hi => "हिन्दी",
            Self::Ko => "한국어",
            Self::Ja => "日本語",
            Self::ZhHans => "简体中文",
            Self::ZhHant => "繁體中文",
        }
    }

    /// The direction of its script, for `<html dir>`.
    pub fn dir(self) -> &'static str {
        if matches!(self, Self::Ar | Self::He) { "rtl" } else { "ltr" }
    }

    /// Reads a code, also a longer one such as `pt-BR` or an older one; `None` where the site does not speak it.
    pub fn parse(code: &str) -> Option<Self> {
        let mut parts = code.trim().split(['-', '_']);
        let language = match parts.next()?.to_ascii_lowercase().as_str() {
            "zh" => return Some(Self::chinese(parts)),
            // What Hebrew was called before 1989, and still is by some programs.
            "iw" => "he".to_owned(),
            language => language.to_owned(),
        };
        Self::ALL.into_iter().find(|locale| locale.code() == language)
    }

    /// The script of a Chinese code: named, else that of the region, else the simplified one.
    fn chinese<'c>(parts: impl Iterator<Item = &'c str>) -> Self {
        let script = |part: &str| match part.to_ascii_lowercase().as_str() {
            "hans" => Some(Self::ZhHans),
            "hant" => Some(Self::ZhHant),
            _ => None,
        };
        let region = |part: &str| matches!(part.to_ascii_lowercase().as_str(), "tw" | "hk" | "mo");
        let parts: Vec<&str> = parts.collect();
        let by_region = if parts.iter().any(|part| region(part)) { Self::ZhHant } else { Self::ZhHans };
        parts.iter().find_map(|part| script(part)).unwrap_or(by_region)
    }

    /// How its readers expect titles to be sorted.
    pub fn collation(self) -> Collation {
        match self {
            Self::En | Self::De | Self::Fr | Self::It | Self::Nl | Self::Pt => Collation::Root,
            Self::Es => Collation::Es,
            Self::Pl => Collation::Pl,
            Self::Tr => Collation::Tr,
            Self::Ru => Collation::Ru,
            Self::Uk => Collation::Uk,
            Self::He => Collation::He,
            Self::Ar => Collation::Ar,
            Self::Hi => Collation::Hi,
            Self::Ko => Collation::Ko,
            Self::Ja => Collation::Ja,
            Self::ZhHans => Collation::ZhHans,
            Self::ZhHant => Collation::ZhHant,
        }
    }

    /// The key of its rules in CLDR.
    pub(super) fn tag(self) -> Tag {
        match self {
            Self::En => locale!("en"),
            Self::De => locale!("de"),
            Self::Es => locale!("es"),
            Self::Fr => locale!("fr"),
            Self::It => locale!("it"),
            Self::Nl => locale!("nl"),
            Self::Pl => locale!("pl"),
            Self::Pt => locale!("pt"),
            Self::Tr => locale!("tr"),
            Self::Ru => locale!("ru"),
            Self::Uk => locale!("uk"),
            Self::He => locale!("he"),
            Self::Ar => locale!("ar"),
            Self::Hi => locale!("hi"),
            Self::Ko => locale!("ko"),
            Self::Ja => locale!("ja"),
            Self::ZhHans => locale!("zh-Hans"),
            Self::ZhHant => locale!("zh-Hant"),
        }
    }
}
