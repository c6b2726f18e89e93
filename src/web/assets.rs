//! Embedded assets (stub).

use std::borrow::Cow;

/// An embedded file.
pub struct Asset {
    /// The content, maybe encoded.
    pub body: Cow<'static, [u8]>,
    /// The media type.
    pub content_type: &'static str,
    /// The encoding of the body.
    pub encoding: Option<&'static str>,
    /// The entity tag, quoted.
    pub etag: String,
    /// The name changes with the content.
    pub immutable: bool,
}

/// The asset of a name.
pub fn find(name: &str, accept_encoding: Option<&str>) -> Option<Asset> {
    let _ = (name, accept_encoding);
    None
}
