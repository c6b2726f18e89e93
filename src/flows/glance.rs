//! What can be told of a request without waiting for anything: who asks, and the state that an answer is good for.

use super::account;
use crate::app::{App, Readiness};
use crate::model::{Account, Rev};

/// What a request shows of who asks.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// The secret of a session's cookie.
    Session(&'a str),
    /// The secret of an API token.
    Token(&'a str),
}

/// A state of catalogue and index: what is read in the same state is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    index: u64,
    head: Rev,
}

/// What was seen at a glance.
#[derive(Debug, Default)]
pub struct Glance {
    /// Who asks, if a session or token was found lately and still counts; `None` tells nothing.
    pub account: Option<Account>,
    /// The state of this moment; `None` while the index is not whole or where it cannot be told.
    pub state: Option<State>,
}

/// Looks. Does not block.
pub fn glance(app: &App, shown: Shown<'_>) -> Glance {
    let known = account::known(app, shown);
    let is_whole = matches!(app.following.readiness(), Readiness::Whole(_));
    let state = known.head.filter(|_| is_whole).map(|head| State { index: app.index.revision(), head });
    Glance { account: known.account, state }
}
