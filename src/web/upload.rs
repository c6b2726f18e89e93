//! Bodies that bring a file: `multipart/form-data` as browsers send it, or the file alone as programs may. The file goes
//! to the disk as it arrives, so that an upload takes little memory however long it is held open. Says nothing about
//! what is in the file.

use std::fs;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use tokio::task::block_in_place;
use tokio::time::timeout;

use super::body::{self, Body, Chunks, FILE_LIMIT, LIMIT};
use super::error::WebError;
use super::slots::Slot;

/// The most fields of a form beside its file.
const MAX_FIELDS: usize = 40;
/// How much of a file is collected before it is written.
const WRITE_BYTES: usize = 128 * 1024;
/// How long a body with a file may take to arrive.
const FILE_TIMEOUT: Duration = Duration::from_secs(60);

/// What came.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// The fields that are texts.
    pub fields: Vec<(String, String)>,
    /// The file; `None` where none was chosen.
    pub file: Option<File>,
    /// The file came alone, not in a form.
    pub is_bare: bool,
    /// Held as long as the request runs.
    pub slot: Option<Arc<Slot>>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    /// The field of the form.
    pub field: String,
    /// What it is called where it comes from; empty where that is not said.
    pub name: String,
    /// What is in it.
    pub contents: Arc<Contents>,
}

/// The bytes of an uploaded file, in an unnamed file that the system removes with the last handle.
#[derive(Debug)]
pub struct Contents {
    file: fs::File,
    length: u64,
}

impl Contents {
    /// Reads from the beginning; one reader at a time. Blocks.
    ///
    /// # Errors
    /// The disk's.
    pub fn reader(&self) -> io::Result<impl Read + '_> {
        let mut file = &self.file;
        file.rewind()?;
        Ok(file.take(self.length))
    }

    /// All of it, at most [`FILE_LIMIT`] bytes. Blocks.
    ///
    /// # Errors
    /// The disk's.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.length).unwrap_or_default());
        self.reader()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Reads a body that may bring a file, which is kept in `folder` meanwhile; forms and JSON without one are read as
/// everywhere else.
///
/// # Errors
/// Too large, too slow, malformed, or of a type that is not read; unavailable where the disk takes no more.
pub async fn read(chunks: &mut Chunks, headers: &HeaderMap, folder: &Path) -> Result<Body, WebError> {
    let kind = body::content_type(headers);
    let is_form = kind == "multipart/form-data";
    if !is_form && !kind.starts_with("image/") && !matches!(kind.as_str(), "text/csv" | "application/octet-stream") {
        let bytes = body::read(chunks, headers, LIMIT).await?;
        return body::parse(&bytes, &kind);
    }
    if body::declares_too_much(headers) {
        return Err(WebError::TooLarge(FILE_LIMIT));
    }
    let reading = async {
        let line = headers.get(CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
        let outcome = if is_form { form(chunks, line, folder).await } else { bare(chunks, folder).await };
        if matches!(outcome, Err(WebError::TooLarge(_))) {
            body::drain(chunks, FILE_LIMIT).await;
        }
        outcome
    };
    timeout(FILE_TIMEOUT, reading).await.unwrap_or(Err(WebError::TooSlow)).map(Body::Upload)
}

/// A body that is the file.
async fn bare(chunks: &mut Chunks, folder: &Path) -> Result<Upload, WebError> {
    let mut writer = Writer::new(folder)?;
    while let Some(chunk) = chunks.next().await {
        writer.add(&chunk.map_err(|()| WebError::malformed("the body breaks off"))?)?;
    }
    let contents = writer.finish()?;
    let file = contents.map(|contents| File { field: String::new(), name: String::new(), contents });
    Ok(Upload { file, is_bare: true, ..Upload::default() })
}

/// A form, with or without a file.
async fn form(chunks: &mut Chunks, content_type: &str, folder: &Path) -> Result<Upload, WebError> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| malformed(&error))?;
    let unread = Arc::new(AtomicUsize::new(0));
    // The form's frame and its other fields stand around the file.
    let source = Source { chunks, left: FILE_LIMIT + LIMIT, unread: Arc::clone(&unread), is_resting: false };
    let mut form = Multipart::new(source, boundary);
    let mut upload = Upload::default();
    let mut text_bytes = 0;
    while let Some(field) = form.next_field().await.map_err(|error| malformed(&error))? {
        unread.store(0, Ordering::Relaxed);
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        if upload.fields.iter().any(|(known, _)| *known == name) || file_name.is_some() && upload.file.is_some() {
            return Err(body::given_twice(&name));
        }
        if upload.fields.len() >= MAX_FIELDS {
            return Err(WebError::Malformed(format!("the form has more than {MAX_FIELDS} fields beside its file")));
        }
        match file_name {
            Some(file_name) => {
                let contents = stored(field, &unread, folder).await?;
                // Where no file is chosen, browsers send an empty one.
                upload.file = contents.map(|contents| File { field: name, name: file_name, contents }).or(upload.file);
            }
            None => {
                let text = text(field, &unread, LIMIT - text_bytes).await?;
                text_bytes += text.len();
                upload.fields.push((name, text));
            }
        }
    }
    Ok(upload)
}

