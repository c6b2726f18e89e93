//! From a record's keys and values to a [`RawMovie`]: how years, running times, lists and ids are spelled in dumps.
//!
//! Unknown here means absent: a dump never erases what is known. Bounds and tidying are `model::draft`'s; a value
//! that no rule here understands goes on to it as it stands and is refused there.

use super::keys::{Key, Meaning, OWN_KEYS, TmdbSign};
use super::loose::Loose;
use crate::model::draft::MAX_PEOPLE;
use crate::model::{Field, RawMovie, RawValue};

/// The known keys of one record with their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Found<'a> {
    members: Vec<(Key, Loose<'a>)>,
    own: [bool; OWN_KEYS.len()],
    /// How many keys only TMDB's records have, and how many they share with others.
    tmdb: (u8, u8),
}

impl<'a> Found<'a> {
    /// The key of this name, if its value is wanted.
    pub(super) fn key(&mut self, name: &str) -> Option<Key> {
        for (own, seen) in OWN_KEYS.iter().zip(&mut self.own) {
            *seen |= *own == name;
        }
        let key = Key::of(name)?;
        match key.tmdb_sign() {
            TmdbSign::Own => self.tmdb.0 = self.tmdb.0.saturating_add(1),
            TmdbSign::Shared => self.tmdb.1 = self.tmdb.1.saturating_add(1),
            TmdbSign::None => {}
        }
        (!matches!(key.meaning(), Meaning::TmdbOnly | Meaning::TmdbToo)).then_some(key)
    }

    /// Takes a value; a second one of the same key replaces the first.
    pub(super) fn add(&mut self, key: Key, value: Loose<'a>) {
        match self.members.iter_mut().find(|(known, _)| *known == key) {
            Some(member) => member.1 = value,
            None => self.members.push((key, value)),
        }
    }

    /// What the record says of a movie, or why it is not one.
    pub(super) fn into_raw(mut self) -> Result<RawMovie, String> {
        self.members.sort_by_key(|(key, _)| *key);
        let own = self.own == [true; OWN_KEYS.len()];
        // Any file may number its rows, and many have a date or a popularity.
        let tmdb = self.tmdb.0 > 0 && self.tmdb.0.saturating_add(self.tmdb.1) >= 4;
        let mut reading = Reading { own, tmdb, raw: RawMovie::default(), stars: Vec::new() };
        for (key, value) in &self.members {
            reading.take(key.meaning(), value)?;
        }
        if !reading.stars.is_empty() {
            let stars = std::mem::take(&mut reading.stars);
            reading.set(Field::Cast, RawValue::List(stars));
        }
        Ok(reading.raw)
    }
}

/// A record on its way to a raw movie, key by key in the order of precedence.
struct Reading {
    own: bool,
    tmdb: bool,
    raw: RawMovie,
    stars: Vec<String>,
}

impl Reading {
    fn take(&mut self, meaning: Meaning, value: &Loose<'_>) -> Result<(), String> {
        match meaning {
            Meaning::Is(field) => {
                if let Some(value) = self.value(field, value) {
                    self.set(field, value);
                } else if self.own && field == Field::Popularity {
                    // An export that does not know the popularity says so, and none is made up from the votes.
                    self.set(field, RawValue::Null);
                }
            }
            Meaning::Date => {
                if let Some(year) = value.text().and_then(year_in) {
                    self.set(Field::Year, RawValue::Text(year.to_owned()));
                } else if let Loose::Number(_) = value {
                    self.take(Meaning::Is(Field::Year), value)?;
                }
            }
            Meaning::Imdb => self.take_imdb(value),
            Meaning::TmdbOnly | Meaning::TmdbToo => {}
            Meaning::Rating => {
                // `PG-13`, and the `74 min` that slipped a column in a well-known set, are no scores.
                let is_number = value.text().is_some_and(|text| bare(text).replace(',', ".").parse::<f64>().is_ok());
                if is_number || matches!(value, Loose::Number(_)) {
                    self.take(Meaning::Is(Field::Score), value)?;
                }
            }
            Meaning::Star => self.stars.extend(value.text().filter(|name| !is_unknown(name)).map(str::to_owned)),
            Meaning::Credits => {
                if let Some(crew) = value.member("crew") {
                    self.set_names(Field::Directors, directors_of(crew));
                }
                if let Some(RawValue::List(cast)) = value.member("cast").and_then(|cast| self.value(Field::Cast, cast))
                {
                    self.set_names(Field::Cast, cast);
                }
            }
            Meaning::Crew => self.set_names(Field::Directors, directors_of(value)),
            Meaning::Link => {
                if let Some(id) = value.text().and_then(imdb_id_in) {
                    self.set(Field::ImdbId, RawValue::Text(id.to_owned()));
                }
            }
            Meaning::BareId => self.take_id(value),
            Meaning::Kind => refuse_kind(value)?,
            Meaning::Response => {
                if value.text().is_some_and(|text| text.eq_ignore_ascii_case("false")) {
                    return Err("`Response` is `False`: OMDb found no movie".to_owned());
                }
            }
        }
        Ok(())
    }

