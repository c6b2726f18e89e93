//! How a name sounds, for names that people have only heard: "Spilberg", "Tarkovski", "Shamalan". Double Metaphone,
//! which was made for names in Latin letters from many languages.

use std::sync::LazyLock;

use rphonetic::DoubleMetaphone;

/// Shorter words sound like too many others.
const FEWEST_LETTERS: usize = 4;
/// Sounds of a code; the usual four would make long names one.
const LONGEST: usize = 8;

/// The code of a folded word; `None` where it is short or not in Latin letters.
pub fn sound(word: &str) -> Option<String> {
    static ENCODER: LazyLock<DoubleMetaphone> = LazyLock::new(|| DoubleMetaphone::new(Some(LONGEST)));
    let is_name = word.len() >= FEWEST_LETTERS && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let code = is_name.then(|| ENCODER.double_metaphone(word).primary())?;
    // One or two sounds tell nothing.
    (code.len() > 2).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_heard_alike_are_one() {
        for (heard, name) in [
            ("spilberg", "spielberg"),
            ("tarkovski", "tarkovsky"),
            ("kurasawa", "kurosawa"),
            ("shamalan", "shyamalan"),
            ("scorcese", "scorsese"),
            ("hichcock", "hitchcock"),
        ] {
            assert_eq!(sound(heard), sound(name), "{heard}");
            assert!(sound(name).is_some(), "{name}");
        }
        assert_ne!(sound("spielberg"), sound("soderbergh"));
        assert_eq!(sound("黒澤"), None);
        assert_eq!(sound("lee"), None);
    }
}
