//! Pictures on HTTP.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check;
use crate::{
    Error,
    domain::{Alt, Announced, Format, Image, Picture, SHOWN, UPLOAD_MAX_BYTES, shown_key},
    ports::SignedUpload,
};

/// What an admin wants to upload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestImageUpload)]
pub struct RequestUploadBody {
    /// What the file is: image/jpeg, image/png or image/webp.
    #[schema(example = "image/jpeg")]
    pub content_type: String,
    /// Its size, in bytes.
    #[schema(minimum = 1, maximum = 10_485_760)]
    pub size: u64,
    /// What it shows, on one line, for those who do not see it.
    #[schema(min_length = 1, max_length = 200)]
    pub alt: String,
}

/// A picture that may be uploaded now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RequestedImage)]
pub struct RequestedBody {
    /// The picture's id.
    pub image_id: String,
    /// How to upload it.
    pub upload: UploadBody,
}

/// How to upload a picture: by one request like this, with these headers and no token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Upload)]
pub struct UploadBody {
    /// The method.
    #[schema(example = "PUT")]
    pub method: &'static str,
    /// The address. It takes a file of the announced size and no other.
    pub url: String,
    /// The headers, by name.
    pub headers: BTreeMap<&'static str, &'static str>,
    /// Until when it may be uploaded.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A product's pictures, as admins see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Images {
    /// All that were announced and not removed, oldest first.
    pub items: Vec<ImageBody>,
}

/// A picture, as admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Image)]
pub struct ImageBody {
    /// Its id.
    pub image_id: String,
    /// requested, ready or rejected.
    #[schema(example = "ready")]
    pub state: &'static str,
    /// What it shows.
    pub alt: String,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was announced.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// Its width in pixels, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Its files, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<SourceBody>>,
}

/// A picture, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProductImage)]
pub struct PictureBody {
    /// What it shows.
    pub alt: String,
    /// Its width in pixels, as it was uploaded.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Its files.
    pub sources: Vec<SourceBody>,
}

/// A file of a picture. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImageSource)]
pub struct SourceBody {
    /// Where it is, on this address.
    pub url: String,
    /// Its media type.
    #[serde(rename = "type")]
    #[schema(example = "image/webp")]
    pub media_type: &'static str,
    /// Its width in pixels.
    pub width: u32,
}

impl TryFrom<RequestUploadBody> for Announced {
    type Error = Error;

    fn try_from(body: RequestUploadBody) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        let format = check(&mut wrong, "/content_type", Format::of_media_type(&body.content_type));
        let size = match body.size {
            1..=UPLOAD_MAX_BYTES => Ok(body.size),
            _ => Err(kernel::Invalid { what: "size", rule: "must be 1 to 10485760 bytes" }),
        };
        let size = check(&mut wrong, "/size", size);
        let alt = check(&mut wrong, "/alt", Alt::parse(&body.alt));
        match (format, size, alt) {
            (Some(format), Some(size), Some(alt)) => Ok(Self { format, size, alt }),
            _ => Err(Error::Invalid(wrong)),
        }
    }
}

impl RequestedBody {
    /// How to upload what was announced.
    pub fn new(image: &Image, upload: SignedUpload) -> Self {
        let headers = BTreeMap::from([("content-type", image.format.media_type())]);
        let upload = UploadBody { method: "PUT", url: upload.url, headers, expires_at: upload.expires_at };
        Self { image_id: image.image_id.to_string(), upload }
    }
}

impl From<Image> for ImageBody {
    fn from(image: Image) -> Self {
        let picture = image.picture.as_ref();
        Self {
            state: image.state.as_str(),
            width: picture.map(|picture| picture.width),
            height: picture.map(|picture| picture.height),
            sources: picture.map(sources),
            image_id: image.image_id.into(),
            alt: image.alt.into(),
            reason: image.reason,
            requested_at: image.requested_at,
        }
    }
}

impl From<Picture> for PictureBody {
    fn from(picture: Picture) -> Self {
        let sources = sources(&picture);
        Self { alt: picture.alt.into(), width: picture.width, height: picture.height, sources }
    }
}

/// A picture's files: the better format first, and of each the narrowest.
fn sources(picture: &Picture) -> Vec<SourceBody> {
    let of_format = |format: Format| {
        picture.widths.iter().map(move |width| SourceBody {
            url: format!("/{}", shown_key(&picture.hash, *width, format)),
            media_type: format.media_type(),
            width: *width,
        })
    };
    SHOWN.into_iter().flat_map(of_format).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let body = |content_type: &str, size, alt: &str| RequestUploadBody {
            content_type: content_type.to_owned(),
            size,
            alt: alt.to_owned(),
        };
        for size in [0, UPLOAD_MAX_BYTES + 1, u64::MAX] {
            let Err(Error::Invalid(wrong)) = Announced::try_from(body("image/gif", size, "\n")) else {
                panic!("accepted")
            };
            let pointers: Vec<&str> = wrong.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(pointers, ["/content_type", "/size", "/alt"]);
        }
        for size in [1, UPLOAD_MAX_BYTES] {
            let alt = Alt::parse("A mug").unwrap();
            assert_eq!(
                Announced::try_from(body("image/webp", size, " A mug ")),
                Ok(Announced { format: Format::Webp, size, alt })
            );
        }
    }
}
