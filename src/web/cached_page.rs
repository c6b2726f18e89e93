//! A page in pieces around what belongs to its visitor alone, so that the rest is rendered and compressed once. Knows
//! nothing of requests.
//!
//! Compressed pieces are joined as they are: each is a run of deflate blocks that looks back at no other piece and ends
//! on a byte's border, and what is put between them is stored uncompressed. So a visitor's secrets are never
//! compressed together with what somebody else chose, and the length of a page tells nothing of them.

use std::io::Write;
use std::sync::{LazyLock, OnceLock};

use bytes::Bytes;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use memchr::memmem;

/// What is put in for each visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The name of the account.
    Name,
    /// The token for forms.
    Csrf,
}

impl Slot {
    const ALL: [Self; 2] = [Self::Name, Self::Csrf];

    /// What stands for it while a page is rendered. It holds a number that nobody knows and that never leaves the
    /// process, so no movie can be taken for it; letters and digits, so no escaping changes it.
    pub fn mark(self) -> &'static str {
        static NUMBER: LazyLock<u128> = LazyLock::new(rand::random);
        static NAME: LazyLock<String> = LazyLock::new(|| format!("{:032x}name", *NUMBER));
        static CSRF: LazyLock<String> = LazyLock::new(|| format!("{:032x}csrf", *NUMBER));
        match self {
            Self::Name => &NAME,
            Self::Csrf => &CSRF,
        }
    }
}

/// A visitor's own parts, ready for HTML.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotValues<'a> {
    /// For [`Slot::Name`].
    pub name: &'a str,
    /// For [`Slot::Csrf`].
    pub csrf: &'a str,
}

impl<'a> SlotValues<'a> {
    fn of(self, slot: Slot) -> &'a str {
        match slot {
            Slot::Name => self.name,
            Slot::Csrf => self.csrf,
        }
    }
}

/// A text, and what follows it.
#[derive(Debug)]
struct Segment {
    text: Bytes,
    slot: Option<Slot>,
}

/// A piece's text as deflate blocks.
struct Deflated {
    blocks: Vec<u8>,
    crc: Crc,
}

/// A text with gaps.
pub struct CachedPage {
    segments: Vec<Segment>,
    deflated: OnceLock<Vec<Deflated>>,
}

/// The most bytes of a piece that is copied.
const MAX_COPIED_BYTES: usize = 8 << 10;
/// The most bytes of a stored block of deflate.
const MAX_STORED_BLOCK: usize = 0xffff;
/// A gzip stream's head: deflate, no name, no time, any system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block of a deflate stream, empty.
const FINAL_BLOCK: [u8; 5] = [1, 0, 0, 0xff, 0xff];

impl CachedPage {
    /// Cuts a text at the marks in it.
    pub fn cut(text: String) -> Self {
        let text = Bytes::from(text);
        let found =
            |slot: Slot| memmem::find_iter(&text, slot.mark()).map(move |start| (start, slot)).collect::<Vec<_>>();
        let mut slots = Slot::ALL.into_iter().flat_map(found).collect::<Vec<_>>();
        slots.sort_unstable_by_key(|(start, _)| *start);
        let mut segments = Vec::with_capacity(slots.len() + 1);
        let mut from = 0;
        for (start, slot) in slots {
            segments.push(Segment { text: text.slice(from..start), slot: Some(slot) });
            from = start + slot.mark().len();
        }
        segments.push(Segment { text: text.slice(from..), slot: None });
        Self { segments, deflated: OnceLock::new() }
    }

    /// Bytes, without what is put in.
    pub fn length(&self) -> usize {
        self.segments.iter().map(|segment| segment.text.len()).sum()
    }

