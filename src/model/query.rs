//! What a visitor asks of the catalogue: the listing's address, read with bounds and written back for links.

use super::fold::tidy;
use super::genre;
use super::problem::{FieldErrors, Problem};
use super::range::Range;

/// The most movies on a page.
pub const MAX_ITEMS: u32 = 200;
/// The movies on a page where none is asked for.
pub const DEFAULT_ITEMS: u32 = 50;
/// The most characters of a search text; more than any title has.
pub const MAX_TEXT: usize = 500;
/// The most genres in one question.
pub const MAX_GENRES: usize = 20;

/// A sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the name of what is compared")]
pub enum Sort {
    Relevance,
    Popularity,
    Score,
    Year,
    Title,
    Added,
}

impl Sort {
    /// All, in the order of the page's menu.
    pub const ALL: [Self; 6] = [Self::Relevance, Self::Popularity, Self::Score, Self::Year, Self::Title, Self::Added];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Popularity => "popularity",
            Self::Score => "score",
            Self::Year => "year",
            Self::Title => "title",
            Self::Added => "added",
        }
    }

    /// The order that people mean when they name none: A to Z for titles, the highest first for all else.
    pub fn natural_order(self) -> Order {
        if self == Self::Title { Order::Asc } else { Order::Desc }
    }
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// The lowest first.
    Asc,
    /// The highest first.
    Desc,
}

impl Order {
    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}

/// A question to the listing. All parts together must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingQuery {
    /// Words of the title, the original title or another title.
    pub name: Option<String>,
    /// Words of a director's name.
    pub director: Option<String>,
    /// Words of titles, directors and genres at once.
    pub q: Option<String>,
    /// Genres that must all be there, canonical where known, else searched forgivingly.
    pub genres: Vec<String>,
    /// Years, inclusive.
    pub year: Range<u16>,
    /// Scores, inclusive.
    pub score: Range<f64>,
    /// The order asked for; see [`Self::effective_sort`].
    pub sort: Option<Sort>,
    /// The direction asked for; see [`Self::effective_order`].
    pub order: Option<Order>,
    /// The page, from 1.
    pub page: u32,
    /// Movies on a page, 1 to [`MAX_ITEMS`].
    pub items: u32,
}

impl Default for ListingQuery {
    fn default() -> Self {
        Self {
            name: None,
            director: None,
            q: None,
            genres: Vec::new(),
            year: Range { min: None, max: None },
            score: Range { min: None, max: None },
            sort: None,
            order: None,
            page: 1,
            items: DEFAULT_ITEMS,
        }
    }
}

impl ListingQuery {
    /// Reads decoded pairs of a query string. Empty values and unknown names (`lang`) are passed over.
    ///
    /// # Errors
    /// The parameters that cannot be read or are out of bounds, see [`is_malformed`].
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let (query, errors) = Self::read(pairs);
        errors.into_result(query)
    }

    /// As [`Self::parse`]: what can be read, and what is wrong with the rest.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, FieldErrors) {
        let mut query = Self::default();
        let mut errors = FieldErrors::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, typed) in pairs {
            let mut value = tidy(typed);
            let Some(name) = PARAMETERS.iter().find(|known| **known == name).copied() else { continue };
            if value.is_empty() {
                continue;
            }
            if name == "score" && typed.ends_with(' ') {
                // `score=8+`, typed into an address: there a plus stands for a blank.
                let with_plus = format!("{value}+");
                value = if Range::<f64>::parse(&with_plus).is_some() { with_plus } else { value };
            }
            if name != "genre" && seen.contains(&name) {
                errors.add(name, Problem::Repeated);
                continue;
            }
            seen.push(name);
            if let Err(problem) = query.take(name, value) {
                errors.add(name, problem);
            }
        }
        (query, errors)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Problem> {
        match name {
            "name" => self.name = Some(text(value)?),
            "director" => self.director = Some(text(value)?),
            "q" => self.q = Some(text(value)?),
            "genre" if self.genres.len() == MAX_GENRES => return Err(Problem::TooMany { max: MAX_GENRES }),
            "genre" => {
                let genre = genre::canonical(&text(value)?);
                if !self.genres.contains(&genre) {
                    self.genres.push(genre);
                }
            }
            "year" => self.year = Range::parse(&value).ok_or(Problem::NotYears)?,
            "score" => self.score = Range::parse(&value).ok_or(Problem::NotScores)?,
            "sort" => {
                let sort = Sort::ALL.into_iter().find(|sort| sort.name() == value);
                self.sort = Some(
                    sort.ok_or(Problem::NotAChoice { choices: "relevance, popularity, score, year, title, added" })?,
                );
            }
            "order" => {
                let order = [Order::Asc, Order::Desc].into_iter().find(|order| order.name() == value);
                self.order = Some(order.ok_or(Problem::NotAChoice { choices: "asc, desc" })?);
            }
            "p" => self.page = bounded(&value, u32::MAX)?,
            _ => self.items = bounded(&value, MAX_ITEMS)?,
        }
        Ok(())
    }

    /// Something is typed that can be more or less relevant.
    pub fn has_text(&self) -> bool {
        self.name.is_some() || self.director.is_some() || self.q.is_some()
    }

    /// Something narrows the catalogue.
    pub fn is_filtered(&self) -> bool {
        self.has_text() || !self.genres.is_empty() || !self.year.is_open() || !self.score.is_open()
    }

    /// Relevance where there is text, else popularity; relevance to nothing is popularity too.
    pub fn effective_sort(&self) -> Sort {
        match self.sort {
            Some(Sort::Relevance) | None if !self.has_text() => Sort::Popularity,
            None => Sort::Relevance,
            Some(sort) => sort,
        }
    }

    /// The direction asked for, else the natural one of the sort order.
    pub fn effective_order(&self) -> Order {
        self.order.unwrap_or_else(|| self.effective_sort().natural_order())
    }

    /// How many movies come before this page.
    pub fn offset(&self) -> usize {
        (self.page as usize - 1) * self.items as usize
    }

    /// The address's query string of this question, without what is the default; empty for the whole catalogue.
    pub fn to_query_string(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("name", &self.name), ("director", &self.director), ("q", &self.q)] {
            if let Some(value) = value {
                pairs.append_pair(name, value);
            }
        }
        for genre in &self.genres {
            pairs.append_pair("genre", genre);
        }
        if !self.year.is_open() {
            pairs.append_pair("year", &self.year.to_string());
        }
        if !self.score.is_open() {
            pairs.append_pair("score", &self.score.to_string());
        }
        if let Some(sort) = self.sort {
            pairs.append_pair("sort", sort.name());
        }
        if let Some(order) = self.order {
            pairs.append_pair("order", order.name());
        }
        if self.page != 1 {
            pairs.append_pair("p", &self.page.to_string());
        }
        if self.items != DEFAULT_ITEMS {
            pairs.append_pair("items", &self.items.to_string());
        }
        pairs.finish()
    }
}

