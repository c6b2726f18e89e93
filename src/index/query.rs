//! A question to the index: texts whose words must all be found, and filters. It is asked again with more patience until
//! enough is found, and then with fewer words until anything is.

use tantivy::DocId;

use super::candidates;
use super::lookup::{Docs, List, Lists, Lookup, Match, RANKS};
use super::matching::{Level, Places, Wanted};
use super::segment::{Dictionary, Segment, SetKey, scores, years};
use super::snapshot::Snapshot;
use super::text::{self, Place, is_article};
use crate::model::fold::fold;
use crate::model::{ListingQuery, Range, genre};

/// Where the words of a text are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The title, then original and other titles.
    Titles,
    /// Directors.
    Directors,
    /// Titles, then directors, then genres.
    Anything,
}

/// The rank of a genre among the places of [`Scope::Anything`].
const GENRE_RANK: u8 = 3;

impl Scope {
    fn places(self, has_year: bool) -> Places {
        use Place::{Director, OtherTitle, Title, Year};
        match (self, has_year) {
            (Self::Titles, false) => const { Places::new(&[Title, OtherTitle]) },
            (Self::Directors, _) => const { Places::new(&[Director]) },
            (Self::Anything, false) => const { Places::new(&[Title, OtherTitle, Director]) },
            (Self::Titles | Self::Anything, true) => const { Places::new(&[Title, OtherTitle, Director, Year]) },
        }
    }
}

/// One text of a question: all its words must be found.
struct Clause {
    scope: Scope,
    /// The text, folded: it may be a whole title or name.
    whole: String,
    words: Vec<Wanted>,
}

impl Clause {
    fn new(text: &str, scope: Scope) -> Self {
        let typed = text::wanted(text);
        let last = typed.len().saturating_sub(1);
        let words = typed.iter().enumerate().map(|(place, word)| Wanted::new(word, place == last)).collect();
        Self { scope, whole: fold(text), words }
    }
}

/// What movies must have besides the words.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Genres that must all be there, as the catalogue spells them.
    pub genres: Vec<String>,
    /// Years.
    pub year: Range<u16>,
    /// Scores.
    pub score: Range<f64>,
}

impl Filters {
    /// The bits of the known genres.
    pub fn genre_bits(&self) -> u64 {
        self.known_bits().fold(0, |bits, bit| bits | 1 << bit)
    }

    /// The sets that stand for the known genres.
    pub fn genre_sets(&self) -> impl Iterator<Item = SetKey> {
        self.known_bits().map(SetKey::Genre)
    }

    fn known_bits(&self) -> impl Iterator<Item = u32> {
        self.genres.iter().map(|name| genre::bit(name)).filter(|bit| *bit != genre::OTHER_BIT)
    }

    /// The genres that have no bit.
    pub fn other_genres(&self) -> impl Iterator<Item = &String> {
        self.genres.iter().filter(|name| genre::bit(name) == genre::OTHER_BIT)
    }

    /// The set of the years, if any are asked for.
    pub fn years(&self) -> Option<SetKey> {
        (!self.year.is_open()).then(|| years(self.year))
    }

    /// The set of the scores, if any are asked for.
    pub fn scores(&self) -> Option<SetKey> {
        (!self.score.is_open()).then(|| scores(self.score))
    }

    /// Nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.genres.is_empty() && self.year.is_open() && self.score.is_open()
    }
}

/// How much is done for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// With so many movies no more patience is shown.
    pub enough: usize,
    /// Lists of a single word are read so far only; the total is not exact then.
    pub most: Option<usize>,
}

impl Effort {
    /// For a listing, whose total is exact.
    pub const LISTING: Self = Self { enough: 10, most: None };
    /// While somebody types.
    pub const SUGGESTION: Self = Self { enough: 4, most: Some(2_000) };
}

/// A question, prepared once for all segments.
pub struct Question {
    clauses: Vec<Clause>,
    /// What must hold besides.
    pub filters: Filters,
    has_year: bool,
}

/// A word of the question: its clause and its place there.
type At = (usize, usize);

/// What was found in each segment of the snapshot.
pub struct Found {
    /// The documents, in their order.
    pub matches: Vec<Vec<Match>>,
    /// Documents of which a whole title or name is what was typed, in their order.
    pub whole: Vec<Vec<DocId>>,
    /// Words that were left out, since no movie holds them with the others.
    pub dropped: Vec<String>,
    /// How many words were looked for among titles; none where no title was asked for.
    pub title_words: Option<usize>,
    /// The words that were looked for in titles, in their order.
    pub typed: Vec<String>,
}

impl Question {
    /// Prepares the question of a listing; `genres` are those asked for as the catalogue spells them.
    pub fn new(query: &ListingQuery, genres: Vec<String>) -> Self {
        let filters = Filters { genres, year: query.year, score: query.score };
        let texts = [(&query.q, Scope::Anything), (&query.name, Scope::Titles), (&query.director, Scope::Directors)];
        let clauses: Vec<Clause> =
            texts.into_iter().filter_map(|(text, scope)| Some(Clause::new(text.as_deref()?, scope))).collect();
        Self::of_clauses(clauses, filters)
    }