    /// The whole text, long pieces of it shared rather than copied.
    pub fn filled(&self, values: SlotValues<'_>) -> Vec<Bytes> {
        let mut filled = Vec::with_capacity(3);
        let mut short = Vec::new();
        for segment in &self.segments {
            if segment.text.len() > MAX_COPIED_BYTES {
                if !short.is_empty() {
                    filled.push(Bytes::from(std::mem::take(&mut short)));
                }
                filled.push(segment.text.clone());
            } else {
                short.extend_from_slice(&segment.text);
            }
            short.extend_from_slice(segment.slot.map_or("", |slot| values.of(slot)).as_bytes());
        }
        if !short.is_empty() {
            filled.push(Bytes::from(short));
        }
        filled
    }

    /// The whole text as a gzip stream.
    pub fn gzipped(&self, values: SlotValues<'_>) -> Bytes {
        let deflated =
            self.deflated.get_or_init(|| self.segments.iter().map(|segment| deflate(&segment.text)).collect());
        let mut stream = Vec::with_capacity(deflated.iter().map(|deflated| deflated.blocks.len() + 200).sum());
        let mut crc = Crc::new();
        stream.extend_from_slice(&GZIP_HEADER);
        for (segment, deflated) in self.segments.iter().zip(deflated) {
            stream.extend_from_slice(&deflated.blocks);
            crc.combine(&deflated.crc);
            let Some(slot) = segment.slot else { continue };
            let own = values.of(slot).as_bytes();
            own.chunks(MAX_STORED_BLOCK).for_each(|chunk| store(&mut stream, chunk));
            let mut own_crc = Crc::new();
            own_crc.update(own);
            crc.combine(&own_crc);
        }
        stream.extend_from_slice(&FINAL_BLOCK);
        stream.extend_from_slice(&crc.sum().to_le_bytes());
        stream.extend_from_slice(&crc.amount().to_le_bytes());
        stream.into()
    }
}

fn deflate(text: &[u8]) -> Deflated {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
    // Writing to memory does not fail. The flush ends the blocks on a byte's border and leaves the stream open.
    let _ = encoder.write_all(text).and_then(|()| encoder.flush());
    let blocks = std::mem::take(encoder.get_mut());
    let mut crc = Crc::new();
    crc.update(text);
    Deflated { blocks, crc }
}

/// A stored block.
fn store(stream: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    stream.push(0);
    stream.extend_from_slice(&length.to_le_bytes());
    stream.extend_from_slice(&(!length).to_le_bytes());
    stream.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn unpacked(stream: &[u8]) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(stream).read_to_string(&mut text).expect("a gzip stream");
        text
    }

    #[test]
    fn gaps_are_filled_for_each_visitor() {
        let (name, csrf) = (Slot::Name.mark(), Slot::Csrf.mark());
        let middle = "star ".repeat(20_000);
        let segments = CachedPage::cut(format!("{name}<a>{csrf}{name}{middle}{csrf}"));
        let long = "x".repeat(70_000);
        for (name, csrf) in [("anna", "secret"), ("", ""), (long.as_str(), "é")] {
            let values = SlotValues { name, csrf };
            let whole = format!("{name}<a>{csrf}{name}{middle}{csrf}");
            assert_eq!(segments.filled(values).concat(), whole.as_bytes());
            assert_eq!(unpacked(&segments.gzipped(values)), whole);
        }
        assert!(segments.gzipped(SlotValues::default()).len() < 1000);
    }

    #[test]
    fn a_text_without_gaps_is_one_piece() {
        for text in ["", "{}", "text"] {
            let segments = CachedPage::cut(text.to_owned());
            assert_eq!(segments.filled(SlotValues::default()).concat(), text.as_bytes());
            assert_eq!(unpacked(&segments.gzipped(SlotValues::default())), text);
            assert_eq!(segments.length(), text.len());
        }
    }

    #[test]
    fn what_is_a_visitors_own_is_not_compressed() {
        let segments = CachedPage::cut(format!("value=secret {} value=secret", Slot::Csrf.mark()));
        let length = |csrf| segments.gzipped(SlotValues { name: "", csrf }).len();
        assert_eq!(length("secret"), length("q8f0z1"));
    }
}
