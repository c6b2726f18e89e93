//! SQLite.

pub struct Sqlite {}
