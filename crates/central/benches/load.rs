//! Ten thousand applications over two hundred connections, into a file and into `PostgreSQL`: how many a second, how it goes
//! over twice as many, how long an answer takes at half the pace, and what becomes of a flood at twice the pace, in which
//! whoever finds no connection opens another one. Beside it `pgbench` with the statements of one booking.
//!
//! The callers run in the same process and take their time from the same processors. Arrivals of the third and the fourth
//! part follow a clock and not the answers, so that a slow answer makes nobody ask less. `YUYUE_BENCH_APPLICATIONS` and
//! `YUYUE_BENCH_SECONDS` make all of it smaller.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on fails, and says what it measured"
)]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock and starts tasks")]

#[allow(dead_code, reason = "the tests' kit holds more than a measurement needs")]
#[path = "../tests/centre/kit.rs"]
mod kit;
#[path = "load/pgbench.rs"]
mod pgbench;

use kit::{Device, Engine, World};
use std::sync::Arc;
use std::time::{Duration, Instant};
use yuyue_central::serve::{Running, ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_central::store::Store as _;
use yuyue_domain::application::Wish;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_sample::CastRole;

const APPLICATIONS: u32 = 10_000;
const CONNECTIONS: usize = 200;
/// Seconds of each part whose arrivals follow a clock.
const SECONDS: u32 = 10;

/// How much is measured.
#[derive(Clone, Copy)]
struct Size {
    applications: u32,
    seconds: u32,
}

impl Size {
    fn read() -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
        Self {
            applications: number("YUYUE_BENCH_APPLICATIONS").unwrap_or(APPLICATIONS),
            seconds: number("YUYUE_BENCH_SECONDS").unwrap_or(SECONDS),
        }
    }
}

fn main() {
    let size = Size::read();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        measure::<kit::Sqlite>("SQLite", size).await;
        let (world, people) = measure::<kit::Postgres>("PostgreSQL", size).await;
        pgbench::run(&world, people, size.seconds);
    });
}

/// Measures one engine; answers its city with how many people there are beside it.
async fn measure<E: Engine>(name: &str, size: Size) -> (World<E>, u32) {
    println!("\n{name}");
    let world = World::<E>::new(1_000).await;
    if let Some(database) = &world.database {
        // The tests' cluster forgets everything in a power loss; what is measured must not.
        for setting in ["fsync = on", "full_page_writes = on", "synchronous_commit = on"] {
            database.execute(&format!("ALTER SYSTEM SET {setting}")).await;
        }
        database.execute("SELECT pg_reload_conf()").await;
    }
    world.allow_vouching().await;
    let counter = world.counter().await;
    let wire = Wire::open(&world, &counter).await;
    wire.connect().await;
    let mut people = 0;

    let mut paces = Vec::new();
    for (title, connections) in [("as fast as they are answered", CONNECTIONS), ("over twice as many", 2 * CONNECTIONS)]
    {
        let envelopes = seal(&world, &counter, &mut people, size.applications).await;
        let begun = Instant::now();
        let answers = wire.deliver_all(envelopes, connections).await;
        let pace = u32::try_from(u128::from(size.applications) * 1_000 / begun.elapsed().as_millis()).unwrap();
        report(title, pace, &answers);
        check_kept(&world, &answers).await;
        paces.push(pace);
    }
    let pace = paces[0];
    for (title, arrivals) in [("at half the pace", pace / 2), ("a flood at twice the pace", pace * 2)] {
        let envelopes = seal(&world, &counter, &mut people, arrivals * size.seconds).await;
        let answers = wire.deliver_at(envelopes, arrivals).await;
        report(title, arrivals, &answers);
        check_kept(&world, &answers).await;
    }
    wire.running.stop().await;
    (world, people)
}

/// Bookings of as many people who have none yet.
async fn seal<E: Engine>(world: &World<E>, counter: &Device, people: &mut u32, count: u32) -> Vec<Envelope> {
    let more = world.more_clones(&world.cast(CastRole::PriorityEligible).clone(), *people, count).await;
    *people += count;
    let open = world.open_sessions(&more[0], Subject::Two);
    let seal = |(index, record): (usize, &_)| {
        let wish = Wish::Choose { sessions: vec![open[index % open.len()].id], ordered: false };
        world.seal(counter, &world.apply(record, Subject::Two, wish, None))
    };
    more.iter().enumerate().map(seal).collect()
}

/// How a booking was answered.
struct Answer {
    id: ApplicationId,
    took: Duration,
    /// Whether it was decided; none when it was told to come back in so many seconds, or got no answer at all.
    decided: Option<bool>,
    retry_after: Option<u32>,
}

