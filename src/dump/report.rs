//! What an import did: for people a line a file, for programs the JSON that the README describes.

use std::fmt;

use serde::Serialize;

/// What became of one file. `read` is the sum of the other four.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FileReport {
    /// The file as it was named.
    pub file: String,
    /// The name of its format.
    pub format: String,
    /// The rows that were read.
    pub read: u64,
    /// The movies that were not known before.
    pub added: u64,
    /// The known movies that have changed.
    pub updated: u64,
    /// The known movies about which the dump had nothing new.
    pub unchanged: u64,
    /// The rows that could not be used.
    pub rejected: u64,
    /// Why it was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, format, read, added, updated, unchanged, rejected, error } = self;
        write!(f, "{file} ({format}): {read} read, {added} added, {updated} updated, {unchanged} unchanged, ")?;
        write!(f, "{rejected} rejected{}", if error.is_some() { ", not read to its end" } else { "" })
    }
}

/// What became of a folder of pictures. `read` is the sum of the other four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PosterReport {
    /// The pictures that were found.
    pub read: u64,
    /// The movies that have a new picture.
    pub set: u64,
    /// The movies that had it already.
    pub unchanged: u64,
    /// The files whose movie is not known, or not the only one.
    pub unmatched: u64,
    /// The files that are no sound pictures.
    pub rejected: u64,
}

impl fmt::Display for PosterReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, set, unchanged, unmatched, rejected } = self;
        write!(f, "posters: {read} read, {set} set, {unchanged} unchanged, {unmatched} unmatched, {rejected} rejected")
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// The files in the order in which they were named.
    pub files: Vec<FileReport>,
    /// The folder of pictures, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posters: Option<Box<PosterReport>>,
    /// How long it took.
    pub seconds: f64,
    /// Why the import failed, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Report {
    /// The rows that were read, of all files.
    pub fn read(&self) -> u64 {
        self.files.iter().map(|file| file.read).sum()
    }

    /// The rows that could not be used, of all files.
    pub fn rejected(&self) -> u64 {
        self.files.iter().map(|file| file.rejected).sum()
    }

    /// There is nothing to tell: neither a file nor a folder of pictures was begun.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.posters.is_none()
    }

    /// Rows or pictures could not be used.
    pub fn has_rejected(&self) -> bool {
        self.rejected() > 0 || self.posters.as_ref().is_some_and(|posters| posters.rejected > 0)
    }
}

/// A line a file, and one for the pictures, without a line's end after the last.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, file) in self.files.iter().enumerate() {
            write!(f, "{}{file}", if position > 0 { "\n" } else { "" })?;
        }
        if let Some(posters) = &self.posters {
            write!(f, "{}{posters}", if self.files.is_empty() { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// A row that could not be used: a line of the rejects file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rejected {
    /// The file as it was named.
    pub file: String,
    /// The line in which the row begins.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The row as it stood, cut to 2,000 characters.
    pub record: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, line {}: {}", self.file, self.line, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_the_json_and_the_line_that_users_know() {
        let file = FileReport {
            file: "a.json".into(),
            format: "fynd".into(),
            read: 3,
            added: 2,
            rejected: 1,
            ..FileReport::default()
        };
        let mut report = Report { files: vec![file], seconds: 0.1, ..Report::default() };
        assert_eq!(report.to_string(), "a.json (fynd): 3 read, 2 added, 0 updated, 0 unchanged, 1 rejected");
        assert_eq!(
            serde_json::to_string(&report).expect("json"),
            r#"{"files":[{"file":"a.json","format":"fynd","read":3,"added":2,"updated":0,"unchanged":0,"rejected":1}],"seconds":0.1}"#
        );
        assert_eq!(report.rejected(), 1);
        report.posters = Some(Box::new(PosterReport { read: 3, set: 1, unmatched: 2, ..PosterReport::default() }));
        assert!(report.to_string().ends_with("\nposters: 3 read, 1 set, 0 unchanged, 2 unmatched, 0 rejected"));
        let json = serde_json::to_value(&report).expect("json");
        assert_eq!(json["posters"]["unmatched"], 2);
    }
}
