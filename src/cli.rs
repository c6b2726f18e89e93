//! The command line: every command.

/// Parses, runs, prints one error.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