/// The running centre and the lines to it.
struct Wire {
    running: Running,
    lines: Vec<reqwest::Client>,
    address: String,
}

impl Wire {
    async fn open<E: Engine>(world: &World<E>, counter: &Device) -> Self {
        let running =
            start(&world.central, &ServeConfig::loopback(), Arc::new(SimulatedPhone::default())).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pem = format!("{}{}", counter.certificate, counter.certificate_key);
        let line = || {
            reqwest::Client::builder()
                .tls_certs_only([reqwest::Certificate::from_pem(running.authority_pem.as_bytes()).unwrap()])
                .identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
                .no_proxy()
                .build()
                .unwrap()
        };
        let lines = (0..2 * CONNECTIONS).map(|_| line()).collect();
        let address = format!("https://localhost:{}/v1/commands", running.devices.port());
        Self { running, lines, address }
    }

    /// Opens a connection of each line, so that this is no part of what is measured.
    async fn connect(&self) {
        for line in &self.lines {
            let nothing: [Envelope; 0] = [];
            let answer = line.post(&self.address).json(&nothing).send().await.unwrap();
            assert!(answer.status().is_success(), "the line is there: {}", answer.status());
        }
    }

    async fn deliver(line: reqwest::Client, address: String, envelope: Envelope, since: Instant) -> Answer {
        let id = ApplicationId(envelope.id);
        let answered = line.post(address).json(&[envelope]).send().await;
        let (mut decided, mut retry_after) = (None, None);
        if let Ok(answer) = answered {
            let header = answer.headers().get(reqwest::header::RETRY_AFTER).cloned();
            retry_after = header.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
            if answer.status().is_success() {
                let outcomes = answer.json::<Vec<ItemOutcome>>().await.unwrap();
                decided = Some(matches!(outcomes[0].outcome, Outcome::Accepted { .. }));
            }
        }
        Answer { id, took: since.elapsed(), decided, retry_after }
    }

    /// Over so many connections, each of which sends one after another.
    async fn deliver_all(&self, envelopes: Vec<Envelope>, connections: usize) -> Vec<Answer> {
        let mut callers = tokio::task::JoinSet::new();
        for (part, line) in envelopes.chunks(envelopes.len().div_ceil(connections)).zip(&self.lines) {
            let (part, line, address) = (part.to_vec(), line.clone(), self.address.clone());
            callers.spawn(async move {
                let mut answers = Vec::with_capacity(part.len());
                for envelope in part {
                    answers.push(Self::deliver(line.clone(), address.clone(), envelope, Instant::now()).await);
                }
                answers
            });
        }
        callers.join_all().await.into_iter().flatten().collect()
    }

    /// So many a second, whatever becomes of those before; each counts from when it was to be sent.
    async fn deliver_at(&self, envelopes: Vec<Envelope>, a_second: u32) -> Vec<Answer> {
        let begun = Instant::now();
        let mut callers = tokio::task::JoinSet::new();
        for (index, (envelope, line)) in (0_u32..).zip(envelopes.into_iter().zip(self.lines.iter().cycle())) {
            let due = begun + Duration::from_secs(1) * index / a_second;
            tokio::time::sleep_until(due.into()).await;
            callers.spawn(Self::deliver(line.clone(), self.address.clone(), envelope, due));
        }
        callers.join_all().await
    }
}

fn report(title: &str, a_second: u32, answers: &[Answer]) {
    let mut took: Vec<Duration> = answers.iter().filter(|one| one.decided.is_some()).map(|one| one.took).collect();
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    let count = |is: fn(&Answer) -> bool| answers.iter().filter(|one| is(one)).count();
    let told = answers.iter().filter(|one| one.decided.is_none() && one.retry_after.is_some());
    let told = told.map(|one| one.took).max().unwrap_or_default();
    println!(
        "{title:>28}: {a_second:>6} a second; {} accepted, {} refused, {} told to come back (within {told:?}), {} without \
         an answer; p50 {:?}, p99 {:?}",
        count(|one| one.decided == Some(true)),
        count(|one| one.decided == Some(false)),
        count(|one| one.decided.is_none() && one.retry_after.is_some()),
        count(|one| one.decided.is_none() && one.retry_after.is_none()),
        at(50),
        at(99),
    );
}

/// What was accepted is there.
async fn check_kept<E: Engine>(world: &World<E>, answers: &[Answer]) {
    for answer in answers.iter().filter(|one| one.decided == Some(true)) {
        let kept = world.core.store().find_application(answer.id).await.unwrap();
        assert!(kept.is_some(), "nothing that was accepted is lost");
    }
}
