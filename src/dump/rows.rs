//! Splits text into rows of cells. Files are often written without quoting where a title holds quotes, so that what a
//! quote means is decided by what fits: a quote that does not close well, or that would take whole rows into one cell, is
//! a character of the text. No row is lost without a word: what does not fit is a row of too few or too many cells.

use std::collections::VecDeque;
use std::io::BufRead;

use ::csv::ByteRecord;

use super::MAX_RECORD;
use super::error::{Fault, too_large};

/// The rows of a text with a header.
pub(super) struct Rows<R> {
    input: R,
    delimiter: u8,
    /// How many cells the header has.
    width: Option<usize>,
    /// Which of them is the title, which never has several lines.
    title: Option<usize>,
    /// Lines that were read ahead.
    ahead: VecDeque<Vec<u8>>,
    /// The line that comes next, from 1.
    line: u64,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, width: None, title: None, ahead: VecDeque::new(), line: 1 }
    }

    /// What is known from the header.
    pub(super) fn expect(&mut self, width: usize, title: Option<usize>) {
        self.width = Some(width);
        self.title = title;
    }

    /// The next row that is not an empty line, and the line where it begins; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, ByteRecord)>, Fault> {
        loop {
            let line = self.line;
            let Some(text) = self.next_line()? else { return Ok(None) };
            if !text.is_empty() {
                return Ok(Some((line, self.row(&text)?)));
            }
        }
    }

    fn row(&mut self, text: &[u8]) -> Result<ByteRecord, Fault> {
        if memchr::memchr(b'"', text).is_none() {
            return Ok(text.split(|byte| *byte == self.delimiter).collect());
        }
        let mut quoted = Quoted::new(self.delimiter);
        let end = quoted.read(text);
        if end == End::Whole && self.fits(quoted.cells.len()) {
            return Ok(quoted.cells);
        }
        if end == End::Open
            && let Some(cells) = self.several_lines(text, quoted)?
        {
            return Ok(cells);
        }
        let literal: ByteRecord = text.split(|byte| *byte == self.delimiter).map(unquoted).collect();
        if self.fits(literal.len()) || self.delimiter == b'\t' {
            return Ok(literal);
        }
        let lenient = lenient(text, self.delimiter);
        Ok(if self.fits(lenient.len()) { lenient } else { literal })
    }

    fn fits(&self, cells: usize) -> bool {
        self.width.is_none_or(|width| width == cells)
    }

    /// A row whose cell goes on in the next lines, if they are that and no rows of their own; else they come again.
    fn several_lines(&mut self, first: &[u8], mut quoted: Quoted) -> Result<Option<ByteRecord>, Fault> {
        let opened = quoted.cells.len();
        let (mut taken, mut bytes) = (Vec::new(), first.len());
        let mut end = End::Open;
        while end == End::Open && bytes <= MAX_RECORD {
            let Some(text) = self.next_line()? else { break };
            bytes += text.len() + 1;
            quoted.cell.push(b'\n');
            end = quoted.read(&text);
            taken.push(text);
            // No text has that many lines which all look like rows.
            if end == End::Open && taken.len() == MANY && self.look_like_rows(first, &taken, opened) {
                break;
            }
        }
        if end == End::Whole && self.fits(quoted.cells.len()) && !self.look_like_rows(first, &taken, opened) {
            return Ok(Some(quoted.cells));
        }
        self.line -= taken.len() as u64;
        taken.into_iter().rev().for_each(|text| self.ahead.push_front(text));
        Ok(None)
    }

    /// The lines are rows that a stray quote, in the cell of this number, would join.
    fn look_like_rows(&self, first: &[u8], taken: &[Vec<u8>], opened: usize) -> bool {
        let Some(width) = self.width.filter(|width| *width > 1) else { return false };
        let is_row = |text: &[u8]| memchr::memchr_iter(self.delimiter, text).count() + 1 == width;
        let rows = taken.iter().filter(|text| is_row(text)).count();
        is_row(first) && 2 * rows > taken.len() && (taken.len() > 1 || self.title == Some(opened))
    }

    /// A line without its end; `None` at the end of the text.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if let Some(text) = self.ahead.pop_front() {
            self.line += 1;
            return Ok(Some(text));
        }
        let mut text = Vec::new();
        let failed = |error: std::io::Error, line| Fault::read(Some(line), &error);
        let end = loop {
            let chunk = self.input.fill_buf().map_err(|error| failed(error, self.line))?;
            if chunk.is_empty() {
                if text.is_empty() {
                    return Ok(None);
                }
                break b'\n';
            }
            let end = memchr::memchr2(b'\n', b'\r', chunk);
            let taken = end.unwrap_or(chunk.len());
            text.extend_from_slice(&chunk[..taken]);
            let found = end.map(|at| chunk[at]);
            self.input.consume(taken + usize::from(found.is_some()));
            if text.len() > MAX_RECORD {
                return Err(Fault::at(self.line, too_large()));
            }
            if let Some(end) = found {
                break end;
            }
        };
        if end == b'\r' {
            let is_pair = self.input.fill_buf().map_err(|error| failed(error, self.line))?.first() == Some(&b'\n');
            self.input.consume(usize::from(is_pair));
        }
        self.line += 1;
        Ok(Some(text))
    }
}

