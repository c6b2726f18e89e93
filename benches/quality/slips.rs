//! The kinds of slips, and what counts as found.

use std::collections::HashMap;

use fmdb::model::Movie;
use fmdb::model::fold::{fold, words};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};

/// What somebody means.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A movie of this title.
    Title(String),
    /// Any movie of this director.
    Director(String),
}

impl Wanted {
    /// The movie is meant: its title, also an original or another one, or its director.
    pub fn is(&self, movie: &Movie, _titles: &HashMap<String, Vec<i64>>) -> bool {
        match self {
            Self::Title(title) => {
                let facts = &movie.facts;
                let others = facts.original_title.iter().chain(&facts.alternate_titles);
                std::iter::once(&facts.title).chain(others).any(|known| fold(known) == fold(title))
            }
            Self::Director(name) => movie.facts.directors.iter().any(|known| fold(known) == fold(name)),
        }
    }
}

/// A kind of slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Exact,
    Accents,
    Ampersand,
    Director,
    LastName,
    DirectorTypo,
    DirectorByEar,
    Joined,
    Split,
    Reordered,
    SmallWords,
    Numbers,
    Punctuation,
    Unfinished,
    UnfinishedTypo,
    Swap,
    Missing,
    Extra,
    Doubled,
    Neighbour,
    FirstLetter,
    TwoInOne,
    TwoWords,
    TitleDirector,
    OtherScript,
    OtherScriptBegun,
    Real,
}

/// All kinds.
pub const KINDS: &[Kind] = &[
    Kind::Exact,
    Kind::Accents,
    Kind::Ampersand,
    Kind::Director,
    Kind::LastName,
    Kind::DirectorTypo,
    Kind::DirectorByEar,
    Kind::Joined,
    Kind::Split,
    Kind::Reordered,
    Kind::SmallWords,
    Kind::Numbers,
    Kind::Punctuation,
    Kind::Unfinished,
    Kind::UnfinishedTypo,
    Kind::Swap,
    Kind::Missing,
    Kind::Extra,
    Kind::Doubled,
    Kind::Neighbour,
    Kind::FirstLetter,
    Kind::TwoInOne,
    Kind::TwoWords,
    Kind::TitleDirector,
    Kind::OtherScript,
    Kind::OtherScriptBegun,
    Kind::Real,
];

const SMALL: &[&str] = &["the", "a", "an", "of", "and", "in", "to", "le", "la", "les", "der", "die", "das", "el", "on"];

/// Digits, Roman numerals and words for one number.
const NUMBERS: &[[&str; 3]] = &[
    ["2", "ii", "two"],
    ["3", "iii", "three"],
    ["4", "iv", "four"],
    ["5", "v", "five"],
    ["6", "vi", "six"],
    ["7", "vii", "seven"],
    ["8", "viii", "eight"],
    ["9", "ix", "nine"],
    ["10", "x", "ten"],
    ["11", "xi", "eleven"],
    ["12", "xii", "twelve"],
    ["13", "xiii", "thirteen"],
];

