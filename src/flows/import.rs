//! Loading dumps: a thread reads and checks rows, this one stores them in batches, the follower indexes them
//! meanwhile. A bad row is one line of the report; what is stored before a failure stays, unless it is all or nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::FlowError;
use crate::app::App;
use crate::dump::{self, Dump, DumpError, FileReport, Format, Rejected, Report};
use crate::model::{MovieDraft, RawMovie};
use crate::store::{FlaskDump, ImportMode, Importer, StoreError, Upserted};

/// How to import.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// What the files are; found by content where it is not said.
    pub format: Option<Format>,
    /// Report what would be done, and do nothing.
    pub dry_run: bool,
    /// Any bad row, and nothing is kept.
    pub strict: bool,
}

/// Why an import ended early.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read, or not any further; the rows before are kept.
    #[error("{error}{}", kept(.report))]
    Dump {
        /// What is wrong with the file.
        error: DumpError,
        /// What was done before.
        report: Report,
    },
    /// Rows were rejected, and so nothing was kept.
    #[error("{} of {} rows are bad, so nothing was kept; mend them, or import without `--strict`", .0.rejected(), .0.read())]
    Strict(Report),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The pictures of a folder.
    #[error(transparent)]
    Posters(#[from] super::import_posters::PostersError),
    /// The rejects cannot be written.
    #[error("the rejected rows cannot be written: {0}")]
    Rejects(std::io::Error),
}

fn kept(report: &Report) -> String {
    match report.files.iter().map(|file| file.added + file.updated).sum::<u64>() {
        0 => String::new(),
        1 => " (the movie that came before it is kept)".to_owned(),
        kept => format!(" (the {kept} movies that came before it are kept)"),
    }
}

/// Who is told how it goes.
pub trait Watch {
    /// A file of `size` bytes begins; `read` counts what has been read of it.
    fn begin(&mut self, _file: &str, _size: Option<u64>, _read: Arc<AtomicU64>) {}
    /// So many rows have been dealt with.
    fn rows(&mut self, _count: u64) {}
    /// A row could not be used.
    ///
    /// # Errors
    /// It cannot be written down; the import ends.
    fn rejected(&mut self, _rejected: &Rejected) -> std::io::Result<()> {
        Ok(())
    }
    /// A file is done.
    fn end(&mut self) {}
}

/// Nobody is told.
pub struct Unwatched;

impl Watch for Unwatched {}

/// Rows that the reading thread hands over at once.
const BATCH: usize = 2_000;
/// Batches that wait to be stored.
const WAITING: usize = 4;
/// Batches stored in one transaction, if so many wait: each rewrites much of the index of a large catalogue, and is
/// synced. Few enough that an edit waits for a fraction of a second.
const TOGETHER: usize = 8;

/// Imports files, in order. All are opened before anything is stored, so that a mistyped path changes nothing.
///
/// # Errors
/// See [`ImportError`]; rejected rows are no error unless `strict`.
pub fn run(app: &App, files: &[PathBuf], options: Options, watch: &mut dyn Watch) -> Result<Report, ImportError> {
    let open = |file: &PathBuf| dump::open(file, options.format);
    let dumps = files.iter().map(open).collect::<Result<Vec<_>, _>>();
    let dumps = dumps.map_err(|error| ImportError::Dump { error, report: Report::default() })?;
    load(app, dumps, options, watch)
}

/// Loads the sample catalogue if the database holds no movie; gives the number of movies added.
///
/// # Errors
/// The database failed.
pub fn sample(app: &App) -> Result<u64, FlowError> {
    if app.store.count_movies()? > 0 {
        return Ok(0);
    }
    let failed = |error: ImportError| FlowError::Failed(format!("the sample catalogue: {error}"));
    let dump = dump::embedded("sample.json", include_bytes!("../../data/sample.json"))
        .map_err(|error| FlowError::Failed(error.to_string()))?;
    let report = load(app, vec![dump], Options::default(), &mut Unwatched).map_err(failed)?;
    let head = app.store.head()?;
    app.following.wake();
    app.following.wait_for(head, std::time::Duration::from_secs(5));
    Ok(report.files.iter().map(|file| file.added).sum())
}

