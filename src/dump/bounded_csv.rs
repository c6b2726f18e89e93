//! CSV from untrusted senders, row by row in bounded memory: a row that has more columns or bytes than any row of a
//! movie is skipped, however long it is. Lines are counted as an editor counts them. What the cells mean is not
//! known here.

use std::io::{self, Read};

use csv::{Position, StringRecord};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The most columns of a row; IMDb's widest file has 18.
const MAX_COLUMNS: usize = 256;
/// The most bytes of a row, without its quotes.
const MAX_ROW: usize = 64 * 1024;
/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// How the bytes become text.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The byte between two cells, by the first line.
    pub delimiter: fn(&str) -> u8,
    /// The text of a cell.
    pub decode: fn(&[u8]) -> String,
}

/// A row, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Its cells; its position tells the line where it starts.
    Cells(StringRecord),
    /// It begins in this line, and is longer than a row may be.
    Oversized(u64),
}

/// The rows of a file.
pub struct Rows<R> {
    input: R,
    reading: Reading,
    parser: Reader,
    /// What was read, with one line feed at the end of each line, and how much of it the parser has taken.
    text: Vec<u8>,
    taken: usize,
    /// A carriage return that waits for what follows it.
    held: bool,
    is_at_end: bool,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Rows<R> {
    /// Reads the beginning, without a byte order mark.
    ///
    /// # Errors
    /// The input's.
    pub fn new(input: R, reading: Reading) -> io::Result<Self> {
        let mut rows = Self {
            input,
            reading,
            parser: Reader::new(),
            text: Vec::new(),
            taken: 0,
            held: false,
            is_at_end: false,
            cells: vec![0; MAX_ROW],
            ends: vec![0; MAX_COLUMNS],
        };
        rows.fill()?;
        if rows.text.starts_with(b"\xef\xbb\xbf") {
            rows.text.drain(..3);
        }
        let first = rows.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let delimiter = (reading.delimiter)(&String::from_utf8_lossy(first));
        rows.parser = ReaderBuilder::new().delimiter(delimiter).build();
        Ok(rows)
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// The input's.
    pub fn next(&mut self) -> io::Result<Option<Row>> {
        let from = self.parser.line();
        let (mut bytes, mut columns, mut is_oversized) = (0, 0, false);
        loop {
            if self.taken == self.text.len() && !self.is_at_end {
                self.fill()?;
            }
            let (outcome, read, wrote, ended) =
                self.parser.read_record(&self.text[self.taken..], &mut self.cells[bytes..], &mut self.ends[columns..]);
            (self.taken, bytes, columns) = (self.taken + read, bytes + wrote, columns + ended);
            match outcome {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => (bytes, is_oversized) = (0, true),
                ReadRecordResult::OutputEndsFull => (columns, is_oversized) = (0, true),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        if is_oversized {
            return Ok(Some(Row::Oversized(from)));
        }
        // The parser begins a row before the blank lines above it; its end is known exactly.
        let inner = memchr::memchr_iter(b'\n', &self.cells[..bytes]).count() as u64;
        let line = self.parser.line().saturating_sub(1 + inner).max(from);
        let starts = [0].into_iter().chain(self.ends[..columns].iter().copied());
        let cells =
            starts.zip(&self.ends[..columns]).map(|(start, end)| (self.reading.decode)(&self.cells[start..*end]));
        let mut record: StringRecord = cells.collect();
        let mut position = Position::new();
        position.set_line(line);
        record.set_position(Some(position));
        Ok(Some(Row::Cells(record)))
    }

    /// Reads on, until there is something for the parser or nothing more. The last line ends like all others.
    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        let mut chunk = vec![0; CHUNK];
        while self.text.is_empty() && !self.is_at_end {
            let read = match self.input.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            for byte in &chunk[..read] {
                if std::mem::take(&mut self.held) && *byte != b'\n' {
                    self.text.push(b'\r');
                }
                self.held = *byte == b'\r';
                if !self.held {
                    self.text.push(*byte);
                }
            }
            if read == 0 {
                self.is_at_end = true;
                self.text.push(b'\n');
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let given = buffer.len().min(3);
            self.0.read(&mut buffer[..given])
        }
    }

    fn rows(input: impl Read) -> Vec<(u64, Option<Vec<String>>)> {
        let decode = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let reading = Reading { delimiter: |first| if first.contains(';') { b';' } else { b',' }, decode };
        let mut rows = Rows::new(input, reading).expect("a beginning");
        let mut found = Vec::new();
        while let Some(row) = rows.next().expect("a row") {
            found.push(match row {
                Row::Cells(record) => {
                    let line = record.position().map_or(0, Position::line);
                    (line, Some(record.iter().map(str::to_owned).collect()))
                }
                Row::Oversized(line) => (line, None),
            });
        }
        found
    }

    fn cells(line: u64, cells: &[&str]) -> (u64, Option<Vec<String>>) {
        (line, Some(cells.iter().map(|cell| (*cell).to_owned()).collect()))
    }

    #[test]
    fn rows_are_read_with_their_lines_whatever_ends_them() {
        let text = "\u{feff}a;b\n\n\n\"1\n2\";\"say \"\"x\"\"\"\n3;\rä\n\n4";
        let wanted = [
            cells(1, &["a", "b"]),
            cells(4, &["1\n2", "say \"x\""]),
            cells(6, &["3", ""]),
            cells(6, &["ä"]),
            cells(8, &["4"]),
        ];
        assert_eq!(rows(text.as_bytes()), wanted);
        let windows = text.replace('\n', "\r\n");
        assert_eq!(rows(windows.as_bytes()), wanted);
        assert_eq!(rows(Slow(windows.trim_start_matches('\u{feff}').replace(';', ",").as_bytes())), wanted);
        assert_eq!(rows(&b""[..]), []);
        assert_eq!(rows(&b"\n\r\n"[..]), []);
        assert_eq!(rows(&b"a,\"open"[..]), [cells(1, &["a", "open\n"])]);
    }

    #[test]
    fn a_row_without_end_takes_no_memory_and_the_next_is_read() {
        let long = "x".repeat(10 * MAX_ROW);
        let wide = ",".repeat(10 << 20);
        let quoted = format!("\"{}\"", "\"\"\n,".repeat(MAX_ROW));
        for bad in [&long, &wide, &quoted] {
            let found = rows(format!("a,b\n{bad}\n1,2\n").as_bytes());
            assert_eq!(found.len(), 3, "{bad:.20}");
            assert_eq!((found[1].clone(), found[2].1.clone()), ((2, None), cells(0, &["1", "2"]).1), "{bad:.20}");
        }
        assert_eq!(rows(wide.as_bytes()), [(1, None)]);
        let most = [",".repeat(MAX_COLUMNS - 1), "\n".to_owned(), "x".repeat(MAX_ROW - 1)].concat();
        assert!(rows(most.as_bytes()).iter().all(|(_, row)| row.is_some()));
    }
}
