//! Parse, run, print one error, exit.

use std::process::ExitCode;

/// glibc's allocator keeps what a bulk import has freed; mimalloc gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fmdb::cli::run()
}
