//! The record of a publication: anybody can work it out again, and nobody but the centre can have made it.

use super::World;
use crate::kit::base64;
use crate::wire::{client, serve, url};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;
use yuyue_central::cli::run_from;
use yuyue_central::scheduler::{Scheduler, SchedulerError, preview};
use yuyue_central::store::{Store as _, StoreError};
use yuyue_domain::publication::{Publication, PublicationResult};
use yuyue_protocol::witness::SealKey;

/// Publishes all that the generated city has to publish; answers the largest publication.
async fn publish_everything(world: &World) -> Publication {
    let last = world.core.catalogue().sessions.values().map(|session| session.instants.publication_at).max().unwrap();
    world.clock.set(last);
    // A centre that runs publishes by itself, too: whoever was overtaken by it looks again.
    while let Err(SchedulerError::Store(StoreError::Overtaken)) = Scheduler::default().tick(&world.core).await {}
    let publications = world.core.store().list_publications(100).await.unwrap();
    publications.into_iter().max_by_key(|one| one.placed + one.unplaced + one.waiting).unwrap()
}

fn allocate(input: &std::path::Path) -> ExitCode {
    let arguments: [OsString; 5] =
        ["yuyue-central".into(), "allocate".into(), "--input".into(), input.into(), "--check".into()];
    run_from(arguments)
}

