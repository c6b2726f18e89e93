//! Splits JSON into records without reading them: an array's elements, the lines of a file, or objects one after
//! another. Holds one record at a time. Brackets, texts and lines are followed here; the rest is `json`'s.

use std::io::{self, BufRead};

use super::error::{Fault, too_large};
use super::{MAX_DEPTH, MAX_RECORD};

/// How the records of a JSON dump stand in the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// The elements of one array.
    Array,
    /// One record a line.
    Lines,
    /// Objects over several lines each, one after another.
    Objects,
    /// The elements of an array inside one object; the array begins after so many bytes.
    Inside(usize),
}

/// The records of a JSON dump, one by one.
pub(super) struct Scanner<R> {
    input: R,
    shape: Shape,
    state: State,
    line: u64,
    record: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Start,
    Between,
    End,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R, shape: Shape) -> Self {
        Self { input, shape, state: State::Start, line: 1, record: Vec::new() }
    }

    /// The next record and the line in which it begins; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>, Fault> {
        self.record.clear();
        let line = match self.shape {
            _ if self.state == State::End => None,
            Shape::Array | Shape::Inside(_) => self.next_element()?,
            Shape::Lines => self.next_line()?,
            Shape::Objects => self.next_object()?,
        };
        Ok(line.map(|line| (line, self.record.as_slice())))
    }

    fn next_element(&mut self) -> Result<Option<u64>, Fault> {
        let begins = self.state == State::Start;
        if begins {
            if let Shape::Inside(bytes) = self.shape {
                self.skip(bytes)?;
            }
            if self.peek()? != Some(b'[') {
                return Err(Fault::at(self.line, "expected `[`; this is not a JSON array"));
            }
            self.advance();
            self.state = State::Between;
        }
        let mut next = self.peek()?;
        if !begins && next == Some(b',') {
            self.advance();
            next = self.peek()?;
        } else if !begins && !matches!(next, None | Some(b']')) {
            return Err(Fault::at(self.line, "expected `,` or `]` after a record; mend the JSON"));
        }
        match next {
            None => Err(Fault::at(self.line, "the array ends without `]`; the dump is cut off, fetch it again")),
            Some(b']') => {
                self.advance();
                self.finish_array()?;
                Ok(None)
            }
            Some(b',' | b'}' | b':') => Err(Fault::at(self.line, "expected a record; mend the JSON")),
            Some(b'{' | b'[' | b'"') => self.read_nested(0).map(Some),
            Some(_) => self.read_bare().map(Some),
        }
    }

    fn finish_array(&mut self) -> Result<(), Fault> {
        if let Shape::Inside(_) = self.shape {
            self.read_nested(1)?;
            self.record.clear();
        }
        self.state = State::End;
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(Fault::at(self.line, "more text after the end of the list; give each dump its own file")),
        }
    }

    fn next_object(&mut self) -> Result<Option<u64>, Fault> {
        match self.peek()? {
            None => {
                self.state = State::End;
                Ok(None)
            }
            Some(b'{') => self.read_nested(0).map(Some),
            Some(_) => Err(Fault::at(self.line, "expected `{` of the next record; mend the JSON")),
        }
    }

    fn next_line(&mut self) -> Result<Option<u64>, Fault> {
        loop {
            let line = self.line;
            self.record.clear();
            if !self.read_line()? {
                self.state = State::End;
                return Ok(None);
            }
            if !self.record.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// One line without its end; false at the end of the file.
    fn read_line(&mut self) -> Result<bool, Fault> {
        let begin = self.line;
        loop {
            let chunk = filled(&mut self.input, begin)?;
            if chunk.is_empty() {
                return Ok(!self.record.is_empty());
            }
            let end = memchr::memchr(b'\n', chunk);
            let taken = end.unwrap_or(chunk.len());
            self.record.extend_from_slice(&chunk[..taken]);
            self.input.consume(end.map_or(taken, |end| end + 1));
            self.check_size(begin)?;
            if end.is_some() {
                self.line += 1;
                return Ok(true);
            }
        }
    }

    /// Reads to the bracket that closes the first one (or one that was read before, at depth 1), or to the end of
    /// a text. Says in which line it began.
    fn read_nested(&mut self, depth: usize) -> Result<u64, Fault> {
        let begin = self.line;
        let mut nesting = Nesting { depth, arrays: 0, in_text: false, escaped: false };
        loop {
            let chunk = filled(&mut self.input, self.line)?;
            if chunk.is_empty() {
                let what = "the file ends in the middle of the record that begins here; it is cut off, fetch it again";
                return Err(Fault::at(begin, what));
            }
            let (taken, ends) = nesting.follow(chunk, &mut self.line)?;
            self.record.extend_from_slice(&chunk[..taken]);
            self.input.consume(taken);
            self.check_size(begin)?;
            if ends {
                return Ok(begin);
            }
        }
    }

    /// A number or a word, which is never a movie: up to the next comma, bracket or line.
    fn read_bare(&mut self) -> Result<u64, Fault> {
        let begin = self.line;
        loop {
            let chunk = filled(&mut self.input, begin)?;
            let end = chunk.iter().position(|b| matches!(b, b',' | b']' | b'}' | b'{' | b'[' | b'"' | b'\n'));
            let taken = end.unwrap_or(chunk.len());
            let ends = end.is_some() || chunk.is_empty();
            self.record.extend_from_slice(&chunk[..taken]);
            self.input.consume(taken);
            self.check_size(begin)?;
            if ends {
                return Ok(begin);
            }
        }
    }

    /// The next byte that is not blank, not yet taken.
    fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let chunk = filled(&mut self.input, self.line)?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blank = chunk.iter().position(|b| !b.is_ascii_whitespace());
            let taken = blank.unwrap_or(chunk.len());
            let found = blank.map(|at| chunk[at]);
            self.line += memchr::memchr_iter(b'\n', &chunk[..taken]).count() as u64;
            self.input.consume(taken);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Takes the byte that [`Self::peek`] has shown.
    fn advance(&mut self) {
        self.input.consume(1);
    }

    fn skip(&mut self, bytes: usize) -> Result<(), Fault> {
        let mut left = bytes;
        while left > 0 {
            let chunk = filled(&mut self.input, self.line)?;
            let taken = left.min(chunk.len());
            if taken == 0 {
                break;
            }
            self.line += memchr::memchr_iter(b'\n', &chunk[..taken]).count() as u64;
            self.input.consume(taken);
            left -= taken;
        }
        Ok(())
    }

    fn check_size(&self, line: u64) -> Result<(), Fault> {
        if self.record.len() > MAX_RECORD { Err(Fault::at(line, too_large())) } else { Ok(()) }
    }
}

/// What is buffered, read anew if it is used up; empty at the end.
fn filled<R: BufRead>(input: &mut R, line: u64) -> Result<&[u8], Fault> {
    loop {
        match input.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Fault::read(Some(line), &error)),
        }
    }
    // What has just been filled is given again without another read.
    input.fill_buf().map_err(|error| Fault::read(Some(line), &error))
}

