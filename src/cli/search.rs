//! `fmdb search`: the site's search in the terminal.

use std::process::ExitCode;

use clap::Args;

use super::{Global, output};
use crate::flows;
use crate::model::{ListingQuery, Movie};

#[derive(Debug, Args)]
pub struct Options {
    /// What to look for: titles, directors, genres; slips are forgiven
    #[arg(required = true)]
    query: Vec<String>,
    /// The most movies to print, 1 to 200
    #[arg(long, env = "FMDB_LIMIT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

pub fn run(global: &Global, options: &Options) -> anyhow::Result<ExitCode> {
    let app = global.open_existing()?;
    flows::follow::catch_up(&app)?;
    let text = options.query.join(" ");
    let items = options.limit.to_string();
    let query = ListingQuery::parse([("q", text.as_str()), ("items", items.as_str())])?;
    let listing = flows::search::listing(&app, &query)?;
    if global.json {
        output::json(&listing.to_json())?;
    } else if listing.movies.is_empty() {
        output::note(&format!("nothing found for `{text}`"));
    } else {
        if !listing.dropped.is_empty() {
            let kept = listing.kept().q.unwrap_or_default();
            output::note(&format!("nothing found with `{}`; these are for `{kept}`", listing.dropped.join("`, `")));
        }
        for movie in &listing.movies {
            output::line(&describe(movie))?;
        }
        let rest = listing.total - listing.movies.len() as u64;
        if rest > 0 {
            output::note(&format!("and {rest} more; `--limit` shows more of them"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(movie: &Movie) -> String {
    let facts = &movie.facts;
    let year = facts.year.map(|year| format!(" ({year})")).unwrap_or_default();
    let director = facts.director().map(|director| format!(", {director}")).unwrap_or_default();
    let genres = if facts.genres.is_empty() { String::new() } else { format!(" [{}]", facts.genres.join(", ")) };
    let score = facts.score.map(|score| format!(" {score:.1}")).unwrap_or_default();
    format!("{}{year}{director}{genres}{score}", facts.title)
}
