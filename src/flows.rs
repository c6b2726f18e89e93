//! Flows: one use case a file, store and index together. Handlers and commands call these and nothing below.

pub mod explore;
pub mod search;

pub mod edit_movie;
pub mod poster;

pub mod export;
pub mod import;
pub mod import_posters;

pub mod lists;
pub mod mine;
pub mod personal;
pub mod personal_export;

pub mod account;
pub mod attempts;
pub mod cached_identity;
pub mod device;
pub mod health;
pub mod maintenance;
pub mod password;
pub mod rate_limit;

pub mod follow;
mod verify;

use crate::index::IndexError;
use crate::model::{FieldErrors, MovieId, Problem};
use crate::store::StoreError;

/// What can go wrong in a flow. `web::error` decides the status, `cli` the message.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// No such movie, account or token.
    #[error("not found")]
    NotFound,
    /// Values out of bounds.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// A file of a kind that is not taken.
    #[error("{0}")]
    WrongKind(FieldErrors),
    /// The same movie is there already.
    #[error("movie {0} is the same movie")]
    Exists(MovieId),
    /// Name and password do not go together.
    #[error("the name or the password is wrong")]
    Refused,
    /// The last admin stays one.
    #[error("this is the last admin; make another account an admin first")]
    LastAdmin,
    /// Too many attempts.
    #[error("too many attempts; try again in {0} seconds")]
    TooMany(u64),
    /// It cannot be done now, but the same request may succeed later: the database is busy, the disk is full, the
    /// index is being built.
    #[error("{0}")]
    Unavailable(String),
    /// Anything else; the text is for the log, never for a client.
    #[error("{0}")]
    Failed(String),
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Exists(id) => Self::Exists(id),
            StoreError::NameTaken(name) => Self::Invalid(FieldErrors::of("username", Problem::Taken { name })),
            StoreError::NameConfusable(name) => Self::Invalid(FieldErrors::of("username", Problem::LooksLike { name })),
            StoreError::Busy | StoreError::Full | StoreError::ReadOnly(_) | StoreError::Gone(_) => {
                Self::Unavailable(error.to_string())
            }
            StoreError::LastAdmin => Self::LastAdmin,
            StoreError::Newer { .. }
            | StoreError::Foreign(_)
            | StoreError::Empty(_)
            | StoreError::Missing(_)
            | StoreError::Damaged(_)
            | StoreError::Other(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<IndexError> for FlowError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Building | IndexError::Damaged(_) | IndexError::Exhausted(_) => {
                Self::Unavailable(error.to_string())
            }
            IndexError::Held | IndexError::Failed(_) => Self::Failed(error.to_string()),
        }
    }
}
