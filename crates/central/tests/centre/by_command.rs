//! What is due is published by command, as the dry run has shown it, and everybody can check what came of it.

use super::World;
use crate::cli::{json, run_at};
use crate::takeover::day_of_city;
use ed25519_dalek::Signature;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Output;
use yuyue_central::clock::{Clock as _, SystemClock};
use yuyue_central::core::CoreConfig;
use yuyue_central::secret::ServerKey;
use yuyue_central::store::Store as _;

/// The program at the centre of a test.
fn run(world: &World, arguments: &[&str]) -> Output {
    run_at(world.folder.path(), world.database.as_ref(), arguments, "")
}

fn says(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn days(world: &World) -> BTreeSet<yuyue_domain::time::Date> {
    let publications = world.core.store().list_publications(1_000).await.unwrap();
    publications.iter().map(|one| one.publication_at.date()).collect()
}

#[tokio::test]
async fn what_is_due_is_published_by_command_once_as_the_dry_run_has_shown_and_can_be_checked() {
    // The program knows no other clock than the computer's, so the city is one of the present.
    let world = World::on(day_of_city(SystemClock.now().date()), 300, CoreConfig::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (shown_file, record_file) = (file("shown.json"), file("record.json"));
    let waiting = async || world.core.store().count_totals().await.unwrap().messages_waiting;

    let dry_run = ["publish", "--dry-run", "--json", "--record", &shown_file];
    let shown = json(&run(&world, &dry_run));
    assert_eq!(shown.as_array().unwrap().len(), 1, "the next publication is shown: {shown}");
    assert!(days(&world).await.is_empty() && waiting().await == 0, "nothing is written and nobody told");
    assert_eq!(run(&world, &dry_run).status.code(), Some(1), "a file that is there is never written over");
    assert!(says(&run(&world, &["publish", "--dry-run"])).contains(" placed, "), "also in words");
    assert_eq!(run(&world, &["publish", "--record", "x"]).status.code(), Some(2), "what is published has its record");

    let published = json(&run(&world, &["publish", "--json"]));
    let published = published.as_array().unwrap();
    assert!(published.len() >= 3, "several days are due: {published:?}");
    assert_eq!(published[0], shown[0], "the first as it was shown");
    assert_eq!(days(&world).await.len(), published.len(), "each day once, and they are there");
    let placed: u64 = published.iter().map(|one| one["placed"].as_u64().unwrap()).sum();
    assert!(placed > 0 && waiting().await > 0, "places were given, and people are told");
    assert!(says(&run(&world, &["publish"])).contains("nothing is due"), "what is published is not published again");
    assert_eq!(json(&run(&world, &["publish", "--json"])), Value::Array(Vec::new()), "nor in JSON");

    let first = world.core.store().list_publications(1_000).await.unwrap().pop().unwrap().id.to_string();
    let record = ["record", "--publication", &first, "--output", &record_file];
    says(&run(&world, &record));
    let text = std::fs::read(&record_file).unwrap();
    assert_eq!(text, std::fs::read(&shown_file).unwrap(), "to the letter what the dry run has written");
    let key = std::fs::read(world.folder.path().join("code.key")).unwrap();
    let key = ServerKey::new(key.try_into().unwrap()).seal().verifying_key();
    let signature = std::fs::read(file("record.json.sig")).unwrap();
    assert!(key.verify_strict(&text, &Signature::from_slice(&signature).unwrap()).is_ok(), "the centre has signed it");
    says(&run(&world, &["allocate", "--input", &record_file, "--check"]));
    assert_eq!(run(&world, &record).status.code(), Some(1), "nor is a record written over another file");
    let missing = ["record", "--publication", "999999", "--output", &file("none.json")];
    assert_eq!(run(&world, &missing).status.code(), Some(1), "there is no such publication");
    says(&run(&world, &["audit", "verify"]));
}
