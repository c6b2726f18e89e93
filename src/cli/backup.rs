//! `fmdb backup` and `fmdb restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{Global, output};
use crate::app::ServerLock;
use crate::files::Target;
use crate::store::{Restored, Store};

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
    let to = || format!("no backup was written to `{}`", options.file.display());
    let is_empty = std::fs::metadata(&global.db).is_ok_and(|about| about.is_file() && about.len() == 0);
    anyhow::ensure!(!is_empty, "`{}` is an empty file, no database to copy; check --db", global.db.display());
    let app = global.open_existing()?;
    let target = match global.protected().check_backup(&options.file).with_context(to)? {
        Target::File(path) => path,
        Target::Device(path) => anyhow::bail!("`{}` is not a file; name one", path.display()),
    };
    app.store.backup(&target).with_context(to)?;
    let movies = app.store.count_movies()?;
    if global.json {
        output::json(&json!({"movies": movies}))?;
    } else {
        output::line(&format!("`{}` holds a copy of {movies} movies", options.file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub fn restore(global: &Global, options: &RestoreOptions) -> anyhow::Result<ExitCode> {
    let db = global.db.display();
    let as_before = || format!("`{db}` is left as it was");
    global.protected().check_input(&options.file).with_context(as_before)?;
    let _lock = ServerLock::take(&global.db)
        .with_context(|| format!("`{db}` is not replaced; stop the server that uses it first"))?;
    let Restored { tokens_kept, tokens_dropped } = Store::restore(&options.file, &global.db).with_context(as_before)?;
    let app = global.open()?;
    crate::flows::follow::catch_up(&app)?;
    app.index.close();
    let movies = app.store.count_movies()?;
    if global.json {
        let tokens = json!({"kept": tokens_kept, "dropped": tokens_dropped});
        output::json(&json!({"movies": movies, "tokens": tokens}))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&format!("`{db}` is restored: {movies} movies; everybody has to sign in again"))?;
    if tokens_dropped > 0 {
        output::line(&format!(
            "API tokens: {tokens_kept} kept, {tokens_dropped} dropped, since they may have been revoked after the backup; \
             `fmdb token add` makes new ones"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
