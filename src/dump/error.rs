//! Why a dump cannot be read on: always one line that says where, what, and what to do next.

use std::io;

/// What ends the reading of a dump. A bad row does not: it is a rejected [`super::Record`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{file}`{}: {what}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct DumpError {
    /// The file as it was named, `-` for stdin.
    pub file: String,
    /// The line, counted from 1, where a line tells something.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub what: String,
}

/// What is wrong and in which line; the file's name is added by whoever knows it.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub line: Option<u64>,
    pub what: String,
}

impl Fault {
    /// A fault in one line.
    pub(super) fn at(line: u64, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }

    /// A fault of the whole file.
    pub(super) fn whole(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }

    /// A failed read: of the file, of the pipe or of the decompression.
    pub(super) fn read(line: Option<u64>, error: &io::Error) -> Self {
        let what = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
            io::ErrorKind::PermissionDenied => "may not be read; check the file's permissions".to_owned(),
            io::ErrorKind::IsADirectory => "is a folder; name the file in it".to_owned(),
            io::ErrorKind::UnexpectedEof => "the compressed file is cut off; fetch it again".to_owned(),
            io::ErrorKind::FileTooLarge => too_large(),
            _ => format!("cannot be read: {error}; fetch it again if it is damaged"),
        };
        Self { line, what }
    }

    /// Names the file.
    pub(super) fn of(self, file: &str) -> DumpError {
        DumpError { file: file.to_owned(), line: self.line, what: self.what }
    }
}

/// A record over [`super::MAX_RECORD`].
pub(super) fn too_large() -> String {
    format!("a record is larger than {} MiB; check that each movie ends where it should", super::MAX_RECORD >> 20)
}
