//! Sign-in, sign-up and the first admin.

use maud::{Markup, html};

use super::Chrome;
use crate::model::FieldErrors;

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
    let _ = (chrome, form);
    html! {}
}

/// `GET /signup`; posts `username`, `password`, `next`. Where sign-up is closed (`chrome.signup_open`) it says so.
pub fn sign_up(chrome: &Chrome<'_>, form: &AccountForm) -> Markup {
    let _ = (chrome, form);
    html! {}
}

/// `GET /setup?token=`; posts `username`, `password`, `token`.
pub fn setup(chrome: &Chrome<'_>, form: &AccountForm) -> Markup {
    let _ = (chrome, form);
    html! {}
}
