//! The application: store, index and settings, and the only door from async to blocking work. It knows nothing of
//! what is done with them; that is in `flows`.

pub mod fair_semaphore;
mod following;
mod server_lock;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::fair_semaphore::{FairSemaphore, Permit};
pub use self::following::{Following, Readiness};
pub use self::server_lock::ServerLock;
use crate::config::Config;
use crate::files;
use crate::index::{Index, IndexError};
use crate::model::ClientKey;
use crate::store::{Store, StoreError};

/// Everything that a request or a command needs.
pub struct App {
    /// The truth.
    pub store: Store,
    /// Its projection, for searching.
    pub index: Index,
    /// The settings.
    pub config: Config,
    /// How far the index has followed the store.
    pub following: Arc<Following>,
    permits: Arc<FairSemaphore>,
    write_permits: Arc<FairSemaphore>,
    heavy: Arc<FairSemaphore>,
}

/// What can keep an application from starting.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The search index.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// The least and the most blocking work that runs at once; between them two for each processor. What is more waits, and
/// clients take turns.
const PERMITS: RangeInclusive<usize> = 4..=16;
/// How many changes are under way at once. One may wait for another process's lock and then for the index, so changes have
/// permits of their own: reading never waits for them.
const WRITE_PERMITS: usize = 4;
/// How many of them may be of one client.
const WRITE_PERMITS_PER_CLIENT: usize = 3;
/// How much heavy work runs at once: imports, exports, pictures.
const HEAVY_PERMITS: usize = 2;
/// How much of it may be of one client.
const HEAVY_PERMITS_PER_CLIENT: usize = 1;

/// How much blocking work runs at once on this machine.
fn permits() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (2 * processors).clamp(*PERMITS.start(), *PERMITS.end())
}

/// The threads that a runtime needs for blocking work: one for each permit.
pub fn blocking_threads() -> usize {
    permits() + WRITE_PERMITS + HEAVY_PERMITS
}

impl App {
    /// Opens the database of the settings and its index.
    ///
    /// # Errors
    /// Either cannot be opened.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let store = Store::open(&config.db)?;
        let following = Arc::new(Following::default());
        let index = Index::open(&index_folder(&config.db), tell_damage(&following))?;
        Ok(Self {
            store,
            index,
            config,
            following,
            // A quarter stays free for others than the busiest client.
            permits: FairSemaphore::new(permits(), permits() * 3 / 4),
            write_permits: FairSemaphore::new(WRITE_PERMITS, WRITE_PERMITS_PER_CLIENT),
            heavy: FairSemaphore::new(HEAVY_PERMITS, HEAVY_PERMITS_PER_CLIENT),
        })
    }

    /// Runs blocking work for a client, at most [`permits`] at once. What has begun is done to its end, also when the
    /// client has gone.
    ///
    /// # Panics
    /// Where `work` panics: the panic goes on in the caller, whose layer turns it into a 500. Outside a runtime.
    pub async fn blocking<T, F>(self: &Arc<Self>, client: ClientKey, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let permit = self.permits.acquire(client).await;
        self.run(permit, work).await
    }

    /// Runs blocking work that changes something for a client, at most [`WRITE_PERMITS`] at once; all else is as with
    /// [`Self::blocking`].
    ///
    /// # Panics
    /// As [`Self::blocking`].
    pub async fn writing<T, F>(self: &Arc<Self>, client: ClientKey, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let permit = self.write_permits.acquire(client).await;
        self.run(permit, work).await
    }

    /// Runs blocking work that takes long for a client, at most [`HEAVY_PERMITS`] at once. It has permits of its own, so
    /// that a page never waits behind it; all else is as with [`Self::blocking`].
    ///
    /// # Panics
    /// As [`Self::blocking`].
    pub async fn heavy<T, F>(self: &Arc<Self>, client: ClientKey, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let permit = self.heavy.acquire(client).await;
        self.run(permit, work).await
    }

    /// Runs work on one of a few threads that stay: each thread has caches and buffers of its own, so the more threads
    /// come and go, the more memory is held.
    async fn run<T, F>(self: &Arc<Self>, permit: Permit, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let app = Arc::clone(self);
        // The permit comes back with the outcome: until then the thread is not free. It is given back as well where the
        // caller has gone.
        match tokio::task::spawn_blocking(move || (work(&app), permit)).await {
            Ok((outcome, _permit)) => outcome,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime ends, and this future with it.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Damage to the index is told once, however many find it, and wakes the follower.
fn tell_damage(following: &Arc<Following>) -> crate::index::OnDamage {
    let following = Arc::clone(following);
    Box::new(move |cause| {
        if following.damage() {
            tracing::error!(cause, "the search index is damaged and is built anew");
        }
    })
}

/// Where the search index of a database lives: `PATH.index/`, beside the file that the path resolves to.
pub fn index_folder(db: &Path) -> PathBuf {
    let mut folder = files::resolve(db).unwrap_or_else(|_| db.to_owned()).into_os_string();
    folder.push(".index");
    PathBuf::from(folder)
}