fn load(app: &App, dumps: Vec<Dump>, options: Options, watch: &mut dyn Watch) -> Result<Report, ImportError> {
    let started = Instant::now();
    let mode = match options {
        Options { dry_run: true, .. } => ImportMode::DryRun,
        Options { strict: true, .. } => ImportMode::AllOrNothing,
        Options { .. } => ImportMode::Batches,
    };
    let mut report = Report::default();
    let mut importer = app.store.importer(mode)?;
    for dump in dumps {
        let mut file = FileReport {
            file: dump.file().to_owned(),
            format: dump.format().name().to_owned(),
            ..FileReport::default()
        };
        watch.begin(&file.file, dump.size(), dump.progress());
        importer.next_dump();
        let loaded = load_file(app, &mut importer, dump, &mut file, watch);
        watch.end();
        report.files.push(file);
        report.seconds = started.elapsed().as_secs_f64();
        match loaded {
            Ok(()) => {}
            Err(Ended::Dump(error)) => return Err(ended(error, report, mode)),
            Err(Ended::Store(error)) => return Err(error.into()),
            Err(Ended::Rejects(error)) => return Err(ImportError::Rejects(error)),
        }
    }
    if options.strict && report.rejected() > 0 {
        return Err(ImportError::Strict(report));
    }
    importer.finish()?;
    app.following.wake();
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// A dump that ends badly; where all or nothing was asked for, nothing is kept.
fn ended(error: DumpError, report: Report, mode: ImportMode) -> ImportError {
    let report = if matches!(mode, ImportMode::Batches) { report } else { Report::default() };
    ImportError::Dump { error, report }
}

/// What ends a file early.
enum Ended {
    Dump(DumpError),
    Store(StoreError),
    Rejects(std::io::Error),
}

/// What the reading thread hands over.
enum Read {
    Batch(Vec<Result<MovieDraft, Rejected>>),
    Failed(DumpError),
}

fn load_file(
    app: &App,
    importer: &mut Importer<'_>,
    dump: Dump,
    report: &mut FileReport,
    watch: &mut dyn Watch,
) -> Result<(), Ended> {
    let (sender, batches) = bounded(WAITING);
    thread::scope(|scope| {
        scope.spawn(move || read(dump, &sender));
        store(app, importer, &batches, report, watch)
    })
}

fn store(
    app: &App,
    importer: &mut Importer<'_>,
    batches: &Receiver<Read>,
    report: &mut FileReport,
    watch: &mut dyn Watch,
) -> Result<(), Ended> {
    while let Ok(first) = batches.recv() {
        let mut rows = Vec::with_capacity(TOGETHER * BATCH);
        let mut failed = None;
        for batch in std::iter::once(first).chain(batches.try_iter()).take(TOGETHER) {
            match batch {
                Read::Batch(mut batch) => rows.append(&mut batch),
                Read::Failed(error) => failed = Some(error),
            }
        }
        let count = rows.len() as u64;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Ok(draft) => drafts.push(draft),
                Err(rejected) => {
                    report.rejected += 1;
                    watch.rejected(&rejected).map_err(Ended::Rejects)?;
                }
            }
        }
        for outcome in importer.upsert(drafts).map_err(Ended::Store)? {
            match outcome {
                Upserted::Added => report.added += 1,
                Upserted::Updated => report.updated += 1,
                Upserted::Unchanged => report.unchanged += 1,
            }
        }
        report.read += count;
        app.following.wake();
        watch.rows(count);
        if let Some(error) = failed {
            return Err(Ended::Dump(error));
        }
    }
    Ok(())
}

/// Reads and checks a dump, batch by batch, until it ends or nobody listens any more.
fn read(dump: Dump, sender: &Sender<Read>) {
    let mut batch = Vec::with_capacity(BATCH);
    let outcome = each_row(dump, |row| {
        batch.push(row);
        batch.len() < BATCH
            || sender.send(Read::Batch(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))).is_ok()
    });
    // Nobody listens once storing has failed, and that failure is told by whoever stopped listening.
    let _ = sender.send(Read::Batch(batch));
    if let Err(error) = outcome {
        let _ = sender.send(Read::Failed(error));
    }
}

/// Calls `take` for each row until it says stop.
fn each_row(dump: Dump, mut take: impl FnMut(Result<MovieDraft, Rejected>) -> bool) -> Result<(), DumpError> {
    let file = dump.file().to_owned();
    let rejected = |line, reason, record| Rejected { file: file.clone(), line, reason, record };
    if let Some(path) = dump.database() {
        let rows = flask_rows(path, &file)?;
        for (line, raw) in rows {
            let draft = dump::draft(&raw).map_err(|errors| rejected(line, errors.to_string(), format!("{raw:?}")));
            if !take(draft) {
                break;
            }
        }
        return Ok(());
    }
    for record in dump.records()? {
        let record = record?;
        let draft = match &record.raw {
            Ok(raw) => dump::draft(raw).map_err(|errors| errors.to_string()),
            Err(reason) => Err(reason.clone()),
        };
        if !take(draft.map_err(|reason| rejected(record.line, reason, record.text()))) {
            break;
        }
    }
    Ok(())
}

/// The rows of an old app's file, which fits into memory: it was a table of a few hundred movies.
fn flask_rows(path: &Path, file: &str) -> Result<Vec<(u64, RawMovie)>, DumpError> {
    let failed = |error: StoreError| DumpError { file: file.to_owned(), line: None, what: error.to_string() };
    let dump = FlaskDump::open(path).map_err(failed)?;
    dump.rows().map_err(failed)
}