const PARAMETERS: [&str; 10] = ["name", "director", "q", "genre", "year", "score", "sort", "order", "p", "items"];

/// The errors are of form (400), not of bounds (422).
pub fn is_malformed(errors: &FieldErrors) -> bool {
    errors.0.values().any(|problem| {
        matches!(
            problem,
            Problem::Malformed { .. }
                | Problem::NotANumber
                | Problem::NotWhole
                | Problem::NotAChoice { .. }
                | Problem::NotYears
                | Problem::NotScores
                | Problem::Repeated
        )
    })
}

/// A search text within its bound.
///
/// # Errors
/// [`Problem::TooLong`].
pub fn text(value: String) -> Result<String, Problem> {
    if value.chars().count() > MAX_TEXT { Err(Problem::TooLong { max: MAX_TEXT }) } else { Ok(value) }
}

/// A whole number from 1 to `max`.
///
/// # Errors
/// [`Problem::NotWhole`] where it is no number, [`Problem::OutOfRange`] where it is another one.
pub fn bounded(value: &str, max: u32) -> Result<u32, Problem> {
    let number: i128 = value.parse().map_err(|_| Problem::NotWhole)?;
    u32::try_from(number)
        .ok()
        .filter(|number| (1..=max).contains(number))
        .ok_or(Problem::OutOfRange { min: 1.0, max: f64::from(max) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let address = [
            ("name", " star  wars "),
            ("genre", "sci fi"),
            ("genre", "Action"),
            ("year", "1970..1979"),
            ("score", "7.5.."),
            ("sort", "year"),
            ("order", "asc"),
            ("p", "2"),
            ("items", "20"),
            ("lang", "fr"),
            ("director", ""),
        ];
        let query = ListingQuery::parse(address).expect("all good");
        assert_eq!(query.genres, ["Sci-Fi", "Action"]);
        assert_eq!(query.offset(), 20);
        let written = query.to_query_string();
        assert_eq!(
            written,
            "name=star+wars&genre=Sci-Fi&genre=Action&year=1970..1979&score=7.5..&sort=year&order=asc&p=2&items=20"
        );
        let pairs: Vec<_> = form_urlencoded::parse(written.as_bytes()).into_owned().collect();
        let again = ListingQuery::parse(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        assert_eq!(again, Ok(query));
    }

    #[test]
    fn what_can_be_read_is_kept_beside_what_cannot() {
        let pairs = [("q", "heat"), ("year", "long ago"), ("score", "8+"), ("genre", "Drama"), ("p", "x")];
        let (query, errors) = ListingQuery::read(pairs);
        assert_eq!(query.to_query_string(), "q=heat&genre=Drama&score=8..");
        assert_eq!(errors.0.keys().copied().collect::<Vec<_>>(), ["p", "year"]);
        let (plus, _) = ListingQuery::read([("score", "8 ")]);
        assert_eq!(plus.score.to_string(), "8..");
    }

    #[test]
    fn form_and_bounds_are_told_apart() {
        let errors = |pair| ListingQuery::parse([pair]).expect_err("refused");
        assert!(is_malformed(&errors(("p", "two"))));
        assert!(is_malformed(&errors(("year", "abc"))));
        assert!(is_malformed(&errors(("sort", "size"))));
        assert!(!is_malformed(&errors(("p", "0"))));
        assert!(!is_malformed(&errors(("p", "-1"))));
        assert!(!is_malformed(&errors(("items", "201"))));
        assert!(!is_malformed(&errors(("q", &"a".repeat(501)))));
        assert!(ListingQuery::parse([("p", "1"), ("p", "2")]).is_err());
    }

    #[test]
    fn the_order_follows_the_question() {
        let query = |pairs: &[(&'static str, &'static str)]| ListingQuery::parse(pairs.iter().copied()).expect("good");
        assert_eq!(query(&[]).effective_sort(), Sort::Popularity);
        assert_eq!(query(&[("q", "x")]).effective_sort(), Sort::Relevance);
        assert_eq!(query(&[("sort", "relevance")]).effective_sort(), Sort::Popularity);
        assert_eq!(query(&[("sort", "title")]).effective_order(), Order::Asc);
        assert_eq!(query(&[("sort", "score")]).effective_order(), Order::Desc);
    }
}
