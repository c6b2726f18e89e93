//! Loading dumps: a thread reads and checks rows, this one stores them in batches, the follower indexes them
//! meanwhile. A bad row is one line of the report; what is stored before a failure stays, unless it is all or nothing. A
//! file that cannot be read does not keep the others from being read.

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
use crate::store::{FlaskDump, ImportMode, Importer, Outcomes, StoreError};

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

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Files could not be read, or not to their end; the text names them.
    #[error("{0}")]
    Dump(String),
    /// Rows were rejected, and so nothing was kept.
    #[error("{rejected} of {read} rows are bad, so nothing was kept; mend them, or import without `--strict`")]
    Strict {
        /// The bad rows.
        rejected: u64,
        /// All rows.
        read: u64,
    },
    /// The database failed.
    #[error("{}{}", .0, kept(*.1))]
    Store(StoreError, u64),
    /// The pictures of a folder.
    #[error(transparent)]
    Posters(#[from] super::import_posters::PostersError),
    /// The rejects cannot be written.
    #[error("the rejected rows cannot be written: {}{}", .0, kept(*.1))]
    Rejects(std::io::Error, u64),
}

/// What is kept of the movies that were stored before a failure.
fn kept(movies: u64) -> String {
    match movies {
        0 => String::new(),
        1 => " (the movie that came before it is kept)".to_owned(),
        kept => format!(" (the {kept} movies that came before it are kept)"),
    }
}

/// Who is told how it goes.
pub trait ImportObserver {
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
pub struct NoObserver;

impl ImportObserver for NoObserver {}

/// Rows that the reading thread hands over at once.
const BATCH: usize = 2_000;
/// Batches that wait to be stored.
const WAITING: usize = 4;
/// Batches stored in one transaction, if so many wait: each rewrites much of the index of a large catalogue, and is
/// synced. Few enough that an edit waits for a fraction of a second.
const TOGETHER: usize = 8;

/// Imports files, in order; all are opened first. A file that cannot be read has its `error` in the report, and the others
/// are read, unless `strict`. The report is whole also where the import failed: it tells what was done until then.
///
/// # Errors
/// See [`ImportError`]; rejected rows are no error unless `strict`.
pub fn run(
    app: &App,
    files: &[PathBuf],
    options: Options,
    watch: &mut dyn ImportObserver,
) -> (Report, Result<(), ImportError>) {
    let dumps = files.iter().map(|file| dump::open(file, options.format)).collect();
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
    let (report, loaded) = load(app, vec![Ok(dump)], Options::default(), &mut NoObserver);
    loaded.map_err(failed)?;
    let head = app.store.head()?;
    app.following.wake();
    app.following.wait_for(head, std::time::Duration::from_secs(5));
    Ok(report.files.iter().map(|file| file.added).sum())
}

fn load(
    app: &App,
    dumps: Vec<Result<Dump, DumpError>>,
    options: Options,
    watch: &mut dyn ImportObserver,
) -> (Report, Result<(), ImportError>) {
    let started = Instant::now();
    let mut report = Report::default();
    report.files.extend(dumps.iter().map(begun));
    let loaded = load_files(app, dumps, options, watch, &mut report.files);
    report.seconds = started.elapsed().as_secs_f64();
    if let Err(error) = &loaded {
        report.error = Some(error.to_string());
    }
    (report, loaded)
}

/// The report of a file of which nothing is read yet.
fn begun(dump: &Result<Dump, DumpError>) -> FileReport {
    match dump {
        Ok(dump) => FileReport {
            file: dump.file().to_owned(),
            format: dump.format().name().to_owned(),
            ..FileReport::default()
        },
        Err(error) => FileReport {
            file: error.file.clone(),
            format: "unknown".to_owned(),
            error: Some(error.to_string()),
            ..FileReport::default()
        },
    }
}

fn load_files(
    app: &App,
    dumps: Vec<Result<Dump, DumpError>>,
    options: Options,
    watch: &mut dyn ImportObserver,
    reports: &mut [FileReport],
) -> Result<(), ImportError> {
    let mode = match options {
        Options { dry_run: true, .. } => ImportMode::DryRun,
        Options { strict: true, .. } => ImportMode::AllOrNothing,
        Options { .. } => ImportMode::Batches,
    };
    let is_whole = |reports: &[FileReport]| reports.iter().all(|file| file.error.is_none());
    if options.strict && !is_whole(reports) {
        return unread(reports, mode);
    }
    let stored = |reports: &[FileReport]| stored(reports, mode);
    let mut importer = app.store.importer(mode).map_err(|error| ImportError::Store(error, 0))?;
    for (position, dump) in dumps.into_iter().enumerate() {
        let (Ok(dump), Some(file)) = (dump, reports.get_mut(position)) else { continue };
        watch.begin(&file.file, dump.size(), dump.progress());
        let loaded = load_file(app, &mut importer, dump, file, watch);
        watch.end();
        let Err(ended) = loaded else { continue };
        file.error = Some(ended.to_string());
        let error = match ended {
            Ended::Dump(_) if options.strict => return unread(reports, mode),
            Ended::Dump(_) => continue,
            Ended::Store(error) => ImportError::Store(error, stored(reports)),
            Ended::Rejects(error) => ImportError::Rejects(error, stored(reports)),
        };
        for later in reports.iter_mut().skip(position + 1).filter(|file| file.error.is_none()) {
            later.error = Some("it was not read, since the import ended before".to_owned());
        }
        return Err(error);
    }
    let rejected = reports.iter().map(|file| file.rejected).sum();
    if options.strict && rejected > 0 {
        return Err(ImportError::Strict { rejected, read: reports.iter().map(|file| file.read).sum() });
    }
    importer.finish().map_err(|error| ImportError::Store(error, stored(reports)))?;
    app.following.wake();
    unread(reports, mode)
}

/// The movies that are kept whatever comes after them.
fn stored(reports: &[FileReport], mode: ImportMode) -> u64 {
    if mode == ImportMode::Batches { reports.iter().map(|file| file.added + file.updated).sum() } else { 0 }
}

/// Fails where files were not read, or not to their end.
fn unread(reports: &[FileReport], mode: ImportMode) -> Result<(), ImportError> {
    let failed: Vec<_> = reports.iter().filter_map(|file| Some((file, file.error.as_deref()?))).collect();
    let describe =
        |(file, error): &(&FileReport, &str)| format!("{error}{}", kept(stored(std::slice::from_ref(*file), mode)));
    if failed.is_empty() {
        return Ok(());
    }
    Err(ImportError::Dump(failed.iter().map(describe).collect::<Vec<_>>().join("; ")))
}

/// What ends a file early.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Dump(DumpError),
    #[error(transparent)]
    Store(StoreError),
    #[error("the rejected rows cannot be written: {0}")]
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
    watch: &mut dyn ImportObserver,
) -> Result<(), Ended> {
    let (reader, batches) = spawn_reader(report.file.clone(), move |sender| read(dump, sender)).map_err(Ended::Dump)?;
    let stored = store(app, importer, batches, report, watch);
    // Rows that waited for the end of the dump are kept also where it ended badly, as those before them are.
    if matches!(stored, Ok(()) | Err(Ended::Dump(_))) {
        count_in(report, importer.end_dump().map_err(Ended::Store)?);
        app.following.wake();
    }
    stored?;
    reader.end().map_err(Ended::Dump)
}

