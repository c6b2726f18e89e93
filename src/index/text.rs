//! From texts to the terms of the index, and from what somebody typed to the words that are looked for.
//!
//! A term ends in one character that says where the word stands (see [`TextField`]): so one dictionary holds the words of
//! all fields, and one walk finds them all.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use crate::model::Facts;
use crate::model::fold::{fold, is_unspaced, words};

/// The most words of a question, all its texts together: few titles need more, and each costs walks through the
/// dictionary.
pub const MAX_WORDS: usize = 16;

/// Beginnings of words are terms of their own up to so many letters: longer ones have few words.
pub const LONGEST_START: usize = 3;

/// Where a word stands: the last byte of its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum TextField {
    /// The title.
    Title = 1,
    /// The original title or another one.
    OtherTitle = 2,
    /// A director's name.
    Director = 3,
    /// The year, as a word: `dune 2021`.
    Year = 4,
    /// An actor's name. Held whole alone, to find an actor's films; no word is looked for there.
    Actor = 5,
}

impl TextField {
    /// All whose words are held.
    pub const ALL: [Self; 4] = [Self::Title, Self::OtherTitle, Self::Director, Self::Year];

    /// The place that a term's last byte names.
    pub fn of_term(term: &[u8]) -> Option<Self> {
        let last = *term.last()?;
        Self::ALL.into_iter().find(|place| *place as u8 == last)
    }
}

/// The last bytes of terms are below this one; no word holds such a byte.
pub const FIRST_LETTER: u8 = 5;

/// The term of a word.
pub fn term(word: &str, place: TextField) -> String {
    let mut term = String::with_capacity(word.len() + 1);
    term.push_str(word);
    term.push(char::from(place as u8));
    term
}

/// A whole folded title or name as a number of 28 bits. That two texts share one does no harm: a movie must also hold
/// all the words, and long texts would make the largest dictionary of all.
pub fn whole(folded: &str, place: TextField) -> u64 {
    let mut hasher = SipHasher13::new();
    (folded, place as u8).hash(&mut hasher);
    hasher.finish() >> 36
}

/// The terms of a movie, field by field, each joined with blanks.
#[derive(Debug, Default)]
pub struct Terms {
    /// Words.
    pub words: String,
    /// How names sound.
    pub sounds: String,
    /// The first letter of each word, the first two and the first three.
    pub starts: String,
    /// Whole titles and names, see [`whole`].
    pub whole: Vec<u64>,
}

impl Terms {
    /// The terms of a movie.
    pub fn of(facts: &Facts, sound: impl Fn(&str) -> Option<String>) -> Self {
        let mut terms = Self::default();
        terms.add(&facts.title, TextField::Title);
        for title in facts.original_title.iter().chain(&facts.alternate_titles) {
            terms.add(title, TextField::OtherTitle);
        }
        for director in &facts.directors {
            for word in terms.add(director, TextField::Director) {
                if let Some(sound) = sound(&word) {
                    push(&mut terms.sounds, &[&sound], TextField::Director);
                }
            }
        }
        terms.whole.extend(facts.cast.iter().map(|actor| whole(&fold(actor), TextField::Actor)));
        if let Some(year) = facts.year {
            push(&mut terms.words, &[&year.to_string()], TextField::Year);
        }
        terms
    }

    fn add(&mut self, text: &str, place: TextField) -> Vec<String> {
        let words = words(text);
        self.whole.push(whole(&if words.is_empty() { fold(text) } else { words.join(" ") }, place));
        // All words as one: `amancalledove`. Two as one are found by the two.
        if words.len() > 2 && place != TextField::Director {
            self.whole.push(whole(&words.concat(), place));
        }
        for word in &words {
            push(&mut self.words, &[word], place);
            if !is_unspaced_word(word) {
                let ends = word.char_indices().map(|(at, _)| at).chain([word.len()]).skip(1).take(LONGEST_START);
                ends.for_each(|end| push(&mut self.starts, &[&word[..end]], place));
            }
        }
        for pair in words.windows(2) {
            // Han and kana are held as single characters and as pairs, which keep their order.
            if pair.iter().all(|word| is_unspaced_word(word)) {
                push(&mut self.words, &[&pair[0], &pair[1]], place);
            }
        }
        words
    }
}

