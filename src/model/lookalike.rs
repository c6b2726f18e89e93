//! Names that look alike, after Unicode Technical Standard 39. What is equal is in `fold`; this is what people take for
//! equal.

use unicode_security::confusable_detection::skeleton;
use unicode_security::mixed_script::{AugmentedScriptSet, MixedScript};

/// What a name looks like. Two names with one look are taken for each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Look {
    as_written: String,
    /// A reader does not tell `Anna` from `anna`, but only as it is written `I` looks like `l`.
    lower_case: String,
}

impl Look {
    /// The look of a name.
    pub fn of(name: &str) -> Self {
        Self { as_written: skeleton(name).collect(), lower_case: skeleton(&name.to_lowercase()).collect() }
    }

    /// Both are taken for each other.
    pub fn is_like(&self, other: &Self) -> bool {
        self.as_written == other.as_written || self.lower_case == other.lower_case
    }
}

/// Some character leaves no trace, such as a soft hyphen. Joiners and selectors where scripts or emoji need them do.
pub fn has_invisible(text: &str) -> bool {
    let before = std::iter::once(' ').chain(text.chars());
    before.zip(text.chars()).any(|(before, c)| is_ignorable(c) && !(is_joiner(c) && takes_joiner(before)))
}

/// The standard's skeleton drops what displays leave out, and nothing else.
fn is_ignorable(c: char) -> bool {
    skeleton(c.encode_utf8(&mut [0; 4])).next().is_none()
}

/// Joiners, the selectors of Mongolian letters, the selector of colored emoji.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{180b}'..='\u{180f}' | '\u{fe0f}')
}

/// A letter of a script that is written joined (Arabic to Sinhala, Burmese, Khmer, Mongolian), or an emoji.
fn takes_joiner(c: char) -> bool {
    let is_joined_script = matches!(c, '\u{600}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}');
    is_joined_script || c > '\u{2000}' && !c.is_alphanumeric()
}

/// Its letters are of several scripts. The writing systems of Japan, Korea and China are one each, also with Latin
/// letters (the standard's level *highly restrictive*).
pub fn mixes_scripts(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.as_str().is_single_script() {
        return false;
    }
    let others: String = letters.chars().filter(|c| !is_latin(*c)).collect();
    let set = others.as_str().resolve_script_set();
    !(set.hanb || set.jpan || set.kore)
}

/// A Latin letter, or one of no script.
fn is_latin(c: char) -> bool {
    let mut set = AugmentedScriptSet::for_char(c);
    set.intersect_with(AugmentedScriptSet::for_char('a'));
    !set.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_found() {
        for (left, right) in [
            ("anna", "\u{430}nn\u{430}"),
            ("anna", "ann\u{ad}a"),
            ("paypal", "\u{440}\u{430}\u{443}\u{440}\u{430}l"),
            ("Ivan", "lvan"),
            ("modern", "rnodern"),
            ("admin", "Admin"),
            ("rob0t", "robOt"),
        ] {
            assert!(Look::of(left).is_like(&Look::of(right)), "{left} and {right}");
        }
        for (left, right) in [("anna", "anne"), ("user1", "user2"), ("Мария", "Марина"), ("田中", "由中")]
        {
            assert!(!Look::of(left).is_like(&Look::of(right)), "{left} and {right}");
        }
    }
}
