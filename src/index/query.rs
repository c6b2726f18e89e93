//! A question to the index: texts whose words must all be found, and filters. It is asked again with more patience until
//! enough is found, and then with fewer words until anything is.

use tantivy::DocId;

use super::candidates;
use super::lookup::{ANY_RANK, Docs, List, Lists, Lookup, Match, RANKS, Scope, gather};
use super::matching::{Fuzziness, TextFields, Wanted, tier};
use super::segment::{Dictionary, Segment, SetKey, scores, years};
use super::snapshot::Snapshot;
use super::text::{self, TextField, is_article};
use crate::model::fold::fold;
use crate::model::{ListingQuery, Range, genre};

/// Where the words of a text are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldScope {
    /// The title, then original and other titles.
    Titles,
    /// Directors.
    Directors,
    /// Titles, then directors.
    Names,
    /// Titles, then directors, then genres.
    Anything,
}

/// The ranks of titles in [`FieldScope::Names`].
pub const TITLE_RANKS: (u8, u8) = (0, 1);
/// The ranks of directors there.
pub const DIRECTOR_RANKS: (u8, u8) = (2, 2);
/// The rank of a genre among the places of [`FieldScope::Anything`].
const GENRE_RANK: u8 = 3;

impl FieldScope {
    fn places(self, has_year: bool) -> TextFields {
        use TextField::{Director, OtherTitle, Title, Year};
        match (self, has_year) {
            (Self::Titles, false) => const { TextFields::new(&[Title, OtherTitle]) },
            (Self::Directors, _) => const { TextFields::new(&[Director]) },
            (Self::Anything | Self::Names, false) => const { TextFields::new(&[Title, OtherTitle, Director]) },
            (Self::Titles | Self::Names | Self::Anything, true) => {
                const { TextFields::new(&[Title, OtherTitle, Director, Year]) }
            }
        }
    }
}

/// One text of a question: all its words must be found.
struct Clause {
    scope: FieldScope,
    /// The text, folded: it may be a whole title or name.
    whole: String,
    words: Vec<Wanted>,
}

impl Clause {
    /// A clause of at most `most` words, and the words beyond them.
    fn new(text: &str, scope: FieldScope, most: usize) -> (Self, Vec<String>) {
        let mut typed = text::wanted(text);
        let beyond = typed.split_off(most.min(typed.len()));
        let last = typed.len().saturating_sub(1);
        let is_last = |place| place == last && beyond.is_empty();
        let words = typed.iter().enumerate().map(|(place, word)| Wanted::new(word, is_last(place))).collect();
        (Self { scope, whole: fold(text), words }, beyond)
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

/// See [`Filters::key`].
pub type FiltersKey = (Vec<String>, Option<SetKey>, Option<SetKey>);

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

    /// What tells them from others.
    pub fn key(&self) -> FiltersKey {
        (self.genres.clone(), self.years(), self.scores())
    }

    /// Nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.genres.is_empty() && self.year.is_open() && self.score.is_open()
    }
}

/// With so many movies for a single word no more patience is shown. Several words that a movie holds as they were typed
/// are no slip.
const ENOUGH: usize = 10;
/// Of so many movies no more are read while somebody types: the most famous come first.
pub const MAX_SUGGESTED: usize = 400;

/// A question, prepared once for all segments.
pub struct Question {
    clauses: Vec<Clause>,
    /// The words beyond [`text::MAX_WORDS`], which are not looked for.
    beyond: Vec<String>,
    /// What must hold besides.
    pub filters: Filters,
    has_year: bool,
    /// See [`super::SearchOptions::genre`].
    genre: Option<&'static str>,
}

/// A word of the question: its clause and its place there.
type At = (usize, usize);

/// What was found in each segment of the snapshot.
pub struct Found {
    /// The documents, in their order.
    pub matches: Vec<Vec<Match>>,
    /// Words that were left out, since no movie holds them with the others.
    pub dropped: Vec<String>,
    /// What they are ranked by.
    pub rules: Rules,
}

/// What the ranking needs to know of a question.
pub struct Rules {
    /// Documents of each segment of which a whole title or name is what was typed, in their order.
    pub whole: Vec<Vec<DocId>>,
    /// The words that were looked for in titles, in their order.
    pub typed: Vec<String>,
}

impl Question {
    /// Prepares the question of a listing; `genres` are those asked for as the catalogue spells them.
    pub fn new(query: &ListingQuery, genres: Vec<String>) -> Self {
        let filters = Filters { genres, year: query.year, score: query.score };
        let texts = [
            (&query.q, FieldScope::Anything),
            (&query.name, FieldScope::Titles),
            (&query.director, FieldScope::Directors),
        ];
        let texts = texts.into_iter().filter_map(|(text, scope)| Some((text.as_deref()?, scope)));
        Self::of_texts(texts, filters)
    }

    /// The same question, whose text for everything names a genre as a whole.
    pub fn naming(self, genre: Option<&'static str>) -> Self {
        Self { genre, ..self }
    }