    /// A text alone.
    pub fn of(text: &str, scope: Scope) -> Self {
        Self::of_clauses(vec![Clause::new(text, scope)], Filters::default())
    }

    fn of_clauses(clauses: Vec<Clause>, filters: Filters) -> Self {
        // "dune 2021": a number beside other words may be the year.
        let is_year =
            |word: &Wanted| word.letters == 4 && word.word.parse().is_ok_and(|year| (1870..=2100).contains(&year));
        let words = || clauses.iter().flat_map(|clause| &clause.words);
        let has_year = words().count() > 1 && words().any(is_year);
        Self { clauses, filters, has_year }
    }

    /// No text is asked for.
    pub fn is_browsing(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The words of all clauses.
    pub fn words(&self) -> impl Iterator<Item = &Wanted> {
        self.clauses.iter().flat_map(|clause| &clause.words)
    }

    /// Finds the documents that hold the texts, whatever the filters.
    pub fn find(&self, snapshot: &Snapshot, effort: Effort) -> tantivy::Result<Found> {
        let all: Vec<At> = self.places().collect();
        let whole = self.whole(snapshot)?;
        let mut search = Search::new(self, snapshot, effort);
        let mut kept = all.clone();
        let matches = loop {
            let matches = if kept.is_empty() { as_matches(&whole) } else { search.patiently(&kept)? };
            if matches.iter().any(|matches| !matches.is_empty()) || !search.drop_from(&mut kept)? {
                break matches;
            }
        };
        let dropped = all.iter().filter(|at| !kept.contains(at)).map(|at| self.word(*at).word.clone());
        let in_titles = kept.iter().filter(|at| self.clauses[at.0].scope != Scope::Directors);
        let typed: Vec<String> = in_titles.map(|at| self.word(*at).word.clone()).collect();
        Ok(Found {
            dropped: dropped.collect(),
            title_words: Some(typed.len()).filter(|words| *words > 0),
            typed,
            matches,
            whole,
        })
    }

    fn places(&self) -> impl Iterator<Item = At> {
        self.clauses.iter().enumerate().flat_map(|(clause, of)| (0..of.words.len()).map(move |word| (clause, word)))
    }

    fn word(&self, at: At) -> &Wanted {
        &self.clauses[at.0].words[at.1]
    }

    /// The documents of which a whole title or name is one of the texts.
    fn whole(&self, snapshot: &Snapshot) -> tantivy::Result<Vec<Vec<DocId>>> {
        let of_segment = |segment: &Segment| {
            let mut whole = Vec::new();
            for clause in &self.clauses {
                for (place, _) in clause.scope.places(false).iter() {
                    if let Some(info) = segment.whole(&clause.whole, place)? {
                        segment.each_doc(Dictionary::Whole, &info, |docs| {
                            whole.extend(docs.iter().filter(|doc| segment.is_alive(**doc)));
                            true
                        })?;
                    }
                }
            }
            whole.sort_unstable();
            whole.dedup();
            Ok(whole)
        };
        snapshot.segments.iter().map(of_segment).collect()
    }
}

fn as_matches(whole: &[Vec<DocId>]) -> Vec<Vec<Match>> {
    let matched = |doc: &DocId| Match { doc: *doc, tiers: 0, ranks: 0 };
    whole.iter().map(|docs| docs.iter().map(matched).collect()).collect()
}

/// A question being asked: the lists that were looked up so far.
struct Search<'a> {
    question: &'a Question,
    snapshot: &'a Snapshot,
    effort: Effort,
    /// For each clause and word its lists in each segment.
    lists: Vec<Vec<WordLists>>,
}

/// The lists of a word.
#[derive(Default)]
struct WordLists {
    by_segment: Vec<Lists>,
    looked_up: [bool; Level::ALL.len()],
}

/// Words are looked for far afield in questions of at most so many; each costs a long walk.
const MOST_FAR: usize = 8;

impl<'a> Search<'a> {
    fn new(question: &'a Question, snapshot: &'a Snapshot, effort: Effort) -> Self {
        let lists = |clause: &Clause| {
            let of_word = |_| WordLists {
                by_segment: snapshot.segments.iter().map(|_| Lists::default()).collect(),
                ..WordLists::default()
            };
            (0..clause.words.len()).map(of_word).collect()
        };
        Self { question, snapshot, effort, lists: question.clauses.iter().map(lists).collect() }
    }

