//! The page for what went wrong, with a way on.

use maud::{Markup, html};

use super::parts::{self, icon, with_parameter};
use super::{Chrome, layout};
use crate::i18n;
use crate::model::FieldErrors;
use crate::tr;

/// Why a request was refused, where the status says too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A page of another site sent the form.
    OtherSite,
    /// The form is of another session.
    FormExpired,
    /// The setup link leads nowhere any more.
    SetupLinkUsed,
    /// The account has another upload or export under way.
    AlreadyRunning,
    /// As many uploads and exports run as may run at once.
    Full,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 5] =
        [Self::OtherSite, Self::FormExpired, Self::SetupLinkUsed, Self::AlreadyRunning, Self::Full];

    /// The end of its messages' keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherSite => "other_site",
            Self::FormExpired => "expired",
            Self::SetupLinkUsed => "setup_used",
            Self::AlreadyRunning => "running",
            Self::Full => "full",
        }
    }
}

/// The page of a status: 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503. `fields` names what is wrong in
/// the request, `reason` says more than the status; `request_id` is shown for a 500, so that the log line can be found.
pub fn page(
    chrome: &Chrome<'_>,
    status: u16,
    reason: Option<Reason>,
    fields: &FieldErrors,
    request_id: &str,
) -> Markup {
    let locale = chrome.locale;
    let known = match status {
        400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 503 => status,
        _ => 500,
    };
    let name = reason.map_or_else(|| known.to_string(), |reason| reason.name().to_owned());
    let title = i18n::message(locale, &format!("error.title_{name}")).into_owned();
    let text = i18n::message(locale, &format!("error.text_{name}")).into_owned();
    let content = html! {
        section class="panel narrow fault" {
            p class="error-status" aria-hidden="true" { (status) }
            h1 { (title) }
            p { (text) }
            @if known == 500 { p { code { (request_id) } } }
            (parts::problems(locale, fields))
            div class="ways" {
                @if chrome.account.is_none() && reason.is_none() && matches!(status, 401 | 403) {
                    a class="button" href=(with_parameter("/signin", "next", chrome.address)) { (icon("login")) span { (tr!(locale, "nav.sign_in")) } }
                }
                @if chrome.may_read { a class="button" href="/listing" { (tr!(locale, "error.listing")) } }
                a class="button border" href="/" { (tr!(locale, "error.home")) }
            }
        }
    };
    layout::page(chrome, &title, &content)
}
