//! `fmdb check` and `fmdb reindex`.

use std::process::ExitCode;

use serde_json::json;

use super::{Global, output};
use crate::flows::{self, maintenance};

pub fn check(global: &Global) -> anyhow::Result<ExitCode> {
    let app = global.open_existing()?;
    flows::follow::catch_up(&app)?;
    let found = maintenance::check(&app)?;
    app.index.close();
    if global.json {
        output::json(&json!({"sound": found.problems.is_empty(), "movies": found.movies, "problems": found.problems}))?;
    } else if found.problems.is_empty() {
        output::line(&format!("sound: {} movies, and the search index holds exactly these", found.movies))?;
    } else {
        for problem in &found.problems {
            output::line(problem)?;
        }
    }
    Ok(if found.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub fn reindex(global: &Global) -> anyhow::Result<ExitCode> {
    let app = global.open_existing()?;
    let movies = maintenance::reindex(&app)?;
    if global.json {
        output::json(&json!({"movies": movies}))?;
    } else {
        output::line(&format!("the search index is built anew: {movies} movies"))?;
    }
    Ok(ExitCode::SUCCESS)
}
