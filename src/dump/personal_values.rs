//! How days, years, ratings and kinds of titles are spelled in people's own files. What cannot be read is told apart from
//! what is not there.

use std::sync::LazyLock;

use time::Month;

use crate::model::draft::YEARS;
use crate::model::fold::fold;
use crate::model::mine::{Day, Rating};

/// It is there and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// The year in a cell: `2018`, `2018.0`, `(2018)`, `2018-11-01`. Two different years are none.
///
/// # Errors
/// [`Unreadable`].
pub fn year(text: &str) -> Result<Option<u16>, Unreadable> {
    if is_blank(text) {
        return Ok(None);
    }
    let is_year = |year: &u16| (YEARS.0..=YEARS.1).contains(year);
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| matches!(group.len(), 4 | 8));
    let mut years = groups.filter_map(|group| group[..4].parse().ok()).filter(is_year);
    let year = years.next().ok_or(Unreadable)?;
    if years.all(|other| other == year) { Ok(Some(year)) } else { Err(Unreadable) }
}

/// A rating out of ten; `factor` is 2 where five is the most. `4.5`, `4,5`, `4½`, `★★★★½` and `8/10` are read.
///
/// # Errors
/// [`Unreadable`], also where it is out of bounds or between two ratings.
pub fn rating(text: &str, factor: f64) -> Result<Option<Rating>, Unreadable> {
    if is_blank(text) {
        return Ok(None);
    }
    let (text, factor) = match text.split_once('/') {
        Some((text, "10")) => (text, 1.0),
        Some((text, "5")) => (text, 2.0),
        Some(_) => return Err(Unreadable),
        None => (text, factor),
    };
    let text = text.trim();
    let (whole, half) = text.strip_suffix('½').map_or((text, 0.0), |whole| (whole.trim(), 0.5));
    let is_stars = !whole.is_empty() && whole.chars().all(|c| matches!(c, '★' | '⭐' | '\u{fe0f}'));
    let (number, factor) = match whole {
        "" if half > 0.0 => (0.0, factor),
        _ if is_stars => (whole.chars().filter(|c| *c != '\u{fe0f}').count() as f64, factor),
        _ => (whole.replace(',', ".").parse().map_err(|_| Unreadable)?, factor),
    };
    let value: f64 = (number + half) * factor;
    if value.fract() != 0.0 {
        return Err(Unreadable);
    }
    Rating::new(value as i64).map(Some).ok_or(Unreadable)
}

/// The day in a cell, as IMDb, Letterboxd, spreadsheets and people write days; `None` where it is none or might be two.
pub fn day(text: &str) -> Option<Day> {
    let text = text.trim();
    let date = text.split_once('T').map_or(text, |(date, time)| if time.contains(':') { date } else { text });
    if date.bytes().all(|byte| byte.is_ascii_digit()) {
        return of_digits(date);
    }
    let parts: Vec<&str> = date.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ',')).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty() && !part.contains(':')).collect();
    let numbers: Vec<u16> = parts.iter().filter_map(|part| number(part)).collect();
    let month = parts.iter().find_map(|part| month(part));
    let is_first_long = parts.first().is_some_and(|part| part.len() == 4);
    match (month, numbers.as_slice()) {
        (Some(month), [day, year]) if *day <= 31 => ymd(long(*year), month, *day),
        (Some(month), [year, day]) => ymd(long(*year), month, *day),
        (None, [year, month, day, ..]) if is_first_long => ymd(*year, *month, *day),
        // Which is the day shows only where the other number cannot be one of a month.
        (None, [day, month, year]) if *month <= 12 && (*day > 12 || day == month) => ymd(long(*year), *month, *day),
        (None, [month, day, year]) if *month <= 12 && *day > 12 => ymd(long(*year), *month, *day),
        // With points the day comes first, wherever that is written.
        (None, [day, month, year]) if date.matches('.').count() == 2 => ymd(long(*year), *month, *day),
        _ => None,
    }
}

/// `20240131`, or the number of a day as spreadsheets count them.
fn of_digits(text: &str) -> Option<Day> {
    match text.len() {
        8 => ymd(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?),
        5 => {
            let day = Day(text.parse::<i64>().ok()? - 25_569);
            Day::parse(&day.to_string()).ok().flatten()
        }
        _ => None,
    }
}

/// A number of at most four digits.
fn number(part: &str) -> Option<u16> {
    let is_plain = part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| part.parse().ok())?
}

/// A year of two digits: what people rate and see is of this century.
fn long(year: u16) -> u16 {
    if year < 100 { year + 2000 } else { year }
}

fn ymd(year: u16, month: u16, day: u16) -> Option<Day> {
    Day::parse(&format!("{year:04}-{month:02}-{day:02}")).ok().flatten()
}

/// The number of a month by its name or its beginning, in the languages in which IMDb and spreadsheets write dates.
fn month(part: &str) -> Option<u16> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "ene", "gen"],
        &["feb", "fev", "fév"],
        &["mar", "mär", "mrz"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mag"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "aou", "ago", "aoû"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dez", "dic", "déc"],
    ];
    let name = part.to_lowercase();
    let place = NAMES.iter().position(|starts| starts.iter().any(|start| name.starts_with(start)))?;
    u16::try_from(place + 1).ok().filter(|place| Month::try_from(*place as u8).is_ok())
}

