//! What several processes at one database can do to each other: what was decided on changes before it is written, commits
//! come late, and one takes over from another.

use crate::kit::cluster::Database;
use crate::kit::{Postgres, World, at_once, place};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;
use yuyue_central::audit::{Act, Entry};
use yuyue_central::store::postgres::PostgresStore;
use yuyue_central::store::{Batch, FeedQuery, LeaseTerm, Store, StoreError, Wants, Write};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, DeviceId};
use yuyue_domain::session::{Session, Site};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{ApplicantRow, Row};
use yuyue_protocol::cursor::{Cursor, Revision};
use yuyue_sample::CastRole;

type City = World<Postgres>;

/// A city and a second process at its store.
async fn two_processes() -> (City, PostgresStore) {
    let city = City::new(20).await;
    let store = other_process(city.database.as_ref().unwrap()).await;
    (city, store)
}

async fn other_process(database: &Database) -> PostgresStore {
    PostgresStore::open(&database.url, &place(Some(database))).await.unwrap()
}

fn row_of(record: &ApplicantRecord) -> Row {
    Row::Applicant(Box::new(ApplicantRow { applicant: record.applicant.clone(), tests: record.tests.clone() }))
}

fn batch(now: Timestamp, rows: Vec<Row>) -> Batch {
    Batch { rows, ..Batch::at(now) }
}

/// Follows the feed from a cursor to its head; answers the revisions of everything that was told.
async fn follow<S: Store>(store: &S, mut cursor: Cursor) -> (BTreeSet<Revision>, Cursor) {
    let mut told = BTreeSet::new();
    loop {
        let query = FeedQuery {
            after: Some(cursor),
            limit: 5_000,
            device: DeviceId(1),
            kind: DeviceKind::Counter,
            office: None,
        };
        let page = store.find_changes(&query).await.unwrap().expect("the cursor can be followed");
        told.extend(page.changes.iter().map(|change| change.revision));
        cursor = page.cursor;
        if page.cursor.revision == page.head {
            return (told, cursor);
        }
    }
}

/// Waits until so many connections of the database wait for a lock.
async fn wait_for_waiting(database: &Database, count: i64) {
    let watcher = database.connect().await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < count {
        tokio::task::yield_now().await;
    }
}

