//! How a word that was typed meets the words of the index: exactly, as a beginning, or with slips.
//!
//! The automaton walks the term dictionary and each term keeps its distance, so that the ranking knows how far
//! a match is (tantivy's own fuzzy query gives every match the same score, its issue 563).

use std::cell::OnceCell;
use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

use super::text::{FIRST_LETTER, TextField};
use crate::model::fold::words;

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
    /// A name that sounds the same.
    pub const SOUND: u8 = 5;
    /// Two slips.
    pub const TWO_SLIPS: u8 = 6;
    /// Two slips in the beginning of a word.
    pub const PREFIX_TWO_SLIPS: u8 = 7;
}

/// How far afield a word is looked for. Each level holds what those before it hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Fuzziness {
    /// As it is, as a beginning, joined or split, a number in another form.
    #[default]
    Exact,
    /// One slip from four letters.
    One,
    /// One slip from three letters, two from five, names that sound the same: where the nearer levels find nothing,
    /// anything is better.
    Two,
}

impl Fuzziness {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Exact, Self::One, Self::Two];

    /// Slips that are forgiven in a whole word and in the beginning of one, by its letters.
    fn slips(self, letters: usize) -> (u8, u8) {
        match (self, letters) {
            (Self::Exact, _) | (_, ..=2) | (_, MAX_FORGIVEN..) => (0, 0),
            (Self::One, 3) => (0, 0),
            (Self::One, 4..=5) => (1, 0),
            (Self::One, _) => (1, 1),
            (Self::Two, 3) => (1, 0),
            (Self::Two, 4) => (1, 1),
            (Self::Two, 5..=7) => (2, 1),
            (Self::Two, _) => (2, 2),
        }
    }
}

/// From this many characters on a word is matched exactly or as a beginning only: automata of long words are
/// large, and no name needs them.
const MAX_FORGIVEN: usize = 41;

/// A word that is looked for.
pub struct Wanted {
    /// The word, folded.
    pub word: String,
    /// Its characters.
    pub letters: usize,
    /// It is the last one, so it may be unfinished.
    pub unfinished: bool,
    near: OnceCell<Slips>,
    far: OnceCell<Slips>,
}

/// What was typed is a name with a slip in some of its words, one in each; all words are there.
pub fn is_slip_of(typed: &str, name: &str) -> bool {
    let (typed, name) = (words(typed), words(name));
    let is_near = |(typed, word): (&String, &String)| Wanted::new(typed, false).tier(word.as_bytes(), Fuzziness::One);
    !typed.is_empty() && typed.len() == name.len() && typed.iter().zip(&name).all(|pair| is_near(pair).is_some())
}

/// The automata of a word at one level.
#[derive(Default)]
struct Slips {
    whole: Option<DFA>,
    beginning: Option<DFA>,
}

impl Wanted {
    /// Prepares a word.
    pub fn new(word: &str, unfinished: bool) -> Self {
        let letters = word.chars().count();
        Self { word: word.to_owned(), letters, unfinished, near: OnceCell::new(), far: OnceCell::new() }
    }

    fn slips(&self, level: Fuzziness) -> Option<&Slips> {
        let cell = match level {
            Fuzziness::Exact => return None,
            Fuzziness::One => &self.near,
            Fuzziness::Two => &self.far,
        };
        Some(cell.get_or_init(|| {
            // No slips in numbers: 2024 is not 2025.
            if self.word.chars().all(char::is_numeric) {
                return Slips::default();
            }
            let (whole, beginning) = level.slips(self.letters);
            Slips {
                whole: (whole > 0).then(|| builder(whole).build_dfa(&self.word)),
                beginning: (beginning > 0 && self.unfinished).then(|| builder(beginning).build_prefix_dfa(&self.word)),
            }
        }))
    }

    /// How far a word is from this one; `None` where it does not match at this level.
    pub fn tier(&self, word: &[u8], level: Fuzziness) -> Option<u8> {
        if word == self.word.as_bytes() {
            return Some(tier::EXACT);
        }
        if self.unfinished && word.starts_with(self.word.as_bytes()) {
            return Some(tier::PREFIX);
        }
        let levels = Fuzziness::ALL.into_iter().filter(|known| *known <= level);
        levels.filter_map(|level| self.slip_tier(word, level)).min()
    }

    fn slip_tier(&self, word: &[u8], level: Fuzziness) -> Option<u8> {
        let Slips { whole, beginning } = self.slips(level)?;
        let slips = |dfa: &Option<DFA>| match dfa.as_ref()?.eval(word) {
            Distance::Exact(slips) => Some(slips),
            Distance::AtLeast(_) => None,
        };
        match (slips(whole), slips(beginning)) {
            (Some(0 | 1), _) => Some(tier::ONE_SLIP),
            (_, Some(0 | 1)) => Some(tier::PREFIX_ONE_SLIP),
            (Some(_), _) => Some(tier::TWO_SLIPS),
            (None, Some(_)) => Some(tier::PREFIX_TWO_SLIPS),
            (None, None) => None,
        }
    }

    /// The automata that walk a dictionary for the slips that a level forgives: one, where beginnings are forgiven as
    /// much as whole words, which are beginnings too.
    pub fn walks(&self, level: Fuzziness, places: TextFields) -> impl Iterator<Item = Walk<'_>> {
        let (whole, beginning) = level.slips(self.letters);
        let slips = self.slips(level);
        let whole_too = whole != beginning;
        let dfas = slips.into_iter().flat_map(move |slips| {
            let whole = slips.whole.as_ref().filter(|_| whole_too || slips.beginning.is_none());
            // The nearer level has walked the beginnings with one slip of words of this length.
            let is_walked = level == Fuzziness::Two && beginning == 1 && Fuzziness::One.slips(self.letters).1 == 1;
            whole.into_iter().chain(slips.beginning.as_ref().filter(|_| !is_walked))
        });
        dfas.map(move |dfa| Walk { dfa, places })
    }
}

