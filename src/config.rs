//! The settings of a running server, validated once from options and environment (by `cli`); no globals.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// How `fmdb serve` was asked to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database file.
    pub db: PathBuf,
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0 picks a free one.
    pub port: u16,
    /// People who are not signed in may read.
    pub public: bool,
    /// Anyone may make an account.
    pub signup_open: bool,
    /// `/metrics` answers everybody, not just this machine.
    pub metrics_public: bool,
}

impl Config {
    /// The folder of the database, where there is room for files that live as long as a request.
    pub fn folder(&self) -> &Path {
        self.db.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            db: PathBuf::from("fmdb.db"),
            host: IpAddr::from([127, 0, 0, 1]),
            port: 8080,
            public: false,
            signup_open: true,
            metrics_public: false,
        }
    }
}
