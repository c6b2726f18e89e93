//! What people type who mean a movie or a director, made from a catalogue by a seeded generator and from lists
//! written by hand. The benchmark and the tests share it, so nothing here knows how a search is asked.
//!
//! A case is fair or it is dropped: nobody who types the very title of one movie means another, and nobody stops typing
//! while a better known title still begins the same way. `kinds` is the table of kinds, the other files make the texts.

mod collected;
mod kinds;
mod names;
mod numbers;
mod scripts;
mod shapes;
mod typos;

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use kinds::{Fairness, Source};
pub use kinds::{KINDS, Kind};

/// What the cases need to know of a movie.
#[derive(Debug, Clone)]
pub struct Film {
    pub title: String,
    /// The original title and all others.
    pub others: Vec<String>,
    pub directors: Vec<String>,
    pub year: Option<u64>,
    pub votes: u64,
}

impl Film {
    /// Reads a row of a dump or a movie of the API.
    pub fn from_json(row: &Value) -> Self {
        let texts = |key: &str| -> Vec<String> {
            let list = row[key].as_array().into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let title = row["movie_name"].as_str().or_else(|| row["title"].as_str());
        let original = row["original_title"].as_str().map(str::to_owned);
        Self {
            title: title.unwrap_or_default().to_owned(),
            others: original.into_iter().chain(texts("alternate_titles")).collect(),
            directors: texts("directors"),
            year: row["year"].as_u64(),
            votes: row["votes"].as_u64().unwrap_or(0),
        }
    }

    fn titles(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.title).chain(&self.others)
    }
}

/// What somebody means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A movie that is called so, or was originally, or elsewhere.
    Title(String),
    /// Any movie of this director.
    Director(String),
}

impl Wanted {
    /// The movie is what was meant.
    pub fn is(&self, film: &Film) -> bool {
        match self {
            Self::Title(title) => film.titles().any(|known| key(known) == key(title)),
            Self::Director(name) => film.directors.iter().any(|known| in_any_order(known) == in_any_order(name)),
        }
    }

    /// The title or the name.
    pub fn name(&self) -> &str {
        match self {
            Self::Title(name) | Self::Director(name) => name,
        }
    }
}

/// A text that is typed, and what is meant by it.
#[derive(Debug, Clone)]
pub struct Case {
    pub typed: String,
    pub wanted: Wanted,
}

/// Rules are tuned on one half of the titles and names; the other half tells whether they hold for what they have
/// never seen. A title's half never changes, whatever the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    Tuned,
    HeldOut,
}

impl Half {
    fn holds(self, wanted: &str) -> bool {
        (hash(&key(wanted)) & 1 == 1) == (self == Self::HeldOut)
    }
}

/// Words in lower case without accents and punctuation. It is the generator's own and not fmdb's folding, so that a
/// fault there cannot hide itself here.
pub fn key(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfc().flat_map(char::to_lowercase);
    let mut spaced = String::new();
    for c in bare.filter(|c| !matches!(c, '\'' | '’' | '‘' | '`' | '·' | '\u{300}'..='\u{36f}')) {
        match c {
            '&' => spaced.push_str(" and "),
            c if c.is_alphanumeric() || is_combining_mark(c) => spaced.push(c),
            _ => spaced.push(' '),
        }
    }
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.is_empty() { text.trim().to_lowercase() } else { joined }
}

/// "Park Chan-wook" and "Chan-wook Park" are one man; dumps have him under both.
fn in_any_order(name: &str) -> Vec<String> {
    let mut words: Vec<String> = key(name).split(' ').map(str::to_owned).collect();
    words.sort_unstable();
    words
}

/// FNV-1a with a final mix, for seeds and halves: the same on every machine and with every compiler.
fn hash(text: &str) -> u64 {
    let mixed = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17
}

/// The movies that cases are made of, with what fairness needs to know.
pub struct Catalogue {
    films: Vec<Film>,
    /// Every title's key with the votes of the best known movie that is called so.
    titles: BTreeMap<String, u64>,
    /// Directors with the votes of all their movies.
    directors: Vec<(String, u64)>,
    /// For each last name the director who is meant by it.
    meant: HashMap<String, String>,
}

impl Catalogue {
    /// Takes stock of the movies.
    pub fn new(films: Vec<Film>) -> Self {
        let mut titles: BTreeMap<String, u64> = BTreeMap::new();
        let mut fame: BTreeMap<String, u64> = BTreeMap::new();
        for film in &films {
            for title in film.titles() {
                let votes = titles.entry(key(title)).or_default();
                *votes = film.votes.max(*votes);
            }
            for name in &film.directors {
                *fame.entry(name.clone()).or_default() += film.votes;
            }
        }
        let mut shared: HashMap<String, Vec<(&String, u64)>> = HashMap::new();
        for (name, votes) in &fame {
            shared.entry(key(names::last(name).unwrap_or(name))).or_default().push((name, *votes));
        }
        let meant = shared.into_iter().filter_map(|(last, bearers)| {
            let all: u64 = bearers.iter().map(|(_, votes)| votes).sum();
            let (name, votes) = bearers.into_iter().max_by_key(|(_, votes)| *votes)?;
            (votes * 2 > all).then(|| (last, name.clone()))
        });
        let meant = meant.collect();
        Self { films, titles, directors: fame.into_iter().collect(), meant }
    }

