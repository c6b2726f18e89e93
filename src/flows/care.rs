//! Looking after a database: is it sound, and its index built anew. Backups are `Store::backup` and `Store::restore`.

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
const MOST_NAMED: usize = 20;

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
    let (mut held, damaged) = app.index.contents()?;
    let mut checked = Checked::default();
    checked.problems.extend(
        damaged.iter().map(|file| format!("the search index is damaged in `{}`; run `fmdb reindex`", file.display())),
    );
    let mut wrong: Vec<String> = Vec::new();
    let mut after = MovieId(0);
    loop {
        let page = app.store.revs_after(after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        checked.movies += page.len() as u64;
        for (id, rev) in page {
            match held.remove(&id) {
                Some(found) if found == rev => {}
                Some(_) => wrong.push(format!("movie {id} is not up to date in the search index")),
                None => wrong.push(format!("movie {id} is missing from the search index")),
            }
        }
    }
    wrong.extend(held.keys().map(|id| format!("movie {id} is in the search index but not in the catalogue")));
    let unnamed = wrong.len().saturating_sub(MOST_NAMED);
    wrong.truncate(MOST_NAMED);
    if unnamed > 0 {
        wrong.push(format!("and {unnamed} movies more; run `fmdb reindex`"));
    }
    checked.problems.append(&mut wrong);
    Ok(checked)
}

/// Builds the index anew; gives the number of movies that it holds.
///
/// # Errors
/// Another process holds the index, or it cannot be written.
pub fn reindex(app: &App) -> Result<u64, FlowError> {
    if !app.index.become_writer()? {
        return Err(IndexError::Held.into());
    }
    app.index.clear()?;
    super::follow::catch_up(app)?;
    let movies = app.index.count()?;
    app.index.close();
    Ok(movies)
}
