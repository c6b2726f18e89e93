//! What several descriptions of one movie say together.
//!
//! [`combine`] joins the rows of one dump: neither their order nor their repetition changes the result. [`overlay`] lays
//! a dump over what was known before it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::draft::MAX_PEOPLE;
use super::fold::fold;
use super::movie::Facts;

/// Lays what is known in `newer` over the facts. What it does not know stays.
pub fn overlay(facts: &Facts, newer: &Facts) -> Facts {
    let list = |newer: &Vec<String>, known: &Vec<String>| if newer.is_empty() { known } else { newer }.clone();
    Facts {
        title: newer.title.clone(),
        original_title: newer.original_title.clone().or_else(|| facts.original_title.clone()),
        alternate_titles: list(&newer.alternate_titles, &facts.alternate_titles),
        directors: list(&newer.directors, &facts.directors),
        cast: list(&newer.cast, &facts.cast),
        genres: list(&newer.genres, &facts.genres),
        year: newer.year.or(facts.year),
        score: newer.score.or(facts.score),
        votes: newer.votes.or(facts.votes),
        popularity: newer.popularity.or(facts.popularity),
        runtime: newer.runtime.or(facts.runtime),
        overview: newer.overview.clone().or_else(|| facts.overview.clone()),
        imdb_id: newer.imdb_id.clone().or_else(|| facts.imdb_id.clone()),
        tmdb_id: newer.tmdb_id.or(facts.tmdb_id),
    }
}

/// Which fields of some facts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownFields(u16);

impl KnownFields {
    /// The known fields of these facts.
    pub fn of(facts: &Facts) -> Self {
        let known = [
            true,
            facts.original_title.is_some(),
            !facts.alternate_titles.is_empty(),
            !facts.directors.is_empty(),
            !facts.cast.is_empty(),
            !facts.genres.is_empty(),
            facts.year.is_some(),
            facts.score.is_some(),
            facts.votes.is_some(),
            facts.popularity.is_some(),
            facts.runtime.is_some(),
            facts.overview.is_some(),
            facts.imdb_id.is_some(),
            facts.tmdb_id.is_some(),
        ];
        Self(known.into_iter().rev().fold(0, |bits, is_known| bits << 1 | u16::from(is_known)))
    }

    /// The facts with nothing but these fields, and the title.
    pub fn only(self, facts: &Facts) -> Facts {
        let has = |place: u16| self.0 >> place & 1 == 1;
        let list = |place, names: &Vec<String>| if has(place) { names.clone() } else { Vec::new() };
        Facts {
            title: facts.title.clone(),
            original_title: facts.original_title.clone().filter(|_| has(1)),
            alternate_titles: list(2, &facts.alternate_titles),
            directors: list(3, &facts.directors),
            cast: list(4, &facts.cast),
            genres: list(5, &facts.genres),
            year: facts.year.filter(|_| has(6)),
            score: facts.score.filter(|_| has(7)),
            votes: facts.votes.filter(|_| has(8)),
            popularity: facts.popularity.filter(|_| has(9)),
            runtime: facts.runtime.filter(|_| has(10)),
            overview: facts.overview.clone().filter(|_| has(11)),
            imdb_id: facts.imdb_id.clone().filter(|_| has(12)),
            tmdb_id: facts.tmdb_id.filter(|_| has(13)),
        }
    }
}

/// Joins two descriptions of one movie. The score is the one that rests on more votes, a text or a list the longer one,
/// a year the earlier one; titles that are not the title become other titles.
pub fn combine(one: &Facts, other: &Facts) -> Facts {
    let lead = if name(one).cmp(&name(other)) == Ordering::Greater { other } else { one };
    let rated = if by_votes(one, other) == Ordering::Less { other } else { one };
    Facts {
        title: lead.title.clone(),
        original_title: lead.original_title.clone(),
        alternate_titles: other_titles(lead, one, other),
        directors: longer(&one.directors, &other.directors),
        cast: longer(&one.cast, &other.cast),
        genres: longer(&one.genres, &other.genres),
        year: least(one.year, other.year),
        score: rated.score,
        votes: rated.votes,
        popularity: greater(one.popularity, other.popularity),
        runtime: one.runtime.max(other.runtime),
        overview: match (&one.overview, &other.overview) {
            (Some(one), Some(other)) => Some(longer_text(one, other).clone()),
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        },
        imdb_id: least(one.imdb_id.clone(), other.imdb_id.clone()),
        tmdb_id: least(one.tmdb_id, other.tmdb_id),
    }
}

