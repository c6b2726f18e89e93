//! What the page of a movie adds to it: the rating of this site's people, and the visitor's own things. They are one
//! form, so that whatever button is pressed brings along a star that was chosen, a day and a note that were typed. It
//! works without a script and leads back to the panel; the script sends it in place.

use maud::{Markup, html};

use super::Chrome;
use super::parts::{icon, problems, with_parameter};
use super::{Notice, layout};
use crate::i18n::{self, Locale};
use crate::model::mine::{MovieExtras, PersonalState, Rating, SiteRating, Viewing, note_mark};
use crate::model::{FieldErrors, Movie, MovieId, Problem};
use crate::tr;

/// What this site's people think: `12 people here: 7.9`.
pub fn site_rating(locale: Locale, site: SiteRating) -> Markup {
    html! {
        @if let Some(average) = site.average() {
            span class="site-rating" {
                (i18n::fill(&i18n::plural(locale, "mine.site", site.count), &[("score", i18n::score(locale, average))]))
            }
        }
    }
}

/// What the panel "Yours" shows.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// What stands beside the movie.
    pub extras: MovieExtras,
    /// What is wrong with what was sent, by field.
    pub errors: FieldErrors,
    /// What was sent, where it is not kept.
    pub typed: Typed,
}

/// What was chosen and typed in the panel's fields; `None` where nothing was sent.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The number of the star.
    pub rating: Option<String>,
    /// The day that the movie was seen.
    pub date: Option<String>,
    /// The note.
    pub note: Option<String>,
}

/// The panel "Yours"; for somebody who is not signed in the way there.
pub fn yours(chrome: &Chrome<'_>, movie: &Movie, panel: &Panel) -> Markup {
    let locale = chrome.locale;
    html! {
        section class="panel yours" id="yours" tabindex="-1" aria-labelledby="yours-title" {
            h2 id="yours-title" { (tr!(locale, "mine.yours")) }
            @if let Some(mine) = &panel.extras.mine {
                @if is_told_here(chrome, panel) { @if let Some(notice) = chrome.notice { (layout::tell(chrome, notice)) } }
                form action=(action(movie.id, "note")) method="post" data-guard data-in-place
                    data-unsaved[!panel.errors.is_empty()] {
                    // Pressed by the Enter key: it keeps whatever was chosen and typed.
                    button type="submit" hidden {}
                    div id="yours-problems" { (problems(locale, &elsewhere(&panel.errors))) }
                    input type="hidden" name="csrf" value=(chrome.csrf);
                    div class="yours-parts" {
                        (rating(locale, movie.id, mine, panel))
                        (watchlist(locale, movie.id, mine))
                        (seen(locale, movie.id, mine, panel))
                        (note(locale, movie.id, mine, panel))
                        (lists(locale, movie.id, mine))
                    }
                }
            } @else {
                p {
                    a href=(with_parameter("/signin", "next", &format!("/movie/{}", movie.id))) { (tr!(locale, "nav.sign_in")) }
                    " " (tr!(locale, "mine.sign_in"))
                }
            }
        }
    }
}

/// What is wrong and is not said at a field.
fn elsewhere(errors: &FieldErrors) -> FieldErrors {
    let errors = errors.0.iter().filter(|(name, _)| !matches!(**name, "rating" | "date" | "note"));
    FieldErrors(errors.map(|(name, problem)| (*name, problem.clone())).collect())
}

/// What has just been done was done in the panel: it is told there and not at the top of the page.
pub fn is_told_here(chrome: &Chrome<'_>, panel: &Panel) -> bool {
    chrome.notice == Some(Notice::Saved) && chrome.notice_of.is_none() && panel.extras.mine.is_some()
}

/// Where a button sends the form; it leads back to the panel.
fn action(movie: MovieId, what: &str) -> String {
    leading_to(movie, what, &format!("/movie/{movie}#yours"))
}

fn leading_to(movie: MovieId, what: &str, next: &str) -> String {
    let (what, more) = what.split_once('/').map_or((what, String::new()), |(what, more)| (what, format!("/{more}")));
    with_parameter(&format!("/mine/{what}/{movie}{more}"), "next", next)
}

fn rating(locale: Locale, movie: MovieId, mine: &PersonalState, panel: &Panel) -> Markup {
    let kept = mine.rating.map(|rating| rating.value().to_string()).unwrap_or_default();
    let chosen = panel.typed.rating.as_deref().unwrap_or(&kept);
    let problem = panel.errors.get("rating");
    html! {
        div class="yours-part" id="yours-rating" {
            input type="hidden" name="rating_was" value=(kept);
            fieldset {
                legend { (tr!(locale, "mine.rating")) }
                div class="stars" {
                    @for rating in Rating::all() {
                        @let (id, value) = (format!("rating-{}", rating.value()), u64::from(rating.value()));
                        input type="radio" name="rating" id=(id) value=(rating.value()) checked[chosen == rating.value().to_string()]
                            aria-describedby=[problem.map(|_| "rating-error")];
                        label for=(id) {
                            svg class="icon" aria-hidden="true" { use href="#star" {} }
                            span aria-hidden="true" { (i18n::number(locale, value)) }
                            span class="unseen" { (tr!(locale, "mine.out_of_10", rating = i18n::number(locale, value))) }
                        }
                    }
                }
                (wrong(locale, "rating-error", problem))
            }
            button type="submit" id="save-rating" formaction=(action(movie, "rating")) { (icon("check")) span { (tr!(locale, "mine.save")) } }
            @if mine.rating.is_some() {
                button type="submit" class="border" formaction=(action(movie, "rating")) name="rating_off" value="true" {
                    (icon("close")) span { (tr!(locale, "mine.rating_off")) }
                }
            }
        }
    }
}

