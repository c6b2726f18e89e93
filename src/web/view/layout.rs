//! The frame of every page: head, app bar, notice, footer with the language switch. The only layout.

use maud::{DOCTYPE, Markup, html};

use super::art::shapes;
use super::look::Theme;
use super::meta::{self, Meta};
use super::parts::{self, icon, star, with_parameter};
use super::{Chrome, Notice};
use crate::i18n::{self, Locale};
use crate::tr;
use crate::web::assets;

/// The keys of lists of suggestions. The script imports it by this name, which holds its version.
const COMBOBOX: &str = "combobox-nav-3.0.2.js";
/// The most suggestions that the script asks for.
const SUGGESTIONS: u64 = 8;

/// A page. `query` is what the search field of the bar holds.
pub fn page(chrome: &Chrome<'_>, title: &str, content: &Markup) -> Markup {
    with_search(chrome, title, "", content)
}

/// A page whose search field in the bar holds `query`.
pub fn with_search(chrome: &Chrome<'_>, title: &str, query: &str, content: &Markup) -> Markup {
    frame(chrome, title, query, &Meta::default(), content)
}

/// A page that says more of itself to machines.
pub fn with_meta(chrome: &Chrome<'_>, title: &str, meta: &Meta, content: &Markup) -> Markup {
    frame(chrome, title, "", meta, content)
}

