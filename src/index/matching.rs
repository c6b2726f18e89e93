//! How a word that was typed meets the words of the index: exactly, as a beginning, or with slips.
//!
//! The automaton walks the term dictionary and each term keeps its distance, so that the ranking knows how far
//! a match is (tantivy's own fuzzy query gives every match the same score, its issue 563).

use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

/// How far a match is from what was typed; the lower the better. The ranking adds these up.
pub mod tier {
    /// The same word.
    pub const EXACT: u8 = 0;
    /// The same number in another form: `2` and `ii`.
    pub const OTHER_FORM: u8 = 1;
    /// The last word is the beginning of this one.
    pub const PREFIX: u8 = 1;
    /// Two words written as one, or one as two.
    pub const JOINED: u8 = 1;
    /// One slip: a letter wrong, missing, too many, or two swapped.
    pub const ONE_SLIP: u8 = 3;
    /// One slip in the beginning of a word.
    pub const PREFIX_ONE_SLIP: u8 = 4;
    /// Two slips.
    pub const TWO_SLIPS: u8 = 6;
    /// Two slips in the beginning of a word.
    pub const PREFIX_TWO_SLIPS: u8 = 7;
}

/// Beyond this many characters a word is matched exactly or as a beginning only: automata of long words are
/// large, and no name needs them.
const MAX_FORGIVEN: usize = 40;

/// A word that is looked for.
pub struct Wanted {
    /// The word, folded.
    pub word: String,
    /// It is the last one, so it may be unfinished.
    pub unfinished: bool,
    whole: Option<DFA>,
    beginning: Option<DFA>,
    /// The words within one slip, where two are forgiven.
    near: Option<DFA>,
}

impl Wanted {
    /// Prepares a word: how many slips are forgiven depends on its length and on how much is to be forgiven.
    pub fn new(word: &str, unfinished: bool, patience: Patience) -> Self {
        let slips = forgiven(word, patience);
        let whole = (slips > 0).then(|| builder(slips).build_dfa(word));
        let beginning = (slips > 0 && unfinished).then(|| builder(slips).build_prefix_dfa(word));
        let near = (slips > 1).then(|| match unfinished {
            true => builder(1).build_prefix_dfa(word),
            false => builder(1).build_dfa(word),
        });
        Self { word: word.to_owned(), unfinished, whole, beginning, near }
    }

    /// How far a term is from the word; `None` where it does not match.
    pub fn tier(&self, term: &[u8]) -> Option<u8> {
        if term == self.word.as_bytes() {
            return Some(tier::EXACT);
        }
        if self.unfinished && term.starts_with(self.word.as_bytes()) {
            return Some(tier::PREFIX);
        }
        let slips = |dfa: &Option<DFA>| match dfa.as_ref()?.eval(term) {
            Distance::Exact(slips) => Some(slips),
            Distance::AtLeast(_) => None,
        };
        match (slips(&self.whole), slips(&self.beginning)) {
            (Some(0 | 1), _) => Some(tier::ONE_SLIP),
            (_, Some(0 | 1)) => Some(tier::PREFIX_ONE_SLIP),
            (Some(_), _) => Some(tier::TWO_SLIPS),
            (None, Some(_)) => Some(tier::PREFIX_TWO_SLIPS),
            (None, None) => None,
        }
    }

    /// The automaton that walks a term dictionary for this word, at most one slip away: where no more is wanted, it
    /// meets a small part of what [`Self::automaton`] does.
    pub fn near_automaton(&self) -> Walk<'_> {
        self.near.as_ref().map_or_else(|| self.automaton(), Walk::Slips)
    }

    /// The automaton that walks a term dictionary for this word.
    pub fn automaton(&self) -> Walk<'_> {
        match (&self.beginning, &self.whole) {
            (Some(dfa), _) | (None, Some(dfa)) => Walk::Slips(dfa),
            (None, None) => Walk::Plain { word: self.word.as_bytes(), open: self.unfinished },
        }
    }
}

/// How much is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// One slip from four letters, two from eight.
    Usual,
    /// One slip from three letters, two from five: where the usual finds nothing at all, anything near is better.
    Great,
}

