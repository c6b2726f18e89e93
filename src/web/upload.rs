//! Files that come with a form (`multipart/form-data`), or as a body of their own. Bounded, and read as they are: what
//! is in them is for the one who asked.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::Multipart;

use super::body::{self, Body};
use super::error::WebError;

/// The most bytes of a body that holds a file.
pub const LIMIT: usize = 8 << 20;
/// The most fields of a form.
const MOST_FIELDS: usize = 20;

/// A file, with the other fields of its form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upload {
    /// Fields that are text, in their order.
    pub fields: Vec<(String, String)>,
    /// The name of the file on the machine that it comes from; empty where none is said.
    pub name: String,
    /// What is in the file.
    pub bytes: Bytes,
}

/// Reads a body that may hold a file: a form with it, or CSV as it is. Other types are left to [`body::parse`].
///
/// # Errors
/// Malformed, or of a type that is not read.
pub async fn parse(bytes: Bytes, headers: &HeaderMap) -> Result<Body, WebError> {
    match body::content_type(headers).as_str() {
        "text/csv" => Ok(Body::Upload(Upload { bytes, ..Upload::default() })),
        "multipart/form-data" => {
            let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            form(bytes, content_type).await.map(Body::Upload)
        }
        other => body::parse(&bytes, other),
    }
}

async fn form(bytes: Bytes, content_type: &str) -> Result<Upload, WebError> {
    let malformed = |_| WebError::malformed("the form with the file cannot be read");
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let mut parts = Multipart::new(stream::iter([Ok::<_, Infallible>(bytes)]), boundary);
    let mut upload = Upload::default();
    let mut has_file = false;
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(_) if has_file => return Err(WebError::malformed("one file at a time")),
            Some(file) => {
                (upload.name, has_file) = (file, true);
                upload.bytes = part.bytes().await.map_err(malformed)?;
            }
            None => {
                let is_known = upload.fields.iter().any(|(known, _)| *known == name);
                if is_known || upload.fields.len() >= MOST_FIELDS {
                    return Err(WebError::malformed("a field of the form is given twice, or there are too many"));
                }
                let text = part.bytes().await.map_err(malformed)?;
                let text = std::str::from_utf8(&text).map_err(|_| WebError::malformed("the form is not UTF-8"))?;
                upload.fields.push((name, text.to_owned()));
            }
        }
    }
    Ok(upload)
}