async fn stored(mut field: Field<'_>, unread: &AtomicUsize, folder: &Path) -> Result<Option<Arc<Contents>>, WebError> {
    let mut writer = Writer::new(folder)?;
    while let Some(chunk) = field.chunk().await.map_err(|error| malformed(&error))? {
        unread.store(0, Ordering::Relaxed);
        writer.add(&chunk)?;
    }
    writer.finish()
}

async fn text(mut field: Field<'_>, unread: &AtomicUsize, room: usize) -> Result<String, WebError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| malformed(&error))? {
        unread.store(0, Ordering::Relaxed);
        if bytes.len() + chunk.len() > room {
            return Err(WebError::TooLarge(LIMIT));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| WebError::malformed("the form is not UTF-8"))
}

/// Writes a file of at most [`FILE_LIMIT`] bytes.
struct Writer {
    file: fs::File,
    waiting: Vec<u8>,
    length: usize,
}

impl Writer {
    fn new(folder: &Path) -> Result<Self, WebError> {
        let file = block_in_place(|| tempfile::tempfile_in(folder)).map_err(|error| unwritten(&error))?;
        Ok(Self { file, waiting: Vec::new(), length: 0 })
    }

    fn add(&mut self, chunk: &[u8]) -> Result<(), WebError> {
        self.length += chunk.len();
        if self.length > FILE_LIMIT {
            return Err(WebError::TooLarge(FILE_LIMIT));
        }
        self.waiting.extend_from_slice(chunk);
        if self.waiting.len() >= WRITE_BYTES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), WebError> {
        block_in_place(|| self.file.write_all(&self.waiting)).map_err(|error| unwritten(&error))?;
        self.waiting.clear();
        Ok(())
    }

    /// `None` where nothing came.
    fn finish(mut self) -> Result<Option<Arc<Contents>>, WebError> {
        self.write()?;
        let contents = || Arc::new(Contents { file: self.file, length: self.length as u64 });
        Ok((self.length > 0).then(contents))
    }
}

fn unwritten(error: &io::Error) -> WebError {
    WebError::Unavailable(format!("an upload cannot be written beside the database: {error}"))
}

/// A body for `multer`, which reads on as long as something is there: one chunk at a time, and an error once it holds
/// more of the form's frame than a frame needs.
struct Source<'a> {
    chunks: &'a mut Chunks,
    left: usize,
    /// Bytes that came since something was last taken out of the form.
    unread: Arc<AtomicUsize>,
    is_resting: bool,
}

/// Why a [`Source`] ends early.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("the body breaks off")]
    BrokenOff,
    #[error("the body is too large")]
    TooLarge,
    #[error("the heads of its fields are too long")]
    LongFrame,
}

impl Stream for Source<'_> {
    type Item = Result<Bytes, Cut>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.is_resting) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Poll::Ready(next) = self.chunks.poll_next_unpin(context) else { return Poll::Pending };
        let Some(chunk) = next else { return Poll::Ready(None) };
        let Ok(chunk) = chunk else { return Poll::Ready(Some(Err(Cut::BrokenOff))) };
        self.is_resting = true;
        if chunk.len() > self.left {
            return Poll::Ready(Some(Err(Cut::TooLarge)));
        }
        self.left -= chunk.len();
        if self.unread.fetch_add(chunk.len(), Ordering::Relaxed) > LIMIT {
            return Poll::Ready(Some(Err(Cut::LongFrame)));
        }
        Poll::Ready(Some(Ok(chunk)))
    }
}

