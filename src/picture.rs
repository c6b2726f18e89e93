//! Pictures that people send: checked, made small, written anew as JPEG without anything that the file said besides.
//! The only user of `image`. Any bytes may come in: whatever they are, the answer is a picture or [`ImageError`], within
//! bounds of memory that are known before anything is decoded.

mod color;
mod png;

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, crop_imm};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use sha2::{Digest, Sha256};

use self::color::{Colors, MAX_PROFILE, to_srgb};

/// The most bytes of a file.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The most pixels, in millions.
pub const MAX_MEGAPIXELS: usize = 50;
/// The width of a poster at most.
pub const WIDTH: u32 = 500;
/// The height of a poster at most.
pub const HEIGHT: u32 = 750;

/// The longest side; what is longer is no poster, and its rows would be a burden to shrink.
const LONGEST_SIDE: u32 = 20_000;
/// Memory for the decoded picture: [`MAX_MEGAPIXELS`] of four bytes, and what a decoder needs in addition.
const MEMORY: u64 = 256 * 1024 * 1024;
/// How far the ratio of the sides may be from 2:3 for the picture to be cut to it.
const NEAR: f64 = 0.13;
/// Where a poster is shrunk by more than this, a quick average comes before the fine filter.
const COARSE: u32 = 3;
const QUALITY: u8 = 84;
/// The most bytes of the notes of a camera.
const MAX_METADATA: usize = 1024 * 1024;

/// A poster as it is stored and served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The SHA-256 of the bytes, in hexadecimal: its name.
    pub hash: String,
    /// A JPEG file.
    pub bytes: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It is neither JPEG nor PNG nor WebP, whatever its name says.
    #[error("it is not a JPEG, PNG or WebP picture")]
    Kind,
    /// It is one of these, but not a whole one.
    #[error("the picture is damaged or cut off")]
    Damaged,
    /// It has too many pixels, or too long a side.
    #[error("the picture has more than {MAX_MEGAPIXELS} million pixels, or a side of more than {LONGEST_SIDE}")]
    TooManyPixels,
    /// It carries too much besides its pixels: a color profile of some megabytes, or other data.
    #[error("the picture carries too much data besides the image; save it without metadata and color profile")]
    TooMuchData,
    /// The file is too large.
    #[error("the file is larger than {} MB", MAX_BYTES / (1024 * 1024))]
    TooLarge,
}

/// Makes a poster of a file. The same file always makes the same poster.
///
/// # Errors
/// See [`ImageError`].
pub fn prepare(file: &[u8]) -> Result<Picture, ImageError> {
    if file.len() > MAX_BYTES {
        return Err(ImageError::TooLarge);
    }
    // A fault of a decoder is the file's fault for whoever sent it.
    let made = catch_unwind(AssertUnwindSafe(|| {
        decode(file).and_then(|decoded| {
            let image = shrink(decoded.image, decoded.turn);
            encode(&to_srgb(image, &decoded.colors))
        })
    }));
    let bytes = made.unwrap_or_else(|_| {
        tracing::warn!(bytes = file.len(), "a decoder of pictures panicked");
        Err(ImageError::Damaged)
    })?;
    let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Picture { hash, bytes })
}

/// A picture as it is in its file.
struct Decoded {
    /// Its pixels, without transparency.
    image: RgbImage,
    /// How it is to be turned.
    turn: Orientation,
    /// How its colors are meant.
    colors: Colors,
}

/// Decodes a picture. Its size and what it carries are checked before.
fn decode(file: &[u8]) -> Result<Decoded, ImageError> {
    let format = image::guess_format(file).map_err(|_| ImageError::Kind)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(ImageError::Kind);
    }
    let (file, colors) = match format {
        ImageFormat::Png => png::split(file).map(|(file, colors)| (Cow::Owned(file), Some(colors)))?,
        _ => (Cow::Borrowed(file), None),
    };
    let mut limits = Limits::no_limits();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST_SIDE), Some(LONGEST_SIDE));
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(&*file), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| image_error(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_MEGAPIXELS as u64 * 1_000_000 {
        return Err(ImageError::TooManyPixels);
    }
    limits.reserve(decoder.total_bytes()).map_err(|error| image_error(&error))?;
    decoder.set_limits(limits).map_err(|error| image_error(&error))?;
    let colors = colors.map_or_else(|| profile(&mut decoder), Ok)?;
    // A note about turning that cannot be read is no reason to refuse the picture.
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    if format == ImageFormat::Jpeg && !is_whole_jpeg(&file) {
        return Err(ImageError::Damaged);
    }
    let image = DynamicImage::from_decoder(decoder).map_err(|error| image_error(&error))?;
    Ok(Decoded { image: flat(image), turn, colors })
}

