//! Verifies in the background that the index is what was written and holds what the database holds: after the start and
//! whenever its files were opened again. What differs leads to an index that is built anew.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::FlowError;
use super::maintenance::differences;
use crate::app::{App, Readiness};
use crate::model::{MovieId, Rev};

/// Up to so many movies all are compared, beyond a sample of them.
const MAX_COMPARED: u64 = 20_000;
/// Movies of the sample that were changed last, and movies from all over the catalog.
const SAMPLED: usize = 1_000;
/// Places of the catalog that the sample is taken from.
const PLACES: usize = 50;
/// How often what differs is compared again, since an edit may be under way.
const ATTEMPTS: usize = 10;
/// How long each time is waited for the index to follow.
const FOLLOW_TIMEOUT: Duration = Duration::from_secs(2);
/// What could not be verified is tried again after this time.
const RETRY_INTERVAL: Duration = Duration::from_secs(10);
/// An index that differs from the database is built anew at most so often in a row.
const MAX_REBUILDS: u32 = 2;

/// The verification of a running server.
#[derive(Default)]
pub struct Verification {
    /// The opening of the index that was verified last.
    verified: Option<u64>,
    thread: Option<thread::JoinHandle<Outcome>>,
    /// What could not be verified is tried again then.
    retry_at: Option<Instant>,
    rebuilds: u32,
}

impl Verification {
    /// Begins where the index was opened since the last time, is whole, and is this process's to mend.
    pub fn start(&mut self, app: &Arc<App>) {
        if self.thread.as_ref().is_some_and(thread::JoinHandle::is_finished) {
            self.end();
        }
        let opening = app.index.openings();
        let is_due = self.verified != Some(opening)
            && self.thread.is_none()
            && self.retry_at.is_none_or(|at| at <= Instant::now());
        if !is_due || !matches!(app.following.readiness(), Readiness::Whole(_)) || !app.index.is_writer() {
            return;
        }
        let (app, may_rebuild) = (Arc::clone(app), self.rebuilds < MAX_REBUILDS);
        let work = move || {
            lower_priority();
            verify(&app, opening, may_rebuild)
        };
        // Without a thread to be had it is tried again.
        self.thread = thread::Builder::new().name("verification".to_owned()).spawn(work).ok();
        self.verified = self.thread.as_ref().map(|_| opening);
    }

    /// Waits for the end of what was begun.
    pub fn end(&mut self) {
        match self.thread.take().map(thread::JoinHandle::join) {
            Some(Ok(Outcome::Sound)) => (self.rebuilds, self.retry_at) = (0, None),
            Some(Ok(Outcome::Damaged)) => self.rebuilds += 1,
            Some(Ok(Outcome::Unknown)) => {
                (self.verified, self.retry_at) = (None, Some(Instant::now() + RETRY_INTERVAL));
            }
            Some(Err(_)) => tracing::warn!("verifying the search index failed"),
            None => {}
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Sound,
    Damaged,
    Unknown,
}

/// Verifies, and tells of damage.
fn verify(app: &App, opening: u64, may_rebuild: bool) -> Outcome {
    let problem = match find_problem(app) {
        Ok(None) => {
            tracing::debug!("the search index is verified");
            return Outcome::Sound;
        }
        Ok(Some(problem)) => problem,
        Err(error) => {
            tracing::debug!(%error, "the search index could not be verified; it is tried again");
            return Outcome::Unknown;
        }
    };
    if app.following.is_stopped() || app.index.openings() != opening {
        return Outcome::Unknown;
    }
    if !may_rebuild {
        tracing::error!(
            problem,
            "the search index differs from the database although it was built anew; run `fmdb check`"
        );
    } else if app.following.damage() {
        tracing::error!(cause = problem, "the search index is damaged and is built anew");
    }
    Outcome::Damaged
}

/// Lets this thread run after all others.
fn lower_priority() {
    #[cfg(unix)]
    if let Err(error) = rustix::process::nice(19) {
        tracing::debug!(%error, "the priority was not lowered");
    }
}

fn find_problem(app: &App) -> Result<Option<String>, FlowError> {
    let damaged = app.index.damaged_files(|| !app.following.is_stopped())?;
    if let Some(file) = damaged.first() {
        return Ok(Some(format!("the checksum of `{}` is wrong", file.display())));
    }
    if let Some(problem) = compare_counts(app)? {
        return Ok(Some(problem));
    }
    if app.store.count_movies()? <= MAX_COMPARED {
        return compare_all(app);
    }
    compare_sample(app)
}

/// The movies of both, counted in one state; where changes come without a pause, they are not compared.
fn compare_counts(app: &App) -> Result<Option<String>, FlowError> {
    for _ in 0..ATTEMPTS {
        let head = app.store.head()?;
        if !app.following.wait_for(head, FOLLOW_TIMEOUT) {
            continue;
        }
        let revision = app.index.revision();
        let (stored, indexed) = (app.store.count_movies()?, app.index.count()?);
        if app.store.head()? != head || app.index.revision() != revision {
            continue;
        }
        let is_same = stored == indexed;
        return Ok((!is_same).then(|| format!("it holds {indexed} movies, the database {stored}")));
    }
    Ok(None)
}

/// Every movie with its rev.
fn compare_all(app: &App) -> Result<Option<String>, FlowError> {
    let (_, different) = differences(app)?;
    for (id, what) in different {
        if is_different(app, id)? {
            return Ok(Some(format!("movie {id} {what}")));
        }
    }
    Ok(None)
}

/// Movies that were changed last and movies from everywhere, with their revs.
fn compare_sample(app: &App) -> Result<Option<String>, FlowError> {
    let mut sample = app.store.revs_changed_last(SAMPLED)?;
    let last = app.store.last_movie_id()?.0;
    for place in 0..PLACES as i64 {
        if app.following.is_stopped() {
            return Ok(None);
        }
        let after = MovieId(last / PLACES as i64 * place);
        sample.extend(app.store.revs_after(after, SAMPLED / PLACES)?);
    }
    for page in sample.chunks(SAMPLED / PLACES) {
        let ids: Vec<MovieId> = page.iter().map(|(id, _)| *id).collect();
        for ((id, rev), held) in page.iter().zip(app.index.revs_of(&ids)?) {
            if held != [*rev] && is_different(app, *id)? {
                return Ok(Some(format!("movie {id} is not in it as it is in the database")));
            }
        }
    }
    Ok(None)
}

/// A movie differs also once the index has followed all changes that there were.
fn is_different(app: &App, id: MovieId) -> Result<bool, FlowError> {
    for _ in 0..ATTEMPTS {
        if app.following.is_stopped() || !app.following.wait_for(app.store.head()?, FOLLOW_TIMEOUT) {
            return Ok(false);
        }
        let stored: Vec<Rev> = app.store.movie(id)?.map(|movie| movie.rev).into_iter().collect();
        if app.index.revs_of(&[id])?.concat() == stored {
            return Ok(false);
        }
    }
    Ok(true)
}
