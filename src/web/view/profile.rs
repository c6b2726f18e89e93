//! One's own account, and the way to leave.

use maud::{Markup, html};

use super::parts::{Input, field, icon};
use super::{Chrome, collections, layout};
use crate::i18n;
use crate::model::Account;
use crate::model::mine::Day;
use crate::tr;

/// Why the account is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The password is missing or another one.
    Password,
    /// The last admin stays.
    LastAdmin,
    /// Too many attempts: seconds to wait.
    Wait(u64),
}

/// The page.
pub fn page(chrome: &Chrome<'_>, account: &Account, wrong: Option<Wrong>) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "mine.account");
    let since = collections::day(locale, Some(Day::of_seconds(account.created_at)));
    let label = tr!(locale, "account.password");
    let password = Input {
        name: "password",
        label: &label,
        value: "",
        kind: "password",
        hint: "",
        complete: ("current-password", ""),
        required: true,
    };
    let content = html! {
        section class="panel narrow" {
            h1 { (title) }
            p { (tr!(locale, "nav.signed_in_as", name = account.name)) " · " (tr!(locale, "mine.since", date = since)) }
            p { a href="/mine" { (tr!(locale, "mine.title")) } }
            h2 { (tr!(locale, "mine.leave")) }
            @match wrong {
                Some(Wrong::Password) => p class="banner wrong" role="alert" { (icon("warning")) (tr!(locale, "mine.wrong_password")) },
                Some(Wrong::LastAdmin) => p class="banner wrong" role="alert" { (icon("warning")) (tr!(locale, "mine.last_admin")) },
                Some(Wrong::Wait(seconds)) => p class="banner wrong" role="alert" { (icon("warning")) (i18n::plural(locale, "account.wait", seconds)) },
                None => {},
            }
            p { (tr!(locale, "mine.leave_text")) }
            form action="/account/delete" method="post" {
                input type="hidden" name="csrf" value=(chrome.csrf);
                (field(locale, &password, None))
                div class="ways" { button type="submit" class="danger" { (icon("delete")) span { (tr!(locale, "mine.leave")) } } }
            }
        }
    };
    layout::page(chrome, &title, &content)
}