/// After so many lines that look like rows an open quote is not waited for any more.
const MANY: usize = 50;

/// How a line ends, as far as quotes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Every cell is whole.
    Whole,
    /// The last cell goes on in the next line.
    Open,
    /// A quote closes within a cell: this is not how quoted text is written.
    Broken,
}

/// Reads cells as they are quoted by the book, line after line.
struct Quoted {
    delimiter: u8,
    cells: ByteRecord,
    cell: Vec<u8>,
    is_open: bool,
}

impl Quoted {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, cells: ByteRecord::new(), cell: Vec::new(), is_open: false }
    }

    fn read(&mut self, text: &[u8]) -> End {
        let mut rest = text;
        loop {
            if !self.is_open && rest.first() == Some(&b'"') {
                self.is_open = true;
                rest = &rest[1..];
            }
            if self.is_open {
                let Some(at) = memchr::memchr(b'"', rest) else {
                    self.cell.extend_from_slice(rest);
                    return End::Open;
                };
                self.cell.extend_from_slice(&rest[..at]);
                rest = &rest[at + 1..];
                match rest.first() {
                    Some(b'"') => {
                        self.cell.push(b'"');
                        rest = &rest[1..];
                        continue;
                    }
                    Some(byte) if *byte != self.delimiter => return End::Broken,
                    _ => self.is_open = false,
                }
            } else {
                let end = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
                self.cell.extend_from_slice(&rest[..end]);
                rest = &rest[end..];
            }
            self.cells.push_field(&self.cell);
            self.cell.clear();
            if rest.is_empty() {
                return End::Whole;
            }
            rest = &rest[1..];
        }
    }
}

/// The cell without its quotes, if it begins and ends with one and those within are doubled.
fn unquoted(cell: &[u8]) -> Vec<u8> {
    let mut quoted = Quoted::new(b'"');
    let is_quoted = cell.len() > 1 && cell.starts_with(b"\"");
    if is_quoted && quoted.read(cell) == End::Whole && quoted.cells.len() == 1 {
        return quoted.cells[0].to_vec();
    }
    cell.to_vec()
}

