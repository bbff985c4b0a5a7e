//! Stores of every schema that was ever used open, are brought up to date and keep their rows.
//!
//! `YUYUE_WRITE_STORED=1 cargo test -p yuyue-central --test stored` writes the stores of the schemas where they are missing; one
//! that is there is never written again.

use refinery::{Migration, Runner};
use std::path::{Path, PathBuf};
use yuyue_central::store::sqlite::{FILE_KIND, SqliteStore};
use yuyue_central::store::{OpenStoreError, Store as _};
use yuyue_protocol::cursor::Revision;
use yuyue_sqlite::{FileKind, OpenError, Place, check_integrity, open};

/// Rows that fit the first schema and all behind it.
const ROWS: &str = include_str!("stored/store.sql");

fn migrations() -> Vec<Migration> {
    (FILE_KIND.migrations)().get_migrations().clone()
}

fn first() -> Runner {
    Runner::new(&migrations()[..1])
}

fn second() -> Runner {
    Runner::new(&migrations()[..2])
}

fn third() -> Runner {
    Runner::new(&migrations()[..3])
}

fn fourth() -> Runner {
    Runner::new(&migrations()[..4])
}

fn newest() -> i32 {
    migrations().iter().map(Migration::version).max().expect("there is a schema")
}

fn stored(version: i32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored").join(format!("store-v{version}.db"))
}

fn write_missing(version: i32, kind: &FileKind) {
    let path = stored(version);
    if std::env::var_os("YUYUE_WRITE_STORED").is_some() && !path.exists() {
        let file = open(kind, Place::new(&path, None)).expect("a new store opens");
        file.execute_batch(ROWS).expect("the rows fit the schema");
    }
}

#[tokio::test]
async fn a_store_of_every_schema_keeps_its_rows_and_a_newer_one_is_refused() {
    write_missing(1, &FileKind { migrations: first, ..FILE_KIND });
    write_missing(2, &FileKind { migrations: second, ..FILE_KIND });
    write_missing(3, &FileKind { migrations: third, ..FILE_KIND });
    write_missing(4, &FileKind { migrations: fourth, ..FILE_KIND });
    write_missing(newest(), &FILE_KIND);
    for version in 1..=newest() {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("copy.db");
        let path = stored(version);
        std::fs::copy(&path, &copy).unwrap_or_else(|error| panic!("{} is missing: {error}", path.display()));
        let store = SqliteStore::open(&copy, None).expect("a store of an earlier schema opens");
        let head = store.get_head().await.expect("readable");
        assert_eq!(head.revision, Revision(2), "schema {version}: the feed goes on");
        let (rows, _) = store.list_catalogue(Revision(0)).await.expect("readable");
        assert_eq!(rows.len(), 1, "schema {version}: the office is there");
        drop(store);
        let file = open(&FILE_KIND, Place::new(&copy, None)).expect("it opens again");
        check_integrity(&file).expect("it is sound");
        let found: i32 =
            file.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0)).expect("readable");
        assert_eq!(found, newest(), "schema {version}: it was brought up to date");
        let later = format!(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ({}, 'later', '', '1')",
            newest() + 1
        );
        file.execute_batch(&later).expect("a newer program was here");
        drop(file);
        let refused = SqliteStore::open(&copy, None).map(drop);
        assert!(
            matches!(refused, Err(OpenStoreError::Open(OpenError::TooNew { .. }))),
            "a store of a newer schema is refused"
        );
    }
}
