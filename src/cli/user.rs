//! `fmdb user`: accounts from the command line.

use std::io::{BufRead, IsTerminal, stdin};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{Global, output};
use crate::app::App;
use crate::flows::{FlowError, account};
use crate::model::{Account, Problem, Role};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an account
    Add {
        /// The name to sign in with
        name: String,
        /// Make it an admin
        #[arg(long, env = "FMDB_ADMIN")]
        admin: bool,
        /// Read the password from the first line of stdin instead of asking for it
        #[arg(long, env = "FMDB_PASSWORD_STDIN")]
        password_stdin: bool,
    },
    /// List all accounts
    List,
    /// Set a new password and end the account's sessions
    Password {
        /// The account
        name: String,
        /// Read the password from the first line of stdin instead of asking for it
        #[arg(long, env = "FMDB_PASSWORD_STDIN")]
        password_stdin: bool,
    },
    /// Change what an account may do
    Role {
        /// The account
        name: String,
        /// The role
        role: RoleName,
    },
    /// Remove an account with its sessions and tokens
    Remove {
        /// The account
        name: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleName {
    Admin,
    User,
}

pub fn run(global: &Global, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Add { name, admin, password_stdin } => {
            // The first account may come before the first movie: the database is made if it is missing.
            let app = global.open()?;
            let password = password(*password_stdin, name)?;
            let role = if *admin { Role::Admin } else { Role::User };
            let account = account::add(&app, name, &password, role).map_err(|error| explain(error, name))?;
            told(global, &account, &format!("account `{}` is made, as {}", account.name, role.name()))?;
        }
        Command::List => list(global, &global.open_existing()?)?,
        Command::Password { name, password_stdin } => {
            let app = global.open_existing()?;
            let found = find(&app, name)?;
            let password = password(*password_stdin, name)?;
            account::set_password(&app, name, &password).map_err(|error| explain(error, name))?;
            told(global, &found, &format!("account `{}` has a new password; its sessions have ended", found.name))?;
        }
        Command::Role { name, role } => {
            let app = global.open_existing()?;
            let found = find(&app, name)?;
            let role = match role {
                RoleName::Admin => Role::Admin,
                RoleName::User => Role::User,
            };
            app.store.set_role(found.id, role)?;
            told(
                global,
                &Account { role, ..found.clone() },
                &format!("account `{}` is now {}", found.name, role.name()),
            )?;
        }
        Command::Remove { name } => {
            let app = global.open_existing()?;
            let found = find(&app, name)?;
            app.store.remove_account(found.id)?;
            told(global, &found, &format!("account `{}` is removed", found.name))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The account of a name, or the one line that says there is none.
pub fn find(app: &App, name: &str) -> anyhow::Result<Account> {
    account::find(app, name).map_err(|error| explain(error, name))
}

/// What a flow's error means on the command line.
pub fn explain(error: FlowError, name: &str) -> anyhow::Error {
    match error {
        FlowError::NotFound => anyhow::anyhow!("there is no account `{name}`; `fmdb user list` names them"),
        FlowError::Invalid(errors) => match errors.get("username") {
            Some(Problem::Taken { name }) => {
                anyhow::anyhow!("the account `{name}` exists already; choose another name")
            }
            _ => errors.into(),
        },
        error => error.into(),
    }
}

fn list(global: &Global, app: &App) -> anyhow::Result<()> {
    let accounts = app.store.accounts()?;
    if global.json {
        return output::json(&accounts.iter().map(describe).collect::<Vec<_>>());
    }
    accounts.iter().try_for_each(|account| output::line(&format!("{}\t{}", account.name, account.role.name())))
}

fn told(global: &Global, account: &Account, text: &str) -> anyhow::Result<()> {
    if global.json { output::json(&describe(account)) } else { output::line(text) }
}

fn describe(account: &Account) -> serde_json::Value {
    json!({"name": account.name, "role": account.role.name(), "created_at": account.created_at})
}

fn password(from_stdin: bool, name: &str) -> anyhow::Result<String> {
    if from_stdin {
        let mut line = String::new();
        stdin().lock().read_line(&mut line).context("the password cannot be read from stdin")?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    if !stdin().is_terminal() {
        bail!("there is no terminal to ask for a password; use `--password-stdin`");
    }
    let password = rpassword::prompt_password(format!("Password for {name}: "))?;
    if rpassword::prompt_password("The same again: ")? != password {
        bail!("the two passwords differ; nothing was changed");
    }
    Ok(password)
}
