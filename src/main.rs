//! Parse, run, print one error, exit.

use std::process::ExitCode;

/// glibc's allocator keeps what a bulk import has freed; mimalloc gives it back. Without huge pages (its feature
/// `no_thp`): each thread has pages of its own for each size, and of a huge one it would hold 2 MiB for a few kilobytes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fmdb::cli::run()
}
