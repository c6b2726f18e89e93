//! Movies as rows: reading them, writing their parts. Who may and what else must hold is in `edits` and `import`.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::{Failure, Sqlite};
use crate::model::{Facts, Movie, MovieId};
use crate::store::StoreError;

impl Sqlite {
    pub fn movie(&self, id: MovieId) -> Result<Option<Movie>, StoreError> {
        self.read(|db| Ok(load(db, &[id])?.pop()))
    }

    pub fn movies(&self, ids: &[MovieId]) -> Result<Vec<Movie>, StoreError> {
        self.read(|db| Ok(load(db, ids)?))
    }

    pub fn movies_after(&self, after: MovieId, limit: usize) -> Result<Vec<Movie>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("select id from movies where id > ?1 order by id limit ?2")?;
            let ids = statement.query_map(params![after.0, limit as i64], |row| Ok(MovieId(row.get(0)?)))?;
            let ids = ids.collect::<Result<Vec<_>, _>>()?;
            Ok(load(db, &ids)?)
        })
    }

    pub fn count_movies(&self) -> Result<u64, StoreError> {
        self.read(|db| {
            let count: i64 = db.prepare_cached("select count(*) from movies")?.query_row([], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }
}

const COLUMNS: &str = "id, rev, created_rev, added_at, title, original_title, year, score, votes, popularity, \
                       runtime, overview, imdb_id, tmdb_id";

/// Movies at once in one statement; their number of parameters is bounded in every database.
const AT_ONCE: usize = 500;

/// The movies in the order asked for; those that are gone are left out.
pub fn load(db: &Connection, ids: &[MovieId]) -> rusqlite::Result<Vec<Movie>> {
    let mut loaded = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let mut found = load_some(db, ids)?;
        loaded.extend(ids.iter().filter_map(|id| found.remove(id)));
    }
    Ok(loaded)
}

/// A list among the facts.
type ListOf = fn(&mut Facts) -> &mut Vec<String>;

fn load_some(db: &Connection, ids: &[MovieId]) -> rusqlite::Result<HashMap<MovieId, Movie>> {
    let mut movies: HashMap<MovieId, Movie> = HashMap::with_capacity(ids.len());
    select(db, &format!("select {COLUMNS} from movies where id in"), "", ids, |row| {
        let movie = movie(row)?;
        movies.insert(movie.id, movie);
        Ok(())
    })?;
    let parts: [(&str, &str, ListOf); 4] = [
        ("title", "movie_titles", |facts| &mut facts.alternate_titles),
        ("name", "movie_directors join people on people.id = person_id", |facts| &mut facts.directors),
        ("name", "movie_cast join people on people.id = person_id", |facts| &mut facts.cast),
        ("name", "movie_genres join genres on genres.id = genre_id", |facts| &mut facts.genres),
    ];
    for (column, table, list) in parts {
        let start = format!("select movie_id, {column} from {table} where movie_id in");
        select(db, &start, "order by movie_id, position", ids, |row| {
            if let Some(movie) = movies.get_mut(&MovieId(row.get(0)?)) {
                list(&mut movie.facts).push(row.get(1)?);
            }
            Ok(())
        })?;
    }
    Ok(movies)
}

fn select(
    db: &Connection,
    start: &str,
    end: &str,
    ids: &[MovieId],
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    // The list is filled up to a few sizes, so that its statements are prepared once; no movie has the id 0.
    let size = [1, 50, 200, AT_ONCE].into_iter().find(|size| *size >= ids.len()).unwrap_or(AT_ONCE);
    let marks = vec!["?"; size].join(",");
    let mut statement = db.prepare_cached(&format!("{start} ({marks}) {end}"))?;
    let filled = ids.iter().map(|id| id.0).chain(std::iter::repeat(0)).take(size);
    let mut rows = statement.query(params_from_iter(filled))?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

fn movie(row: &Row<'_>) -> rusqlite::Result<Movie> {
    let unsigned = |value: Option<i64>| value.map(i64::unsigned_abs);
    Ok(Movie {
        id: MovieId(row.get(0)?),
        rev: row.get(1)?,
        created_rev: row.get(2)?,
        added_at: row.get(3)?,
        facts: Facts {
            title: row.get(4)?,
            original_title: row.get(5)?,
            year: row.get(6)?,
            score: row.get(7)?,
            votes: unsigned(row.get(8)?),
            popularity: row.get(9)?,
            runtime: row.get(10)?,
            overview: row.get(11)?,
            imdb_id: row.get(12)?,
            tmdb_id: unsigned(row.get(13)?),
            ..Facts::default()
        },
    })
}

/// The columns of a movie's own row, in the order of [`INSERT`] and [`UPDATE`].
fn values(facts: &Facts, identity: i64, now: i64) -> [Value; 12] {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    let number = |number: Option<u64>| number.map_or(Value::Null, |number| Value::Integer(number.cast_signed()));
    let real = |number: Option<f64>| number.map_or(Value::Null, Value::Real);
    [
        Value::Integer(now),
        Value::Integer(identity),
        Value::Text(facts.title.clone()),
        text(&facts.original_title),
        number(facts.year.map(u64::from)),
        real(facts.score),
        number(facts.votes),
        real(facts.popularity),
        number(facts.runtime.map(u64::from)),
        text(&facts.overview),
        text(&facts.imdb_id),
        number(facts.tmdb_id),
    ]
}

const INSERT: &str = "insert into movies (updated_at, identity, title, original_title, year, score, votes, popularity, \
                      runtime, overview, imdb_id, tmdb_id, rev, created_rev, added_at) \
                      values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?1)";

const UPDATE: &str = "update movies set updated_at = ?1, identity = ?2, title = ?3, original_title = ?4, year = ?5, \
                      score = ?6, votes = ?7, popularity = ?8, runtime = ?9, overview = ?10, imdb_id = ?11, \
                      tmdb_id = ?12, rev = ?13 where id = ?14";

/// Writes a new movie as part of the change `rev`.
pub fn insert(db: &Connection, names: &mut Names, facts: &Facts, identity: i64, rev: i64) -> Result<MovieId, Failure> {
    let row = values(facts, identity, super::now());
    db.prepare_cached(INSERT)?.execute(params_from_iter(row.into_iter().chain([Value::Integer(rev)])))?;
    let id = MovieId(db.last_insert_rowid());
    write_parts(db, names, id, &Facts::default(), facts)?;
    Ok(id)
}

/// Writes a movie anew as part of the change `rev`.
pub fn update(
    db: &Connection,
    names: &mut Names,
    (id, before): (MovieId, &Facts),
    facts: &Facts,
    (identity, rev): (i64, i64),
) -> Result<(), Failure> {
    let row = values(facts, identity, super::now());
    let end = [Value::Integer(rev), Value::Integer(id.0)];
    db.prepare_cached(UPDATE)?.execute(params_from_iter(row.into_iter().chain(end)))?;
    write_parts(db, names, id, before, facts)
}

/// Writes the lists that differ.
fn write_parts(db: &Connection, names: &mut Names, id: MovieId, before: &Facts, facts: &Facts) -> Result<(), Failure> {
    if before.alternate_titles != facts.alternate_titles {
        clear(db, "delete from movie_titles where movie_id = ?1", id, &before.alternate_titles)?;
        let mut insert =
            db.prepare_cached("insert into movie_titles (movie_id, position, title) values (?1, ?2, ?3)")?;
        for (position, title) in facts.alternate_titles.iter().enumerate() {
            insert.execute(params![id.0, position as i64, title])?;
        }
    }
    let mut link = |delete: &str, insert: &str, before: &[String], list: &[String], kind: Kind| {
        if before == list {
            return Ok::<(), Failure>(());
        }
        clear(db, delete, id, before)?;
        for (position, name) in list.iter().enumerate() {
            let linked = names.id(db, kind, name)?;
            db.prepare_cached(insert)?.execute(params![id.0, position as i64, linked])?;
        }
        Ok(())
    };
    link(
        "delete from movie_directors where movie_id = ?1",
        "insert into movie_directors (movie_id, position, person_id) values (?1, ?2, ?3)",
        &before.directors,
        &facts.directors,
        Kind::Person,
    )?;
    link(
        "delete from movie_cast where movie_id = ?1",
        "insert into movie_cast (movie_id, position, person_id) values (?1, ?2, ?3)",
        &before.cast,
        &facts.cast,
        Kind::Person,
    )?;
    link(
        "delete from movie_genres where movie_id = ?1",
        "insert into movie_genres (movie_id, position, genre_id) values (?1, ?2, ?3)",
        &before.genres,
        &facts.genres,
        Kind::Genre,
    )
}

fn clear(db: &Connection, delete: &str, id: MovieId, before: &[String]) -> rusqlite::Result<()> {
    if !before.is_empty() {
        db.prepare_cached(delete)?.execute([id.0])?;
    }
    Ok(())
}

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A director or somebody of the cast.
    Person,
    /// A genre.
    Genre,
}

/// The ids of names, remembered within a transaction or an import. A person without movies stays a row: the name
/// costs a few bytes and is likely to come again.
#[derive(Default)]
pub struct Names(HashMap<(Kind, String), i64>);

/// Names remembered at most: some tens of megabytes.
const MOST_NAMES: usize = 400_000;

impl Names {
    /// Forgets all: after a rollback the ids may be of rows that are gone.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn id(&mut self, db: &Connection, kind: Kind, name: &str) -> Result<i64, Failure> {
        let key = (kind, name.to_owned());
        if let Some(id) = self.0.get(&key) {
            return Ok(*id);
        }
        let (select, insert) = match kind {
            Kind::Person => ("select id from people where name = ?1", "insert into people (name) values (?1)"),
            Kind::Genre => ("select id from genres where name = ?1", "insert into genres (name) values (?1)"),
        };
        let known = db.prepare_cached(select)?.query_row([name], |row| row.get(0)).optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                db.prepare_cached(insert)?.execute([name])?;
                db.last_insert_rowid()
            }
        };
        if self.0.len() >= MOST_NAMES {
            self.0.clear();
        }
        self.0.insert(key, id);
        Ok(id)
    }
}
