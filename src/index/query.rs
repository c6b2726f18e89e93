//! From a question to the documents that hold it, segment by segment, each with how far it is from what was
//! typed. What comes first is decided in `rank`.

use std::ops::Range as Span;

use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, SegmentReader, TERMINATED, Term};

use super::matching::{Patience, Wanted, tier};
use super::numbers;
use super::schema::{Fields, column};
use super::text;
use crate::model::fold::{fold, is_unspaced};
use crate::model::{ListingQuery, Range};

/// Where the words of a text are looked for; the order is the rank of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The title, then original and other titles.
    Titles,
    /// Directors.
    Directors,
    /// Titles, then directors, then genres.
    Anything,
}

impl Scope {
    fn fields(self, fields: &Fields) -> Vec<Field> {
        let Fields { title, other_titles, directors, genre_words, .. } = *fields;
        match self {
            Self::Titles => vec![title, other_titles],
            Self::Directors => vec![directors],
            Self::Anything => vec![title, other_titles, directors, genre_words],
        }
    }
}

/// One text of a question: all its words must be found.
struct Clause {
    scope: Scope,
    words: Vec<Wanted>,
    /// The words' positions among all words of the question.
    places: Span<usize>,
}

/// A question, prepared once for all segments.
pub struct Question {
    clauses: Vec<Clause>,
    /// How many words there are in all clauses.
    places: usize,
    /// Folded texts that may be a whole title or name.
    whole: Vec<String>,
    /// Genres that must all be there; `None` where one was asked for that the catalogue does not have.
    genres: Option<Vec<String>>,
    year: Range<u16>,
    score: Range<f64>,
}

impl Question {
    /// Prepares the question of a listing. `genres` are those asked for as the catalogue spells them.
    pub fn new(query: &ListingQuery, genres: Option<Vec<String>>, patience: Patience) -> Self {
        let mut question =
            Self { clauses: Vec::new(), places: 0, whole: Vec::new(), genres, year: query.year, score: query.score };
        let texts = [(&query.q, Scope::Anything), (&query.name, Scope::Titles), (&query.director, Scope::Directors)];
        for (text, scope) in texts {
            if let Some(text) = text {
                question.ask(text, scope, patience);
            }
        }
        question
    }

    /// A text alone.
    pub fn of(text: &str, scope: Scope) -> Self {
        let mut question = Self::new(&ListingQuery::default(), Some(Vec::new()), Patience::Usual);
        question.ask(text, scope, Patience::Usual);
        question
    }

    fn ask(&mut self, text: &str, scope: Scope, patience: Patience) {
        let words = text::wanted(text);
        let last = words.len().saturating_sub(1);
        let words: Vec<Wanted> =
            words.iter().enumerate().map(|(place, word)| Wanted::new(word, place == last, patience)).collect();
        let places = self.places..self.places + words.len();
        self.places = places.end;
        self.whole.push(fold(text));
        self.clauses.push(Clause { scope, words, places });
    }

    /// The words of all clauses.
    pub fn words(&self) -> impl Iterator<Item = &Wanted> {
        self.clauses.iter().flat_map(|clause| &clause.words)
    }

    /// How many words a title has that is all of what was typed; `None` where no title was asked for.
    pub fn title_words(&self) -> Option<u64> {
        let titles = self.clauses.iter().filter(|clause| clause.scope != Scope::Directors);
        Some(titles.map(|clause| clause.words.len() as u64).sum()).filter(|words| *words > 0)
    }

    /// Text was typed, but no word is in it (`???`): only a whole title can match.
    fn is_wordless(&self) -> bool {
        self.places == 0 && !self.clauses.is_empty()
    }
}

/// A document that holds the question.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    /// The document.
    pub doc: DocId,
    /// The sum of the words' tiers.
    pub tiers: u16,
    /// The sum of the words' field ranks.
    pub fields: u16,
    /// A whole title or name is what was typed.
    pub whole: bool,
}

/// Calls `found` for each document of a segment that holds the question.
pub fn each_match(
    segment: &SegmentReader,
    fields: &Fields,
    question: &Question,
    mut found: impl FnMut(Match),
) -> tantivy::Result<()> {
    let Some(genres) = &question.genres else { return Ok(()) };
    let mut filter = Filter::new(segment, fields, genres, question)?;
    let whole = Hits::of_terms(segment, fields.whole, &question.whole)?;
    if question.places == 0 {
        let everything = 0..segment.max_doc();
        let matched = |doc: DocId| Match { doc, tiers: 0, fields: 0, whole: whole.has(doc) };
        let docs = everything.filter(|doc| filter.passes(*doc)).map(matched);
        docs.filter(|matched| matched.whole || !question.is_wordless()).for_each(found);
        return Ok(());
    }
    let mut hits: Vec<Hits> = (0..question.places).map(|_| Hits::new(segment)).collect();
    for clause in &question.clauses {
        clause.collect(segment, fields, &mut hits[clause.places.clone()])?;
    }
    let Some(rarest) = hits.iter().min_by_key(|hits| hits.docs.len()) else { return Ok(()) };
    for doc in rarest.docs.iter().copied() {
        let sums = hits.iter().try_fold((0, 0), |(tiers, ranks), hits| {
            let cost = hits.costs[doc as usize];
            (cost != NONE).then(|| (tiers + u16::from(cost / FIELDS), ranks + u16::from(cost % FIELDS)))
        });
        if let Some((tiers, fields)) = sums
            && filter.passes(doc)
        {
            found(Match { doc, tiers, fields, whole: whole.has(doc) });
        }
    }
    Ok(())
}