    /// A text alone.
    pub fn of(text: &str, scope: FieldScope) -> Self {
        Self::of_texts([(text, scope)], Filters::default())
    }

    fn of_texts<'a>(texts: impl IntoIterator<Item = (&'a str, FieldScope)>, filters: Filters) -> Self {
        let (mut clauses, mut beyond, mut left) = (Vec::new(), Vec::new(), text::MAX_WORDS);
        for (text, scope) in texts {
            let (clause, rest) = Clause::new(text, scope, left);
            left -= clause.words.len();
            beyond.extend(rest);
            clauses.push(clause);
        }
        // "dune 2021": a number beside other words may be the year.
        let is_year =
            |word: &Wanted| word.letters == 4 && word.word.parse().is_ok_and(|year| (1870..=2100).contains(&year));
        let words = || clauses.iter().flat_map(|clause| &clause.words);
        let has_year = words().count() > 1 && words().any(is_year);
        Self { clauses, beyond, filters, has_year, genre: None }
    }

    /// No text is asked for.
    pub fn is_browsing(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The words of all clauses.
    pub fn words(&self) -> impl Iterator<Item = &Wanted> {
        self.clauses.iter().flat_map(|clause| &clause.words)
    }

    /// Begins to look for what somebody types, who wants the first of it alone.
    pub fn typing<'a>(&'a self, snapshot: &'a Snapshot) -> Search<'a> {
        Search::new(self, snapshot, Some(MAX_SUGGESTED))
    }

    /// Finds the documents that hold the texts, whatever the filters.
    pub fn find(&self, snapshot: &Snapshot) -> tantivy::Result<Found> {
        let all: Vec<At> = self.places().collect();
        let whole = self.whole(snapshot)?;
        let mut search = Search::new(self, snapshot, None);
        let mut kept = all.clone();
        let matches = loop {
            search.begin(&kept)?;
            let matches = if kept.is_empty() { as_matches(&whole) } else { search.search_relaxing()? };
            if matches.iter().any(|matches| !matches.is_empty()) || !search.drop_from(&mut kept)? {
                break matches;
            }
        };
        let dropped = all.iter().filter(|at| !kept.contains(at)).map(|at| self.word(*at).word.clone());
        let mut dropped: Vec<String> = dropped.collect();
        for word in &self.beyond {
            // What is looked for all the same, or told already, is not told.
            if kept.iter().all(|at| self.word(*at).word != *word) && !dropped.contains(word) {
                dropped.push(word.clone());
            }
        }
        let typed = self.typed(kept.iter());
        Ok(Found { dropped, matches, rules: Rules { whole, typed } })
    }

    /// What the ranking needs to know of the whole question.
    pub fn rules(&self, snapshot: &Snapshot) -> tantivy::Result<Rules> {
        Ok(Rules { whole: self.whole(snapshot)?, typed: self.typed(self.places().collect::<Vec<_>>().iter()) })
    }

    fn typed<'a>(&self, places: impl Iterator<Item = &'a At>) -> Vec<String> {
        let in_titles = places.filter(|at| self.clauses[at.0].scope != FieldScope::Directors);
        in_titles.map(|at| self.word(*at).word.clone()).collect()
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
pub struct Search<'a> {
    question: &'a Question,
    snapshot: &'a Snapshot,
    /// So many are enough.
    most: Option<usize>,
    /// For each clause and word its lists in each segment.
    lists: Vec<Vec<WordLists>>,
    /// The words that are looked for now, and how far afield each is.
    kept: Vec<(At, Fuzziness)>,
}

/// The lists of a word.
#[derive(Default)]
struct WordLists {
    by_segment: Vec<Lists>,
    looked_up: [bool; Fuzziness::ALL.len()],
}

/// Words are looked for far afield in questions of at most so many; each costs a long walk.
const MAX_FAR: usize = 8;

impl<'a> Search<'a> {
    fn new(question: &'a Question, snapshot: &'a Snapshot, most: Option<usize>) -> Self {
        let lists = |clause: &Clause| {
            let of_word = |_| WordLists {
                by_segment: snapshot.segments.iter().map(|_| Lists::default()).collect(),
                ..WordLists::default()
            };
            (0..clause.words.len()).map(of_word).collect()
        };
        Self { question, snapshot, most, lists: question.clauses.iter().map(lists).collect(), kept: Vec::new() }
    }

    /// Looks for all words, each as it is.
    pub fn begin_all(&mut self) -> tantivy::Result<()> {
        let all: Vec<At> = self.question.places().collect();
        self.begin(&all)
    }

    fn begin(&mut self, kept: &[At]) -> tantivy::Result<()> {
        self.kept = kept.iter().map(|at| (*at, Fuzziness::Exact)).collect();
        self.look_up()
    }

