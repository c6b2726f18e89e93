//! The form that adds and edits a movie.

use maud::{Markup, html};

use super::parts::{Input, field, icon};
use super::{Chrome, layout, poster};
use crate::i18n::Locale;
use crate::model::{Field, FieldErrors, Movie, MovieId, RawMovie};
use crate::tr;

/// What the form shows.
#[derive(Debug, Clone, Default)]
pub struct MovieForm {
    /// The movie that is edited; `None` for a new one.
    pub id: Option<MovieId>,
    /// The values as they are or as they were typed.
    pub values: RawMovie,
    /// What is wrong, by field.
    pub errors: FieldErrors,
    /// The movie that is the same, if that is what is wrong.
    pub exists: Option<MovieId>,
    /// Where to go afterwards: an own path.
    pub next: String,
    /// The movie as it is stored, where it was read: its poster is shown.
    pub movie: Option<Movie>,
    /// A picture was chosen, and has to be chosen again.
    pub lost_file: bool,
    /// The poster is to be removed, as ticked.
    pub is_removed: bool,
}

/// The page (`GET /manage/add`, `GET /manage/update?id=ID`); the form sends `POST` to `/manage/add` or
/// `/manage/update` with `id`, `csrf`, `next`, the names of [`Field::name`], `poster` and `remove_poster`.
pub fn movie(chrome: &Chrome<'_>, form: &MovieForm) -> Markup {
    let locale = chrome.locale;
    let title = if form.id.is_some() { tr!(locale, "form.edit") } else { tr!(locale, "form.add") };
    let action = if form.id.is_some() { "/manage/update" } else { "/manage/add" };
    let content = html! {
        form class="panel movie-form" action=(action) method="post" enctype="multipart/form-data" data-guard
            data-unsaved[form.exists.is_some() || !form.errors.is_empty()] {
            h1 { (title) }
            (wrong(locale, form))
            input type="hidden" name="csrf" value=(chrome.csrf);
            input type="hidden" name="next" value=(form.next);
            @if let Some(id) = form.id { input type="hidden" name="id" value=(id); }
            div class="fields two" {
                @for shown in SHOWN { (entry(locale, form, shown)) }
            }
            (poster::part(locale, form))
            div class="ways" {
                a class="button border" href=(form.next) { (tr!(locale, "form.cancel")) }
                button type="submit" { (icon("check")) span { (tr!(locale, "form.save")) } }
            }
        }
    };
    layout::page(chrome, &title, &content)
}

/// The fields in the order in which people fill them in.
const SHOWN: [Field; 14] = [
    Field::Title,
    Field::OriginalTitle,
    Field::Directors,
    Field::Year,
    Field::Genres,
    Field::Score,
    Field::Popularity,
    Field::Runtime,
    Field::Cast,
    Field::Votes,
    Field::ImdbId,
    Field::TmdbId,
    Field::AlternateTitles,
    Field::Overview,
];

fn entry(locale: Locale, form: &MovieForm, shown: Field) -> Markup {
    let (label, hint) = words(locale, shown);
    let kind = if matches!(shown, Field::Overview | Field::AlternateTitles) { "lines" } else { "text" };
    let suggest = match shown {
        Field::Directors => "directors",
        Field::Genres => "chips",
        _ => "",
    };
    let input = Input {
        name: shown.name(),
        label: &label,
        value: &form.values.text(shown),
        kind,
        hint: &hint,
        complete: ("off", suggest),
        required: shown == Field::Title,
    };
    let problem = form.errors.get(shown.name());
    if shown == Field::Genres {
        let add = tr!(locale, "form.add_genre");
        let remove = tr!(locale, "form.remove_genre", genre = "{}");
        return html! { div class="genre-chips" data-add=(add) data-remove=(remove) { (field(locale, &input, problem)) } };
    }
    field(locale, &input, problem)
}

/// The label and the hint of a field.
fn words(locale: Locale, shown: Field) -> (String, String) {
    let list = || tr!(locale, "form.list_hint").into_owned();
    let (label, hint) = match shown {
        Field::Title => (tr!(locale, "form.movie_name"), String::new()),
        Field::OriginalTitle => (tr!(locale, "form.original_title"), String::new()),
        Field::AlternateTitles => (tr!(locale, "form.alternate_titles"), tr!(locale, "form.lines_hint").into_owned()),
        Field::Directors => (tr!(locale, "form.director"), list()),
        Field::Cast => (tr!(locale, "form.cast"), list()),
        Field::Genres => (tr!(locale, "form.chip_genres"), list()),
        Field::Year => (tr!(locale, "form.year"), tr!(locale, "form.year_hint").into_owned()),
        Field::Score => (tr!(locale, "form.imdb_score"), tr!(locale, "form.score_hint").into_owned()),
        Field::Votes => (tr!(locale, "form.votes"), String::new()),
        Field::Popularity => (tr!(locale, "form.popularity"), tr!(locale, "form.popularity_hint").into_owned()),
        Field::Runtime => (tr!(locale, "form.runtime"), String::new()),
        Field::Overview => (tr!(locale, "form.overview"), String::new()),
        Field::ImdbId => (tr!(locale, "form.imdb_id"), String::new()),
        Field::TmdbId => (tr!(locale, "form.tmdb_id"), String::new()),
    };
    (label.into_owned(), hint)
}

fn wrong(locale: Locale, form: &MovieForm) -> Markup {
    html! {
        @if let Some(id) = form.exists {
            p class="banner wrong" role="alert" {
                (icon("warning")) (tr!(locale, "form.exists")) " " a href={ "/movie/" (id) } { (tr!(locale, "form.see_it")) }
                @if form.lost_file { " " (tr!(locale, "poster.again")) }
            }
        } @else if !form.errors.is_empty() {
            div class="banner wrong" role="alert" {
                (icon("warning"))
                div {
                    p { (tr!(locale, "form.errors")) }
                    ul {
                        @for shown in SHOWN {
                            @if form.errors.get(shown.name()).is_some() {
                                li { a href={ "#" (shown.name()) } { (words(locale, shown).0) } }
                            }
                        }
                        @if form.errors.get("poster").is_some() || form.lost_file {
                            li { a href="#poster" { (tr!(locale, "poster.title")) } @if form.lost_file { ": " (tr!(locale, "poster.again")) } }
                        }
                    }
                }
            }
        }
    }
}
