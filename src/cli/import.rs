//! `fmdb import`: the options, the progress bar, the rejects and the report.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{FOLLOWER_TIMEOUT, Global, SOME_REJECTED, ends_within, output};
use crate::app::App;
use crate::dump::{Format, Rejected, Report};
use crate::files::{Access, Output, Target};
use crate::flows::follow;
use crate::flows::import::{self, ImportError, ImportObserver};
use crate::flows::import_posters::{Folder, SkippedFile};

#[derive(Debug, Args)]
pub struct Options {
    /// The dumps; `-` is stdin, `.gz` and `.zst` are read as they are
    #[arg(required_unless_present = "posters", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are: auto, fynd, json, csv or fmdb-flask
    #[arg(long, value_name = "FORMAT", env = "FMDB_FORMAT", default_value = "auto", value_parser = format)]
    format: Wanted,
    /// Report what would be done, and change nothing; edits elsewhere wait until it ends
    #[arg(long, env = "FMDB_DRY_RUN")]
    dry_run: bool,
    /// Keep nothing if any row is bad; edits elsewhere wait until it ends
    #[arg(long, env = "FMDB_STRICT")]
    strict: bool,
    /// Write rejected rows to this file as JSON lines; else the first 20 go to stderr
    #[arg(long, value_name = "FILE", env = "FMDB_REJECTS")]
    rejects: Option<PathBuf>,
    /// Then give movies the pictures of this folder: `tt0076759.jpg`, `tmdb-603.png`, `Title (1977).webp`
    #[arg(long, value_name = "FOLDER", env = "FMDB_POSTERS")]
    posters: Option<PathBuf>,
}

/// A format, or `auto`.
#[derive(Debug, Clone, Copy)]
struct Wanted(Option<Format>);

fn format(name: &str) -> Result<Wanted, String> {
    if name == "auto" { Ok(Wanted(None)) } else { name.parse().map(|format| Wanted(Some(format))) }
}

pub fn run(global: &Global, options: &Options) -> anyhow::Result<ExitCode> {
    let (mut report, outcome) = import(global, options);
    if let Err(error) = &outcome {
        report.error = Some(output::in_one_line(error));
    }
    if global.json {
        output::json(&report)?;
    } else if !report.is_empty() {
        output::line(&report.to_string())?;
    }
    outcome.map(|()| if report.has_rejected() { ExitCode::from(SOME_REJECTED) } else { ExitCode::SUCCESS })
}

/// Imports; gives the report of what was done also where it failed.
fn import(global: &Global, options: &Options) -> (Report, anyhow::Result<()>) {
    let begin = || {
        let folder = options.posters.as_deref().map(Folder::open).transpose()?;
        // Before the database is opened: a refusal changes nothing.
        let rejects = options.rejects.as_deref().map(|file| check_rejects(global, options, file)).transpose()?;
        let app = Arc::new(global.open()?);
        anyhow::Ok((folder, app, ImportReporter::new(rejects.as_ref())?))
    };
    let (folder, app, mut reporter) = match begin() {
        Ok(begun) => begun,
        Err(error) => return (Report::default(), Err(error)),
    };
    // A server of the same database may be answering meanwhile.
    follow::lower_priority();
    let mut report = Report::default();
    let imported = followed(&app, || {
        let how = import::Options { format: options.format.0, dry_run: options.dry_run, strict: options.strict };
        let (files, loaded) = import::run(&app, &options.files, how, &mut reporter);
        report = files;
        // A file that failed has nothing to do with the pictures.
        if !matches!(loaded, Ok(()) | Err(ImportError::Dump(_))) || options.strict && loaded.is_err() {
            return Ok(loaded?);
        }
        let give = |folder: Folder| folder.import(&app, how.dry_run, |passed| reporter.skipped_file(passed));
        report.posters = folder.map(give).transpose()?.map(Box::new);
        Ok(loaded?)
    });
    // The rows that were rejected until then are told whatever came after them.
    let told = reporter.close();
    (report, imported.and(told))
}

