//! Small parts that pages share: icons, posters, chips, fields, addresses. The only place of `PreEscaped`.

use maud::{Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::art;
use crate::i18n::{self, Locale};
use crate::model::{EntryCounts, FieldErrors, ListingQuery, Movie, Problem};
use crate::tr;

/// An icon (Material Symbols), as part of the page; it says nothing that the text beside it does not.
pub fn icon(name: &str) -> Markup {
    let svg = match name {
        "add" => include_str!("../../../assets/icons/add.svg"),
        "admin" => include_str!("../../../assets/icons/admin_panel_settings.svg"),
        "back" => include_str!("../../../assets/icons/arrow_back.svg"),
        "check" => include_str!("../../../assets/icons/check.svg"),
        "close" => include_str!("../../../assets/icons/close.svg"),
        "dark" => include_str!("../../../assets/icons/dark_mode.svg"),
        "delete" => include_str!("../../../assets/icons/delete.svg"),
        "edit" => include_str!("../../../assets/icons/edit.svg"),
        "genre" => include_str!("../../../assets/icons/category.svg"),
        "grid" => include_str!("../../../assets/icons/grid_view.svg"),
        "info" => include_str!("../../../assets/icons/info.svg"),
        "language" => include_str!("../../../assets/icons/language.svg"),
        "list" => include_str!("../../../assets/icons/list.svg"),
        "light" => include_str!("../../../assets/icons/light_mode.svg"),
        "login" => include_str!("../../../assets/icons/login.svg"),
        "logout" => include_str!("../../../assets/icons/logout.svg"),
        "movie" => include_str!("../../../assets/icons/movie.svg"),
        "next" => include_str!("../../../assets/icons/chevron_right.svg"),
        "person" => include_str!("../../../assets/icons/person.svg"),
        "previous" => include_str!("../../../assets/icons/chevron_left.svg"),
        "search" => include_str!("../../../assets/icons/search.svg"),
        "sort" => include_str!("../../../assets/icons/sort.svg"),
        "system" => include_str!("../../../assets/icons/contrast.svg"),
        "table" => include_str!("../../../assets/icons/view_list.svg"),
        "tune" => include_str!("../../../assets/icons/tune.svg"),
        _ => include_str!("../../../assets/icons/warning.svg"),
    };
    PreEscaped(svg.trim_end().to_owned())
}

/// A movie's poster: its picture, else the art that is drawn for it (see `art`). The text beside it says what it is.
pub fn poster(movie: &Movie) -> Markup {
    html! {
        @if let Some(url) = movie.poster_url() {
            img class="poster" src=(url) width="500" height="750" loading="lazy" decoding="async" alt="";
        } @else {
            (art::inline(&movie.facts))
        }
    }
}

/// The star of scores, drawn once a page: fifty cards show it.
pub fn star() -> Markup {
    let symbol = include_str!("../../../assets/icons/star_symbol.svg");
    PreEscaped(symbol.trim_end().to_owned())
}

/// Facts for machines inside a page. No browser runs them, and nothing in them can end the block or look like a tag.
pub fn data_block(data: &serde_json::Value) -> Markup {
    let text = data.to_string();
    let mut safe = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\\' => match characters.next() {
                Some('"') => safe.push_str("\\u0022"),
                other => safe.extend(std::iter::once('\\').chain(other)),
            },
            other => safe.push(other),
        }
    }
    html! { script type="application/ld+json" { (PreEscaped(safe)) } }
}

/// A score with its star, which [`star`] has drawn.
pub fn score(locale: Locale, score: f64) -> Markup {
    let text = i18n::score(locale, score);
    html! {
        span class="score" {
            svg class="icon" aria-hidden="true" { use href="#star" {} }
            span aria-hidden="true" { (text) }
            span class="unseen" { (tr!(locale, "movie.score_of", score = text)) }
        }
    }
}

