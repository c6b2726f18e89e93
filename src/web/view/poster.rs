//! The poster of a movie on its form: what it has, and the way to change it.

use maud::{Markup, html};

use super::Chrome;
use super::forms::MovieForm;
use super::parts::{self, icon, with_parameter};
use crate::i18n;
use crate::tr;

/// The panel below the fields of a movie that is there. Its forms send the picture to `/manage/poster/ID`, and lead back.
pub fn panel(chrome: &Chrome<'_>, form: &MovieForm) -> Markup {
    let locale = chrome.locale;
    let Some(id) = form.id else { return html! {} };
    let back = with_parameter(&format!("/manage/update?id={id}"), "next", &form.next);
    let problem = form.errors.get("poster");
    let has_picture = form.movie.as_ref().is_some_and(|movie| movie.poster.is_some());
    let described = if problem.is_some() { "poster-error poster-hint" } else { "poster-hint" };
    html! {
        section class="panel poster-panel" aria-labelledby="poster-title" {
            @if let Some(movie) = &form.movie { div class="poster-now" { (parts::poster(movie)) } }
            div {
                h2 id="poster-title" { (tr!(locale, "poster.title")) }
                @if form.movie.is_some() && !has_picture { p { (tr!(locale, "poster.none")) } }
                form action={ "/manage/poster/" (id) } method="post" enctype="multipart/form-data" {
                    input type="hidden" name="csrf" value=(chrome.csrf);
                    input type="hidden" name="next" value=(back);
                    div class="entry" {
                        label for="poster" { (tr!(locale, "poster.file")) }
                        input id="poster" name="poster" type="file" accept="image/jpeg,image/png,image/webp" required
                            aria-describedby=(described) aria-invalid=[problem.map(|_| "true")];
                        @if let Some(problem) = problem {
                            p class="problem" id="poster-error" { (icon("warning")) (i18n::problem(locale, problem)) }
                        }
                        p class="hint" id="poster-hint" { (tr!(locale, "poster.hint")) }
                    }
                    button type="submit" { (icon("check")) span { (tr!(locale, "poster.upload")) } }
                }
                @if has_picture {
                    form action={ "/manage/poster/" (id) "/delete" } method="post" {
                        input type="hidden" name="csrf" value=(chrome.csrf);
                        input type="hidden" name="next" value=(back);
                        button type="submit" class="border" { (icon("delete")) span { (tr!(locale, "poster.remove")) } }
                    }
                }
            }
        }
    }
}
