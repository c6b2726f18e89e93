//! From a typed word to the terms of a segment that it may mean, each with what a match by it costs.

use fixedbitset::FixedBitSet;
use tantivy::DocId;
use tantivy::postings::TermInfo;

use super::matching::{Fuzziness, TextFields, Wanted, tier};
use super::segment::{Dictionary, Segment};
use super::sound::sound;
use super::text::{LONGEST_START, TextField, is_unspaced_word, term};
use super::{candidates, forms};

/// Documents with what a match by them costs.
pub struct List {
    /// `tier * RANKS + rank of the place`.
    pub cost: u8,
    /// Which documents.
    pub docs: Docs,
}

/// Documents of a segment, in their order.
pub enum Docs {
    /// Those of a term.
    Term(Dictionary, TermInfo),
    /// These.
    Listed(Vec<DocId>),
}

impl List {
    /// How many documents it has.
    pub fn len(&self) -> usize {
        match &self.docs {
            Docs::Term(_, info) => info.doc_freq as usize,
            Docs::Listed(docs) => docs.len(),
        }
    }

    /// Calls `take` with the documents, block by block, until it says stop.
    pub fn each_block(&self, segment: &Segment, mut take: impl FnMut(&[DocId]) -> bool) -> tantivy::Result<()> {
        match &self.docs {
            Docs::Term(of, info) => segment.each_doc(*of, info, take),
            Docs::Listed(docs) => {
                take(docs);
                Ok(())
            }
        }
    }
}

/// How many ranks of places a cost can tell apart.
pub const RANKS: u8 = 8;
/// The cost of a document that does not have the word.
pub const NONE: u8 = u8::MAX;

/// The lists of one word in one segment, by the level that finds them.
#[derive(Default)]
pub struct Lists {
    by_level: [Option<Vec<List>>; Fuzziness::ALL.len()],
}

impl Lists {
    /// The lists up to a level whose places are of some ranks.
    pub fn of(&self, Scope { level, ranks: (first, last) }: Scope) -> impl Iterator<Item = &List> + Clone {
        let lists = self.by_level[..=level as usize].iter().flatten().flatten();
        lists.filter(move |list| (first..=last).contains(&(list.cost % RANKS)))
    }

    /// The lists of a level, to be filled.
    pub fn at(&mut self, level: Fuzziness) -> &mut Vec<List> {
        self.by_level[level as usize].get_or_insert_default()
    }
}

/// Which lists of a word count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Those of this level and the nearer ones.
    pub level: Fuzziness,
    /// The first and the last rank of places.
    pub ranks: (u8, u8),
}

/// Every rank.
pub const ANY_RANK: (u8, u8) = (0, RANKS - 1);

/// Words with fewer letters are not taken apart.
const SHORTEST_JOINED: usize = 4;
/// Nor are longer ones.
const LONGEST_JOINED: usize = 32;

/// Looks words up in one segment.
pub struct Lookup<'a> {
    pub segment: &'a Segment,
    pub places: TextFields,
}