/// What members keep of a movie, in words: `12 ratings, 3 notes`.
pub fn entries(locale: Locale, counts: EntryCounts) -> String {
    let counted = [
        ("mine.count_ratings", counts.ratings),
        ("mine.count_notes", counts.notes),
        ("admin.diary_entries", counts.viewings),
        ("admin.watchlist_entries", counts.watchlists),
        ("admin.list_entries", counts.lists),
    ];
    let shown =
        counted.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| i18n::plural(locale, key, count));
    shown.collect::<Vec<_>>().join(&tr!(locale, "admin.comma"))
}

/// Links to a movie's genres.
pub fn genre_chips(locale: Locale, genres: &[String]) -> Markup {
    html! {
        @if !genres.is_empty() {
            ul class="chips" {
                @for genre in genres {
                    li { a class="chip small" href=(genre_url(genre)) { bdi { (i18n::genre_name(locale, genre)) } } }
                }
            }
        }
    }
}

/// Links to the page of each person.
pub fn person_links(locale: Locale, names: &[String]) -> Markup {
    links(locale, names, person_page)
}

/// Links to the movies of each person.
pub fn people(locale: Locale, names: &[String]) -> Markup {
    links(locale, names, director_url)
}

/// Names with links, between them the comma of the language.
fn links(locale: Locale, names: &[String], address: fn(&str) -> String) -> Markup {
    let comma = tr!(locale, "admin.comma");
    html! {
        @for (position, name) in names.iter().enumerate() {
            @if position > 0 { (comma) }
            a href=(address(name)) { bdi { (name) } }
        }
    }
}

/// The listing of a question.
pub fn listing_url(path: &str, query: &ListingQuery) -> String {
    match query.to_query_string() {
        empty if empty.is_empty() => path.to_owned(),
        pairs => format!("{path}?{pairs}"),
    }
}

/// The listing of a genre.
pub fn genre_url(genre: &str) -> String {
    listing_url("/listing", &ListingQuery { genres: vec![genre.to_owned()], ..ListingQuery::default() })
}

/// The page of a genre.
pub fn genre_page(genre: &str) -> String {
    format!("/genre/{}", segment(genre))
}

/// The page of a person.
pub fn person_page(name: &str) -> String {
    format!("/person/{}", segment(name))
}

/// The page of a year's decade.
pub fn decade_page(year: u16) -> String {
    format!("/decade/{}", year / 10 * 10)
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The listing of a director.
pub fn director_url(name: &str) -> String {
    listing_url("/listing", &ListingQuery { director: Some(name.to_owned()), ..ListingQuery::default() })
}

/// An address with one more parameter.
pub fn with_parameter(address: &str, name: &str, value: &str) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    let pair = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    format!("{address}{mark}{pair}")
}

/// A labelled field of a form, with its hint and what is wrong with it tied to it.
pub struct Input<'a> {
    /// Its name in the form, and its id.
    pub name: &'static str,
    /// Its label.
    pub label: &'a str,
    /// What is in it.
    pub value: &'a str,
    /// `text`, `password`, or `lines` for a text of several lines.
    pub kind: &'static str,
    /// What helps to fill it in; may be empty.
    pub hint: &'a str,
    /// What the browser may fill in, and what the script completes (`title`, `director`, `genre`, `any`).
    pub complete: (&'static str, &'static str),
    /// It must be filled in.
    pub required: bool,
}

