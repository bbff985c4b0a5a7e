//! Opening files that are sound, foreign, damaged, too new or keyed otherwise.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its files fails there")]

use refinery::{Migration, Runner};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use yuyue_sqlite::{
    Durability, Fault, FileKind, IntegrityError, Key, OpenError, Place, check_integrity, copy_rows, fault_of, open,
    open_reader,
};

const NAME: &str = "测试甲某";

fn one_migration() -> Runner {
    Runner::new(&[Migration::unapplied("V1__person", "CREATE TABLE person (name TEXT NOT NULL) STRICT;").unwrap()])
}

fn two_migrations() -> Runner {
    let second = Migration::unapplied("V2__phone", "ALTER TABLE person ADD COLUMN phone TEXT;").unwrap();
    let mut all = one_migration().get_migrations().clone();
    all.push(second);
    Runner::new(&all)
}

fn failing_migration() -> Runner {
    let bad = Migration::unapplied("V2__bad", "CREATE TABLE half (a TEXT); INSERT INTO nowhere VALUES (1);").unwrap();
    let mut all = one_migration().get_migrations().clone();
    all.push(bad);
    Runner::new(&all)
}

const KIND: FileKind = FileKind {
    application_id: 0x7975_0001,
    durability: Durability::Full,
    migrations: one_migration,
    page_cache_kib: 2048,
};
const NEWER: FileKind = FileKind { migrations: two_migrations, ..KIND };
const OTHER: FileKind = FileKind { application_id: 0x7975_0002, ..KIND };

fn key() -> Key {
    Key::new([7; 32])
}

fn filled(path: &Path, key: Option<&Key>) -> Connection {
    let connection = open(&KIND, Place::new(path, key)).unwrap();
    for number in 0..200 {
        connection.execute("INSERT INTO person (name) VALUES (?1)", [format!("{NAME}{number}")]).unwrap();
    }
    connection
}

fn people(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_file_is_made_closed_and_found_again_with_and_without_a_key() {
    for key in [Some(key()), None] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(filled(&path, key.as_ref()));
        let again = open(&KIND, Place::new(&path, key.as_ref())).unwrap();
        assert_eq!(people(&again), 200, "what was committed is there after opening again");
        check_integrity(&again).expect("an untouched file is sound");
    }
}

#[test]
fn the_pragmas_that_we_rely_on_are_set() {
    let folder = tempfile::tempdir().unwrap();
    let connection = filled(&folder.path().join("a.db"), Some(&key()));
    let text = |pragma: &str| -> String { connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap() };
    let number = |pragma: &str| -> i64 { connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap() };
    assert_eq!(text("journal_mode"), "wal", "readers never wait for the writer");
    assert_eq!(number("synchronous"), 2, "FULL: a commit survives a power loss");
    assert_eq!(number("foreign_keys"), 1, "foreign keys are enforced");
    assert_eq!(number("temp_store"), 2, "nothing is spilled to the disk in plain text");
    assert_eq!(number("cell_size_check"), 1, "damage is noticed early");
    assert_eq!(number("trusted_schema"), 0, "the schema is not trusted with functions");
}

#[test]
fn neither_the_file_nor_its_log_holds_a_name_in_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let connection = filled(&folder.path().join("a.db"), Some(&key()));
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(NAME.len()).any(|part| part == NAME.as_bytes()), "every page is encrypted");
    }
    drop(connection);
}

#[test]
fn another_key_or_no_key_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(filled(&path, Some(&key())));
    let before = fs::read(&path).unwrap();
    for wrong in [Some(Key::new([8; 32])), None] {
        let error = open(&KIND, Place::new(&path, wrong.as_ref())).map(drop).expect_err("the key is another one");
        assert!(matches!(error, OpenError::Unreadable(_)), "a wrong key reads as an unreadable file");
        assert_eq!(error.fault(), Fault::Damaged, "callers see that the file is lost to them");
    }
    assert_eq!(fs::read(&path).unwrap(), before, "a refused file is left as it was");
}

#[test]
fn a_file_of_something_else_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    #[expect(clippy::disallowed_methods, reason = "the file must be somebody else's, not made by us")]
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE other (a);").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let error = open(&KIND, Place::new(&path, None)).map(drop).expect_err("the file is foreign");
    assert!(matches!(error, OpenError::Foreign { found: 0 }), "a database without our mark is not ours");
    assert_eq!(fs::read(&path).unwrap(), before, "a foreign file is left as it was");

    let ours = folder.path().join("b.db");
    drop(filled(&ours, None));
    let error = open(&OTHER, Place::new(&ours, None)).map(drop).expect_err("the file is another of ours");
    assert!(matches!(error, OpenError::Foreign { found: 0x7975_0001 }), "our kinds are told apart");
}

#[test]
fn text_that_is_no_database_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fs::write(&path, "这不是数据库".repeat(500)).unwrap();
    let error = open(&KIND, Place::new(&path, None)).map(drop).expect_err("the file is no database");
    assert!(matches!(error, OpenError::Unreadable(_)), "what is no database cannot be read");
}

#[test]
fn an_older_schema_is_brought_up_to_date_and_a_newer_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(filled(&path, Some(&key())));
    let newer = open(&NEWER, Place::new(&path, Some(&key()))).unwrap();
    assert_eq!(people(&newer), 200, "a migration keeps the rows");
    newer.execute("UPDATE person SET phone = '1'", []).expect("the new column is there");
    drop(newer);
    let error = open(&KIND, Place::new(&path, Some(&key()))).map(drop).expect_err("an older program must not write");
    assert!(matches!(error, OpenError::TooNew { found: 2, known: 1 }), "the error names both schemas");
}

