//! The orders in which readers expect titles. Languages that sort alike share one; the rules themselves are in the
//! index.

/// Rules of sorting: those of CLDR's root, or a language's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each but the first is a language's own code")]
pub enum Collation {
    /// What English, German, French, Italian, Dutch and Portuguese share.
    Root,
    Es,
    Pl,
    Tr,
    Ru,
    Uk,
    He,
    Ar,
    Hi,
    Ko,
    Ja,
    /// By pinyin.
    ZhHans,
    /// By strokes.
    ZhHant,
}

impl Collation {
    /// All.
    pub const ALL: [Self; 13] = [
        Self::Root,
        Self::Es,
        Self::Pl,
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
}
