//! Somebody's things from elsewhere: which movies their rows mean, and keeping all of them in one transaction.
//!
//! Which movie a row means: the one with its external id; else the one of its title and first director; else the one of
//! its title. The year decides among several; a year beside it counts where there is no choice. What is not certain is
//! told, never guessed.

use std::collections::HashMap;

use rusqlite::Connection;

use super::edits::{Candidate, Wanted, by_imdb_id, by_tmdb_id, candidates};
use super::mine::{add_to_watchlist, add_viewing, rating_of, require, set_rating, viewings_in_all, viewings_of};
use super::movies::BETWEEN;
use super::{Failure, Sqlite, now};
use crate::model::MovieId;
use crate::model::fold::fold;
use crate::model::mine::{MAX_ALL_VIEWINGS, MAX_VIEWINGS};
use crate::store::StoreError;
use crate::store::mine::{Keep, Kept, Meant, Sought};

impl Sqlite {
    pub fn find_meant(&self, sought: &[Sought]) -> Result<Vec<Meant>, StoreError> {
        self.read(|db| {
            let mut meant = Vec::with_capacity(sought.len());
            let mut by_title: HashMap<String, Vec<Titled>> = HashMap::new();
            for sought in sought {
                let found = by_ids(db, sought)?.map_or_else(|| by_director(db, sought), |id| Ok(Meant::Movie(id)))?;
                if found == Meant::Nothing && !sought.title.is_empty() {
                    by_title.entry(fold(&sought.title)).or_default();
                }
                meant.push(found);
            }
            if !by_title.is_empty() {
                collect(db, &mut by_title)?;
            }
            for (sought, meant) in sought.iter().zip(&mut meant).filter(|(_, meant)| **meant == Meant::Nothing) {
                let Some(titled) = by_title.get(&fold(&sought.title)) else { continue };
                // What a movie is called counts before what else it is called.
                let of = |is_main| titled.iter().filter(move |titled| titled.is_main == is_main);
                *meant = choose(sought, of(true).map(|titled| &titled.candidate));
                if *meant == Meant::Nothing {
                    *meant = choose(sought, of(false).map(|titled| &titled.candidate));
                }
            }
            Ok(meant)
        })
    }

    pub fn keep_all(&self, account: i64, things: &[(MovieId, Keep)]) -> Result<Vec<Kept>, StoreError> {
        self.write(|db| {
            let mut viewings = viewings_in_all(db, account)?;
            let mut kept = Vec::with_capacity(things.len());
            for (movie, keep) in things {
                let is_viewing = matches!(keep, Keep::Seen { .. });
                if is_viewing && viewings >= MAX_ALL_VIEWINGS {
                    kept.push(Kept::TooMany);
                    continue;
                }
                let outcome = keep_one(db, account, *movie, *keep)?;
                viewings += usize::from(is_viewing && outcome == Kept::Set);
                kept.push(outcome);
            }
            Ok(kept)
        })
    }
}

fn keep_one(db: &Connection, account: i64, movie: MovieId, keep: Keep) -> Result<Kept, Failure> {
    match require(db, account, movie) {
        Ok(()) => {}
        Err(Failure::Store(StoreError::NotFound)) => return Ok(Kept::Gone),
        Err(failure) => return Err(failure),
    }
    let is_new = match keep {
        Keep::Rating { rating, at, over } => {
            let before = rating_of(db, account, movie)?;
            let is_new = before.is_none() || over && before != Some(rating);
            if is_new {
                set_rating(db, account, movie, rating, at.unwrap_or_else(now))?;
            }
            is_new
        }
        Keep::Watchlist { at } => add_to_watchlist(db, account, movie, at.unwrap_or_else(now))?,
        Keep::Seen { on, again } => {
            let times = viewings_of(db, account, movie)?;
            if times >= MAX_VIEWINGS {
                return Ok(Kept::TooMany);
            }
            (again || times == 0) && add_viewing(db, account, movie, on)?
        }
    };
    Ok(if is_new { Kept::Set } else { Kept::Unchanged })
}

fn by_ids(db: &Connection, sought: &Sought) -> rusqlite::Result<Option<MovieId>> {
    if let Some(id) = sought.imdb_id.as_deref().map(|id| by_imdb_id(db, id)).transpose()?.flatten() {
        return Ok(Some(id));
    }
    Ok(sought.tmdb_id.map(|id| by_tmdb_id(db, id)).transpose()?.flatten())
}

fn by_director(db: &Connection, sought: &Sought) -> rusqlite::Result<Meant> {
    let Some(director) = &sought.director else { return Ok(Meant::Nothing) };
    let wanted = Wanted {
        title: &sought.title,
        director: Some(director),
        year: sought.year,
        imdb_id: sought.imdb_id.as_deref(),
        tmdb_id: sought.tmdb_id,
    };
    let found = candidates(db, &wanted, wanted.identity())?;
    Ok(choose(sought, found.iter()))
}

/// A movie with one of the titles that are sought.
struct Titled {
    candidate: Candidate,
    /// It is its title or original title, not another one.
    is_main: bool,
}

/// Reads the whole catalogue once, however many titles are sought: titles have no index of their own.
fn collect(db: &Connection, by_title: &mut HashMap<String, Vec<Titled>>) -> rusqlite::Result<()> {
    let mut statement =
        db.prepare_cached("select id, year, imdb_id, tmdb_id, title, original_title, alternate_titles from movies")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let texts = [row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str_or_null()?.unwrap_or_default()];
        let others = row.get_ref(6)?.as_str()?.split(BETWEEN);
        let main = texts.into_iter().map(|title| (title, true));
        for (title, is_main) in main.chain(others.map(|title| (title, false))).filter(|(title, _)| !title.is_empty()) {
            let Some(titled) = by_title.get_mut(&fold(title)) else { continue };
            let candidate =
                Candidate { id: MovieId(row.get(0)?), year: row.get(1)?, imdb_id: row.get(2)?, tmdb_id: row.get(3)? };
            if titled.last().is_none_or(|last| last.candidate.id != candidate.id) {
                titled.push(Titled { candidate, is_main });
            }
        }
    }
    Ok(())
}

/// The one that is certain.
fn choose<'a>(sought: &Sought, found: impl Iterator<Item = &'a Candidate>) -> Meant {
    let tmdb_id = sought.tmdb_id.map(u64::cast_signed);
    let is_another = |candidate: &Candidate| {
        let imdb = candidate.imdb_id.is_some() && sought.imdb_id.is_some() && candidate.imdb_id != sought.imdb_id;
        imdb || candidate.tmdb_id.is_some() && tmdb_id.is_some() && candidate.tmdb_id != tmdb_id
    };
    let found: Vec<&Candidate> = found.filter(|candidate| !is_another(candidate)).collect();
    let of = |is_wanted: &dyn Fn(Option<u16>) -> bool| -> Vec<MovieId> {
        found.iter().filter(|candidate| is_wanted(candidate.year)).map(|candidate| candidate.id).collect()
    };
    let Some(year) = sought.year else { return only(&of(&|_| true)) };
    let near = |known: Option<u16>| known.is_none_or(|known| known.abs_diff(year) <= 1);
    match only(&of(&|known| known == Some(year))) {
        Meant::Nothing => only(&of(&near)),
        meant => meant,
    }
}

fn only(ids: &[MovieId]) -> Meant {
    match ids {
        [] => Meant::Nothing,
        [id] => Meant::Movie(*id),
        _ => Meant::Several,
    }
}
