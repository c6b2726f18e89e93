//! Somebody's things from elsewhere: which movies their rows mean, and keeping all of them in one transaction.
//!
//! Which movie a row means is `model::identity`'s to say, among the movies that have one of its titles: as the title or
//! the original title, else as another title.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::edits::{by_imdb_id, by_tmdb_id};
use super::mine::{
    add_to_watchlist, add_viewing, rating_of, require, set_rating, viewings_in_all, viewings_of, viewings_on,
};
use super::movies::BETWEEN;
use super::{Failure, Sqlite};
use crate::model::MovieId;
use crate::model::fold::fold;
use crate::model::identity::{Certain, Described, certain};
use crate::model::mine::{MAX_ALL_VIEWINGS, MAX_VIEWINGS};
use crate::store::StoreError;
use crate::store::mine::{EntryOutcome, MovieReference, PersonalEntry, Resolution};

impl Sqlite {
    pub fn resolve_movies(&self, reference: &[MovieReference]) -> Result<Vec<Resolution>, StoreError> {
        self.read(|db| {
            let mut by_title: HashMap<String, Vec<Titled>> = HashMap::new();
            let mut resolution = Vec::with_capacity(reference.len());
            for reference in reference {
                let by_id = by_ids(db, reference)?;
                if by_id.is_none() {
                    reference.titles.iter().for_each(|title| {
                        by_title.entry(fold(title)).or_default();
                    });
                }
                resolution.push(by_id.map_or(Resolution::Nothing, Resolution::Movie));
            }
            if !by_title.is_empty() {
                collect(db, &mut by_title)?;
            }
            for (reference, resolution) in
                reference.iter().zip(&mut resolution).filter(|(_, resolution)| **resolution == Resolution::Nothing)
            {
                // What a movie is called counts before what else it is called.
                *resolution = choose(reference, &by_title, true);
                if *resolution == Resolution::Nothing {
                    *resolution = choose(reference, &by_title, false);
                }
            }
            Ok(resolution)
        })
    }

    pub fn keep_all(&self, account: i64, things: &[(MovieId, PersonalEntry)]) -> Result<Vec<EntryOutcome>, StoreError> {
        self.write(|db| {
            let mut viewings = viewings_in_all(db, account)?;
            let mut kept = Vec::with_capacity(things.len());
            for (movie, keep) in things {
                let outcome = keep_one(db, account, *movie, *keep, viewings < MAX_ALL_VIEWINGS)?;
                viewings += usize::from(matches!(keep, PersonalEntry::Seen { .. }) && outcome == EntryOutcome::Set);
                kept.push(outcome);
            }
            Ok(kept)
        })
    }
}

/// Keeps one thing; a viewing that is not known only where the account `may_add` one.
fn keep_one(
    db: &Connection,
    account: i64,
    movie: MovieId,
    keep: PersonalEntry,
    may_add: bool,
) -> Result<EntryOutcome, Failure> {
    match require(db, account, movie) {
        Ok(()) => {}
        Err(Failure::Store(StoreError::NotFound)) => return Ok(EntryOutcome::Gone),
        Err(failure) => return Err(failure),
    }
    let is_new = match keep {
        PersonalEntry::Rating { rating, at, over } => {
            let before = rating_of(db, account, movie)?;
            let is_new = before.is_none() || over && before != Some(rating);
            if is_new {
                set_rating(db, account, movie, rating, at)?;
            }
            is_new
        }
        PersonalEntry::Watchlist { at } => add_to_watchlist(db, account, movie, at)?,
        PersonalEntry::Seen { on, nth } => {
            let known = match nth {
                Some(nth) => viewings_on(db, account, movie, on)? >= nth,
                None => viewings_of(db, account, movie)? > 0,
            };
            if !known {
                if !may_add || viewings_of(db, account, movie)? >= MAX_VIEWINGS {
                    return Ok(EntryOutcome::TooMany);
                }
                add_viewing(db, account, movie, on)?;
            }
            !known
        }
    };
    Ok(if is_new { EntryOutcome::Set } else { EntryOutcome::Unchanged })
}

fn by_ids(db: &Connection, reference: &MovieReference) -> rusqlite::Result<Option<MovieId>> {
    if let Some(id) = reference.description.imdb_id.as_deref().map(|id| by_imdb_id(db, id)).transpose()?.flatten() {
        return Ok(Some(id));
    }
    Ok(reference.description.tmdb_id.map(|id| by_tmdb_id(db, id)).transpose()?.flatten())
}

/// A movie with one of the titles that are sought.
struct Titled {
    id: MovieId,
    description: Described,
    /// It is its title or original title, not another one.
    is_main: bool,
}

/// Reads the whole catalog once, however many titles are sought: titles have no index of their own.
fn collect(db: &Connection, by_title: &mut HashMap<String, Vec<Titled>>) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "select id, year, imdb_id, tmdb_id, title, original_title, alternate_titles, directors from movies",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let texts = [row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str_or_null()?.unwrap_or_default()];
        let others = row.get_ref(6)?.as_str()?.split(BETWEEN);
        let main = texts.into_iter().map(|title| (title, true));
        for (title, is_main) in main.chain(others.map(|title| (title, false))).filter(|(title, _)| !title.is_empty()) {
            let Some(titled) = by_title.get_mut(&fold(title)) else { continue };
            let id = MovieId(row.get(0)?);
            if titled.last().is_none_or(|last| last.id != id) {
                let directors = row.get_ref(7)?.as_str()?.split(BETWEEN).filter(|name| !name.is_empty());
                let description = Described {
                    directors: directors.map(fold).collect(),
                    year: row.get(1)?,
                    has_bad_year: false,
                    imdb_id: row.get(2)?,
                    tmdb_id: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
                };
                titled.push(Titled { id, description, is_main });
            }
        }
    }
    Ok(())
}

/// The movie that is certain, of those that are called so (or that are called so too).
fn choose(reference: &MovieReference, by_title: &HashMap<String, Vec<Titled>>, is_main: bool) -> Resolution {
    let mut ids = HashSet::new();
    let titled = reference.titles.iter().filter_map(|title| by_title.get(&fold(title))).flatten();
    let found: Vec<&Titled> = titled.filter(|titled| titled.is_main == is_main && ids.insert(titled.id)).collect();
    let descriptions: Vec<&Described> = found.iter().map(|titled| &titled.description).collect();
    match certain(&reference.description, &descriptions) {
        Certain::One(place) => Resolution::Movie(found[place].id),
        Certain::Several => Resolution::Several,
        Certain::Doubtful => Resolution::Doubtful,
        Certain::None => Resolution::Nothing,
    }
}
