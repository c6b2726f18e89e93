//! `fmdb export`.

use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Global, output};
use crate::app::App;
use crate::dump::ExportFormat;
use crate::files::{Access, Output, Target};
use crate::flows::{self, export::ExportError};

#[derive(Debug, Args)]
pub struct Options {
    /// How it is written
    #[arg(long, value_name = "FORMAT", env = "FMDB_FORMAT", default_value = "json")]
    format: Format,
    /// Where to; stdout if none is named
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Jsonl,
    Csv,
}

pub fn run(global: &Global, options: &Options) -> anyhow::Result<ExitCode> {
    let app = global.open_existing()?;
    let format = match options.format {
        Format::Json => ExportFormat::Json,
        Format::Jsonl => ExportFormat::Jsonl,
        Format::Csv => ExportFormat::Csv,
    };
    let protected = global.protected();
    let Some(file) = options.file.as_deref().filter(|file| file.as_os_str() != "-") else {
        protected.check_stdout()?;
        write(&app, format, stdout().lock(), "stdout")?;
        return Ok(ExitCode::SUCCESS);
    };
    let name = format!("`{}`", file.display());
    let to = || format!("{name} cannot be written");
    let target = protected.check(file)?;
    let mut output = Output::open(&target, Access::Umask).with_context(to)?;
    let movies = write(&app, format, &mut output, &name)?;
    output.finish().with_context(to)?;
    // Where the movies went to a device, that may be stdout.
    if matches!(target, Target::Device(_)) {
        output::note(&format!("{movies} movies are written to {name}"));
    } else if global.json {
        output::json(&json!({"movies": movies, "file": file.display().to_string()}))?;
    } else {
        output::line(&format!("{movies} movies are in {name}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes all movies; gives their number. A reader of a pipe that goes away is told from other failures by `cli`.
fn write(app: &App, format: ExportFormat, output: impl Write, name: &str) -> anyhow::Result<u64> {
    match flows::export::run(app, format, BufWriter::new(output)) {
        Ok(movies) => Ok(movies),
        Err(ExportError::Output(error)) => Err(error).with_context(|| format!("{name} cannot be written")),
        Err(ExportError::Store(error)) => Err(error.into()),
    }
}
