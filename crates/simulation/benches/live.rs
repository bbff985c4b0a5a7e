//! What is changed at one counter becomes visible at another one over the live stream; and what a thousand idle devices
//! cost: memory at the centre, and how long it takes until the last of them is told.
//!
//! `cargo bench -p yuyue-simulation --bench live`. The centre runs in a process of its own on the same processors; all
//! devices are in this one and share what is left of them.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and runs devices beside each other")]

#[path = "kit/centre.rs"]
mod centre;
#[path = "kit/counter.rs"]
mod counter;

use centre::{Centre, Outcome};
use counter::Counter;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use yuyue_desk::client::{Heard, HttpCentre};
use yuyue_desk::device::identity::Identity;
use yuyue_desk::world::{SystemWorld, World as _, new_id};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::Wish;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicationId, ClerkId, OfficeId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::{Envelope, Head};
use yuyue_protocol::outcome::Outcome as Decided;

const APPLICANTS: u32 = 10_000;
const BOOKINGS: u32 = 500;
const DEVICES: u32 = 1_000;
/// How often all devices are told of a change.
const TOLD: u32 = 30;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Outcome<()> {
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(ended) = yuyue_simulation::real::play_a_part(&arguments) {
        std::process::exit(i32::from(ended != std::process::ExitCode::SUCCESS));
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(measure())
}

async fn measure() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut centre = Centre::start(folder.path(), APPLICANTS, BOOKINGS + TOLD, 3).await?;
    let one = Booker::enrol(&mut centre).await?;
    let mut people = centre.crowd.clone().into_iter();

    let another = centre.enrol(centre.devices).await?;
    let mut another = Counter::open(&folder.path().join("another"), &another)?;
    another.follow().await?;
    let (seen, seen_at) = unbounded_channel();
    let watching = tokio::spawn(watch(another, seen));
    let visible = make_visible(&one, people.by_ref().take(usize::try_from(BOOKINGS)?), seen_at).await?;
    watching.abort();
    print_times("change in the cache of another device", visible);

    let idle = centre.enrol(centre.devices).await?;
    let (memory, used) = (centre.memory_bytes()?, centre.cpu_time()?);
    let (heard, mut heard_at) = unbounded_channel();
    let devices = connect(&idle, &heard).await?;
    let each = (centre.memory_bytes()?.saturating_sub(memory)) / u64::from(DEVICES);
    let shaking = centre.cpu_time()?.saturating_sub(used) / DEVICES;
    println!("{DEVICES} idle devices: {each} bytes each at the centre, which took {shaking:.1?} to connect one");
    let (mut since_sent, mut since_answered) = (Vec::new(), Vec::new());
    for person in people {
        while heard_at.try_recv().is_ok() {}
        let begun = Instant::now();
        one.book(&person).await?;
        let answered = Instant::now();
        let last = last_of_all(&mut heard_at).await?;
        since_sent.push(last - begun);
        since_answered.push(last.saturating_duration_since(answered));
    }
    print_times("last device told, since the change was sent", since_sent);
    print_times("last device told, since the change was answered", since_answered);
    drop(devices);
    Ok(())
}

/// A counter that books for one after another.
struct Booker {
    identity: Identity,
    line: HttpCentre,
    clerk: ClerkId,
    office: OfficeId,
    session: SessionId,
}

impl Booker {
    async fn enrol(centre: &mut Centre) -> Outcome<Self> {
        let identity = centre.enrol(centre.devices).await?;
        let class = centre.crowd.first().ok_or("nobody to book for")?.applicant.class;
        let now = SystemWorld.wall();
        let session = centre.city.sessions().iter().find(|session| {
            session.subject == Subject::Two && session.classes.contains(&class) && session.is_open_at(now)
        });
        let session = session.ok_or("no session is open")?.id;
        let clerk = centre.clerk();
        Ok(Self { line: HttpCentre::new(&identity)?, clerk: clerk.id, office: clerk.office, identity, session })
    }

    /// Sends one application and waits for the answer.
    async fn book(&self, person: &ApplicantRecord) -> Outcome<ApplicationId> {
        let taken_at = SystemWorld.wall();
        let id = new_id(&SystemWorld, taken_at);
        let head = Head {
            id,
            device: self.identity.device,
            number: person.applicant.serial,
            clerk: Some(self.clerk),
            taken_at,
        };
        let command = Command::Apply {
            applicant: person.applicant.id,
            subject: Subject::Two,
            wish: Wish::Choose { sessions: vec![self.session], ordered: false },
            office: self.office,
            identity_check: Some(IdentityCheck::CardRead),
            code: None,
            replaces: None,
        };
        let envelope = Envelope::seal(head, &command, &self.identity.signing_key)?;
        let decided = self.line.commands(vec![envelope]).await?;
        match decided.first().map(|item| &item.outcome) {
            Some(Decided::Accepted { .. }) => Ok(ApplicationId(id)),
            other => Err(format!("not booked: {other:?}").into()),
        }
    }
}

/// Books for one after another, and waits until the other counter shows each booking; how long it took since it was sent.
async fn make_visible(
    one: &Booker,
    people: impl Iterator<Item = ApplicantRecord>,
    mut seen: UnboundedReceiver<(ApplicationId, Instant)>,
) -> Outcome<Vec<Duration>> {
    let mut spent = Vec::new();
    for person in people {
        let begun = Instant::now();
        let booked = one.book(&person).await?;
        loop {
            let (application, at) = timeout(PATIENCE, seen.recv()).await?.ok_or("the other counter has ended")?;
            if application == booked {
                spent.push(at - begun);
                break;
            }
        }
    }
    Ok(spent)
}

/// Follows the centre as a counter's program does, and says what changed as soon as it is in the cache.
async fn watch(mut counter: Counter, seen: UnboundedSender<(ApplicationId, Instant)>) -> Outcome<()> {
    let mut stream = counter.line.listen().await?;
    loop {
        for application in counter.follow().await? {
            seen.send((application, Instant::now()))?;
        }
        let known = counter.sync.state()?.cursor.map(|cursor| cursor.revision);
        while !matches!(stream.next().await?, Heard::Head(revision) if Some(revision) != known) {}
    }
}

/// Devices that only listen; each says its number whenever it hears of something new.
async fn connect(idle: &Identity, heard: &UnboundedSender<(u32, Instant)>) -> Outcome<JoinSet<Outcome<()>>> {
    let line = HttpCentre::new(idle)?;
    let mut devices = JoinSet::new();
    for device in 0..DEVICES {
        let mut stream = line.listen().await?;
        // Each is told at once where the feed stands.
        stream.next().await?;
        let heard = heard.clone();
        devices.spawn(async move {
            loop {
                if let Heard::Head(_) = stream.next().await? {
                    heard.send((device, Instant::now()))?;
                }
            }
        });
    }
    Ok(devices)
}

/// When the last of all devices heard.
async fn last_of_all(heard: &mut UnboundedReceiver<(u32, Instant)>) -> Outcome<Instant> {
    let mut told = BTreeSet::new();
    loop {
        let (device, at) = timeout(PATIENCE, heard.recv()).await?.ok_or("the devices have ended")?;
        told.insert(device);
        if told.len() == usize::try_from(DEVICES)? {
            return Ok(at);
        }
    }
}

fn print_times(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).or(times.last()).copied().unwrap_or_default();
    println!("{what:<48} p50 {:>8.1?} p99 {:>8.1?} of {}", at(50), at(99), times.len());
}
