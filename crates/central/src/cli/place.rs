//! Which centre a command is about.

use super::Outcome;
use crate::central::Central;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
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
    pub fn config(&self) -> Outcome<Config> {
        Ok(Config::read(self.config.as_deref())?)
    }

    /// Opens the centre.
    pub fn open(&self) -> Outcome<Central> {
        let core = self.config()?.core;
        Ok(Central::open(&self.folder, core, Arc::new(SystemClock), Arc::new(OsEntropy))?)
    }

    /// Makes a new centre.
    pub fn init(&self, city: &str) -> Outcome<Central> {
        let core = self.config()?.core;
        Ok(Central::init(&self.folder, city, core, Arc::new(SystemClock), Arc::new(OsEntropy))?)
    }
}

/// Runs a future to its end on this thread.
pub fn block_on<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
