//! What the store knows without a query, for those who may not wait.

use super::Store;
use crate::model::{Account, Rev};

/// The hash of what somebody shows.
#[derive(Debug, Clone, Copy)]
pub enum CredentialHash<'a> {
    /// Of a session's cookie.
    Session(&'a [u8]),
    /// Of an API token.
    Token(&'a [u8]),
}

/// What is known at this very moment; `None` only means that a query must tell.
#[derive(Debug, Default)]
pub struct CachedIdentity {
    /// [`Store::head`].
    pub head: Option<Rev>,
    /// [`Store::session`] or [`Store::token_account`], where it was found lately and nothing was committed since.
    pub account: Option<Account>,
}

impl Store {
    /// Tells what is known. Takes some microseconds and waits for nobody, so it needs no door to blocking work.
    pub fn known(&self, secret: Option<CredentialHash<'_>>, now: i64) -> CachedIdentity {
        self.sqlite().known(secret, now)
    }
}
