//! Colors are converted to sRGB, by values computed from the definitions of the color spaces; and what a file carries
//! besides its pixels has a bound.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{GenericImageView, GrayImage, ImageEncoder, Luma};
use moxcms::ColorProfile;

use super::tests::{chunk, crc, file, plain, taken};
use super::*;

type Matrix = [[f64; 3]; 3];

// From CSS Color 4.
const SRGB_OF_XYZ: Matrix = [
    [3.240_969_941_904_522_6, -1.537_383_177_570_094, -0.498_610_760_293_003_4],
    [-0.969_243_636_280_879_6, 1.875_967_501_507_720_2, 0.041_555_057_407_175_59],
    [0.055_630_079_696_993_66, -0.203_976_958_888_976_52, 1.056_971_514_242_878_6],
];
const XYZ_OF_P3: Matrix = [
    [0.486_570_948_648_216_2, 0.265_667_693_169_093_06, 0.198_217_285_234_362_5],
    [0.228_974_564_069_748_8, 0.691_738_521_836_506_4, 0.079_286_914_093_745],
    [0.0, 0.045_113_381_858_902_64, 1.043_944_368_900_976],
];
const XYZ_OF_ADOBE: Matrix = [
    [0.576_669_042_910_130_5, 0.185_558_237_906_546_3, 0.188_228_646_234_994_7],
    [0.297_344_975_250_536_05, 0.627_363_566_255_466_1, 0.075_291_458_493_997_88],
    [0.027_031_361_386_412_34, 0.070_688_852_535_827_23, 0.991_337_536_837_638_8],
];
const XYZ_D50_OF_PROPHOTO: Matrix = [
    [0.797_766_644_900_642_3, 0.135_181_297_400_533_08, 0.031_347_734_128_392_2],
    [0.288_074_828_819_401_3, 0.711_835_234_241_873, 0.000_089_936_938_725_64],
    [0.0, 0.0, 0.825_104_602_510_460_2],
];
const D65_OF_D50: Matrix = [
    [0.955_473_421_488_075, -0.023_098_454_948_764_71, 0.063_259_243_200_570_72],
    [-0.028_369_709_333_863_7, 1.009_995_398_081_304_1, 0.021_041_441_191_917_323],
    [0.012_314_014_864_481_998, -0.020_507_649_298_898_964, 1.330_365_926_242_124],
];

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(factor, value)| factor * value).sum())
}

fn linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn encoded(value: f64) -> u8 {
    let value = value.clamp(0.0, 1.0);
    let value = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

/// The sRGB of a color whose curve and matrices to XYZ are given.
fn wanted(color: [u8; 3], curve: impl Fn(f64) -> f64, matrices: &[&Matrix]) -> [u8; 3] {
    let linear = color.map(|value| curve(f64::from(value) / 255.0));
    times(&SRGB_OF_XYZ, matrices.iter().fold(linear, |vector, matrix| times(matrix, vector))).map(encoded)
}

/// A plain picture with a profile, in all kinds of files.
fn tagged(color: [u8; 3], profile: &[u8]) -> [Vec<u8>; 3] {
    let image = plain(40, 60, color);
    let (mut png, mut jpeg, mut webp) = (Vec::new(), Vec::new(), Vec::new());
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(profile.to_vec()).expect("a profile");
    encoder.write_image(image.as_raw(), 40, 60, ExtendedColorType::Rgb8).expect("written");
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 100);
    encoder.set_icc_profile(profile.to_vec()).expect("a profile");
    encoder.write_image(image.as_raw(), 40, 60, ExtendedColorType::Rgb8).expect("written");
    let mut encoder = WebPEncoder::new_lossless(&mut webp);
    encoder.set_icc_profile(profile.to_vec()).expect("a profile");
    encoder.write_image(image.as_raw(), 40, 60, ExtendedColorType::Rgb8).expect("written");
    [png, jpeg, webp]
}

fn shows(file: &[u8], wanted: [u8; 3], what: &str) {
    let found = taken(file).get_pixel(20, 30).0;
    let is_near = found.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= 3);
    assert!(is_near, "{what}: {found:?} instead of {wanted:?}");
}

