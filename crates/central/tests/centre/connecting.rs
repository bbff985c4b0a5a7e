//! The line to the database: encrypted, bounded in number and in time.

use crate::kit::cluster::Database;
use crate::kit::{Postgres, World, at_once, place};
use crate::wire::{client, serve, url};
use reqwest::StatusCode;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_postgres::Client;
use uuid::Uuid;
use yuyue_central::audit::{Act, Entry};
use yuyue_central::central::Central;
use yuyue_central::core::{Core, CoreConfig};
use yuyue_central::scheduler::Scheduler;
use yuyue_central::secret::hash;
use yuyue_central::sms::{Messenger, SimulatedPhone};
use yuyue_central::store::postgres::PostgresStore;
use yuyue_central::store::{
    AnyStore, Batch, FeedQuery, NewSms, OpenStoreError, Store as _, StoreConfig, StoreError, VisitSpan, Wants, Write,
};
use yuyue_domain::ids::{DeviceId, PublicationId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_sample::CastRole;

fn recognised_by(authority: PathBuf) -> StoreConfig {
    StoreConfig { authority: Some(authority), ..StoreConfig::default() }
}

#[tokio::test]
async fn a_database_over_the_network_is_recognised_by_its_authority_and_spoken_to_in_cipher() {
    let database = Database::new().await;
    let (url, epoch) = (database.url_over_network(), Epoch(Uuid::from_u128(1)));
    let stranger = tempfile::NamedTempFile::new().unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(stranger.path(), other.cert.pem()).unwrap();
    let refused =
        PostgresStore::init(&url, &recognised_by(stranger.path().into()), "测试市", epoch, Timestamp::MIN).await;
    assert!(matches!(refused, Err(OpenStoreError::Store(StoreError::Unavailable(_)))), "somebody else's database");
    let limits = recognised_by(Database::authority());
    let store = PostgresStore::init(&url, &limits, "测试市", epoch, Timestamp::MIN).await.unwrap();
    assert_eq!(store.get_head().await.unwrap().epoch, epoch, "the right one");
    let lines = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                 WHERE datname = current_database() AND application_name = 'yuyue-central'";
    let lines = database.connect().await.query_one(lines, &[]).await.unwrap();
    assert!(lines.get::<_, i64>(0) > 0 && lines.get::<_, i64>(1) == 0, "every line is in cipher: {lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_encrypt_is_told_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://clerk:secret@localhost:{}/centre", listener.local_addr().unwrap().port());
    let heard = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let mut asked = [0; 8];
        line.read_exact(&mut asked).unwrap();
        line.write_all(b"N").unwrap();
        let mut rest = Vec::new();
        line.read_to_end(&mut rest).unwrap();
        rest
    });
    let refused = PostgresStore::open(&url, &recognised_by(Database::authority())).await;
    assert!(refused.is_err(), "no line without cipher");
    assert!(heard.join().unwrap().is_empty(), "neither name nor password were sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_waits_too_long_for_a_lock_or_a_connection_is_told_to_come_back() {
    let city = World::<Postgres>::new(10).await;
    let database = city.database.as_ref().unwrap();
    let short = StoreConfig { write_connections: 2, wait_seconds: 1, lock_seconds: 1, ..place(Some(database)) };
    let other = Arc::new(PostgresStore::open(&database.url, &short).await.unwrap());
    let everybody = || Wants { all_waiting: true, ..Wants::default() };
    let note = || (Batch::at(Timestamp::MIN), ());
    let (one, another) = (everybody(), everybody());
    let waited = city.core.store().transact(&one, |_| {
        let late = at_once(other.transact(&another, |_| note()));
        (Batch::default(), late)
    });
    let late = waited.await.unwrap();
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "the lock is taken: {late:?}");
    let ((begun, has_begun), mut hold) = (channel(), Vec::new());
    let mut holding = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (other, begun, (release, released)) = (Arc::clone(&other), begun.clone(), channel::<()>());
        hold.push(release);
        holding.spawn(async move {
            let stand_still = move |_| {
                begun.send(()).unwrap();
                // Goes on when the other end is gone.
                let _ = tokio::task::block_in_place(|| released.recv());
                note()
            };
            other.transact(&Wants::default(), stand_still).await
        });
        tokio::task::block_in_place(|| has_begun.recv().unwrap());
    }
    let third = other.transact(&Wants::default(), |_| note()).await;
    assert!(matches!(third, Err(StoreError::Unavailable(_))), "every connection is taken: {third:?}");
    assert!(other.list_accounts().await.is_ok(), "whoever only reads has others");
    let command = Wants { commands: [Uuid::from_u128(1)].into(), ..Wants::default() };
    assert!(other.transact(&command, |_| note()).await.is_ok(), "and commands are decided over their own");
    let lease = other.hold_lease(Uuid::from_u128(1), 5).await;
    assert!(lease.is_ok(), "the lease has one of its own: {lease:?}");
    drop(hold);
    assert!(holding.join_all().await.iter().all(Result::is_ok), "whoever had one was not disturbed");
    assert!(other.get_head().await.is_ok(), "and the next one gets one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_stands_still_with_the_head_in_its_hand_is_cut_off_and_the_others_go_on() {
    let city = World::<Postgres>::new(10).await;
    let database = city.database.as_ref().unwrap();
    let impatient = StoreConfig { idle_seconds: 1, ..place(Some(database)) };
    let stopped = PostgresStore::open(&database.url, &impatient).await.unwrap();
    let note = |act| {
        let mut batch = Batch::at(city.now());
        batch.audit(Entry::new(city.now(), act));
        batch
    };
    let everybody = Wants { all_waiting: true, ..Wants::default() };
    let gone = stopped.transact(&everybody, |_| {
        // As of a process that is stopped here. The lock is waited for longer than the idle one is waited for.
        let other = at_once(city.core.store().transact(&Wants::default(), |_| (note(Act::Searched), ())));
        assert!(other.is_ok(), "the database takes the head from whoever is not heard of: {other:?}");
        (note(Act::Published), ())
    });
    let gone = tokio::time::timeout(Duration::from_secs(60), gone).await.expect("nobody waits for it for ever");
    assert!(matches!(gone, Err(StoreError::Unavailable(_))), "and what it had begun is not written: {gone:?}");
    let audit = city.core.store().list_audit(0, 10_000).await.unwrap();
    let acts: Vec<Act> = audit.iter().map(|record| record.entry.act).collect();
    assert!(acts.contains(&Act::Searched) && !acts.contains(&Act::Published), "one is there, and not the other");
    assert!(stopped.get_head().await.is_ok(), "it goes on with another connection");
}

