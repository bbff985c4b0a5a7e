//! What is true of every store at rest, whoever wrote it and however often they were killed.

use crate::kit::{Engine, World};
use std::collections::{BTreeMap, BTreeSet};
use yuyue_central::audit::{Act, Entry, Tail, check_chain};
use yuyue_central::secret::{Hash, hash};
use yuyue_central::store::{FeedQuery, Store};
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::{ApplicationId, DeviceId, SessionId};
use yuyue_domain::publication::PublicationResult;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{Row, What};
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::outcome::{Effect, ItemOutcome, Outcome};

/// Everything that the feed tells.
#[derive(Default)]
struct Told {
    revisions: BTreeSet<Revision>,
    applicants: u64,
    applications: Vec<Application>,
    sessions: BTreeMap<SessionId, Session>,
}

/// A command that was decided: the hash of what was signed, and what became of it.
type Decided = (Hash, ItemOutcome);

/// Checks all of it.
pub async fn check<E: Engine>(city: &World<E>) {
    let store = city.core.store();
    let told = fill(store).await;
    check_places(city, &told).await;
    check_publications(store).await;
    let (mut tail, mut audit) = (Tail::EMPTY, Vec::new());
    loop {
        let records = store.list_audit(tail.sequence, 10_000).await.unwrap();
        if records.is_empty() {
            break;
        }
        audit.extend(records.iter().map(|record| record.entry));
        check_chain(&mut tail, records).expect("the audit is one chain");
    }
    let decided = list_decided(city).await;
    check_noted(&decided, &audit);
    check_applied(store, &decided, &told).await;
}

async fn list_decided<E: Engine>(city: &World<E>) -> Vec<Decided> {
    let body = if city.database.is_some() { "encode(body, 'hex')" } else { "lower(hex(body))" };
    let rows = city.texts(&format!("SELECT {body} || ' ' || outcome FROM command")).await;
    let read = |row: &String| {
        let (body, outcome) = row.split_once(' ').unwrap();
        let byte = |at| u8::from_str_radix(&body[at..at + 2], 16).unwrap();
        let body: Vec<u8> = (0..body.len()).step_by(2).map(byte).collect();
        (hash(&body), serde_json::from_str(outcome).unwrap())
    };
    rows.iter().map(read).collect()
}

const fn is_accepted(item: &ItemOutcome) -> bool {
    matches!(item.outcome, Outcome::Accepted { .. })
}

/// Every command stands in the audit once, as what became of it.
fn check_noted(decided: &[Decided], audit: &[Entry]) {
    let of_command =
        |entry: &&Entry| matches!(entry.act, Act::CommandAccepted | Act::CommandRefused | Act::Revealed | Act::Printed);
    let noted = audit.iter().filter(of_command);
    let mut noted: Vec<(Hash, bool)> =
        noted.map(|entry| (entry.detail.unwrap(), entry.act != Act::CommandRefused)).collect();
    let mut decided: Vec<(Hash, bool)> = decided.iter().map(|(body, item)| (*body, is_accepted(item))).collect();
    noted.sort_unstable();
    decided.sort_unstable();
    let counts = (noted.len(), decided.len());
    assert!(noted == decided, "one record of the audit for each command: {counts:?}");
}

/// Whoever was told that an application was accepted has one, and nobody else has.
async fn check_applied<S: Store>(store: &S, decided: &[Decided], told: &Told) {
    let applied = decided.iter().filter_map(|(_, item)| match item.outcome {
        Outcome::Accepted { effect: Effect::Application { application, .. } } => {
            // Whatever else became of an application was a command of its own.
            (application.0 == item.id).then_some(application)
        }
        _ => None,
    });
    // What the generated city began with came by no command; its devices cannot enrol.
    let devices = store.list_devices().await.unwrap();
    let enrolled: BTreeSet<DeviceId> =
        devices.iter().filter(|device| device.enrolled_at.is_some()).map(|device| device.id).collect();
    let there = told.applications.iter().filter(|own| enrolled.contains(&own.device)).map(|own| own.id);
    let (applied, there): (BTreeSet<ApplicationId>, BTreeSet<ApplicationId>) = (applied.collect(), there.collect());
    assert_eq!(applied, there, "an application for every one that was accepted, and no other");
}

/// Fills a cache, as a new counter does.
async fn fill<S: Store>(store: &S) -> Told {
    let mut told = Told::default();
    let mut after = None;
    loop {
        let query = FeedQuery { after, limit: 5_000, device: DeviceId(1), kind: DeviceKind::Counter, office: None };
        let page = store.find_changes(&query).await.unwrap().expect("a feed that nobody began anew");
        for change in page.changes {
            assert!(told.revisions.insert(change.revision), "every change has a revision of its own");
            match change.what {
                What::Set(Row::Applicant(_)) => told.applicants += 1,
                What::Set(Row::Application(row)) => told.applications.push(*row),
                What::Set(Row::Session(row)) => drop(told.sessions.insert(row.id, row)),
                _ => {}
            }
        }
        assert!(told.revisions.last() <= Some(&page.head), "nothing stands behind the head");
        after = Some(page.cursor);
        if let Some(counts) = page.counts {
            let counted = (told.applicants, told.applications.len() as u64, told.sessions.len() as u64);
            assert_eq!((counts.applicants, counts.applications, counts.sessions), counted, "the counts are true");
            return told;
        }
    }
}

