//! Files to upload: good ones, and what others may think of.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// Where the pictures of this file were taken, as Exif would have it.
pub const PLACE: &[u8] = b"51 30 N 0 7 W";

/// A picture whose left half is red and whose right half is blue.
pub fn halves(width: u32, height: u32) -> DynamicImage {
    let colour = |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour))
}

/// A picture of which nothing can be seen.
pub fn nothing(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, Rgba([0, 0, 0, 0])))
}

/// The picture in a file.
pub fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    file(&halves(width, height), ImageFormat::Jpeg)
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    file(&halves(width, height), ImageFormat::Png)
}

/// A JPEG file with Exif data: to be turned a quarter to the right, and where it was taken.
///
/// Source: Exif 2.32, §4.5.4, §4.6.4: a TIFF header and one directory.
pub fn turned(jpeg: &[u8]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let behind = 8 + 2 + 2 * 12 + 4;
    let orientation = entry(0x0112, 3, 1, 6);
    let place = entry(0x010e, 2, u32::try_from(PLACE.len()).unwrap(), behind);
    let directory = [&2_u16.to_le_bytes()[..], &place, &orientation, &0_u32.to_le_bytes()].concat();
    let exif = [b"Exif\0\0II\x2a\0\x08\0\0\0", &directory[..], PLACE].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

/// A PNG file that says that it is so large.
///
/// Source: PNG (third edition) §11.2.1, and Annex D for the checksum.
pub fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(1, 1);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = checksum(&file[12..29]).to_be_bytes();
    file[29..33].copy_from_slice(&sum);
    file
}

fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A JPEG file of eight by eight pixels in four colours, as printers have them, all of them half.
///
/// Source: ISO/IEC 10918-1 B.2: a table of quantization, a frame of four components, two Huffman tables with one code each,
/// and a scan of four blocks that are nothing but a difference of zero and an end.
pub fn four_colours() -> Vec<u8> {
    scanned(1)
}

/// The same, with so many scans.
pub fn scanned(times: usize) -> Vec<u8> {
    let quantization = [&b"\xff\xdb\x00\x43\x00"[..], &[1; 64]].concat();
    let frame = b"\xff\xc0\x00\x14\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00";
    let huffman = |class: u8| [&b"\xff\xc4\x00\x14"[..], &[class, 1], &[0; 15], &[0]].concat();
    let scans = b"\xff\xda\x00\x0e\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3f\x00\x00".repeat(times);
    [b"\xff\xd8", &quantization[..], frame, &huffman(0x00), &huffman(0x10), &scans, b"\xff\xd9"].concat()
}
