//! The centre: its real core over its real store on a disk of the simulation. It can stop and start at any moment.

use crate::bugs::Bug;
use crate::city::{CENTRE_FILE, now, server_key, small_city};
use crate::clocks::Time;
use crate::disk::Disk;
use crate::line::{Answer, Reply, Request};
use ed25519_dalek::VerifyingKey;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use uuid::Uuid;
use yuyue_central::clock::Clock;
use yuyue_central::core::{Acting, Caller, Core, CoreConfig, Delivery};
use yuyue_central::entropy::{Entropy as _, SeededEntropy};
use yuyue_central::scheduler::Scheduler;
use yuyue_central::secret::hash;
use yuyue_central::sms::{SimulatedPhone, send_due};
use yuyue_central::store::Store as _;
use yuyue_central::store::sqlite::{FILE_KIND, SqliteStore};
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::account::Secret;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::error::{ErrorCode, Problem};

/// What is lost when the centre stops.
struct Running {
    core: Arc<Core<SqliteStore>>,
    scheduler: Scheduler,
    /// Somebody who looks on.
    witness: Connection,
}

/// The centre.
pub struct CentreNode {
    /// Its disk.
    pub disk: Rc<Disk>,
    /// Everybody's phone. Messages that arrived stay there.
    pub phone: SimulatedPhone,
    time: Arc<Time>,
    seed: u64,
    starts: u64,
    running: Option<Running>,
}

impl CentreNode {
    /// The centre of the small city, running, with its disk at `folder`.
    pub fn new(folder: &Path, time: &Arc<Time>, seed: u64, bug: Option<Bug>) -> Result<Self, String> {
        let disk = Disk::mount(folder);
        disk.import(&small_city().centre);
        let (phone, time) = (SimulatedPhone::default(), Arc::clone(time));
        let mut centre = Self { disk, phone, time, seed, starts: 0, running: None };
        if let Some(sql) = bug.and_then(Bug::in_centre) {
            centre.with_store_file(|connection| connection.execute_batch(sql))?;
        }
        centre.start(None)?;
        Ok(centre)
    }

    /// Whether it runs.
    pub const fn is_up(&self) -> bool {
        self.running.is_some()
    }

    /// The core, while it runs.
    pub fn core(&self) -> Option<&Core<SqliteStore>> {
        self.running.as_ref().map(|running| &*running.core)
    }

    /// Starts it again, after a power loss with what `dice` left of the disk.
    pub fn start(&mut self, power_loss: Option<&mut dyn FnMut() -> u64>) -> Result<(), String> {
        self.disk.restart(power_loss);
        self.starts += 1;
        let store = match SqliteStore::open(&self.disk.path(CENTRE_FILE), None) {
            Ok(store) => store,
            Err(_) if self.disk.is_full() => return Ok(()),
            Err(error) => return Err(format!("the centre does not start: {error:?}")),
        };
        // Another sequence with every start, as the operating system would give.
        let entropy = Arc::new(SeededEntropy::new(self.seed.wrapping_mul(1_000).wrapping_add(self.starts)));
        let clock: Arc<dyn Clock> = Arc::clone(&self.time) as Arc<dyn Clock>;
        let core = Arc::new(Core::new(store, clock, entropy, server_key(), CoreConfig::default()));
        let path = self.disk.path(CENTRE_FILE);
        let witness = yuyue_sqlite::open_reader(&FILE_KIND, yuyue_sqlite::Place::new(&path, None));
        let witness = witness.map_err(|error| format!("the centre's file does not open: {error:?}"))?;
        self.running = Some(Running { core, scheduler: Scheduler::default(), witness });
        Ok(())
    }

    /// It stops, and whatever it was doing stays undone.
    pub fn stop(&mut self) {
        self.disk.kill();
        self.running = None;
    }

    /// Whether a write was its last; then it has stopped.
    pub fn notice_crash(&mut self) -> bool {
        let crashed = self.disk.is_dead() && self.running.is_some();
        if crashed {
            self.running = None;
        }
        crashed
    }

    /// Does what is due. A failure leaves it due.
    pub fn tick(&mut self) -> Result<String, String> {
        let Some(running) = &mut self.running else { return Ok("is down".to_owned()) };
        let done = now(running.scheduler.tick(&running.core));
        let sent = now(send_due(&running.core, &self.phone));
        match (done, sent) {
            (Ok(done), Ok(sent)) => Ok(format!(
                "{} extensions, {:?}, {} lapsed, {} cancelled, {} counts, {sent} messages",
                done.extensions, done.publications, done.lapsed, done.cancelled, done.counts
            )),
            (done, sent) if self.disk.is_dead() || self.disk.is_full() => {
                Ok(format!("failed: {:?} {:?}", done.err().map(|e| e.to_string()), sent.err().map(|e| e.to_string())))
            }
            (Err(error), _) => Err(format!("what was due could not be done: {error:?}")),
            (_, Err(error)) => Err(format!("messages could not be handed over: {error:?}")),
        }
    }

    /// Answers a request; none when there is nobody to answer, or it stopped before it had.
    pub fn handle(&mut self, from: DeviceId, token: Option<&Secret>, request: Request) -> Option<Answer> {
        let core = Arc::clone(&self.running.as_ref()?.core);
        let answer = Self::answer(&core, from, token, request);
        drop(core);
        if self.notice_crash() { None } else { Some(answer) }
    }