impl Kind {
    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Accents => "accents left out",
            Self::Ampersand => "& for and",
            Self::Director => "director",
            Self::LastName => "director, last name",
            Self::DirectorTypo => "director, one typo",
            Self::DirectorByEar => "director, by ear",
            Self::Joined => "words joined",
            Self::Split => "words split",
            Self::Reordered => "words out of order",
            Self::SmallWords => "small words left out",
            Self::Numbers => "numbers in another form",
            Self::Punctuation => "punctuation left out",
            Self::Unfinished => "unfinished",
            Self::UnfinishedTypo => "unfinished, typo before",
            Self::Swap => "typo: swap",
            Self::Missing => "typo: missing",
            Self::Extra => "typo: extra",
            Self::Doubled => "typo: doubled",
            Self::Neighbour => "typo: neighbouring key",
            Self::FirstLetter => "typo: first letter",
            Self::TwoInOne => "two typos in a word",
            Self::TwoWords => "typos in two words",
            Self::TitleDirector => "title and director",
            Self::OtherScript => "other script",
            Self::OtherScriptBegun => "other script, begun",
            Self::Real => "real misspellings",
        }
    }

    /// What somebody may type who means this movie; `None` where the kind does not fit it.
    pub fn slip(self, movie: &Movie, rng: &mut StdRng) -> Option<(String, Wanted)> {
        let title = &movie.facts.title;
        let is_latin = title.chars().all(|c| (c as u32) < 0x250);
        let lower = title.to_lowercase();
        let parts: Vec<String> = words(title);
        let director = movie.facts.directors.first().filter(|name| name.is_ascii());
        let typed = match self {
            Self::OtherScript | Self::OtherScriptBegun => return self.other_script(movie),
            Self::Director | Self::LastName | Self::DirectorTypo | Self::DirectorByEar => {
                let name = director.filter(|_| movie.facts.votes >= Some(50_000))?;
                return Some((self.director(name, rng)?, Wanted::Director(name.clone())));
            }
            _ if !is_latin => return None,
            Self::Exact => title.clone(),
            Self::Accents => (fold(title) != lower && !title.is_ascii()).then(|| fold(title))?,
            Self::Ampersand if lower.contains(" and ") => lower.replace(" and ", " & "),
            Self::Ampersand if lower.contains('&') => lower.replace('&', "and"),
            Self::Joined => joined(&parts)?,
            Self::Split => split(&parts, rng)?,
            Self::Reordered => reordered(&parts, rng)?,
            Self::SmallWords => without_small_words(&parts)?,
            Self::Numbers => renumbered(&parts, rng)?,
            Self::Punctuation => lower
                .contains(['\'', '-', '.', '·', ':', '!', ',', '’'])
                .then(|| lower.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect())?,
            Self::Unfinished => unfinished(&lower)?,
            Self::UnfinishedTypo => {
                let short = unfinished(&lower)?;
                let (before, last) = short.rsplit_once(' ')?;
                format!("{} {last}", typo(before, Self::Missing, rng)?)
            }
            Self::TwoInOne => {
                let parts: Vec<&str> = lower.split(' ').collect();
                let place = longest(&parts);
                let once = typo(parts[place], Self::Swap, rng).filter(|word| word.chars().count() >= 8)?;
                let twice = typo(&once, Self::Neighbour, rng)?;
                replaced(&parts, place, &twice)
            }
            Self::TwoWords => {
                let parts: Vec<&str> = lower.split(' ').collect();
                let long: Vec<usize> = (0..parts.len()).filter(|i| parts[*i].chars().count() >= 5).collect();
                let [one, two, ..] = long[..] else { return None };
                let first = replaced(&parts, one, &typo(parts[one], Self::Missing, rng)?);
                let parts: Vec<&str> = first.split(' ').collect();
                replaced(&parts, two, &typo(parts[two], Self::Swap, rng)?)
            }
            Self::TitleDirector => format!("{lower} {}", last_name(director?)?.to_lowercase()),
            Self::Ampersand | Self::Real => return None,
            _ => typo(&lower, self, rng)?,
        };
        (typed != lower || matches!(self, Self::Exact)).then(|| (typed, Wanted::Title(title.clone())))
    }

    fn director(self, name: &str, rng: &mut StdRng) -> Option<String> {
        let lower = name.to_lowercase();
        match self {
            Self::LastName => last_name(&lower).map(str::to_owned),
            Self::DirectorTypo => typo(last_name(&lower)?, Self::Missing, rng),
            Self::DirectorByEar => by_ear(last_name(&lower)?),
            _ => Some(lower),
        }
    }

    fn other_script(self, movie: &Movie) -> Option<(String, Wanted)> {
        let facts = &movie.facts;
        let title = std::iter::once(&facts.title)
            .chain(&facts.original_title)
            .find(|title| title.chars().filter(|c| c.is_alphabetic()).any(|c| c as u32 > 0x370))?;
        let letters = title.chars().count();
        let typed = match self {
            Self::OtherScriptBegun if letters >= 5 => title.chars().take(letters * 2 / 3).collect(),
            Self::OtherScriptBegun => return None,
            _ => title.clone(),
        };
        Some((typed, Wanted::Title(title.clone())))
    }

    /// What people were seen to type, with what they meant.
    pub fn collected(self) -> Vec<(String, Wanted)> {
        let title = |(typed, title): &(&str, &str)| ((*typed).to_owned(), Wanted::Title((*title).to_owned()));
        let director = |(typed, name): &(&str, &str)| ((*typed).to_owned(), Wanted::Director((*name).to_owned()));
        match self {
            Self::Real => REAL.iter().map(title).collect(),
            Self::DirectorByEar => BY_EAR.iter().map(director).collect(),
            Self::Punctuation => BARE.iter().map(title).collect(),
            Self::Numbers => NUMBERED.iter().map(title).collect(),
            _ => Vec::new(),
        }
    }
}