/// Cells of which a quote opens one, and the next quote before a delimiter closes it: `"Smith, "The" John",1990`.
fn lenient(text: &[u8], delimiter: u8) -> ByteRecord {
    let mut cells = ByteRecord::new();
    let mut rest = text;
    loop {
        let is_end = |at: &usize| rest.get(at + 1).is_none_or(|byte| *byte == delimiter);
        let inner = rest.strip_prefix(b"\"").filter(|inner| !inner.is_empty());
        let closing = inner.and_then(|_| memchr::memchr_iter(b'"', rest).skip(1).find(is_end));
        let end = match closing {
            Some(at) => {
                cells.push_field(&rest[1..at]);
                at + 1
            }
            None => {
                let end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                cells.push_field(&rest[..end]);
                end
            }
        };
        if end == rest.len() {
            return cells;
        }
        rest = &rest[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows below the header, each with its line and its cells joined with `¦`.
    fn rows(text: &str, delimiter: u8) -> Vec<(u64, String)> {
        let mut rows = Rows::new(text.as_bytes(), delimiter);
        let (_, header) = rows.next().expect("read").expect("a header");
        rows.expect(header.len(), Some(0));
        let mut found = Vec::new();
        while let Some((line, cells)) = rows.next().expect("read") {
            let cells: Vec<_> = cells.iter().map(String::from_utf8_lossy).collect();
            found.push((line, cells.join("¦")));
        }
        found
    }

    fn check(text: &str, delimiter: u8, expected: &[(u64, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
        assert_eq!(rows(text, delimiter), expected, "{text}");
    }

    #[test]
    fn a_stray_quote_is_a_character_and_swallows_nothing() {
        for (mark, delimiter) in [("\t", b'\t'), (",", b','), (";", b';')] {
            for end in ["\n", "\r\n", "\r"] {
                let text = |rows: &str| rows.replace('|', mark).replace('\n', end);
                check(
                    &text(
                        "title|year|director\n\"Blue\" Door|1990|Ann\n\"Red Window|2001|Bob\nGreen \"Hat|1999|Cy\nGrey Coat\"|1998|Di\n\"|1997|Ed\n\"\"|1996|Fo\n\"a\" and \"b\"|1995|Gi",
                    ),
                    delimiter,
                    &[
                        (2, "\"Blue\" Door¦1990¦Ann"),
                        (3, "\"Red Window¦2001¦Bob"),
                        (4, "Green \"Hat¦1999¦Cy"),
                        (5, "Grey Coat\"¦1998¦Di"),
                        (6, "\"¦1997¦Ed"),
                        (7, "¦1996¦Fo"),
                        (8, "\"a\" and \"b\"¦1995¦Gi"),
                    ],
                );
                check(
                    &text("title|year\n\"Red|2001\nGrey\"|1998\nLast|1999"),
                    delimiter,
                    &[(2, "\"Red¦2001"), (3, "Grey\"¦1998"), (4, "Last¦1999")],
                );
            }
        }
        let many = "x,1999,y\n".repeat(20_000);
        let found = rows(&format!("title,year,director\n\"Open,2001,Bob\n{many}"), b',');
        assert_eq!((found.len(), found[0].1.as_str()), (20_001, "\"Open¦2001¦Bob"));
    }

    #[test]
    fn text_that_is_quoted_by_the_book_is_read_by_it() {
        for (mark, delimiter) in [("\t", b'\t'), (",", b',')] {
            let text = |rows: &str| rows.replace('|', mark);
            check(
                &text(
                    "title|plot|year\n\"Blue \"\"Door\"\"\"|\"One|two\"|1990\n\"Red\"|\"Two\nlines\r\nor| three\"|2001\n\nTail|\"One\n\ntwo\"|1999\n",
                ),
                delimiter,
                &[
                    (2, &text("Blue \"Door\"¦One|two¦1990")),
                    (3, &text("Red¦Two\nlines\nor| three¦2001")),
                    (7, "Tail¦One\n\ntwo¦1999"),
                ],
            );
            check(&text("a|b\nx|\"last\ncell\""), delimiter, &[(2, "x¦last\ncell")]);
        }
        check("a,b\n\"Smith, \"The\" John\",1990\n", b',', &[(2, "Smith, \"The\" John¦1990")]);
        check("a,b,c\n\"open\nx,y,z\n", b',', &[(2, "\"open"), (3, "x¦y¦z")]);
    }
}