    /// `imdb` is an id with `tt` or at least seven digits, a score up to 10, or an object that holds both.
    fn take_imdb(&mut self, value: &Loose<'_>) {
        let text = match value {
            Loose::Text(text) => bare(text).to_owned(),
            Loose::Number(number) => number.to_string(),
            Loose::Object(_) => {
                for (name, field) in [("id", Field::ImdbId), ("rating", Field::Score), ("votes", Field::Votes)] {
                    if let Some(value) = value.member(name).and_then(|value| self.value(field, value)) {
                        self.set(field, value);
                    }
                }
                return;
            }
            Loose::Null | Loose::Bool(_) | Loose::List(_) => return,
        };
        let is_number = text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || imdb_id_in(&text).is_some() {
            if let Some(id) = imdb_id(&text) {
                self.set(Field::ImdbId, id);
            }
            return;
        }
        let score = text.strip_suffix("/10").unwrap_or(&text).trim().replace(',', ".");
        if let Some(score) = score.parse().ok().filter(|score| (0.0..=10.0).contains(score))
            && let Some(score) = self.number(Field::Score, score)
        {
            self.set(Field::Score, score);
        }
    }

    fn take_id(&mut self, value: &Loose<'_>) {
        match value {
            Loose::Text(text) if imdb_id_in(text) == Some(text.trim()) => {
                self.set(Field::ImdbId, RawValue::Text(text.trim().to_owned()));
            }
            _ if !self.tmdb => {}
            Loose::Number(_) => {
                if let Some(id) = self.value(Field::TmdbId, value) {
                    self.set(Field::TmdbId, id);
                }
            }
            Loose::Text(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
                if let Some(id) = self.value(Field::TmdbId, value) {
                    self.set(Field::TmdbId, id);
                }
            }
            _ => {}
        }
    }

    /// Sets a field that no earlier key has set.
    fn set(&mut self, field: Field, value: RawValue) {
        if self.raw.get(field).is_none() {
            self.raw.set(field, value);
        }
    }

    fn set_names(&mut self, field: Field, names: Vec<String>) {
        if !names.is_empty() {
            self.set(field, RawValue::List(names));
        }
    }

    /// The value as the draft takes it; `None` is unknown.
    fn value(&self, field: Field, value: &Loose<'_>) -> Option<RawValue> {
        match field {
            Field::Directors | Field::Cast | Field::Genres | Field::AlternateTitles => self.list(field, value),
            _ => self.single(field, value),
        }
    }

    fn single(&self, field: Field, value: &Loose<'_>) -> Option<RawValue> {
        let text = match value {
            Loose::Null => return None,
            Loose::Bool(_) | Loose::List(_) | Loose::Object(_) => return Some(RawValue::Other),
            Loose::Number(number) => return self.number(field, *number),
            Loose::Text(text) => self.known(text)?,
        };
        if self.own {
            return Some(RawValue::Text(text.to_owned()));
        }
        match field {
            Field::Year if text.bytes().all(|b| b.is_ascii_digit()) => self.number(field, text.parse().ok()?),
            Field::Year => Some(RawValue::Text(year_in(text).unwrap_or(text).to_owned())),
            Field::Runtime => minutes(text),
            Field::ImdbId => imdb_id(text),
            Field::Score | Field::TmdbId if text.parse() == Ok(0.0) => self.number(field, 0.0),
            _ => Some(RawValue::Text(text.to_owned())),
        }
    }

