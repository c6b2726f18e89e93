//! How often a password may be guessed, and how many accounts may be made. Each limit is a budget of its own; a guess
//! must find room in all that concern it, and a right password gives back what it took.

use std::hash::Hash;
use std::sync::LazyLock;
use std::time::Duration;

use super::FlowError;
use super::device::DeviceId;
use super::rate_limit::{RateLimit, Slot};
use crate::model::ClientKey;

/// Slots of a limit: 512 KiB, and more than what can be hashed in the longest time that a guess counts.
const SLOTS: usize = 1 << 16;

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// Guesses for one account from one client.
static BY_ACCOUNT_AND_CLIENT: LazyLock<RateLimit> = LazyLock::new(|| RateLimit::new(10, minutes(2), SLOTS));
/// Guesses for one account from all who are not known to it: some 1,500 a day.
static BY_ACCOUNT: LazyLock<RateLimit> = LazyLock::new(|| RateLimit::new(30, minutes(1), SLOTS));
/// Guesses for any accounts from one client.
static BY_CLIENT: LazyLock<RateLimit> = LazyLock::new(|| RateLimit::new(60, Duration::from_secs(10), SLOTS));
/// Guesses for one account from one known device, or from a session of it.
static BY_OWNER: LazyLock<RateLimit> = LazyLock::new(|| RateLimit::new(10, minutes(2), SLOTS));
/// New accounts from one client: 30, then 30 an hour.
static SIGN_UPS_BY_CLIENT: LazyLock<RateLimit> = LazyLock::new(|| RateLimit::new(30, minutes(2), SLOTS));
/// New accounts from all clients: 300, then 300 an hour.
static SIGN_UPS: LazyLock<RateLimit> = LazyLock::new(|| RateLimit::new(300, Duration::from_secs(12), 1));

/// Who gives a password for an account.
#[derive(Debug, Clone, Copy)]
pub enum Guesser {
    /// A visitor who is not known to it.
    Stranger(ClientKey),
    /// A device that has signed in to it before.
    KnownDevice(DeviceId),
    /// A visitor who is signed in to it.
    Session,
}

/// An attempt that is under way. Dropped, it counts.
#[derive(Default)]
pub struct Attempt(Vec<(&'static RateLimit, Slot)>);

impl Attempt {
    /// A guess at the password of an account, named by its key; there may be no such account.
    ///
    /// # Errors
    /// Too many.
    pub fn guess(account: &str, guesser: Guesser) -> Result<Self, FlowError> {
        let mut attempt = Self::default();
        match guesser {
            Guesser::Stranger(client) => {
                attempt.take(&BY_ACCOUNT_AND_CLIENT, (account, client))?;
                attempt.take(&BY_CLIENT, client)?;
                attempt.take(&BY_ACCOUNT, account)?;
            }
            Guesser::KnownDevice(device) => attempt.take(&BY_OWNER, (account, Some(device)))?,
            Guesser::Session => attempt.take(&BY_OWNER, (account, None::<DeviceId>))?,
        }
        Ok(attempt)
    }

    /// A new account.
    ///
    /// # Errors
    /// Too many.
    pub fn sign_up(client: ClientKey) -> Result<Self, FlowError> {
        let mut attempt = Self::default();
        attempt.take(&SIGN_UPS_BY_CLIENT, client)?;
        attempt.take(&SIGN_UPS, ())?;
        Ok(attempt)
    }

    /// The password was right: the guess does not count, nor do those before it by the same guesser.
    pub fn succeeded(self) {
        let mut taken = self.0.into_iter();
        if let Some((own, slot)) = taken.next() {
            own.forget(slot);
        }
        taken.for_each(|(limit, slot)| limit.give_back(slot));
    }

    fn take(&mut self, limit: &'static RateLimit, key: impl Hash) -> Result<(), FlowError> {
        match limit.take(key) {
            Ok(slot) => {
                self.0.push((limit, slot));
                Ok(())
            }
            Err(wait) => {
                // A refused attempt costs nothing and counts nowhere.
                self.0.drain(..).for_each(|(limit, slot)| limit.give_back(slot));
                Err(FlowError::TooMany(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn client(address: &str) -> Guesser {
        Guesser::Stranger(ClientKey::of(address.parse::<IpAddr>().expect("an address")))
    }

    fn guesses(account: &str, guesser: impl Fn(u32) -> Guesser) -> usize {
        (0..200).filter(|n| Attempt::guess(account, guesser(*n)).is_ok()).count()
    }

    #[test]
    fn an_account_is_guessed_slowly_from_anywhere_and_its_owner_is_not_held_back() {
        assert_eq!(guesses("one-client", |_| client("192.0.2.1")), 10);
        assert_eq!(guesses("one-network", |n| client(&format!("2001:db8:7::{n:x}"))), 10);
        assert_eq!(guesses("everywhere", |n| client(&format!("2001:db8:{:x}::1", n + 100))), 30);
        assert!(matches!(Attempt::guess("everywhere", client("192.0.2.2")), Err(FlowError::TooMany(1..=60))));
        assert_eq!(guesses("everywhere", |_| Guesser::KnownDevice([1; 16])), 10);
        assert_eq!(guesses("everywhere", |_| Guesser::KnownDevice([2; 16])), 10);
        assert_eq!(guesses("everywhere", |_| Guesser::Session), 10);
    }

    #[test]
    fn a_client_guesses_slowly_at_all_accounts() {
        let tried = (0..200).filter(|n| Attempt::guess(&format!("account {n}"), client("192.0.2.3")).is_ok()).count();
        assert_eq!(tried, 60);
        let elsewhere = Attempt::guess("account 1", client("192.0.2.4"));
        assert!(elsewhere.is_ok());
    }

    #[test]
    fn a_right_password_does_not_count() {
        for _ in 0..100 {
            Attempt::guess("right", client("192.0.2.5")).expect("room").succeeded();
        }
        assert_eq!(guesses("right", |_| client("192.0.2.5")), 10);
    }

    #[test]
    fn sign_ups_are_limited_by_client_and_in_all() {
        let network = |n: u32| ClientKey::of(format!("2001:db8:{n:x}::1").parse::<IpAddr>().expect("an address"));
        assert_eq!((0..100).filter(|_| Attempt::sign_up(network(1)).is_ok()).count(), 30);
        assert_eq!((0..400).filter(|n| Attempt::sign_up(network(n + 2)).is_ok()).count(), 270);
    }
}