/// A thread that reads a file.
struct Reader {
    file: String,
    thread: thread::JoinHandle<()>,
}

/// Reads on a thread of its own, which is ahead of storing by [`WAITING`] batches. It ends when its receiver is dropped, and
/// nobody waits for it then: it may be waiting for a pipe.
fn spawn_reader(
    file: String,
    read: impl FnOnce(&Sender<Read>) + Send + 'static,
) -> Result<(Reader, Receiver<Read>), DumpError> {
    let (sender, batches) = bounded(WAITING);
    let spawned = thread::Builder::new().name("reader".to_owned()).spawn(move || read(&sender));
    match spawned {
        Ok(thread) => Ok((Reader { file, thread }, batches)),
        Err(error) => {
            Err(DumpError { file, line: None, what: format!("the system gives no thread to read it: {error}") })
        }
    }
}

impl Reader {
    /// Waits for the end of a reader whose receiver has seen all; a panic is an error of the file.
    fn end(self) -> Result<(), DumpError> {
        let what =
            "reading it failed inside fmdb, and the rest was not read; please report this with the file".to_owned();
        self.thread.join().map_err(|_| DumpError { file: self.file, line: None, what })
    }
}

/// Stores what is read. Takes the receiver, so that a failure here ends the reader.
#[expect(clippy::needless_pass_by_value, reason = "the receiver ends with this function")]
fn store(
    app: &App,
    importer: &mut Importer<'_>,
    batches: Receiver<Read>,
    report: &mut FileReport,
    watch: &mut dyn ImportObserver,
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
                    report.read += 1;
                    report.rejected += 1;
                    watch.rejected(&rejected).map_err(Ended::Rejects)?;
                }
            }
        }
        let stored = drafts.len() as u64;
        count_in(report, importer.upsert(drafts).map_err(Ended::Store)?);
        report.read += stored;
        app.following.wake();
        watch.rows(count);
        if let Some(error) = failed {
            return Err(Ended::Dump(error));
        }
    }
    Ok(())
}

fn count_in(report: &mut FileReport, outcomes: Outcomes) {
    report.added += outcomes.added;
    report.updated += outcomes.updated;
    report.unchanged += outcomes.unchanged;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_ends_with_its_receiver_and_its_panic_is_an_error() {
        let endless = |sender: &Sender<Read>| while sender.send(Read::Batch(Vec::new())).is_ok() {};
        let (reader, batches) = spawn_reader("endless.json".to_owned(), endless).expect("a thread");
        assert!(batches.recv().is_ok());
        drop(batches);
        assert_eq!(reader.end(), Ok(()));

        let (reader, batches) = spawn_reader("a.json".to_owned(), |_| panic!("a fault of a reader")).expect("a thread");
        assert!(batches.recv().is_err());
        let error = reader.end().expect_err("a panic").to_string();
        assert!(error.starts_with("`a.json`: reading it failed"), "{error}");
    }
}
