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
pub enum Gap {
    /// The name of the account.
    Name,
    /// The token for forms.
    Csrf,
}

impl Gap {
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
pub struct Filling<'a> {
    /// For [`Gap::Name`].
    pub name: &'a str,
    /// For [`Gap::Csrf`].
    pub csrf: &'a str,
}

impl<'a> Filling<'a> {
    fn of(self, gap: Gap) -> &'a str {
        match gap {
            Gap::Name => self.name,
            Gap::Csrf => self.csrf,
        }
    }
}

/// A text, and what follows it.
#[derive(Debug)]
struct Piece {
    text: Bytes,
    gap: Option<Gap>,
}

/// A piece's text as deflate blocks.
struct Packed {
    blocks: Vec<u8>,
    crc: Crc,
}

/// A text with gaps.
pub struct Pieces {
    pieces: Vec<Piece>,
    packed: OnceLock<Vec<Packed>>,
}

/// The most bytes of a piece that is copied.
const COPIED: usize = 8 << 10;
/// The most bytes of a stored block of deflate.
const STORED: usize = 0xffff;
/// A gzip stream's head: deflate, no name, no time, any system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block of a deflate stream, empty.
const LAST: [u8; 5] = [1, 0, 0, 0xff, 0xff];

impl Pieces {
    /// Cuts a text at the marks in it.
    pub fn cut(text: String) -> Self {
        let text = Bytes::from(text);
        let found = |gap: Gap| memmem::find_iter(&text, gap.mark()).map(move |start| (start, gap)).collect::<Vec<_>>();
        let mut gaps = Gap::ALL.into_iter().flat_map(found).collect::<Vec<_>>();
        gaps.sort_unstable_by_key(|(start, _)| *start);
        let mut pieces = Vec::with_capacity(gaps.len() + 1);
        let mut from = 0;
        for (start, gap) in gaps {
            pieces.push(Piece { text: text.slice(from..start), gap: Some(gap) });
            from = start + gap.mark().len();
        }
        pieces.push(Piece { text: text.slice(from..), gap: None });
        Self { pieces, packed: OnceLock::new() }
    }

    /// Bytes, without what is put in.
    pub fn length(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.len()).sum()
    }

    /// The whole text, long pieces of it shared rather than copied.
    pub fn filled(&self, filling: Filling<'_>) -> Vec<Bytes> {
        let mut filled = Vec::with_capacity(3);
        let mut short = Vec::new();
        for piece in &self.pieces {
            if piece.text.len() > COPIED {
                if !short.is_empty() {
                    filled.push(Bytes::from(std::mem::take(&mut short)));
                }
                filled.push(piece.text.clone());
            } else {
                short.extend_from_slice(&piece.text);
            }
            short.extend_from_slice(piece.gap.map_or("", |gap| filling.of(gap)).as_bytes());
        }
        if !short.is_empty() {
            filled.push(Bytes::from(short));
        }
        filled
    }

    /// The whole text as a gzip stream.
    pub fn packed(&self, filling: Filling<'_>) -> Bytes {
        let packed = self.packed.get_or_init(|| self.pieces.iter().map(|piece| pack(&piece.text)).collect());
        let mut stream = Vec::with_capacity(packed.iter().map(|packed| packed.blocks.len() + 200).sum());
        let mut crc = Crc::new();
        stream.extend_from_slice(&HEAD);
        for (piece, packed) in self.pieces.iter().zip(packed) {
            stream.extend_from_slice(&packed.blocks);
            crc.combine(&packed.crc);
            let Some(gap) = piece.gap else { continue };
            let own = filling.of(gap).as_bytes();
            own.chunks(STORED).for_each(|chunk| store(&mut stream, chunk));
            let mut own_crc = Crc::new();
            own_crc.update(own);
            crc.combine(&own_crc);
        }
        stream.extend_from_slice(&LAST);
        stream.extend_from_slice(&crc.sum().to_le_bytes());
        stream.extend_from_slice(&crc.amount().to_le_bytes());
        stream.into()
    }
}

fn pack(text: &[u8]) -> Packed {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
    // Writing to memory does not fail. The flush ends the blocks on a byte's border and leaves the stream open.
    let _ = encoder.write_all(text).and_then(|()| encoder.flush());
    let blocks = std::mem::take(encoder.get_mut());
    let mut crc = Crc::new();
    crc.update(text);
    Packed { blocks, crc }
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
        let (name, csrf) = (Gap::Name.mark(), Gap::Csrf.mark());
        let middle = "star ".repeat(20_000);
        let pieces = Pieces::cut(format!("{name}<a>{csrf}{name}{middle}{csrf}"));
        let long = "x".repeat(70_000);
        for (name, csrf) in [("anna", "secret"), ("", ""), (long.as_str(), "é")] {
            let filling = Filling { name, csrf };
            let whole = format!("{name}<a>{csrf}{name}{middle}{csrf}");
            assert_eq!(pieces.filled(filling).concat(), whole.as_bytes());
            assert_eq!(unpacked(&pieces.packed(filling)), whole);
        }
        assert!(pieces.packed(Filling::default()).len() < 1000);
    }

    #[test]
    fn a_text_without_gaps_is_one_piece() {
        for text in ["", "{}", "text"] {
            let pieces = Pieces::cut(text.to_owned());
            assert_eq!(pieces.filled(Filling::default()).concat(), text.as_bytes());
            assert_eq!(unpacked(&pieces.packed(Filling::default())), text);
            assert_eq!(pieces.length(), text.len());
        }
    }

    #[test]
    fn what_is_a_visitors_own_is_not_compressed() {
        let pieces = Pieces::cut(format!("value=secret {} value=secret", Gap::Csrf.mark()));
        let length = |csrf| pieces.packed(Filling { name: "", csrf }).len();
        assert_eq!(length("secret"), length("q8f0z1"));
    }
}