const REAL: &[(&str, &str)] = &[
    ("shawshenk redemption", "The Shawshank Redemption"),
    ("shawshank redemtion", "The Shawshank Redemption"),
    ("forest gump", "Forrest Gump"),
    ("inglorious bastards", "Inglourious Basterds"),
    ("pursuit of happiness", "The Pursuit of Happyness"),
    ("schindlers list", "Schindler's List"),
    ("shindlers list", "Schindler's List"),
    ("amelie", "Amélie"),
    ("silense of the lambs", "The Silence of the Lambs"),
    ("gladiater", "Gladiator"),
    ("intersteller", "Interstellar"),
    ("ratatouile", "Ratatouille"),
    ("ratatoui", "Ratatouille"),
    ("casablanka", "Casablanca"),
    ("appocalypse now", "Apocalypse Now"),
    ("apocolypse now", "Apocalypse Now"),
    ("braveheart", "Braveheart"),
    ("brave heart", "Braveheart"),
    ("good will huntin", "Good Will Hunting"),
    ("jurrasic park", "Jurassic Park"),
    ("jurasic park", "Jurassic Park"),
    ("phsyco", "Psycho"),
    ("physco", "Psycho"),
    ("requim for a dream", "Requiem for a Dream"),
    ("reservior dogs", "Reservoir Dogs"),
    ("trainspoting", "Trainspotting"),
    ("train spotting", "Trainspotting"),
    ("dr strange love", "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb"),
    ("kill bil", "Kill Bill: Vol. 1"),
    ("slumdog millionare", "Slumdog Millionaire"),
    ("million dollar baby", "Million Dollar Baby"),
    ("the prestege", "The Prestige"),
    ("momento", "Memento"),
    ("donnie darco", "Donnie Darko"),
    ("ferris buelers day off", "Ferris Bueller's Day Off"),
    ("breakfast at tiffanys", "Breakfast at Tiffany's"),
    ("lawrance of arabia", "Lawrence of Arabia"),
    ("citizen cane", "Citizen Kane"),
    ("clock work orange", "A Clockwork Orange"),
    ("terminater 2", "Terminator 2: Judgment Day"),
    ("ghostbuster", "Ghostbusters"),
    ("beetle juice", "Beetlejuice"),
    ("zoolnder", "Zoolander"),
    ("gattica", "Gattaca"),
    ("mulholand drive", "Mulholland Drive"),
    ("rear widow", "Rear Window"),
    ("vertego", "Vertigo"),
    ("the sixth sence", "The Sixth Sense"),
    ("wizzard of oz", "The Wizard of Oz"),
    ("some like it hott", "Some Like It Hot"),
];

const BY_EAR: &[(&str, &str)] = &[
    ("spilberg", "Steven Spielberg"),
    ("speilberg", "Steven Spielberg"),
    ("tarkovski", "Andrei Tarkovsky"),
    ("kurasawa", "Akira Kurosawa"),
    ("kubric", "Stanley Kubrick"),
    ("scorcese", "Martin Scorsese"),
    ("skorsese", "Martin Scorsese"),
    ("tarrantino", "Quentin Tarantino"),
    ("hichcock", "Alfred Hitchcock"),
    ("hitchkok", "Alfred Hitchcock"),
    ("felini", "Federico Fellini"),
    ("copolla", "Francis Ford Coppola"),
    ("polansky", "Roman Polanski"),
    ("zemekis", "Robert Zemeckis"),
    ("nolen", "Christopher Nolan"),
    ("vilneuve", "Denis Villeneuve"),
    ("finsher", "David Fincher"),
    ("eastwod", "Clint Eastwood"),
    ("shamalan", "M. Night Shyamalan"),
    ("jj abrams", "J.J. Abrams"),
];

const BARE: &[(&str, &str)] = &[
    ("spiderman", "Spider-Man"),
    ("walle", "WALL·E"),
    ("oceans eleven", "Ocean's Eleven"),
    ("xmen", "X-Men"),
    ("et", "E.T. the Extra-Terrestrial"),
    ("mash", "MASH"),
];

const NUMBERED: &[(&str, &str)] = &[
    ("12 monkeys", "Twelve Monkeys"),
    ("rocky 2", "Rocky II"),
    ("twelve angry men", "12 Angry Men"),
    ("seven samurai", "Seven Samurai"),
    ("7 samurai", "Seven Samurai"),
    ("oceans 11", "Ocean's Eleven"),
    ("the godfather 2", "The Godfather: Part II"),
];

