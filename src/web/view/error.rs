//! The page for what went wrong, with a way on.

use maud::{Markup, html};

use super::parts::{self, icon, with_parameter};
use super::{Chrome, layout};
use crate::i18n;
use crate::model::FieldErrors;
use crate::tr;

/// The page of a status: 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503. `fields` names what is wrong in
/// the request; `request_id` is shown for a 500, so that the log line can be found.
pub fn page(chrome: &Chrome<'_>, status: u16, fields: &FieldErrors, request_id: &str) -> Markup {
    let locale = chrome.locale;
    let known = match status {
        400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 503 => status,
        _ => 500,
    };
    let title = i18n::message(locale, &format!("error.title_{known}")).into_owned();
    let text = i18n::message(locale, &format!("error.text_{known}")).into_owned();
    let content = html! {
        section class="panel narrow fault" {
            p class="error-status" aria-hidden="true" { (status) }
            h1 { (title) }
            p { (text) }
            @if known == 500 { p { code { (request_id) } } }
            (parts::problems(locale, fields))
            div class="ways" {
                @if chrome.account.is_none() && matches!(status, 401 | 403) {
                    a class="button" href=(with_parameter("/signin", "next", chrome.address)) { (icon("login")) span { (tr!(locale, "nav.sign_in")) } }
                }
                @if chrome.may_read { a class="button" href="/listing" { (tr!(locale, "error.listing")) } }
                a class="button border" href="/" { (tr!(locale, "error.home")) }
            }
        }
    };
    layout::page(chrome, &title, &content)
}
