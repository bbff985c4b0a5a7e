//! Which centre a command is about.

use crate::central::Central;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use anyhow::Context as _;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

/// The folder of a centre and its configuration.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// The folder of the centre
    #[arg(long, value_name = "FOLDER", env = "YUYUE_FOLDER")]
    pub folder: PathBuf,
    /// The configuration file; without one everything is as by default
    #[arg(long, value_name = "FILE", env = "YUYUE_CONFIG")]
    pub config: Option<PathBuf>,
}

impl Place {
    /// Reads the configuration.
    pub fn config(&self) -> anyhow::Result<Config> {
        Ok(Config::read(self.config.as_deref())?)
    }

    /// Opens the centre.
    pub fn open(&self) -> anyhow::Result<Central> {
        let core = self.config()?.core;
        Central::open(&self.folder, core, Arc::new(SystemClock), Arc::new(OsEntropy))
            .with_context(|| format!("{}", self.folder.display()))
    }

    /// Makes a new centre.
    pub fn init(&self, city: &str) -> anyhow::Result<Central> {
        let core = self.config()?.core;
        Ok(Central::init(&self.folder, city, core, Arc::new(SystemClock), Arc::new(OsEntropy))?)
    }
}

/// Runs a future to its end on this thread.
pub fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
