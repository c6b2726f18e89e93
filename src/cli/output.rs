//! What a command prints. `println!` panics when its reader goes away (`fmdb export | head`); here that is an ordinary
//! end: the command has done its work, and its exit status says so.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;

/// Writes to stdout.
pub fn write(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("stdout cannot be written"),
        _ => Ok(()),
    }
}

/// Writes a line to stdout.
pub fn line(text: &str) -> anyhow::Result<()> {
    write(format!("{text}\n").as_bytes())
}

/// Writes one JSON document to stdout.
pub fn json(document: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(document)?)
}

/// Writes a line to stderr; nobody is left to tell where that fails.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes the one line of an error to stderr: what failed, then why.
pub fn complain(error: &anyhow::Error) {
    note(&format!("fmdb: {}", in_one_line(error)));
}

/// What failed, then why.
pub fn in_one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").replace('\n', " ")
}

/// The reader of our output has gone away: of stdout, or of the pipe that an export was written to.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