/// A transaction that stands still with the head of the feed in its hand until it is told to go on.
fn stand_still(
    begun: Sender<()>,
    go_on: Receiver<()>,
    batch: Batch,
) -> impl FnOnce(yuyue_central::store::Loaded) -> (Batch, ()) + Send {
    move |_| {
        begun.send(()).unwrap();
        tokio::task::block_in_place(|| go_on.recv().unwrap());
        (batch, ())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_decided_about_everybody_waits_for_nobody_who_waits_for_it() {
    let city = City::new(20).await;
    let database = city.database.as_ref().unwrap();
    // Whoever waits longer looks for a circle of waits sooner; here it would be the one that has the head.
    let patient = format!("{}?options=-c%20deadlock_timeout%3D1h", database.url);
    let other = PostgresStore::open(&patient, &place(Some(database))).await.unwrap();
    let person = city.cast(CastRole::Queued).clone();
    let (core, now) = (Arc::clone(&city.core), city.now());
    // What a publication changes about somebody.
    let row = Row::Application(Box::new(person.applications[0].clone()));
    let ((begun, has_begun), (go_on, may_go_on)) = (channel(), channel());
    let everybody = tokio::spawn(async move {
        let wants = Wants { all_waiting: true, ..Wants::default() };
        core.store().transact(&wants, stand_still(begun, may_go_on, batch(now, vec![row]))).await
    });
    tokio::task::block_in_place(|| has_begun.recv().unwrap());
    let one = tokio::spawn(async move {
        let wants = Wants { applicants: [person.applicant.id].into(), ..Wants::default() };
        other.transact(&wants, |_| (batch(now, vec![row_of(&person)]), ())).await
    });
    wait_for_waiting(database, 1).await;
    go_on.send(()).unwrap();
    let everybody = everybody.await.unwrap();
    assert!(everybody.is_ok(), "a publication is not undone by somebody who waits for it: {everybody:?}");
    let one = one.await.unwrap();
    assert!(matches!(one, Err(StoreError::Overtaken)), "what was decided on is no longer so: {one:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_between_two_commits_never_misses_the_late_one() {
    let (city, other) = two_processes().await;
    let database = city.database.as_ref().unwrap();
    let (one, two) = (city.cast(CastRole::RuleFour).clone(), city.cast(CastRole::Namesake).clone());
    let (store, now) = (Arc::clone(&city.core), city.now());
    let (_, start) =
        follow(store.store(), Cursor { revision: Revision(0), ..store.store().get_head().await.unwrap() }).await;
    let ((begun, has_begun), (go_on, may_go_on)) = (channel(), channel());
    let first = tokio::spawn(async move {
        // About everybody, so that it holds the head while it decides.
        let wants = Wants { all_waiting: true, ..Wants::default() };
        store.store().transact(&wants, stand_still(begun, may_go_on, batch(now, vec![row_of(&one)]))).await
    });
    tokio::task::block_in_place(|| has_begun.recv().unwrap());
    let other = Arc::new(other);
    let second = {
        let other = Arc::clone(&other);
        tokio::spawn(async move { other.transact(&Wants::default(), |_| (batch(now, vec![row_of(&two)]), ())).await })
    };
    wait_for_waiting(database, 1).await;
    let (told, between) = follow(&*other, start).await;
    assert!(told.is_empty() && between == start, "the second waits for the first, so there is nothing to tell yet");
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let (told, end) = follow(&*other, between).await;
    let written: BTreeSet<Revision> = (start.revision.0 + 1..=start.revision.0 + 2).map(Revision).collect();
    assert_eq!((told, end.revision), (written, Revision(start.revision.0 + 2)), "both, in the order of their commits");
}

#[tokio::test]
async fn revisions_that_are_taken_without_holding_the_head_would_be_missed_and_the_check_sees_it() {
    let (city, store) = two_processes().await;
    let database = city.database.as_ref().unwrap();
    let (_, start) = follow(&store, Cursor { revision: Revision(0), ..store.get_head().await.unwrap() }).await;
    let ids = [CastRole::RuleFour, CastRole::Namesake].map(|role| i64::from(city.cast(role).applicant.id.0));
    // A writer that takes its revision as if from a counter, and commits when it likes.
    let take = async || -> i64 {
        let client = database.connect().await;
        let taken = client.query_one("UPDATE feed_head SET revision = revision + 1 RETURNING revision", &[]).await;
        taken.unwrap().get(0)
    };
    let write = "UPDATE applicant SET revision = $2 WHERE id = $1";
    let mut late = database.connect().await;
    let late = late.transaction().await.unwrap();
    let lower = take().await;
    late.execute(write, &[&ids[0], &lower]).await.unwrap();
    let higher = take().await;
    database.connect().await.execute(write, &[&ids[1], &higher]).await.unwrap();
    let (told, between) = follow(&store, start).await;
    late.commit().await.unwrap();
    let (told_later, _) = follow(&store, between).await;
    assert_eq!(told.len() + told_later.len(), 1, "one of the two is never told: {told:?} {told_later:?}");
}

/// What another process does while one decides.
async fn decide_while(city: &City, wants: Wants, meanwhile: impl Future<Output = ()> + Send) -> Result<(), StoreError> {
    let now = city.now();
    city.core
        .store()
        .transact(&wants, |_| {
            at_once(meanwhile);
            let mut batch = Batch::at(now);
            batch.audit(Entry::new(now, Act::Searched));
            (batch, ())
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_on_is_looked_at_again_before_it_is_written() {
    let (city, other) = two_processes().await;
    let counter = city.counter().await;
    let head = city.core.store().get_head().await.unwrap().revision;
    let catalogue = || Wants { catalogue_after: Some(head), ..Wants::default() };
    let write = async |rows| other.transact(&Wants::default(), |_| (batch(city.now(), rows), ())).await.unwrap();
    let somebody = row_of(city.cast(CastRole::RuleFour));
    let quiet = decide_while(&city, catalogue(), write(vec![somebody])).await;
    assert!(quiet.is_ok(), "somebody else's row does not matter: {quiet:?}");
    let session = city.core.catalogue().sessions.values().next().unwrap().clone();
    let moved = decide_while(&city, catalogue(), write(vec![Row::Session(session.clone())])).await;
    assert!(matches!(moved, Err(StoreError::Overtaken)), "the plan has changed: {moved:?}");
    let unaware = decide_while(&city, Wants::default(), write(vec![Row::Session(session)])).await;
    assert!(unaware.is_ok(), "whoever did not look at the plan is not concerned: {unaware:?}");
    let devices = Wants { devices: [counter.caller.device].into(), ..Wants::default() };
    let revoke = async { city.core.revoke_device(counter.caller.device).await.unwrap() };
    let revoked = decide_while(&city, devices, revoke).await;
    assert!(matches!(revoked, Err(StoreError::Overtaken)), "the device may nothing more: {revoked:?}");
    let clerks = Wants { clerks: [city.clerk().id].into(), ..Wants::default() };
    let disable = async { city.core.disable_clerk(&city.clerk().staff_number).await.unwrap() };
    let disabled = decide_while(&city, clerks, disable).await;
    assert!(matches!(disabled, Err(StoreError::Overtaken)), "nor may the clerk: {disabled:?}");
    let searched = other.list_audit(0, 100_000).await.unwrap();
    let searched = searched.iter().filter(|record| record.entry.act == Act::Searched).count();
    assert_eq!(searched, 2, "what was overtaken is not written");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_another_process_overtakes_is_made_of_what_there_is_then() {
    let (city, other) = two_processes().await;
    let now = city.now();
    let session = city.core.catalogue().sessions.values().next().unwrap().clone();
    let (made, site) = (AtomicU32::new(0), city.core.catalogue().sites[&session.site].clone());
    let imported = city.core.import_whole(|catalogue, _| {
        let places = catalogue.sessions[&session.id].places;
        if made.fetch_add(1, Ordering::SeqCst) == 0 {
            let more = Session { places: places + 1, ..session.clone() };
            at_once(other.transact(&Wants::default(), |_| (batch(now, vec![Row::Session(more)]), ()))).unwrap();
        }
        let renamed = Site { name: format!("{places}"), ..site.clone() };
        Ok::<_, std::convert::Infallible>(vec![Row::Site(renamed)])
    });
    assert_eq!(imported.await.unwrap().unwrap(), 1, "it is written in the end");
    city.core.refresh_catalogue().await.unwrap();
    let name = city.core.catalogue().sites[&site.id].name.clone();
    assert_eq!(name, (session.places + 1).to_string(), "from the plan as the other has left it");
    assert_eq!(made.load(Ordering::SeqCst), 2, "made anew once");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_write_about_one_person_wait_for_each_other() {
    let (city, other) = two_processes().await;
    let id = city.cast(CastRole::RuleFour).applicant.id;
    let (other, now) = (Arc::new(other), city.now());
    let renamed = |record: &ApplicantRecord, serial| {
        let mut record = record.clone();
        record.applicant.serial = serial;
        row_of(&record)
    };
    let wants = Wants { applicants: [id].into(), ..Wants::default() };
    let second = std::sync::Mutex::new(None);
    let first = city.core.store().transact(&wants, |loaded| {
        let (other, wants) = (Arc::clone(&other), wants.clone());
        let database = city.database.as_ref().unwrap();
        *second.lock().unwrap() = Some(tokio::spawn(async move {
            let seen = |loaded: yuyue_central::store::Loaded| {
                let serial = loaded.records[&id].applicant.serial;
                (batch(now, vec![renamed(&loaded.records[&id], serial + 1)]), serial)
            };
            other.transact(&wants, seen).await
        }));
        at_once(wait_for_waiting(database, 1));
        (batch(now, vec![renamed(&loaded.records[&id], 900_000)]), ())
    });
    first.await.unwrap();
    let second = second.into_inner().unwrap().unwrap();
    assert_eq!(second.await.unwrap().unwrap(), 900_000, "the second decides on what the first has left");
    assert_eq!(city.record(id).await.applicant.serial, 900_001, "neither is lost");
}

#[tokio::test]
async fn one_process_leads_until_nothing_is_heard_of_it_and_whoever_was_deposed_writes_nothing() {
    let (city, other) = two_processes().await;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let store = city.core.store();
    let first = store.hold_lease(one, 3_600).await.unwrap().expect("nobody led");
    assert_eq!(store.hold_lease(one, 3_600).await.unwrap(), Some(first), "it renews its term");
    assert_eq!(other.hold_lease(two, 3_600).await.unwrap(), None, "while it lives nobody else leads");
    let note = |term: Option<LeaseTerm>| {
        let mut batch = Batch::at(city.now());
        batch.audit(Entry::new(city.now(), Act::Published));
        let wants = Wants { term, ..Wants::default() };
        async move { store.transact(&wants, |_| (batch, ())).await }
    };
    assert!(note(Some(first)).await.is_ok(), "it writes in its term");
    city.tamper("UPDATE lease SET expires_at = now() - interval '1 second'").await;
    let second = other.hold_lease(two, 3_600).await.unwrap().expect("its time is over");
    assert!(second > first, "another term begins");
    assert_eq!(store.hold_lease(one, 3_600).await.unwrap(), None, "whoever comes back finds it taken");
    let late = note(Some(first)).await;
    assert!(matches!(late, Err(StoreError::Overtaken)), "and what it had begun is not written: {late:?}");
    assert!(note(None).await.is_ok(), "an operator's command stands on no term");
    other.leave_lease(two).await.unwrap();
    let third = store.hold_lease(one, 3_600).await.unwrap().expect("whoever leaves is not waited for");
    assert!(third > second, "a term for each");
    assert_eq!(store.get_published_until().await.unwrap(), other.get_published_until().await.unwrap(), "one store");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_that_writes_the_same_people_in_any_order_neither_stands_still_nor_loses_a_revision() {
    let (city, other) = two_processes().await;
    let people: Vec<ApplicantRecord> = city.clones(&city.cast(CastRole::RuleFour).clone(), 40).await;
    let before = other.get_head().await.unwrap();
    let (core, other, now) = (Arc::clone(&city.core), Arc::new(other), city.now());
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..120_usize {
        // Any five, wanted in one order and written in another.
        let chosen: Vec<ApplicantRecord> =
            (0..5).map(|step| people[(number * 7 + step * (number % 11 + 3)) % people.len()].clone()).collect();
        let ids: BTreeSet<ApplicantId> = chosen.iter().map(|record| record.applicant.id).collect();
        let wanted = if number % 3 == 0 { BTreeSet::new() } else { ids.clone() };
        let wants = Wants { applicants: wanted, ..Wants::default() };
        let rows: Vec<Row> = chosen.iter().rev().map(row_of).collect();
        let (core, other) = (Arc::clone(&core), Arc::clone(&other));
        crowd.spawn(async move {
            let mut batch = batch(now, rows);
            batch.writes.push(Write::Audit(Entry::new(now, Act::Imported)));
            let written = u64::try_from(batch.rows.len()).unwrap();
            if number % 2 == 0 {
                core.store().transact(&wants, |_| (batch, ())).await.map(|()| written)
            } else {
                other.transact(&wants, |_| (batch, ())).await.map(|()| written)
            }
        });
    }
    let mut written = 0;
    for done in crowd.join_all().await {
        written += done.expect("locks are taken in one order: nobody waits for whoever waits for him");
    }
    let after = other.get_head().await.unwrap();
    assert_eq!(after.revision.0 - before.revision.0, written, "every row has its revision");
    let mut tail = yuyue_central::audit::Tail::EMPTY;
    yuyue_central::audit::check_chain(&mut tail, other.list_audit(0, 100_000).await.unwrap()).expect("one chain");
}
