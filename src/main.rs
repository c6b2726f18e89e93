//! Parse, run, print one error, exit.

use std::process::ExitCode;

/// glibc's allocator keeps what a bulk import or a busy hour has freed, and mimalloc keeps pages of each size for each
/// thread. jemalloc gives memory back, from a thread of its own; its settings are in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    fmdb::cli::run()
}
