//! One run: the scheduler that decides, from one seed, what happens next.

mod events;
mod healing;
mod meddling;
mod messages;
mod operator;

use crate::bugs::Bug;
use crate::centre::CentreNode;
use crate::city::{Person, small_city};
use crate::clerk::Phone;
use crate::clocks::Time;
use crate::device::DeviceNode;
use crate::model::Model;
use messages::Message;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What a run is like. The same configuration gives the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Decides everything.
    pub seed: u64,
    /// Steps before healing begins.
    pub steps: u32,
    /// Crashes within them.
    pub crashes: u32,
    /// A deliberate bug.
    pub bug: Option<Bug>,
}

impl Config {
    /// 150 steps with 4 crashes.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, steps: 150, crashes: 4, bug: None }
    }
}

/// A run that kept every promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The hash of everything in all files at the end.
    pub hash: String,
    /// What happened how often.
    pub counts: BTreeMap<&'static str, u64>,
}

/// A run that broke a promise.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Which run.
    pub config: Config,
    /// The broken promise.
    pub promise: String,
    /// Everything that happened until then.
    pub trace: Vec<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Config { seed, steps, crashes, bug } = self.config;
        for line in &self.trace {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {seed} broke a promise after the steps above:\n  {}", self.promise)?;
        match bug {
            None => write!(f, "again: cargo xtask simulate --seed {seed} --steps {steps} --crashes {crashes}"),
            Some(bug) => write!(f, "with the deliberate bug {bug:?}"),
        }
    }
}

/// A node that can crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Device(usize),
    Centre,
}

struct Restart {
    at: u64,
    power_loss: bool,
}

struct Run {
    config: Config,
    dice: ChaCha8Rng,
    time: Arc<Time>,
    centre: CentreNode,
    devices: Vec<DeviceNode>,
    phone: Phone,
    messages: BTreeMap<(u64, u64), Message>,
    sequence: u64,
    /// Until when the line of a device is cut.
    cut_until: Vec<u64>,
    restarts: BTreeMap<Node, Restart>,
    /// Until when a disk has no space left.
    full_until: BTreeMap<Node, u64>,
    /// Steps at which something crashes.
    crashes: Vec<u32>,
    backup: Option<BTreeMap<String, Vec<u8>>>,
    next_tick: u64,
    /// Milliseconds between what happens by itself, longer where much time passes in one step.
    pace: u64,
    is_healing: bool,
    model: Model,
    trace: Vec<String>,
    counts: BTreeMap<&'static str, u64>,
}

/// Runs one seed with folders below `folder`, which nobody else may use meanwhile.
///
/// # Errors
/// The promise that was broken, with everything that led to it.
pub fn run(folder: &Path, config: Config) -> Result<Report, Box<Failure>> {
    let fail = |promise, trace| Box::new(Failure { config, promise, trace });
    let mut run = Run::new(folder, config).map_err(|promise| fail(promise, Vec::new()))?;
    let kept = run.play();
    let report = kept.map(|hash| Report { hash, counts: std::mem::take(&mut run.counts) });
    run.close();
    report.map_err(|promise| fail(promise, run.trace))
}

impl Run {
    fn new(folder: &Path, config: Config) -> Result<Self, String> {
        let city = small_city();
        let time = Time::new(city.begin);
        let mut dice = ChaCha8Rng::seed_from_u64(config.seed);
        let centre = CentreNode::new(&folder.join("centre"), &time, config.seed, config.bug)?;
        let mut devices = Vec::new();
        for computer in &city.computers {
            let folder = folder.join(format!("device-{}", computer.id.0));
            devices.push(DeviceNode::new(&folder, computer.clone(), &time, config.seed, config.bug)?);
        }
        let mut crashes: Vec<u32> =
            (0..config.crashes).map(|_| 5 + dice.next_u32() % config.steps.saturating_sub(5).max(1)).collect();
        crashes.sort_unstable();
        Ok(Self {
            cut_until: vec![0; devices.len()],
            model: Model::new(devices.len()),
            config,
            dice,
            time,
            centre,
            devices,
            phone: Phone::default(),
            messages: BTreeMap::new(),
            sequence: 0,
            restarts: BTreeMap::new(),
            full_until: BTreeMap::new(),
            crashes,
            backup: None,
            next_tick: 0,
            pace: 5_000,
            is_healing: false,
            trace: Vec::new(),
            counts: BTreeMap::new(),
        })
    }

    fn play(&mut self) -> Result<String, String> {
        // The first fill, before the first customers.
        self.advance(60_000)?;
        for step in 0..self.config.steps {
            self.step(step)?;
            self.check_while_running()?;
        }
        self.heal()?;
        self.check_at_rest()?;
        self.hash()
    }

    fn close(&mut self) {
        for device in &mut self.devices {
            device.stop();
            device.disk.unmount();
        }
        self.centre.stop();
        self.centre.disk.unmount();
    }

    fn draw(&mut self, bound: u64) -> u64 {
        self.dice.next_u64() % bound.max(1)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let index = usize::try_from(self.draw(u64::try_from(from.len()).unwrap_or(1))).unwrap_or(0);
        from.get(index).cloned()
    }

    fn someone(&mut self) -> Person {
        self.pick(&small_city().people).expect("there are people in the city")
    }

    fn note(&mut self, what: impl AsRef<str>) {
        let millis = self.time.millis();
        self.trace.push(format!("{:>9}.{:03} {} {}", millis / 1000, millis % 1000, self.time.now(), what.as_ref()));
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}
