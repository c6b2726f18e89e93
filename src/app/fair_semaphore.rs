//! Permits that are given in turns: one after the other to the clients that wait, not to the requests. A client with a
//! hundred requests under way does not get in front of the first request of another.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::model::ClientKey;

/// A semaphore with a queue for each client.
pub struct FairSemaphore {
    /// The permits.
    permits: usize,
    /// The most permits of one client.
    permits_per_client: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: usize,
    /// The clients that hold a permit or wait for one.
    clients: HashMap<ClientKey, Client>,
    /// The clients that wait, the next one first.
    turns: VecDeque<ClientKey>,
}

#[derive(Default)]
struct Client {
    taken: usize,
    waiting: VecDeque<oneshot::Sender<Permit>>,
}

/// A permit; given back when it is dropped.
pub struct Permit {
    semaphore: Arc<FairSemaphore>,
    client: ClientKey,
}

impl FairSemaphore {
    /// A semaphore of `permits`, of which one client may hold `permits_per_client`; both at least 1.
    pub fn new(permits: usize, permits_per_client: usize) -> Arc<Self> {
        Arc::new(Self { permits, permits_per_client, state: Mutex::default() })
    }

    /// Waits for a permit. Dropping the future leaves the queue.
    pub async fn acquire(self: &Arc<Self>, client: ClientKey) -> Permit {
        loop {
            let turn = {
                let mut state = self.state();
                if state.taken < self.permits && state.can_take(client, self.permits_per_client) {
                    state.take(client);
                    return self.permit(client);
                }
                state.wait(client)
            };
            // The sender is kept until it gives the permit, so an error cannot happen; it would ask again.
            if let Ok(permit) = turn.await {
                return permit;
            }
        }
    }

    fn permit(self: &Arc<Self>, client: ClientKey) -> Permit {
        Permit { semaphore: Arc::clone(self), client }
    }

    fn release(self: &Arc<Self>, client: ClientKey) {
        let next = {
            let mut state = self.state();
            state.give_back(client);
            state.next(self.permits_per_client)
        };
        // Sent without the lock: where the receiver has just gone, the permit comes back here.
        if let Some((client, sender)) = next {
            drop(sender.send(self.permit(client)));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn can_take(&self, client: ClientKey, most: usize) -> bool {
        self.clients.get(&client).is_none_or(|client| client.taken < most)
    }

    fn take(&mut self, client: ClientKey) {
        self.taken += 1;
        self.clients.entry(client).or_default().taken += 1;
    }

    fn give_back(&mut self, client: ClientKey) {
        self.taken -= 1;
        if let Some(holder) = self.clients.get_mut(&client) {
            holder.taken -= 1;
        }
        self.forget_if_idle(client);
    }

    fn wait(&mut self, client: ClientKey) -> oneshot::Receiver<Permit> {
        let (sender, receiver) = oneshot::channel();
        let waiting = &mut self.clients.entry(client).or_default().waiting;
        if waiting.is_empty() {
            self.turns.push_back(client);
        }
        waiting.push_back(sender);
        receiver
    }

    /// Takes a permit for the client whose turn it is.
    fn next(&mut self, most: usize) -> Option<(ClientKey, oneshot::Sender<Permit>)> {
        for _ in 0..self.turns.len() {
            let client = self.turns.pop_front()?;
            let Some(queue) = self.clients.get_mut(&client) else { continue };
            let can_take = queue.taken < most;
            let sender = if can_take { pop_open(&mut queue.waiting) } else { None };
            if !queue.waiting.is_empty() {
                self.turns.push_back(client);
            }
            if let Some(sender) = sender {
                self.take(client);
                return Some((client, sender));
            }
            self.forget_if_idle(client);
        }
        None
    }

    fn forget_if_idle(&mut self, client: ClientKey) {
        if self.clients.get(&client).is_some_and(|client| client.taken == 0 && client.waiting.is_empty()) {
            self.clients.remove(&client);
        }
    }
}

/// The first in a queue who still waits.
fn pop_open(waiting: &mut VecDeque<oneshot::Sender<Permit>>) -> Option<oneshot::Sender<Permit>> {
    std::iter::from_fn(|| waiting.pop_front()).find(|sender| !sender.is_closed())
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.semaphore.release(self.client);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn client(last: u8) -> ClientKey {
        ClientKey::of([192, 0, 2, last].into())
    }

    type Waiting = std::pin::Pin<Box<dyn Future<Output = Permit>>>;

    /// A request in the queue: it has been polled once.
    fn queued(semaphore: &Arc<FairSemaphore>, client: ClientKey) -> Waiting {
        let semaphore = Arc::clone(semaphore);
        let mut waiting: Waiting = Box::pin(async move { semaphore.acquire(client).await });
        assert!((&mut waiting).now_or_never().is_none());
        waiting
    }

    fn now(semaphore: &Arc<FairSemaphore>, client: ClientKey) -> Option<Permit> {
        semaphore.acquire(client).now_or_never()
    }

    #[test]
    fn clients_take_turns_however_much_each_asks_for() {
        let semaphore = FairSemaphore::new(1, 1);
        let held = now(&semaphore, client(1)).expect("a permit");
        let mut busy: Vec<Waiting> = (0..100).map(|_| queued(&semaphore, client(1))).collect();
        let mut others = [queued(&semaphore, client(2)), queued(&semaphore, client(3))];
        drop(held);
        // The queue of the busy client is older, so it has the first turn; then each other one has its own.
        let first = (&mut busy[0]).now_or_never().expect("its turn");
        drop(first);
        let second = (&mut others[0]).now_or_never().expect("its turn");
        assert!((&mut busy[1]).now_or_never().is_none());
        drop(second);
        drop((&mut others[1]).now_or_never().expect("its turn"));
        drop((&mut busy[1]).now_or_never().expect("its turn"));
    }

    #[test]
    fn one_client_never_holds_all_permits() {
        let semaphore = FairSemaphore::new(3, 2);
        let held = [now(&semaphore, client(1)), now(&semaphore, client(1))];
        assert!(held.iter().all(Option::is_some));
        let mut third = queued(&semaphore, client(1));
        let other = now(&semaphore, client(2)).expect("the one that is kept for others");
        drop(other);
        assert!((&mut third).now_or_never().is_none());
        drop(held);
        assert!((&mut third).now_or_never().is_some());
    }

    #[test]
    fn who_has_gone_is_passed_over() {
        let semaphore = FairSemaphore::new(1, 1);
        let held = now(&semaphore, client(1));
        let gone: Vec<Waiting> = (0..50_000).map(|_| queued(&semaphore, client(2))).collect();
        let mut waits = queued(&semaphore, client(3));
        drop(gone);
        drop(held);
        let permit = (&mut waits).now_or_never().expect("its turn");
        // A permit that was given and never fetched comes back.
        let unfetched = queued(&semaphore, client(4));
        drop(permit);
        drop(unfetched);
        drop(now(&semaphore, client(5)).expect("a permit"));
        let state = semaphore.state();
        assert!(state.taken == 0 && state.clients.is_empty() && state.turns.is_empty());
    }
}
