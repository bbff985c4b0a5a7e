//! `serve`: the running centre.

use super::Outcome;
use super::output::line;
use super::place::Place;
use crate::config::{LogConfig, LogFormat};
use crate::serve::{END_WITHIN, start};
use crate::sms::SpoolGateway;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Run the centre.
///
/// Listens for devices, for everybody and for the operator, until it is told to stop (SIGINT or SIGTERM). What is
/// logged is chosen with `YUYUE_LOG`, such as `info` or `yuyue_central=debug`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
}

/// `YUYUE_LOG` counts more than the configuration.
fn filter(config: &LogConfig) -> Outcome<EnvFilter> {
    let chosen = std::env::var("YUYUE_LOG").unwrap_or_else(|_| config.filter.clone());
    EnvFilter::try_new(&chosen).map_err(|error| format!("the filter of the log is wrong: {error}").into())
}

pub fn run(arguments: &Arguments) -> Outcome {
    let config = arguments.place.config()?;
    let logged = tracing_subscriber::fmt().with_env_filter(filter(&config.log)?).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Json => logged.json().init(),
        LogFormat::Text => logged.init(),
    }
    let spool = config.sms.spool.unwrap_or_else(|| arguments.place.folder.join("sms"));
    let gateway = Arc::new(SpoolGateway::new(&spool)?);
    // A look into the file keeps the worker that takes it, so there are more workers than processors.
    let workers = std::thread::available_parallelism().map_or(4, usize::from) * 2;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers.max(4)).enable_all().build()?;
    let ended = runtime.block_on(async {
        let central = arguments.place.open_here().await?;
        let running = start(&central, &config.serve, gateway).await?;
        line(format_args!(
            "devices on {}, everybody on {}, operator on {}",
            running.devices, running.public, running.admin
        ))?;
        let mut terminated = signal(SignalKind::terminate())?;
        let ended = tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Into::into),
            _ = terminated.recv() => Ok(()),
            ended = running.wait() => Err(ended.into()),
        };
        running.stop().await;
        ended
    });
    // What does not answer, such as a disk, keeps the service manager waiting no longer than that.
    runtime.shutdown_timeout(END_WITHIN);
    ended
}
