//! `fmdb serve`: lock, open, load, listen, tell, serve until a signal, close in order.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{FOLLOWER_TIMEOUT, Global, ends_within, log, output};
use crate::app::{App, ServerLock, blocking_threads};
use crate::config::Config;
use crate::flows::import::NoObserver;
use crate::flows::import_posters::Folder;
use crate::flows::{account, follow, import};
use crate::web;

#[derive(Debug, Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, env = "FMDB_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on, 0 for a free one; without it `PORT` of the environment, else 8080
    #[arg(long, env = "FMDB_PORT")]
    port: Option<u16>,
    /// Load a dump first; may be repeated
    #[arg(long, value_name = "FILE", env = "FMDB_IMPORT", value_delimiter = ',')]
    import: Vec<PathBuf>,
    /// Give movies the pictures of this folder first: `tt0076759.jpg`, `tmdb-603.png`, `Title (1977).webp`
    #[arg(long, value_name = "FOLDER", env = "FMDB_POSTERS")]
    posters: Option<PathBuf>,
    /// Load the sample catalogue if the database holds no movie
    #[arg(long, env = "FMDB_SAMPLE")]
    sample: bool,
    /// Let people who are not signed in read the catalogue
    #[arg(long, env = "FMDB_PUBLIC")]
    public: bool,
    /// Whether anyone can make an account
    #[arg(long, env = "FMDB_SIGNUP", default_value = "open")]
    signup: Signup,
    /// Who may read `/metrics`: this machine, or everybody
    #[arg(long, env = "FMDB_METRICS", default_value = "local")]
    metrics: Metrics,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Signup {
    Open,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Metrics {
    Local,
    Public,
}

/// How long a thread for blocking work stays without any.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// The start waits so long for the index to catch up; a longer catch-up goes on behind the served pages.
const INDEX_TIMEOUT: Duration = Duration::from_secs(2);

pub fn run(global: &Global, options: &Options) -> anyhow::Result<ExitCode> {
    let config = config(global, options)?;
    let db = config.db.display().to_string();
    let mut lock = ServerLock::take(&config.db)
        .with_context(|| format!("`{db}` cannot be served; stop the other fmdb or name another --db"))?;
    let _log = log::write_in_background().context("no thread for the log")?;
    web::raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(blocking_threads())
        .thread_keep_alive(KEEP_ALIVE)
        .build()
        .context("no threads to serve")?;
    let listener = runtime.block_on(bind(&config))?;
    let app = Arc::new(global.open_as(config)?);
    lock.take_database(&app.config.db).with_context(|| format!("`{db}` cannot be served; stop the other fmdb"))?;
    let follower = follow::spawn(Arc::clone(&app)).context("no thread for the search index")?;
    let outcome = load(&app, options).and_then(|()| runtime.block_on(serve(listener, Arc::clone(&app))));
    app.following.stop();
    // A long catch-up goes on at the next start; what is committed is whole.
    if !ends_within(&follower, FOLLOWER_TIMEOUT) {
        tracing::warn!("the search index is not waited for; it goes on at the next start");
    } else if follower.join().is_err() {
        tracing::error!("the search index failed; it will be built anew at the next start");
    }
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome.and_then(|()| Ok(app.store.checkpoint()?)).map(|()| ExitCode::SUCCESS)
}

fn config(global: &Global, options: &Options) -> anyhow::Result<Config> {
    let port = match (options.port, std::env::var("PORT")) {
        (Some(port), _) => port,
        (None, Ok(port)) if !port.is_empty() => {
            port.parse().with_context(|| format!("the environment's `PORT` is `{port}`, which is no port"))?
        }
        (None, _) => Config::default().port,
    };
    Ok(Config {
        db: global.db.clone(),
        host: options.host,
        port,
        public: options.public,
        signup_open: options.signup == Signup::Open,
        metrics_public: options.metrics == Metrics::Public,
    })
}

async fn bind(config: &Config) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::new(config.host, config.port);
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another program using it? name another --port"))
}

fn load(app: &App, options: &Options) -> anyhow::Result<()> {
    if !options.import.is_empty() {
        let (report, loaded) = import::run(app, &options.import, import::Options::default(), &mut NoObserver);
        output::note(&report.to_string());
        loaded?;
    }
    if options.sample {
        let added = import::sample(app)?;
        if added > 0 {
            output::note(&format!("the sample catalogue is loaded: {added} movies"));
        }
    }
    if let Some(folder) = &options.posters {
        let report = Folder::open(folder)?.import(app, false, |passed| {
            output::note(&format!("`{}`: {}", passed.file, passed.reason));
            Ok(())
        })?;
        output::note(&report.to_string());
    }
    let head = app.store.head()?;
    app.following.wake();
    app.following.wait_for(head, INDEX_TIMEOUT);
    Ok(())
}

async fn serve(listener: TcpListener, app: Arc<App>) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let mut terminated = signal(SignalKind::terminate()).context("no signals")?;
    let shutdown = async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    let setup = account::new_setup_link(&app)?;
    output::line(&format!("fmdb listening on http://{address}"))?;
    if let Some(token) = setup {
        output::line(&format!("make the first admin at http://{address}/setup?token={token}"))?;
    }
    web::serve(listener, app, shutdown).await.context("the server failed")
}
