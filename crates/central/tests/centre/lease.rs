//! The lease of the process that does what the clock makes due: whoever was deposed does none of it, and a publication that
//! takes longer than the lease is made once or not at all.

use crate::invariants;
use crate::kit::cluster::Database;
use crate::kit::{Postgres, World, at_once, place};
use std::collections::BTreeSet;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use uuid::Uuid;
use yuyue_central::central::Central;
use yuyue_central::clock::{Clock, ManualClock};
use yuyue_central::core::Core;
use yuyue_central::scheduler::{Done, Scheduler, SchedulerError, preview};
use yuyue_central::serve::{ServeConfig, start};
use yuyue_central::sms::{Gateway, Messenger, Sending, SimulatedPhone};
use yuyue_central::store::postgres::PostgresStore;
use yuyue_central::store::{AnyStore, Batch, DueSms, LeaseTerm, NewSms, Store, StoreError, Wants, Write};
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::{DateRange, Timestamp};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::change::Row;
use yuyue_protocol::query::SessionQuery;
use yuyue_sample::CastRole;

type City = World<Postgres>;

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);
/// Seconds of a lease that ends when a test says so.
const LONG: u32 = 3_600;

async fn other_process(database: &Database) -> PostgresStore {
    PostgresStore::open(&database.url, &place(Some(database))).await.unwrap()
}

async fn end_lease(database: &Database) {
    database.execute("UPDATE lease SET expires_at = now() - interval '1 second'").await;
}

/// A term that is over, and the one that counts.
async fn two_terms(city: &City) -> (LeaseTerm, LeaseTerm) {
    let database = city.database.as_ref().unwrap();
    let old = city.core.store().hold_lease(ONE, LONG).await.unwrap().expect("nobody led");
    end_lease(database).await;
    let new = other_process(database).await.hold_lease(TWO, LONG).await.unwrap().expect("its time is over");
    (old, new)
}

/// What a process does that was deposed and does not know it.
async fn work_on(city: &City, term: LeaseTerm, what: &str) {
    let store = city.core.store();
    let before = (store.get_head().await.unwrap(), store.get_audit_tail().await.unwrap());
    let refused = Scheduler::default().tick_in(term, &city.core).await;
    let is_overtaken = matches!(refused, Err(SchedulerError::Store(StoreError::Overtaken)));
    assert!(is_overtaken, "{what}: another process leads: {refused:?}");
    let after = (store.get_head().await.unwrap(), store.get_audit_tail().await.unwrap());
    assert_eq!(after, before, "{what}: nothing is written");
}

async fn write(city: &City, writes: Vec<Write>) {
    let batch = Batch { writes, ..Batch::at(city.now()) };
    city.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
}

/// Somebody's application that waits for a code, for sessions that are published already.
async fn forgotten(city: &City) -> Application {
    let waiting = city.cast(CastRole::AwaitingCode).applications.iter();
    let mut own = waiting.clone().find(|own| own.state.kind() == StateKind::AwaitingCode).unwrap().clone();
    let until = city.core.store().get_published_until().await.unwrap();
    let catalogue = city.core.catalogue();
    let mut sessions = catalogue.sessions.values();
    own.accepts = vec![sessions.find(|one| one.instants.publication_at <= until).unwrap().id];
    own
}

