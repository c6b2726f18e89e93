//! The store: every operation on the database, by noun. The truth; the search index is a projection of it.
//!
//! Concrete and synchronous: callers reach it through `App::blocking`. The one backend of today is SQLite; a
//! MySQL-compatible one joins as another variant of [`Backend`]. Must never know the index or the web.

mod cached_identity;
mod changes;
mod credentials;
mod maintenance;
pub mod mine;
mod posters;
mod sqlite;

use std::path::Path;

use crate::model::{Account, EntryCounts, Facts, Movie, MovieDraft, MovieId, Rev, Role, Username};

pub use self::cached_identity::{CachedIdentity, CredentialHash};
pub use self::changes::{Changes, Cursor};
pub use self::maintenance::Restored;
pub use self::posters::Named;
pub use self::sqlite::FlaskDump;

/// What can go wrong in the store. Which page or status each becomes is decided in `flows` and `web::error`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another movie is the same: one external id, or title, year and first director.
    #[error("movie {0} is the same movie")]
    Exists(MovieId),
    /// No such movie, account, session or token.
    #[error("not found")]
    NotFound,
    /// The name belongs to this account.
    #[error("the account `{0}` exists already; choose another name")]
    NameTaken(String),
    /// The name looks like that of this account.
    #[error("the name looks like that of the account `{0}`; choose another one")]
    NameConfusable(String),
    /// The last admin cannot be removed or made a user.
    #[error("this is the last admin; make another account an admin first")]
    LastAdmin,
    /// Another process held the write lock for too long.
    #[error("the database is busy: another process is writing to it; try again in a moment")]
    Busy,
    /// No space left.
    #[error("the disk is full; make space and try again")]
    Full,
    /// The folder or file cannot be written.
    #[error("`{0}` cannot be written; check its permissions")]
    ReadOnly(String),
    /// The file, or its journal, is no longer the one that was opened.
    #[error("`{0}` was deleted, moved or replaced while it was open; nothing is stored; put it back or restart fmdb")]
    Gone(String),
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
    /// The file is there, but it is not fmdb's.
    #[error("`{0}` is not fmdb's; it is left alone, name another file")]
    Foreign(String),
    /// A backup would replace one that holds something by nothing.
    #[error("`{0}` holds no movie and no account, so the older backup is kept; check --db")]
    Empty(String),
    /// There is no such file.
    #[error("there is no file `{0}`; check the path")]
    Missing(String),
    /// The file is not a database, or a damaged one.
    #[error("`{0}` is not a sound fmdb database; restore a backup with `fmdb restore`")]
    Damaged(String),
    /// Anything else; the source is for the log.
    #[error("the database failed: {0}")]
    Other(String),
}

/// What became of drafts of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes {
    /// New movies.
    pub added: u64,
    /// Known movies that have changed.
    pub updated: u64,
    /// Drafts that said nothing new.
    pub unchanged: u64,
}

/// How an import is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// Each batch as it comes.
    Batches,
    /// Everything or nothing.
    AllOrNothing,
    /// Nothing; only what would be done is told.
    DryRun,
}

/// A session of a signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// A hash of the cookie's secret.
    pub token_hash: Vec<u8>,
    /// Whose it is.
    pub account: i64,
    /// When it began, seconds since 1970.
    pub created_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

/// An API token, of which the database keeps a hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number, to revoke it by.
    pub id: i64,
    /// What it is for.
    pub label: String,
    /// When it was made, seconds since 1970.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub used_at: Option<i64>,
}

/// The database. Cheap to share behind an `Arc`; every call may block, and a write may wait for the one before it.
/// Any call can end in [`StoreError::Busy`], [`StoreError::Full`], [`StoreError::ReadOnly`], [`StoreError::Damaged`] or
/// [`StoreError::Other`]; further errors are named.
pub struct Store {
    backend: Backend,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
}

/// An import under way, see [`Store::importer`].
pub struct Importer<'a>(sqlite::Importer<'a>);

impl Importer<'_> {
    /// Finds or adds each draft; says what became of those that are settled. The others wait for the rest of their dump.
    /// In [`ImportMode::Batches`] what is settled is durable when this returns, or nothing of it is done.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn upsert(&mut self, drafts: Vec<MovieDraft>) -> Result<Outcomes, StoreError> {
        self.0.upsert(drafts)
    }

    /// A dump has ended: settles the drafts that wait. What the next one says of a movie counts, whatever this one said.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn end_dump(&mut self) -> Result<Outcomes, StoreError> {
        self.0.end_dump()
    }

    /// Ends the import as its mode says. One that is dropped before keeps nothing but finished batches.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn finish(self) -> Result<(), StoreError> {
        self.0.finish()
    }
}

/// Opening and telling apart.
impl Store {
    /// Opens the database at `path`, or makes it; brings an older schema up.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { backend: Backend::Sqlite(sqlite::Sqlite::open(path)?) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.sqlite().path()
    }

    /// Which catalogue this is; a restored one gets a new name, so that no index of another past is taken for its own.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn epoch(&self) -> Result<String, StoreError> {
        self.sqlite().epoch()
    }
}