    /// A number, unless it is the 0 that a dump writes for what it does not know.
    fn number(&self, field: Field, number: f64) -> Option<RawValue> {
        if self.own {
            return Some(RawValue::Number(number));
        }
        match field {
            Field::Year | Field::Runtime | Field::TmdbId if number == 0.0 => None,
            Field::Score if number == 0.0 && self.no_votes() => None,
            Field::Runtime => Some(RawValue::Number(number.round().max(1.0))),
            Field::ImdbId => imdb_id(&number.to_string()),
            _ => Some(RawValue::Number(number)),
        }
    }

    fn no_votes(&self) -> bool {
        match self.raw.get(Field::Votes) {
            Some(RawValue::Number(votes)) => *votes == 0.0,
            Some(RawValue::Text(votes)) => votes.parse() == Ok(0.0),
            _ => false,
        }
    }

    fn list(&self, field: Field, value: &Loose<'_>) -> Option<RawValue> {
        let mut list: Vec<String> = match value {
            Loose::Null => return None,
            Loose::Bool(_) | Loose::Number(_) => return Some(RawValue::Other),
            Loose::Text(text) => split(self.known(text)?, self.own).map(str::to_owned).collect(),
            Loose::Object(_) => vec![name_of(value)?],
            Loose::List(list) if list.iter().all(|value| matches!(value, Loose::Null) || name_of(value).is_some()) => {
                list.iter().filter_map(name_of).collect()
            }
            Loose::List(_) => return Some(RawValue::Other),
        };
        list.retain(|name| self.known(name).is_some());
        // Only the leading names are kept, so a long cast is no reason to refuse the movie.
        if matches!(field, Field::Cast | Field::AlternateTitles) {
            list.truncate(MAX_PEOPLE);
        }
        (!list.is_empty()).then_some(RawValue::List(list))
    }

    /// The text without blanks around it, unless it is a spelling of unknown.
    fn known<'t>(&self, text: &'t str) -> Option<&'t str> {
        let bare = bare(text);
        (!bare.is_empty() && (self.own || !is_unknown(bare))).then_some(bare)
    }
}

/// The text without blanks, U+00A0 and bidi marks around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}

fn is_unknown(text: &str) -> bool {
    let text = bare(text);
    text.is_empty()
        || text == r"\N"
        || text.eq_ignore_ascii_case("n/a")
        || text.eq_ignore_ascii_case("(no genres listed)")
}

/// The names of a joined list. Where it is joined with `|` or `;` a comma belongs to a name; an export of fmdb
/// joins with `|` only.
fn split(text: &str, own: bool) -> impl Iterator<Item = &str> {
    let joint = match text {
        _ if own || text.contains('|') => '|',
        _ if text.contains(';') => ';',
        _ => ',',
    };
    text.split(joint)
}

/// An entry of a list: text, a number, or an object with a name.
fn name_of(value: &Loose<'_>) -> Option<String> {
    match value {
        Loose::Text(text) => Some(text.clone().into_owned()),
        Loose::Number(number) => Some(number.to_string()),
        Loose::Object(_) => value.member("name").or_else(|| value.member("title"))?.text().map(str::to_owned),
        Loose::Null | Loose::Bool(_) | Loose::List(_) => None,
    }
}

fn directors_of(crew: &Loose<'_>) -> Vec<String> {
    let Loose::List(crew) = crew else { return Vec::new() };
    let is_director = |person: &&Loose<'_>| person.member("job").and_then(Loose::text) == Some("Director");
    crew.iter().filter(is_director).filter_map(name_of).collect()
}

/// Series, episodes and games are no movies, whoever lists them.
fn refuse_kind(value: &Loose<'_>) -> Result<(), String> {
    let Some(kind) = value.text() else { return Ok(()) };
    let spelled: String = kind.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    let is_other = ["series", "episode", "game", "show", "person"].iter().any(|other| spelled.contains(other));
    if is_other { Err(format!("its type is `{}`, not a movie", bare(kind))) } else { Ok(()) }
}

