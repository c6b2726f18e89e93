//! Bringing one's own things from elsewhere: the form, and what became of each row.

use maud::{Markup, html};

use super::parts::{icon, problems};
use super::{Chrome, layout};
use crate::i18n::{self, Locale};
use crate::model::FieldErrors;
use crate::tr;

/// The form, with what was wrong with the file before.
pub fn form(chrome: &Chrome<'_>, errors: &FieldErrors) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "mine.import");
    let kinds = [
        ("", tr!(locale, "mine.kind_auto")),
        ("watchlist", tr!(locale, "mine.watchlist")),
        ("watched", tr!(locale, "mine.kind_watched")),
    ];
    let content = html! {
        section class="panel narrow" {
            h1 { (title) }
            (problems(locale, errors))
            @if errors.get("kind").is_some() { p { (tr!(locale, "mine.which_kind")) } }
            p { (tr!(locale, "mine.import_text")) }
            form action="/mine/import" method="post" enctype="multipart/form-data" {
                input type="hidden" name="csrf" value=(chrome.csrf);
                div class="entry" {
                    label for="file" { (tr!(locale, "mine.file")) }
                    input type="file" id="file" name="file" accept=".csv,text/csv" required
                        aria-invalid=[errors.get("file").map(|_| "true")];
                }
                div class="entry" {
                    label for="kind" { (tr!(locale, "mine.kind")) }
                    select id="kind" name="kind" { @for (value, text) in kinds { option value=(value) { (text) } } }
                }
                div class="ways" {
                    a class="button border" href="/mine" { (tr!(locale, "form.cancel")) }
                    button type="submit" { (icon("check")) span { (title) } }
                }
            }
        }
    };
    layout::page(chrome, &title, &content)
}

/// The most rows that are listed.
const MAX_SHOWN_REJECTS: usize = 1_000;

/// What became of a file: how many rows were read, set something, were known, named no movie; and each row that set
/// nothing, with its line, title and the name of the reason.
pub fn done(chrome: &Chrome<'_>, counts: [u64; 4], rejected: &[(u64, String, &'static str)]) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "mine.imported");
    let keys = ["mine.rows_read", "mine.rows_set", "mine.rows_unchanged", "mine.rows_not_found"];
    let content = html! {
        section class="panel own" {
            h1 { (title) }
            ul { @for (key, count) in keys.into_iter().zip(counts) { li { (i18n::plural(locale, key, count)) } } }
            @if !rejected.is_empty() {
                h2 { (tr!(locale, "mine.rejected")) }
                div class="scroll" tabindex="0" role="region" aria-label=(tr!(locale, "mine.rejected")) {
                    table {
                        thead {
                            tr {
                                th scope="col" { (tr!(locale, "mine.line")) }
                                th scope="col" { (tr!(locale, "listing.name")) }
                                th scope="col" { (tr!(locale, "mine.reason")) }
                            }
                        }
                        tbody {
                            @for (line, name, why) in rejected.iter().take(MAX_SHOWN_REJECTS) {
                                tr { td { (line) } td { bdi { (name) } } td { (reason(locale, why)) } }
                            }
                        }
                    }
                }
                @if rejected.len() > MAX_SHOWN_REJECTS { p { (i18n::plural(locale, "mine.rows_more", (rejected.len() - MAX_SHOWN_REJECTS) as u64)) } }
            }
            div class="ways" {
                a class="button border" href="/mine/import" { (tr!(locale, "mine.import_more")) }
                a class="button" href="/mine" { (tr!(locale, "mine.title")) }
            }
        }
    };
    layout::page(chrome, &title, &content)
}

fn reason(locale: Locale, name: &str) -> String {
    let text = match name {
        "no title" => tr!(locale, "mine.reason_no_title"),
        "not found" => tr!(locale, "mine.reason_not_found"),
        "bad rating" => tr!(locale, "mine.reason_rating"),
        "bad date" => tr!(locale, "mine.reason_date"),
        "unreadable" => tr!(locale, "mine.reason_unreadable"),
        "too many" => tr!(locale, "mine.reason_too_many"),
        "not a movie" => tr!(locale, "mine.reason_not_a_movie"),
        name if name.starts_with("not certain") => tr!(locale, "mine.reason_doubtful"),
        _ => tr!(locale, "mine.reason_ambiguous"),
    };
    text.into_owned()
}