fn malformed(error: &multer::Error) -> WebError {
    if let multer::Error::StreamReadFailed(cause) = error {
        return match cause.downcast_ref::<Cut>() {
            Some(Cut::TooLarge) => WebError::TooLarge(FILE_LIMIT),
            Some(Cut::BrokenOff) => WebError::malformed("the body breaks off"),
            _ => WebError::Malformed(format!("the form cannot be read: {cause}")),
        };
    }
    WebError::Malformed(format!("the form cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunks(bytes: &[u8], size: usize) -> Chunks {
        let chunks: Vec<_> = bytes.chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        Box::pin(stream::iter(chunks))
    }

    async fn read_bytes(bytes: &[u8], size: usize) -> Result<Upload, WebError> {
        let folder = tempfile::tempdir().expect("a folder");
        form(&mut chunks(bytes, size), "multipart/form-data; boundary=x", folder.path()).await
    }

    async fn read_form(text: &str) -> Result<Upload, WebError> {
        read_bytes(text.replace('\n', "\r\n").as_bytes(), 7).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn fields_and_the_file_are_told_apart() {
        let text = "--x\nContent-Disposition: form-data; name=\"csrf\"\n\nabc\n--x\nContent-Disposition: form-data; \
                    name=\"poster\"; filename=\"a.jpg\"\nContent-Type: image/jpeg\n\nbytes\n--x--\n";
        let upload = read_form(text).await.expect("a form");
        assert_eq!(upload.fields, [("csrf".to_owned(), "abc".to_owned())]);
        let file = upload.file.expect("a file");
        assert_eq!((file.field.as_str(), file.name.as_str()), ("poster", "a.jpg"));
        assert_eq!(file.contents.bytes().expect("its bytes"), b"bytes");
        assert_eq!(file.contents.bytes().expect("its bytes"), b"bytes", "as often as they are wanted");
        let none = read_form(&text.replace("bytes", "")).await.expect("a form");
        assert!(none.file.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_no_form_is_malformed() {
        let field = "--x\nContent-Disposition: form-data; name=\"a\"\n\n1\n";
        for bad in ["", "--y--\n", "--x\n", "--x\nContent-Disposition: form-data; name=\"a\"\n\n1"] {
            assert!(matches!(read_form(bad).await, Err(WebError::Malformed(_))), "{bad:?}");
        }
        assert!(matches!(read_form(&format!("{field}{field}--x--\n")).await, Err(WebError::Malformed(_))));
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, http::HeaderValue::from_static("multipart/form-data"))]);
        let read = read(&mut chunks(b"x", 1), &headers, Path::new("/")).await;
        assert!(matches!(read, Err(WebError::Malformed(_))));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whatever_is_long_has_a_bound() {
        let part = |head: &str, length: usize| {
            let head = format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            [head.into_bytes(), vec![b'v'; length], b"\r\n--x--\r\n".to_vec()].concat()
        };
        let whole = read_bytes(&part("name=\"file\"; filename=\"f\"", FILE_LIMIT), 30_000).await.expect("a form");
        let length = whole.file.expect("a file").contents.bytes().expect("its bytes").len();
        assert_eq!(length, FILE_LIMIT);
        let large = read_bytes(&part("name=\"file\"; filename=\"f\"", FILE_LIMIT + 1), 30_000).await;
        assert!(matches!(large, Err(WebError::TooLarge(FILE_LIMIT))), "{large:?}");
        let text = read_bytes(&part("name=\"text\"", LIMIT + 1), 30_000).await;
        assert!(matches!(text, Err(WebError::TooLarge(LIMIT))), "{text:?}");
        for endless in [vec![b'p'; FILE_LIMIT], part(&format!("name=\"{}\"", "n".repeat(FILE_LIMIT / 2)), 1)] {
            let frame = read_bytes(&endless, 30_000).await;
            assert!(matches!(frame, Err(WebError::Malformed(_))), "{frame:?}");
        }
    }
}