#[tokio::test]
async fn whoever_was_deposed_does_nothing_that_is_due_and_whoever_leads_does_it() {
    let city = City::new(100).await;
    let (old, new) = two_terms(&city).await;
    let mut leading = Scheduler::default();
    work_on(&city, old, "counts and ladders").await;
    assert!(leading.tick_in(new, &city.core).await.unwrap().counts > 0, "everything is new");

    let coming = |one: &&Session| one.starts_at > city.now();
    let seated = city.cast(CastRole::Placed).applications.iter().find_map(Application::session).unwrap();
    let session = city.core.catalogue().sessions.values().filter(coming).find(|one| one.id == seated).unwrap().clone();
    city.core.import(vec![Row::Session(Session { status: SessionStatus::Cancelled, ..session })]).await.unwrap();
    city.core.refresh_catalogue().await.unwrap();
    work_on(&city, old, "a cancelled session").await;
    assert!(leading.tick_in(new, &city.core).await.unwrap().cancelled > 0, "whoever had a place there is told");

    let next =
        city.core.catalogue().sessions.values().map(|one| one.instants.closes_at).filter(|at| *at > city.now()).min();
    city.clock.set(next.unwrap());
    work_on(&city, old, "an extension").await;
    assert!(leading.tick_in(new, &city.core).await.unwrap().extensions > 0, "a window has closed");

    city.clock.advance(3 * 24 * 3_600);
    work_on(&city, old, "a publication").await;
    assert!(!leading.tick_in(new, &city.core).await.unwrap().publications.is_empty(), "a day was due");

    city.core.import(vec![Row::Application(Box::new(forgotten(&city).await))]).await.unwrap();
    work_on(&city, old, "an application that lapses").await;
    assert_eq!(Scheduler::default().tick_in(new, &city.core).await.unwrap().lapsed, 1, "nobody confirmed it");

    let (counter, token, before) = (city.counter().await, [7; 32], city.now().plus_seconds(-1));
    let (clerk, device) = (city.clerk().id, counter.caller.device);
    write(&city, vec![Write::TokenMade { token, clerk, device, expires_at: city.now() }]).await;
    let is_kept = async || city.core.store().find_token(&token, device, before).await.unwrap().is_some();
    let done = Scheduler::default().tick_in(old, &city.core).await.unwrap();
    assert_eq!(done, Done::default(), "there is nothing else to do");
    assert!(is_kept().await, "whoever was deposed deletes nothing");
    Scheduler::default().tick_in(new, &city.core).await.unwrap();
    assert!(!is_kept().await, "whoever leads does");
}

fn message(city: &City) -> NewSms {
    let (phone, text, now) = ("13900000001".to_owned(), "甲".to_owned(), city.now());
    NewSms { phone, text, created_at: now, expires_at: now.plus_days(1) }
}

#[tokio::test]
async fn whoever_was_deposed_hands_no_message_over() {
    let city = City::new(10).await;
    let (old, new) = two_terms(&city).await;
    write(&city, vec![Write::Sms(message(&city))]).await;
    let gateway = SimulatedPhone::default();
    let refused = Messenger::default().send_due_in(old, &city.core, &gateway).await;
    assert!(matches!(refused, Err(StoreError::Overtaken)), "another process leads: {refused:?}");
    assert!(gateway.messages().is_empty(), "nobody gets it twice");
    let sent = Messenger::default().send_due_in(new, &city.core, &gateway).await.unwrap();
    assert_eq!(sent, 1, "whoever leads hands it over");
    assert_eq!(gateway.messages().len(), 1, "once");
}

/// A phone at which something happens while it takes a message.
struct Meddling {
    phone: SimulatedPhone,
    url: String,
}

