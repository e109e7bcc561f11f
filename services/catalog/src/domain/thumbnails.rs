//! Makes what is shown of an upload. An upload may be anything: nothing in it is believed, and nothing of it but the
//! pixels is kept.
//!
//! - Its size in pixels is read before any memory is asked for, so that a small file cannot ask for much.
//! - It is turned as its Exif data say, and then decoded and encoded anew: where and with what it was taken, a thumbnail
//!   of what was cut off, and whatever was put behind its end, is gone.

use std::io::Cursor;

use fast_image_resize::{PixelType, ResizeError, Resizer, images::Image as Pixels};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder,
};
use sha2::{Digest, Sha256};

use super::{Format, SHOWN, jpeg_scans};

/// The widths that are made, of those that the upload has pixels for.
const WIDTHS: [u32; 3] = [320, 640, 1_280];

/// The longest side, in pixels. It is also less than what WebP can have (16,383).
const SIDE_MAX: u32 = 12_000;

/// The most pixels: as many as the cameras of most telephones make. Decoded, they are 160 MB.
const PIXELS_MAX: u64 = 40_000_000;

/// The most scans of a JPEG. Each can go over all pixels again, whatever little there is in it; progressive ones have about ten.
const SCANS_MAX: usize = 100;

/// The most memory that a decoder may ask for: 16 bits of four colours for each pixel, and some room.
const MEMORY_MAX: u64 = 384 * 1024 * 1024;

/// How much of the difference stays, of 100.
const WEBP_QUALITY: f32 = 80.0;
const JPEG_QUALITY: u8 = 82;

/// What is shown of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnails {
    /// The upload's width in pixels, turned as it is to be seen.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// The SHA-256 of the upload, in hexadecimal.
    pub hash: String,
    /// The files, narrowest first.
    pub files: Vec<File>,
}

/// A file that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its width in pixels.
    pub width: u32,
    /// What it is.
    pub format: Format,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why an upload cannot be used, in words for the admin who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

impl Thumbnails {
    /// Makes them of an upload that was announced as `announced`.
    ///
    /// # Errors
    /// [`Unusable`] when it is not such a picture, not all of it, or too large.
    pub fn make(upload: &[u8], announced: Format) -> Result<Self, Unusable> {
        let picture = decode(upload, announced)?;
        let (width, height) = (picture.width(), picture.height());
        let hash = hex::encode(Sha256::digest(upload));
        let mut files = Vec::new();
        let mut pixels = pixels(picture)?;
        // From the widest to the narrowest, each of the one before: a quarter of the work, and no difference to be seen.
        for wanted in widths(width).into_iter().rev() {
            pixels = resized(pixels, wanted)?;
            for format in SHOWN.into_iter().rev() {
                files.push(File { width: wanted, format, bytes: encode(&pixels, format)? });
            }
        }
        files.reverse();
        Ok(Self { width, height, hash, files })
    }

    /// The widths that there are files of, narrowest first.
    pub fn widths(&self) -> Vec<u32> {
        widths(self.width)
    }
}

/// The widths to make of an upload: never wider than it is, and one at least.
fn widths(width: u32) -> Vec<u32> {
    let narrower: Vec<u32> = WIDTHS.into_iter().filter(|wanted| *wanted <= width).collect();
    if narrower.is_empty() { vec![width] } else { narrower }
}

fn unusable(why: impl Into<String>) -> Unusable {
    Unusable(why.into())
}

fn too_large() -> Unusable {
    unusable(format!(
        "It has too many pixels: {SIDE_MAX} on a side and {} million are the most.",
        PIXELS_MAX / 1_000_000
    ))
}

fn decode(upload: &[u8], announced: Format) -> Result<DynamicImage, Unusable> {
    let found = Format::sniff(upload).ok_or_else(|| unusable("It is not a JPEG, PNG or WebP file."))?;
    if found != announced {
        return Err(unusable(format!("It is a {} file, and was announced as {}.", found.name(), announced.name())));
    }
    let broken = |error: ImageError| match error {
        ImageError::Limits(_) => too_large(),
        _ => unusable(format!("It cannot be read as a {} file.", found.name())),
    };
    let format = match found {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > MEMORY_MAX {
        return Err(too_large());
    }
    if found == Format::Jpeg {
        // The decoder paints what is missing of a JPEG grey.
        let scans = jpeg_scans(upload).ok_or_else(|| unusable("The file ends in the middle of the picture."))?;
        if scans > SCANS_MAX {
            return Err(unusable("It is drawn in too many steps."));
        }
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Eight bits of red, green and blue, and of how much can be seen through where anything can.
fn pixels(picture: DynamicImage) -> Result<Pixels<'static>, Unusable> {
    let (width, height) = (picture.width(), picture.height());
    let (bytes, kind) = match picture.color().has_alpha() {
        true => (picture.into_rgba8().into_raw(), PixelType::U8x4),
        false => (picture.into_rgb8().into_raw(), PixelType::U8x3),
    };
    Pixels::from_vec_u8(width, height, bytes, kind).map_err(|why| unusable(format!("It cannot be used: {why}.")))
}

fn resized(pixels: Pixels<'static>, width: u32) -> Result<Pixels<'static>, Unusable> {
    if pixels.width() == width {
        return Ok(pixels);
    }
    let height = u64::from(pixels.height()) * u64::from(width) / u64::from(pixels.width().max(1));
    let height = u32::try_from(height).unwrap_or(u32::MAX).max(1);
    let mut smaller = Pixels::new(width, height, pixels.pixel_type());
    let resized = Resizer::new().resize(&pixels, &mut smaller, None);
    resized.map_err(|why: ResizeError| unusable(format!("It cannot be made smaller: {why}.")))?;
    Ok(smaller)
}

fn encode(pixels: &Pixels<'_>, format: Format) -> Result<Vec<u8>, Unusable> {
    let (width, height) = (pixels.width(), pixels.height());
    let transparent = pixels.pixel_type() == PixelType::U8x4;
    let failed = |why: String| unusable(format!("It cannot be written as {}: {why}.", format.name()));
    if format == Format::Webp {
        let encoder = match transparent {
            true => webp::Encoder::from_rgba(pixels.buffer(), width, height),
            false => webp::Encoder::from_rgb(pixels.buffer(), width, height),
        };
        return encoder
            .encode_simple(false, WEBP_QUALITY)
            .map(|bytes| bytes.to_vec())
            .map_err(|why| failed(format!("{why:?}")));
    }
    let mut bytes = Vec::new();
    let opaque = if transparent { on_white(pixels.buffer()) } else { pixels.buffer().to_vec() };
    let encoded =
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode(&opaque, width, height, ExtendedColorType::Rgb8);
    encoded.map(|()| bytes).map_err(|why| failed(why.to_string()))
}

/// JPEG knows nothing transparent: it is seen on white, as it is in the shop's pages.
fn on_white(rgba: &[u8]) -> Vec<u8> {
    let over = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u16::from(colour), u16::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    let pixels = rgba.as_chunks::<4>().0.iter();
    pixels.flat_map(|[red, green, blue, alpha]| [red, green, blue].map(|colour| over(*colour, *alpha))).collect()
}
