//! Movies as rows: one row a movie, its lists packed into texts. Who may write and what else must hold is in `edits`
//! and `import`.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Statement, params};

use super::Sqlite;
use crate::model::{Facts, Movie, MovieId, Rev};
use crate::store::StoreError;

/// A statement that gives movies, for [`movie`] to read.
macro_rules! select_movies {
    ($rest:literal) => {
        concat!(
            "select id, rev, created_rev, added_at, title, original_title, alternate_titles, directors, cast_names, ",
            "genres, year, score, votes, popularity, runtime, imdb_id, tmdb_id, overview, poster from movies ",
            $rest
        )
    };
}
pub(super) use select_movies;

impl Sqlite {
    pub fn movie(&self, id: MovieId) -> Result<Option<Movie>, StoreError> {
        self.read_statement(|db| Ok(load(db, id)?))
    }

    /// The movies in the order asked for; those that are gone are left out.
    pub fn movies(&self, ids: &[MovieId]) -> Result<Vec<Movie>, StoreError> {
        self.read(|db| {
            // A search of the table for each is faster than a list of ids in one statement, and keeps the order.
            let mut by_id = by_id(db)?;
            let mut movies = Vec::with_capacity(ids.len());
            for id in ids {
                movies.extend(by_id.query_row([id.0], movie).optional()?);
            }
            Ok(movies)
        })
    }

    pub fn movies_after(&self, after: MovieId, limit: usize) -> Result<Vec<Movie>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached(select_movies!("where id > ?1 order by id limit ?2"))?;
            let movies = statement.query_map(params![after.0, limit as i64], movie)?;
            Ok(movies.collect::<Result<_, _>>()?)
        })
    }

    pub fn count_movies(&self) -> Result<u64, StoreError> {
        self.read_statement(|db| {
            let count: i64 = db.prepare_cached("select count(*) from movies")?.query_row([], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }
}

/// One movie.
pub fn load(db: &Connection, id: MovieId) -> rusqlite::Result<Option<Movie>> {
    by_id(db)?.query_row([id.0], movie).optional()
}

fn by_id(db: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    db.prepare_cached(select_movies!("where id = ?1"))
}

/// The movie of a row of [`select_movies`].
pub fn movie(row: &Row<'_>) -> rusqlite::Result<Movie> {
    let unsigned = |value: Option<i64>| value.map(i64::unsigned_abs);
    Ok(Movie {
        id: MovieId(row.get(0)?),
        rev: row.get(1)?,
        created_rev: row.get(2)?,
        added_at: row.get(3)?,
        poster: row.get(18)?,
        facts: Facts {
            title: row.get(4)?,
            original_title: row.get(5)?,
            alternate_titles: list(row, 6)?,
            directors: list(row, 7)?,
            cast: list(row, 8)?,
            genres: list(row, 9)?,
            year: row.get(10)?,
            score: row.get(11)?,
            votes: unsigned(row.get(12)?),
            popularity: row.get(13)?,
            runtime: row.get(14)?,
            imdb_id: row.get(15)?,
            tmdb_id: unsigned(row.get(16)?),
            overview: row.get(17)?,
        },
    })
}

/// Between the names of a list. `model::fold::tidy` leaves no control character in a name.
pub const BETWEEN: char = '\u{1f}';

fn list(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let packed = row.get_ref(column)?.as_str()?;
    if packed.is_empty() {
        return Ok(Vec::new());
    }
    Ok(packed.split(BETWEEN).map(str::to_owned).collect())
}

/// A list as one text; borrowed where it holds one name, as most do.
fn packed(list: &[String]) -> std::borrow::Cow<'_, str> {
    debug_assert!(!list.iter().any(|name| name.is_empty() || name.contains(BETWEEN)), "untidy: {list:?}");
    match list {
        [] => "".into(),
        [only] => only.as_str().into(),
        more => more.join("\u{1f}").into(),
    }
}

const INSERT: &str = "insert into movies (id, rev, updated_at, identity, title, original_title, alternate_titles, \
                      directors, cast_names, genres, year, score, votes, popularity, runtime, imdb_id, tmdb_id, \
                      overview, created_rev, added_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
                      ?13, ?14, ?15, ?16, ?17, ?18, ?2, ?3)";

const UPDATE: &str = "update movies set rev = ?2, updated_at = ?3, identity = ?4, title = ?5, original_title = ?6, \
                      alternate_titles = ?7, directors = ?8, cast_names = ?9, genres = ?10, year = ?11, score = ?12, \
                      votes = ?13, popularity = ?14, runtime = ?15, imdb_id = ?16, tmdb_id = ?17, overview = ?18 \
                      where id = ?1";

/// Where a row is written: its number, its change, the hash that it is found by.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub id: MovieId,
    pub rev: Rev,
    pub identity: i64,
}

/// Writes a new movie.
pub fn insert(db: &Connection, place: Place, facts: &Facts) -> rusqlite::Result<()> {
    write(&mut *db.prepare_cached(INSERT)?, place, facts)
}

/// Writes a movie anew.
pub fn update(db: &Connection, place: Place, facts: &Facts) -> rusqlite::Result<()> {
    write(&mut *db.prepare_cached(UPDATE)?, place, facts)
}

fn write(statement: &mut Statement<'_>, place: Place, facts: &Facts) -> rusqlite::Result<()> {
    statement.execute(params![
        place.id.0,
        place.rev,
        super::now(),
        place.identity,
        facts.title,
        facts.original_title,
        packed(&facts.alternate_titles),
        packed(&facts.directors),
        packed(&facts.cast),
        packed(&facts.genres),
        facts.year,
        facts.score,
        facts.votes.map(u64::cast_signed),
        facts.popularity,
        facts.runtime,
        facts.imdb_id,
        facts.tmdb_id.map(u64::cast_signed),
        facts.overview,
    ])?;
    Ok(())
}
