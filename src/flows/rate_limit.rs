//! A rate limit by key, in memory of a fixed size. `governor` keeps a row for each key until it is told to clean up, and
//! a cache forgets its oldest keys in a flood of new ones, which is what an attacker would send. Here keys share slots
//! instead: a flood makes others wait a little, and never lets one through.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A limit: some attempts at once, then one each interval (the generic cell rate algorithm).
pub struct RateLimit {
    /// Milliseconds between two attempts in the long run.
    interval: u64,
    /// Milliseconds that a key may be ahead of its time.
    tolerance: u64,
    /// For each slot, when it is as if nothing had been tried: milliseconds after `start`.
    slots: Mutex<Vec<u64>>,
    start: Instant,
    hasher: RandomState,
}

/// Where the attempts of a key are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(usize);

impl RateLimit {
    /// `burst` attempts at once (at least 1), then one each `interval`. Takes eight bytes a slot; far fewer keys than
    /// slots should be busy at once.
    pub fn new(burst: u32, interval: Duration, slots: usize) -> Self {
        let interval = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
        Self {
            interval,
            tolerance: interval.saturating_mul(u64::from(burst)),
            // Zeroed pages, which the system gives as they are written to.
            slots: Mutex::new(vec![0; slots.max(1)]),
            start: Instant::now(),
            hasher: RandomState::new(),
        }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// The limit is reached: how long to wait. Nothing is counted then.
    pub fn take(&self, key: impl Hash) -> Result<Slot, Duration> {
        self.take_at(key, self.now())
    }

    fn take_at(&self, key: impl Hash, now: u64) -> Result<Slot, Duration> {
        let mut slots = self.slots();
        // The remainder is below the number of slots, which fits.
        let slot = usize::try_from(self.hasher.hash_one(key) % slots.len() as u64).unwrap_or_default();
        let after = slots[slot].max(now).saturating_add(self.interval);
        let latest = now.saturating_add(self.tolerance);
        if after > latest {
            return Err(Duration::from_millis(after - latest));
        }
        slots[slot] = after;
        Ok(Slot(slot))
    }

    /// An attempt does not count after all.
    pub fn give_back(&self, Slot(slot): Slot) {
        let mut slots = self.slots();
        slots[slot] = slots[slot].saturating_sub(self.interval);
    }

    /// All attempts of a key are forgotten.
    pub fn forget(&self, Slot(slot): Slot) {
        self.slots()[slot] = 0;
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn slots(&self) -> MutexGuard<'_, Vec<u64>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_key_has_a_burst_and_then_one_each_interval() {
        let limit = RateLimit::new(3, SECOND, 1 << 16);
        for _ in 0..3 {
            assert!(limit.take_at("anna", 5_000).is_ok());
        }
        assert_eq!(limit.take_at("anna", 5_000), Err(SECOND));
        assert_eq!(limit.take_at("anna", 5_400), Err(Duration::from_millis(600)));
        assert!(limit.take_at("bob", 5_400).is_ok());
        assert!(limit.take_at("anna", 6_000).is_ok());
        assert!(limit.take_at("anna", 6_000).is_err(), "a refused attempt takes nothing, a taken one does");
        for _ in 0..3 {
            assert!(limit.take_at("anna", 60_000).is_ok());
        }
        assert!(limit.take_at("anna", 60_000).is_err(), "rest does not gather beyond the burst");
    }

    #[test]
    fn attempts_can_be_given_back_and_forgotten() {
        let limit = RateLimit::new(2, SECOND, 1 << 16);
        let slot = limit.take_at("anna", 0).expect("the first");
        limit.take_at("anna", 0).expect("the second");
        limit.give_back(slot);
        limit.take_at("anna", 0).expect("the second again");
        assert!(limit.take_at("anna", 0).is_err());
        limit.forget(slot);
        limit.take_at("anna", 0).expect("the first again");
    }

    #[test]
    fn a_flood_of_keys_takes_no_memory_and_frees_nobody() {
        let limit = RateLimit::new(10, Duration::from_secs(120), 1 << 16);
        for _ in 0..10 {
            limit.take_at("victim", 0).expect("the burst");
        }
        let capacity = limit.slots().capacity();
        let waiting = (0..60_000).filter(|key: &i32| limit.take_at(key, 0).is_err()).count();
        assert!(limit.take_at("victim", 0).is_err());
        assert!(waiting < 60, "{waiting} of 60,000 strangers had to wait");
        assert_eq!(limit.slots().capacity(), capacity);
    }
}
