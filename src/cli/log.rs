//! The log, on its way to stderr. A command writes its lines itself. In a server a thread does: no request ever waits for
//! stderr, be it a full disk, a closed pipe or a pipe that nobody reads. What does not fit into the buffer meanwhile is
//! dropped, counted, and told when stderr can be written again.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered, since a system call for each would cost more than many an answer. Warnings do not wait.
const GATHER_TIME: Duration = Duration::from_millis(20);
/// Bytes that wait to be written at most, some thousand lines.
const MAX_BUFFERED: usize = 1 << 20;
/// How long the end of the server waits for the last lines to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

static BUFFER: Mutex<Buffer> =
    Mutex::new(Buffer { lines: Vec::new(), dropped: 0, is_urgent: false, mode: Mode::Direct, is_flushed: false });
/// Lines came, or the server ends.
static CAME: Condvar = Condvar::new();
/// The writing thread has ended.
static FLUSHED: Condvar = Condvar::new();

struct Buffer {
    lines: Vec<u8>,
    /// Lines that were lost and not told about.
    dropped: u64,
    /// A warning is among the lines.
    is_urgent: bool,
    mode: Mode,
    is_flushed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Lines are written at once.
    Direct,
    /// A thread writes them.
    Background,
    /// The server ends; later lines are dropped.
    Closed,
}

/// Where the log goes.
#[derive(Debug, Clone, Copy)]
pub struct Log;

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { is_urgent: true }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line {
        Line { is_urgent: *about.level() <= Level::WARN }
    }
}

/// A line of the log; it comes as one piece.
#[derive(Debug)]
pub struct Line {
    is_urgent: bool,
}

impl Write for Line {
    /// Never fails: the caller can do nothing about a log that cannot be written.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut buffer = buffer();
        match buffer.mode {
            Mode::Direct => {
                drop(buffer);
                let _ = io::stderr().lock().write_all(line);
            }
            Mode::Background if buffer.lines.len() + line.len() <= MAX_BUFFERED => {
                let wakes = buffer.lines.is_empty() || self.is_urgent && !buffer.is_urgent;
                buffer.lines.extend_from_slice(line);
                buffer.is_urgent |= self.is_urgent;
                drop(buffer);
                if wakes {
                    CAME.notify_one();
                }
            }
            Mode::Background => buffer.dropped += 1,
            Mode::Closed => {}
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log is written by a thread of its own as long as this lives.
#[derive(Debug)]
pub struct Background(());

/// Begins to write the log on a thread of its own. Panics are logged from now on: their usual message would make the
/// request that panicked wait for stderr.
///
/// # Errors
/// The system gives no thread, or stderr cannot be duplicated.
pub fn write_in_background() -> io::Result<Background> {
    // A descriptor of its own, so that a write which never ends holds no lock that others need.
    let out = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    buffer().mode = Mode::Background;
    let spawned = thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(out));
    if let Err(error) = spawned {
        buffer().mode = Mode::Direct;
        return Err(error);
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("of an unknown kind");
        tracing::error!(place, message, "a panic");
    }));
    Ok(Background(()))
}

/// Writes the last lines, which takes at most [`FLUSH_TIMEOUT`].
impl Drop for Background {
    fn drop(&mut self) {
        let mut buffer = buffer();
        buffer.mode = Mode::Closed;
        CAME.notify_one();
        let waits = |buffer: &mut Buffer| !buffer.is_flushed;
        let (flushed, timeout) =
            FLUSHED.wait_timeout_while(buffer, FLUSH_TIMEOUT, waits).unwrap_or_else(PoisonError::into_inner);
        // Else the program's own last words would wait for stderr as well.
        let is_stuck = timeout.timed_out();
        buffer = flushed;
        if !is_stuck {
            buffer.mode = Mode::Direct;
        }
    }
}

/// Whether stderr took the log to its end; if not, a write to it might never return.
pub fn is_writable() -> bool {
    buffer().mode != Mode::Closed
}

/// The thread of the log.
fn write_lines(mut out: File) {
    while let Some(lines) = next_lines() {
        let unwritten = write_all(&mut out, &lines);
        let mut buffer = buffer();
        buffer.dropped += count_lines(unwritten);
        let dropped = if unwritten.is_empty() { std::mem::take(&mut buffer.dropped) } else { 0 };
        drop(buffer);
        if dropped > 0 {
            tracing::warn!(lines = dropped, "lines of the log were lost while stderr could not be written");
        }
    }
    buffer().is_flushed = true;
    FLUSHED.notify_all();
}

/// Waits for lines, and a moment for more of them; none once the server ends and all are taken.
fn next_lines() -> Option<Vec<u8>> {
    let idle = |buffer: &mut Buffer| buffer.lines.is_empty() && buffer.mode == Mode::Background;
    let buffer = CAME.wait_while(buffer(), idle).unwrap_or_else(PoisonError::into_inner);
    let gathers = |buffer: &mut Buffer| !buffer.is_urgent && buffer.mode == Mode::Background;
    let (mut buffer, _) = CAME.wait_timeout_while(buffer, GATHER_TIME, gathers).unwrap_or_else(PoisonError::into_inner);
    buffer.is_urgent = false;
    let lines = std::mem::take(&mut buffer.lines);
    (!lines.is_empty()).then_some(lines)
}

/// Writes as much as can be written; gives the rest.
fn write_all<'a>(out: &mut impl Write, mut lines: &'a [u8]) -> &'a [u8] {
    while !lines.is_empty() {
        match out.write(lines) {
            Ok(0) => break,
            Ok(count) => lines = lines.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another program has made the pipe that it shares with us non-blocking.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(GATHER_TIME),
            Err(_) => break,
        }
    }
    lines
}

fn count_lines(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}

fn buffer() -> MutexGuard<'static, Buffer> {
    BUFFER.lock().unwrap_or_else(PoisonError::into_inner)
}