fn watchlist(locale: Locale, movie: MovieId, mine: &PersonalState) -> Markup {
    let (name, text) = if mine.watchlist {
        ("check", tr!(locale, "mine.watchlist_off"))
    } else {
        ("add", tr!(locale, "mine.watchlist_on"))
    };
    html! {
        div class="yours-part" id="yours-watchlist" {
            h3 { (tr!(locale, "mine.watchlist")) }
            button type="submit" id="switch-watchlist" class=[(!mine.watchlist).then_some("border")] formaction=(action(movie, "watchlist"))
                name="on" value=(!mine.watchlist) { (icon(name)) span { (text) } }
        }
    }
}

fn seen(locale: Locale, movie: MovieId, mine: &PersonalState, panel: &Panel) -> Markup {
    let problem = panel.errors.get("date");
    let is_sometime = mine.seen.iter().any(|viewing| viewing.on.is_none());
    html! {
        div class="yours-part" id="yours-seen" {
            h3 { (tr!(locale, "mine.seen")) }
            @if !mine.seen.is_empty() {
                ul class="viewings" { @for viewing in &mine.seen { li { (one_viewing(locale, movie, viewing)) } } }
            }
            div class="inline" {
                div class="entry" {
                    label for="seen-date" { (tr!(locale, "mine.date")) }
                    input type="date" id="seen-date" name="date" min="1888-01-01" value=[&panel.typed.date]
                        aria-invalid=[problem.map(|_| "true")] aria-describedby=[problem.map(|_| "seen-date-error")];
                    (wrong(locale, "seen-date-error", problem))
                }
                button type="submit" id="add-date" formaction=(action(movie, "seen")) name="dated" value="true" {
                    (icon("add")) span { (tr!(locale, "mine.seen_add")) }
                }
            }
            @if !is_sometime {
                button type="submit" class="border" formaction=(action(movie, "seen")) name="sometime" value="true" formnovalidate {
                    (tr!(locale, "mine.seen_sometime"))
                }
            }
        }
    }
}

fn one_viewing(locale: Locale, movie: MovieId, viewing: &Viewing) -> Markup {
    let day = super::collections::day(locale, viewing.on);
    html! {
        span { (day) }
        button type="submit" class="plain" formaction=(action(movie, "seen/delete")) name="viewing" value=(viewing.id) formnovalidate
            aria-label=(tr!(locale, "mine.seen_remove", date = day)) { (icon("close")) }
    }
}

fn note(locale: Locale, movie: MovieId, mine: &PersonalState, panel: &Panel) -> Markup {
    let problem = panel.errors.get("note");
    let text = panel.typed.note.as_deref().or(mine.note.as_deref()).unwrap_or_default();
    let described = if problem.is_some() { "note-error note-hint" } else { "note-hint" };
    html! {
        div class="yours-part" id="yours-note" {
            input type="hidden" name="note_was" value=(note_mark(mine.note.as_deref().unwrap_or_default()));
            div class="entry" {
                label for="note" { (tr!(locale, "mine.note")) }
                textarea id="note" name="note" rows="3" maxlength="10000" dir="auto" aria-describedby=(described)
                    aria-invalid=[problem.map(|_| "true")] {
                    // A first line end of a textarea is not part of its text.
                    "\n" (text)
                }
                (wrong(locale, "note-error", problem))
                p class="hint" id="note-hint" { (tr!(locale, "mine.note_hint")) }
            }
            button type="submit" id="save-note" formaction=(action(movie, "note")) { (icon("check")) span { (tr!(locale, "mine.note_save")) } }
        }
    }
}

/// What is wrong with a field.
fn wrong(locale: Locale, id: &str, problem: Option<&Problem>) -> Markup {
    html! {
        @if let Some(problem) = problem { p class="problem" id=(id) { (icon("warning")) (i18n::problem(locale, problem)) } }
    }
}

fn lists(locale: Locale, movie: MovieId, mine: &PersonalState) -> Markup {
    let others = || mine.lists.iter().filter(|list| !list.holds);
    html! {
        div class="yours-part" id="yours-lists" {
            h3 { (tr!(locale, "mine.lists")) }
            ul class="viewings" {
                @for list in mine.lists.iter().filter(|list| list.holds) {
                    li {
                        a href={ "/list/" (list.id) } { bdi { (list.name) } }
                        button type="submit" class="plain" formaction=(action(movie, "list")) name="list_off" value=(list.id) formnovalidate
                            aria-label=(tr!(locale, "mine.list_remove", list = list.name)) { (icon("close")) }
                    }
                }
            }
            @if others().next().is_some() {
                div class="inline" {
                    div class="entry" {
                        label for="list" { (tr!(locale, "mine.list")) }
                        select id="list" name="list" { @for list in others() { option value=(list.id) { (list.name) } } }
                    }
                    button type="submit" id="add-to-list" formaction=(action(movie, "list")) { (icon("add")) span { (tr!(locale, "mine.list_add")) } }
                }
            }
            // Not a link: what was typed is kept first.
            button type="submit" class="border" id="make-list" formaction=(leading_to(movie, "note", &format!("/lists?movie={movie}"))) { (icon("list")) span { (tr!(locale, "mine.list_make")) } }
        }
    }
}