#[test]
fn wide_color_spaces_become_srgb() {
    let gamma = |gamma: f64| move |value: f64| value.powf(gamma);
    for color in [[200, 100, 50], [60, 150, 90], [120, 120, 120], [255, 255, 255], [10, 30, 60], [110, 90, 140]] {
        let p3 = wanted(color, linear, &[&XYZ_OF_P3]);
        let adobe = wanted(color, gamma(563.0 / 256.0), &[&XYZ_OF_ADOBE]);
        let prophoto = wanted(color, gamma(1.8), &[&XYZ_D50_OF_PROPHOTO, &D65_OF_D50]);
        for (name, profile, wanted) in [
            ("Display P3", ColorProfile::new_display_p3(), p3),
            ("Adobe RGB", ColorProfile::new_adobe_rgb(), adobe),
            ("ProPhoto RGB", ColorProfile::new_pro_photo_rgb(), prophoto),
            ("sRGB", ColorProfile::new_srgb(), color),
        ] {
            for file in tagged(color, &profile.encode().expect("a profile")) {
                shows(&file, wanted, name);
            }
        }
    }
    assert_eq!(wanted([200, 100, 50], linear, &[&XYZ_OF_P3]), [215, 93, 31], "the difference is one that is seen");
}

/// A PNG with chunks after its head.
fn with_chunks(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}

#[test]
fn the_chunks_of_png_that_tell_of_colors_count_in_their_order() {
    let color = [200, 100, 50];
    let png = file(plain(40, 60, color), ImageFormat::Png);
    let p3 = wanted(color, linear, &[&XYZ_OF_P3]);
    let codes = |codes: [u8; 4]| chunk(b"cICP", &codes);
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let gamma = |gamma: u32| chunk(b"gAMA", &numbers(&[gamma]));
    let adobe = chunk(b"cHRM", &numbers(&[31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000]));
    let as_adobe = wanted(color, |value| value.powf(2.2), &[&XYZ_OF_ADOBE]);
    let darker = color.map(|value| encoded((f64::from(value) / 255.0).powf(2.8)));
    for (chunks, wanted, what) in [
        (vec![codes([12, 13, 0, 1])], p3, "codes of Display P3"),
        (vec![codes([1, 13, 0, 1])], color, "codes of sRGB"),
        (vec![codes([9, 16, 0, 1])], color, "a high dynamic range"),
        (vec![codes([250, 250, 9, 9])], color, "codes of nothing"),
        (vec![codes([12, 13, 0, 1]), gamma(100_000)], p3, "codes before a gamma"),
        (vec![gamma(45_455), adobe.clone()], as_adobe, "primaries"),
        (vec![chunk(b"sRGB", &[0]), gamma(35_714), adobe.clone()], color, "sRGB before a gamma"),
        (vec![gamma(35_714)], darker, "a gamma"),
        (vec![gamma(45_455)], color, "the usual gamma"),
        (vec![gamma(0), gamma(1)], color, "no gamma at all"),
        (vec![chunk(b"cHRM", &[0; 32]), gamma(45_455)], color, "no primaries at all"),
        (vec![chunk(b"iCCP", b"x\0\0nothing that is packed")], color, "no profile at all"),
    ] {
        shows(&with_chunks(&png, &chunks), wanted, what);
    }
}

