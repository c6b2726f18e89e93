//! From a typed word to the terms of a segment that it may mean, each with what a match by it costs.

use tantivy::DocId;
use tantivy::postings::TermInfo;

use super::forms;
use super::matching::{Level, Places, Wanted, tier};
use super::segment::{Dictionary, Segment};
use super::sound::sound;
use super::text::{Place, is_unspaced_word, term};

/// The documents of one term.
pub struct List {
    /// `tier * RANKS + rank of the place`.
    pub cost: u8,
    /// In which dictionary.
    pub of: Dictionary,
    /// Where the documents are.
    pub info: TermInfo,
}

/// How many ranks of places a cost can tell apart.
pub const RANKS: u8 = 8;
/// The cost of a document that does not have the word.
pub const NONE: u8 = u8::MAX;

/// The lists of one word in one segment, by the level that finds them.
#[derive(Default)]
pub struct Lists {
    by_level: [Option<Vec<List>>; Level::ALL.len()],
}

impl Lists {
    /// The lists up to a level.
    pub fn up_to(&self, level: Level) -> impl Iterator<Item = &List> + Clone {
        self.by_level[..=level as usize].iter().flatten().flatten()
    }

    /// The lists of a level, to be filled.
    pub fn at(&mut self, level: Level) -> &mut Vec<List> {
        self.by_level[level as usize].get_or_insert_default()
    }
}

/// Words that are asked for shorter than this are not looked for among joined ones: they would meet too much.
const SHORTEST_JOINED: usize = 5;

/// Looks words up in one segment.
pub struct Lookup<'a> {
    pub segment: &'a Segment,
    pub places: Places,
}

impl Lookup<'_> {
    /// Adds the lists of a word that `level` adds to those before it.
    pub fn word(&self, wanted: &Wanted, level: Level, lists: &mut Vec<List>) -> tantivy::Result<()> {
        match level {
            Level::Close => self.close(wanted, lists),
            Level::Near => {
                self.slips(wanted, level, Dictionary::Words, 0, lists)?;
                if wanted.letters > SHORTEST_JOINED {
                    self.slips(wanted, level, Dictionary::Joined, tier::JOINED, lists)?;
                }
                match (sound(&wanted.word), self.places.rank(Place::Director)) {
                    (Some(code), Some(rank)) => {
                        self.exact(Dictionary::Sounds, &code, Place::Director, tier::SOUND * RANKS + rank, lists)
                    }
                    _ => Ok(()),
                }
            }
            Level::Far => self.slips(wanted, level, Dictionary::Words, 0, lists),
        }
    }

    /// Adds the lists of two neighbouring words that are one in the catalogue: `god father`.
    pub fn split(&self, pair: [&Wanted; 2], level: Level, lists: &mut Vec<List>) -> tantivy::Result<()> {
        if pair.iter().any(|word| is_unspaced_word(&word.word)) {
            return Ok(());
        }
        let joined = Wanted::new(&format!("{}{}", pair[0].word, pair[1].word), pair[1].unfinished);
        match level {
            Level::Close => {
                for (place, rank) in self.places.iter() {
                    self.exact(Dictionary::Words, &joined.word, place, tier::JOINED * RANKS + rank, lists)?;
                }
                if joined.unfinished && joined.letters >= SHORTEST_JOINED {
                    self.beginnings(Dictionary::Words, &joined.word, tier::JOINED + tier::PREFIX, lists)?;
                }
                Ok(())
            }
            Level::Near => Ok(()),
            Level::Far => self.slips(&joined, Level::Near, Dictionary::Words, tier::JOINED, lists),
        }
    }

    fn close(&self, wanted: &Wanted, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let word = wanted.word.as_str();
        for (place, rank) in self.places.iter() {
            self.exact(Dictionary::Words, word, place, rank, lists)?;
            for form in forms::other_forms(word) {
                self.exact(Dictionary::Words, form, place, tier::OTHER_FORM * RANKS + rank, lists)?;
            }
            if wanted.letters >= SHORTEST_JOINED {
                self.exact(Dictionary::Joined, word, place, tier::JOINED * RANKS + rank, lists)?;
            }
        }
        if !wanted.unfinished {
            return Ok(());
        }
        if wanted.letters <= 2 && !is_unspaced_word(word) {
            // What begins with one or two letters is most of the catalogue, and was put together when it was indexed.
            for (place, rank) in self.places.iter() {
                self.exact(Dictionary::Starts, word, place, tier::PREFIX * RANKS + rank, lists)?;
            }
            return Ok(());
        }
        self.beginnings(Dictionary::Words, word, tier::PREFIX, lists)?;
        if wanted.letters >= SHORTEST_JOINED {
            self.beginnings(Dictionary::Joined, word, tier::JOINED + tier::PREFIX, lists)?;
        }
        Ok(())
    }

    fn exact(&self, of: Dictionary, word: &str, place: Place, cost: u8, lists: &mut Vec<List>) -> tantivy::Result<()> {
        if let Some(info) = self.segment.term(of, &term(word, place))? {
            lists.push(List { cost, of, info });
        }
        Ok(())
    }

    /// Longer words that begin so.
    fn beginnings(&self, of: Dictionary, word: &str, tier: u8, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let mut last = word.as_bytes().to_vec();
        last.push(u8::MAX);
        let dictionary = self.segment.dictionary(of).terms();
        let mut terms = dictionary.range().gt(word).lt(last).into_stream()?;
        while terms.advance() {
            let (key, info) = (terms.key(), terms.value());
            if key.len() > word.len() + 1
                && let Some(rank) = Place::of_term(key).and_then(|place| self.places.rank(place))
            {
                lists.push(List { cost: tier * RANKS + rank, of, info: info.clone() });
            }
        }
        Ok(())
    }

    /// Words within the slips that a level forgives.
    fn slips(
        &self,
        wanted: &Wanted,
        level: Level,
        of: Dictionary,
        more: u8,
        lists: &mut Vec<List>,
    ) -> tantivy::Result<()> {
        let dictionary = self.segment.dictionary(of).terms();
        for walk in wanted.walks(level, self.places) {
            let mut terms = dictionary.search(walk).into_stream()?;
            while terms.advance() {
                let key = terms.key();
                let Some(rank) = Place::of_term(key).and_then(|place| self.places.rank(place)) else { continue };
                let Some(tier) = wanted.tier(&key[..key.len() - 1], level) else { continue };
                // Nearer levels have those already.
                if tier > tier::PREFIX {
                    lists.push(List { cost: (tier + more) * RANKS + rank, of, info: terms.value().clone() });
                }
            }
        }
        Ok(())
    }
}

/// The number of documents in lists, some perhaps counted more than once.
pub fn size<'a>(lists: impl Iterator<Item = &'a List>) -> usize {
    lists.map(|list| list.info.doc_freq as usize).sum()
}

/// What a cost is made of: the tier and the rank of the place.
pub fn parts(cost: u8) -> (u16, u16) {
    (u16::from(cost / RANKS), u16::from(cost % RANKS))
}

/// A document that holds the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The document.
    pub doc: DocId,
    /// The sum of the words' tiers.
    pub tiers: u16,
    /// The sum of the ranks of the places where they stand.
    pub ranks: u16,
}
