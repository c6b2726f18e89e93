//! Sign-in, sign-up and the first admin.

use maud::{Markup, html};

use super::parts::{Input, field, icon, with_parameter};
use super::{Chrome, layout};
use crate::i18n;
use crate::model::FieldErrors;
use crate::tr;

/// What these forms show.
#[derive(Debug, Clone, Default)]
pub struct AccountForm {
    /// The name as it was typed.
    pub username: String,
    /// What is wrong, by field.
    pub errors: FieldErrors,
    /// Name and password do not go together (sign-in only).
    pub refused: bool,
    /// Too many attempts: seconds to wait.
    pub wait: Option<u64>,
    /// Where to go afterwards: an own path.
    pub next: String,
    /// The setup token (setup only).
    pub token: String,
}

/// `GET /signin`; posts `username`, `password`, `next`.
pub fn sign_in(chrome: &Chrome<'_>, form: &AccountForm) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "account.sign_in");
    let content = html! {
        section class="panel narrow" {
            h1 { (title) }
            @if form.next != "/" && !form.refused && form.wait.is_none() { p { (tr!(locale, "account.session")) } }
            form action="/signin" method="post" {
                (banner(chrome, form))
                @if form.wait.is_some() { p { (tr!(locale, "account.known_browser")) } }
                input type="hidden" name="next" value=(form.next);
                (entries(chrome, form, false))
                div class="ways" { button type="submit" { (icon("login")) span { (title) } } }
            }
            @if chrome.signup_open {
                p { (tr!(locale, "account.no_account")) " " a href=(with_parameter("/signup", "next", &form.next)) { (tr!(locale, "account.sign_up")) } }
            }
        }
    };
    layout::page(chrome, &title, &content)
}

/// `GET /signup`; posts `username`, `password`, `next`. Where sign-up is closed (`chrome.signup_open`) it says so.
pub fn sign_up(chrome: &Chrome<'_>, form: &AccountForm) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "account.sign_up");
    let content = html! {
        section class="panel narrow" {
            h1 { (title) }
            @if chrome.signup_open {
                form action="/signup" method="post" {
                    (banner(chrome, form))
                    input type="hidden" name="next" value=(form.next);
                    (entries(chrome, form, true))
                    div class="ways" { button type="submit" { (icon("person")) span { (title) } } }
                }
            } @else {
                p { (tr!(locale, "account.closed")) }
            }
            p { (tr!(locale, "account.has_account")) " " a href=(with_parameter("/signin", "next", &form.next)) { (tr!(locale, "account.sign_in")) } }
        }
    };
    layout::page(chrome, &title, &content)
}

/// `GET /setup?token=`; posts `username`, `password`, `token`.
pub fn setup(chrome: &Chrome<'_>, form: &AccountForm) -> Markup {
    let locale = chrome.locale;
    let title = tr!(locale, "account.setup");
    let content = html! {
        section class="panel narrow" {
            h1 { (title) }
            p { (tr!(locale, "account.setup_text")) }
            form action="/setup" method="post" {
                (banner(chrome, form))
                input type="hidden" name="token" value=(form.token);
                (entries(chrome, form, true))
                div class="ways" { button type="submit" { (icon("admin")) span { (title) } } }
            }
        }
    };
    layout::page(chrome, &title, &content)
}

fn entries(chrome: &Chrome<'_>, form: &AccountForm, is_new: bool) -> Markup {
    let locale = chrome.locale;
    let hint = if is_new { tr!(locale, "account.password_hint").into_owned() } else { String::new() };
    let password = if is_new { "new-password" } else { "current-password" };
    let entry = |name, label: &str, value: &str, kind, hint: &str, complete| {
        let input = Input { name, label, value, kind, hint, complete: (complete, ""), required: true };
        field(locale, &input, form.errors.get(name))
    };
    html! {
        (entry("username", &tr!(locale, "account.username"), &form.username, "text", "", "username"))
        (entry("password", &tr!(locale, "account.password"), "", "password", &hint, password))
    }
}

fn banner(chrome: &Chrome<'_>, form: &AccountForm) -> Markup {
    let locale = chrome.locale;
    html! {
        @if let Some(seconds) = form.wait {
            p class="banner wrong" role="alert" { (icon("warning")) (i18n::plural(locale, "account.wait", seconds)) }
        } @else if form.refused {
            p class="banner wrong" role="alert" { (icon("warning")) (tr!(locale, "account.refused")) }
        }
    }
}
