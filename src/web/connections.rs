//! How many connections there may be: at all, and from one client. Nobody can take them all.
//!
//! The bound of a client is dynamic: it may hold no more than are still free. So one busy address gets half of all, two get
//! a third each, and there is always room for one more client, however much the others hold.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::model::ClientKey;

/// The most connections at once, where the system allows as many open files.
const MAX_CONNECTIONS: usize = 4096;
/// Open files that are left to the database, the index and the log.
const RESERVED_FILES: usize = 256;
/// The least connections, however few open files the system allows.
const MIN_CONNECTIONS: usize = 64;
/// A reverse proxy on this machine brings the connections of all visitors: it may hold so many times what is still free,
/// which is seven eighths of all.
const LOOPBACK_SHARE: usize = 7;
/// Refused connections that are kept open for a moment, so that their answer is read.
const MAX_LINGERING: usize = 64;
/// How long they are kept.
const LINGER_TIMEOUT: Duration = Duration::from_secs(1);

/// What a refused connection gets.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 44\r\n\r\ntoo many connections; try again in a moment\n";

/// The connections of a server.
pub struct Connections {
    total: usize,
    free: Arc<Semaphore>,
    held: Mutex<HashMap<ClientKey, usize>>,
    lingering: Arc<Semaphore>,
}

/// A connection's place; given back when it is dropped.
pub struct Place {
    connections: Arc<Connections>,
    client: ClientKey,
    _permit: OwnedSemaphorePermit,
}

impl Connections {
    /// At most `total` connections.
    pub fn new(total: usize) -> Arc<Self> {
        Arc::new(Self {
            total,
            free: Arc::new(Semaphore::new(total)),
            held: Mutex::default(),
            lingering: Arc::new(Semaphore::new(MAX_LINGERING)),
        })
    }

    /// A place for a connection from `peer`, the other end of the socket; `None` where that client holds too many, or
    /// where none is free.
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let client = ClientKey::of(peer);
        let share = if client.is_loopback() { LOOPBACK_SHARE } else { 1 };
        let mut all = self.held();
        let held = all.get(&client).copied().unwrap_or_default();
        if held >= share * self.free.available_permits() {
            return None;
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        all.insert(client, held + 1);
        drop(all);
        Some(Place { connections: Arc::clone(self), client, _permit: permit })
    }

    /// Answers a connection that has no place, without reading its request. It is closed at once where many are refused.
    pub fn refuse(&self, mut stream: TcpStream) {
        // The buffer of a new socket is empty: the answer fits, or the client has gone.
        let is_told = stream.try_write(REFUSAL).is_ok();
        if let Some(permit) = Arc::clone(&self.lingering).try_acquire_owned().ok().filter(|_| is_told) {
            tokio::spawn(async move {
                // Closing a socket with unread bytes would reset it, and the client would not see the answer.
                let _ = socket2::SockRef::from(&stream).shutdown(std::net::Shutdown::Write);
                let mut unread = [0; 1024];
                let drained = async { while stream.read(&mut unread).await.is_ok_and(|read| read > 0) {} };
                let _ = timeout(LINGER_TIMEOUT, drained).await;
                drop(permit);
            });
        }
    }

    /// Waits until no connection is left.
    pub async fn all_ended(&self) {
        let total = u32::try_from(self.total).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _ = self.free.acquire_many(total).await;
    }

    fn held(&self) -> MutexGuard<'_, HashMap<ClientKey, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.connections.held();
        if let Some(held) = all.get_mut(&self.client) {
            *held -= 1;
            if *held == 0 {
                all.remove(&self.client);
            }
        }
    }
}

/// Raises the limit of open files as far as it goes: many systems start a service with 1024. To be called before the server
/// tells that it listens.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// How many connections the system has room for.
pub fn max_connections() -> usize {
    // No limit at all is `None`.
    let files = getrlimit(Resource::Nofile).current;
    let files = files.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    files.saturating_sub(RESERVED_FILES).clamp(MIN_CONNECTIONS, MAX_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(connections: &Arc<Connections>, peer: &str) -> Vec<Place> {
        let peer = peer.parse().expect("an address");
        std::iter::from_fn(|| connections.admit(peer)).collect()
    }

    #[test]
    fn no_client_takes_all_connections() {
        let connections = Connections::new(1000);
        let first = fill(&connections, "192.0.2.1");
        assert_eq!(first.len(), 500);
        // A /64 is one client, whichever of its addresses it uses.
        let mut network = fill(&connections, "2001:db8::1");
        assert_eq!(network.len(), 250);
        network.extend(fill(&connections, "2001:db8::2"));
        assert_eq!(network.len(), 250);
        let proxy = fill(&connections, "127.0.0.1");
        assert_eq!(proxy.len(), 219);
        let other = connections.admit([192, 0, 2, 2].into());
        assert!(other.is_some());
        drop((first, network, proxy, other));
        assert_eq!(connections.free.available_permits(), 1000);
        assert!(connections.held().is_empty());
    }

    #[test]
    fn a_proxy_on_this_machine_has_nearly_all() {
        let connections = Connections::new(4096);
        let proxy = fill(&connections, "127.0.0.1");
        assert_eq!(proxy.len(), 3584);
        assert!(connections.admit([192, 0, 2, 2].into()).is_some());
        assert!(connections.admit([127, 0, 0, 2].into()).is_some());
    }

    #[test]
    fn the_refusal_says_its_length() {
        let text = std::str::from_utf8(REFUSAL).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
        assert!(!head.contains("\r\n ") && !head.contains('\t'));
    }
}