fn push(terms: &mut String, parts: &[&str], place: TextField) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    terms.extend(parts.iter().copied());
    terms.push(char::from(place as u8));
}

const ARTICLES: [&str; 18] =
    ["the", "a", "an", "le", "la", "les", "l", "der", "die", "das", "el", "los", "las", "il", "lo", "i", "o", "os"];

/// A word that people leave out, or type without need.
pub fn is_article(word: &str) -> bool {
    ARTICLES.contains(&word)
}

/// How many words a title has, its article left out: who types "scarecrow" has typed all of "The Scarecrow".
pub fn title_words(title: &str) -> u64 {
    let words = words(title);
    let article = words.len() > 1 && words.first().is_some_and(|first| is_article(first));
    words.len() as u64 - u64::from(article)
}

/// The words that are looked for: runs of Han and kana as pairs (a single one as it is), all else as it is.
pub fn wanted(text: &str) -> Vec<String> {
    let words = words(text);
    let mut wanted = Vec::with_capacity(words.len());
    for (position, word) in words.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| words.get(before));
        let next = words.get(position + 1);
        if !is_unspaced_word(word) {
            wanted.push(word.clone());
        } else if let Some(next) = next.filter(|next| is_unspaced_word(next)) {
            wanted.push(format!("{word}{next}"));
        } else if !before.is_some_and(|before| is_unspaced_word(before)) {
            wanted.push(word.clone());
        }
    }
    wanted
}

/// The word is a single Han or kana character, or a pair of them.
pub fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(title: &str) -> Terms {
        Terms::of(&Facts { title: title.to_owned(), ..Facts::default() }, |_| None)
    }

    fn plain(text: &str) -> String {
        text.replace('\u{1}', "")
    }

    #[test]
    fn han_and_kana_are_held_as_characters_and_pairs() {
        assert_eq!(plain(&terms("七人の侍").words), "七 人 の 侍 七人 人の の侍");
        assert_eq!(wanted("七人の"), ["七人", "人の"]);
        assert_eq!(wanted("侍"), ["侍"]);
        assert_eq!(wanted("akira アキ 1988"), ["akira", "あき", "1988"]);
    }

    #[test]
    fn long_titles_are_also_held_as_one_word() {
        let held = |title: &str, typed: &str| terms(title).whole.contains(&whole(typed, TextField::Title));
        assert!(held("A Man Called Ove", "a man called ove"));
        assert!(held("A Man Called Ove", "amancalledove"));
        assert!(!held("Star Wars", "starwars"));
        assert!(held("?", "?"));
    }

    #[test]
    fn of_actors_whole_names_alone_are_held() {
        let facts = Facts { cast: vec!["Toshirō Mifune".to_owned()], ..Facts::default() };
        let terms = Terms::of(&facts, |_| None);
        assert!(terms.whole.contains(&whole(&fold("TOSHIRO  mifune"), TextField::Actor)));
        assert!(!terms.whole.contains(&whole(&fold("Toshiro Mifune"), TextField::Director)));
        assert_eq!((terms.words.as_str(), terms.sounds.as_str(), terms.starts.as_str()), ("", "", ""));
    }

    #[test]
    fn words_begin_with_their_first_letters() {
        assert_eq!(plain(&terms("Émile X").starts), "e em emi x");
        assert_eq!(terms("Up").starts, "u\u{1} up\u{1}");
        assert_eq!(terms("侍").starts, "");
    }

    #[test]
    fn a_term_tells_its_place() {
        for place in TextField::ALL {
            assert_eq!(TextField::of_term(term("word", place).as_bytes()), Some(place));
        }
        assert_eq!(TextField::of_term(b"word"), None);
    }
}