/// Shows a field.
pub fn field(locale: Locale, input: &Input<'_>, problem: Option<&Problem>) -> Markup {
    let hint = (!input.hint.is_empty()).then(|| format!("{}-hint", input.name));
    let error = problem.map(|_| format!("{}-error", input.name));
    // What is wrong takes the place of what helps, which often says the same; the script brings it back.
    let described = error.as_ref().or(hint.as_ref());
    let suggest = (!input.complete.1.is_empty()).then_some(input.complete.1);
    html! {
        div class="entry" {
            label for=(input.name) {
                (input.label)
                @if input.required { span class="required" { " (" (tr!(locale, "form.required")) ")" } }
            }
            @if input.kind == "lines" {
                textarea id=(input.name) name=(input.name) rows="4" dir="auto" autofocus[problem.is_some()] aria-describedby=[described]
                    aria-invalid=[problem.map(|_| "true")] { (input.value) }
            } @else {
                input id=(input.name) name=(input.name) type=(input.kind) value=(input.value) dir="auto"
                    autocomplete=(input.complete.0) data-suggest=[suggest] required[input.required]
                    autofocus[problem.is_some()] aria-describedby=[described] aria-invalid=[problem.map(|_| "true")];
            }
            @if let (Some(problem), Some(id)) = (problem, &error) {
                p class="problem" id=(id) { (icon("warning")) (i18n::problem(locale, problem)) }
            }
            @if let Some(id) = &hint { p class="hint" id=(id) hidden[error.is_some()] { (input.hint) } }
        }
    }
}

/// A message with parts of a page in the places of `%{name}`; the order is the language's.
pub fn filled(message: &str, values: &[(&str, Markup)]) -> Markup {
    let mut pieces = message.split("%{");
    html! {
        (pieces.next().unwrap_or_default())
        @for piece in pieces {
            @let (name, text) = piece.split_once('}').unwrap_or((piece, ""));
            @if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) { (value) }
            (text)
        }
    }
}

/// What is wrong with the parameters of an address, by the labels of their fields.
pub fn problems(locale: Locale, errors: &FieldErrors) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="banner wrong" role="alert" {
                (icon("warning"))
                ul {
                    @for (name, problem) in &errors.0 {
                        li data-field=(name) { @if let Some(label) = i18n::field_label(locale, name) { b { (label) } ": " } (i18n::problem(locale, problem)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poster_is_the_picture_or_art() {
        let movie =
            Movie { facts: crate::model::Facts { title: "It".into(), ..Default::default() }, ..Movie::default() };
        assert!(poster(&movie).0.starts_with("<svg class=\"poster"));
        let with = Movie { poster: Some("ab".into()), ..movie };
        assert!(
            poster(&with).0.contains("src=\"/poster/ab.jpg\" width=\"500\"") && poster(&with).0.contains("alt=\"\"")
        );
    }

    #[test]
    fn addresses_take_one_more_parameter() {
        assert_eq!(with_parameter("/listing", "lang", "fr"), "/listing?lang=fr");
        assert_eq!(with_parameter("/listing?q=a+b", "lang", "fr"), "/listing?q=a+b&lang=fr");
        assert_eq!(genre_url("Sci-Fi"), "/listing?genre=Sci-Fi");
    }

    #[test]
    fn names_are_one_segment_of_a_path() {
        assert_eq!(person_page("Akira Kurosawa"), "/person/Akira%20Kurosawa");
        assert_eq!(genre_page("A/B?"), "/genre/A%2FB%3F");
        assert_eq!(decade_page(1977), "/decade/1970");
    }

    #[test]
    fn data_in_a_page_can_be_read_and_does_no_harm() {
        let data = serde_json::json!({"name": "</script><b>\" onload=\"x\" \\", "more": "a & b\n"});
        let block = data_block(&data).into_string();
        let inner = block.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</script>")).expect("a block");
        assert!(!inner.contains(['<', '>', '&']) && !inner.contains("\" onload"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(inner).expect("JSON"), data);
    }

    #[test]
    fn what_is_typed_is_escaped() {
        let nasty = Input {
            name: "q",
            label: "<b>",
            value: "\"><svg onload=1>",
            kind: "text",
            hint: "",
            complete: ("off", ""),
            required: false,
        };
        let shown = field(Locale::En, &nasty, None).into_string();
        assert!(!shown.contains("<svg onload") && !shown.contains("<b>"));
    }
}
