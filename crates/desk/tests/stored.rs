//! Files of every schema that was ever used open, are brought up to date and keep their rows.
//!
//! `YUYUE_WRITE_STORED=1 cargo test -p yuyue-desk --test stored` writes the files of the newest schema where they are missing;
//! one that is there is never written again.

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::device::DEVICE_DB;
use yuyue_desk::device::identity::{find_identity, find_last_number};
use yuyue_desk::device::outbox::{Which, list_items};
use yuyue_desk::device::setting::find_setting;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::Timestamp;
use yuyue_sqlite::{FileKind, Key, OpenError, Place, check_integrity, open};

/// A row of every table that holds what cannot be fetched again. They fit the first schema and all behind it.
const DEVICE_ROWS: &str = include_str!("stored/device.sql");
const CACHE_ROWS: &str = include_str!("stored/cache.sql");

fn key() -> Key {
    Key::new([7; 32])
}

fn newest(kind: &FileKind) -> i32 {
    let migrations = (kind.migrations)();
    migrations.get_migrations().iter().map(refinery::Migration::version).max().expect("there is a schema")
}

fn stored(name: &str, version: i32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored").join(format!("{name}-v{version}.db"))
}

fn write_missing(kind: &FileKind, name: &str, rows: &str) {
    let path = stored(name, newest(kind));
    if std::env::var_os("YUYUE_WRITE_STORED").is_some() && !path.exists() {
        let file = open(kind, Place::new(&path, Some(&key()))).expect("a new file opens");
        file.execute_batch(rows).expect("the rows fit the newest schema");
    }
}

/// Opens a copy of each stored file, which is then of the newest schema.
fn each(kind: &FileKind, name: &str, rows: &str, check: impl Fn(i32, &Connection)) {
    write_missing(kind, name, rows);
    for version in 1..=newest(kind) {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("copy.db");
        let path = stored(name, version);
        std::fs::copy(&path, &copy).unwrap_or_else(|error| panic!("{} is missing: {error}", path.display()));
        let file = open(kind, Place::new(&copy, Some(&key()))).expect("a file of an earlier schema opens");
        check_integrity(&file).expect("and is sound");
        check(version, &file);
        let later = format!(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ({}, 'later', '', '1')",
            newest(kind) + 1
        );
        file.execute_batch(&later).expect("a newer program was here");
        drop(file);
        let refused = open(kind, Place::new(&copy, Some(&key()))).map(drop);
        assert!(matches!(refused, Err(OpenError::TooNew { .. })), "{name} of a newer schema is refused");
    }
}

#[test]
fn what_a_computer_alone_knows_outlives_every_schema() {
    each(&DEVICE_DB, "device", DEVICE_ROWS, |version, device| {
        let identity = find_identity(device).expect("readable").expect("it was enrolled");
        assert_eq!(identity.device, DeviceId(7), "schema {version}: it is the same computer");
        assert_eq!(find_last_number(device).expect("readable"), Some(2), "schema {version}: numbers go on");
        let items = list_items(device, Which::TakenSince(Timestamp::MIN), 10).expect("readable");
        let numbers: Vec<u64> = items.iter().map(|item| item.envelope.number).collect();
        assert_eq!(numbers, [2, 1], "schema {version}: both commands are there");
        assert!(items[1].outcome.is_some() && items[0].outcome.is_none(), "schema {version}: one waits");
        let feed: Option<String> = find_setting(device, "name").expect("readable");
        assert_eq!(feed.as_deref(), Some("测试值"), "schema {version}: settings stay");
        for table in ["draft", "agreement", "verifier", "served", "print_job"] {
            let count: i64 =
                device.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("readable");
            assert_eq!(count, 1, "schema {version}: the row of {table} is there");
        }
    });
}

#[test]
fn a_cache_of_every_schema_opens() {
    each(&CACHE_DB, "cache", CACHE_ROWS, |version, cache| {
        let count: i64 = cache.query_row("SELECT count(*) FROM document", [], |row| row.get(0)).expect("readable");
        assert_eq!(count, 1, "schema {version}: what was fetched is there");
    });
}
