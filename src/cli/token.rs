//! `fmdb token`: API tokens from the command line.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::user::{explain, find};
use super::{Global, output};
use crate::flows::account;
use crate::store::StoreError;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token for an account and print it, this once
    Add {
        /// The account that it acts for
        name: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", env = "FMDB_LABEL", default_value = "")]
        label: String,
    },
    /// List the tokens of an account
    List {
        /// The account
        name: String,
    },
    /// Revoke a token
    Revoke {
        /// Its number in the list
        id: i64,
    },
}

pub fn run(global: &Global, command: &Command) -> anyhow::Result<ExitCode> {
    let app = global.open_existing()?;
    match command {
        Command::Add { name, label } => {
            let token = account::add_token(&app, name, label).map_err(|error| explain(error, name))?;
            if global.json { output::json(&json!({"token": token}))? } else { output::line(&token)? }
        }
        Command::List { name } => {
            find(&app, name)?;
            let tokens = account::tokens(&app, name)?;
            if global.json {
                let described = tokens.iter().map(|token| {
                    json!({"id": token.id, "label": token.label, "created_at": token.created_at, "used_at": token.used_at})
                });
                output::json(&described.collect::<Vec<_>>())?;
            } else {
                for token in tokens {
                    let used = token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", day(at)));
                    output::line(&format!("{}\t{}\tmade {}\t{used}", token.id, token.label, day(token.created_at)))?;
                }
            }
        }
        Command::Revoke { id } => {
            app.store.revoke_token(*id).map_err(|error| match error {
                StoreError::NotFound => anyhow::anyhow!("there is no token {id}; `fmdb token list NAME` numbers them"),
                error => error.into(),
            })?;
            if global.json {
                output::json(&json!({"revoked": id}))?;
            } else {
                output::line(&format!("token {id} is revoked"))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn day(seconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|at| at.format(&Rfc3339).ok());
    at.unwrap_or_else(|| seconds.to_string())
}
