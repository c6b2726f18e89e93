//! `fmdb export`.

use std::fs::File;
use std::io::{BufWriter, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Global, output};
use crate::dump::ExportFormat;
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
    let Some(file) = options.file.as_deref().filter(|file| file.as_os_str() != "-") else {
        // The bare error tells `cli` that the reader has gone away, which is an end like any other.
        return match flows::export::run(&app, format, BufWriter::new(stdout().lock())) {
            Ok(_) => Ok(ExitCode::SUCCESS),
            Err(ExportError::Output(error)) => Err(error.into()),
            Err(ExportError::Store(error)) => Err(error.into()),
        };
    };
    let to = || format!("`{}` cannot be written", file.display());
    let created = File::create(file).with_context(to)?;
    let movies = flows::export::run(&app, format, BufWriter::new(&created)).with_context(to)?;
    created.sync_all().with_context(to)?;
    if global.json {
        output::json(&json!({"movies": movies, "file": file.display().to_string()}))?;
    } else {
        output::line(&format!("{movies} movies are in `{}`", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
