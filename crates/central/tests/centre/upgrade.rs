//! A database of every schema that was ever used is brought up to date and keeps its rows, as `stored.rs` shows it for files.
//!
//! The steps are append-only, so the first so many of them make the tables exactly as the program of that time had them.

use crate::kit::cluster::Database;
use refinery::{Migration, Runner, load_sql_migrations};
use std::path::Path;
use uuid::Uuid;
use yuyue_central::audit::{Act, Entry, Record, Tail};
use yuyue_central::store::postgres::PostgresStore;
use yuyue_central::store::{Batch, DeviceRow, Store as _, StoreConfig, Wants, Write};
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::quota::Quota;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

/// Rows that fit the first schema and all behind it.
const ROWS: &str = "INSERT INTO centre (id, city, epoch, began_at)
         VALUES (1, '测试市', '00000000-0000-0000-0000-000000000001', 1795392000);
     INSERT INTO feed_head (id, revision) VALUES (1, 2);
     INSERT INTO lease (id, term, expires_at) VALUES (1, 3, now());
     INSERT INTO office (id, document, revision)
         VALUES (5, '{\"id\":5,\"name\":\"测试车管所\",\"district\":\"渝北\",\"telephone\":\"\",\"address\":\"\"}', 1);
     INSERT INTO device (id, kind, label, office, signing_key, fingerprint, enrolled_at)
         VALUES (1, 'counter', '1 号窗口', 5, decode(repeat('05', 32), 'hex'), decode(repeat('06', 32), 'hex'), 1795392100)";

fn now() -> Timestamp {
    "2026-11-23T08:00:00+08:00".parse().unwrap()
}

/// A database as a program of that schema has left it, with a record in its audit.
async fn leave(version: &[Migration]) -> (Database, Record) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    Runner::new(version).run_async(&mut client).await.unwrap();
    client.batch_execute(ROWS).await.unwrap();
    let record = { Tail::EMPTY }.append(Entry::new(now(), Act::DeviceEnrolled));
    let insert = "INSERT INTO audit (sequence, at, act, hash) VALUES (1, $1, 'device_enrolled', $2)";
    client.execute(insert, &[&now().unix(), &record.hash.as_slice()]).await.unwrap();
    (database, record)
}

#[tokio::test]
async fn a_database_of_every_schema_is_brought_up_to_date_and_keeps_its_rows() {
    let steps = load_sql_migrations(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres")).unwrap();
    for version in 1..=steps.len() {
        let (database, record) = leave(&steps[..version]).await;
        let store = PostgresStore::open(&database.url, &StoreConfig::default()).await.unwrap();
        let head = Cursor { epoch: Epoch(Uuid::from_u128(1)), revision: Revision(2) };
        assert_eq!(store.get_head().await.unwrap(), head, "schema {version}: the feed goes on");
        let (rows, _) = store.list_catalogue(Revision(0)).await.unwrap();
        assert_eq!(rows.len(), 1, "schema {version}: the office is there");
        let device = DeviceRow {
            id: DeviceId(1),
            kind: DeviceKind::Counter,
            label: "1 号窗口".to_owned(),
            office: OfficeId(5),
            enrolment_until: None,
            signing_key: Some([5; 32]),
            enrolled_at: Some(now().plus_seconds(100)),
            revoked_at: None,
            exit_verifier: None,
        };
        assert_eq!(
            store.find_device(&[6; 32]).await.unwrap(),
            Some(device),
            "schema {version}: a counter is recognised"
        );
        assert_eq!(store.list_audit(0, 10).await.unwrap(), [record], "schema {version}: the audit is whole");
        let lease = store.hold_lease(Uuid::from_u128(2), 5).await.unwrap();
        assert!(lease.is_some_and(|term| term.0 == 4), "schema {version}: another term begins: {lease:?}");
        // What the last step has added can be written and read.
        let (key, quota) = ([8; 32], Quota { since: now(), count: 1 });
        let renewed = Write::DeviceRenewed { device: DeviceId(1), used: [6; 32], next: [7; 32] };
        let batch = Batch { writes: vec![renewed, Write::Quota { key, quota }], ..Batch::at(now()) };
        store.transact(&Wants::default(), |_| (batch, ())).await.unwrap();
        assert!(store.find_device(&[7; 32]).await.unwrap().is_some(), "schema {version}: it has a new certificate");
        let wants = Wants { quotas: [key].into(), ..Wants::default() };
        let quotas = store.transact(&wants, |loaded| (Batch::default(), loaded.quotas)).await.unwrap();
        assert_eq!(quotas.get(&key), Some(&quota), "schema {version}: the newest table is there");
        let newest = steps.last().unwrap().version();
        let found = "SELECT max(version), count(*) FROM refinery_schema_history";
        let found = database.connect().await.query_one(found, &[]).await.unwrap();
        let counted = i64::try_from(steps.len()).unwrap();
        assert_eq!((found.get(0), found.get(1)), (newest, counted), "schema {version}: each step was done once");
        // Connections are closed before their database goes.
        drop(store);
    }
}