/// The color profile of a JPEG or a WebP; one that cannot be read is none.
fn profile(decoder: &mut impl ImageDecoder) -> Result<Colors, ImageError> {
    let Ok(Some(profile)) = decoder.icc_profile() else { return Ok(Colors::Srgb) };
    if profile.len() > MAX_PROFILE { Err(ImageError::TooMuchData) } else { Ok(Colors::Profile(profile)) }
}

fn image_error(error: &image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(_) => ImageError::TooManyPixels,
        _ => ImageError::Damaged,
    }
}

/// The decoder fills what is missing of a JPEG with grey. A whole one has the mark of its end somewhere behind the
/// start of its data, where no other bytes can look like it.
fn is_whole_jpeg(file: &[u8]) -> bool {
    let mut place = 2;
    while let Some([0xff, kind]) = file.get(place..place + 2) {
        match kind {
            0xff => place += 1,
            0xda => return file[place..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            _ => {
                let Some(&[high, low]) = file.get(place + 2..place + 4) else { return false };
                place += 2 + usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    false
}

/// Transparent parts become white, before the picture is shrunk: their hidden colours must not bleed into the rest.
fn flat(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let mut image = image.into_rgba8();
    for pixel in image.pixels_mut() {
        let [colours @ .., alpha] = &mut pixel.0;
        let opaque = u32::from(*alpha);
        for colour in colours {
            *colour = ((u32::from(*colour) * opaque + 255 * (255 - opaque) + 127) / 255).try_into().unwrap_or(255);
        }
    }
    DynamicImage::ImageRgba8(image).into_rgb8()
}

/// The size to shrink a picture to, and what is then kept from its middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    scaled: (u32, u32),
    kept: (u32, u32),
}

impl Plan {
    /// A picture that is nearly 2:3 is cut to it; any other keeps its shape. None is made larger.
    fn of(width: u32, height: u32) -> Self {
        let (w, h) = (f64::from(width), f64::from(height));
        let (most_w, most_h) = (f64::from(WIDTH), f64::from(HEIGHT));
        let is_near = (w / h / (most_w / most_h) - 1.0).abs() <= NEAR;
        let (by_width, by_height) = (most_w / w, most_h / h);
        let scale = if is_near { by_width.max(by_height) } else { by_width.min(by_height) }.min(1.0);
        // Rounding keeps within u32: the sides are not longer than before.
        let scaled = ((w * scale).round().max(1.0) as u32, (h * scale).round().max(1.0) as u32);
        if !is_near {
            return Self { scaled, kept: scaled };
        }
        let (w, h) = (f64::from(scaled.0), f64::from(scaled.1));
        let kept_w = w.min((h * most_w / most_h).round()).min(most_w).max(1.0);
        let kept_h = h.min((w * most_h / most_w).round()).min(most_h).max(1.0);
        Self { scaled, kept: (kept_w as u32, kept_h as u32) }
    }
}

/// Shrinks, turns as the camera said, and cuts.
fn shrink(image: RgbImage, turn: Orientation) -> RgbImage {
    let is_across = matches!(
        turn,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let swapped = |(width, height): (u32, u32)| if is_across { (height, width) } else { (width, height) };
    let shown = swapped(image.dimensions());
    let plan = Plan::of(shown.0, shown.1);
    let (width, height) = swapped(plan.scaled);
    let mut image = DynamicImage::ImageRgb8(image);
    if image.width() > width * COARSE * 2 && image.height() > height * COARSE * 2 {
        image = image.thumbnail_exact(width * COARSE, height * COARSE);
    }
    if (image.width(), image.height()) != (width, height) {
        image = image.resize_exact(width, height, FilterType::Lanczos3);
    }
    image.apply_orientation(turn);
    let image = image.into_rgb8();
    let (kept_w, kept_h) = plan.kept;
    let (left, top) = ((image.width() - kept_w) / 2, (image.height() - kept_h) / 2);
    crop_imm(&image, left, top, kept_w, kept_h).to_image()
}

fn encode(image: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|_| ImageError::Damaged)?;
    Ok(bytes)
}

#[cfg(test)]
mod color_tests;
#[cfg(test)]
mod tests;
