//! What arrived of a movie, before any check: the fields by their names, the values as loosely as forms, JSON and dumps
//! have them. `draft` checks them.

/// A field of a movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of `Facts`, which documents them")]
pub enum Field {
    Title,
    OriginalTitle,
    AlternateTitles,
    Directors,
    Cast,
    Genres,
    Year,
    Score,
    Votes,
    Popularity,
    Runtime,
    Overview,
    ImdbId,
    TmdbId,
}

impl Field {
    /// All fields, in the order of an export.
    pub const ALL: [Self; 14] = [
        Self::Title,
        Self::OriginalTitle,
        Self::Directors,
        Self::Year,
        Self::Genres,
        Self::Score,
        Self::Votes,
        Self::Popularity,
        Self::Runtime,
        Self::Overview,
        Self::Cast,
        Self::AlternateTitles,
        Self::ImdbId,
        Self::TmdbId,
    ];

    /// The field's name in the API, in forms and in error messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "movie_name",
            Self::OriginalTitle => "original_title",
            Self::AlternateTitles => "alternate_titles",
            Self::Directors => "director",
            Self::Cast => "cast",
            Self::Genres => "chip_genres",
            Self::Year => "year",
            Self::Score => "imdb_score",
            Self::Votes => "votes",
            Self::Popularity => "popularity",
            Self::Runtime => "runtime",
            Self::Overview => "overview",
            Self::ImdbId => "imdb_id",
            Self::TmdbId => "tmdb_id",
        }
    }

    /// The field that a name in a request's body means; `genres`, `directors` and `title` are also known.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "genres" | "genre" => Some(Self::Genres),
            "directors" => Some(Self::Directors),
            "title" | "name" => Some(Self::Title),
            "score" => Some(Self::Score),
            _ => Self::ALL.into_iter().find(|field| field.name() == name),
        }
    }
}

/// A value as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub enum RawValue {
    /// Said to be unknown: JSON's null, an empty form field.
    Null,
    /// Text, which may hold a number, or a list joined with commas.
    Text(String),
    /// A number.
    Number(f64),
    /// A list of texts.
    List(Vec<String>),
    /// Anything else (an object, a truth value), which no field takes.
    Other,
}

/// What arrived of one movie, before any check. A later value of a field replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawMovie(Vec<(Field, RawValue)>);

impl RawMovie {
    /// Takes a value for a field.
    pub fn set(&mut self, field: Field, value: RawValue) {
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some(slot) => slot.1 = value,
            None => self.0.push((field, value)),
        }
    }

    /// The value of a field, if it was given.
    pub fn get(&self, field: Field) -> Option<&RawValue> {
        self.0.iter().find(|(known, _)| *known == field).map(|(_, value)| value)
    }

    /// What a form shows of a field: the text as it was typed, a list joined with `, `, titles one on each line.
    pub fn text(&self, field: Field) -> String {
        match self.get(field) {
            Some(RawValue::Text(text)) => text.clone(),
            Some(RawValue::Number(number)) => number.to_string(),
            Some(RawValue::List(list)) => list.join(if field == Field::AlternateTitles { "\n" } else { ", " }),
            _ => String::new(),
        }
    }

    /// What was changed in a form that showed `before`. A field that was left alone says nothing: its text would not
    /// always read back as the list that it shows ("Sammy Davis, Jr.").
    pub fn changed_from(&self, before: &Self) -> Self {
        let is_changed = |(field, _): &&(Field, RawValue)| self.text(*field) != before.text(*field);
        Self(self.0.iter().filter(is_changed).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(pairs: &[(Field, RawValue)]) -> RawMovie {
        RawMovie(pairs.to_vec())
    }

    fn text(value: &str) -> RawValue {
        RawValue::Text(value.to_owned())
    }

    #[test]
    fn every_name_leads_to_its_field() {
        for field in Field::ALL {
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(Field::from_name("genres"), Some(Field::Genres));
        assert_eq!(Field::from_name("is_admin"), None);
    }

    #[test]
    fn a_form_that_was_left_alone_changes_nothing() {
        let list = |names: &[&str]| RawValue::List(names.iter().map(|name| (*name).to_owned()).collect());
        let shown = raw(&[(Field::Title, text("Ocean's 11")), (Field::Directors, list(&["Sammy Davis, Jr.", "A"]))]);
        let typed = |directors| raw(&[(Field::Title, text("Ocean's Eleven")), (Field::Directors, text(directors))]);
        let title = raw(&[(Field::Title, text("Ocean's Eleven"))]);
        assert_eq!(typed("Sammy Davis, Jr., A").changed_from(&shown), title);
        assert_eq!(typed("B").changed_from(&shown), typed("B"));
    }
}
