//! Slots for costly requests: how many of a kind run at once, in all and for each account. Nobody waits for a slot;
//! who gets none is told to come back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::WebError;

/// The slots of one kind of request.
#[derive(Debug)]
pub struct Slots {
    in_all: usize,
    per_account: usize,
    taken: Mutex<HashMap<i64, usize>>,
}

/// A slot that is taken, until it is dropped.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    account: i64,
}

impl Slots {
    /// So many slots in all, and so many for each account.
    pub fn new(in_all: usize, per_account: usize) -> Arc<Self> {
        Arc::new(Self { in_all, per_account, taken: Mutex::default() })
    }

    /// Takes a slot for an account.
    ///
    /// # Errors
    /// [`WebError::AlreadyRunning`] where the account has all that it may have, [`WebError::Full`] where all are taken.
    pub fn take(self: &Arc<Self>, account: i64) -> Result<Slot, WebError> {
        let mut taken = self.taken();
        if taken.get(&account).is_some_and(|count| *count >= self.per_account) {
            return Err(WebError::AlreadyRunning);
        }
        if taken.values().sum::<usize>() >= self.in_all {
            return Err(WebError::Full);
        }
        *taken.entry(account).or_default() += 1;
        Ok(Slot { slots: Arc::clone(self), account })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        if let Some(count) = taken.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_and_all_of_them_have_a_bound() {
        let slots = Slots::new(3, 2);
        let first = slots.take(1).expect("a slot");
        let second = slots.take(1).expect("a slot");
        assert!(matches!(slots.take(1), Err(WebError::AlreadyRunning)));
        let other = slots.take(2).expect("a slot");
        assert!(matches!(slots.take(3), Err(WebError::Full)));
        assert!(matches!(slots.take(1), Err(WebError::AlreadyRunning)));
        drop(first);
        let third = slots.take(1).expect("a slot that was given back");
        drop((second, other, third));
        assert!(slots.taken().is_empty());
    }
}
