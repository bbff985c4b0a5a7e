//! The real program as an operator runs it: it finishes what it has accepted when it is told to stop, and a city that is
//! restored from its backup has everything again that anybody was told.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "operation/program.rs"]
mod program;

use program::{Counter, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;
use uuid::Uuid;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};

const PEOPLE: u32 = 60;
/// Requests that are under way when the program is told to stop.
const TAKEN_IN: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_in_a_rush_it_finishes_what_it_has_accepted() {
    let city = Program::generate(PEOPLE);
    let mut running = city.serve();
    let counter = Arc::new(city.enrol(&running).await);
    let answered = Arc::new(AtomicUsize::new(0));
    let mut clerks = JoinSet::new();
    for _ in 0..32 {
        let (counter, answered) = (Arc::clone(&counter), Arc::clone(&answered));
        clerks.spawn(async move {
            let mut told = Vec::new();
            loop {
                let envelope = counter.take();
                match counter.send(std::slice::from_ref(&envelope)).await {
                    Ok(outcomes) => told.push((envelope, outcomes[0].clone())),
                    // The centre stops: the same goes out again later.
                    Err(_) => return (told, envelope),
                }
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    while answered.load(Ordering::SeqCst) < 300 {
        tokio::task::yield_now().await;
    }
    running.terminate();
    let (mut told, mut untold) = (Vec::new(), Vec::new());
    while let Some(clerk) = clerks.join_next().await {
        let (more, last) = clerk.unwrap();
        told.extend(more);
        untold.push(last);
    }
    assert!(running.wait().success(), "it ends as it was asked to");
    let decided = city.decided();
    let is_unanswered = |envelope: &&Envelope| decided.contains(&envelope.id);
    assert_eq!(untold.iter().filter(is_unanswered).count(), 0, "whatever was decided was answered");
    let running = city.serve();
    counter.follow(&running);
    for (envelope, outcome) in &told {
        assert!(matches!(outcome.outcome, Outcome::Accepted { .. }), "it was accepted");
        let again = counter.send(std::slice::from_ref(envelope)).await.unwrap();
        assert_eq!(again[0], *outcome, "whoever was told is told the same after the stop");
    }
    for envelope in &untold {
        let outcome = counter.send(std::slice::from_ref(envelope)).await.unwrap().remove(0);
        assert!(matches!(outcome.outcome, Outcome::Accepted { .. }), "whoever was not told is told now");
    }
    drop(running);
    let audit = city.does(&["audit", "verify", "--json"]);
    let reveals = told.len() + untold.len();
    let records = serde_json::from_str::<serde_json::Value>(&audit).unwrap()["records"].as_u64().unwrap();
    assert!(records >= reveals as u64, "each of them stands in the audit");
    assert_eq!(city.count_acts("revealed"), reveals, "and each of them once");
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_answers_every_request_that_it_has_taken_in() {
    let city = Program::generate(PEOPLE);
    let mut running = city.serve();
    let counter = Arc::new(city.enrol(&running).await);
    // The writer stands still with what it has begun, and everything else waits behind it.
    let hold = city.hold();
    let mut clerks = JoinSet::new();
    let waiting = loop {
        let waiting = running.waiting().await;
        if waiting >= TAKEN_IN {
            break waiting;
        }
        assert!(clerks.len() < 500, "only {waiting} requests wait");
        let (counter, envelope) = (Arc::clone(&counter), counter.take());
        clerks.spawn(async move { (envelope.id, counter.send(&[envelope]).await) });
    };
    running.terminate();
    // It takes nobody in any more.
    while tokio::net::TcpStream::connect(("127.0.0.1", running.public)).await.is_ok() {}
    drop(hold);
    let mut answered = BTreeSet::new();
    for (id, answer) in clerks.join_all().await {
        if let Ok(outcomes) = answer {
            assert!(matches!(outcomes[0].outcome, Outcome::Accepted { .. }), "it was accepted: {outcomes:?}");
            answered.insert(id);
        }
    }
    assert!(running.wait().success(), "it ends as it was asked to");
    assert!(answered.len() >= waiting, "of {waiting} that waited {} were answered", answered.len());
    assert_eq!(city.decided(), answered, "and nothing was decided without an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_city_has_everything_again_that_devices_were_told() {
    let city = Program::generate(PEOPLE);
    let running = city.serve();
    let counter = city.enrol(&running).await;
    let mut told: BTreeMap<Uuid, ItemOutcome> = BTreeMap::new();
    let mut kept: Vec<Envelope> = Vec::new();
    let work = async |counter: &Counter, told: &mut BTreeMap<Uuid, ItemOutcome>, kept: &mut Vec<Envelope>| {
        let batch: Vec<Envelope> = (0..20).map(|_| counter.take()).collect();
        let outcomes = counter.send(&batch).await.unwrap();
        told.extend(outcomes.into_iter().map(|outcome| (outcome.id, outcome)));
        kept.extend(batch);
    };
    work(&counter, &mut told, &mut kept).await;
    let cursor = counter.cursor().await;
    let early = counter.witness().await;
    city.does(&["backup", "--output", "backup.db"]);
    work(&counter, &mut told, &mut kept).await;
    let late = counter.witness().await;
    // The machine is gone, and with it everything but the backup and the keys.
    running.kill();
    let city = city.restore("backup.db");
    let running = city.serve();
    counter.follow(&running);
    let gone = counter.changes(Some(cursor)).await.unwrap_err();
    assert_eq!(gone, ErrorCode::CursorGone, "devices hear that it is another feed");
    assert!(counter.changes(None).await.is_ok(), "and fill their caches anew");
    // Devices send again what they have taken since they were last sure.
    let again = counter.send(&kept).await.unwrap();
    for (outcome, envelope) in again.iter().zip(&kept) {
        assert!(matches!(outcome.outcome, Outcome::Accepted { .. }), "nothing that anybody was told is lost");
        assert_eq!(outcome.outcome, told[&envelope.id].outcome, "and nobody is told otherwise");
    }
    for (outcome, envelope) in again.iter().zip(&kept).take(20) {
        assert_eq!(*outcome, told[&envelope.id], "what the backup has was decided once");
    }
    let once_more = counter.send(&kept).await.unwrap();
    assert_eq!(once_more, again, "however often it is sent");
    drop(running);
    assert_eq!(city.count_acts("revealed"), kept.len(), "each of them stands there once");
    fs::write(city.path().join("witness.jsonl"), format!("{early}\n{late}\n")).unwrap();
    let verified = city.does(&["audit", "verify", "--json", "--witness", "witness.jsonl"]);
    let verified: serde_json::Value = serde_json::from_str(&verified).unwrap();
    assert_eq!(verified["confirmed"], 1, "what a device kept before the backup is there: {verified}");
    assert_eq!(verified["lost_with_restore"], 1, "what it kept later was lost, and the audit says why: {verified}");
}

#[test]
fn a_configuration_that_is_wrong_is_told_with_its_place() {
    let city = Program::generate(1);
    let complaint = city.complains(&["serve"], &[("YUYUE_SERVE_CONNECTIONS", "many")]);
    assert!(complaint.contains("YUYUE_SERVE_CONNECTIONS"), "the variable is named: {complaint}");
    fs::write(city.path().join("centre.toml"), "[serve]\nconections = 5\n").unwrap();
    let complaint = city.complains(&["serve"], &[("YUYUE_CONFIG", "centre.toml")]);
    assert!(complaint.contains("conections") && complaint.contains("line 2"), "the key and its line: {complaint}");
}