#[test]
fn a_migration_that_fails_leaves_the_schema_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(filled(&path, None));
    let bad = FileKind { migrations: failing_migration, ..KIND };
    let error = open(&bad, Place::new(&path, None)).map(drop).expect_err("the migration is wrong");
    assert!(matches!(error, OpenError::Migration(_)), "the failure has its name");
    let again = open(&KIND, Place::new(&path, None)).expect("the schema is still the old one");
    let half: i64 =
        again.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", [], |row| row.get(0)).unwrap();
    assert_eq!(half, 0, "nothing of the failed migration stayed");
}

#[test]
fn every_flipped_bit_of_an_encrypted_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(filled(&path, Some(&key())));
    let sound = fs::read(&path).unwrap();
    let flipped = folder.path().join("b.db");
    for step in 0..200 {
        let position = step * sound.len() / 200 + step % 7;
        let mut bytes = sound.clone();
        bytes[position] ^= 1 << (step % 8);
        fs::write(&flipped, &bytes).unwrap();
        let noticed = match open_reader(&KIND, Place::new(&flipped, Some(&key()))) {
            Err(error) => error.fault() == Fault::Damaged,
            Ok(connection) => match check_integrity(&connection) {
                Err(IntegrityError::Findings(_)) => true,
                Err(IntegrityError::Sqlite(error)) => fault_of(&error) == Fault::Damaged,
                Ok(()) => false,
            },
        };
        assert!(noticed, "byte {position} was changed and nobody noticed");
    }
}

#[test]
fn a_reader_can_read_beside_the_writer_and_never_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let writer = filled(&path, Some(&key()));
    let reader = open_reader(&KIND, Place::new(&path, Some(&key()))).unwrap();
    writer.execute("INSERT INTO person (name) VALUES ('再一人')", []).unwrap();
    assert_eq!(people(&reader), 201, "a reader sees what was committed");
    let error = reader.execute("DELETE FROM person", []).expect_err("a reader must not write");
    assert_eq!(fault_of(&error), Fault::ReadOnly, "the refusal has its kind");
}

#[test]
fn a_reader_refuses_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fs::write(&path, "").unwrap();
    let error = open_reader(&KIND, Place::new(&path, None)).map(drop).expect_err("nothing is there to be read");
    assert!(matches!(error, OpenError::Foreign { found: 0 }), "an empty file is none of ours yet");
}

#[test]
fn a_full_disk_has_its_kind_and_loses_nothing_that_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let connection = filled(&path, Some(&key()));
    connection.pragma_update(None, "max_page_count", 1).unwrap();
    let error = (0..100_000)
        .find_map(|_| connection.execute("INSERT INTO person (name) VALUES (?1)", [NAME.repeat(50)]).err())
        .expect("the file may not grow");
    assert_eq!(fault_of(&error), Fault::DiskFull, "a full disk is told from a damaged file");
    assert!(people(&connection) >= 200, "what was committed stays");
}

#[test]
fn a_missing_folder_is_a_fault_of_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(&KIND, Place::new(&folder.path().join("none/a.db"), None)).map(drop).expect_err("no such folder");
    assert_eq!(error.fault(), Fault::Disk, "the file itself is not to blame");
}

#[test]
fn what_is_readable_of_a_damaged_file_is_copied_from_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (path, next) = (folder.path().join("a.db"), folder.path().join("b.db"));
    let many = filled(&path, Some(&key()));
    many.execute_batch("BEGIN").unwrap();
    for number in 200..1000 {
        many.execute("INSERT INTO person (name) VALUES (?1)", [format!("{NAME}{number}")]).unwrap();
    }
    many.execute_batch("COMMIT").unwrap();
    drop(many);
    let mut bytes = fs::read(&path).unwrap();
    // One page of people in the middle.
    let middle = bytes.len() / 4096 / 2 * 4096 + 100;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let to = open(&KIND, Place::new(&next, Some(&key()))).unwrap();
    to.execute_batch("BEGIN").unwrap();
    let copied = copy_rows(&KIND, Place::new(&path, Some(&key())), &to, "person").unwrap();
    to.execute_batch("COMMIT").unwrap();
    assert!(!copied.is_whole, "it is known that some are missing");
    let named = |number: u32| {
        let name = format!("{NAME}{number}");
        to.query_row("SELECT count(*) FROM person WHERE name = ?1", [name], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((named(0), named(999)), (1, 1), "what lies before the damage and behind it is there");
    assert!(people(&to) < 1000, "and the damaged page is not");
    check_integrity(&to).expect("the copy is sound");
}

#[test]
fn nothing_is_copied_of_a_file_that_cannot_be_read_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (path, next) = (folder.path().join("a.db"), folder.path().join("b.db"));
    fs::write(&path, "这不是数据库".repeat(500)).unwrap();
    let to = open(&KIND, Place::new(&next, None)).unwrap();
    let copied = copy_rows(&KIND, Place::new(&path, None), &to, "person").unwrap();
    assert_eq!((copied.rows, copied.is_whole), (0, false), "that is no failure of the rescue");
}

#[test]
fn a_connection_to_nothing_answers_nothing() {
    let nowhere = yuyue_sqlite::nowhere().unwrap();
    assert!(nowhere.execute("INSERT INTO person (name) VALUES ('a')", []).is_err(), "nothing is saved there");
}

#[test]
fn a_key_shows_nothing_of_itself() {
    assert_eq!(format!("{:?}", key()), "Key(redacted)", "a key must never reach a log");
    assert!(Key::try_from([1_u8; 31].as_slice()).is_err(), "a key has 32 bytes");
}
