//! What can be told of a request without waiting for anything: who asks, and the state that an answer is good for.

use super::account;
use crate::app::{App, Readiness};
use crate::model::{Account, Rev};

/// What a request shows of who asks.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// Nothing.
    Nothing,
    /// The secret of a session's cookie.
    Session(&'a str),
    /// The secret of an API token.
    Token(&'a str),
}

/// A state of catalogue and index: what is read in the same state is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogVersion {
    index: u64,
    head: Rev,
}

/// What was seen at a glance.
#[derive(Debug, Default)]
pub struct CachedRequestState {
    /// Who asks, if a session or token was found lately and still counts; `None` tells nothing.
    pub account: Option<Account>,
    /// The state of this moment; `None` while the index is not whole or where it cannot be told.
    pub state: Option<CatalogVersion>,
}

/// Looks. Does not block.
pub fn cached_identity(app: &App, shown: Credential<'_>) -> CachedRequestState {
    let known = account::known(app, shown);
    let is_whole = matches!(app.following.readiness(), Readiness::Whole(_));
    let state = known.head.filter(|_| is_whole).map(|head| CatalogVersion { index: app.index.revision(), head });
    CachedRequestState { account: known.account, state }
}
