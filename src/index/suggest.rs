//! Autocomplete: what somebody may be typing. The most famous come first, so that the beginnings of lists are all that
//! is read. Directors are taken from the movies that are found, so that no second list of people has to follow the
//! catalogue.

use std::collections::HashSet;

use super::lookup::{ANY_RANK, Match};
use super::matching::{Fuzziness, Wanted, tier};
use super::query::{DIRECTOR_RANKS, FieldScope, MAX_SUGGESTED, Question, Rules, Search, TITLE_RANKS};
use super::rank;
use super::segment::Dictionary;
use super::snapshot::{GenreTerms, Snapshot};
use super::text::TextField;
use crate::model::fold::{fold, words};
use crate::model::{Facet, MovieId};

/// A value that what was typed may mean, with how far it is from that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The value with its number of movies.
    pub facet: Facet,
    /// The sum of the words' tiers.
    pub tiers: u16,
}

/// What may be meant, of each kind the nearest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Suggested {
    /// Movies, with the sums of their tiers.
    pub titles: Vec<(MovieId, u16)>,
    /// Directors.
    pub directors: Vec<Near>,
    /// Genres.
    pub genres: Vec<Near>,
    /// How far afield was looked for them.
    pub level: Fuzziness,
}

impl Suggested {
    fn len(&self) -> usize {
        self.titles.len() + self.directors.len() + self.genres.len()
    }
}

/// How many suggestions of each kind are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Titles.
    pub titles: usize,
    /// Directors.
    pub directors: usize,
    /// Genres.
    pub genres: usize,
}

/// With so many suggestions for a single word no more patience is shown; see `query`.
const ENOUGH: usize = 4;

/// What a text may mean, of the genres too. As in a listing, words are looked for nearby where
/// little is found as it was typed, and far afield where nothing is.
pub fn suggest(snapshot: &Snapshot, text: &str, limits: Limits, genres: &GenreTerms) -> tantivy::Result<Suggested> {
    let question = Question::of(text, FieldScope::Names);
    if question.words().next().is_none() {
        let titles = whole_titles(snapshot, &question, limits.titles)?;
        return Ok(Suggested { titles, ..Suggested::default() });
    }
    let rules = question.rules(snapshot)?;
    let mut search = question.typing(snapshot);
    search.begin_all()?;
    let enough = if question.words().count() > 1 { 1 } else { ENOUGH };
    let mut found = at_level(snapshot, (&question, &search, &rules), Fuzziness::Exact, limits, genres)?;
    for level in [Fuzziness::One, Fuzziness::Two] {
        for all in [false, true] {
            if found.len() >= if level == Fuzziness::Two { 1 } else { enough } {
                return Ok(found);
            }
            if search.widen(level, all)? {
                found = at_level(snapshot, (&question, &search, &rules), level, limits, genres)?;
            }
        }
    }
    Ok(found)
}

