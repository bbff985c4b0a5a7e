//! Many seeds on all processors, each independent of the others.

use crate::world::{Config, Failure, Report, run};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

/// What came of many runs.
#[derive(Debug, Default)]
pub struct Summary {
    /// Runs that kept every promise.
    pub kept: u64,
    /// Those that broke one, in the order of their seeds.
    pub failures: Vec<Failure>,
    /// What happened how often in all of them.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Runs them all; where `twice` says so, two times, which must end in the same state. `heard` hears of each that is over.
#[must_use]
pub fn run_all(
    configs: &[Config],
    twice: impl Fn(&Config) -> bool + Sync,
    heard: impl FnMut(&Config, &Result<Report, Box<Failure>>) + Send,
) -> Summary {
    let next = Mutex::new(configs.iter());
    let summary = Mutex::new((Summary::default(), heard));
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(configs.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(config) = take(&next) {
                    let result = run_once_or_twice(*config, twice(config));
                    let mut guard = summary.lock().unwrap_or_else(PoisonError::into_inner);
                    let (summary, heard) = &mut *guard;
                    heard(config, &result);
                    summary.add(result);
                }
            });
        }
    });
    let (mut summary, _) = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.failures.sort_by_key(|failure| failure.config.seed);
    summary
}

fn take<'a>(next: &Mutex<std::slice::Iter<'a, Config>>) -> Option<&'a Config> {
    next.lock().unwrap_or_else(PoisonError::into_inner).next()
}

impl Summary {
    fn add(&mut self, result: Result<Report, Box<Failure>>) {
        match result {
            Ok(report) => {
                self.kept += 1;
                for (what, count) in report.counts {
                    *self.counts.entry(what).or_default() += count;
                }
            }
            Err(failure) => self.failures.push(*failure),
        }
    }
}

/// Runs one seed, or two times, which must end in the same state.
///
/// # Errors
/// The promise that was broken.
pub fn run_once_or_twice(config: Config, twice: bool) -> Result<Report, Box<Failure>> {
    let first = run_in_folder(config)?;
    if twice && run_in_folder(config)?.hash != first.hash {
        let promise = "two runs of one seed end in the same state".to_owned();
        return Err(Box::new(Failure { config, promise, trace: Vec::new() }));
    }
    Ok(first)
}

fn run_in_folder(config: Config) -> Result<Report, Box<Failure>> {
    let fail = |error: std::io::Error| {
        Box::new(Failure { config, promise: format!("no folder to work in: {error}"), trace: Vec::new() })
    };
    let folder = tempfile::tempdir_in(quick_folder()).map_err(fail)?;
    run(folder.path(), config)
}

/// Journals are the only real files, and are synced with every record: in memory that costs nothing.
pub fn quick_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}
