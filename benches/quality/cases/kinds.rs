//! The kinds of slips, as one table. `counted` kinds make the overall rate; the others watch over what a rule that helps
//! those may break.

use rand::RngExt;
use rand::rngs::StdRng;

use super::typos::{Slip, in_one_word, in_two_words, in_word, twice_in_a_word};
use super::{Film, names, numbers, scripts, shapes};

/// How a text comes from what is meant; `None` where the kind does not fit.
type OfTitle = fn(&Film, &mut StdRng) -> Option<String>;
type OfText = fn(&str, &mut StdRng) -> Option<String>;

/// What the texts of a kind are made of.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// Titles in Latin script.
    Title(OfTitle),
    /// Names of directors.
    Director(OfText),
    /// Titles in other scripts, all scripts in turn.
    Script(OfText),
    /// Lists alone.
    Collected,
}

/// Which texts are no fair case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fairness {
    /// All are fair.
    Always,
    /// Unless it is another movie's very title.
    NoOtherTitle,
    /// Only if it is some movie's very title.
    IsTitle,
    /// Unless it is another movie's title, or begins a title that is as well known.
    BestKnownBeginning,
}

/// A kind of slip.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub name: &'static str,
    pub counted: bool,
    pub source: Source,
    pub fairness: Fairness,
    /// Which of the collected cases belong here; none where it is empty.
    pub collected: &'static str,
    /// The last name is all that is typed, so it must be clear whose it is.
    pub last_name_alone: bool,
}

impl Kind {
    const fn title(name: &'static str, slip: OfTitle) -> Self {
        let (fairness, source) = (Fairness::NoOtherTitle, Source::Title(slip));
        Self { name, counted: true, source, fairness, collected: "", last_name_alone: false }
    }

    const fn director(name: &'static str, slip: OfText) -> Self {
        Self { source: Source::Director(slip), ..Self::title(name, |_, _| None) }
    }

    const fn script(name: &'static str, slip: OfText) -> Self {
        Self { source: Source::Script(slip), ..Self::title(name, |_, _| None) }
    }

    const fn listed(name: &'static str, collected: &'static str) -> Self {
        Self { source: Source::Collected, collected, ..Self::title(name, |_, _| None) }
    }

    const fn with(self, collected: &'static str) -> Self {
        Self { collected, ..self }
    }

    const fn fair(self, fairness: Fairness) -> Self {
        Self { fairness, ..self }
    }

    const fn alone(self) -> Self {
        Self { last_name_alone: true, ..self }
    }

    const fn watched(self) -> Self {
        Self { counted: false, ..self }
    }
}

