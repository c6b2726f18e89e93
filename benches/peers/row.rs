//! Movies of a dump, one JSON object a line, plain or compressed with zstd.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

/// A movie as the dump has it.
#[derive(Deserialize)]
pub struct Row {
    pub title: String,
    pub original_title: Option<String>,
    #[serde(default)]
    pub alternate_titles: Vec<String>,
    pub year: Option<u16>,
    #[serde(default)]
    pub directors: Vec<String>,
    #[serde(default)]
    pub genres: Vec<String>,
    #[serde(alias = "score")]
    pub imdb_score: Option<f64>,
    pub votes: Option<f64>,
    pub popularity: Option<f64>,
}

/// Calls `visit` with each movie.
pub fn each(dump: &Path, mut visit: impl FnMut(Row)) {
    let file = File::open(dump).expect("the dump");
    let is_compressed = dump.extension().is_some_and(|extension| extension == "zst");
    let plain: Box<dyn Read> =
        if is_compressed { Box::new(zstd::Decoder::new(file).expect("zstd")) } else { Box::new(file) };
    let mut reader = BufReader::with_capacity(1 << 20, plain);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).expect("a line") > 0 {
        visit(serde_json::from_slice(&line).expect("a movie"));
        line.clear();
    }
}
