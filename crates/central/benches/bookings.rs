//! Bookings a second through HTTPS, rules and store, beside the engine that writes the same rows alone in equal batches.
//!
//! Both halves use the same file system and durability and take turns, so that their ratio means something on any computer.
//! The callers are threads of the same process that send what was written before; what they cost is told apart.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on fails, and says what it measured"
)]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

#[path = "kit/callers.rs"]
mod callers;
#[allow(dead_code, reason = "the tests' kit holds more than a measurement needs")]
#[path = "../tests/centre/kit.rs"]
mod kit;

use callers::Callers;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};
use yuyue_central::audit::{Act, Entry};
use yuyue_central::secret::hash;
use yuyue_central::serve::{ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_central::store::{Batch, CommandRow, Store as _, Wants, Write};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;
use yuyue_protocol::change::Row;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_sample::CastRole;

type World = kit::World<kit::Sqlite>;

const BOOKINGS: u32 = 1_000;
const ROUNDS: u32 = 7;
const CALLERS: usize = 64;
const BATCH: usize = 64;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (world, twin) = (World::new(1_000).await, World::new(1_000).await);
        let mut people = Vec::new();
        let mut counters = Vec::new();
        for city in [&world, &twin] {
            city.allow_vouching().await;
            counters.push(city.counter().await);
            people = city.clones(&city.cast(CastRole::PriorityEligible).clone(), BOOKINGS * ROUNDS).await;
        }
        let counter = &counters[0];
        let running =
            start(&world.central, &ServeConfig::loopback(), Arc::new(SimulatedPhone::default())).await.unwrap();
        let mut callers = Callers::connect(CALLERS, running.devices, &running.authority_pem, counter);
        let wish = world.first_choice(&people[0], Subject::Two);
        let mut rounds = Vec::new();
        print_head();
        for (round, people) in people.chunks(BOOKINGS as usize).enumerate() {
            let seal = |record| world.seal(counter, &world.apply(record, Subject::Two, wish.clone(), None));
            let envelopes: Vec<Envelope> = people.iter().map(seal).collect();
            let bodies: Vec<_> = envelopes.iter().map(|envelope| serde_json::to_vec(&[envelope]).unwrap()).collect();
            let used = cpu_time();
            let answered = callers.send("/v1/commands", &bodies);
            // The callers' threads have ended and are no part of it.
            let centre = cpu_time().saturating_sub(used);
            let read = |body: &Vec<u8>| serde_json::from_slice::<Vec<ItemOutcome>>(body).unwrap().remove(0);
            let outcomes: Vec<ItemOutcome> = answered.bodies.iter().map(read).collect();
            let (elapsed, used) = engine_alone(&world, &twin, &envelopes, &outcomes).await;
            let callers = answered.cpu;
            rounds.push(Round { whole: answered.elapsed, engine: elapsed, centre, callers, engine_used: used });
            rounds[round].print(&(round + 1).to_string());
        }
        median(&rounds).print("median");
        println!("{CALLERS} callers with one booking each at a time; the engine writes {BATCH} in a transaction");
        running.stop().await;
    });
}

/// What a round took: on the clock, and of the processors.
#[derive(Clone, Copy)]
struct Round {
    whole: Duration,
    engine: Duration,
    centre: Duration,
    callers: Duration,
    engine_used: Duration,
}

fn print_head() {
    println!(
        "{:>8} {:>14} {:>14} {:>7} {:>12} {:>12} {:>12} {:>7}",
        "round", "whole way, /s", "engine, /s", "ratio", "centre's", "engine's", "callers'", "ratio"
    );
    println!("{:>45} {:>38} {:>7}", "", "processor time of one booking", "");
}

impl Round {
    fn print(&self, name: &str) {
        let pace = |time: Duration| u128::from(BOOKINGS) * 1_000_000 / time.as_micros().max(1);
        let percent = |of: Duration, to: Duration| of.as_micros() * 100 / to.as_micros().max(1);
        println!(
            "{name:>8} {:>14} {:>14} {:>6}% {:>12.1?} {:>12.1?} {:>12.1?} {:>6}%",
            pace(self.whole),
            pace(self.engine),
            percent(self.engine, self.whole),
            self.centre / BOOKINGS,
            self.engine_used / BOOKINGS,
            self.callers / BOOKINGS,
            percent(self.engine_used, self.centre)
        );
    }
}

fn median(rounds: &[Round]) -> Round {
    let of = |part: fn(&Round) -> Duration| {
        let mut times: Vec<_> = rounds.iter().map(part).collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    Round {
        whole: of(|round| round.whole),
        engine: of(|round| round.engine),
        centre: of(|round| round.centre),
        callers: of(|round| round.callers),
        engine_used: of(|round| round.engine_used),
    }
}

/// The processor time of all threads that this process has now.
fn cpu_time() -> Duration {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let nanos = |thread: fs::DirEntry| -> u64 {
        // A thread that has just ended is not there any more.
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    Duration::from_nanos(threads.flatten().map(nanos).sum())
}

/// The rows of the same bookings, written into a city like the first one by nothing but the engine.
async fn engine_alone(
    world: &World,
    twin: &World,
    envelopes: &[Envelope],
    outcomes: &[ItemOutcome],
) -> (Duration, Duration) {
    let mut batches = Vec::new();
    for (envelopes, outcomes) in envelopes.chunks(BATCH).zip(outcomes.chunks(BATCH)) {
        let mut batch = Batch::at(twin.now());
        for (envelope, outcome) in envelopes.iter().zip(outcomes) {
            let id = ApplicationId(envelope.id);
            let application = world.core.store().find_application(id).await.unwrap().unwrap();
            let applicant = Some(application.applicant);
            batch.rows.push(Row::Application(Box::new(application)));
            let detail = Some(hash(envelope.body.as_bytes()));
            batch.audit(Entry { applicant, detail, ..Entry::new(twin.now(), Act::CommandAccepted) });
            let row = CommandRow { envelope: envelope.clone(), outcome: outcome.clone() };
            batch.writes.push(Write::Command(Box::new(row)));
        }
        batches.push(batch);
    }
    let (begun, used) = (Instant::now(), cpu_time());
    for batch in batches {
        twin.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    }
    (begun.elapsed(), cpu_time().saturating_sub(used))
}
