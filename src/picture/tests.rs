//! What is taken, what is refused, and what becomes of it.

use std::io::Cursor;

use image::{GenericImageView, Rgb, Rgba, RgbaImage};

use super::*;

pub fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

pub fn plain(width: u32, height: u32, colour: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb(colour))
}

pub fn taken(file: &[u8]) -> DynamicImage {
    let picture = prepare(file).expect("a picture");
    assert_eq!(image::guess_format(&picture.bytes).expect("a format"), ImageFormat::Jpeg);
    assert_eq!(picture.hash.len(), 64);
    image::load_from_memory(&picture.bytes).expect("a whole picture")
}

fn is_near(image: &DynamicImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
    let Rgba([r, g, b, _]) = image.get_pixel(x, y);
    [r, g, b].iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) < 12)
}

/// A JPEG with a note of its orientation.
fn turned(image: RgbImage, orientation: u8) -> Vec<u8> {
    let plain = file(image, ImageFormat::Jpeg);
    let note =
        [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]];
    let note = note.concat();
    let length = u16::try_from(note.len() + 2).expect("short").to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &note, &plain[2..]].concat()
}

#[test]
fn all_three_kinds_are_taken_and_made_small() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let made = taken(&file(plain(1400, 2100, [200, 30, 60]), format));
        assert_eq!(made.dimensions(), (WIDTH, HEIGHT), "{format:?}");
        assert!(is_near(&made, (250, 375), [200, 30, 60]), "{format:?}");
    }
}

#[test]
fn the_same_file_makes_the_same_poster() {
    let file = file(plain(300, 450, [1, 2, 3]), ImageFormat::Png);
    assert_eq!(prepare(&file), prepare(&file));
}

#[test]
fn shapes_are_kept_unless_they_are_nearly_a_posters() {
    let kept = |width, height| Plan::of(width, height).kept;
    assert_eq!(kept(2000, 3000), (500, 750));
    assert_eq!(kept(1000, 1500), (500, 750));
    // A sheet of 27 by 40 inches, and a cover of 1:1.414.
    assert_eq!(kept(2025, 3000), (500, 750));
    assert_eq!(kept(707, 1000), (500, 750));
    assert_eq!(kept(600, 1000), (500, 750));
    assert_eq!(kept(100, 148), (99, 148));
    assert_eq!(kept(1000, 1000), (500, 500));
    assert_eq!(kept(1920, 1080), (500, 281));
    assert_eq!(kept(1, 1), (1, 1));
    assert_eq!(kept(20_000, 1), (500, 1));
    assert_eq!(kept(1, 20_000), (1, 750));
    for width in 1..120 {
        for height in 1..120 {
            let Plan { scaled, kept } = Plan::of(width * 17, height * 19);
            assert!(kept.0 <= scaled.0.min(WIDTH) && kept.1 <= scaled.1.min(HEIGHT), "{width} {height}");
            assert!(kept.0 > 0 && kept.1 > 0);
        }
    }
}

#[test]
fn one_pixel_is_a_picture() {
    assert_eq!(taken(&file(plain(1, 1, [9, 9, 9]), ImageFormat::Png)).dimensions(), (1, 1));
    assert_eq!(taken(&file(plain(9_000, 1, [9, 9, 9]), ImageFormat::Png)).dimensions(), (500, 1));
}

#[test]
fn transparent_parts_are_white_and_hide_no_colour() {
    let image = RgbaImage::from_fn(60, 90, |x, _| if x < 30 { Rgba([0, 0, 0, 0]) } else { Rgba([200, 0, 0, 255]) });
    let made = taken(&file(image, ImageFormat::Png));
    assert!(is_near(&made, (5, 40), [255, 255, 255]) && is_near(&made, (55, 40), [200, 0, 0]));
}

#[test]
fn pictures_stand_as_the_camera_held_them() {
    // On its side: what is left becomes the top when it is turned clockwise.
    let lying = RgbImage::from_fn(900, 600, |x, _| if x < 450 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) });
    let made = taken(&turned(lying.clone(), 6));
    assert_eq!(made.dimensions(), (500, 750));
    assert!(is_near(&made, (250, 100), [220, 20, 20]) && is_near(&made, (250, 650), [20, 20, 220]));
    assert_eq!(taken(&turned(lying, 1)).dimensions(), (500, 333));
}

#[test]
fn what_the_file_says_besides_is_gone() {
    let noted = turned(plain(40, 60, [1, 2, 3]), 1);
    assert!(noted.windows(4).any(|bytes| bytes == b"Exif"));
    assert!(!prepare(&noted).expect("a picture").bytes.windows(4).any(|bytes| bytes == b"Exif"));
}

#[test]
fn other_kinds_are_refused_whatever_they_are_called() {
    for bad in [b"".as_slice(), b"x", b"GIF89a\x01\0\x01\0\0\0\0;", b"BM", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
    {
        assert_eq!(prepare(bad), Err(ImageError::Kind), "{bad:?}");
    }
}

#[test]
fn a_picture_that_is_cut_off_is_refused_wherever_it_ends() {
    let image = RgbImage::from_fn(120, 180, |x, y| Rgb([x as u8, y as u8, (x * y) as u8]));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = file(image.clone(), format);
        // A PNG's last chunk, of twelve bytes, holds nothing.
        for end in (16..whole.len() - 13).step_by(97) {
            assert!(prepare(&whole[..end]).is_err(), "{format:?} {end} of {}", whole.len());
        }
        assert!(prepare(&whole).is_ok());
    }
    let turned = turned(image, 6);
    assert_eq!(prepare(&turned[..turned.len() - 9]), Err(ImageError::Damaged));
}

#[test]
fn bytes_that_are_spoilt_never_panic() {
    let image = RgbImage::from_fn(40, 60, |x, y| Rgb([x as u8, y as u8, 7]));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = file(image.clone(), format);
        for place in 0..whole.len().min(600) {
            let mut spoilt = whole.clone();
            spoilt[place] ^= 0x55;
            let _ = prepare(&spoilt);
        }
    }
}

#[test]
fn huge_pictures_are_refused_before_they_are_decoded() {
    // The head of a PNG of 30,000 by 30,000 pixels, and of one that is not too long but too large.
    let mut small = file(plain(1, 1, [0, 0, 0]), ImageFormat::Png);
    for (width, height) in [(30_000_u32, 30_000_u32), (10_000, 10_000), (1, 60_000), (u32::MAX, u32::MAX)] {
        small[16..20].copy_from_slice(&width.to_be_bytes());
        small[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&small[12..29]);
        small[29..33].copy_from_slice(&sum.to_be_bytes());
        let refused = prepare(&small);
        assert!(
            matches!(refused, Err(ImageError::TooManyPixels | ImageError::Damaged)),
            "{width} {height} {refused:?}"
        );
        assert!(width > 100_000 || refused == Err(ImageError::TooManyPixels), "{width} {height} {refused:?}");
    }
    assert_eq!(prepare(&vec![0; MAX_BYTES + 1]), Err(ImageError::TooLarge));
}

/// The check sum of a chunk of PNG.
pub fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

/// A chunk of PNG.
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [&length[..], &body, &crc(&body).to_be_bytes()].concat()
}
