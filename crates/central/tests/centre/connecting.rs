//! The line to the database: encrypted, bounded in number and in time.

use crate::kit::cluster::Database;
use crate::kit::{Postgres, World, at_once, place};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use uuid::Uuid;
use yuyue_central::audit::{Act, Entry};
use yuyue_central::store::postgres::PostgresStore;
use yuyue_central::store::{Batch, OpenStoreError, Store as _, StoreConfig, StoreError, Wants};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_reads_keeps_neither_commands_nor_what_is_due_waiting() {
    let city = World::<Postgres>::new(10).await;
    let database = city.database.as_ref().unwrap();
    let few = StoreConfig { connections: 2, wait_seconds: 3_600, ..place(Some(database)) };
    let store = Arc::new(PostgresStore::open(&database.url, &few).await.unwrap());
    let (mut outside, mut burst) = (database.connect().await, tokio::task::JoinSet::new());
    let locked = outside.transaction().await.unwrap();
    locked.batch_execute("LOCK TABLE policy_document IN ACCESS EXCLUSIVE MODE").await.unwrap();
    for _ in 0..50 {
        let store = Arc::clone(&store);
        burst.spawn(async move { store.list_policy_documents().await.map(drop) });
    }
    let watcher = database.connect().await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < 2 {
        tokio::task::yield_now().await;
    }
    let write = |wants: Wants| {
        let store = Arc::clone(&store);
        let mut batch = Batch::at(Timestamp::MIN);
        batch.audit(Entry::new(Timestamp::MIN, Act::Searched));
        async move { store.transact(&wants, |_| (batch, ())).await }
    };
    let term = store.hold_lease(Uuid::from_u128(1), 3_600).await.unwrap();
    for (wants, what) in [
        (Wants { commands: [Uuid::from_u128(1)].into(), ..Wants::default() }, "commands are decided"),
        (Wants { term, ..Wants::default() }, "what is due is done"),
        (Wants::default(), "whoever writes has connections of their own"),
    ] {
        let written = write(wants).await;
        assert!(written.is_ok(), "{what}: {written:?}");
    }
    locked.rollback().await.unwrap();
    assert!(burst.join_all().await.iter().all(Result::is_ok), "and the readers are answered in the end");
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