#[test]
fn gray_and_cmyk_stay_right() {
    let gray = GrayImage::from_pixel(40, 60, Luma([128]));
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    let profile = ColorProfile::new_gray_with_gamma(1.8).encode().expect("a profile");
    encoder.set_icc_profile(profile.clone()).expect("a profile");
    encoder.write_image(gray.as_raw(), 40, 60, ExtendedColorType::L8).expect("written");
    let level = encoded((128.0_f64 / 255.0).powf(1.8));
    shows(&png, [level; 3], "gray by its profile");
    shows(&file(gray, ImageFormat::Jpeg), [128; 3], "gray without one");
    for file in tagged([200, 100, 50], &profile) {
        shows(&file, [200, 100, 50], "a profile for gray says nothing of colors");
    }
    let bytes = |place: usize| u8::from_str_radix(&CMYK[2 * place..2 * place + 2], 16).expect("hexadecimal");
    let cmyk: Vec<u8> = (0..CMYK.len() / 2).map(bytes).collect();
    let mut header = vec![0; 132];
    header[16..20].copy_from_slice(b"CMYK");
    header[36..40].copy_from_slice(b"acsp");
    let profile = [b"ICC_PROFILE\0\x01\x01".as_slice(), &header].concat();
    let length = u16::try_from(profile.len() + 2).expect("short").to_be_bytes();
    let with_profile = [&cmyk[..2], &[0xff, 0xe2], &length, &profile, &cmyk[2..]].concat();
    for file in [cmyk, with_profile] {
        let found = taken(&file).get_pixel(8, 8).0;
        assert!(found.iter().zip([255, 127, 0]).all(|(found, wanted)| found.abs_diff(wanted) <= 4), "{found:?}");
    }
}

/// Zeros, packed to a thousandth.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..bytes / 65_536 {
        std::io::Write::write_all(&mut packer, &[0; 65_536]).expect("packed");
    }
    packer.finish().expect("packed")
}

#[test]
fn what_is_not_the_picture_is_not_unpacked_or_has_a_bound() {
    let png = file(plain(40, 60, [200, 100, 50]), ImageFormat::Png);
    let packed = bomb(64 << 20);
    let named = |name: &[u8]| [name, &packed].concat();
    let frame = chunk(b"fdAT", &[&[0, 0, 0, 1], packed.as_slice()].concat());
    for (chunks, what) in [
        (vec![chunk(b"zTXt", &named(b"Comment\0\0")); 40], "text"),
        (vec![chunk(b"zTXt", &named(b"Raw profile type iptc\0\0"))], "IPTC"),
        (vec![chunk(b"iTXt", &named(b"XML:com.adobe.xmp\0\x01\0\0\0"))], "XMP"),
        (vec![chunk(b"acTL", &[0, 0, 0, 9, 0, 0, 0, 0]), frame], "frames"),
        (vec![chunk(b"abCd", &packed)], "what nobody knows"),
        (vec![chunk(b"eXIf", &[0; 60_000])], "notes of a camera"),
    ] {
        shows(&with_chunks(&png, &chunks), [200, 100, 50], what);
    }
    let profile = named(b"icc\0\0");
    for chunks in [vec![chunk(b"iCCP", &profile)], vec![chunk(b"eXIf", &vec![0; 2 << 20])]] {
        assert_eq!(prepare(&with_chunks(&png, &chunks)), Err(ImageError::TooMuchData));
    }
    let mut random = vec![7; MAX_PROFILE + 1];
    random.iter_mut().enumerate().for_each(|(place, byte)| *byte ^= ((place * place) >> 7) as u8);
    for file in tagged([200, 100, 50], &random) {
        assert_eq!(prepare(&file), Err(ImageError::TooMuchData));
    }
    // A picture of one pixel whose data goes on and on.
    let head = [1_u32.to_be_bytes(), 1_u32.to_be_bytes()].concat();
    let endless =
        [&png[..8], &chunk(b"IHDR", &[&head[..], &[8, 2, 0, 0, 0]].concat()), &chunk(b"IDAT", &packed)].concat();
    assert!(prepare(&[&endless[..], &chunk(b"IEND", b"")].concat()).is_ok());
    assert_eq!(crc(b"IEND"), 0xae42_6082);
}

/// A JPEG of 16 by 16 pixels of cyan 0, magenta 128, yellow 255, black 0, inverted as Adobe writes it.
const CMYK: &str = "\
    ffd8ffee000e41646f626500640000000000ffdb004300020101010101020101010202020202040302020202050404030406\
    0506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affc00014080010001004431100\
    4d11005911004b1100ffc4001700010101010000000000000000000000000009030affc40014100100000000000000000000\
    000000000000ffda000e0443004d0059004b00003f00bf8cdcff00afe0000003ffd9";
