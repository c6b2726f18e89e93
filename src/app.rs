//! The application: store, index and settings, and the only door from async to blocking work. It knows nothing of
//! what is done with them; that is in `flows`.

pub mod fair_semaphore;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::fair_semaphore::FairSemaphore;
use crate::config::Config;
use crate::index::{Index, IndexError};
use crate::model::{ClientKey, Rev};
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
    pub following: Following,
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
        let index = Index::open(&index_folder(&config.db))?;
        Ok(Self {
            store,
            index,
            config,
            following: Following::default(),
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

/// Where the search index of a database lives: `PATH.index/`.
pub fn index_folder(db: &Path) -> PathBuf {
    let mut folder = db.as_os_str().to_owned();
    folder.push(".index");
    PathBuf::from(folder)
}

/// The meeting point of those who change the catalogue and the one who brings the index up to it.
#[derive(Debug, Default)]
pub struct Following {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    indexed: Rev,
    ready: bool,
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

    /// Waits for work, at most `rest`; false once it is to end.
    pub fn wait_for_work(&self, rest: Duration) -> bool {
        let idle = |state: &mut State| !state.woken && !state.stopped;
        let (mut state, _) =
            self.moved.wait_timeout_while(self.state(), rest, idle).unwrap_or_else(PoisonError::into_inner);
        state.woken = false;
        !state.stopped
    }

    /// The index holds every change up to `rev`; with `ready`, all that there were.
    pub fn publish(&self, rev: Rev, ready: bool) {
        let mut state = self.state();
        state.indexed = rev;
        state.ready |= ready;
        self.moved.notify_all();
    }

    /// Waits until the index holds `rev`; false if it takes longer than `patience`.
    pub fn wait_for(&self, rev: Rev, patience: Duration) -> bool {
        let behind = |state: &mut State| state.indexed < rev && !state.stopped;
        let (state, _) =
            self.moved.wait_timeout_while(self.state(), patience, behind).unwrap_or_else(PoisonError::into_inner);
        state.indexed >= rev
    }

    /// The last change that the index holds.
    pub fn indexed(&self) -> Rev {
        self.state().indexed
    }

    /// The index has caught up once since the start, so that searches are whole.
    pub fn is_ready(&self) -> bool {
        self.state().ready
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by the one server of a database, so that a second one, or a restore, is refused. A file of its own beside
/// the database: opening and closing SQLite's own file would drop SQLite's locks. The system frees it when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct ServerLock(#[expect(dead_code, reason = "held, not read")] std::fs::File);

impl ServerLock {
    /// Takes the lock of a database: `PATH.lock`.
    ///
    /// # Errors
    /// Another process holds it, or the file cannot be made.
    pub fn take(db: &Path) -> std::io::Result<Self> {
        let mut path = db.as_os_str().to_owned();
        path.push(".lock");
        let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => {
                Err(std::io::Error::new(std::io::ErrorKind::WouldBlock, "a server holds this database"))
            }
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }
}
