//! One's own account: what it is, and how to leave.

use http::StatusCode;
use serde_json::json;

use super::account::checked;
use super::cx::MemberCx;
use super::error::WebError;
use super::reply::{self, Response};
use super::view::profile::Wrong;
use super::view::{self, Notice};
use crate::flows::{FlowError, account};
use crate::model::mine::Day;
use crate::model::{FieldErrors, Problem};

/// `GET /account`.
pub async fn show(cx: MemberCx) -> Result<Response, WebError> {
    if cx.wants_json() {
        let account = &cx.account;
        let since = Day::of_seconds(account.created_at).to_string();
        let shown = json!({"name": account.name, "role": account.role.name(), "since": since});
        return Ok(reply::json(&cx, StatusCode::OK, &shown));
    }
    Ok(reply::html(&cx, StatusCode::OK, view::profile::page(&cx.chrome(), &cx.account, None)))
}

/// `POST /account/delete`: `password`. Everything of the account goes with it.
pub async fn delete(cx: MemberCx) -> Result<Response, WebError> {
    let password = cx.body.text("password").unwrap_or_default();
    if password.is_empty() {
        let missing = WebError::Invalid(FieldErrors::of("password", Problem::Missing));
        return again(&cx, missing, Wrong::Password);
    }
    let leaving = cx.account.clone();
    match checked(&cx, move |app| account::leave(app, &leaving, &password)).await {
        Ok(()) => {
            tracing::info!(id = %cx.connection.request_id, user = cx.account.id, "an account was deleted by its owner");
            let mut response = if cx.is_form() {
                reply::see_other(&cx, &format!("/?notice={}", Notice::AccountDeleted.name()))
            } else {
                reply::json(&cx, StatusCode::OK, &json!({"deleted": cx.account.name}))
            };
            reply::set_session(&cx, &mut response, None);
            Ok(response)
        }
        Err(FlowError::Refused) => {
            tracing::info!(
                id = %cx.connection.request_id, address = %cx.client(), user = cx.account.id,
                "an account was not deleted: the password was refused"
            );
            again(&cx, WebError::Refused, Wrong::Password)
        }
        Err(FlowError::LastAdmin) => again(&cx, FlowError::LastAdmin.into(), Wrong::LastAdmin),
        Err(FlowError::TooMany(seconds)) => again(&cx, WebError::TooMany(seconds), Wrong::Wait(seconds)),
        Err(error) => Err(error.into()),
    }
}

/// The page again, with the error's status and headers; a program gets the error itself.
fn again(cx: &MemberCx, error: WebError, wrong: Wrong) -> Result<Response, WebError> {
    if cx.wants_json() {
        return Err(error);
    }
    let mut response = error.into_response(cx);
    let page = view::profile::page(&cx.chrome(), &cx.account, Some(wrong));
    *response.body_mut() = reply::html(cx, StatusCode::OK, page).into_body();
    Ok(response)
}
