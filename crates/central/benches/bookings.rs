//! Bookings a second through HTTPS, rules and store, beside the engine that writes the same rows alone in equal batches.
//!
//! Both halves use the same file system and durability and take turns, so that their ratio means something on any computer.
//! The callers run in the same process: their part of TLS, HTTP and JSON takes its time from the same processors.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on fails, and says what it measured"
)]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

#[allow(dead_code, reason = "the tests' kit holds more than a measurement needs")]
#[path = "../tests/centre/kit.rs"]
mod kit;

use kit::{Device, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;
use yuyue_central::audit::{Act, Entry};
use yuyue_central::secret::hash;
use yuyue_central::serve::{Running, ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_central::store::{Batch, CommandRow, Store as _, Wants, Write};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;
use yuyue_protocol::change::Row;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_sample::CastRole;

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
        let wire = Wire::open(&world, counter).await;
        let wish = world.first_choice(&people[0], Subject::Two);
        let (mut through, mut alone) = (Vec::new(), Vec::new());
        println!("{:>8} {:>24} {:>24} {:>8}", "round", "the whole way, a second", "the engine, a second", "ratio");
        for (round, people) in (1..).zip(people.chunks(BOOKINGS as usize)) {
            let seal = |record| world.seal(counter, &world.apply(record, Subject::Two, wish.clone(), None));
            let envelopes: Vec<Envelope> = people.iter().map(seal).collect();
            let (outcomes, whole) = wire.deliver(&envelopes).await;
            let engine = engine_alone(&world, &twin, &envelopes, &outcomes).await;
            println!("{round:>8} {whole:>24} {engine:>24} {:>7}%", whole * 100 / engine);
            through.push(whole);
            alone.push(engine);
        }
        for (name, of) in [("median", median as fn(&mut [u128]) -> u128), ("best", best)] {
            let (whole, engine) = (of(&mut through), of(&mut alone));
            println!("{name:>8} {whole:>24} {engine:>24} {:>7}%", whole * 100 / engine);
        }
        println!("{CALLERS} callers with one booking each at a time; the engine writes {BATCH} in a transaction");
        wire.running.stop().await;
    });
}

fn median(paces: &mut [u128]) -> u128 {
    paces.sort_unstable();
    paces[paces.len() / 2]
}

fn best(paces: &mut [u128]) -> u128 {
    paces.iter().copied().max().unwrap_or_default()
}

/// The running centre with a device that connects to it.
struct Wire {
    running: Running,
    line: reqwest::Client,
    address: String,
}

impl Wire {
    async fn open(world: &World, counter: &Device) -> Self {
        let gateway = Arc::new(SimulatedPhone::default());
        let running = start(&world.central, &ServeConfig::loopback(), gateway).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pem = format!("{}{}", counter.certificate, counter.certificate_key);
        let line = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(running.authority_pem.as_bytes()).unwrap()])
            .identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
            .no_proxy()
            .build()
            .unwrap();
        let address = format!("https://localhost:{}/v1/commands", running.devices.port());
        Self { running, line, address }
    }

    async fn deliver(&self, envelopes: &[Envelope]) -> (Vec<ItemOutcome>, u128) {
        let begun = Instant::now();
        let mut callers = tokio::task::JoinSet::new();
        for part in envelopes.chunks(envelopes.len().div_ceil(CALLERS)) {
            let (part, line, address) = (part.to_vec(), self.line.clone(), self.address.clone());
            callers.spawn(async move {
                let mut outcomes = Vec::with_capacity(part.len());
                for envelope in part {
                    let answer = line.post(&address).json(&[envelope]).send().await.unwrap();
                    outcomes.extend(answer.json::<Vec<ItemOutcome>>().await.unwrap());
                }
                outcomes
            });
        }
        let outcomes = callers.join_all().await.concat();
        let pace = pace(begun);
        // Callers end in any order; the engine writes in the order of the envelopes.
        let by_id: BTreeMap<Uuid, ItemOutcome> = outcomes.into_iter().map(|outcome| (outcome.id, outcome)).collect();
        (envelopes.iter().map(|envelope| by_id[&envelope.id].clone()).collect(), pace)
    }
}

/// The rows of the same bookings, written into a city like the first one by nothing but the engine.
async fn engine_alone(world: &World, twin: &World, envelopes: &[Envelope], outcomes: &[ItemOutcome]) -> u128 {
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
    let begun = Instant::now();
    for batch in batches {
        twin.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    }
    pace(begun)
}

/// Bookings a second since then.
fn pace(begun: Instant) -> u128 {
    u128::from(BOOKINGS) * 1_000_000 / begun.elapsed().as_micros().max(1)
}
