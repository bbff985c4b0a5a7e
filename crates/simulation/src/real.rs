//! The real programs under real faults: `yuyue-central serve` and counters without a window, each a process of its own with
//! its own files, over real HTTPS through a bad proxy. They are killed, stopped for a while and left without room on the
//! disk, as a seed decides; in the end everything is mended and the promises are checked.
#![expect(clippy::disallowed_methods, reason = "this starts real programs, whose time is the clock on the wall")]

mod centre;
mod check;
mod desk;
mod faults;
mod history;
mod line;
mod process;
mod proxy;

use crate::bugs::Bug;
use centre::RealCentre;
use history::History;
use proxy::Proxy;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The word with which this program becomes the centre's.
pub(crate) const AS_CENTRE: &str = "as-centre";
/// The word with which this program becomes a counter.
pub(crate) const AS_DESK: &str = "as-desk";
/// How long it may take until everything that was taken is decided and every cache stands at the centre's head.
const REST_WITHIN: Duration = Duration::from_secs(180);

/// When the faults end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// After so many kills.
    Kills(u64),
    /// After so many seconds.
    Seconds(u64),
}

/// What a run is like. The seed decides the faults; when they fall is up to the operating system.
#[derive(Debug, Clone, Copy)]
pub struct RealConfig {
    /// Decides the faults.
    pub seed: u64,
    /// When they end.
    pub until: Until,
    /// A deliberate bug in the tables.
    pub bug: Option<Bug>,
}

/// What happened how often in a run that kept every promise.
pub type Counts = BTreeMap<&'static str, u64>;

/// Runs this program as the centre or as a counter, when its arguments say so.
#[must_use]
pub fn play_a_part(arguments: &[OsString]) -> Option<ExitCode> {
    let part = arguments.get(1)?.to_str()?;
    match part {
        AS_CENTRE => Some(yuyue_central::cli::run_from(
            arguments.iter().take(1).chain(&arguments[2..]).cloned().collect::<Vec<_>>(),
        )),
        AS_DESK => Some(desk::run(Path::new(arguments.get(2)?))),
        _ => None,
    }
}

/// Why a run did not end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealFailure {
    /// The programs could not be run at all, which shows nothing.
    NotRun(String),
    /// They ran, and a promise was broken. With the last that happened.
    Broken(String),
}

impl std::fmt::Display for RealFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotRun(why) => write!(f, "the programs could not be run: {why}"),
            Self::Broken(promise) => f.write_str(promise),
        }
    }
}

/// Runs the programs of `program`, which has to hand its arguments to [`play_a_part`]. `heard` hears how far it is.
///
/// # Errors
/// The promise that was broken, or why the programs could not be run.
pub fn run(program: &Path, config: RealConfig, mut heard: impl FnMut(&str)) -> Result<Counts, RealFailure> {
    let folder = tempfile::tempdir().map_err(|error| RealFailure::NotRun(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| RealFailure::NotRun(error.to_string()))?;
    let mut world = World::new(folder.path(), program, config, &runtime).map_err(RealFailure::NotRun)?;
    let ended = world.play(&mut heard);
    world.stop();
    let kept = ended.and_then(|()| check::check(&mut world));
    match kept {
        Ok(counts) => {
            world.history.counts.extend(counts);
            Ok(world.history.counts)
        }
        Err(promise) => Err(RealFailure::Broken(format!("{}\n{promise}", world.history.last_lines()))),
    }
}

/// Everything of a run.
struct World {
    centre: RealCentre,
    desks: Vec<desk::RealDesk>,
    proxy: Proxy,
    history: History,
    dice: ChaCha8Rng,
    until: Until,
}

impl World {
    fn new(
        folder: &Path,
        program: &Path,
        config: RealConfig,
        runtime: &tokio::runtime::Runtime,
    ) -> Result<Self, String> {
        let proxy = runtime.block_on(Proxy::start(config.seed)).map_err(|error| format!("no proxy: {error}"))?;
        let mut centre = RealCentre::make(folder, program, config.bug)?;
        let mut history = History::new();
        centre.start(&mut history, &proxy)?;
        let mut desks = Vec::new();
        for index in 0..centre.counters.len() {
            let enrolled = runtime.block_on(centre.enrol(index, proxy.address()))?;
            desks.push(desk::RealDesk::make(folder, program, index, &centre, &enrolled, config)?);
        }
        Ok(Self { centre, desks, proxy, history, dice: ChaCha8Rng::seed_from_u64(config.seed), until: config.until })
    }

    fn draw(&mut self, bound: u64) -> u64 {
        self.dice.next_u64() % bound.max(1)
    }

    fn play(&mut self, heard: &mut impl FnMut(&str)) -> Result<(), String> {
        let begin = Instant::now();
        for index in 0..self.desks.len() {
            self.start_desk(index)?;
        }
        loop {
            let kills = self.history.count_of("kills");
            let is_over = match self.until {
                Until::Kills(most) => kills >= most,
                Until::Seconds(seconds) => begin.elapsed() >= Duration::from_secs(seconds),
            };
            if is_over {
                break;
            }
            self.break_something()?;
            let after = self.history.count_of("kills");
            if after / 50 > kills / 50 {
                heard(&format!("{after} kills, {} acts of clerks", self.history.count_of("acts")));
            }
        }
        self.come_to_rest()
    }

    /// Mends everything, and waits until nothing is under way.
    fn come_to_rest(&mut self) -> Result<(), String> {
        self.proxy.mend();
        self.mend_all()?;
        for desk in &self.desks {
            desk.ask_for_rest()?;
        }
        let begin = Instant::now();
        while begin.elapsed() < REST_WITHIN {
            self.pump(Duration::from_millis(200))?;
            self.restart_whoever_ended()?;
            let head = self.centre.head()?;
            if self.history.is_at_rest(self.desks.len(), head) {
                return Ok(());
            }
        }
        let rest = self.history.rest_lines();
        Err(format!(
            "nothing comes to rest within {} s: the head is {}; {rest}",
            REST_WITHIN.as_secs(),
            self.centre.head()?
        ))
    }

    /// Hears what the programs say, for so long.
    fn pump(&mut self, wait: Duration) -> Result<(), String> {
        let until = Instant::now() + wait;
        while self.history.hear_until(until)? {}
        Ok(())
    }

    fn stop(&mut self) {
        for desk in &mut self.desks {
            desk.program.kill();
        }
        self.centre.program.kill();
    }
}
