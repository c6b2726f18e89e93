//! Autocomplete: what somebody may be typing. The most famous come first, so that the beginnings of lists are all that
//! is read. Directors are taken from the movies that are found, so that no second list of people has to follow the
//! catalogue.

use std::collections::HashMap;

use super::matching::{Level, Wanted};
use super::query::{Question, Scope};
use super::rank::{self, Hits};
use super::segment::Dictionary;
use super::snapshot::Snapshot;
use super::text::Place;
use crate::model::Facet;
use crate::model::fold::{fold, words};

/// A value that what was typed may mean, with how far it is from that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The value with its number of movies.
    pub facet: Facet,
    /// The sum of the words' tiers.
    pub tiers: u16,
}

/// The movies whose title may be meant; where several words leave room, also those that have some of the words in a
/// director's name.
pub fn titles(snapshot: &Snapshot, text: &str, limit: usize) -> tantivy::Result<Hits> {
    let mut hits = Hits::default();
    let question = Question::of(text, Scope::Titles);
    let scopes = [Scope::Titles, Scope::Anything].into_iter().take(question.words().take(2).count());
    for scope in scopes {
        let question = Question::of(text, scope);
        let (places, found) = rank::best(snapshot, &question, limit)?;
        // A title that lacks a word is no good suggestion.
        if hits.ids.len() >= limit || !found.dropped.is_empty() {
            continue;
        }
        for place in places {
            let id = place.id(snapshot);
            if !hits.ids.contains(&id) && hits.ids.len() < limit {
                hits.ids.push(id);
                hits.tiers.push(place.tiers);
            }
        }
    }
    Ok(hits)
}

/// Movies looked through for directors, for each one that is wanted.
const MOVIES_EACH: usize = 24;

/// The directors who may be meant, nearest first, then the most famous.
pub fn directors(snapshot: &Snapshot, text: &str, limit: usize) -> tantivy::Result<Vec<Near>> {
    let question = Question::of(text, Scope::Directors);
    let (places, found) = rank::best(snapshot, &question, limit.saturating_mul(MOVIES_EACH))?;
    let mut near: Vec<Near> = Vec::new();
    if !found.dropped.is_empty() {
        return Ok(near);
    }
    let mut seen: HashMap<String, ()> = HashMap::new();
    for place in places {
        for name in snapshot.segments[place.segment].columns.director_names(place.doc)? {
            if seen.insert(name.clone(), ()).is_some() {
                continue;
            }
            // A movie of two directors brings both names; only the one that was typed is meant.
            if let Some(tiers) = nearness(&question, &name) {
                let count = movies_of(snapshot, &name)?;
                near.push(Near { facet: Facet { value: name, count }, tiers });
            }
        }
    }
    near.sort_by_key(|near| near.tiers);
    near.truncate(limit);
    Ok(near)
}

/// How many movies a director has.
fn movies_of(snapshot: &Snapshot, name: &str) -> tantivy::Result<u64> {
    let name = fold(name);
    let mut count = 0;
    for segment in &snapshot.segments {
        if let Some(info) = segment.whole(&name, Place::Director)? {
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
    let question = Question::of(text, Scope::Titles);
    let near = named.into_iter().filter_map(|(facet, names)| {
        let tiers = names.iter().filter_map(|name| nearness(&question, name)).min()?;
        Some(Near { facet, tiers })
    });
    let mut near: Vec<Near> = near.collect();
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
    let mut sum = None;
    for wanted in question.words() {
        *sum.get_or_insert(0) += u16::from(nearest(wanted, &terms)?);
    }
    sum
}

fn nearest(wanted: &Wanted, terms: &[String]) -> Option<u8> {
    let sound = super::sound::sound(&wanted.word);
    let tier = |term: &String| {
        let sounds = || {
            let alike = sound.is_some() && super::sound::sound(term) == sound;
            alike.then_some(super::matching::tier::SOUND)
        };
        wanted.tier(term.as_bytes(), Level::Near).or_else(sounds).or_else(|| wanted.tier(term.as_bytes(), Level::Far))
    };
    terms.iter().filter_map(tier).min()
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