    /// Looks for the words with as little patience as finds enough: first each as it is; then near ones, of those words
    /// first that are not there at all; far ones only where nothing is found.
    fn patiently(&mut self, kept: &[At]) -> tantivy::Result<Vec<Vec<Match>>> {
        let mut levels = vec![Level::Close; kept.len()];
        self.look_up(kept, &levels)?;
        let mut found = self.matches(kept, &levels)?;
        for level in [Level::Near, Level::Far] {
            for all in [false, true] {
                let enough = if level == Level::Far { 1 } else { self.effort.enough };
                if count(&found) >= enough || level == Level::Far && kept.len() > MOST_FAR {
                    return Ok(found);
                }
                let before = levels.clone();
                for (at, held) in kept.iter().zip(&mut levels) {
                    if all || self.is_unknown(*at, *held) {
                        *held = level;
                    }
                }
                if levels != before {
                    self.look_up(kept, &levels)?;
                    found = self.matches(kept, &levels)?;
                }
            }
        }
        Ok(found)
    }

    /// Leaves a word out; false where none can be: each text keeps one. A word that is nowhere goes first, then
    /// articles, then the last word.
    fn drop_from(&self, kept: &mut Vec<At>) -> tantivy::Result<bool> {
        let of_clause = |clause: usize, kept: &[At]| kept.iter().filter(|at| at.0 == clause).count();
        let can_go: Vec<At> = kept.iter().copied().filter(|at| of_clause(at.0, kept) > 1).collect();
        let unknown = can_go.iter().rev().find(|at| self.is_unknown(**at, Level::Far));
        let article = || can_go.iter().rev().find(|at| is_article(&self.question.word(**at).word));
        let Some(gone) = unknown.or_else(article).or(can_go.last()) else { return Ok(false) };
        kept.retain(|at| at != gone);
        Ok(true)
    }

    fn is_unknown(&self, at: At, level: Level) -> bool {
        self.lists[at.0][at.1].by_segment.iter().all(|lists| lists.up_to(level).next().is_none())
    }

    fn matches(&self, kept: &[At], levels: &[Level]) -> tantivy::Result<Vec<Vec<Match>>> {
        let in_segment = |(number, segment): (usize, &Segment)| {
            let words: Vec<(&Lists, Level)> = kept
                .iter()
                .zip(levels)
                .map(|(at, level)| (&self.lists[at.0][at.1].by_segment[number], *level))
                .collect();
            candidates::find(segment, &words, self.effort.most)
        };
        self.snapshot.segments.iter().enumerate().map(in_segment).collect()
    }

    /// Looks up what the levels ask for and was not looked up yet.
    fn look_up(&mut self, kept: &[At], levels: &[Level]) -> tantivy::Result<()> {
        for (at, most) in kept.iter().zip(levels) {
            for level in Level::ALL.into_iter().filter(|level| level <= most) {
                if !std::mem::replace(&mut self.lists[at.0][at.1].looked_up[level as usize], true) {
                    self.look_up_word(*at, level)?;
                }
            }
        }
        Ok(())
    }

    fn look_up_word(&mut self, (clause, word): At, level: Level) -> tantivy::Result<()> {
        let Clause { scope, words, .. } = &self.question.clauses[clause];
        let wanted = &words[word];
        let places = scope.places(self.question.has_year);
        let genres = if *scope == Scope::Anything { self.genres(wanted, level)? } else { Vec::new() };
        for (number, segment) in self.snapshot.segments.iter().enumerate() {
            let lookup = Lookup { segment, places };
            let lists = self.lists[clause][word].by_segment[number].at(level);
            lookup.word(wanted, level, lists)?;
            for (genre, tier) in &genres {
                if let Some(info) = segment.term(Dictionary::Genres, genre)? {
                    lists.push(List { cost: tier * RANKS + GENRE_RANK, docs: Docs::Term(Dictionary::Genres, info) });
                }
            }
            // Both words of a pair are met by what the two are as one.
            for pair in [word.checked_sub(1).map(|before| [before, word]), Some([word, word + 1])].into_iter().flatten()
            {
                if let [Some(left), Some(right)] = pair.map(|place| words.get(place)) {
                    lookup.split([left, right], level, lists)?;
                }
            }
        }
        Ok(())
    }

    /// The genres that a word may mean and that nearer levels do not have.
    fn genres(&self, wanted: &Wanted, level: Level) -> tantivy::Result<Vec<(String, u8)>> {
        let nearer = Level::ALL.into_iter().rev().find(|nearer| *nearer < level);
        let tier = |words: &[String], level| words.iter().filter_map(|word| wanted.tier(word.as_bytes(), level)).min();
        let mut genres = Vec::new();
        for (name, words) in self.snapshot.genre_words()? {
            if nearer.is_none_or(|nearer| tier(words, nearer).is_none())
                && let Some(tier) = tier(words, level)
            {
                genres.push((name.clone(), tier));
            }
        }
        Ok(genres)
    }
}

fn count(found: &[Vec<Match>]) -> usize {
    found.iter().map(Vec::len).sum()
}
