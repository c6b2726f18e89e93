//! Writing the catalogue out, a page at a time: memory does not grow with it. Edits beside it go on; each movie is
//! written as it is when its page is read.

use std::io::{self, Write};

use crate::app::App;
use crate::dump::{ExportFormat, Writer};
use crate::model::MovieId;
use crate::store::StoreError;

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output took no more.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Movies read at once.
const PAGE: usize = 2_000;

/// Writes all movies, in the order in which they were added; gives their number.
///
/// # Errors
/// The database cannot be read or the output not be written.
pub fn run(app: &App, format: ExportFormat, output: impl Write) -> Result<u64, ExportError> {
    let mut writer = Writer::new(format, output);
    let mut written = 0;
    let mut after = MovieId(0);
    loop {
        let movies = app.store.movies_after(after, PAGE)?;
        let Some(last) = movies.last() else { break };
        after = last.id;
        for movie in &movies {
            writer.movie(&movie.facts)?;
        }
        written += movies.len() as u64;
    }
    writer.finish()?.flush()?;
    Ok(written)
}
