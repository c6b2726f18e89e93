//! The first admin, made by whoever holds the link that the server prints at its start.

use http::StatusCode;

use super::account;
use super::cx::SetupCx;
use super::error::WebError;
use super::guard;
use super::reply::{self, Response};
use super::view;
use super::view::Notice;
use super::view::account::AccountForm;
use crate::flows::FlowError;
use crate::flows::account::set_up;

/// `GET /setup?token=`.
pub async fn form(cx: SetupCx) -> Result<Response, WebError> {
    let form = AccountForm { token: cx.token.clone(), ..AccountForm::default() };
    Ok(reply::html(&cx, StatusCode::OK, view::account::setup(&cx.chrome(), &form)))
}

/// `POST /setup`.
pub async fn make(cx: SetupCx) -> Result<Response, WebError> {
    let (name, password) = account::credentials(&cx);
    let (token, from) = (cx.token.clone(), guard::visitor(&cx));
    match account::checked(&cx, move |app| set_up(app, &token, &name, &password, &from)).await {
        Ok(signed_in) => account::begin(&cx, signed_in, Notice::Welcome).await,
        Err(FlowError::Invalid(errors)) => {
            let form = AccountForm { token: cx.token.clone(), errors: errors.clone(), ..AccountForm::default() };
            account::again(&cx, view::account::setup, WebError::Invalid(errors), form)
        }
        // Somebody else was faster with the same link.
        Err(FlowError::NotFound) => Err(WebError::SetupLinkUsed),
        Err(error) => Err(error.into()),
    }
}