fn typo(text: &str, kind: Kind, rng: &mut StdRng) -> Option<String> {
    let parts: Vec<&str> = text.split(' ').collect();
    let place = longest(&parts);
    let mut letters: Vec<char> = parts[place].chars().collect();
    if letters.len() < 4 || !letters.iter().all(|c| c.is_alphabetic()) {
        return None;
    }
    let at = rng.random_range(1..letters.len() - 1);
    match kind {
        Kind::Swap => letters.swap(at, at + 1),
        Kind::Missing => drop(letters.remove(at)),
        Kind::Extra => letters.insert(at, char::from(rng.random_range(b'a'..=b'z'))),
        Kind::Doubled => letters.insert(at, letters[at]),
        Kind::FirstLetter => letters[0] = neighbour(letters[0], rng)?,
        _ => letters[at] = neighbour(letters[at], rng)?,
    }
    let word: String = letters.into_iter().collect();
    (word != parts[place]).then(|| replaced(&parts, place, &word))
}

fn neighbour(letter: char, rng: &mut StdRng) -> Option<char> {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let row = ROWS.into_iter().find(|row| row.contains(letter))?;
    let place = row.find(letter)?;
    let near: Vec<char> =
        [place.checked_sub(1), Some(place + 1)].into_iter().flatten().filter_map(|i| row.chars().nth(i)).collect();
    near.choose(rng).copied()
}

fn longest(parts: &[&str]) -> usize {
    (0..parts.len()).max_by_key(|i| parts[*i].chars().filter(|c| c.is_alphabetic()).count()).unwrap_or(0)
}

fn replaced(parts: &[&str], place: usize, word: &str) -> String {
    let mut parts: Vec<&str> = parts.to_vec();
    parts[place] = word;
    parts.join(" ")
}

fn joined(parts: &[String]) -> Option<String> {
    (parts.len() >= 2 && parts.len() <= 4).then(|| {
        let (first, rest) = parts.split_at(2);
        std::iter::once(first.concat()).chain(rest.iter().cloned()).collect::<Vec<_>>().join(" ")
    })
}

fn split(parts: &[String], rng: &mut impl Rng) -> Option<String> {
    let place = (0..parts.len()).find(|i| parts[*i].len() >= 7 && parts[*i].is_ascii())?;
    let at = rng.random_range(3..parts[place].len() - 3);
    let halves = format!("{} {}", &parts[place][..at], &parts[place][at..]);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(replaced(&parts, place, &halves))
}

fn reordered(parts: &[String], rng: &mut StdRng) -> Option<String> {
    let mut shuffled = parts.to_vec();
    shuffled.shuffle(rng);
    (parts.len() >= 2 && shuffled != parts).then(|| shuffled.join(" "))
}

fn without_small_words(parts: &[String]) -> Option<String> {
    let kept: Vec<&str> = parts.iter().map(String::as_str).filter(|word| !SMALL.contains(word)).collect();
    (kept.len() >= 2 && kept.len() < parts.len()).then(|| kept.join(" "))
}

fn renumbered(parts: &[String], rng: &mut StdRng) -> Option<String> {
    let (place, forms) = parts.iter().enumerate().find_map(|(place, word)| {
        let forms = NUMBERS.iter().find(|forms| forms.contains(&word.as_str()))?;
        (word != "v" && word != "x").then_some((place, forms))
    })?;
    let others: Vec<&&str> = forms.iter().filter(|form| **form != parts[place]).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(replaced(&parts, place, others.choose(rng)?))
}

fn unfinished(lower: &str) -> Option<String> {
    let letters: Vec<char> = lower.chars().collect();
    let last = lower.rsplit(' ').next()?.chars().count();
    (letters.len() >= 8 && last >= 4).then(|| letters[..letters.len() - last / 2].iter().collect())
}

fn last_name(name: &str) -> Option<&str> {
    name.rsplit(' ').next().filter(|last| last.len() >= 4)
}

/// As somebody writes who has only heard the name.
fn by_ear(name: &str) -> Option<String> {
    let changes = [
        ("ph", "f"),
        ("ck", "k"),
        ("sch", "sh"),
        ("tz", "ts"),
        ("ie", "ee"),
        ("y", "i"),
        ("c", "k"),
        ("ll", "l"),
        ("ss", "s"),
        ("w", "v"),
    ];
    let heard = changes.into_iter().find(|(from, _)| name.contains(from)).map(|(from, to)| name.replacen(from, to, 1));
    heard.filter(|heard| heard != name)
}