/// Places are conserved: as many are taken as people have them, and no more than there are.
async fn check_places<E: Engine>(city: &World<E>, told: &Told) {
    let mut live = BTreeSet::new();
    let (mut normal, mut priority): (BTreeMap<SessionId, u16>, BTreeMap<SessionId, u16>) = Default::default();
    let mut called_off: BTreeMap<SessionId, u16> = BTreeMap::new();
    for own in &told.applications {
        assert!(!own.is_live() || live.insert((own.applicant, own.subject)), "one live application for a subject");
        let Some(session) = own.session() else { continue };
        match own.state.kind() {
            StateKind::Placed => {
                *if own.is_priority() { &mut priority } else { &mut normal }.entry(session).or_default() += 1;
            }
            // What the generated city began with counts nothing but the places that people had.
            StateKind::CancelledByOffice
                if own.is_priority() && own.timeline.last().unwrap().at >= city.city.as_of() =>
            {
                *called_off.entry(session).or_default() += 1;
            }
            _ => {}
        }
    }
    let places = city.core.store().list_priority_places(Timestamp::MIN).await.unwrap();
    for session in told.sessions.values() {
        let count = |of: &BTreeMap<SessionId, u16>| of.get(&session.id).copied().unwrap_or(0);
        let (with, without) = (count(&priority), count(&normal));
        let taken = places.get(&session.id).map_or(0, |row| row.taken);
        // A priority place that the office has called off is given to nobody else.
        assert_eq!(with + count(&called_off), taken, "{}: as many priority places as people hold", session.id);
        assert!(with + without <= session.places + session.priority_places, "{}: nobody sits twice", session.id);
    }
}

/// Each day is published once, its header says what its results say, and nobody was passed over.
async fn check_publications<S: Store>(store: &S) {
    let publications = store.list_publications(1_000).await.unwrap();
    let days: BTreeSet<_> = publications.iter().map(|one| one.publication_at.date()).collect();
    assert_eq!(days.len(), publications.len(), "each day once");
    for publication in &publications {
        let results = store.list_results(publication.id, 0, 1_000_000).await.unwrap();
        let count = |is: fn(&PublicationResult) -> bool| results.iter().filter(|one| is(&one.result)).count();
        let placed = count(|one| matches!(one, PublicationResult::Placed { .. }));
        let unplaced = count(|one| matches!(one, PublicationResult::Unplaced));
        let waiting = count(|one| matches!(one, PublicationResult::Waiting));
        let said = [publication.placed, publication.unplaced, publication.waiting].map(|said| said as usize);
        assert_eq!(said, [placed, unplaced, waiting], "a publication is there as a whole or not at all");
        let kept = store.find_publication_record(publication.id).await.unwrap().expect("each has its record");
        let record: Record = serde_json::from_slice(&zstd::decode_all(kept.record.as_slice()).unwrap()).unwrap();
        assert_eq!((record.placed.len(), record.applications.len()), (placed, results.len()), "and the record says so");
        record.check_order();
    }
}

/// What everybody can read of a publication.
#[derive(serde::Deserialize)]
struct Record {
    sessions: Vec<RecordedSession>,
    applications: Vec<RecordedApplication>,
    placed: Vec<RecordedPlace>,
}

#[derive(serde::Deserialize)]
struct RecordedSession {
    id: String,
    places: usize,
}

#[derive(serde::Deserialize)]
struct RecordedApplication {
    id: String,
    sort_time: Timestamp,
    serial: u64,
    accepts: Vec<String>,
}

#[derive(serde::Deserialize)]
struct RecordedPlace {
    application: String,
    session: String,
}

impl Record {
    /// Nobody goes without while a place stays free that they accept, or goes to somebody who is served later.
    fn check_order(&self) {
        let order = |application: &RecordedApplication| (application.sort_time, application.serial);
        let orders: BTreeMap<&str, _> = self.applications.iter().map(|one| (one.id.as_str(), order(one))).collect();
        let mut admitted: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for place in &self.placed {
            admitted.entry(&place.session).or_default().push(orders[place.application.as_str()]);
        }
        let seated: BTreeSet<&str> = self.placed.iter().map(|place| place.application.as_str()).collect();
        for without in self.applications.iter().filter(|one| !seated.contains(one.id.as_str())) {
            for session in self.sessions.iter().filter(|session| without.accepts.contains(&session.id)) {
                let before = admitted.get(session.id.as_str()).map_or(&[][..], Vec::as_slice);
                assert_eq!(before.len(), session.places, "{}: no place stays free in {}", without.id, session.id);
                let is_passed_over = before.iter().any(|admitted| *admitted > order(without));
                assert!(!is_passed_over, "{} was passed over in {}", without.id, session.id);
            }
        }
    }
}