/// All kinds.
pub const KINDS: &[Kind] = &[
    Kind::title("exact", |film, _| Some(film.title.clone())).fair(Fairness::Always),
    Kind::title("exact, short", short).fair(Fairness::Always).watched(),
    Kind::title("exact, with its year", |film, _| Some(format!("{} {}", latin(film)?, film.year?))).watched(),
    Kind::title("accents left out", |film, rng| shapes::without_accents(&latin(film)?, rng)),
    Kind::title("& for and", |film, rng| shapes::other_and(&latin(film)?, rng)),
    Kind::director("director", |name, _| names::typed(name)),
    Kind::director("director, last name", |name, _| names::typed_last(name)).alone(),
    Kind::director("director, last name is a title", |name, _| names::typed_last(name))
        .alone()
        .fair(Fairness::IsTitle)
        .watched(),
    Kind::director("director, last name first", |name, _| names::last_first(name)).watched(),
    Kind::director("director, unfinished", |name, rng| shapes::unfinished(&names::typed(name)?, rng)).watched(),
    Kind::director("director, accents left out", |name, rng| shapes::without_accents(&name.to_lowercase(), rng))
        .watched(),
    Kind::director("director, one typo", |name, rng| in_one_word(&names::typed(name)?, Slip::any(rng), rng)),
    Kind::director("director, last name, typo", |name, rng| in_word(&names::typed_last(name)?, Slip::any(rng), rng))
        .alone(),
    Kind::director("director, by ear", names::by_ear).alone().with("director"),
    Kind::title("words joined, two", |film, rng| shapes::joined_two(&latin(film)?, rng)),
    Kind::title("words joined, all", |film, _| shapes::joined_all(&latin(film)?)),
    Kind::title("words split", |film, rng| shapes::split(&latin(film)?, rng)),
    Kind::title("words out of order", |film, rng| shapes::reordered(&latin(film)?, rng)),
    Kind::title("small words left out", |film, rng| shapes::without_small_words(&latin(film)?, rng)),
    Kind::title("a small word too many", |film, rng| shapes::with_a_small_word(&latin(film)?, rng)).watched(),
    Kind::title("numbers in another form", |film, rng| numbers::other_form(&latin(film)?, rng)).with("numbers"),
    Kind::title("punctuation left out", |film, rng| shapes::without_punctuation(&latin(film)?, rng))
        .with("punctuation"),
    Kind::title("unfinished", |film, rng| shapes::unfinished(&latin(film)?, rng)).fair(Fairness::BestKnownBeginning),
    Kind::title("unfinished, typo before", |film, rng| {
        let begun = shapes::unfinished(&latin(film)?, rng)?;
        let (before, last) = begun.rsplit_once(' ')?;
        Some(format!("{} {last}", in_one_word(before, Slip::any(rng), rng)?))
    }),
    Kind::title("typo: swap", |film, rng| in_one_word(&latin(film)?, Slip::Swap, rng)),
    Kind::title("typo: missing", |film, rng| in_one_word(&latin(film)?, Slip::Missing, rng)),
    Kind::title("typo: extra", |film, rng| in_one_word(&latin(film)?, Slip::Extra, rng)),
    Kind::title("typo: doubled", |film, rng| in_one_word(&latin(film)?, Slip::Doubled, rng)),
    Kind::title("typo: neighbouring key", |film, rng| in_one_word(&latin(film)?, Slip::Neighbour, rng)),
    Kind::title("typo: first letter", |film, rng| in_one_word(&latin(film)?, Slip::First, rng)),
    Kind::title("two typos in a word", |film, rng| twice_in_a_word(&latin(film)?, rng)),
    Kind::title("typos in two words", |film, rng| in_two_words(&latin(film)?, rng)),
    Kind::title("title and director", title_and_director),
    Kind::title("title with a typo, director", |film, rng| {
        let typed = in_one_word(&latin(film)?, Slip::any(rng), rng)?;
        Some(format!("{typed} {}", names::typed_last(film.directors.first()?)?))
    })
    .watched(),
    Kind::script("other script", |title, _| Some(title.to_owned())).fair(Fairness::Always),
    Kind::script("other script, begun", scripts::begun).fair(Fairness::BestKnownBeginning),
    Kind::script("other script, other marks", scripts::other_marks),
    Kind::script("other script, one typo", scripts::one_typo).watched(),
    Kind::listed("real misspellings", "title"),
];

/// The title as most type it, if it is in Latin letters.
fn latin(film: &Film) -> Option<String> {
    let is_latin = film.title.chars().all(|c| (c as u32) < 0x250 || ('\u{2010}'..='\u{2026}').contains(&c));
    (is_latin && film.title.chars().any(char::is_alphabetic)).then(|| film.title.to_lowercase())
}

fn short(film: &Film, _: &mut StdRng) -> Option<String> {
    latin(film).filter(|title| title.chars().count() <= 5 && film.votes >= 1_000)
}

fn title_and_director(film: &Film, rng: &mut StdRng) -> Option<String> {
    let (title, name) = (latin(film)?, film.directors.first()?);
    let last = names::typed_last(name)?;
    Some(match rng.random_range(0..10) {
        0..6 => format!("{title} {last}"),
        6..8 => format!("{last} {title}"),
        _ => format!("{title} {}", names::typed(name)?),
    })
}
