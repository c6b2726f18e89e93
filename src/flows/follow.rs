//! The index follows the store: read what is newer, end that read, apply, commit, show. Start-up, a crash, an import
//! by another process, a restored backup and an index deleted by hand are all this one case.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::FlowError;
use super::verify::Verification;
use crate::app::{App, Readiness};
use crate::index::{Batch, IndexError, Position};
use crate::model::MovieId;
use crate::store::{Cursor, StoreError};

/// Movies read and applied at once.
const PAGE: usize = 2_000;
/// Movies after which a long catch-up commits, so that a kill does not start it over.
const COMMIT_EVERY: usize = 250_000;
/// How often the follower looks for changes of other processes.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// After so many looks that found nothing the index is put in order.
const MERGE_DELAY: u32 = 8;
/// While an import goes on, what it adds is shown this often: each commit is a segment and a new view for searches.
const SHOWN_EVERY: Duration = Duration::from_secs(1);
/// How long a follower that has caught up with an import waits for more of it.
const BULK_PAUSE: Duration = Duration::from_millis(30);

/// Follows on a thread of its own until `Following::stop`; join the handle to wait for the index to be closed.
///
/// # Errors
/// The system gives no thread.
pub fn spawn(app: Arc<App>) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("follower".to_owned()).spawn(move || {
        lower_priority();
        let (mut quiet, mut settling) = (0_u32, false);
        let mut failures = Failures::default();
        let mut warming = Prewarming::default();
        let mut verification = Verification::default();
        loop {
            match advance(&app, Seen::Yes) {
                Ok(moved) => {
                    quiet = if moved { 0 } else { quiet + 1 };
                    failures.end();
                }
                Err(error) => failures.note(&app, &error),
            }
            if quiet == MERGE_DELAY || settling && quiet > 0 && quiet % MERGE_DELAY == 0 {
                settling = app.index.merge_segments().unwrap_or_else(|error| {
                    tracing::warn!(%error, "the search index was not put in order");
                    false
                });
            }
            if quiet > 0 && failures.is_none() {
                warming.start(&app);
                verification.start(&app);
            }
            if !app.following.wait_for_work(failures.rest()) {
                break;
            }
        }
        warming.end();
        verification.end();
        app.index.close();
    })
}

/// The times that the follower has failed since it last succeeded.
#[derive(Default)]
struct Failures {
    count: u32,
    /// Those for which neither a full disk nor another process is to blame.
    unexplained: u32,
    told: Option<Instant>,
}

/// What goes on failing is told again after this time.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// After so many failures that nothing explains, the index is started over.
const MAX_UNEXPLAINED: u32 = 3;

impl Failures {
    fn note(&mut self, app: &App, error: &FollowError) {
        self.count += 1;
        app.following.fail();
        if self.told.is_none_or(|told| told.elapsed() > TOLD_EVERY) {
            tracing::warn!(%error, "the search index could not follow; trying again");
            self.told = Some(Instant::now());
        }
        let is_unexplained = matches!(error, FollowError::Index(IndexError::Failed(_)));
        self.unexplained += u32::from(is_unexplained);
        if self.unexplained >= MAX_UNEXPLAINED && app.following.damage() {
            tracing::error!("the search index cannot be written and is built anew");
            self.unexplained = 0;
        }
    }

    fn end(&mut self) {
        if self.count > 0 {
            tracing::info!("the search index follows again");
        }
        *self = Self::default();
    }

    fn is_none(&self) -> bool {
        self.count == 0
    }

    /// How long to wait for work: longer after each failure, up to four seconds.
    fn rest(&self) -> Duration {
        POLL_INTERVAL * 2_u32.pow(self.count.min(4))
    }
}

/// Prepares what the first visitors of a new view would wait for, on a thread of its own: it can take seconds after a
/// merge, and edits wait for the follower.
#[derive(Default)]
struct Prewarming {
    /// The view that was warmed last.
    revision: Option<u64>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Prewarming {
    fn start(&mut self, app: &Arc<App>) {
        let revision = app.index.revision();
        if self.revision == Some(revision) || self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        self.end();
        let app = Arc::clone(app);
        let warm = move || {
            if let Err(error) = app.index.prewarm() {
                tracing::warn!(%error, "the search index could not be warmed");
            }
        };
        // Without a thread to be had the first visitors wait.
        self.thread = thread::Builder::new().name("warming".to_owned()).spawn(warm).ok();
        self.revision = Some(revision);
    }

    fn end(&mut self) {
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("warming the search index failed");
        }
    }
}

/// Lets this thread and those that it will start run after others where there are not enough processors: visitors of the
/// site come before imports and the making of the index.
pub fn lower_priority() {
    #[cfg(unix)]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the priority was not lowered");
    }
}

