//! The application: store, index and settings, and the only door from async to blocking work. It knows nothing of
//! what is done with them; that is in `flows`.

pub mod fair_semaphore;
mod following;
mod server_lock;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::fair_semaphore::FairSemaphore;
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

/// How much blocking work runs at once; what is more waits, and clients take turns.
const PERMITS: usize = 8;
/// How much of it may be of one client: the rest stays free for others.
const PERMITS_PER_CLIENT: usize = 6;
/// How much heavy work runs at once: imports, exports, pictures.
const HEAVY_PERMITS: usize = 2;
/// How much of it may be of one client.
const HEAVY_PERMITS_PER_CLIENT: usize = 1;

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
            permits: FairSemaphore::new(PERMITS, PERMITS_PER_CLIENT),
            heavy: FairSemaphore::new(HEAVY_PERMITS, HEAVY_PERMITS_PER_CLIENT),
        })
    }

    /// Runs blocking work for a client, at most [`PERMITS`] at once. What has begun is done to its end, also when the
    /// client has gone.
    ///
    /// # Panics
    /// Where `work` panics: the panic goes on in the caller, whose layer turns it into a 500. Outside a runtime of
    /// several threads.
    pub async fn blocking<T, F>(self: &Arc<Self>, client: ClientKey, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let app = Arc::clone(self);
        let permit = self.permits.acquire(client).await;
        tokio::task::block_in_place(move || {
            let outcome = work(&app);
            drop(permit);
            outcome
        })
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
        let app = Arc::clone(self);
        let permit = self.heavy.acquire(client).await;
        tokio::task::block_in_place(move || {
            let outcome = work(&app);
            drop(permit);
            outcome
        })
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
