//! Readers and writers of dumps: a stream of bytes to movies as they arrived, and movies back to bytes.
//!
//! Owns what formats look like and how their values are spelled. Must never know the store or the index, and
//! never hold a dump in memory. [`open`] finds the format, [`Records`] reads, [`draft`] makes the draft that a
//! flow stores, [`Writer`] exports, [`report`] tells what an import did. A new format gets a variant of
//! [`Format`], a line in `detect` and a reader beside `json` and `csv`.

mod bounded_csv;
mod csv;
mod detect;
mod error;
mod json;
mod keys;
mod loose;
pub mod personal;
mod personal_values;
pub mod personal_write;
mod record;
pub mod report;
mod rows;
mod scan;
mod values;
mod write;

pub use detect::{Dump, Format, embedded, open};
pub use error::DumpError;
pub use record::{Record, Records, draft};
pub use report::{FileReport, PosterReport, Rejected, Report};
pub use write::{ExportFormat, Writer};

/// The most bytes of one record; a longer one is no movie, and reading on would fill the memory.
pub const MAX_RECORD: usize = 8 << 20;
/// The deepest nesting of a record in an array. (A line that is nested too deep is a bad row like any other.)
pub const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests;
