//! PNG before it is decoded: only what makes the picture is handed on, so that nothing else can be unpacked. Text chunks,
//! the further frames of an animation and unknown chunks are left out; a color profile is unpacked here, within bounds.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::color::{Chromaticities, Colors, MAX_PROFILE};
use super::{ImageError, MAX_METADATA};

const SIGNATURE: usize = 8;
/// Length, kind and check sum of a chunk.
const FRAME: usize = 12;

/// A file without what is not its picture, and how its colors are meant.
pub fn split(file: &[u8]) -> Result<(Vec<u8>, Colors), ImageError> {
    let mut kept = file[..SIGNATURE.min(file.len())].to_vec();
    let mut rest = &file[kept.len()..];
    let mut found = Found::default();
    while let Some(Chunk { kind, data, whole, after }) = Chunk::first(rest) {
        match kind {
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND" => kept.extend_from_slice(whole),
            b"eXIf" if data.len() > MAX_METADATA => return Err(ImageError::TooMuchData),
            b"eXIf" => kept.extend_from_slice(whole),
            _ => found.note(kind, data)?,
        }
        rest = after;
        if kind == b"IEND" {
            return Ok((kept, found.colors()));
        }
    }
    // It is cut off, which the decoder tells.
    kept.extend_from_slice(rest);
    Ok((kept, found.colors()))
}

/// A chunk of a file.
struct Chunk<'a> {
    kind: &'a [u8; 4],
    data: &'a [u8],
    /// With its length, kind and check sum.
    whole: &'a [u8],
    /// What comes after it.
    after: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The chunk at the beginning; `None` where there is no whole one.
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
        let (whole, after) = bytes.split_at_checked(length.checked_add(FRAME)?)?;
        Some(Self { kind: whole[4..].first_chunk()?, data: &whole[8..8 + length], whole, after })
    }
}

/// What the chunks say of colors. The first of a kind counts.
#[derive(Default)]
struct Found {
    codes: Option<[u8; 4]>,
    profile: Option<Vec<u8>>,
    is_srgb: bool,
    gamma: Option<u32>,
    points: Option<[u32; 8]>,
}

impl Found {
    fn note(&mut self, kind: &[u8; 4], data: &[u8]) -> Result<(), ImageError> {
        match kind {
            b"cICP" if self.codes.is_none() => self.codes = data.try_into().ok(),
            b"iCCP" if self.profile.is_none() => self.profile = Some(unpacked(data)?),
            b"sRGB" => self.is_srgb = true,
            b"gAMA" => self.gamma = self.gamma.or_else(|| Some(u32::from_be_bytes(data.try_into().ok()?))),
            b"cHRM" if self.points.is_none() && data.len() == 32 => {
                let number = |place: usize| u32::from_be_bytes(std::array::from_fn(|byte| data[4 * place + byte]));
                self.points = Some(std::array::from_fn(number));
            }
            _ => {}
        }
        Ok(())
    }

    /// By the order of the PNG specification.
    fn colors(self) -> Colors {
        match self {
            Self { codes: Some(codes), .. } => Colors::Codes(codes),
            Self { profile: Some(profile), .. } => Colors::Profile(profile),
            Self { is_srgb: false, gamma: Some(gamma), points, .. } => Colors::Gamma(gamma, points.map(Chromaticities)),
            _ => Colors::Srgb,
        }
    }
}

/// The profile in an `iCCP` chunk; an empty one where it cannot be unpacked.
fn unpacked(data: &[u8]) -> Result<Vec<u8>, ImageError> {
    let name = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let packed = data.get(name + 2..).unwrap_or_default();
    let mut profile = Vec::new();
    // What is damaged after its beginning is found by the checks of the profile.
    let _ = ZlibDecoder::new(packed).take(MAX_PROFILE as u64 + 1).read_to_end(&mut profile);
    if profile.len() > MAX_PROFILE { Err(ImageError::TooMuchData) } else { Ok(profile) }
}
