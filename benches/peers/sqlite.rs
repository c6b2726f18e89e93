//! One table in SQLite, as a program without a search engine would have it, with FTS5 beside it.

use std::path::Path;

use rusqlite::{Connection, Row as Found, params};

use super::row::Row;

/// A database with one table of movies.
pub struct Sqlite(Connection);

impl Sqlite {
    /// An empty table in a new file, in a transaction.
    pub fn create(folder: &Path) -> Self {
        let file = folder.join("peer.db");
        for name in ["peer.db", "peer.db-wal", "peer.db-shm"] {
            let _absent = std::fs::remove_file(folder.join(name));
        }
        Self::prepare(Connection::open(file).expect("a database"))
    }

    /// An empty table that is gone with the program.
    pub fn in_memory() -> Self {
        Self::prepare(Connection::open_in_memory().expect("a database"))
    }

    fn prepare(connection: Connection) -> Self {
        connection
            .execute_batch(
                "pragma journal_mode = wal; pragma synchronous = normal;
                 create table movie (id integer primary key, title text, original_title text, directors text, genres text,
                     year integer, score real, votes integer, popularity real);
                 begin;",
            )
            .expect("a table");
        Self(connection)
    }

    /// What [`Self::create`] and [`Self::make_searchable`] have made.
    pub fn open(folder: &Path) -> Self {
        let connection = Connection::open(folder.join("peer.db")).expect("a database");
        connection.execute_batch("pragma mmap_size = 8000000000").expect("a setting");
        Self(connection)
    }

    /// Puts rows into the table by one prepared statement.
    pub fn insert(&self) -> impl FnMut(i64, &Row) {
        let mut insert = self.0.prepare("insert into movie values (?,?,?,?,?,?,?,?,?)").expect("a statement");
        move |id, row| {
            let others = row.original_title.iter().chain(&row.alternate_titles);
            let others = others.map(String::as_str).collect::<Vec<_>>().join(" | ");
            let (directors, genres) = (row.directors.join(", "), row.genres.join(", "));
            insert
                .execute(params![
                    id,
                    row.title,
                    others,
                    directors,
                    genres,
                    row.year,
                    row.imdb_score,
                    row.votes,
                    row.popularity
                ])
                .expect("a row");
        }
    }

    pub fn commit(&self) {
        self.0.execute_batch("commit").expect("committed");
    }

    /// Full text with prefixes of one to four letters, and an index for the order.
    pub fn make_searchable(&self) {
        self.0
            .execute_batch(
                "create virtual table words using fts5(title, original_title, directors, genres, content = 'movie',
                     content_rowid = 'id', prefix = '1 2 3 4', tokenize = 'unicode61 remove_diacritics 2');
                 insert into words (words) values ('rebuild');
                 create index by_popularity on movie (popularity desc, id);
                 create index by_year on movie (year);
                 analyze;",
            )
            .expect("searchable");
    }

    /// The movies that have all words, each of them whole or begun, the best first.
    pub fn match_words(&self, text: &str, limit: u32) -> Vec<i64> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let wanted: Vec<String> = words.map(|word| format!("\"{word}\"*")).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        self.ids(
            "select id, title, directors, year, score from movie
             join (select rowid as place, rank from words where words match ? order by rank limit ?) on id = place
             order by rank",
            params![wanted.join(" "), limit],
        )
    }

    /// The movies whose title or director holds the text, the best known first.
    pub fn like(&self, text: &str) -> Vec<i64> {
        self.ids(
            "select id, title, directors, year, score from movie
             where title like ?1 or original_title like ?1 or directors like ?1
             order by coalesce(popularity, votes) desc limit 50",
            params![format!("%{text}%")],
        )
    }

    pub fn genre_and_decade(&self, genre: &str, decade: u16) -> Vec<i64> {
        self.ids(
            "select id, title, directors, year, score from movie where year between ?1 and ?1 + 9 and genres like ?2
             order by popularity desc limit 50",
            params![decade, format!("%{genre}%")],
        )
    }

    pub fn by_popularity(&self, offset: i64) -> Vec<i64> {
        self.ids(
            "select id, title, directors, year, score from movie order by popularity desc, id limit 50 offset ?",
            params![offset],
        )
    }

    pub fn movie(&self, id: i64) -> Vec<i64> {
        self.ids("select id, title, directors, year, score from movie where id = ?", params![id])
    }

    /// Runs the statement and reads all of its rows.
    fn ids(&self, statement: &str, values: impl rusqlite::Params) -> Vec<i64> {
        let read = |found: &Found<'_>| {
            let _texts: (Option<String>, Option<String>) = (found.get(1)?, found.get(2)?);
            found.get(0)
        };
        let mut statement = self.0.prepare_cached(statement).expect("a statement");
        statement.query_map(values, read).and_then(Iterator::collect).expect("rows")
    }
}