impl Lookup<'_> {
    /// Adds the lists of a word that `level` adds to those before it.
    pub fn word(&self, wanted: &Wanted, level: Fuzziness, lists: &mut Vec<List>) -> tantivy::Result<()> {
        match level {
            Fuzziness::Exact => self.close(wanted, lists),
            Fuzziness::One => {
                self.slips(wanted, level, 0, lists)?;
                if self.is_known(wanted)? { self.apart(wanted, lists) } else { Ok(()) }
            }
            Fuzziness::Two => {
                self.slips(wanted, level, 0, lists)?;
                match (sound(&wanted.word), self.places.rank(TextField::Director)) {
                    (Some(code), Some(rank)) => {
                        self.exact(Dictionary::Sounds, &code, TextField::Director, tier::SOUND * RANKS + rank, lists)
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// Adds the lists of two neighbouring words that are one in the catalogue: `god father`.
    pub fn split(&self, pair: [&Wanted; 2], level: Fuzziness, lists: &mut Vec<List>) -> tantivy::Result<()> {
        if pair.iter().any(|word| is_unspaced_word(&word.word)) {
            return Ok(());
        }
        let joined = Wanted::new(&format!("{}{}", pair[0].word, pair[1].word), pair[1].unfinished);
        match level {
            Fuzziness::Exact => {
                for (place, rank) in self.places.iter() {
                    self.exact(Dictionary::Words, &joined.word, place, tier::JOINED * RANKS + rank, lists)?;
                }
                if joined.unfinished && joined.letters > SHORTEST_JOINED {
                    self.beginnings(&joined.word, tier::JOINED + tier::PREFIX, lists)?;
                }
                Ok(())
            }
            Fuzziness::One => Ok(()),
            Fuzziness::Two => self.slips(&joined, Fuzziness::One, tier::JOINED, lists),
        }
    }

    fn close(&self, wanted: &Wanted, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let word = wanted.word.as_str();
        for (place, rank) in self.places.iter() {
            self.exact(Dictionary::Words, word, place, rank, lists)?;
            for form in forms::other_forms(word) {
                self.exact(Dictionary::Words, form, place, tier::OTHER_FORM * RANKS + rank, lists)?;
            }
            if wanted.letters > SHORTEST_JOINED
                && let Some(info) = self.segment.whole(word, place)?
            {
                lists.push(List { cost: tier::JOINED * RANKS + rank, docs: Docs::Term(Dictionary::Whole, info) });
            }
        }
        if !self.is_known(wanted)? {
            self.apart(wanted, lists)?;
        }
        if !wanted.unfinished {
            return Ok(());
        }
        if wanted.letters <= LONGEST_START && !is_unspaced_word(word) {
            // What begins with few letters is most of the catalogue, and was put together when it was indexed.
            for (place, rank) in self.places.iter() {
                self.exact(Dictionary::Starts, word, place, tier::PREFIX * RANKS + rank, lists)?;
            }
            return Ok(());
        }
        self.beginnings(word, tier::PREFIX, lists)
    }

    /// The word is one of the catalogue's.
    fn is_known(&self, wanted: &Wanted) -> tantivy::Result<bool> {
        for (place, _) in self.places.iter() {
            if self.segment.term(Dictionary::Words, &term(&wanted.word, place))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Two words that were typed as one: `starwars`. The last may be unfinished.
    fn apart(&self, wanted: &Wanted, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let word = wanted.word.as_str();
        if !(SHORTEST_JOINED..=LONGEST_JOINED).contains(&wanted.letters) || !word.chars().all(char::is_alphanumeric) {
            return Ok(());
        }
        for (place, rank) in self.places.iter().filter(|(place, _)| *place != TextField::Year) {
            let mut docs: Vec<DocId> = Vec::new();
            for (at, _) in word.char_indices().skip(1) {
                let (left, right) = word.split_at(at);
                let Some(left) = self.segment.term(Dictionary::Words, &term(left, place))? else { continue };
                let only = TextFields::new(&[]).with(place);
                let mut rights = Vec::new();
                let right_lookup = Lookup { segment: self.segment, places: only };
                right_lookup.exact(Dictionary::Words, right, place, 0, &mut rights)?;
                if wanted.unfinished && right.chars().count() > 2 {
                    right_lookup.beginnings(right, 0, &mut rights)?;
                }
                let left = List { cost: 0, docs: Docs::Term(Dictionary::Words, left) };
                docs.extend(candidates::both(self.segment, &left, &rights)?);
            }
            docs.sort_unstable();
            docs.dedup();
            if !docs.is_empty() {
                lists.push(List { cost: tier::JOINED * RANKS + rank, docs: Docs::Listed(docs) });
            }
        }
        Ok(())
    }

    fn exact(
        &self,
        of: Dictionary,
        word: &str,
        place: TextField,
        cost: u8,
        lists: &mut Vec<List>,
    ) -> tantivy::Result<()> {
        if let Some(info) = self.segment.term(of, &term(word, place))? {
            lists.push(List { cost, docs: Docs::Term(of, info) });
        }
        Ok(())
    }

    /// Longer words that begin so.
    fn beginnings(&self, word: &str, tier: u8, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let of = Dictionary::Words;
        let mut last = word.as_bytes().to_vec();
        last.push(u8::MAX);
        let dictionary = self.segment.dictionary(of).terms();
        let mut terms = dictionary.range().gt(word).lt(last).into_stream()?;
        while terms.advance() {
            let (key, info) = (terms.key(), terms.value());
            if key.len() > word.len() + 1
                && let Some(rank) = TextField::of_term(key).and_then(|place| self.places.rank(place))
            {
                lists.push(List { cost: tier * RANKS + rank, docs: Docs::Term(of, info.clone()) });
            }
        }
        Ok(())
    }

    /// Words within the slips that a level forgives.
    fn slips(&self, wanted: &Wanted, level: Fuzziness, more: u8, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let of = Dictionary::Words;
        let dictionary = self.segment.dictionary(of).terms();
        for walk in wanted.walks(level, self.places) {
            let mut terms = dictionary.search(walk).into_stream()?;
            while terms.advance() {
                let key = terms.key();
                let Some(rank) = TextField::of_term(key).and_then(|place| self.places.rank(place)) else { continue };
                let Some(tier) = wanted.tier(&key[..key.len() - 1], level) else { continue };
                // Nearer levels have those already.
                if tier > tier::PREFIX {
                    let docs = Docs::Term(of, terms.value().clone());
                    lists.push(List { cost: (tier + more) * RANKS + rank, docs });
                }
            }
        }
        Ok(())
    }
}

/// More lists than this are made fewer: opening one takes as long as reading a hundred documents.
const MANY: usize = 8;

/// Makes one list of all that cost the same. With `most`, each is read so far only.
pub fn gather(segment: &Segment, lists: &mut Vec<List>, most: usize) -> tantivy::Result<()> {
    if lists.len() <= MANY {
        return Ok(());
    }
    lists.sort_by_key(|list| list.cost);
    let mut gathered = Vec::new();
    for same in lists.chunk_by(|left, right| left.cost == right.cost) {
        let mut docs: Vec<DocId> = Vec::with_capacity(size(same.iter()).min(1 << 16));
        for list in same {
            let mut left = most;
            list.each_block(segment, |block| {
                let block = &block[..block.len().min(left)];
                left -= block.len();
                docs.extend_from_slice(block);
                left > 0
            })?;
        }
        let length = segment.columns.len();
        if docs.len() > length / 128 {
            // Reading a bit for each document is quicker than sorting many.
            let mut set = FixedBitSet::with_capacity(length);
            docs.iter().for_each(|doc| set.insert(*doc as usize));
            docs.clear();
            docs.extend(set.ones().map(|doc| doc as DocId));
        } else {
            docs.sort_unstable();
            docs.dedup();
        }
        gathered.push(List { cost: same[0].cost, docs: Docs::Listed(docs) });
    }
    *lists = gathered;
    Ok(())
}

/// The number of documents in lists, some perhaps counted more than once.
pub fn size<'a>(lists: impl Iterator<Item = &'a List>) -> usize {
    lists.map(List::len).sum()
}

/// What a cost is made of: the tier and the rank of the place.
pub fn parts(cost: u8) -> (u16, u16) {
    (u16::from(cost / RANKS), u16::from(cost % RANKS))
}

/// A document that holds the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Match {
    /// The document.
    pub doc: DocId,
    /// The sum of the words' tiers.
    pub tiers: u16,
    /// The sum of the ranks of the places where they stand.
    pub ranks: u16,
}
