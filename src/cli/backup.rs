//! `fmdb backup` and `fmdb restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{Global, output};
use crate::app::ServerLock;
use crate::store::Store;

#[derive(Debug, Args)]
pub struct BackupOptions {
    /// The copy; one of the same name is replaced
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// The backup
    file: PathBuf,
}

pub fn backup(global: &Global, options: &BackupOptions) -> anyhow::Result<ExitCode> {
    let app = global.open_existing()?;
    app.store
        .backup(&options.file)
        .with_context(|| format!("no backup was written to `{}`", options.file.display()))?;
    let movies = app.store.count_movies()?;
    report(global, movies, &format!("`{}` holds a copy of {movies} movies", options.file.display()))
}

pub fn restore(global: &Global, options: &RestoreOptions) -> anyhow::Result<ExitCode> {
    let db = global.db.display();
    let _lock = ServerLock::take(&global.db)
        .with_context(|| format!("`{db}` is not replaced; stop the server that uses it first"))?;
    Store::restore(&options.file, &global.db).with_context(|| format!("`{db}` is left as it was"))?;
    let app = global.open()?;
    crate::flows::follow::catch_up(&app)?;
    app.index.close();
    let movies = app.store.count_movies()?;
    report(global, movies, &format!("`{db}` is restored: {movies} movies"))
}

fn report(global: &Global, movies: u64, text: &str) -> anyhow::Result<ExitCode> {
    if global.json {
        output::json(&json!({"movies": movies}))?;
    } else {
        output::line(text)?;
    }
    Ok(ExitCode::SUCCESS)
}
