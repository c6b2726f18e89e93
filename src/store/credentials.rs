//! Names that a new account may have, and password hashes that are made anew.

use super::{Store, StoreError};
use crate::model::Username;

impl Store {
    /// A new account may have this name. [`Store::add_account`] checks it again.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::NameConfusable`].
    pub fn check_new_name(&self, name: &Username) -> Result<(), StoreError> {
        self.sqlite().check_new_name(name)
    }

    /// Replaces the hash of an account whose password stays the same, so its sessions go on. Does nothing where the
    /// hash is no longer `old`.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn replace_password_hash(&self, account: i64, old: &str, new: &str) -> Result<(), StoreError> {
        self.sqlite().replace_password_hash(account, old, new)
    }

    /// Some password hash does not hold `mark`.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn has_password_hash_without(&self, mark: &str) -> Result<bool, StoreError> {
        self.sqlite().has_password_hash_without(mark)
    }
}