fn is_success(code: ExitCode) -> bool {
    format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_publication_is_worked_out_again_from_its_record_and_comes_out_the_same() {
    let world = World::new(2_000).await;
    // First, because certificates begin with the clock that is moved then.
    let running = serve(&world).await;
    publish_everything(&world).await;
    let line = client(&running, None);
    let seal: SealKey = line.get(url(running.public, "/v1/seal")).send().await.unwrap().json().await.unwrap();
    let key = seal_key(&seal, &running.authority_pem);
    let folder = tempfile::tempdir().unwrap();
    let publications = world.core.store().list_publications(100).await.unwrap();
    assert!(publications.len() > 3, "there is something to check: {}", publications.len());
    for publication in publications {
        let path = format!("/v1/publications/{}/record", publication.id);
        let answer = line.get(url(running.public, &path)).send().await.unwrap();
        let signature = answer.headers()["yuyue-signature"].to_str().unwrap().to_owned();
        let text = answer.bytes().await.unwrap();
        let signature = Signature::from_slice(&decode(&signature)).unwrap();
        assert!(key.verify_strict(&text, &signature).is_ok(), "the centre has signed it");
        let file = folder.path().join(format!("{}.json", publication.id));
        std::fs::write(&file, &text).unwrap();
        assert!(is_success(allocate(&file)), "publication {}: the same comes out", publication.id);
        let mut other = text.to_vec();
        let last = other.len() - 2;
        other[last] ^= 1;
        assert!(key.verify_strict(&other, &signature).is_err(), "nobody has changed it");
        compare(&world, &publication, &serde_json::from_slice(&text).unwrap()).await;
    }
    running.stop().await;
}

/// The record says what was published, by subject and rank.
async fn compare(world: &World, publication: &Publication, record: &Value) {
    let results = world.core.store().list_results(publication.id, 0, 100_000).await.unwrap();
    let list = |name: &str| record[name].as_array().unwrap().clone();
    let placed: BTreeMap<String, String> = list("placed")
        .iter()
        .map(|place| (place["application"].as_str().unwrap().into(), place["session"].as_str().unwrap().into()))
        .collect();
    let waiting: Vec<Value> = list("waiting");
    for result in &results {
        let name = format!("{}-{}", result.subject.number(), result.rank);
        let (given, waits) = (placed.get(&name), waiting.contains(&Value::from(name.as_str())));
        match result.result {
            PublicationResult::Placed { session } => {
                assert_eq!(given.and_then(|id| id.parse().ok()), Some(session.0), "{name}: the same place");
            }
            PublicationResult::Waiting => assert!(waits && given.is_none(), "{name} waits"),
            PublicationResult::Unplaced => assert!(!waits && given.is_none(), "{name} went without"),
        }
    }
    assert_eq!(list("applications").len(), results.len(), "everybody who took part is in it");
    let text = record.to_string();
    for result in results {
        assert!(!text.contains(&result.application.to_string()), "no token of a voucher is in it");
        assert!(!text.contains(&result.name_masked), "and nobody's name, not even masked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_gives_somebody_another_place_is_found_out() {
    let world = World::new(2_000).await;
    let publication = publish_everything(&world).await;
    let kept = world.core.store().find_publication_record(publication.id).await.unwrap().unwrap();
    let record: Value = serde_json::from_slice(&zstd::decode_all(kept.record.as_slice()).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let check = |record: &Value| {
        let file = folder.path().join("record.json");
        std::fs::write(&file, record.to_string()).unwrap();
        is_success(allocate(&file))
    };
    assert!(check(&record), "as it was published");
    let mut without = record.clone();
    without["placed"].as_array_mut().unwrap().remove(0);
    assert!(!check(&without), "somebody who had a place");
    let mut stranger = record.clone();
    stranger["placed"][0]["application"] = Value::from("9-1");
    assert!(!check(&stranger), "somebody whom nobody knows");
    let mut twice = record.clone();
    let again = twice["placed"][0].clone();
    twice["placed"].as_array_mut().unwrap().push(again);
    assert!(!check(&twice), "two places for one");
}

#[tokio::test]
async fn a_dry_run_shows_what_is_then_published_and_writes_nothing() {
    let world = World::new(500).await;
    let now = world.now();
    let day = {
        let catalogue = world.core.catalogue();
        let instants = catalogue.sessions.values().map(|session| session.instants.publication_at);
        instants.filter(|at| *at > now).min().unwrap().date()
    };
    world.clock.set(yuyue_domain::time::Timestamp::start_of(day).plus_days(1));
    let before = world.core.store().get_head().await.unwrap();
    let shown = preview(&world.core, world.now()).await.unwrap().unwrap();
    assert_eq!(world.core.store().get_head().await.unwrap(), before, "nothing was written");
    assert!(world.core.store().list_publications(1).await.unwrap().is_empty(), "nothing was published");
    let done = Scheduler::default().tick(&world.core).await.unwrap();
    assert_eq!(done.publications.first(), Some(&shown.published), "the same numbers");
    let kept = world.core.store().find_publication_record(shown.record.publication).await.unwrap().unwrap();
    assert_eq!(kept, shown.record, "and the same record, to the letter");
}

#[tokio::test]
async fn what_is_published_is_never_changed() {
    let world = World::new(500).await;
    let publication = publish_everything(&world).await;
    let kept = world.core.store().find_publication_record(publication.id).await.unwrap().unwrap();
    let results = world.core.store().list_results(publication.id, 0, 100_000).await.unwrap();
    let row = yuyue_protocol::change::Row::Publication(Publication { placed: 0, ..publication.clone() });
    assert!(world.core.import(vec![row]).await.is_err(), "the header stands");
    if let Some(result) = results.first() {
        let row = yuyue_protocol::change::Row::PublishedResult(result.clone());
        assert!(world.core.import(vec![row]).await.is_err(), "and so does each result");
    }
    Scheduler::default().tick(&world.core).await.unwrap();
    let after = world.core.store().find_publication_record(publication.id).await.unwrap().unwrap();
    assert_eq!(after, kept, "the record is the one that was signed");
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    assert_eq!(base64(&bytes), text, "one form");
    bytes
}

/// The key in the seal's certificate, which the authority has signed.
fn seal_key(seal: &SealKey, authority: &str) -> VerifyingKey {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, UnixTime};
    use rustls::server::WebPkiClientVerifier;
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).unwrap();
    let certificate = CertificateDer::from_pem_slice(seal.certificate.as_bytes()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_795_500_000));
    verifier.verify_client_cert(&certificate, &[], at).unwrap();
    // An Ed25519 key stands in a certificate behind its identifier and the head of a bit string.
    let marker = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let begin = certificate.windows(marker.len()).position(|window| window == marker).unwrap() + marker.len();
    VerifyingKey::from_bytes(certificate[begin..begin + 32].try_into().unwrap()).unwrap()
}
