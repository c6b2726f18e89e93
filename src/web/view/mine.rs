//! What stands beside a movie on its page: the rating of this site's people, and the visitor's own things with the
//! forms that change them. Each form works without a script and leads back to the panel.

use maud::{Markup, html};

use super::Chrome;
use super::parts::{icon, problems, with_parameter};
use crate::i18n::{self, Locale};
use crate::model::mine::{Beside, Mine, Rating, SiteRating, Viewing};
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
    pub beside: Beside,
    /// What is wrong with what was sent, by field.
    pub errors: FieldErrors,
    /// A note as it was typed, where it is not kept.
    pub note: Option<String>,
}

/// The panel "Yours"; for somebody who is not signed in the way there.
pub fn yours(chrome: &Chrome<'_>, movie: &Movie, panel: &Panel) -> Markup {
    let locale = chrome.locale;
    html! {
        section class="panel yours" id="yours" aria-labelledby="yours-title" {
            h2 id="yours-title" { (tr!(locale, "mine.yours")) }
            @if let Some(mine) = &panel.beside.mine {
                (problems(locale, &panel.errors))
                div class="yours-parts" {
                    (rating(chrome, movie.id, mine))
                    (watchlist(chrome, movie.id, mine))
                    (seen(chrome, movie.id, mine, panel.errors.get("date")))
                    (note(chrome, movie.id, mine, panel))
                    (lists(chrome, movie.id, mine))
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

/// A form that leads back to the panel.
fn form(chrome: &Chrome<'_>, movie: MovieId, action: &str, class: &str, content: &Markup) -> Markup {
    html! {
        form class=(class) action=(action) method="post" {
            input type="hidden" name="csrf" value=(chrome.csrf);
            input type="hidden" name="next" value={ "/movie/" (movie) "#yours" };
            (content)
        }
    }
}

fn rating(chrome: &Chrome<'_>, movie: MovieId, mine: &Mine) -> Markup {
    let locale = chrome.locale;
    let action = format!("/mine/rating/{movie}");
    let stars = html! {
        fieldset {
            legend { (tr!(locale, "mine.rating")) }
            div class="stars" {
                @for rating in Rating::all() {
                    @let (id, value) = (format!("rating-{}", rating.value()), u64::from(rating.value()));
                    input type="radio" name="rating" id=(id) value=(rating.value()) required checked[mine.rating == Some(rating)];
                    label for=(id) {
                        svg class="icon" aria-hidden="true" { use href="#star" {} }
                        span aria-hidden="true" { (i18n::number(locale, value)) }
                        span class="unseen" { (tr!(locale, "mine.out_of_10", rating = i18n::number(locale, value))) }
                    }
                }
            }
        }
        button type="submit" { (icon("check")) span { (tr!(locale, "mine.save")) } }
    };
    let off = html! {
        input type="hidden" name="rating" value="";
        button type="submit" class="border" { (icon("close")) span { (tr!(locale, "mine.rating_off")) } }
    };
    html! {
        div class="yours-part" {
            (form(chrome, movie, &action, "rate", &stars))
            @if mine.rating.is_some() { (form(chrome, movie, &action, "", &off)) }
        }
    }
}

fn watchlist(chrome: &Chrome<'_>, movie: MovieId, mine: &Mine) -> Markup {
    let locale = chrome.locale;
    let (name, text) = if mine.watchlist {
        ("check", tr!(locale, "mine.watchlist_off"))
    } else {
        ("add", tr!(locale, "mine.watchlist_on"))
    };
    let content = html! {
        input type="hidden" name="on" value=(!mine.watchlist);
        button type="submit" class=[(!mine.watchlist).then_some("border")] { (icon(name)) span { (text) } }
    };
    html! {
        div class="yours-part" {
            h3 { (tr!(locale, "mine.watchlist")) }
            (form(chrome, movie, &format!("/mine/watchlist/{movie}"), "", &content))
        }
    }
}

fn seen(chrome: &Chrome<'_>, movie: MovieId, mine: &Mine, problem: Option<&Problem>) -> Markup {
    let locale = chrome.locale;
    let action = format!("/mine/seen/{movie}");
    let dated = html! {
        div class="entry" {
            label for="seen-date" { (tr!(locale, "mine.date")) }
            input type="date" id="seen-date" name="date" min="1888-01-01" required
                aria-invalid=[problem.map(|_| "true")] aria-describedby=[problem.map(|_| "seen-date-error")];
            (wrong(locale, "seen-date-error", problem))
        }
        button type="submit" { (icon("add")) span { (tr!(locale, "mine.seen_add")) } }
    };
    let sometime = html! {
        input type="hidden" name="date" value="";
        button type="submit" class="border" { (tr!(locale, "mine.seen_sometime")) }
    };
    let is_sometime = mine.seen.iter().any(|viewing| viewing.on.is_none());
    html! {
        div class="yours-part" {
            h3 { (tr!(locale, "mine.seen")) }
            @if !mine.seen.is_empty() {
                ul class="viewings" {
                    @for viewing in &mine.seen { li { (one_viewing(chrome, movie, viewing)) } }
                }
            }
            (form(chrome, movie, &action, "inline", &dated))
            @if !is_sometime { (form(chrome, movie, &action, "", &sometime)) }
        }
    }
}

fn one_viewing(chrome: &Chrome<'_>, movie: MovieId, viewing: &Viewing) -> Markup {
    let locale = chrome.locale;
    let day = super::shelves::day(locale, viewing.on);
    let content = html! {
        input type="hidden" name="viewing" value=(viewing.id);
        button type="submit" class="plain" aria-label=(tr!(locale, "mine.seen_remove", date = day)) { (icon("close")) }
    };
    html! {
        span { (day) }
        (form(chrome, movie, &format!("/mine/seen/{movie}/delete"), "", &content))
    }
}

fn note(chrome: &Chrome<'_>, movie: MovieId, mine: &Mine, panel: &Panel) -> Markup {
    let locale = chrome.locale;
    let problem = panel.errors.get("note");
    let text = panel.note.as_deref().or(mine.note.as_deref()).unwrap_or_default();
    let described = if problem.is_some() { "note-error note-hint" } else { "note-hint" };
    let content = html! {
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
        button type="submit" { (icon("check")) span { (tr!(locale, "mine.note_save")) } }
    };
    html! { div class="yours-part" { (form(chrome, movie, &format!("/mine/note/{movie}"), "", &content)) } }
}

/// What is wrong with a field.
fn wrong(locale: Locale, id: &str, problem: Option<&Problem>) -> Markup {
    html! {
        @if let Some(problem) = problem { p class="problem" id=(id) { (icon("warning")) (i18n::problem(locale, problem)) } }
    }
}

fn lists(chrome: &Chrome<'_>, movie: MovieId, mine: &Mine) -> Markup {
    let locale = chrome.locale;
    let action = format!("/mine/list/{movie}");
    let others = || mine.lists.iter().filter(|list| !list.holds);
    let content = html! {
        div class="entry" {
            label for="list" { (tr!(locale, "mine.list")) }
            select id="list" name="list" { @for list in others() { option value=(list.id) { (list.name) } } }
        }
        button type="submit" { (icon("add")) span { (tr!(locale, "mine.list_add")) } }
    };
    html! {
        div class="yours-part" {
            h3 { (tr!(locale, "mine.lists")) }
            ul class="viewings" {
                @for list in mine.lists.iter().filter(|list| list.holds) {
                    li {
                        a href={ "/list/" (list.id) } { bdi { (list.name) } }
                        (form(chrome, movie, &action, "", &html! {
                            input type="hidden" name="list" value=(list.id);
                            input type="hidden" name="on" value="false";
                            button type="submit" class="plain" aria-label=(tr!(locale, "mine.list_remove", list = list.name)) { (icon("close")) }
                        }))
                    }
                }
            }
            @if others().next().is_some() { (form(chrome, movie, &action, "inline", &content)) }
            @if mine.lists.is_empty() { p { a href="/lists" { (tr!(locale, "mine.list_make")) } } }
        }
    }
}
