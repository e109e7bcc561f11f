//! A product's pictures: what is announced, what becomes of it, and what is shown.

use std::fmt;

use kernel::{Invalid, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most that may be uploaded: 10 MiB.
pub const UPLOAD_MAX_BYTES: u64 = 10 * 1024 * 1024;

/// The most pictures that a product has. They are in its item, which every page of the catalogue reads.
pub const IMAGES_MAX: usize = 10;

/// A picture's id: `img_` and 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageId(String);

impl ImageId {
    /// The id that this UUID names.
    pub fn new(id: Uuid) -> Self {
        Self(format!("img_{}", id.simple()))
    }

    /// Checks `text` and takes it.
    ///
    /// # Errors
    /// [`Invalid`] when it is not an id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix("img_").unwrap_or_default();
        let legal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if digits.len() != 32 || !digits.chars().all(legal) {
            return Err(Invalid { what: "image id", rule: "must be img_ and 32 hexadecimal digits" });
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ImageId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ImageId> for String {
    fn from(id: ImageId) -> Self {
        id.0
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a picture shows, for those who do not see it: 1 to 200 characters on one line, without spaces around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alt(String);

impl Alt {
    /// Trims and checks `text`.
    ///
    /// # Errors
    /// [`Invalid`] when nothing is left of it, or too much, or when it has control characters, line breaks among them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        // Unicode's own line breaks are no control characters.
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if text.is_empty() || text.chars().count() > 200 || text.chars().any(breaks) {
            return Err(Invalid { what: "alt", rule: "must be 1 to 200 characters on one line" });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Alt {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Alt> for String {
    fn from(alt: Alt) -> Self {
        alt.0
    }
}

/// A format of pictures that may be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Format {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Webp];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
        }
    }

    /// How names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// The format of this media type.
    ///
    /// # Errors
    /// [`Invalid`] when such files are not taken.
    pub fn of_media_type(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|format| format.media_type() == text);
        found.ok_or(Invalid { what: "content_type", rule: "must be image/jpeg, image/png or image/webp" })
    }

    /// The format of a file that begins like this.
    ///
    /// Sources: ISO/IEC 10918-1 B.1.1.3; PNG (third edition) §5.2; RFC 9649 §2.3.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }
}

/// What an admin announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// What the file is said to be.
    pub format: Format,
    /// Its size, in bytes.
    pub size: u64,
    /// What it shows.
    pub alt: Alt,
}

/// What has become of a picture. It goes from `requested` to `ready` or `rejected`, and from anywhere to `removed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It may be uploaded, or has been, and nobody has looked at it.
    Requested,
    /// It is on its product.
    Ready,
    /// It could not be used.
    Rejected,
    /// An admin took it off.
    Removed,
}

impl State {
    /// Its name, as it is stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Ready => "ready",
            Self::Rejected => "rejected",
            Self::Removed => "removed",
        }
    }
}

/// A picture, from when it is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The product.
    pub sku: Sku,
    /// Its id.
    pub image_id: ImageId,
    /// What has become of it.
    pub state: State,
    /// What it shows.
    pub alt: Alt,
    /// What the file was said to be.
    pub format: Format,
    /// The size that was announced, in bytes.
    pub size: u64,
    /// When it was announced.
    pub requested_at: Timestamp,
    /// Why it was rejected, for the admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is shown of it, once it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// What is shown of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it shows.
    pub alt: Alt,
    /// The upload's width in pixels, as it is to be seen.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// The SHA-256 of the upload, in hexadecimal: what its files are called by.
    pub hash: String,
    /// The widths that there are files of, narrowest first.
    pub widths: Vec<u32>,
    /// When it was announced: a product's pictures are shown in this order.
    pub requested_at: Timestamp,
}

/// The formats that pictures are shown in, the better one first.
pub const SHOWN: [Format; 2] = [Format::Webp, Format::Jpeg];

/// The key of a file that is shown: what it was made of decides, so that making it again makes the same one.
pub fn shown_key(hash: &str, width: u32, format: Format) -> String {
    format!("images/{hash}/{width}.{}", format.extension())
}

/// The key of an upload.
pub fn upload_key(sku: &Sku, image_id: &ImageId) -> String {
    format!("{}/{image_id}", sku.as_str())
}

/// The picture whose upload has this key.
pub fn uploaded(key: &str) -> Option<(Sku, ImageId)> {
    let (sku, image_id) = key.split_once('/')?;
    Some((Sku::parse(sku).ok()?, ImageId::parse(image_id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "img_00000000000000000000000000000001";

    #[test]
    fn an_id_and_a_key_are_read_again() {
        let id = ImageId::new(Uuid::from_u128(1));
        assert_eq!((id.as_str(), ImageId::parse(ID).unwrap()), (ID, id.clone()));
        let sku = Sku::parse("MUG-01").unwrap();
        assert_eq!(upload_key(&sku, &id), format!("MUG-01/{ID}"));
        assert_eq!(uploaded(&upload_key(&sku, &id)), Some((sku, id)));
        let bad = ["", "/", "MUG-01", "MUG-01/", &format!("mug/{ID}"), &format!("MUG-01/{ID}/x"), "MUG-01/img_1", ID];
        for key in bad {
            assert_eq!(uploaded(key), None, "{key}");
        }
    }

    #[test]
    fn an_alternative_text_is_on_one_line() {
        assert_eq!(Alt::parse("  A mug ☕ \t").unwrap().as_str(), "A mug ☕");
        assert!(Alt::parse(&"é".repeat(200)).is_ok());
        for bad in ["", " ", "two\nlines", "two\u{2028}lines", "bell\u{7}", &"é".repeat(201)] {
            assert!(Alt::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_format_is_known_by_its_media_type_and_by_its_beginning() {
        for format in Format::ALL {
            assert_eq!(Format::of_media_type(format.media_type()), Ok(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.media_type());
        }
        for bad in ["", "image/jpg", "image/gif", "image/svg+xml", "IMAGE/PNG", "image/png; x=y"] {
            assert!(Format::of_media_type(bad).is_err(), "{bad}");
        }
        assert_eq!(Format::sniff(b"RIFF\0\0\0\0WEBPVP8 "), Some(Format::Webp));
        for bad in [&b""[..], b"\xff\xd8", b"GIF89a", b"<svg", b"RIFF\0\0\0\0WAVE", b"%PDF-1.7", b"\x89PNG"] {
            assert_eq!(Format::sniff(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_state_is_called_the_same_everywhere() {
        for state in [State::Requested, State::Ready, State::Rejected, State::Removed] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}
