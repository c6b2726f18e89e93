//! Files that commands write: what they must not replace ([`Protected`]), how a file is replaced atomically
//! ([`Replacement`], [`Output`]), and who may read it ([`keep_private`]). Knows nothing of the contents.

mod guard;
mod id;
mod private;
mod replacement;

pub use guard::{Protected, Refusal, Target, resolve};
pub use id::FileId;
pub use private::{Access, keep_private, make_private};
pub use replacement::{Output, Replacement};

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What SQLite and fmdb append to a database's path for its companion files.
const COMPANIONS: [&str; 4] = ["-wal", "-shm", "-journal", ".lock"];

/// What is appended for the folder of the search index.
const INDEX: &str = ".index";

fn with_suffix(path: &Path, suffix: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
