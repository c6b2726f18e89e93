//! `fmdb import`: the options, the progress bar, the rejects and the report.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Global, SOME_REJECTED, output};
use crate::app::App;
use crate::dump::{Format, Rejected};
use crate::flows::follow;
use crate::flows::import::{self, ImportError, Watch};
use crate::flows::import_posters::{Folder, PassedOver};

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
    let folder = options.posters.as_deref().map(Folder::open).transpose()?;
    let app = Arc::new(global.open()?);
    // A server of the same database may be answering meanwhile.
    follow::give_way();
    let mut telling = Telling::new(options.rejects.as_deref())?;
    let how = import::Options { format: options.format.0, dry_run: options.dry_run, strict: options.strict };
    let outcome = followed(&app, || {
        let mut report = import::run(&app, &options.files, how, &mut telling)?;
        let import = |folder: Folder| folder.import(&app, how.dry_run, |passed| telling.passed_over(passed));
        report.posters = folder.map(import).transpose()?.map(Box::new);
        Ok(report)
    })?;
    telling.close()?;
    let report = match outcome {
        Ok(report) => report,
        Err(error @ ImportError::Dump { .. }) => {
            if let ImportError::Dump { report, .. } = &error
                && !report.files.is_empty()
            {
                output::note(&report.to_string());
            }
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    if global.json {
        output::json(&report)?;
    } else {
        output::line(&report.to_string())?;
    }
    Ok(if report.has_rejected() { ExitCode::from(SOME_REJECTED) } else { ExitCode::SUCCESS })
}

/// Works while a follower brings the index along; afterwards the index holds what was stored, unless another process
/// writes it, which then follows by itself.
fn followed<T>(app: &Arc<App>, work: impl FnOnce() -> T) -> anyhow::Result<T> {
    let follower = follow::spawn_unseen(Arc::clone(app)).context("no thread for the search index")?;
    let done = work();
    app.following.stop();
    if follower.join().is_err() {
        anyhow::bail!("the search index failed; run `fmdb reindex`");
    }
    follow::catch_up_unseen(app)?;
    app.index.close();
    app.store.checkpoint()?;
    Ok(done)
}

/// Rejected rows told on stderr where no file is named for them.
const MOST_TOLD: u64 = 20;

/// Tells how it goes: a progress bar on a terminal, rejected rows to their file or to stderr.
struct Telling {
    bar: Option<(ProgressBar, Arc<AtomicU64>)>,
    rejects: Option<BufWriter<File>>,
    rejected: u64,
}

impl Telling {
    fn new(rejects: Option<&Path>) -> anyhow::Result<Self> {
        let create = |file: &Path| {
            File::create(file).with_context(|| format!("the rejects file `{}` cannot be written", file.display()))
        };
        let rejects = rejects.map(create).transpose()?.map(BufWriter::new);
        Ok(Self { bar: None, rejects, rejected: 0 })
    }

    /// A picture that was not used: a line each, to the file of the rejects or to stderr.
    fn passed_over(&mut self, passed: &PassedOver) -> std::io::Result<()> {
        if let Some(rejects) = &mut self.rejects {
            serde_json::to_writer(&mut *rejects, passed)?;
            return rejects.write_all(b"\n");
        }
        output::note(&format!("`{}`: {}", passed.file, passed.reason));
        Ok(())
    }

    fn close(self) -> anyhow::Result<()> {
        if let Some(mut rejects) = self.rejects {
            rejects.flush().context("the rejects file cannot be written")?;
        } else if self.rejected > MOST_TOLD {
            output::note(&format!("and {} rows more; `--rejects FILE` keeps them all", self.rejected - MOST_TOLD));
        }
        Ok(())
    }
}

impl Watch for Telling {
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
        if self.rejected <= MOST_TOLD {
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