/// Movies.
impl Store {
    /// One movie.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn movie(&self, id: MovieId) -> Result<Option<Movie>, StoreError> {
        self.sqlite().movie(id)
    }

    /// The movies in the order asked for; those that are gone are left out.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn movies(&self, ids: &[MovieId]) -> Result<Vec<Movie>, StoreError> {
        self.sqlite().movies(ids)
    }

    /// Up to `limit` movies with ids above `after`, by id: a page of everything.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn movies_after(&self, after: MovieId, limit: usize) -> Result<Vec<Movie>, StoreError> {
        self.sqlite().movies_after(after, limit)
    }

    /// How many movies there are.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn count_movies(&self) -> Result<u64, StoreError> {
        self.sqlite().count_movies()
    }

    /// Adds a movie.
    ///
    /// # Errors
    /// [`StoreError::Exists`].
    pub fn add_movie(&self, facts: &Facts) -> Result<Movie, StoreError> {
        self.sqlite().add_movie(facts)
    }

    /// Lays a draft over a movie; one that changes nothing takes no rev.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Exists`].
    pub fn update_movie(&self, id: MovieId, draft: &MovieDraft) -> Result<Movie, StoreError> {
        self.sqlite().update_movie(id, draft)
    }

    /// Deletes a movie and leaves a tombstone; gives its rev, and what members kept of it that went with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn delete_movie(&self, id: MovieId) -> Result<(Rev, EntryCounts), StoreError> {
        self.sqlite().delete_movie(id)
    }

    /// Begins an import. In other modes than [`ImportMode::Batches`] it holds the write lock until it ends: other writers
    /// of this process wait, those of another process end in [`StoreError::Busy`] after ten seconds.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn importer(&self, mode: ImportMode) -> Result<Importer<'_>, StoreError> {
        Ok(Importer(self.sqlite().importer(mode)?))
    }
}

/// Accounts.
impl Store {
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::NameConfusable`].
    pub fn add_account(&self, name: &Username, password_hash: &str, role: Role) -> Result<Account, StoreError> {
        self.sqlite().add_account(name, password_hash, role)
    }

    /// Makes the first admin and uses the setup token up.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the token is wrong or there is an admin; as [`Store::add_account`].
    pub fn add_first_admin(
        &self,
        token_hash: &[u8],
        name: &Username,
        password_hash: &str,
    ) -> Result<Account, StoreError> {
        self.sqlite().add_first_admin(token_hash, name, password_hash)
    }

    /// Keeps the hash of a new setup token in place of any older one.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn keep_setup_token(&self, token_hash: &[u8], now: i64) -> Result<(), StoreError> {
        self.sqlite().keep_setup_token(token_hash, now)
    }

    /// The setup token is right, and there is no admin yet.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn is_setup_token(&self, token_hash: &[u8]) -> Result<bool, StoreError> {
        self.sqlite().is_setup_token(token_hash)
    }

    /// There is an admin.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn has_admin(&self) -> Result<bool, StoreError> {
        self.sqlite().has_admin()
    }

    /// All accounts, the oldest first.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.sqlite().accounts()
    }

    /// The account of a name.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn account(&self, name: &Username) -> Result<Option<Account>, StoreError> {
        self.sqlite().account(name)
    }

    /// The account of a name with the hash of its password.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn credentials(&self, name: &Username) -> Result<Option<(Account, String)>, StoreError> {
        self.sqlite().credentials(name)
    }

    /// Changes a password and ends all sessions but the one of the token hash `keep`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_password(&self, account: i64, password_hash: &str, keep: Option<&[u8]>) -> Result<(), StoreError> {
        self.sqlite().set_password(account, password_hash, keep)
    }

    /// Changes a role and ends all sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::LastAdmin`].
    pub fn set_role(&self, account: i64, role: Role) -> Result<(), StoreError> {
        self.sqlite().set_role(account, role)
    }

    /// Removes an account with its sessions and tokens.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::LastAdmin`].
    pub fn remove_account(&self, account: i64) -> Result<(), StoreError> {
        self.sqlite().remove_account(account)
    }
}

/// Sessions and tokens.
impl Store {
    /// Begins a session.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        self.sqlite().add_session(session)
    }

    /// The account of a session that has neither ended nor been unused for `idle` seconds.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn session(&self, token_hash: &[u8], now: i64, idle: i64) -> Result<Option<Account>, StoreError> {
        self.sqlite().session(token_hash, now, idle)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn remove_session(&self, token_hash: &[u8]) -> Result<(), StoreError> {
        self.sqlite().remove_session(token_hash)
    }

    /// Removes sessions that no longer count; gives their number.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn remove_expired_sessions(&self, now: i64, idle: i64) -> Result<u64, StoreError> {
        self.sqlite().remove_expired_sessions(now, idle)
    }

    /// Keeps a token; gives its number.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn add_token(&self, account: i64, label: &str, token_hash: &[u8], now: i64) -> Result<i64, StoreError> {
        self.sqlite().add_token(account, label, token_hash, now)
    }

    /// The tokens of an account, the oldest first.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn tokens(&self, account: i64) -> Result<Vec<Token>, StoreError> {
        self.sqlite().tokens(account)
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn revoke_token(&self, id: i64) -> Result<(), StoreError> {
        self.sqlite().revoke_token(id)
    }

    /// The account of a token.
    ///
    /// # Errors
    /// As every call of the store.
    pub fn token_account(&self, token_hash: &[u8], now: i64) -> Result<Option<Account>, StoreError> {
        self.sqlite().token_account(token_hash, now)
    }
}

impl Store {
    fn sqlite(&self) -> &sqlite::Sqlite {
        let Backend::Sqlite(sqlite) = &self.backend;
        sqlite
    }
}