/// Waits until so many connections of the database wait for a lock.
async fn wait_for_waiting(database: &Database, count: usize) {
    let (watcher, count) = (database.connect().await, i64::try_from(count).unwrap());
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < count {
        tokio::task::yield_now().await;
    }
}

/// Takes every connection for reading and every one for writing, with a crowd behind them, until the lock is let go and the
/// other end is dropped.
async fn crowd(
    core: &Arc<Core<AnyStore>>,
    database: &Database,
    limits: &StoreConfig,
) -> (Client, Vec<Sender<()>>, JoinSet<()>) {
    let (outside, mut crowd, mut hold) = (database.connect().await, JoinSet::new(), Vec::new());
    outside.batch_execute("BEGIN; LOCK TABLE publication_record, agreement IN ACCESS EXCLUSIVE MODE").await.unwrap();
    // Of two connections what anybody may ask for has one, and pages of the feed the other.
    for _ in 0..50 {
        let (for_public, for_pages) = (Arc::clone(core), Arc::clone(core));
        crowd.spawn(async move { drop(for_public.store().find_publication_record(PublicationId(1)).await.unwrap()) });
        let query = FeedQuery { after: None, limit: 10, device: DeviceId(1), kind: DeviceKind::Counter, office: None };
        crowd.spawn(async move { drop(for_pages.store().find_changes(&query).await.unwrap()) });
    }
    let (begun, has_begun) = channel();
    for _ in 0..limits.write_connections {
        let (core, begun, (release, released)) = (Arc::clone(core), begun.clone(), channel::<()>());
        hold.push(release);
        crowd.spawn(async move {
            let stand_still = move |_| {
                begun.send(()).unwrap();
                // Goes on when the other end is gone.
                let _ = tokio::task::block_in_place(|| released.recv());
                (Batch::default(), ())
            };
            core.store().transact(&Wants::default(), stand_still).await.unwrap();
        });
        tokio::task::block_in_place(|| has_begun.recv().unwrap());
    }
    wait_for_waiting(database, limits.connections).await;
    (outside, hold, crowd)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_burst_of_reads_keeps_neither_commands_nor_what_is_due_waiting() {
    let city = World::<Postgres>::new(30).await;
    city.allow_vouching().await;
    let database = city.database.as_ref().unwrap();
    let few = StoreConfig {
        connections: 2,
        write_connections: 2,
        wait_seconds: 3_600,
        lock_seconds: 3_600,
        statement_seconds: 3_600,
        ..place(Some(database))
    };
    let (counter, token, now) = (city.counter().await, [7; 32], city.now());
    let (clerk, device) = (city.clerk().id, counter.caller.device);
    let text =
        NewSms { phone: "13900000001".into(), text: "甲".into(), created_at: now, expires_at: now.plus_days(1) };
    let made = Write::TokenMade { token, clerk, device, expires_at: now.plus_days(1) };
    let batch = Batch { writes: vec![made, Write::Sms(text)], ..Batch::at(now) };
    city.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    let (clock, entropy) = (Arc::clone(&city.clock) as _, Arc::clone(&city.entropy) as _);
    let process = Central::open(city.folder.path(), &few, CoreConfig::default(), clock, entropy).await.unwrap();
    let (core, store) = (&process.core, process.core.store());
    let (outside, hold, crowd) = crowd(core, database, &few).await;

    let shown = CertificateDer::from_pem_slice(counter.certificate.as_bytes()).unwrap();
    assert!(store.find_device(&hash(&shown)).await.unwrap().is_some(), "the device is recognised");
    assert!(store.find_token(&token, device, now).await.unwrap().is_some(), "and the clerk at it");
    let span = VisitSpan { idle_seconds: 1, whole_seconds: 1 };
    assert_eq!(store.prolong_visit(device, &token, now, span).await.unwrap(), None, "and that nobody visits there");
    let person = city.cast(CastRole::PriorityEligible);
    let wish = city.first_choice(person, Subject::Two);
    let envelope = city.seal(&counter, &city.apply(person, Subject::Two, wish, None));
    let decided = core.known(counter.caller).commands(vec![envelope]).await.unwrap().remove(0).outcome;
    assert!(matches!(decided, Outcome::Accepted { .. }), "a booking is decided: {decided:?}");
    core.refresh_catalogue().await.unwrap();

    let term = store.hold_lease(Uuid::from_u128(1), 3_600).await.unwrap().expect("nobody led");
    let done = Scheduler::default().tick_in(term, core).await.unwrap();
    assert!(done.counts > 0, "what is due is done: {done:?}");
    let (phone, mut messenger) = (SimulatedPhone::default(), Messenger::default());
    let sent = messenger.send_due_in(term, core, &phone).await.unwrap();
    assert_eq!(sent, 1, "a message is handed over, and that is noted");
    city.clock.advance(3_600);
    assert_eq!(messenger.send_due_in(term, core, &phone).await.unwrap(), 0, "so nobody gets it twice");
    assert!(!store.list_devices().await.unwrap().is_empty(), "and who is shut out is known");

    outside.batch_execute("ROLLBACK").await.unwrap();
    drop(hold);
    crowd.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn computers_that_fill_their_caches_all_at_once_keep_no_booking_and_no_publication_waiting() {
    let city = World::<Postgres>::new(200).await;
    city.allow_vouching().await;
    let database = city.database.as_ref().unwrap();
    let (counter, person) = (city.counter().await, city.cast(CastRole::PriorityEligible));
    let wish = city.first_choice(person, Subject::Two);
    let booking = city.seal(&counter, &city.apply(person, Subject::Two, wish, None));
    let running = serve(&city).await;
    let outside = database.connect().await;
    // What nobody reads who books or publishes, and every page does.
    outside.batch_execute("BEGIN; LOCK TABLE agreement IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let line = client(&running, Some(&counter));
    let mut fills = JoinSet::new();
    for _ in 0..64 {
        fills.spawn(line.get(url(running.devices, "/v1/changes")).send());
    }
    // Pages have half of the connections for readers.
    wait_for_waiting(database, place(None).connections / 2).await;
    let record = city.core.store().find_record(person.applicant.id).await.unwrap();
    assert!(record.is_some(), "so that whoever looks somebody up finds one");
    let booked = line.post(url(running.devices, "/v1/commands")).json(&[booking]).send().await.unwrap();
    let booked: Vec<ItemOutcome> = booked.json().await.unwrap();
    assert!(matches!(booked[0].outcome, Outcome::Accepted { .. }), "a booking is decided: {booked:?}");
    let watcher = database.connect().await;
    let count = async || watcher.query_one("SELECT count(*) FROM publication", &[]).await.unwrap().get::<_, i64>(0);
    let before = count().await;
    city.clock.advance(5 * 24 * 3_600);
    running.due.notify_one();
    while count().await == before {
        tokio::task::yield_now().await;
    }
    outside.batch_execute("ROLLBACK").await.unwrap();
    for page in fills.join_all().await {
        let status = page.unwrap().status();
        assert!(
            matches!(status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE),
            "and a page is read, or told to come back when it waited too long for a connection: {status}"
        );
    }
    running.stop().await;
}

#[tokio::test]
async fn a_store_of_a_newer_schema_is_refused_and_an_empty_database_is_no_centre() {
    let database = Database::new().await;
    let limits = StoreConfig::default();
    let empty = PostgresStore::open(&database.url, &limits).await.map(drop);
    assert!(matches!(empty, Err(OpenStoreError::Empty)), "nobody made a centre in it: {empty:?}");
    let epoch = Epoch(Uuid::from_u128(1));
    drop(PostgresStore::init(&database.url, &limits, "测试市", epoch, Timestamp::MIN).await.unwrap());
    let again = PostgresStore::init(&database.url, &limits, "测试市", epoch, Timestamp::MIN).await.map(drop);
    assert!(matches!(again, Err(OpenStoreError::NotEmpty)), "a centre is never overwritten: {again:?}");
    database.execute("INSERT INTO refinery_schema_history VALUES (999, 'later', '', '1')").await;
    let newer = PostgresStore::open(&database.url, &limits).await.map(drop);
    assert!(matches!(newer, Err(OpenStoreError::TooNew { found: 999, .. })), "a newer program was here: {newer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_together_bring_the_tables_up_to_date_once() {
    let database = Database::new().await;
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let url = database.url.clone();
        starting.spawn(async move { PostgresStore::open(&url, &StoreConfig::default()).await.map(drop) });
    }
    for opened in starting.join_all().await {
        assert!(matches!(opened, Err(OpenStoreError::Empty)), "the tables are there, a centre is not: {opened:?}");
    }
}
