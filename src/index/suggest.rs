//! Autocomplete: what somebody may be typing. Directors are counted over the movies of the result, so that no
//! second list of people has to follow the catalogue.

use std::collections::HashMap;

use tantivy::Searcher;

use super::query::{Question, Scope, each_match};
use super::rank::{self, Counter, Facets, Hits, Page};
use super::schema::{Fields, column};
use crate::model::fold::words;
use crate::model::{Facet, Order, Sort};

/// A value that what was typed may mean, with how far it is from that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The value with its number of movies.
    pub facet: Facet,
    /// The sum of the words' tiers.
    pub tiers: u16,
}

/// The movies whose title may be meant.
pub fn titles(searcher: &Searcher, fields: &Fields, text: &str, limit: usize) -> tantivy::Result<Hits> {
    let page = Page { sort: Sort::Relevance, order: Order::Desc, offset: 0, limit };
    rank::search(searcher, fields, &Question::of(text, Scope::Titles), page)
}

/// The directors who may be meant, nearest first, then those of the most movies.
pub fn directors(searcher: &Searcher, fields: &Fields, text: &str, limit: usize) -> tantivy::Result<Vec<Near>> {
    let question = Question::of(text, Scope::Directors);
    let mut found = Facets::default();
    for segment in searcher.segment_readers() {
        let mut names = Counter::new(segment, column::DIRECTOR_NAMES)?;
        each_match(segment, fields, &question, |matched| names.note(matched.doc))?;
        found.add(&names)?;
    }
    // A movie of two directors brings both names; only the one that was typed is meant.
    let near = found.into_sorted().into_iter().filter_map(|facet| {
        let tiers = nearness(&question, &facet.value)?;
        Some(Near { facet, tiers })
    });
    Ok(nearest(near.collect(), limit))
}

/// The values of a list that may be meant; each comes with the names that it is found by.
pub fn values(text: &str, named: impl IntoIterator<Item = (Facet, Vec<String>)>, limit: usize) -> Vec<Near> {
    let question = Question::of(text, Scope::Titles);
    let near = named.into_iter().filter_map(|(facet, names)| {
        let tiers = names.iter().filter_map(|name| nearness(&question, name)).min()?;
        Some(Near { facet, tiers })
    });
    nearest(near.collect(), limit)
}

fn nearest(mut near: Vec<Near>, limit: usize) -> Vec<Near> {
    near.sort_by(|left, right| left.tiers.cmp(&right.tiers).then_with(|| right.facet.count.cmp(&left.facet.count)));
    near.truncate(limit);
    near
}

/// How far a name is from what was typed: each typed word must meet a word of the name, or the name written as
/// one word (`scifi`). `None` where one does not.
fn nearness(question: &Question, name: &str) -> Option<u16> {
    let mut terms = words(name);
    if terms.len() > 1 {
        terms.push(terms.concat());
    }
    let mut memory: HashMap<&str, Option<u8>> = HashMap::new();
    let mut tiers = 0;
    for wanted in question.words() {
        let nearest = memory
            .entry(wanted.word.as_str())
            .or_insert_with(|| terms.iter().filter_map(|term| wanted.tier(term.as_bytes())).min());
        tiers += u16::from((*nearest)?);
    }
    (!memory.is_empty()).then_some(tiers)
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