/// Whether a kind of title, as IMDb writes it in any of its languages, is a movie. A kind that is not known is none, so
/// that a series or a short never passes for a movie.
pub fn is_movie(kind: &str) -> bool {
    static MOVIES: LazyLock<Vec<String>> = LazyLock::new(|| MOVIE_KINDS.iter().map(|kind| fold(kind)).collect());
    let kind = fold(kind);
    kind.is_empty() || MOVIES.contains(&kind)
}

const MOVIE_KINDS: &[&str] = &[
    "movie",
    "film",
    "feature",
    "feature film",
    "documentary",
    "tv movie",
    "tvMovie",
    "tv film",
    "video",
    "tv special",
    "tvSpecial",
    "téléfilm",
    "film documentaire",
    "long-métrage",
    "documentaire",
    "vidéo",
    "émission spéciale",
    "Spielfilm",
    "Kinofilm",
    "Fernsehfilm",
    "TV-Film",
    "Dokumentarfilm",
    "TV-Special",
    "Fernsehspecial",
    "película",
    "largometraje",
    "película de TV",
    "película para TV",
    "película para televisión",
    "documental",
    "especial de TV",
    "film TV",
    "film per la TV",
    "film per la televisione",
    "film televisivo",
    "lungometraggio",
    "documentario",
    "speciale TV",
    "filme",
    "longa-metragem",
    "filme de TV",
    "filme para TV",
    "filme para televisão",
    "documentário",
    "vídeo",
    "फ़िल्म",
    "फिल्म",
    "मूवी",
    "टीवी फ़िल्म",
    "टीवी फिल्म",
    "टीवी मूवी",
    "वीडियो",
    "映画",
    "テレビ映画",
    "电影",
    "電影",
    "영화",
    "фильм",
    "телефильм",
    "фільм",
    "telefilm",
    "speelfilm",
    "televisiefilm",
    "סרט",
    "فيلم",
];

/// Nothing is said.
fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "-" | "N/A" | "n/a" | "\\N")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_or_told() {
        for (text, expected) in [
            ("2018", Ok(Some(2018))),
            (" 2018.0", Ok(Some(2018))),
            ("(2018)", Ok(Some(2018))),
            ("2018-11-01", Ok(Some(2018))),
            ("01/11/2018", Ok(Some(2018))),
            ("20181101", Ok(Some(2018))),
            ("", Ok(None)),
            ("N/A", Ok(None)),
            ("18", Err(Unreadable)),
            ("soon", Err(Unreadable)),
            ("2018/2019", Err(Unreadable)),
            ("9999", Err(Unreadable)),
            ("20180", Err(Unreadable)),
        ] {
            assert_eq!(year(text), expected, "{text}");
        }
    }

    #[test]
    fn ratings_are_read_in_every_spelling() {
        for (text, factor, value) in [
            ("4.5", 2.0, 9),
            ("4,5", 2.0, 9),
            ("4½", 2.0, 9),
            ("½", 2.0, 1),
            ("★★★★½", 2.0, 9),
            ("8/10", 2.0, 8),
            ("4/5", 1.0, 8),
            ("8", 1.0, 8),
            ("8,0", 1.0, 8),
        ] {
            assert_eq!(rating(text, factor), Ok(Rating::new(value)), "{text}");
        }
        for bad in ["5.5", "4.3", "0", "x", "4½½", "8/100", "NaN", "1e9"] {
            assert_eq!(rating(bad, 2.0), Err(Unreadable), "{bad}");
        }
        assert_eq!(rating(" ", 2.0), Ok(None));
    }

    #[test]
    fn days_are_read_where_they_can_be_one_day_only() {
        for (text, expected) in [
            ("2024-01-31", "2024-01-31"),
            ("2024-01-31T20:15:00Z", "2024-01-31"),
            ("2024-01-31 20:15:00", "2024-01-31"),
            ("2024/1/31", "2024-01-31"),
            ("20240131", "2024-01-31"),
            ("Sat Apr 23 08:36:35 2011", "2011-04-23"),
            ("23 Apr 2011", "2011-04-23"),
            ("April 23, 2011", "2011-04-23"),
            ("25-avr-18", "2018-04-25"),
            ("31.12.1999", "1999-12-31"),
            ("5.4.2019", "2019-04-05"),
            ("12/31/99", ""),
            ("12/31/19", "2019-12-31"),
            ("31/12/2019", "2019-12-31"),
            ("4/4/2019", "2019-04-04"),
            ("43215", "2018-04-25"),
            ("4/5/2019", ""),
            ("Dec-99", ""),
            ("1999", ""),
            ("2024-02-30", ""),
            ("yesterday", ""),
            ("", ""),
            ("9999-01-01", ""),
        ] {
            assert_eq!(day(text).map(|day| day.to_string()).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn kinds_that_are_no_movies_are_none_in_any_language() {
        for kind in
            ["", "Movie", "Feature Film", "Film", "tvMovie", "TV Movie", "Película", "Téléfilm", "फ़िल्म", "Fernsehfilm"]
        {
            assert!(is_movie(kind), "{kind}");
        }
        for kind in [
            "Short",
            "TV Series",
            "tvSeries",
            "TV Mini Series",
            "TV Episode",
            "Video Game",
            "Podcast Series",
            "Serie TV",
            "Miniserie TV",
            "Cortometraggio",
            "Court-métrage",
            "Kurzfilm",
            "Fernsehserie",
            "Série télévisée",
            "Jeu vidéo",
            "Videojuego",
            "Music Video",
            "Curta-metragem",
            "टीवी सीरीज़",
            "tv",
            "Épisode",
        ] {
            assert!(!is_movie(kind), "{kind}");
        }
    }
}
