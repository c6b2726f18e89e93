//! The application: store, index and settings, and the only door from async to blocking work.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::Config;

/// Everything that a request or a command needs.
pub struct App {
    /// The settings.
    pub config: Config,
    doors: Semaphore,
}

/// How much blocking work runs at once; more waits its turn, in order.
const DOORS: usize = 16;

impl App {
    /// Runs blocking work on a thread of its own; at most [`DOORS`] at once.
    ///
    /// # Panics
    /// Where `work` panics: the panic goes on in the caller, whose layer turns it into a 500.
    pub async fn blocking<T, F>(self: &Arc<Self>, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let app = Arc::clone(self);
        let _door = self.doors.acquire().await;
        match tokio::task::spawn_blocking(move || work(&app)).await {
            Ok(result) => result,
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
}
