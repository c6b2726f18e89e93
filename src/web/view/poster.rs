//! The poster of a movie as a part of its form: what it has, and the way to change it.

use maud::{Markup, html};

use super::forms::MovieForm;
use super::parts::{self, icon};
use crate::i18n::{self, Locale};
use crate::tr;

/// The part below the fields. The picture goes with them, as `poster`; `remove_poster` takes it away.
pub fn part(locale: Locale, form: &MovieForm) -> Markup {
    let problem = form.errors.get("poster");
    let has_picture = form.movie.as_ref().is_some_and(|movie| movie.poster.is_some());
    let is_wrong = problem.is_some() || form.lost_file;
    let described = if is_wrong { "poster-error poster-hint" } else { "poster-hint" };
    html! {
        section class="poster-panel" aria-labelledby="poster-title" {
            @if let Some(movie) = &form.movie { div class="poster-now" { (parts::poster(movie)) } }
            div {
                h2 id="poster-title" { (tr!(locale, "poster.title")) }
                @if form.movie.is_some() && !has_picture { p { (tr!(locale, "poster.none")) } }
                div class="entry" {
                    label for="poster" { (tr!(locale, "poster.file")) }
                    input id="poster" name="poster" type="file" accept="image/jpeg,image/png,image/webp"
                        aria-describedby=(described) aria-invalid=[is_wrong.then_some("true")];
                    @if let Some(problem) = problem {
                        p class="problem" id="poster-error" { (icon("warning")) (i18n::problem(locale, problem)) }
                    } @else if form.lost_file {
                        p class="problem" id="poster-error" { (icon("warning")) (tr!(locale, "poster.again")) }
                    }
                    p class="hint" id="poster-hint" { (tr!(locale, "poster.hint")) }
                }
                @if has_picture {
                    p class="tick" {
                        input type="checkbox" id="remove-poster" name="remove_poster" value="true" checked[form.is_removed]
                            aria-describedby="remove-poster-hint";
                        label for="remove-poster" { (tr!(locale, "poster.remove")) }
                    }
                    p class="hint" id="remove-poster-hint" { (tr!(locale, "poster.remove_hint")) }
                }
            }
        }
    }
}
