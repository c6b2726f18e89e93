//! The store: every operation on the database, by noun. The truth; the search index is a projection of it.
//!
//! Concrete and synchronous: callers reach it through `App::blocking`. The one backend of today is SQLite; a
//! MySQL-compatible one joins as another variant of [`Backend`]. Must never know the index or the web.

mod sqlite;

use std::path::Path;

use crate::model::{Account, Facts, Movie, MovieDraft, MovieId, Rev, Role, Username};

/// What can go wrong in the store. Which page or status each becomes is decided in `flows` and `web::error`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another movie is the same: one external id, or title, year and first director.
    #[error("movie {0} is the same movie")]
    Exists(MovieId),
    /// No such movie, account, session or token.
    #[error("not found")]
    NotFound,
    /// The name belongs to another account.
    #[error("the name is taken")]
    NameTaken,
    /// The last admin cannot be removed or made a user.
    #[error("this is the last admin; make another account an admin first")]
    LastAdmin,
    /// Another process held the write lock for too long.
    #[error("the database is busy: another process is writing to it; try again in a moment")]
    Busy,
    /// No space left.
    #[error("the disk is full; nothing was changed; make space and try again")]
    Full,
    /// The folder or file cannot be written.
    #[error("`{0}` cannot be written; check its permissions")]
    ReadOnly(String),
    /// The schema is of a later version.
    #[error("`{path}` was written by a newer fmdb (schema {found}, this one knows {known}); update fmdb")]
    Newer {
        /// The database file.
        path: String,
        /// Its schema version.
        found: i64,
        /// The latest schema version that this program knows.
        known: i64,
    },
    /// The file is not a database, or a damaged one.
    #[error("`{0}` is not a sound fmdb database; restore a backup with `fmdb restore`")]
    Damaged(String),
    /// Anything else; the source is for the log.
    #[error("the database failed: {0}")]
    Other(String),
}

/// What became of one draft of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// A new movie.
    Added,
    /// A known movie that the draft changed.
    Updated,
    /// A known movie that says the same already.
    Unchanged,
}

/// How far a follower has read: every change up to `rev`, and of `rev` itself the movies up to `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    /// The change.
    pub rev: Rev,
    /// The movie.
    pub id: MovieId,
}

/// A step of following, read from one snapshot.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The last change of the snapshot.
    pub head: Rev,
    /// Movies deleted after the cursor's rev, up to `head`. The same again at each step of one catch-up.
    pub deleted: Vec<MovieId>,
    /// Movies changed after the cursor, up to `head`, by (rev, id).
    pub changed: Vec<Movie>,
    /// Nothing is left up to `head`.
    pub complete: bool,
}

/// The database. Cheap to share behind an `Arc`; every call may block and may wait for the one writer.
pub struct Store {
    backend: Backend,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
}
