//! From texts to the words of the index, and from what somebody typed to the words that are looked for.

use crate::model::Facts;
use crate::model::fold::{is_unspaced, words};

/// More words than this are passed over: no title needs them, and each costs a pass over its matches.
pub const MAX_WORDS: usize = 16;

/// The words of a text as the index holds them, joined with blanks. Han and kana are held as single characters
/// and as pairs: the pairs keep their order, which single characters would lose.
pub fn indexed(text: &str) -> String {
    let words = words(text);
    let mut tokens = words.join(" ");
    for pair in unspaced_pairs(&words) {
        tokens.push(' ');
        tokens.push_str(&pair);
    }
    tokens
}

/// Neighbouring words written as one, joined with blanks: `star wars` gives `starwars`.
pub fn joined(text: &str) -> String {
    let words = words(text);
    let mut tokens = String::new();
    for pair in words.windows(2).filter(|pair| !pair.iter().any(|word| is_unspaced_word(word))) {
        if !tokens.is_empty() {
            tokens.push(' ');
        }
        tokens.extend(pair.iter().map(String::as_str));
    }
    tokens
}

/// How many words a title has, its article left out: who types "scarecrow" has typed all of "The Scarecrow".
pub fn title_words(title: &str) -> u64 {
    const ARTICLES: [&str; 18] =
        ["the", "a", "an", "le", "la", "les", "l", "der", "die", "das", "el", "los", "las", "il", "lo", "i", "o", "os"];
    let words = words(title);
    let article = words.len() > 1 && words.first().is_some_and(|first| ARTICLES.contains(&first.as_str()));
    words.len() as u64 - u64::from(article)
}

/// The title, the original title and the other titles.
pub fn all_titles(facts: &Facts) -> impl Iterator<Item = &str> {
    let others = facts.original_title.iter().chain(&facts.alternate_titles);
    std::iter::once(&facts.title).chain(others).map(String::as_str)
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
    wanted.truncate(MAX_WORDS);
    wanted
}

fn unspaced_pairs(words: &[String]) -> impl Iterator<Item = String> {
    words.windows(2).filter(|pair| pair.iter().all(|word| is_unspaced_word(word))).map(<[String]>::concat)
}

fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_and_kana_are_held_as_characters_and_pairs() {
        assert_eq!(indexed("七人の侍"), "七 人 の 侍 七人 人の の侍");
        assert_eq!(wanted("七人の"), ["七人", "人の"]);
        assert_eq!(wanted("侍"), ["侍"]);
        assert_eq!(wanted("akira アキ 1988"), ["akira", "あき", "1988"]);
    }

    #[test]
    fn neighbours_are_joined() {
        assert_eq!(joined("Star Wars: A New Hope"), "starwars warsa anew newhope");
        assert_eq!(joined("Alien"), "");
        assert_eq!(joined("七人"), "");
    }
}
