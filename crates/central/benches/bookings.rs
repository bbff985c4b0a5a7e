//! Bookings a second through HTTPS, rules and store, beside the engine that writes the same rows alone in equal batches.
//!
//! Both halves use the same file system and durability, so that their ratio means something on any computer.
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
use std::sync::Arc;
use std::time::Instant;
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

const BOOKINGS: u32 = 4_000;
const CALLERS: usize = 64;
const BATCH: usize = 64;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let world = World::new(1_000).await;
        world.allow_vouching().await;
        let counter = world.counter().await;
        let (envelopes, outcomes, through) = through_the_wire(&world, &counter).await;
        let alone = engine_alone(&world, &envelopes, &outcomes).await;
        println!("through HTTPS, rules and store: {through} bookings a second with {CALLERS} callers");
        println!("the engine alone, {BATCH} bookings a transaction: {alone} bookings a second");
        println!("the whole way takes {} % of the engine's pace", through * 100 / alone);
    });
}

async fn through_the_wire(world: &World, counter: &Device) -> (Vec<Envelope>, Vec<ItemOutcome>, u128) {
    let person = world.cast(CastRole::PriorityEligible).clone();
    let people = world.clones(&person, BOOKINGS).await;
    let wish = world.first_choice(&person, Subject::Two);
    let seal = |record| world.seal(counter, &world.apply(record, Subject::Two, wish.clone(), None));
    let envelopes: Vec<Envelope> = people.iter().map(seal).collect();
    let config = ServeConfig::loopback();
    let running = start(&world.central, &config, Arc::new(SimulatedPhone::default())).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = format!("{}{}", counter.certificate, counter.certificate_key);
    let line = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(running.authority_pem.as_bytes()).unwrap()])
        .identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
        .no_proxy()
        .build()
        .unwrap();
    let address = format!("https://localhost:{}/v1/commands", running.devices.port());
    let begun = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for part in envelopes.chunks(envelopes.len().div_ceil(CALLERS)) {
        let (part, line, address) = (part.to_vec(), line.clone(), address.clone());
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
    running.stop().await;
    (envelopes, outcomes, pace)
}

/// The rows of the same bookings, written into a city like the first one by nothing but the engine.
async fn engine_alone(world: &World, envelopes: &[Envelope], outcomes: &[ItemOutcome]) -> u128 {
    let twin = World::new(1_000).await;
    twin.allow_vouching().await;
    twin.counter().await;
    twin.clones(&twin.cast(CastRole::PriorityEligible).clone(), BOOKINGS).await;
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