    /// The cases of a kind, always the same for the same movies. Those from lists come on top of `wanted` made ones.
    pub fn cases(&self, kind: &Kind, half: Half, wanted: usize) -> Vec<Case> {
        let mut rng = StdRng::seed_from_u64(hash(kind.name) ^ u64::from(half == Half::HeldOut));
        let made: Vec<Case> = match kind.source {
            Source::Title(slip) => {
                let pick = self.titles_to_try(half, &mut rng).into_iter();
                let make = |film: &Film| case(slip(film, &mut rng), || Wanted::Title(film.title.clone()));
                self.fair(kind, pick.filter_map(make), wanted)
            }
            Source::Director(slip) => {
                let pick = self.directors_to_try(kind, half, &mut rng).into_iter();
                let make = |name: &String| case(slip(name, &mut rng), || Wanted::Director(name.clone()));
                self.fair(kind, pick.filter_map(make), wanted)
            }
            Source::Script(slip) => {
                let pick = scripts::in_turn(self.films.iter().flat_map(Film::titles), |t| half.holds(t), &mut rng);
                let make = |title: &String| case(slip(title, &mut rng), || Wanted::Title(title.clone()));
                self.fair(kind, pick.into_iter().filter_map(make), wanted)
            }
            Source::Collected => Vec::new(),
        };
        let listed = collected::of(kind.collected).filter(|case| half.holds(case.wanted.name()) && self.has(case));
        made.into_iter().chain(self.fair(kind, listed, usize::MAX)).collect()
    }

    /// A list may name what a catalogue does not have.
    fn has(&self, case: &Case) -> bool {
        match &case.wanted {
            Wanted::Title(title) => self.titles.contains_key(&key(title)),
            Wanted::Director(name) => self.directors.binary_search_by(|(known, _)| known.cmp(name)).is_ok(),
        }
    }

    fn fair(&self, kind: &Kind, made: impl Iterator<Item = Case>, wanted: usize) -> Vec<Case> {
        let mut typed_before = HashSet::new();
        let is_new = |case: &Case| typed_before.insert(case.typed.clone());
        made.filter(|case| self.is_fair(kind.fairness, case)).filter(is_new).take(wanted).collect()
    }

    fn is_fair(&self, fairness: Fairness, case: &Case) -> bool {
        let typed = key(&case.typed);
        let own = match &case.wanted {
            Wanted::Title(title) => Some(key(title)),
            Wanted::Director(_) => None,
        };
        let is_title = own.as_ref() != Some(&typed) && self.titles.contains_key(&typed);
        match fairness {
            Fairness::Always => true,
            Fairness::NoOtherTitle => !is_title,
            Fairness::IsTitle => is_title,
            Fairness::BestKnownBeginning => {
                let votes = own.as_ref().and_then(|own| self.titles.get(own)).copied().unwrap_or(0);
                let begun = self.titles.range(typed.clone()..).take_while(|(title, _)| title.starts_with(&typed));
                let mut rivals = begun.filter(|(title, known)| Some(*title) != own.as_ref() && **known >= votes);
                !is_title && rivals.next().is_none()
            }
        }
    }

    /// People look for what is known: half are movies of a hundred thousand votes, three in ten of ten thousand, the
    /// rest are all others.
    fn titles_to_try(&self, half: Half, rng: &mut StdRng) -> Vec<&Film> {
        let mut pools: [Vec<&Film>; 3] = Default::default();
        for film in self.films.iter().filter(|film| half.holds(&film.title)) {
            pools[match film.votes {
                100_000.. => 0,
                10_000.. => 1,
                _ => 2,
            }]
            .push(film);
        }
        mixed(pools, [5, 3, 2], rng)
    }

    /// Directors of known movies. Of those who share a last name only the one who is meant by it is tried: half the
    /// votes of all of that name are his or hers.
    fn directors_to_try(&self, kind: &Kind, half: Half, rng: &mut StdRng) -> Vec<&String> {
        let mut pools: [Vec<&String>; 3] = Default::default();
        let is_meant = |name: &String| names::last(name).is_some_and(|last| self.meant.get(&key(last)) == Some(name));
        for (name, votes) in self.directors.iter().filter(|(name, _)| half.holds(name)) {
            if kind.last_name_alone && !is_meant(name) {
                continue;
            }
            match votes {
                500_000.. => pools[0].push(name),
                100_000.. => pools[1].push(name),
                10_000.. => pools[2].push(name),
                _ => {}
            }
        }
        mixed(pools, [5, 3, 2], rng)
    }
}

fn case(typed: Option<String>, wanted: impl Fn() -> Wanted) -> Option<Case> {
    typed.map(|typed| Case { typed, wanted: wanted() })
}

/// Shuffles each pool and deals from them by their shares until all are used up.
fn mixed<'a, T>(mut pools: [Vec<&'a T>; 3], shares: [usize; 3], rng: &mut StdRng) -> Vec<&'a T> {
    pools.iter_mut().for_each(|pool| pool.shuffle(rng));
    let mut dealt = Vec::with_capacity(pools.iter().map(Vec::len).sum());
    while pools.iter().any(|pool| !pool.is_empty()) {
        for (pool, share) in pools.iter_mut().zip(shares) {
            dealt.extend(pool.drain(pool.len().saturating_sub(share)..));
        }
    }
    dealt
}
