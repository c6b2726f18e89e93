//! Bodies that bring a file: `multipart/form-data` as browsers send it, or the file alone as programs may. Says nothing
//! about what is in the file.

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Constraints, Multipart, SizeLimit};

use super::body::{self, Body, Chunks, FILE_LIMIT, LIMIT};
use super::error::WebError;

/// The most fields of a form beside its file.
const MOST_FIELDS: usize = 20;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upload {
    /// The fields that are texts.
    pub fields: Vec<(String, String)>,
    /// The file; `None` where none was chosen.
    pub file: Option<File>,
    /// The file came alone, not in a form.
    pub is_bare: bool,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// The field of the form.
    pub field: String,
    /// What it is called where it comes from; empty where that is not said.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// Reads a body that may bring a file; forms and JSON without one are read as everywhere else.
///
/// # Errors
/// Too large, too slow, malformed, or of a type that is not read.
pub async fn read(chunks: Chunks, headers: &HeaderMap) -> Result<Body, WebError> {
    let kind = body::content_type(headers);
    // The form's frame and its other fields stand around the file.
    let limit = if kind == "multipart/form-data" { FILE_LIMIT + LIMIT } else { FILE_LIMIT };
    let bytes = body::read(chunks, headers, limit).await?;
    match kind.as_str() {
        "multipart/form-data" => {
            let line = headers.get(CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
            form(bytes, line).await.map(Body::Upload)
        }
        kind if kind.starts_with("image/") || matches!(kind, "text/csv" | "application/octet-stream") => {
            let file = (!bytes.is_empty()).then(|| File { bytes, ..File::default() });
            Ok(Body::Upload(Upload { file, is_bare: true, ..Upload::default() }))
        }
        _ if bytes.len() > LIMIT => Err(WebError::TooLarge(LIMIT)),
        kind => body::parse(&bytes, kind),
    }
}

async fn form(bytes: Bytes, content_type: &str) -> Result<Upload, WebError> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| malformed(&error))?;
    let limits = SizeLimit::new().per_field(FILE_LIMIT as u64);
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut form = Multipart::with_constraints(whole, boundary, Constraints::new().size_limit(limits));
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(|error| malformed(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let value = field.bytes().await.map_err(|error| malformed(&error))?;
        if upload.fields.iter().any(|(known, _)| *known == name) || file_name.is_some() && upload.file.is_some() {
            return Err(body::given_twice(&name));
        }
        if upload.fields.len() >= MOST_FIELDS {
            return Err(WebError::Malformed(format!("the form has more than {MOST_FIELDS} fields beside its file")));
        }
        match file_name {
            // Where no file is chosen, browsers send an empty one.
            Some(_) if value.is_empty() => {}
            Some(file_name) => upload.file = Some(File { field: name, name: file_name, bytes: value }),
            None => {
                let text = std::str::from_utf8(&value).map_err(|_| WebError::malformed("the form is not UTF-8"))?;
                upload.fields.push((name, text.to_owned()));
            }
        }
    }
    Ok(upload)
}

fn malformed(error: &multer::Error) -> WebError {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            WebError::TooLarge(FILE_LIMIT)
        }
        error => WebError::Malformed(format!("the form cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_form(text: &str) -> Result<Upload, WebError> {
        form(Bytes::from(text.replace('\n', "\r\n")), "multipart/form-data; boundary=x").await
    }

    #[tokio::test]
    async fn fields_and_the_file_are_told_apart() {
        let text = "--x\nContent-Disposition: form-data; name=\"csrf\"\n\nabc\n--x\nContent-Disposition: form-data; \
                    name=\"poster\"; filename=\"a.jpg\"\nContent-Type: image/jpeg\n\nbytes\n--x--\n";
        let upload = read_form(text).await.expect("a form");
        assert_eq!(upload.fields, [("csrf".to_owned(), "abc".to_owned())]);
        let file = File { field: "poster".to_owned(), name: "a.jpg".to_owned(), bytes: Bytes::from("bytes") };
        assert_eq!(upload.file, Some(file));
        let none = read_form(&text.replace("bytes", "")).await.expect("a form");
        assert_eq!(none.file, None);
    }

    #[tokio::test]
    async fn what_is_no_form_is_malformed() {
        let field = "--x\nContent-Disposition: form-data; name=\"a\"\n\n1\n";
        for bad in ["", "--y--\n", "--x\n", "--x\nContent-Disposition: form-data; name=\"a\"\n\n1"] {
            assert!(matches!(read_form(bad).await, Err(WebError::Malformed(_))), "{bad:?}");
        }
        assert!(matches!(read_form(&format!("{field}{field}--x--\n")).await, Err(WebError::Malformed(_))));
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, http::HeaderValue::from_static("multipart/form-data"))]);
        let read = read(Box::pin(stream::iter([Ok(Bytes::from("x"))])), &headers).await;
        assert!(matches!(read, Err(WebError::Malformed(_))));
    }
}
