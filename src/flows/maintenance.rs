//! Looking after a database: is it sound, does its index hold the same, and the index built anew. Backups are `Store::backup` and `Store::restore`.

use std::time::Duration;

use super::FlowError;
use crate::app::App;
use crate::index::IndexError;
use crate::model::MovieId;

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// How many movies the catalogue has.
    pub movies: u64,
    /// What is wrong, a sentence each; none means sound.
    pub problems: Vec<String>,
}

/// Rows read at once.
const PAGE: usize = 10_000;
/// At most this many movies are named, whatever is wrong with how many.
const MAX_NAMED: usize = 20;

/// Checks the database and that the index holds exactly its catalogue, change for change. Beside a running server the
/// two are compared again for a moment, since that one may be about to bring the index up.
///
/// # Errors
/// Either cannot be read at all.
pub fn check(app: &App) -> Result<Checked, FlowError> {
    let mut problems = app.store.check()?;
    let mut checked = compare(app)?;
    for _ in 0..20 {
        if checked.problems.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        super::follow::catch_up(app)?;
        checked = compare(app)?;
    }
    problems.append(&mut checked.problems);
    Ok(Checked { problems, ..checked })
}

fn compare(app: &App) -> Result<Checked, FlowError> {
    let (movies, different) = differences(app)?;
    let damaged = app.index.damaged_files(|| true)?;
    let mut problems: Vec<String> = damaged
        .iter()
        .map(|file| format!("the search index is damaged in `{}`; run `fmdb reindex`", file.display()))
        .collect();
    problems.extend(different.iter().take(MAX_NAMED).map(|(id, what)| format!("movie {id} {what}")));
    let unnamed = different.len().saturating_sub(MAX_NAMED);
    if unnamed > 0 {
        problems.push(format!("and {unnamed} movies more; run `fmdb reindex`"));
    }
    Ok(Checked { movies, problems })
}

/// A movie that is not in the index as it is in the catalog, and how.
pub(super) type Difference = (MovieId, &'static str);

/// The number of movies, and those that differ. Both are read one after the other: what changes meanwhile differs too.
pub(super) fn differences(app: &App) -> Result<(u64, Vec<Difference>), FlowError> {
    let mut held = app.index.contents()?;
    let (mut movies, mut different) = (0, Vec::new());
    let mut after = MovieId(0);
    loop {
        let page = app.store.revs_after(after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        movies += page.len() as u64;
        for (id, rev) in page {
            match held.remove(&id) {
                Some(found) if found == rev => {}
                Some(_) => different.push((id, "is not up to date in the search index")),
                None => different.push((id, "is missing from the search index")),
            }
        }
    }
    different.extend(held.keys().map(|id| (*id, "is in the search index but not in the catalogue")));
    Ok((movies, different))
}

/// Builds the index anew; gives the number of movies that it holds.
///
/// # Errors
/// Another process holds the index, or it cannot be written.
pub fn reindex(app: &App) -> Result<u64, FlowError> {
    if !super::follow::become_writer(app)? {
        return Err(IndexError::Held.into());
    }
    app.index.clear()?;
    super::follow::catch_up(app)?;
    let movies = app.index.count()?;
    app.index.close();
    Ok(movies)
}
