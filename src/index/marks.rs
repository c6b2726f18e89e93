//! Which parts of a text are what was typed, to be shown marked.

use super::matching::{Fuzziness, Wanted, tier};
use super::text;
use crate::model::fold::{is_unspaced, words};

/// Marks what was typed; made once for many texts.
pub struct Marker {
    /// Words, each with how far it may be from what is marked.
    wanted: Vec<(Wanted, Fuzziness)>,
}

impl Marker {
    /// Prepares what was typed and was looked for as far as `level`.
    pub fn new(typed: &str, level: Fuzziness) -> Self {
        let mut wanted = text::wanted(typed);
        wanted.truncate(text::MAX_WORDS);
        let last = wanted.len().saturating_sub(1);
        let pairs = wanted.windows(2).map(|pair| (Wanted::new(&pair.concat(), false), Fuzziness::Exact));
        let words = wanted.iter().enumerate().map(|(place, word)| (Wanted::new(word, place == last), level));
        Self { wanted: words.chain(pairs).collect() }
    }

    /// The parts of a text that the typed words mean, as ranges of UTF-16 code units, in order and apart. Of a word that
    /// was not typed to its end the beginning is marked, of one with slips all of it.
    pub fn marks(&self, text: &str) -> Vec<(usize, usize)> {
        let runs = runs(text);
        let mut marked: Vec<(usize, usize)> =
            self.wanted.iter().flat_map(|(wanted, level)| marks_of(wanted, *level, text, &runs)).collect();
        marked.sort_unstable();
        let mut apart: Vec<(usize, usize)> = Vec::with_capacity(marked.len());
        for (start, end) in marked {
            match apart.last_mut() {
                Some(before) if start <= before.1 => before.1 = before.1.max(end),
                _ => apart.push((start, end)),
            }
        }
        let units = |at: usize| text[..at].encode_utf16().count();
        apart.into_iter().map(|(start, end)| (units(start), units(end))).collect()
    }
}

/// The parts that a word means, in bytes: the nearest words alone, since who typed "star" does not mean "stir" where
/// both are there.
fn marks_of(wanted: &Wanted, most: Fuzziness, text: &str, runs: &[Run]) -> Vec<(usize, usize)> {
    for level in Fuzziness::ALL.into_iter().filter(|level| *level <= most) {
        let tier = |run: &Run| wanted.tier(run.folded.as_bytes(), level);
        if let Some(nearest) = runs.iter().filter_map(tier).min() {
            return runs.iter().filter(|run| tier(run) == Some(nearest)).map(|run| run.part(text, wanted)).collect();
        }
        let joined = runs.windows(2).find(|pair| {
            let joined = format!("{}{}", pair[0].folded, pair[1].folded);
            wanted.tier(joined.as_bytes(), level).is_some_and(|tier| tier != tier::PREFIX)
        });
        if let Some(pair) = joined {
            return vec![(pair[0].start, pair[1].end)];
        }
    }
    Vec::new()
}

/// A word of a text where it stands, in bytes.
struct Run {
    start: usize,
    end: usize,
    folded: String,
}

impl Run {
    /// What is marked of it.
    fn part(&self, text: &str, wanted: &Wanted) -> (usize, usize) {
        if wanted.unfinished && self.folded.starts_with(&wanted.word) {
            let run = &text[self.start..self.end];
            let ends = run.char_indices().map(|(at, c)| at + c.len_utf8());
            let is_typed = |end: &usize| words(&run[..*end]).concat().len() >= wanted.word.len();
            if let Some(end) = ends.into_iter().find(is_typed) {
                return (self.start, self.start + end);
            }
        }
        (self.start, self.end)
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Option<usize> = None;
    let mut close = |start: usize, end: usize| {
        let folded = words(&text[start..end]).concat();
        if !folded.is_empty() {
            runs.push(Run { start, end, folded });
        }
    };
    for (at, c) in text.char_indices() {
        let is_part =
            c.is_alphanumeric() || matches!(c, '\'' | '’' | '·') || unicode_normalization::char::is_combining_mark(c);
        if let Some(start) = open.take_if(|_| !is_part || is_unspaced(c)) {
            close(start, at);
        }
        if is_part && is_unspaced(c) {
            close(at, at + c.len_utf8());
        } else if is_part && open.is_none() {
            open = Some(at);
        }
    }
    if let Some(start) = open {
        close(start, text.len());
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, typed: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut shown = String::new();
        let mut before = 0;
        for (start, end) in Marker::new(typed, Fuzziness::Two).marks(text) {
            let piece = |from: usize, to: usize| String::from_utf16_lossy(&units[from..to]);
            shown.push_str(&format!("{}[{}]", piece(before, start), piece(start, end)));
            before = end;
        }
        shown + &String::from_utf16_lossy(&units[before..])
    }

    #[test]
    fn what_was_typed_is_marked() {
        for (text, typed, shown) in [
            ("Star Wars", "star wa", "[Star] [Wa]rs"),
            ("The Godfather", "godfahter", "The [Godfather]"),
            ("Léon: The Professional", "leo", "[Léo]n: The Professional"),
            ("Straße", "stras", "[Straß]e"),
            ("Star Wars", "starwars", "[Star Wars]"),
            ("Godfather", "god father", "[Godfather]"),
            ("七人の侍", "七人", "[七人]の侍"),
            ("😀 Alien", "ali", "😀 [Ali]en"),
            ("Alien", "xyz", "Alien"),
            ("Alien", "", "Alien"),
            ("Ocean’s Eleven", "oceans", "[Ocean’s] Eleven"),
            ("Star Stir", "star", "[Star] Stir"),
        ] {
            assert_eq!(marked(text, typed), shown, "{text} {typed}");
        }
    }
}