/// Where in a value the scanner stands. `arrays` has one bit a level: set where the level is an array.
struct Nesting {
    depth: usize,
    arrays: u64,
    in_text: bool,
    escaped: bool,
}

impl Nesting {
    /// Follows the value through a chunk: how much of the chunk belongs to it, and whether it ends there.
    fn follow(&mut self, chunk: &[u8], line: &mut u64) -> Result<(usize, bool), Fault> {
        let mut at = 0;
        while at < chunk.len() {
            if self.in_text && !self.escaped {
                let Some(next) = memchr::memchr3(b'"', b'\\', b'\n', &chunk[at..]) else { break };
                at += next;
            }
            let byte = chunk[at];
            at += 1;
            *line += u64::from(byte == b'\n');
            if self.escaped {
                self.escaped = false;
                continue;
            }
            match byte {
                b'"' => self.in_text = !self.in_text,
                b'\\' if self.in_text => self.escaped = true,
                _ if self.in_text => continue,
                b'{' | b'[' => self.open(byte == b'[', *line)?,
                b'}' | b']' => self.close(byte == b']', *line)?,
                _ => continue,
            }
            if self.depth == 0 && !self.in_text {
                return Ok((at, true));
            }
        }
        Ok((chunk.len(), false))
    }

    fn open(&mut self, array: bool, line: u64) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            let what = format!("nested deeper than {MAX_DEPTH}; this is no list of movies");
            return Err(Fault::at(line, what));
        }
        self.depth += 1;
        self.arrays = self.arrays << 1 | u64::from(array);
        Ok(())
    }

    fn close(&mut self, array: bool, line: u64) -> Result<(), Fault> {
        if (self.arrays & 1 == 1) != array {
            let (found, expected) = if array { (']', '}') } else { ('}', ']') };
            return Err(Fault::at(line, format!("found `{found}` where `{expected}` must close; mend the JSON")));
        }
        self.depth -= 1;
        self.arrays >>= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Read};

    /// The records with their lines; read three bytes at a time, so that every seam is met.
    fn split(text: &str, shape: Shape) -> (Vec<(u64, String)>, Option<Fault>) {
        let mut scanner = Scanner::new(BufReader::with_capacity(3, text.as_bytes()), shape);
        let mut records = Vec::new();
        loop {
            match scanner.next() {
                Ok(Some((line, record))) => records.push((line, String::from_utf8_lossy(record).into_owned())),
                Ok(None) => return (records, None),
                Err(fault) => return (records, Some(fault)),
            }
        }
    }

    fn record(line: u64, text: &str) -> (u64, String) {
        (line, text.to_owned())
    }

    #[test]
    fn elements_are_split_with_their_lines() {
        let (records, fault) = split("\r\n[\n{\"a\":\"]}\\\"\\\\\"},\n\n 12 ,{\"b\":\n[1]}\n,\"x,\"]\n", Shape::Array);
        let expected =
            [record(3, "{\"a\":\"]}\\\"\\\\\"}"), record(5, "12 "), record(5, "{\"b\":\n[1]}"), record(7, "\"x,\"")];
        assert_eq!((records.as_slice(), fault), (expected.as_slice(), None));
        assert_eq!(split("[]", Shape::Array), (vec![], None));
    }

    #[test]
    fn lines_are_split_and_blank_ones_skipped() {
        let (records, fault) = split("{}\r\n\n \n{\"a\":1}", Shape::Lines);
        assert_eq!((records, fault), (vec![record(1, "{}\r"), record(4, "{\"a\":1}")], None));
    }

    #[test]
    fn objects_over_lines_and_lists_inside_objects_are_split() {
        let (records, _) = split("{\n\"a\":1\n}\n{\n}", Shape::Objects);
        assert_eq!(records, [record(1, "{\n\"a\":1\n}"), record(4, "{\n}")]);
        let text = "{\"page\":1,\n\"results\": [{\"a\":1},\n{}],\"total\":2}\n";
        let inside = Shape::Inside(text.find('[').expect("an array"));
        assert_eq!(split(text, inside), (vec![record(2, "{\"a\":1}"), record(3, "{}")], None));
    }

    #[test]
    fn broken_structure_ends_the_reading_and_says_where() {
        for (text, line, what) in [
            ("[{},\n{\"a\":", 2, "ends in the middle"),
            ("[{}\n", 2, "ends without `]`"),
            ("[{}\n{}]", 2, "expected `,`"),
            ("[,{}]", 1, "expected a record"),
            ("[{\n]]", 2, "found `]` where `}`"),
            ("[{}]\n[", 2, "more text after"),
        ] {
            let fault = split(text, Shape::Array).1.expect(text);
            assert_eq!(fault.line, Some(line), "{text}");
            assert!(fault.what.contains(what), "{text}: {}", fault.what);
        }
        let deep = split(&"[".repeat(100_000), Shape::Array).1.expect("too deep");
        assert!(deep.what.contains("deeper than 64"));
    }

    #[test]
    fn endless_records_are_refused() {
        for (start, shape) in [("[{\"a\":\"", Shape::Array), ("{", Shape::Lines), ("[x", Shape::Array)] {
            let endless = BufReader::new(start.as_bytes().chain(io::repeat(b'a')));
            let fault = Scanner::new(endless, shape).next().expect_err("too large");
            assert!(fault.what.contains("larger than 8 MiB"), "{}", fault.what);
        }
    }
}