/// How good a name for the movie this is, the best first: one that knows the original title, the first by its letters,
/// one with capitals and accents.
fn name(facts: &Facts) -> impl Ord + use<'_> {
    let title = facts.title.as_str();
    let has_cases = title.chars().any(char::is_lowercase) && title.chars().any(char::is_uppercase);
    let plain = title.bytes().filter(u8::is_ascii).count();
    (facts.original_title.is_none(), fold(title), !has_cases, plain, title, facts.original_title.as_deref())
}

/// A score counts before none, then one by its votes.
fn by_votes(one: &Facts, other: &Facts) -> Ordering {
    let known = one.score.is_some().cmp(&other.score.is_some());
    let score = |facts: &Facts| facts.score.unwrap_or_default();
    known.then(one.votes.cmp(&other.votes)).then(score(one).total_cmp(&score(other)))
}

fn other_titles(lead: &Facts, one: &Facts, other: &Facts) -> Vec<String> {
    if one == other {
        return one.alternate_titles.clone();
    }
    let mut known: BTreeSet<String> =
        [&lead.title].into_iter().chain(&lead.original_title).map(|name| fold(name)).collect();
    let unknown = |titles: &[String]| -> Vec<String> {
        titles.iter().filter(|title| !known.contains(&fold(title))).cloned().collect()
    };
    let (mut left, right) = (unknown(&one.alternate_titles), unknown(&other.alternate_titles));
    let names = [&one.title, &other.title].into_iter().chain(&one.original_title).chain(&other.original_title);
    let lost = unknown(&names.cloned().collect::<Vec<_>>());
    if lost.is_empty() && (left.is_empty() || right.is_empty() || left == right) {
        return if left.is_empty() { right } else { left };
    }
    left.extend(right.into_iter().chain(lost));
    left.sort();
    left.retain(|title| known.insert(fold(title)));
    left.truncate(MAX_PEOPLE);
    left
}

/// The longer list; of two of one length the first by its letters.
fn longer(one: &[String], other: &[String]) -> Vec<String> {
    let order = one.len().cmp(&other.len()).then_with(|| other.cmp(one));
    if order == Ordering::Less { other } else { one }.to_vec()
}

fn longer_text<'t>(one: &'t String, other: &'t String) -> &'t String {
    let order = one.len().cmp(&other.len()).then_with(|| other.cmp(one));
    if order == Ordering::Less { other } else { one }
}

/// The lesser one of two that are known.
fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn greater(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts() -> impl Strategy<Value = Facts> {
        let names = || prop::collection::vec(prop::sample::select(vec!["Ann", "Bob", "Cy"]), 0..3);
        let title = prop::sample::select(vec!["Léon", "LEON", "Leon", "Seven Samurai", "七人の侍"]);
        let original = prop::option::of(prop::sample::select(vec!["Léon", "Seven Samurai", "七人の侍"]));
        let numbers = (prop::option::of(0..3_u16), prop::option::of(0..3_u64), prop::option::of(0..3_u32));
        (title, original, names(), names(), numbers).prop_map(|(title, original, directors, genres, numbers)| {
            let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
            let (year, votes, runtime) = numbers;
            Facts {
                title: title.to_owned(),
                original_title: original.filter(|name| *name != title).map(str::to_owned),
                directors: owned(directors),
                genres: owned(genres),
                year,
                votes,
                score: runtime.map(f64::from),
                runtime,
                ..Facts::default()
            }
        })
    }

    /// Other titles that differ in nothing but case and accents may be kept in either spelling.
    fn folded(mut facts: Facts) -> Facts {
        facts.alternate_titles.iter_mut().for_each(|title| *title = fold(title));
        facts.alternate_titles.sort();
        facts
    }

    proptest! {
        #[test]
        fn neither_order_nor_repetition_matters(one in facts(), two in facts(), three in facts()) {
            prop_assert_eq!(combine(&one, &one), one.clone());
            prop_assert_eq!(KnownFields::of(&one).only(&overlay(&two, &one)), one.clone());
            let both = combine(&one, &two);
            prop_assert_eq!(&both, &combine(&two, &one));
            prop_assert_eq!(&combine(&both, &one), &both);
            prop_assert_eq!(folded(combine(&both, &three)), folded(combine(&one, &combine(&two, &three))));
            let known = overlay(&three, &both);
            prop_assert_eq!(overlay(&known, &both), known);
        }
    }

    #[test]
    fn names_that_lost_are_kept_as_other_titles() {
        let named = |title: &str, votes| Facts { title: title.into(), votes, score: Some(8.0), ..Facts::default() };
        let joined = combine(&named("Shichinin no samurai", Some(3)), &named("Seven Samurai", None));
        assert_eq!((joined.title.as_str(), joined.votes), ("Seven Samurai", Some(3)));
        assert_eq!(joined.alternate_titles, ["Shichinin no samurai"]);
    }
}
