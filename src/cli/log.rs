//! The log, on its way to stderr. A server's lines are gathered for a moment and written together, since a call of the
//! system for each would cost more than many an answer. Warnings and errors are written at once, with all before them,
//! and nothing is lost when the server ends.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered.
const MOMENT: Duration = Duration::from_millis(20);
/// Bytes that are gathered at most.
const MOST: usize = 64 << 10;

static GATHERED: Mutex<Gathered> = Mutex::new(Gathered { lines: Vec::new(), is_open: false });
static CAME: Condvar = Condvar::new();

struct Gathered {
    lines: Vec<u8>,
    /// A thread writes what is gathered.
    is_open: bool,
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
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut gathered = gathered();
        let is_first = gathered.lines.is_empty();
        gathered.lines.extend_from_slice(line);
        let must_go = self.is_urgent || !gathered.is_open || gathered.lines.len() > MOST;
        drop(gathered);
        if must_go {
            write_out()?;
        } else if is_first {
            CAME.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lines are gathered while this lives.
pub struct Gathering(Option<thread::JoinHandle<()>>);

/// Begins to gather lines.
///
/// # Errors
/// The system gives no thread.
pub fn gather() -> io::Result<Gathering> {
    gathered().is_open = true;
    let writer = thread::Builder::new().name("log".to_owned()).spawn(|| {
        let waits = |gathered: &mut Gathered| gathered.lines.is_empty() && gathered.is_open;
        loop {
            let gathered = CAME.wait_while(gathered(), waits).unwrap_or_else(PoisonError::into_inner);
            if !gathered.is_open {
                break;
            }
            drop(gathered);
            thread::sleep(MOMENT);
            // A log that cannot be written cannot be told about either.
            let _ = write_out();
        }
    })?;
    Ok(Gathering(Some(writer)))
}

impl Drop for Gathering {
    fn drop(&mut self) {
        gathered().is_open = false;
        CAME.notify_one();
        if let Some(writer) = self.0.take() {
            let _ = writer.join();
        }
        let _ = write_out();
    }
}

fn gathered() -> MutexGuard<'static, Gathered> {
    GATHERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes what is gathered. Whoever writes holds stderr before taking the lines, so they keep their order.
fn write_out() -> io::Result<()> {
    let mut out = io::stderr().lock();
    let lines = std::mem::take(&mut gathered().lines);
    out.write_all(&lines)
}