fn frame(chrome: &Chrome<'_>, title: &str, query: &str, meta: &Meta, content: &Markup) -> Markup {
    let locale = chrome.locale;
    html! {
        (DOCTYPE)
        html lang=(locale.code()) dir=(locale.dir()) data-theme=(chrome.look.theme.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(chrome.look.theme.color_scheme());
                title { (tr!(locale, "site.page_title", page = title)) }
                (meta::head(chrome, title, meta))
                link rel="icon" href=(assets::url("fmdb.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::url("app.css"));
                link rel="modulepreload" href={ "/assets/" (COMBOBOX) };
                script type="module" src=(assets::url("app.js")) {}
                // In this order: the second compares fields with what the first makes of them.
                script type="module" src=(assets::url("suggestions.js")) {}
                script type="module" src=(assets::url("forms.js")) {}
            }
            body data-results=(tr!(locale, "suggest.results")) data-counts=(suggestion_counts(locale))
                data-unsent=(tr!(locale, "site.unsent")) data-add-named=(tr!(locale, "form.add_named", name = "{}")) data-address=(chrome.address) {
                (star())
                (shapes())
                a class="skip" href="#content" { (tr!(locale, "site.skip")) }
                (bar(chrome, query))
                main id="content" tabindex="-1" {
                    @if let Some(notice) = chrome.notice { (tell(chrome, notice)) }
                    (content)
                }
                (footer(chrome))
                // Where scripts say what changes on the page.
                p id="voice" class="unseen" role="status" {}
            }
        }
    }
}

/// What the script says of a list of none, one, two … suggestions.
fn suggestion_counts(locale: Locale) -> String {
    (0..=SUGGESTIONS).map(|count| i18n::plural(locale, "suggest.count", count)).collect::<Vec<_>>().join("|")
}

fn bar(chrome: &Chrome<'_>, query: &str) -> Markup {
    let locale = chrome.locale;
    html! {
        header class="bar" {
            a class="brand" href="/" title=(tr!(locale, "nav.home")) {
                img src=(assets::url("fmdb.svg")) width="32" height="32" alt="fmdb";
                span aria-hidden="true" { "fmdb" }
            }
            @if chrome.may_read {
                form class="bar-search" action="/listing" method="get" role="search" {
                    (icon("search"))
                    input type="search" name="q" id="bar-q" value=(query) data-suggest="any" autocomplete="off"
                        placeholder=(tr!(locale, "home.search")) aria-label=(tr!(locale, "home.search"));
                }
            }
            nav class="bar-links" aria-label=(tr!(locale, "site.menu")) {
                @if chrome.may_read {
                    a href="/listing" aria-current=[here(chrome, &["/listing"])] { (icon("movie")) span { (tr!(locale, "nav.movies")) } }
                }
                (account_links(chrome))
            }
            (themes(chrome))
        }
    }
}

/// Marks the link of the bar whose part of the site this page belongs to.
fn here(chrome: &Chrome<'_>, paths: &[&str]) -> Option<&'static str> {
    let path = chrome.address.split('?').next().unwrap_or_default();
    let is_below = |known: &&str| path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if paths.contains(&path) { Some("page") } else { paths.iter().any(is_below).then_some("true") }
}

/// Light or dark: links that work without a script, behind one button.
fn themes(chrome: &Chrome<'_>) -> Markup {
    let locale = chrome.locale;
    let about = |theme: Theme| match theme {
        Theme::Auto => ("system", tr!(locale, "finding.theme_auto")),
        Theme::Light => ("light", tr!(locale, "finding.theme_light")),
        Theme::Dark => ("dark", tr!(locale, "finding.theme_dark")),
    };
    html! {
        details class="menu themes" {
            summary class="icon-button" aria-label=(tr!(locale, "finding.theme")) title=(tr!(locale, "finding.theme")) {
                @for theme in Theme::ALL { span class={ "when-" (theme.name()) } { (icon(about(theme).0)) } }
            }
            nav class="menu-list" aria-label=(tr!(locale, "finding.theme")) {
                @for theme in Theme::ALL {
                    @let (picture, name) = about(theme);
                    a href=(with_parameter(chrome.address, "theme", theme.name())) rel="nofollow" data-theme-choice=(theme.name())
                        aria-current=[(theme == chrome.look.theme).then_some("true")] { (icon(picture)) span { (name) } }
                }
            }
        }
    }
}

fn account_links(chrome: &Chrome<'_>) -> Markup {
    let locale = chrome.locale;
    let going_to = going_to(chrome.address);
    html! {
        @if let Some(account) = chrome.account {
            a href="/mine" aria-current=[here(chrome, &["/mine"])] { (icon("person")) span { (tr!(locale, "mine.title")) } }
            a href="/lists" aria-current=[here(chrome, &["/lists", "/list"])] { (icon("list")) span { (tr!(locale, "mine.lists")) } }
            @if account.role == crate::model::Role::Admin {
                a href="/admin" aria-current=[here(chrome, &["/admin", "/manage"])] { (icon("admin")) span { (tr!(locale, "nav.admin")) } }
            }
            form class="sign-out" action="/signout" method="post" {
                input type="hidden" name="csrf" value=(chrome.csrf);
                button type="submit" class="plain" title=(tr!(locale, "nav.signed_in_as", name = account.name)) {
                    (icon("logout")) span { (tr!(locale, "nav.sign_out")) }
                }
            }
        } @else {
            a href=(with_parameter("/signin", "next", &going_to)) { (icon("login")) span { (tr!(locale, "nav.sign_in")) } }
            @if chrome.signup_open {
                a href=(with_parameter("/signup", "next", &going_to)) { (icon("person")) span { (tr!(locale, "nav.sign_up")) } }
            }
        }
    }
}

/// Where a sign-in on the page of an address leads: back to it. The pages for signing in keep where they lead.
fn going_to(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    if !matches!(path, "/signin" | "/signup") {
        return address.to_owned();
    }
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "next").map_or_else(|| "/".to_owned(), |(_, next)| next.into_owned())
}

/// What has just been done.
pub fn tell(chrome: &Chrome<'_>, notice: Notice) -> Markup {
    let locale = chrome.locale;
    let text = match notice {
        Notice::Added => tr!(locale, "notice.added"),
        Notice::Saved => tr!(locale, "notice.saved"),
        Notice::Deleted => tr!(locale, "notice.deleted"),
        Notice::SignedIn => tr!(locale, "notice.signed_in"),
        Notice::SignedOut => tr!(locale, "notice.signed_out"),
        Notice::Welcome => tr!(locale, "notice.welcome"),
        Notice::SampleLoaded => tr!(locale, "notice.sample_loaded"),
        Notice::ListDeleted => tr!(locale, "notice.list_deleted"),
        Notice::AccountDeleted => tr!(locale, "notice.account_deleted"),
    };
    let removed = chrome.removed.filter(|removed| notice == Notice::Deleted && !removed.is_empty());
    html! {
        p class="banner done" role="status" {
            (icon("check"))
            span {
                (text)
                @if let Some(removed) = removed { " " (tr!(locale, "notice.removed", entries = parts::entries(locale, removed))) }
            }
            @if let Some(page) = chrome.notice_of.map(|id| format!("/movie/{id}")).filter(|page| page != chrome.address) {
                a href=(page) { (tr!(locale, "form.see_it")) }
            }
        }
    }
}

fn footer(chrome: &Chrome<'_>) -> Markup {
    let locale = chrome.locale;
    html! {
        footer {
            @if chrome.may_read {
                ul class="footer-links" {
                    li { a href="/browse" { (tr!(locale, "explore.title")) } }
                    li { a href="/stats" { (tr!(locale, "stats.title")) } }
                    li { a href="/random" rel="nofollow" { (tr!(locale, "explore.random")) } }
                    li { a href="/feed.xml" { (tr!(locale, "share.feed_title")) " (RSS)" } }
                }
            }
            nav class="languages" aria-label=(tr!(chrome.locale, "site.language")) {
                (icon("language"))
                @for locale in Locale::ALL {
                    a href=(with_parameter(chrome.address, "lang", locale.code())) lang=(locale.code())
                        hreflang=(locale.code()) aria-current=[(locale == chrome.locale).then_some("true")] { (locale.name()) }
                }
            }
            p { (tr!(chrome.locale, "site.footer")) " · " a href="/api/openapi.json" { (tr!(chrome.locale, "site.openapi")) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::going_to;

    #[test]
    fn signing_in_leads_to_where_one_was_going() {
        for (address, next) in [
            ("/movie/7", "/movie/7"),
            ("/listing?q=a+b", "/listing?q=a+b"),
            ("/signin?next=%2Fmovie%2F7%23yours", "/movie/7#yours"),
            ("/signup?next=%2Flisting%3Fq%3Da%26p%3D2", "/listing?q=a&p=2"),
            ("/signup", "/"),
        ] {
            assert_eq!(going_to(address), next, "{address}");
        }
    }
}
