//! What is true of every store at rest, whoever wrote it and however often they were killed.

use std::collections::{BTreeMap, BTreeSet};
use yuyue_central::audit::{Tail, check_chain};
use yuyue_central::store::{FeedQuery, Store};
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::{DeviceId, SessionId};
use yuyue_domain::publication::PublicationResult;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{Row, What};
use yuyue_protocol::cursor::Revision;

/// Everything that the feed tells.
#[derive(Default)]
struct Told {
    revisions: BTreeSet<Revision>,
    applicants: u64,
    applications: Vec<Application>,
    sessions: BTreeMap<SessionId, Session>,
}

/// Checks all of it.
pub async fn check<S: Store>(store: &S) {
    let told = fill(store).await;
    check_places(store, &told).await;
    check_publications(store).await;
    let mut tail = Tail::EMPTY;
    loop {
        let records = store.list_audit(tail.sequence, 10_000).await.unwrap();
        if records.is_empty() {
            break;
        }
        check_chain(&mut tail, records).expect("the audit is one chain");
    }
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
async fn check_places<S: Store>(store: &S, told: &Told) {
    let mut live = BTreeSet::new();
    let (mut normal, mut priority): (BTreeMap<SessionId, u16>, BTreeMap<SessionId, u16>) = Default::default();
    for own in &told.applications {
        assert!(!own.is_live() || live.insert((own.applicant, own.subject)), "one live application for a subject");
        if let (StateKind::Placed, Some(session)) = (own.state.kind(), own.session()) {
            *if own.is_priority() { &mut priority } else { &mut normal }.entry(session).or_default() += 1;
        }
    }
    let places = store.list_priority_places(Timestamp::MIN).await.unwrap();
    for session in told.sessions.values() {
        let (with, without) = (priority.get(&session.id).copied(), normal.get(&session.id).copied());
        let (with, without) = (with.unwrap_or(0), without.unwrap_or(0));
        let taken = places.get(&session.id).map_or(0, |row| row.taken);
        assert!(with <= taken, "{}: {with} people hold {taken} priority places", session.id);
        assert!(with + without <= session.places + session.priority_places, "{}: nobody sits twice", session.id);
    }
}

/// Each day is published once, and its header says what its results say.
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
    }
}
