//! Whether a JPEG file is all there, and how much work it is.

/// How many scans this JPEG file has, if it is one up to its end marker. What comes after that does not matter.
///
/// Decoders are forgiving: they paint what is missing grey. This only follows the structure, and believes no length.
///
/// Source: ISO/IEC 10918-1 B.1.1: markers, segments with their lengths, and scans, in which `FF 00` is data and
/// `FF D0` to `FF D7` are restarts.
pub fn jpeg_scans(file: &[u8]) -> Option<usize> {
    let mut scans = 0;
    let mut rest = file.get(2..).unwrap_or_default();
    while let Some((marker, after)) = marker(rest) {
        rest = match marker {
            END_OF_IMAGE => return Some(scans),
            // These stand alone.
            0x01 | 0xd0..=0xd8 => after,
            _ => {
                let [high, low, ..] = after else { return None };
                let after = after.get(usize::from(u16::from_be_bytes([*high, *low]))..)?;
                if marker == START_OF_SCAN {
                    scans += 1;
                    behind_scan(after)
                } else {
                    after
                }
            }
        };
    }
    None
}

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// The marker that `bytes` begin with, and what comes behind it. It may be filled up with `FF`.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let bytes = bytes.strip_prefix(&[0xff])?;
    let filled = bytes.iter().take_while(|byte| **byte == 0xff).count();
    let (marker, after) = bytes.get(filled..)?.split_first()?;
    Some((*marker, after))
}

/// What comes behind a scan's data: the next marker.
fn behind_scan(data: &[u8]) -> &[u8] {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    let end = data.windows(2).position(ends).unwrap_or(data.len());
    data.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A comment, a scan with a restart and an escaped FF in it, the end, and something behind it.
    const WHOLE: &[u8] =
        b"\xff\xd8\xff\xfe\x00\x04hi\xff\xff\xda\x00\x03?\x12\xff\x00\x34\xff\xd0\x56\xff\xd9 and a tail \xff\xd8";

    #[test]
    fn a_file_is_whole_up_to_its_end_marker() {
        assert_eq!(jpeg_scans(WHOLE), Some(1));
        let end = WHOLE.windows(2).position(|pair| pair == b"\xff\xd9").unwrap() + 2;
        for cut in 0..WHOLE.len() {
            assert_eq!(jpeg_scans(&WHOLE[..cut]).is_some(), cut >= end, "{cut}");
        }
    }

    #[test]
    fn an_end_marker_inside_a_segment_is_none() {
        assert_eq!(jpeg_scans(b"\xff\xd8\xff\xe1\x00\x06\xff\xd8\xff\xd9"), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_or_go_on_for_ever(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = jpeg_scans(&bytes);
            let _ = jpeg_scans(&[b"\xff\xd8\xff\xda\x00\x00", &bytes[..]].concat());
        }
    }
}