fn builder(slips: u8) -> &'static LevenshteinAutomatonBuilder {
    static ONE: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
    static TWO: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));
    if slips == 1 { &ONE } else { &TWO }
}

/// Where words are looked for: for each place its rank, the lower the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextFields {
    ranks: [Option<u8>; TextField::ALL.len()],
}

impl TextFields {
    /// Places in the order of their rank.
    pub const fn new(ordered: &[TextField]) -> Self {
        let mut ranks = [None; TextField::ALL.len()];
        let mut rank = 0;
        while rank < ordered.len() {
            ranks[ordered[rank] as usize - 1] = Some(rank as u8);
            rank += 1;
        }
        Self { ranks }
    }

    /// One more place, of the best rank.
    pub fn with(mut self, place: TextField) -> Self {
        self.ranks[place as usize - 1] = Some(0);
        self
    }

    /// The rank of a place; `None` where it does not count.
    pub fn rank(self, place: TextField) -> Option<u8> {
        self.ranks[place as usize - 1]
    }

    /// The places with their ranks.
    pub fn iter(self) -> impl Iterator<Item = (TextField, u8)> {
        TextField::ALL.into_iter().filter_map(move |place| Some((place, self.rank(place)?)))
    }

    fn holds(self, byte: u8) -> bool {
        self.ranks.get(usize::from(byte).wrapping_sub(1)).is_some_and(Option::is_some)
    }
}

/// Walks a term dictionary for the words within some slips that stand at some places.
pub struct Walk<'a> {
    dfa: &'a DFA,
    places: TextFields,
}

/// A term has ended at a place that counts.
const FOUND: u32 = u32::MAX - 1;
const DEAD: u32 = u32::MAX;

impl tantivy_fst::Automaton for Walk<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        self.dfa.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        *state == FOUND
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != DEAD && *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        match *state {
            FOUND | DEAD => DEAD,
            state if byte >= FIRST_LETTER => self.dfa.transition(state, byte),
            state if self.places.holds(byte) && matches!(self.dfa.distance(state), Distance::Exact(_)) => FOUND,
            _ => DEAD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier_of(word: &str, unfinished: bool, term: &str, level: Fuzziness) -> Option<u8> {
        Wanted::new(word, unfinished).tier(term.as_bytes(), level)
    }

    #[test]
    fn slips_are_forgiven_by_length() {
        assert_eq!(tier_of("her", false, "hers", Fuzziness::One), None);
        assert_eq!(tier_of("star", false, "stra", Fuzziness::One), Some(tier::ONE_SLIP));
        assert_eq!(tier_of("godfahter", false, "godfather", Fuzziness::One), Some(tier::ONE_SLIP));
        assert_eq!(tier_of("godfahter", false, "godfather", Fuzziness::Exact), None);
        assert_eq!(tier_of("intersetlar", false, "interstellar", Fuzziness::One), None);
        assert_eq!(tier_of("intersetlar", false, "interstellar", Fuzziness::Two), Some(tier::TWO_SLIPS));
        assert_eq!(tier_of("2024", false, "2025", Fuzziness::Two), None);
        assert_eq!(tier_of("lrd", false, "lord", Fuzziness::Two), Some(tier::ONE_SLIP));
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        assert_eq!(tier_of("wa", true, "wars", Fuzziness::Exact), Some(tier::PREFIX));
        assert_eq!(tier_of("wa", false, "wars", Fuzziness::Two), None);
        assert_eq!(tier_of("gdof", true, "godfather", Fuzziness::Two), Some(tier::PREFIX_ONE_SLIP));
        assert_eq!(tier_of("thriler", true, "thriller", Fuzziness::One), Some(tier::ONE_SLIP));
    }

    #[test]
    fn the_walk_and_the_tier_agree() {
        use tantivy_fst::Automaton;
        let places = TextFields::new(&[TextField::Title]);
        let terms = ["wars", "war", "warss", "wrs", "stars", "starwars", "wra", "awrs", "wa", "warxyz", ""];
        for word in ["war", "wars", "starw", "starwar", "starwarss"] {
            for (unfinished, term) in [true, false].into_iter().flat_map(|open| terms.map(|term| (open, term))) {
                let wanted = Wanted::new(word, unfinished);
                for level in [Fuzziness::One, Fuzziness::Two] {
                    let walked = |term: &str, level| {
                        wanted.walks(level, places).any(|walk| {
                            let state = term.bytes().fold(walk.start(), |state, byte| walk.accept(&state, byte));
                            walk.is_match(&state)
                        })
                    };
                    let titled = format!("{term}\u{1}");
                    let found = walked(&titled, level) || level == Fuzziness::Two && walked(&titled, Fuzziness::One);
                    let close = wanted.tier(term.as_bytes(), Fuzziness::Exact).is_some();
                    let tier = wanted.tier(term.as_bytes(), level).is_some();
                    assert_eq!(found || close, tier, "{word} {unfinished} {term} {level:?}");
                    assert!(!walked(&format!("{term}\u{3}"), level));
                }
            }
        }
    }
}