/// A fifth of the time of whoever is in the way, so that edits, which wait for the index, are not forgotten.
#[cfg(unix)]
const NICE: i32 = 7;

/// Follows as [`spawn`] does, in a process that does not search: what the index shows is not loaded, which saves an
/// import much of its memory.
///
/// # Errors
/// The system gives no thread.
pub fn spawn_unseen(app: Arc<App>) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("follower".to_owned()).spawn(move || {
        let mut failures = Failures::default();
        loop {
            match advance(&app, Seen::No) {
                Ok(_) => failures.end(),
                Err(error) => failures.note(&app, &error),
            }
            if !app.following.wait_for_work(failures.rest()) {
                break;
            }
        }
    })
}

/// Whether this process searches the index that it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Yes,
    No,
}

/// Why the index cannot follow.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl From<FollowError> for FlowError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Store(error) => error.into(),
            FollowError::Index(error) => error.into(),
        }
    }
}

/// Brings the index up to the store; where another process writes the index, shows what it has committed.
///
/// # Errors
/// The store cannot be read or the index not be written.
pub fn catch_up(app: &App) -> Result<(), FlowError> {
    Ok(advance(app, Seen::Yes).map(drop)?)
}

/// As [`catch_up`], but in a process that does not search.
///
/// # Errors
/// As [`catch_up`].
pub fn catch_up_unseen(app: &App) -> Result<(), FlowError> {
    Ok(advance(app, Seen::No).map(drop)?)
}

/// Makes this process the writer of the index if no other one is, and starts a damaged index over; says whether this one
/// is the writer now.
///
/// # Errors
/// The index cannot be opened or written.
pub(super) fn become_writer(app: &App) -> Result<bool, IndexError> {
    if app.following.readiness() != Readiness::Damaged {
        return app.index.become_writer();
    }
    let started = app.index.start_over();
    match started {
        Ok(()) => {
            app.following.start_building();
            Ok(true)
        }
        // The other process may have built it anew.
        Err(IndexError::Held) => {
            app.index.reopen()?;
            app.following.start_building();
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// As [`catch_up`]; says whether there was anything new.
fn advance(app: &App, seen: Seen) -> Result<bool, FollowError> {
    // The look tells of damage, and then the index is started over.
    let _ = app.index.inspect();
    let epoch = app.store.epoch()?;
    if !become_writer(app)? {
        // Before the commit is loaded, since the next one may come at any time.
        let position = app.index.position()?;
        if seen == Seen::Yes {
            app.index.reload()?;
        }
        if position.epoch == epoch {
            app.following.publish(position.rev, position.rev >= app.store.head()?);
        }
        return Ok(true);
    }
    let mut position = app.index.position()?;
    let head = app.store.head()?;
    if position.epoch != epoch || position.rev > head {
        tracing::info!(head, "building the search index");
        app.following.start_building();
        app.index.clear()?;
        position = Position { epoch, ..Position::default() };
    } else if position.rev == head && position.id == i64::MAX {
        app.following.publish(head, true);
        return Ok(false);
    }
    follow_from(app, position, seen)?;
    Ok(true)
}

fn follow_from(app: &App, mut position: Position, seen: Seen) -> Result<(), FollowError> {
    let mut uncommitted = 0;
    let mut shown = Instant::now();
    let mut first = true;
    loop {
        if app.following.readiness() == Readiness::Damaged {
            return Err(IndexError::Damaged("found while it was followed".to_owned()).into());
        }
        let cursor = Cursor { rev: position.rev, id: MovieId(position.id) };
        let changes = app.store.changes_after(cursor, PAGE)?;
        if std::mem::take(&mut first) {
            app.index.load(!changes.complete);
        }
        let held = (position.rev, position.id);
        app.index.apply(&Batch { deleted: &changes.deleted, changed: &changes.changed, held })?;
        uncommitted += changes.changed.len();
        if changes.complete {
            position.rev = changes.head;
            position.id = i64::MAX;
        } else if let Some(last) = changes.changed.last() {
            position.rev = last.rev;
            position.id = last.id.0;
        }
        // An import's next batch is about to come; single edits are shown at once.
        if changes.complete && uncommitted >= PAGE && !changes.changed.is_empty() && shown.elapsed() < SHOWN_EVERY {
            std::thread::sleep(BULK_PAUSE);
            continue;
        }
        if changes.complete || uncommitted >= COMMIT_EVERY {
            match seen {
                Seen::Yes => app.index.commit(&position)?,
                Seen::No => app.index.commit_unseen(&position)?,
            }
            app.following.publish(if changes.complete { position.rev } else { position.rev - 1 }, changes.complete);
            uncommitted = 0;
            shown = Instant::now();
        }
        if changes.complete {
            return Ok(());
        }
    }
}