    /// Looks with as little patience as finds enough: first each word as it is; then near ones, of those words first that
    /// are not there at all; far ones only where nothing is found.
    fn search_relaxing(&mut self) -> tantivy::Result<Vec<Vec<Match>>> {
        let enough = if self.kept.len() > 1 { 1 } else { ENOUGH };
        let mut found = self.matches(ANY_RANK)?;
        for level in [Fuzziness::One, Fuzziness::Two] {
            for all in [false, true] {
                if count(&found) >= if level == Fuzziness::Two { 1 } else { enough } {
                    return Ok(found);
                }
                if self.widen(level, all)? {
                    found = self.matches(ANY_RANK)?;
                }
            }
        }
        Ok(found)
    }

    /// Looks for the words that nothing was found for, or for all, at another level; says whether that is more.
    pub fn widen(&mut self, level: Fuzziness, all: bool) -> tantivy::Result<bool> {
        if level == Fuzziness::Two && self.kept.len() > MAX_FAR {
            return Ok(false);
        }
        let is_wanted = |(at, held): &(At, Fuzziness)| *held < level && (all || self.is_unknown(*at, *held));
        let wanted: Vec<bool> = self.kept.iter().map(is_wanted).collect();
        for ((_, held), _) in self.kept.iter_mut().zip(&wanted).filter(|(_, wanted)| **wanted) {
            *held = level;
        }
        self.look_up()?;
        Ok(wanted.contains(&true))
    }

    /// Leaves a word out; false where none can be: each text keeps one. A word that is nowhere goes first, then
    /// articles, then the last word.
    fn drop_from(&self, kept: &mut Vec<At>) -> tantivy::Result<bool> {
        let of_clause = |clause: usize, kept: &[At]| kept.iter().filter(|at| at.0 == clause).count();
        let can_go: Vec<At> = kept.iter().copied().filter(|at| of_clause(at.0, kept) > 1).collect();
        let unknown = can_go.iter().rev().find(|at| self.is_unknown(**at, Fuzziness::Two));
        let article = || can_go.iter().rev().find(|at| is_article(&self.question.word(**at).word));
        let Some(gone) = unknown.or_else(article).or(can_go.last()) else { return Ok(false) };
        kept.retain(|at| at != gone);
        Ok(true)
    }

    fn is_unknown(&self, at: At, level: Fuzziness) -> bool {
        self.lists[at.0][at.1]
            .by_segment
            .iter()
            .all(|lists| lists.of(Scope { level, ranks: ANY_RANK }).next().is_none())
    }

    /// The documents of each segment that hold all words at places of some ranks.
    pub fn matches(&self, ranks: (u8, u8)) -> tantivy::Result<Vec<Vec<Match>>> {
        let in_segment = |(number, segment): (usize, &Segment)| {
            let lists = |at: At| &self.lists[at.0][at.1].by_segment[number];
            let words: Vec<(&Lists, Scope)> =
                self.kept.iter().map(|(at, level)| (lists(*at), Scope { level: *level, ranks })).collect();
            candidates::find(segment, &words, self.most)
        };
        self.snapshot.segments.iter().enumerate().map(in_segment).collect()
    }

    /// Looks up what the levels ask for and was not looked up yet.
    fn look_up(&mut self) -> tantivy::Result<()> {
        for (at, most) in self.kept.clone() {
            for level in Fuzziness::ALL.into_iter().filter(|level| *level <= most) {
                if !std::mem::replace(&mut self.lists[at.0][at.1].looked_up[level as usize], true) {
                    self.look_up_word(at, level)?;
                }
            }
        }
        Ok(())
    }

    fn look_up_word(&mut self, (clause, word): At, level: Fuzziness) -> tantivy::Result<()> {
        let Clause { scope, words, .. } = &self.question.clauses[clause];
        let wanted = &words[word];
        let places = scope.places(self.question.has_year);
        let genres = if *scope == FieldScope::Anything { self.genres(wanted, level)? } else { Vec::new() };
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
            let is_single = self.question.words().take(2).count() == 1;
            gather(segment, lists, self.most.filter(|_| is_single).unwrap_or(usize::MAX))?;
        }
        Ok(())
    }

    /// The genres that a word may mean and that nearer levels do not have.
    fn genres(&self, wanted: &Wanted, level: Fuzziness) -> tantivy::Result<Vec<(String, u8)>> {
        let named = self.question.genre.filter(|_| level == Fuzziness::Exact);
        let nearer = Fuzziness::ALL.into_iter().rev().find(|nearer| *nearer < level);
        let near = |words: &[String], level| words.iter().filter_map(|word| wanted.tier(word.as_bytes(), level)).min();
        let mut genres: Vec<(String, u8)> = named.map(|name| (name.to_owned(), tier::EXACT)).into_iter().collect();
        for (name, words) in self.snapshot.genre_words()? {
            if named != Some(name.as_str())
                && nearer.is_none_or(|nearer| near(words, nearer).is_none())
                && let Some(tier) = near(words, level)
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