/// Slips by letters; none in numbers: 2024 is not 2025.
fn forgiven(word: &str, patience: Patience) -> u8 {
    let letters = word.chars().count();
    if letters > MAX_FORGIVEN || word.chars().all(char::is_numeric) {
        return 0;
    }
    let (one, two) = match patience {
        Patience::Usual => (4, 8),
        Patience::Great => (3, 5),
    };
    u8::from(letters >= one) + u8::from(letters >= two)
}

fn builder(slips: u8) -> &'static LevenshteinAutomatonBuilder {
    static ONE: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
    static TWO: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));
    if slips == 1 { &ONE } else { &TWO }
}

/// Walks a term dictionary.
pub enum Walk<'a> {
    /// Terms within the slips that are forgiven.
    Slips(&'a DFA),
    /// The word itself; with `open`, all that begin with it.
    Plain {
        /// The word.
        word: &'a [u8],
        /// Longer terms match too.
        open: bool,
    },
}

/// Past the end of the word: only an open walk goes on from here.
const BEYOND: u32 = u32::MAX - 1;
const DEAD: u32 = u32::MAX;

impl tantivy_fst::Automaton for Walk<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        match self {
            Self::Slips(dfa) => dfa.initial_state(),
            Self::Plain { .. } => 0,
        }
    }

    fn is_match(&self, state: &u32) -> bool {
        match self {
            Self::Slips(dfa) => matches!(dfa.distance(*state), Distance::Exact(_)),
            Self::Plain { word, .. } => *state == BEYOND || *state as usize == word.len(),
        }
    }

    fn can_match(&self, state: &u32) -> bool {
        match self {
            Self::Slips(_) => *state != SINK_STATE,
            Self::Plain { .. } => *state != DEAD,
        }
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        match self {
            Self::Slips(dfa) => dfa.transition(*state, byte),
            Self::Plain { word, open } => match *state {
                BEYOND => BEYOND,
                DEAD => DEAD,
                position => match word.get(position as usize) {
                    Some(expected) if *expected == byte => position + 1,
                    None if *open => BEYOND,
                    _ => DEAD,
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier_of(word: &str, unfinished: bool, term: &str) -> Option<u8> {
        Wanted::new(word, unfinished, Patience::Usual).tier(term.as_bytes())
    }

    #[test]
    fn slips_are_forgiven_by_length() {
        assert_eq!(tier_of("her", false, "hers"), None);
        assert_eq!(tier_of("star", false, "stra"), Some(tier::ONE_SLIP));
        assert_eq!(tier_of("godfahter", false, "godfather"), Some(tier::ONE_SLIP));
        assert_eq!(tier_of("wizzard", false, "wizard"), Some(tier::ONE_SLIP));
        assert_eq!(tier_of("intersetlar", false, "interstellar"), Some(tier::TWO_SLIPS));
        assert_eq!(tier_of("2024", false, "2025"), None);
    }

    #[test]
    fn great_patience_forgives_short_words() {
        assert_eq!(tier_of("lrd", false, "lord"), None);
        let patient = Wanted::new("lrd", false, Patience::Great);
        assert_eq!(patient.tier(b"lord"), Some(tier::ONE_SLIP));
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        assert_eq!(tier_of("wa", true, "wars"), Some(tier::PREFIX));
        assert_eq!(tier_of("wa", false, "wars"), None);
        assert_eq!(tier_of("gdof", true, "godfather"), Some(tier::PREFIX_ONE_SLIP));
        assert_eq!(tier_of("thriler", true, "thriller"), Some(tier::ONE_SLIP));
    }

    #[test]
    fn the_walk_and_the_tier_agree() {
        use tantivy_fst::Automaton;
        for (word, unfinished) in [("wa", true), ("wa", false), ("wars", true), ("wars", false)] {
            let wanted = Wanted::new(word, unfinished, Patience::Usual);
            let walk = wanted.automaton();
            for term in ["w", "wa", "war", "wars", "warss", "wrs", "x", ""] {
                let state = term.bytes().fold(walk.start(), |state, byte| walk.accept(&state, byte));
                assert_eq!(walk.is_match(&state), wanted.tier(term.as_bytes()).is_some(), "{word} {unfinished} {term}");
            }
        }
    }
}
