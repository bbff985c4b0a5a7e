//! Which centre a command is about.

use super::Outcome;
use crate::central::Central;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use std::convert::Infallible;
use std::future::Future;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use tokio::runtime::Runtime;
use yuyue_protocol::account::Secret;

/// The folder of a centre and its configuration.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// The folder of the centre
    #[arg(long, value_name = "FOLDER", env = "YUYUE_FOLDER")]
    pub folder: PathBuf,
    /// The configuration file; variables such as `YUYUE_SERVE_PUBLIC` count more
    #[arg(long, value_name = "FILE", env = "YUYUE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The address of a Postgres database in which the rows are; it may hold a password, so better not as an argument
    #[arg(long, value_name = "URL", env = "YUYUE_STORE", hide_env_values = true)]
    pub store: Option<StoreUrl>,
}

/// The address of a database, which may hold a password.
#[derive(Clone)]
pub struct StoreUrl(Secret);

impl FromStr for StoreUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Secret(text.to_owned())))
    }
}

impl std::fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Place {
    /// Reads the configuration.
    pub fn config(&self) -> Outcome<Config> {
        let mut config = Config::read(self.config.as_deref(), std::env::vars_os())?;
        if let Some(url) = &self.store {
            config.store.url = Some(url.0.clone());
        }
        Ok(config)
    }

    /// Opens the centre, for [`block_on`].
    pub fn open(&self) -> Outcome<Central> {
        block_on(self.open_here())
    }

    /// Opens the centre on the runtime that serves it.
    pub async fn open_here(&self) -> Outcome<Central> {
        let config = self.config()?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        Ok(Central::open(&self.folder, &config.store, config.core, clock, entropy).await?)
    }

    /// Makes a new centre, for [`block_on`].
    pub fn init(&self, city: &str) -> Outcome<Central> {
        let config = self.config()?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        block_on(async { Ok(Central::init(&self.folder, &config.store, city, config.core, clock, entropy).await?) })
    }
}

thread_local! {
    /// One for the whole command: connections to a database live where they were made.
    static RUNTIME: std::io::Result<Runtime> = tokio::runtime::Builder::new_current_thread().enable_all().build();
}

/// Runs a future to its end on this thread.
pub fn block_on<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    RUNTIME.with(|runtime| match runtime {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => Err(std::io::Error::from(error.kind()).into()),
    })
}
