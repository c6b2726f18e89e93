//! Where those who change the catalogue meet the follower, which brings the index up to it; and whether the index may be
//! searched.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::Rev;

/// Whether the index may be searched. It can go back from whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readiness {
    /// It does not hold the whole catalogue yet.
    #[default]
    Building,
    /// It holds every change up to this one.
    Whole(Rev),
    /// Its files are damaged or gone; it is about to be built anew.
    Damaged,
}

/// The meeting point.
#[derive(Debug, Default)]
pub struct Following {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    readiness: Readiness,
    /// How often the follower has failed.
    failures: u64,
    woken: bool,
    stopped: bool,
}

impl Following {
    /// Something changed: the follower has work.
    pub fn wake(&self) {
        self.state().woken = true;
        self.moved.notify_all();
    }

    /// The follower is to end.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.moved.notify_all();
    }

    /// The follower is to end, and so is what works for it.
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Waits for work, at most `rest`; false once it is to end.
    pub fn wait_for_work(&self, rest: Duration) -> bool {
        let idle = |state: &mut State| !state.woken && !state.stopped;
        let (mut state, _) =
            self.moved.wait_timeout_while(self.state(), rest, idle).unwrap_or_else(PoisonError::into_inner);
        state.woken = false;
        !state.stopped
    }

    /// The index holds every change up to `rev`; with `complete`, all that there were. A damaged index stays one.
    pub fn publish(&self, rev: Rev, complete: bool) {
        let mut state = self.state();
        state.readiness = match state.readiness {
            Readiness::Damaged => Readiness::Damaged,
            Readiness::Building if !complete => Readiness::Building,
            Readiness::Building | Readiness::Whole(_) => Readiness::Whole(rev),
        };
        drop(state);
        self.moved.notify_all();
    }

    /// The index is built from its beginning.
    pub fn start_building(&self) {
        self.state().readiness = Readiness::Building;
        self.moved.notify_all();
    }

    /// The index is damaged; says whether that is news.
    pub fn damage(&self) -> bool {
        let mut state = self.state();
        let is_news = state.readiness != Readiness::Damaged;
        state.readiness = Readiness::Damaged;
        state.woken = true;
        drop(state);
        self.moved.notify_all();
        is_news
    }

    /// The follower has failed and will try again.
    pub fn fail(&self) {
        self.state().failures += 1;
        self.moved.notify_all();
    }

    /// Waits until the index is whole and holds `rev`; false if it takes longer than `timeout`.
    pub fn wait_for(&self, rev: Rev, timeout: Duration) -> bool {
        self.wait_while(timeout, |state| state.holds(rev) || state.stopped, rev)
    }

    /// As [`Self::wait_for`], for an answer that can do without: gives up at once where the index is not whole or cannot
    /// follow.
    pub fn wait_if_whole(&self, rev: Rev, timeout: Duration) -> bool {
        let failures = self.state().failures;
        let is_vain = |state: &State| {
            state.stopped || state.failures != failures || !matches!(state.readiness, Readiness::Whole(_))
        };
        self.wait_while(timeout, |state| state.holds(rev) || is_vain(state), rev)
    }

    fn wait_while(&self, timeout: Duration, is_over: impl Fn(&State) -> bool, rev: Rev) -> bool {
        let waits = |state: &mut State| !is_over(state);
        let (state, _) =
            self.moved.wait_timeout_while(self.state(), timeout, waits).unwrap_or_else(PoisonError::into_inner);
        state.holds(rev)
    }

    /// Whether the index may be searched.
    pub fn readiness(&self) -> Readiness {
        self.state().readiness
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn holds(&self, rev: Rev) -> bool {
        matches!(self.readiness, Readiness::Whole(held) if held >= rev)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_goes_both_ways_and_damage_stays_until_it_is_built_anew() {
        let following = Following::default();
        following.publish(3, false);
        assert_eq!(following.readiness(), Readiness::Building);
        following.publish(5, true);
        assert_eq!(following.readiness(), Readiness::Whole(5));
        following.publish(7, false);
        assert_eq!(following.readiness(), Readiness::Whole(7));
        assert!(following.damage() && !following.damage());
        following.publish(9, true);
        assert_eq!(following.readiness(), Readiness::Damaged, "what was read before counts no more");
        following.start_building();
        following.publish(9, true);
        assert_eq!(following.readiness(), Readiness::Whole(9));
    }

    #[test]
    fn nobody_waits_for_an_index_that_cannot_follow() {
        let following = std::sync::Arc::new(Following::default());
        let long = Duration::from_secs(600);
        assert!(!following.wait_if_whole(1, long), "it is being built");
        following.publish(1, true);
        assert!(following.wait_if_whole(1, long));
        let waiting = std::sync::Arc::clone(&following);
        let waiter = std::thread::spawn(move || waiting.wait_if_whole(2, long));
        while !waiter.is_finished() {
            following.fail();
            std::thread::yield_now();
        }
        assert!(!waiter.join().expect("a waiter"));
    }
}
