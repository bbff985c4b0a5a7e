//! The restore drill over `PostgreSQL`, as `docs/production.md` tells it: a dump that was made while everything went on is put
//! into an empty database, begins a new feed, and devices bring again what was lost with the old one.

use crate::cli::{json, run_at};
use crate::invariants;
use crate::kit::cluster::{Database, program};
use crate::kit::{Postgres, World};
use crate::wire::{client, problem, serve, url};
use reqwest::{Client, StatusCode};
use std::path::Path;
use std::process::Command;
use yuyue_central::serve::Running;
use yuyue_domain::licence::Subject;
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_protocol::witness::AuditTail;
use yuyue_sample::CastRole;

type City = World<Postgres>;

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

async fn send(line: &Client, running: &Running, batch: &[Envelope]) -> Vec<ItemOutcome> {
    let answer = line.post(url(running.devices, "/v1/commands")).json(&batch).send().await.unwrap();
    answer.error_for_status().unwrap().json().await.unwrap()
}

/// What a counter keeps of the audit.
async fn witness(line: &Client, running: &Running) -> String {
    let answer = line.get(url(running.devices, "/v1/audit")).send().await.unwrap();
    serde_json::to_string(&answer.json::<AuditTail>().await.unwrap().checkpoint).unwrap()
}

/// The whole feed; answers how it is asked for what comes after.
async fn fill(line: &Client, running: &Running) -> String {
    let mut path = "/v1/changes".to_owned();
    loop {
        let page: ChangesPage = line.get(url(running.devices, &path)).send().await.unwrap().json().await.unwrap();
        path = format!("/v1/changes?after={}:{}", page.cursor.epoch.0, page.cursor.revision);
        if page.cursor.revision == page.head {
            return path;
        }
    }
}

/// As the operator does it: the dump goes into an empty database, and a new feed begins.
async fn put_back(dump: &Path, folder: &Path) -> Database {
    let database = Database::new().await;
    succeeds(Command::new(program("pg_restore")).args(["--exit-on-error", "--dbname", &database.url]).arg(dump));
    let begun = run_at(folder, Some(&database), &["init", "--restored"], "");
    assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stderr));
    database
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dump_that_was_put_back_has_everything_again_when_devices_have_sent_what_was_lost() {
    let city = City::new(60).await;
    city.allow_vouching().await;
    let counter = city.counter().await;
    let people = city.clones(&city.cast(CastRole::PriorityEligible).clone(), 40).await;
    let mut taken = people.iter().map(|person| {
        let wish = city.first_choice(person, Subject::Two);
        city.seal(&counter, &city.apply(person, Subject::Two, wish, None))
    });
    let (kept, late): (Vec<_>, Vec<_>) = (taken.by_ref().take(20).collect(), taken.collect());

    let running = serve(&city).await;
    let line = client(&running, Some(&counter));
    let mut told = send(&line, &running, &kept).await;
    let (cursor, early_witness) = (fill(&line, &running).await, witness(&line, &running).await);
    let dump = city.folder.path().join("dump");
    let dumped = ["--format=custom", "--no-unlogged-table-data", "--dbname", &city.database.as_ref().unwrap().url];
    succeeds(Command::new(program("pg_dump")).args(dumped).arg("--file").arg(&dump));
    told.extend(send(&line, &running, &late).await);
    assert!(told.iter().all(|one| matches!(one.outcome, Outcome::Accepted { .. })), "everybody has applied: {told:?}");
    let late_witness = witness(&line, &running).await;
    running.stop().await;

    let database = put_back(&dump, city.folder.path()).await;
    let city = city.over(database).await;
    let running = serve(&city).await;
    let line = client(&running, Some(&counter));
    let gone = problem(line.get(url(running.devices, &cursor)).send().await.unwrap()).await;
    assert_eq!((gone.0, gone.1.code), (StatusCode::GONE, ErrorCode::CursorGone), "devices hear of another feed");
    fill(&line, &running).await;

    let everything: Vec<Envelope> = kept.iter().chain(&late).cloned().collect();
    let again = send(&line, &running, &everything).await;
    let outcomes = |items: &[ItemOutcome]| items.iter().map(|one| (one.id, one.outcome.clone())).collect::<Vec<_>>();
    assert_eq!(outcomes(&again), outcomes(&told), "nobody is told otherwise than before");
    assert_eq!(again[..kept.len()], told[..kept.len()], "what the dump has was decided then");
    assert_eq!(send(&line, &running, &everything).await, again, "and however often it is sent, once");
    for person in &people {
        assert_eq!(city.record(person.applicant.id).await.applications.len(), 1, "one application each");
    }
    running.stop().await;

    let file = city.folder.path().join("witness.jsonl");
    std::fs::write(&file, format!("{early_witness}\n{late_witness}\n")).unwrap();
    let verify = ["audit", "verify", "--json", "--witness", file.to_str().unwrap()];
    let verified = json(&run_at(city.folder.path(), city.database.as_ref(), &verify, ""));
    assert_eq!(verified["confirmed"], 1, "what was kept before the dump is there: {verified}");
    assert_eq!(verified["lost_with_restore"], 1, "what was kept later was lost, and the audit says why: {verified}");
    assert_eq!(verified["restores"].as_array().unwrap().len(), 1, "once: {verified}");
    assert_eq!(verified["contradicted"], serde_json::json!([]), "nobody has touched anything: {verified}");
    invariants::check(&city).await;
}