/// How many field ranks a cost can tell apart.
const FIELDS: u8 = 8;
/// The cost of a document that does not have the word.
const NONE: u8 = u8::MAX;

/// The documents that have a word, each with its least cost: `tier * FIELDS + rank of the field`.
struct Hits {
    costs: Vec<u8>,
    docs: Vec<DocId>,
}

impl Hits {
    fn new(segment: &SegmentReader) -> Self {
        Self { costs: vec![NONE; segment.max_doc() as usize], docs: Vec::new() }
    }

    /// The documents that have one of these terms; empty and without memory where none is asked for.
    fn of_terms(segment: &SegmentReader, field: Field, terms: &[String]) -> tantivy::Result<Self> {
        if terms.is_empty() {
            return Ok(Self { costs: Vec::new(), docs: Vec::new() });
        }
        let mut hits = Self::new(segment);
        let inverted = segment.inverted_index(field)?;
        for term in terms {
            if let Some(mut postings) =
                inverted.read_postings(&Term::from_field_text(field, term), IndexRecordOption::Basic)?
            {
                hits.note_all(&mut postings, 0);
            }
        }
        Ok(hits)
    }

    fn has(&self, doc: DocId) -> bool {
        self.costs.get(doc as usize).is_some_and(|cost| *cost != NONE)
    }

    fn note_all(&mut self, postings: &mut impl Postings, cost: u8) {
        let mut doc = postings.doc();
        while doc != TERMINATED {
            let known = &mut self.costs[doc as usize];
            if *known == NONE {
                self.docs.push(doc);
            }
            *known = cost.min(*known);
            doc = postings.advance();
        }
    }
}

impl Clause {
    fn collect(&self, segment: &SegmentReader, fields: &Fields, hits: &mut [Hits]) -> tantivy::Result<()> {
        let ranked = self.scope.fields(fields);
        for (rank, field) in ranked.iter().enumerate() {
            let inverted = segment.inverted_index(*field)?;
            for (word, hits) in self.words.iter().zip(&mut *hits) {
                let mut terms = inverted.terms().search(word.automaton()).into_stream()?;
                while terms.advance() {
                    if let Some(tier) = word.tier(terms.key()) {
                        let mut postings =
                            inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
                        hits.note_all(&mut postings, tier * FIELDS + rank as u8);
                    }
                }
                for form in numbers::other_forms(&word.word) {
                    let term = Term::from_field_text(*field, form);
                    if let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? {
                        hits.note_all(&mut postings, tier::OTHER_FORM * FIELDS + rank as u8);
                    }
                }
            }
            for (place, pair) in self.words.windows(2).enumerate() {
                if pair.iter().any(|word| word.word.starts_with(is_unspaced)) {
                    continue;
                }
                let joined = format!("{}{}", pair[0].word, pair[1].word);
                let term = Term::from_field_text(*field, &joined);
                for hits in &mut hits[place..place + 2] {
                    if let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? {
                        hits.note_all(&mut postings, tier::JOINED * FIELDS + rank as u8);
                    }
                }
            }
        }
        if self.scope != Scope::Directors {
            self.collect_joined(segment, fields, hits)?;
        }
        Ok(())
    }

    /// Words that were typed as one where a title has two: `starwars`. Short words would meet too much.
    fn collect_joined(&self, segment: &SegmentReader, fields: &Fields, hits: &mut [Hits]) -> tantivy::Result<()> {
        let inverted = segment.inverted_index(fields.joined)?;
        for (word, hits) in self.words.iter().zip(hits) {
            if word.word.chars().count() < 5 {
                continue;
            }
            let mut terms = inverted.terms().search(word.near_automaton()).into_stream()?;
            while terms.advance() {
                if let Some(tier) = word.tier(terms.key()).filter(|tier| *tier <= tier::ONE_SLIP) {
                    let mut postings = inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
                    hits.note_all(&mut postings, (tier::JOINED + tier) * FIELDS);
                }
            }
        }
        Ok(())
    }
}

/// What a document must have besides the words.
struct Filter<'a> {
    segment: &'a SegmentReader,
    genres: Vec<Hits>,
    year: Option<(tantivy::columnar::Column<u64>, Range<u16>)>,
    score: Option<(tantivy::columnar::Column<f64>, Range<f64>)>,
}

impl<'a> Filter<'a> {
    fn new(
        segment: &'a SegmentReader,
        fields: &Fields,
        genres: &[String],
        question: &Question,
    ) -> tantivy::Result<Self> {
        let genre = |name: &String| Hits::of_terms(segment, fields.genres, std::slice::from_ref(name));
        let columns = segment.fast_fields();
        let (year, score) = (question.year, question.score);
        Ok(Self {
            segment,
            genres: genres.iter().map(genre).collect::<tantivy::Result<_>>()?,
            year: (!year.is_open()).then(|| columns.u64(column::YEAR)).transpose()?.map(|years| (years, year)),
            score: (!score.is_open()).then(|| columns.f64(column::SCORE)).transpose()?.map(|scores| (scores, score)),
        })
    }

    fn passes(&mut self, doc: DocId) -> bool {
        self.genres.iter().all(|genre| genre.has(doc))
            && self.year.as_ref().is_none_or(|(years, range)| {
                years.first(doc).is_some_and(|year| {
                    range.min.is_none_or(|min| u64::from(min) <= year)
                        && range.max.is_none_or(|max| year <= u64::from(max))
                })
            })
            && self.score.as_ref().is_none_or(|(scores, range)| {
                scores.first(doc).is_some_and(|score| {
                    range.min.is_none_or(|min| min <= score) && range.max.is_none_or(|max| score <= max)
                })
            })
            && !self.segment.is_deleted(doc)
    }
}