/// The first group of exactly four digits that is a year of the cinema's centuries: 18xx to 20xx.
fn year_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|group| group.len() == 4 && ["18", "19", "20"].iter().any(|century| group.starts_with(century)))
}

/// `tt` and its digits, wherever they stand.
fn imdb_id_in(text: &str) -> Option<&str> {
    text.match_indices("tt").find_map(|(start, _)| {
        let digits = text[start + 2..].bytes().take_while(u8::is_ascii_digit).count();
        (digits >= 7).then(|| &text[start..start + 2 + digits])
    })
}

/// `tt0076759`, an address that holds it, or its bare digits. 0 is unknown.
fn imdb_id(text: &str) -> Option<RawValue> {
    let id = match imdb_id_in(text) {
        Some(id) => id.to_owned(),
        None if text.bytes().all(|b| b == b'0') => return None,
        None if text.bytes().all(|b| b.is_ascii_digit()) => format!("tt{text:0>7}"),
        None => text.to_owned(),
    };
    Some(RawValue::Text(id))
}

/// `107`, `107 min`, `1h 47min` and `PT1H47M` in minutes. Another unit (`2 Seasons`) is not a running time.
fn minutes(text: &str) -> Option<RawValue> {
    let mut total = 0.0;
    let mut rest = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    if rest.is_empty() {
        return Some(RawValue::Text(text.to_owned()));
    }
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(rest.len());
        let (number, after) = rest.split_at(unit_at);
        let next_at = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(next_at);
        let Ok(number) = number.replace(',', "").parse::<f64>() else {
            return Some(RawValue::Text(text.to_owned()));
        };
        total += match unit.trim_start().as_bytes().first().map(u8::to_ascii_lowercase) {
            Some(b'h') => number * 60.0,
            Some(b'm') | None => number,
            Some(b's') if unit.trim_start().len() < 2 || unit.trim_start().starts_with("sec") => 0.0,
            Some(_) => return None,
        };
        rest = after;
    }
    (total > 0.0).then(|| RawValue::Number(total.round().max(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_found_in_dates_of_any_order() {
        for (text, year) in [
            ("1977-05-25", Some("1977")),
            ("25/05/1977", Some("1977")),
            ("1977–1983", Some("1977")),
            ("(1977)", Some("1977")),
            ("I 2015", Some("2015")),
            ("2009.0", Some("2009")),
            ("soon", None),
            ("19770525", None),
            ("3000-01-01", None),
        ] {
            assert_eq!(year_in(text), year, "{text}");
        }
    }

    #[test]
    fn running_times_are_minutes() {
        let number = |n| Some(RawValue::Number(n));
        for (text, value) in [
            ("107", number(107.0)),
            ("107 min", number(107.0)),
            ("1h 47min", number(107.0)),
            ("1 hr 47 mins", number(107.0)),
            ("PT1H47M", number(107.0)),
            ("1,440 min", number(1440.0)),
            ("95.5", number(96.0)),
            ("0", None),
            ("2 Seasons", None),
            ("long", Some(RawValue::Text("long".into()))),
        ] {
            assert_eq!(minutes(text), value, "{text}");
        }
    }

    #[test]
    fn imdb_ids_are_found_in_addresses_and_completed_from_digits() {
        let text = |id: &str| Some(RawValue::Text(id.into()));
        assert_eq!(imdb_id("http://www.imdb.com/title/tt0499549/?ref_=fn_tt_tt_1"), text("tt0499549"));
        assert_eq!(imdb_id("0114709"), text("tt0114709"));
        assert_eq!(imdb_id("114709"), text("tt0114709"));
        assert_eq!(imdb_id("0"), None);
        assert_eq!(imdb_id("nm0000123"), text("nm0000123"));
    }

    #[test]
    fn lists_split_at_one_joint_only() {
        let parts = |text, own| split(text, own).collect::<Vec<_>>();
        assert_eq!(parts("Joel Coen, Ethan Coen", false), ["Joel Coen", " Ethan Coen"]);
        assert_eq!(parts("Downey, Jr.|Evans", false), ["Downey, Jr.", "Evans"]);
        assert_eq!(parts("a; b", false), ["a", " b"]);
        assert_eq!(parts("a; b, c", true), ["a; b, c"]);
    }
}