impl Gateway for Meddling {
    fn send<'a>(&'a self, message: &'a DueSms, now: Timestamp) -> Sending<'a> {
        Box::pin(async move {
            self.phone.send(message, now).await?;
            // From now on no message can be noted.
            let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(async move { drop(connection.await) });
            client.batch_execute("ALTER TABLE sms ADD CONSTRAINT no_note CHECK (state <> 'sent')").await.unwrap();
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_message_that_was_handed_over_and_could_not_be_noted_is_noted_later_and_not_sent_again() {
    let city = City::new(10).await;
    let term = city.core.store().hold_lease(ONE, LONG).await.unwrap().expect("nobody led");
    write(&city, vec![Write::Sms(message(&city))]).await;
    let url = city.database.as_ref().unwrap().url.clone();
    let gateway = Meddling { phone: SimulatedPhone::default(), url };
    let mut messenger = Messenger::default();
    let failed = messenger.send_due_in(term, &city.core, &gateway).await;
    assert!(failed.is_err(), "the store does not take it: {failed:?}");
    // Longer than the messages are nobody else's.
    city.clock.advance(3_600);
    assert!(messenger.send_due_in(term, &city.core, &gateway).await.is_err(), "nor now");
    assert_eq!(gateway.phone.messages().len(), 1, "and nothing is handed over meanwhile");
    city.tamper("ALTER TABLE sms DROP CONSTRAINT no_note").await;
    assert_eq!(messenger.send_due_in(term, &city.core, &gateway).await.unwrap(), 0, "it is noted");
    city.clock.advance(3_600);
    assert_eq!(
        Messenger::default().send_due_in(term, &city.core, &gateway).await.unwrap(),
        0,
        "for whoever comes after"
    );
    assert_eq!(gateway.phone.messages().len(), 1, "nobody got it twice");
}

/// A clock in whose look something happens, once, in the middle of a publication: when the head of the feed is held.
struct Middle {
    clock: Arc<ManualClock>,
    url: String,
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Clock for Middle {
    fn now(&self) -> Timestamp {
        let mut meanwhile = self.meanwhile.lock().unwrap();
        if meanwhile.is_some() && at_once(is_held(&self.url)) {
            let act = meanwhile.take().unwrap();
            drop(meanwhile);
            act();
        }
        self.clock.now()
    }
}

async fn is_held(url: &str) -> bool {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(async move { drop(connection.await) });
    let taken = client.query("SELECT 1 FROM feed_head FOR UPDATE NOWAIT", &[]).await;
    drop(client);
    connection.await.unwrap();
    taken.is_err()
}

/// Another process at this city, in whose first publication something happens.
async fn process(city: &City, meanwhile: Box<dyn FnOnce() + Send>) -> Central {
    let url = city.database.as_ref().unwrap().url.clone();
    let clock = Middle { clock: Arc::clone(&city.clock), url, meanwhile: Mutex::new(Some(meanwhile)) };
    city.open_again(Arc::new(clock), Arc::clone(&city.entropy) as _).await
}

/// Lets days be due, and answers which.
async fn let_days_be_due(city: &City) -> BTreeSet<Timestamp> {
    city.clock.advance(5 * 24 * 3_600);
    city.core.refresh_catalogue().await.unwrap();
    let from = city.core.store().get_published_until().await.unwrap();
    let catalogue = city.core.catalogue();
    let to_come = catalogue.sessions.values().filter(|session| session.is_to_be_published(from));
    to_come.map(|session| session.instants.publication_at).filter(|at| *at <= city.now()).collect()
}

async fn published(city: &City) -> Vec<Timestamp> {
    let publications = city.core.store().list_publications(1_000).await.unwrap();
    publications.iter().map(|one| one.publication_at).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_publication_that_outlasts_its_lease_is_not_written_and_made_once_by_whoever_took_over() {
    let city = City::new(200).await;
    let due = let_days_be_due(&city).await;
    assert!(due.len() >= 2, "several days are due: {due:?}");
    let database = city.database.as_ref().unwrap();
    let (other, second) = (Arc::new(other_process(database).await), Arc::new(OnceLock::new()));
    let take_over = {
        let (url, second) = (database.url.clone(), Arc::clone(&second));
        move || {
            at_once(async {
                let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(async move { drop(connection.await) });
                client.batch_execute("UPDATE lease SET expires_at = now() - interval '1 second'").await.unwrap();
                let term = other.hold_lease(TWO, LONG).await.unwrap().expect("its time is over");
                second.set(term).unwrap();
            });
        }
    };
    let slow = process(&city, Box::new(take_over)).await;
    let first = slow.core.store().hold_lease(ONE, LONG).await.unwrap().expect("nobody led");
    let before = published(&city).await;
    let mut scheduler = Scheduler::default();
    let refused = scheduler.tick_in(first, &slow.core).await;
    let is_overtaken = matches!(refused, Err(SchedulerError::Store(StoreError::Overtaken)));
    assert!(is_overtaken, "somebody else leads by the end of it: {refused:?}");
    assert_eq!(published(&city).await, before, "nothing of it is written");
    let second = *second.get().unwrap();
    let done = Scheduler::default().tick_in(second, &city.core).await.unwrap();
    assert!(done.publications.len() >= 2, "whoever took over publishes what is due: {done:?}");
    let late = scheduler.tick_in(first, &slow.core).await;
    assert!(late.is_err() || late.is_ok_and(|done| done.publications.is_empty()), "and nobody does again");
    let all = published(&city).await;
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "each of them once");
    invariants::check(&city).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_publication_keeps_its_lease_however_long_it_takes_and_whoever_reads_does_not_stand_still() {
    let city = City::new(200).await;
    let due = let_days_be_due(&city).await;
    let counter = city.counter().await;
    let database = city.database.as_ref().unwrap();
    let other = Arc::new(other_process(database).await);
    let core: Arc<OnceLock<Arc<Core<AnyStore>>>> = Arc::default();
    let read = Arc::new(OnceLock::new());
    let person = city.cast(CastRole::PriorityEligible).applicant.clone();
    let meanwhile = {
        let (core, read, other, url) = (Arc::clone(&core), Arc::clone(&read), Arc::clone(&other), database.url.clone());
        let today = city.now().date();
        move || {
            at_once(async {
                let core = core.get().unwrap();
                let dates = DateRange { first: today, last: today + chrono::Days::new(30) };
                let (subject, class) = (yuyue_domain::licence::Subject::Two, person.class);
                let query = SessionQuery { subject, class, dates, sites: Vec::new() };
                let found = core.known(counter.caller).sessions(query).await.unwrap();
                read.set(found.sessions.len()).unwrap();
                // As the process renews it, each second, also at the last moment.
                let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(async move { drop(connection.await) });
                client.batch_execute("UPDATE lease SET expires_at = now() - interval '1 second'").await.unwrap();
                let kept = core.store().hold_lease(ONE, LONG).await.unwrap();
                assert!(kept.is_some(), "the lease is renewed while the places are given out");
                assert_eq!(other.hold_lease(TWO, LONG).await.unwrap(), None, "so nobody takes over");
            });
        }
    };
    let slow = process(&city, Box::new(meanwhile)).await;
    core.set(Arc::clone(&slow.core)).map_err(drop).unwrap();
    let first = slow.core.store().hold_lease(ONE, LONG).await.unwrap().expect("nobody led");
    let done = Scheduler::default().tick_in(first, &slow.core).await.unwrap();
    assert!(!due.is_empty() && !done.publications.is_empty(), "it is completed: {done:?}");
    assert!(read.get().is_some_and(|sessions| *sessions > 0), "the plan was read in the middle of it");
    invariants::check(&city).await;
}

#[tokio::test]
async fn what_would_be_published_is_shown_without_waiting_for_anybody() {
    let city = City::new(100).await;
    let_days_be_due(&city).await;
    let mut other = city.database.as_ref().unwrap().connect().await;
    let holding = other.transaction().await.unwrap();
    holding.query("SELECT 1 FROM feed_head FOR UPDATE", &[]).await.unwrap();
    let shown = preview(&city.core, city.now()).await.unwrap().expect("a day is due");
    holding.rollback().await.unwrap();
    let done = Scheduler::default().tick(&city.core).await.unwrap();
    assert_eq!(done.publications[0], shown.published, "as it comes then");
}

/// Waits until the process that leads has renewed its lease after now.
async fn wait_for_renewal(database: &Database) {
    let watcher = database.connect().await;
    // Nobody who renews a lease does so for an hour.
    watcher.batch_execute("UPDATE lease SET expires_at = now() + interval '1 hour'").await.unwrap();
    let far = "SELECT expires_at > now() + interval '30 minutes' FROM lease";
    let renewed = async { while watcher.query_one(far, &[]).await.unwrap().get(0) {} };
    let renewed = tokio::time::timeout(Duration::from_secs(60), renewed).await;
    assert!(renewed.is_ok(), "the lease is renewed, each second");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn told_to_stop_it_ends_its_publication_in_its_lease_and_only_then_another_process_leads() {
    let city = City::new(200).await;
    let due = let_days_be_due(&city).await;
    let database = city.database.as_ref().unwrap();
    let other = other_process(database).await;
    let ((begun, has_begun), (go_on, may_go_on)) = (channel(), channel::<()>());
    let meanwhile = Box::new(move || {
        begun.send(()).unwrap();
        // Goes on when the other end is gone.
        let _ = may_go_on.recv();
    });
    let slow = process(&city, meanwhile).await;
    let running = start(&slow, &ServeConfig::loopback(), Arc::new(SimulatedPhone::default())).await.unwrap();
    tokio::task::block_in_place(|| has_begun.recv().unwrap());
    let public = running.public;
    let stopping = tokio::spawn(running.stop());
    while tokio::net::TcpStream::connect(public).await.is_ok() {}
    wait_for_renewal(database).await;
    assert_eq!(other.hold_lease(TWO, LONG).await.unwrap(), None, "nobody takes over from whoever publishes");
    assert!(!stopping.is_finished(), "and it is waited for");
    drop(go_on);
    stopping.await.unwrap();
    let all = published(&city).await;
    assert!(due.iter().all(|day| all.contains(day)), "what had begun is done: {due:?} {all:?}");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "each of them once");
    assert!(other.hold_lease(TWO, LONG).await.unwrap().is_some(), "now another process leads at once");
    invariants::check(&city).await;
}