fn at_level(
    snapshot: &Snapshot,
    (question, search, rules): (&Question, &Search<'_>, &Rules),
    level: Fuzziness,
    limits: Limits,
    genres: &GenreTerms,
) -> tantivy::Result<Suggested> {
    let mut found = Suggested { level, ..Suggested::default() };
    if limits.titles > 0 {
        found.titles = titles(snapshot, (question, search, rules), limits.titles)?;
    }
    if limits.directors > 0 {
        found.directors = directors(snapshot, (question, search, rules), level, limits.directors)?;
    }
    if limits.genres > 0 {
        let near = genres
            .iter()
            .filter_map(|(facet, terms)| Some(Near { tiers: nearness(question, terms, level)?, facet: facet.clone() }));
        found.genres = nearest(near.collect(), limits.genres);
    }
    Ok(found)
}

/// Texts without a word, such as the film `?`.
fn whole_titles(snapshot: &Snapshot, question: &Question, limit: usize) -> tantivy::Result<Vec<(MovieId, u16)>> {
    let found = question.find(snapshot)?;
    let places = rank::best(snapshot, &found.matches, &found.rules, limit)?;
    Ok(places.iter().map(|place| (place.id(snapshot), place.tiers)).collect())
}

/// The movies whose title may be meant; where several words leave room, also those that have some of the words in a
/// director's name.
fn titles(
    snapshot: &Snapshot,
    (question, search, rules): (&Question, &Search<'_>, &Rules),
    limit: usize,
) -> tantivy::Result<Vec<(MovieId, u16)>> {
    let mut found: Vec<(MovieId, u16)> = Vec::new();
    // The words of one name alone bring its director, who stands for all the movies.
    let parts = [TITLE_RANKS, ANY_RANK].into_iter().take(question.words().take(2).count());
    for ranks in parts {
        if found.len() < limit {
            for place in rank::best(snapshot, &with_whole(snapshot, search.matches(ranks)?, rules)?, rules, limit)? {
                let id = place.id(snapshot);
                if found.len() < limit && found.iter().all(|(known, _)| *known != id) {
                    found.push((id, place.tiers));
                }
            }
        }
    }
    Ok(found)
}

/// Where the first matches were enough, those with the very title that was typed may be too little known to be among
/// them: they join.
fn with_whole(snapshot: &Snapshot, mut matches: Vec<Vec<Match>>, rules: &Rules) -> tantivy::Result<Vec<Vec<Match>>> {
    let typed = rules.typed.join(" ");
    for (number, matches) in matches.iter_mut().enumerate().filter(|(_, matches)| matches.len() >= MAX_SUGGESTED) {
        for doc in &rules.whole[number] {
            if let Err(place) = matches.binary_search_by_key(doc, |matched| matched.doc)
                && snapshot.segments[number].columns.title(*doc)? == typed
            {
                matches.insert(place, Match { doc: *doc, ..Match::default() });
            }
        }
    }
    Ok(matches)
}

/// Movies looked through for directors, for each one that is wanted.
const MOVIES_EACH: usize = 8;

/// The directors who may be meant, nearest first, then the most famous.
fn directors(
    snapshot: &Snapshot,
    (question, search, rules): (&Question, &Search<'_>, &Rules),
    level: Fuzziness,
    limit: usize,
) -> tantivy::Result<Vec<Near>> {
    let places = rank::best(snapshot, &search.matches(DIRECTOR_RANKS)?, rules, limit.saturating_mul(MOVIES_EACH))?;
    let mut near: Vec<(String, u16)> = Vec::new();
    let mut seen = HashSet::new();
    for place in places {
        // They come in the order of their nearness.
        if near.len() >= limit {
            break;
        }
        for name in snapshot.segments[place.segment].columns.director_names(place.doc)? {
            // A movie of two directors brings both names; only the one that was typed is meant.
            if seen.insert(name.clone())
                && let Some(tiers) = nearness(question, &terms(&name), level)
            {
                near.push((name, tiers));
            }
        }
    }
    near.sort_by_key(|(_, tiers)| *tiers);
    near.truncate(limit);
    let counted = near.into_iter().map(|(value, tiers)| {
        let count = movies_of(snapshot, &value)?;
        Ok(Near { facet: Facet { value, count }, tiers })
    });
    counted.collect()
}

/// How many movies a director has.
fn movies_of(snapshot: &Snapshot, name: &str) -> tantivy::Result<u64> {
    let name = fold(name);
    let mut count = 0;
    for segment in &snapshot.segments {
        if let Some(info) = segment.whole(&name, TextField::Director)? {
            segment.each_doc(Dictionary::Whole, &info, |docs| {
                count += docs.iter().filter(|doc| segment.is_alive(**doc)).count() as u64;
                true
            })?;
        }
    }
    Ok(count)
}

/// The values of a list that may be meant; each comes with the names that it is found by.
pub fn values(text: &str, named: impl IntoIterator<Item = (Facet, Vec<String>)>, limit: usize) -> Vec<Near> {
    let question = Question::of(text, FieldScope::Titles);
    let near = named.into_iter().filter_map(|(facet, names)| {
        let tiers = names.iter().filter_map(|name| nearness(&question, &terms(name), Fuzziness::Two)).min()?;
        Some(Near { facet, tiers })
    });
    nearest(near.collect(), limit)
}

/// The nearest first, then those of the most movies.
fn nearest(mut near: Vec<Near>, limit: usize) -> Vec<Near> {
    near.sort_by(|left, right| left.tiers.cmp(&right.tiers).then_with(|| right.facet.count.cmp(&left.facet.count)));
    near.truncate(limit);
    near
}

/// The words of a name, and the name written as one word (`scifi`).
fn terms(name: &str) -> Vec<String> {
    let mut terms = words(name);
    if terms.len() > 1 {
        terms.push(terms.concat());
    }
    terms
}

/// How far a name is from what was typed: each typed word must meet one of its words. `None` where one does not.
fn nearness(question: &Question, terms: &[String], level: Fuzziness) -> Option<u16> {
    let mut sum = None;
    for wanted in question.words() {
        *sum.get_or_insert(0) += u16::from(terms.iter().filter_map(|term| tier_of(wanted, term, level)).min()?);
    }
    sum
}

fn tier_of(wanted: &Wanted, term: &str, level: Fuzziness) -> Option<u8> {
    wanted.tier(term.as_bytes(), level).or_else(|| {
        let sound = super::sound::sound(&wanted.word).filter(|_| level == Fuzziness::Two)?;
        (super::sound::sound(term)? == sound).then_some(tier::SOUND)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, names: &[&str]) -> Vec<String> {
        let facet = |name: &&str| (Facet { value: (*name).to_owned(), count: 1 }, vec![(*name).to_owned()]);
        values(text, names.iter().map(facet), 9).into_iter().map(|near| near.facet.value).collect()
    }

    #[test]
    fn values_are_found_by_beginnings_slips_and_as_one_word() {
        let genres = ["Sci-Fi", "Thriller", "Drama"];
        assert_eq!(near("thr", &genres), ["Thriller"]);
        assert_eq!(near("thriler", &genres), ["Thriller"]);
        assert_eq!(near("scifi", &genres), ["Sci-Fi"]);
        assert!(near("", &genres).is_empty());
        assert!(near("drama thriller", &genres).is_empty());
    }
}