/// The rejects must not replace what the import reads or writes.
fn check_rejects(global: &Global, options: &Options, file: &Path) -> anyhow::Result<Target> {
    let mut protected = global.protected();
    for input in options.files.iter().chain(&options.posters) {
        protected.input(input);
    }
    Ok(protected.check(file)?)
}

/// Works while a follower brings the index along; afterwards the index holds what was stored, unless another process
/// writes it, which then follows by itself. An index that could not follow is told only where the work succeeded.
fn followed(app: &Arc<App>, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let follower = follow::spawn_unseen(Arc::clone(app)).context("no thread for the search index")?;
    let done = work();
    app.following.stop();
    // What made the work fail, a full disk for instance, may keep the follower as well.
    if done.is_err() && !ends_within(&follower, FOLLOWER_TIMEOUT) {
        return done;
    }
    let joined = follower.join().map_err(|_| anyhow::anyhow!("the search index failed; run `fmdb reindex`"));
    let followed = joined.and_then(|()| Ok(follow::catch_up_unseen(app)?));
    app.index.close();
    done.and(followed)?;
    Ok(app.store.checkpoint()?)
}

/// Rejected rows told on stderr where no file is named for them.
const MAX_TOLD: u64 = 20;

/// Tells how it goes: a progress bar on a terminal, rejected rows to their file or to stderr.
struct ImportReporter {
    bar: Option<(ProgressBar, Arc<AtomicU64>)>,
    rejects: Option<BufWriter<Output>>,
    rejected: u64,
}

impl ImportReporter {
    fn new(target: Option<&Target>) -> anyhow::Result<Self> {
        // The rows are personal data at times, such as a list of ratings.
        let open = |target: &Target| Output::open(target, Access::Private).context("the rejects cannot be written");
        let rejects = target.map(open).transpose()?.map(BufWriter::new);
        Ok(Self { bar: None, rejects, rejected: 0 })
    }

    /// A picture that was not used: a line each, to the file of the rejects or to stderr.
    fn skipped_file(&mut self, passed: &SkippedFile) -> std::io::Result<()> {
        if let Some(rejects) = &mut self.rejects {
            serde_json::to_writer(&mut *rejects, passed)?;
            return rejects.write_all(b"\n");
        }
        output::note(&format!("`{}`: {}", passed.file, passed.reason));
        Ok(())
    }

    fn close(self) -> anyhow::Result<()> {
        if let Some(rejects) = self.rejects {
            let finished = rejects.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(Output::finish);
            finished.context("the rejected rows cannot be written")?;
        } else if self.rejected > MAX_TOLD {
            output::note(&format!("and {} rows more; `--rejects FILE` keeps them all", self.rejected - MAX_TOLD));
        }
        Ok(())
    }
}

impl ImportObserver for ImportReporter {
    fn begin(&mut self, file: &str, size: Option<u64>, read: Arc<AtomicU64>) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let (bar, style) = match size {
            Some(size) => (ProgressBar::new(size), "{msg} {wide_bar} {bytes}/{total_bytes} {eta}"),
            None => (ProgressBar::new_spinner(), "{msg} {spinner} {bytes}"),
        };
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(file.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        self.bar = Some((bar, read));
    }

    fn rows(&mut self, _count: u64) {
        if let Some((bar, read)) = &self.bar {
            bar.set_position(read.load(Ordering::Relaxed));
        }
    }

    fn rejected(&mut self, rejected: &Rejected) -> std::io::Result<()> {
        self.rejected += 1;
        if let Some(rejects) = &mut self.rejects {
            serde_json::to_writer(&mut *rejects, rejected)?;
            return rejects.write_all(b"\n");
        }
        if self.rejected <= MAX_TOLD {
            let row = serde_json::to_string(rejected)?;
            match &self.bar {
                Some((bar, _)) => bar.suspend(|| output::note(&row)),
                None => output::note(&row),
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        if let Some((bar, _)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
