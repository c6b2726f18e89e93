//! The command line: every command, its options and what they mean. Each command's work is in a file of its own; the
//! exit status and the one line of an error are here.
//!
//! Every option is also an environment variable, `FMDB_` and its name. Results go to stdout, all else to stderr.

mod backup;
mod check;
mod export;
mod import;
mod search;
mod serve;
mod token;
mod user;

mod log;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::app::{App, index_folder};
use crate::config::Config;
use crate::files::{self, Protected};

/// The movie database that anyone can run from one file.
#[derive(Debug, Parser)]
#[command(name = "fmdb", version = env!("FMDB_VERSION"), propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// The database file; the search index lives beside it in `PATH.index/`
    #[arg(long, global = true, value_name = "PATH", env = "FMDB_DB", default_value = "fmdb.db")]
    db: PathBuf,
    /// What is logged to stderr: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", env = "FMDB_LOG", default_value = "info")]
    log: String,
    /// How it is logged
    #[arg(long, global = true, value_name = "FORMAT", env = "FMDB_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Print the result as one JSON document
    #[arg(long, global = true, env = "FMDB_JSON")]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site
    Serve(serve::Options),
    /// Load dumps of movies into the catalogue
    Import(import::Options),
    /// Write the catalogue to a file or to stdout
    Export(export::Options),
    /// Search the catalogue as the site does
    Search(search::Options),
    /// Manage accounts
    #[command(subcommand)]
    User(user::Command),
    /// Manage API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Write a consistent copy of the database, also while a server runs
    Backup(backup::BackupOptions),
    /// Put a backup in the database's place
    Restore(backup::RestoreOptions),
    /// Check that the database is sound and that the search index holds exactly the catalogue
    Check,
    /// Build the search index anew
    Reindex,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The exit status of an import that kept the good rows and rejected others.
const SOME_REJECTED: u8 = 3;

/// Parses, runs, prints one error, gives the exit status: 0 done, 1 failed, 2 wrong usage, 3 see [`SOME_REJECTED`].
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = start_log(&cli.global) {
        output::complain(&error);
        return ExitCode::from(2);
    }
    files::keep_private(&cli.global.db);
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            if log::is_writable() {
                output::complain(&error);
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    match cli.command {
        Command::Serve(options) => serve::run(global, &options),
        Command::Import(options) => import::run(global, &options),
        Command::Export(options) => export::run(global, &options),
        Command::Search(options) => search::run(global, &options),
        Command::User(command) => user::run(global, &command),
        Command::Token(command) => token::run(global, &command),
        Command::Backup(options) => backup::backup(global, &options),
        Command::Restore(options) => backup::restore(global, &options),
        Command::Check => check::check(global),
        Command::Reindex => check::reindex(global),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "fmdb", &mut script);
            output::write(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Global {
    fn open(&self) -> anyhow::Result<App> {
        self.open_as(Config { db: self.db.clone(), ..Config::default() })
    }

    fn open_as(&self, config: Config) -> anyhow::Result<App> {
        let app = App::open(config)?;
        files::make_private(&self.db);
        Ok(app)
    }

    /// Opens a database that must be there: a command that reads an empty one is a mistyped path.
    fn open_existing(&self) -> anyhow::Result<App> {
        let db = self.db.display();
        anyhow::ensure!(
            self.db.exists(),
            "there is no database at `{db}`; name it with --db, or make it with `fmdb import`"
        );
        self.open()
    }

    /// What no output of a command may replace: the database and all that belongs to it.
    fn protected(&self) -> Protected {
        Protected::database(&self.db, &index_folder(&self.db))
    }
}

/// How long the end of a command waits for the follower of the search index, where its end may be far.
const FOLLOWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Waits for the end of a thread; false if it takes longer.
fn ends_within(thread: &JoinHandle<()>, timeout: Duration) -> bool {
    let until = Instant::now() + timeout;
    while !thread.is_finished() {
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

fn start_log(global: &Global) -> anyhow::Result<()> {
    let level = global.log.as_str();
    let known = ["off", "error", "warn", "info", "debug", "trace"];
    anyhow::ensure!(known.contains(&level), "`--log {level}` is not a level; use one of {}", known.join(", "));
    // The engine logs each commit at info, which tells an operator nothing.
    let engine = if level == "info" { "warn" } else { level };
    let filter = EnvFilter::new(if level == "off" { "off".to_owned() } else { format!("{engine},fmdb={level}") });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(log::Log).log_internal_errors(false);
    match global.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_has_its_environment_variable() {
        fn walk(command: &clap::Command) {
            for option in command.get_arguments().filter(|option| !option.is_positional()) {
                let Some(long) = option.get_long().filter(|long| !["help", "version"].contains(long)) else { continue };
                let name = format!("FMDB_{}", long.to_uppercase().replace('-', "_"));
                assert_eq!(option.get_env().and_then(|env| env.to_str()), Some(name.as_str()), "--{long}");
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Cli::command());
    }
}
