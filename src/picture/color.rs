//! Colors: what a file says of how they are meant, and pictures converted to sRGB, which is what a JPEG without a
//! profile is shown as. The only user of `moxcms`. A profile that cannot be read, or is for other kinds of pictures,
//! counts as sRGB, as browsers do.

use image::RgbImage;
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformOptions, XyY,
};

/// The most bytes of a color profile; those of printers, which are the largest, have up to 3 MB.
pub const MAX_PROFILE: usize = 4 * 1024 * 1024;

/// How the colors of a file are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Colors {
    /// As sRGB, or nothing is said.
    Srgb,
    /// By an ICC profile.
    Profile(Vec<u8>),
    /// By the codes of H.273: primaries, transfer, matrix, range.
    Codes([u8; 4]),
    /// By a gamma, in 1/100,000, of the file's values, and maybe by the chromaticities of its primaries.
    Gamma(u32, Option<Chromaticities>),
}

/// White, red, green and blue, x before y, each in 1/100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chromaticities(pub [u32; 8]);

/// The picture in sRGB. A gray one comes with three equal channels.
pub fn to_srgb(image: RgbImage, colors: &Colors) -> RgbImage {
    convert(&image, colors).unwrap_or(image)
}

/// `None` where nothing is to be done, or can be.
fn convert(image: &RgbImage, colors: &Colors) -> Option<RgbImage> {
    let profile = match colors {
        Colors::Srgb => return None,
        Colors::Profile(bytes) => ColorProfile::new_from_slice(bytes).ok()?,
        Colors::Codes(codes) => of_codes(*codes)?,
        Colors::Gamma(gamma, points) => of_gamma(*gamma, *points)?,
    };
    let (pixels, layout) = match profile.color_space {
        DataColorSpace::Rgb => (image.as_raw().clone(), Layout::Rgb),
        // One for gray pictures says nothing of colored ones.
        DataColorSpace::Gray => (image.pixels().map(|pixel| gray(pixel.0)).collect::<Option<_>>()?, Layout::Gray),
        _ => return None,
    };
    // In floating point: a poster is small, and each step of its colors counts.
    let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
    let transform = profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()?;
    let mut converted = vec![0; image.as_raw().len()];
    transform.transform(&pixels, &mut converted).ok()?;
    RgbImage::from_raw(image.width(), image.height(), converted)
}

fn gray([red, green, blue]: [u8; 3]) -> Option<u8> {
    (red == green && green == blue).then_some(red)
}

fn of_codes([primaries, transfer, matrix, range]: [u8; 4]) -> Option<ColorProfile> {
    let transfer = TransferCharacteristics::try_from(transfer).ok()?;
    // Pictures of a high dynamic range would need more than another profile.
    if matches!(transfer, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg)
        || matrix != 0
        || range != 1
    {
        return None;
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: transfer,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    profile.is_matrix_shaper().then_some(profile)
}

/// The gammas that files may have: the linear one, and as far from the usual one on the other side.
const GAMMAS: std::ops::RangeInclusive<u32> = 20_000..=100_000;

fn of_gamma(gamma: u32, points: Option<Chromaticities>) -> Option<ColorProfile> {
    if !GAMMAS.contains(&gamma) {
        return None;
    }
    let points = points.filter(|points| !points.is_srgb());
    if points.is_none() && gamma.abs_diff(45_455) <= 1_000 {
        // That is how sRGB is noted.
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some(points) = points {
        let [white, red, green, blue] = points.points()?;
        let primaries = ColorPrimaries { red, green, blue };
        profile.update_rgb_colorimetry(XyY { x: white.x.into(), y: white.y.into(), yb: 1.0 }, primaries);
    }
    // What the file's values are raised to.
    let curve = ToneReprCurve::Parametric(vec![100_000.0 / gamma as f32]);
    (profile.red_trc, profile.green_trc, profile.blue_trc) = (Some(curve.clone()), Some(curve.clone()), Some(curve));
    Some(profile)
}

impl Chromaticities {
    /// White, red, green and blue, where colors can have them.
    fn points(self) -> Option<[Chromaticity; 4]> {
        let Self(numbers) = self;
        let [x, y]: [[f32; 4]; 2] =
            [0, 1].map(|first| std::array::from_fn(|point| numbers[2 * point + first] as f32 / 100_000.0));
        let are_points = x.iter().zip(y).all(|(x, y)| *x > 0.0 && y > 0.0 && x + y <= 1.0);
        are_points.then(|| std::array::from_fn(|point| Chromaticity { x: x[point], y: y[point] }))
    }

    fn is_srgb(self) -> bool {
        let srgb = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
        self.0.iter().zip(srgb).all(|(number, known)| number.abs_diff(known) <= 300)
    }
}