    fn caller(core: &Core<SqliteStore>, from: DeviceId, token: Option<&Secret>) -> Result<Caller, Problem> {
        let computer = small_city().computers.iter().find(|computer| computer.id == from);
        let computer = computer.ok_or_else(|| Problem::new(ErrorCode::DeviceUnknown, "no such device"))?;
        let clerk = match token {
            None => None,
            Some(token) => {
                let found = now(core.store().find_token(&hash(token.0.as_bytes()), from, core.now()));
                let found = found.map_err(|_| Problem::new(ErrorCode::Busy, "the store is not available"))?;
                let found =
                    found.ok_or_else(|| Problem::new(ErrorCode::SignedOut, "the token is unknown or has expired"))?;
                Some(Acting::from(&found))
            }
        };
        Ok(Caller { device: from, kind: computer.kind, office: computer.office, clerk, visit: None })
    }

    fn answer(core: &Core<SqliteStore>, from: DeviceId, token: Option<&Secret>, request: Request) -> Answer {
        let known = core.known(Self::caller(core, from, token)?);
        match request {
            Request::Time => now(known.time()).map(Reply::Time),
            Request::SignIn(request) => now(known.sign_in(request)).map(Reply::SignIn),
            Request::Changes(after, limit) => now(known.changes(after, limit)).map(Reply::Changes),
            Request::Commands(batch) => now(known.commands(batch)).map(Reply::Commands),
            Request::Code(request) => now(known.request_code(request)).map(Reply::Code),
            Request::Search(search) => now(known.search(search)).map(Reply::Search),
            Request::Applicant(id) => now(known.applicant(id)).map(|record| Reply::Applicant(Box::new(record))),
            Request::Sessions(query) => now(known.sessions(query)).map(Reply::Sessions),
            Request::PriorityPlaces(sessions) => now(known.priority_places(sessions)).map(Reply::PriorityPlaces),
            Request::Outlook(query) => now(known.outlook(query)).map(Reply::Outlook),
            Request::OpenRecord(report) => now(known.open_record(report)).map(Reply::OpenElsewhere),
        }
    }

    /// Decides the commands of several devices in one group, as they arrive together.
    pub fn decide_together(
        &mut self,
        batches: Vec<(DeviceId, Vec<yuyue_protocol::envelope::Envelope>)>,
    ) -> Vec<Option<Answer>> {
        let Some(running) = &self.running else { return batches.iter().map(|_| None).collect() };
        let core = Arc::clone(&running.core);
        let sizes: Vec<usize> = batches.iter().map(|(_, batch)| batch.len()).collect();
        let mut deliveries = Vec::new();
        let devices = now(core.store().list_devices()).unwrap_or_default();
        for (from, batch) in batches {
            // As the listener does it: what a device signed itself is checked before it comes to the writer. Of a batch that
            // came alone the writer checks every signature.
            let bytes = devices.iter().find(|device| device.id == from).and_then(|device| device.signing_key);
            let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
            deliveries.extend(batch.into_iter().map(|envelope| {
                let is_own = key.is_some_and(|key| envelope.device == from && envelope.check_signature(&key).is_ok());
                Delivery { signer: bytes.filter(|_| is_own), envelope, visit: None }
            }));
        }
        let decided = now(core.decide(&deliveries));
        drop(core);
        if self.notice_crash() {
            return sizes.iter().map(|_| None).collect();
        }
        let mut rest = decided.map(Vec::into_iter);
        sizes
            .into_iter()
            .map(|size| match &mut rest {
                Ok(outcomes) => Some(Ok(Reply::Commands(outcomes.by_ref().take(size).collect()))),
                Err(problem) => Some(Err(problem.clone())),
            })
            .collect()
    }

    /// A copy of its files, as `back_up` of a centre at rest makes it.
    pub fn back_up(&self) -> BTreeMap<String, Vec<u8>> {
        self.disk.export()
    }

    /// Puts a backup in place and begins a new feed, as the operator does. Answers the feed.
    pub fn restore(&mut self, files: &BTreeMap<String, Vec<u8>>) -> Result<Epoch, String> {
        self.stop();
        self.disk.import(files);
        self.start(None)?;
        let Some(running) = &self.running else { return Err("no space for a restore".to_owned()) };
        let feed = Epoch(SeededEntropy::new(self.seed ^ self.starts).uuid().unwrap_or(Uuid::nil()));
        now(running.core.store().begin_epoch(feed)).map_err(|error| format!("no new feed: {error:?}"))?;
        running.core.forget();
        Ok(feed)
    }

    /// Looks into its file while it runs; nothing to see while it does not.
    pub fn look<T>(&self, work: impl FnOnce(&Connection) -> T) -> Option<T> {
        self.running.as_ref().map(|running| work(&running.witness))
    }

    /// Works in its file from outside, while it stands still or beside it.
    pub fn with_store_file<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, String> {
        let path = self.disk.path(CENTRE_FILE);
        let place = yuyue_sqlite::Place::new(&path, None);
        let fuse = self.disk.suspend();
        let opened = yuyue_sqlite::open(&FILE_KIND, place);
        let worked = opened
            .map_err(|error| format!("the centre's file does not open: {error:?}"))
            .and_then(|connection| work(&connection).map_err(|error| format!("the centre's file fails: {error:?}")));
        self.disk.resume(fuse);
        worked
    }
}
