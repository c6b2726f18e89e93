//! Sign-in, sign-up, sign-out. A wrong password shows the form again; a program gets the error.

use std::sync::{Arc, LazyLock};

use http::StatusCode;

use super::cx::{Cx, Identity};
use super::error::WebError;
use super::guard;
use super::reply::{self, Response};
use super::view::account::AccountForm;
use super::view::{self, Chrome, Notice};
use crate::app::App;
use crate::app::fair_semaphore::FairSemaphore;
use crate::flows::FlowError;
use crate::flows::account::{self, SignedIn};
use crate::model::account::MAX_USERNAME;

/// Password checks at once, clients in turns. The queue stands here and not at the door to blocking work, so that a wave
/// of sign-ins takes no room from those who browse, and one client's wave none from those who sign in.
static CHECKS: LazyLock<Arc<FairSemaphore>> = LazyLock::new(|| FairSemaphore::new(2, 2));

/// `GET /signin`; leads on who is signed in already.
pub async fn sign_in_form(cx: Cx) -> Result<Response, WebError> {
    if is_signed_in(&cx) {
        return Ok(lead_on(&cx));
    }
    Ok(form(&cx, view::account::sign_in, StatusCode::OK, AccountForm::default()))
}

/// `POST /signin`.
pub async fn sign_in(cx: Cx) -> Result<Response, WebError> {
    let (name, password) = credentials(&cx);
    let from = guard::visitor(&cx);
    match checked(&cx, move |app| account::sign_in(app, &name, &password, &from)).await {
        Ok(signed_in) => begin(&cx, signed_in, Notice::SignedIn).await,
        Err(FlowError::Refused) => {
            tracing::info!(
                id = %cx.connection.request_id, address = %cx.client(), account = account_for_log(&cx),
                "a sign-in was refused"
            );
            let refused = AccountForm { refused: true, ..AccountForm::default() };
            again(&cx, view::account::sign_in, WebError::Refused, refused)
        }
        Err(error) => mend(&cx, view::account::sign_in, error),
    }
}

/// `GET /signup`; leads on who is signed in already.
pub async fn sign_up_form(cx: Cx) -> Result<Response, WebError> {
    if is_signed_in(&cx) {
        return Ok(lead_on(&cx));
    }
    Ok(form(&cx, view::account::sign_up, StatusCode::OK, AccountForm::default()))
}

/// The browser has a session.
fn is_signed_in(cx: &Cx) -> bool {
    matches!(cx.identity, Identity::Session { .. })
}

/// Leads a browser that needs no form to where it was going, with what has just been done.
fn lead_on(cx: &Cx) -> Response {
    let next = cx.next().unwrap_or_else(|| "/".to_owned());
    let told = Notice::ALL.into_iter().find(|known| Some(known.name()) == cx.value("notice"));
    reply::see_other(cx, &told.map_or_else(|| next.clone(), |notice| notice.told_at(&next)))
}

/// `POST /signup`.
pub async fn sign_up(cx: Cx) -> Result<Response, WebError> {
    let (name, password) = credentials(&cx);
    let from = guard::visitor(&cx);
    match checked(&cx, move |app| account::sign_up(app, &name, &password, &from)).await {
        Ok(signed_in) => begin(&cx, signed_in, Notice::Welcome).await,
        Err(FlowError::Refused) => {
            let closed = WebError::Forbidden("sign-up is closed; ask an admin for an account");
            again(&cx, view::account::sign_up, closed, AccountForm::default())
        }
        Err(error) => mend(&cx, view::account::sign_up, error),
    }
}

/// `POST /signout`.
pub async fn sign_out(cx: Cx) -> Result<Response, WebError> {
    guard::check_csrf(&cx)?;
    if let Identity::Session { secret, .. } = cx.identity.clone() {
        cx.blocking(move |app| account::sign_out(app, &secret)).await?;
    }
    let next = cx.next().unwrap_or_else(|| format!("/?notice={}", Notice::SignedOut.name()));
    let mut response = reply::see_other(&cx, &next);
    reply::set_session(&cx, &mut response, None);
    Ok(response)
}

/// Runs work that checks or hashes a password, in its turn.
pub async fn checked<T, F>(cx: &Cx, work: F) -> Result<T, FlowError>
where
    T: Send + 'static,
    F: FnOnce(&App) -> Result<T, FlowError> + Send + 'static,
{
    let _permit = CHECKS.acquire(cx.client_key()).await;
    cx.blocking(work).await
}

/// Gives the browser its session and leads it on. A session that it had before ends.
pub async fn begin(cx: &Cx, signed_in: SignedIn, notice: Notice) -> Result<Response, WebError> {
    if let Some(old) = guard::session_secret(cx) {
        cx.blocking(move |app| account::sign_out(app, &old)).await?;
    }
    tracing::info!(id = %cx.connection.request_id, user = signed_in.account.id, "signed in");
    let next = cx.next().unwrap_or_else(|| "/".to_owned());
    let mut response = reply::see_other(cx, &notice.told_at(&next));
    reply::set_session(cx, &mut response, Some(&signed_in.secret));
    if let Some(devices) = &signed_in.devices {
        reply::add_cookie(&mut response, &guard::device_cookie(cx, devices));
    }
    Ok(response)
}

/// Name and password of the body; what is missing is empty, and refused like any other.
pub fn credentials(cx: &Cx) -> (String, String) {
    let text = |name| cx.body.text(name).unwrap_or_default();
    (text("username"), text("password"))
}

/// The name as it was typed, fit for a line of the log, and cut where no name is as long. Both formats of the log escape
/// ASCII's control characters and quotes; others that steer a terminal are replaced. A password that was typed into both
/// fields is left out.
fn account_for_log(cx: &Cx) -> String {
    let (name, password) = credentials(cx);
    if name == password {
        return String::new();
    }
    let steers = |c: char| matches!(c, '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().take(MAX_USERNAME).map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The page of a form.
type Page = fn(&Chrome<'_>, &AccountForm) -> maud::Markup;

/// The form again, if a message on it helps.
fn mend(cx: &Cx, page: Page, error: FlowError) -> Result<Response, WebError> {
    let form = match &error {
        FlowError::Invalid(errors) => AccountForm { errors: errors.clone(), ..AccountForm::default() },
        FlowError::TooMany(seconds) => {
            tracing::warn!(
                id = %cx.connection.request_id, address = %cx.client(), account = account_for_log(cx), wait = seconds,
                "too many attempts"
            );
            AccountForm { wait: Some(*seconds), ..AccountForm::default() }
        }
        _ => return Err(error.into()),
    };
    again(cx, page, error.into(), form)
}

/// An error as the form again, with the error's status and headers; a program gets the error itself.
pub fn again(cx: &Cx, page: Page, error: WebError, shown: AccountForm) -> Result<Response, WebError> {
    if cx.wants_json() {
        return Err(error);
    }
    let mut response = error.into_response(cx);
    let shown = AccountForm { username: credentials(cx).0, ..shown };
    *response.body_mut() = form(cx, page, StatusCode::OK, shown).into_body();
    Ok(response)
}

fn form(cx: &Cx, page: Page, status: StatusCode, form: AccountForm) -> Response {
    let next = cx.next().unwrap_or_default();
    reply::html(cx, status, page(&cx.chrome(), &AccountForm { next, ..form }))
}
