//! What the store knows without a query. These calls wait for nobody, so they need no door to blocking work; `None`
//! only means that a query must tell.

use super::Store;
use crate::model::{Account, Rev};

impl Store {
    /// [`Self::session`], where it was found lately and nothing has been committed since.
    pub fn known_session(&self, token_hash: &[u8], now: i64) -> Option<Account> {
        self.sqlite().known_session(token_hash, now)
    }

    /// [`Self::token_account`], likewise.
    pub fn known_token(&self, token_hash: &[u8], now: i64) -> Option<Account> {
        self.sqlite().known_token(token_hash, now)
    }

    /// [`Self::head`] at this very moment.
    pub fn known_head(&self) -> Option<Rev> {
        self.sqlite().known_head()
    }
}
