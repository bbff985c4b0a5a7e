//! Damaged, missing, foreign and too new files: nothing that a clerk was told is lost, and what is lost is named.

use super::{Counter, open_desk};
use crate::cache::CACHE_DB;
use crate::desk::{lock, mend};
use crate::device::DEVICE_DB;
use crate::device::identity::insert_identity;
use crate::error::DeskError;
use crate::keys::{KeyStore as _, KeyStoreError};
use crate::opening::set_files_aside;
use crate::testing::{TestKeys, run};
use crate::use_cases::outbox::deliver;
use crate::use_cases::submit::submit;
use crate::view::app::Access;
use crate::view::rescue::RescueView;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::licence::Subject;
use yuyue_protocol::command::Command;
use yuyue_sample::CastRole;
use yuyue_sqlite::{Fault, OpenError, Place};

/// A counter that is off and has taken three commands without line: a reveal, an agreement and an application.
fn closed() -> (Counter, PathBuf) {
    let mut counter = Counter::open();
    counter.cut();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let path = counter.folder.path().to_owned();
    (counter, path)
}

/// Ends the program, does something to its files and starts it again.
fn meddle(counter: Counter, meddle: impl FnOnce(&Path)) -> (Counter, Option<RescueView>) {
    let Counter { folder, keys, world, centre, city, desk, sync } = counter;
    drop((desk, sync));
    meddle(folder.path());
    let (desk, sync) = open_desk(folder.path(), &keys, &world).expect("it opens all the same");
    let rescue = desk.app_state().expect("readable").rescue;
    (Counter { folder, keys, world, centre, city, desk: desk.into(), sync }, rescue)
}

fn flip(path: &Path, bytes: std::ops::Range<usize>) {
    let mut content = std::fs::read(path).expect("readable");
    content[bytes].iter_mut().for_each(|byte| *byte ^= 0x55);
    std::fs::write(path, content).expect("damaged");
}

fn damaged_files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains(".damaged")).collect()
}

fn deliver_all(counter: &Counter) {
    counter.centre.set_line(true);
    while run(deliver(&counter.desk, &counter.centre)).expect("the line is up").more {}
}

fn unsent(counter: &Counter) -> u32 {
    counter.desk().app_state().expect("readable").sync.unsent
}

#[test]
fn a_damaged_file_is_moved_aside_and_what_was_taken_is_sent_all_the_same() {
    let (counter, path) = closed();
    let (counter, rescue) = meddle(counter, |folder| flip(&folder.join("device.db"), 0..4096));
    let rescue = rescue.expect("the clerk is told");
    assert_eq!((rescue.saved, rescue.missing.len()), (3, 0), "nothing that was taken is missing");
    assert!(rescue.enroll && !rescue.may_miss_more, "who this computer was is gone");
    assert_eq!(counter.desk().app_state().expect("readable").access, Access::Unenrolled, "it is to be enrolled anew");
    assert_eq!(damaged_files(&path).len(), 1, "the damaged file is kept: {:?}", damaged_files(&path));
    let mut new = crate::testing::identity(counter.desk().now());
    new.device = DeviceId(44);
    insert_identity(&counter.desk().device, &new).expect("enrolled as a new device");
    deliver_all(&counter);
    assert_eq!(counter.centre.taken(), 3, "the new device sent what the old one took");
    let (counter, rescue) = meddle(counter, |_| ());
    assert!(rescue.is_some(), "it is told until somebody has read it");
    assert_eq!(counter.desk().acknowledge_rescue().expect("noted").rescue, None, "and then no more");
}

#[test]
fn a_damaged_page_in_the_middle_costs_neither_a_command_nor_the_enrolment() {
    let (counter, path) = closed();
    let pages = std::fs::metadata(path.join("device.db")).expect("there").len() / 4096;
    // Whatever lies on the last page, it is neither the schema nor the identity.
    let last = usize::try_from(pages).expect("small") - 1;
    let (counter, rescue) =
        meddle(counter, |folder| flip(&folder.join("device.db"), last * 4096 + 9..last * 4096 + 10));
    let rescue = rescue.expect("the clerk is told");
    assert_eq!((rescue.saved, rescue.missing.len(), rescue.enroll), (3, 0, false), "all is there but that page");
    deliver_all(&counter);
    assert_eq!(counter.centre.taken(), 3, "and is sent by the same device");
}

#[test]
fn what_is_in_neither_file_is_named_with_the_time_at_which_it_was_taken() {
    let (counter, _) = closed();
    let (counter, rescue) = meddle(counter, |folder| {
        flip(&folder.join("device.db"), 0..4096);
        let journal = folder.join("outbox.journal");
        let middle = std::fs::read(&journal).expect("readable").len() / 3 + 60;
        flip(&journal, middle..middle + 1);
    });
    let rescue = rescue.expect("the clerk is told");
    let numbers: Vec<u32> = rescue.missing.iter().map(|missing| missing.number).collect();
    assert_eq!((rescue.saved, numbers), (2, vec![2]), "two are there, the second is named");
    assert!(rescue.missing[0].after.is_some() && rescue.missing[0].before.is_some(), "with the time before and after");
    drop(counter);
}

#[test]
fn a_damaged_end_of_the_journal_is_named_by_the_numbers_that_were_given() {
    let (counter, _) = closed();
    let (counter, rescue) = meddle(counter, |folder| {
        let journal = folder.join("outbox.journal");
        let end = std::fs::read(&journal).expect("readable").len();
        flip(&journal, end - 1..end);
        flip(&folder.join("device.db"), 0..4096);
    });
    let rescue = rescue.expect("the clerk is told");
    assert!(rescue.may_miss_more, "nobody knows how many there were");
    assert_eq!(rescue.saved, 2, "what is readable is there");
    drop(counter);
}

#[test]
fn a_file_that_has_vanished_is_filled_from_the_journal() {
    let (counter, _) = closed();
    let (counter, rescue) = meddle(counter, |folder| std::fs::remove_file(folder.join("device.db")).expect("gone"));
    let rescue = rescue.expect("the clerk is told");
    assert_eq!((rescue.saved, rescue.enroll), (3, true), "the commands are there, the enrolment is not");
    assert_eq!(unsent(&counter), 3, "and wait to be sent");
}

#[test]
fn a_file_that_has_lost_its_last_commits_gets_them_from_the_journal_and_gives_no_number_twice() {
    let (counter, path) = closed();
    let copy = path.join("earlier");
    let (mut counter, _) = meddle(counter, |folder| {
        std::fs::copy(folder.join("device.db"), &copy).expect("copied");
    });
    counter.sign_in();
    let applicant = counter.id(CastRole::RuleFour);
    let id = counter.desk().new_id();
    let reveal = Command::RecordReveal { applicant };
    let fourth = counter.desk().take(id, &reveal, None, None, |_| Ok(())).expect("taken");
    assert_eq!(fourth.number, 4, "the fourth command");
    let (again, rescue) = meddle(counter, |folder| {
        std::fs::copy(&copy, folder.join("device.db")).expect("the disk has forgotten");
    });
    counter = again;
    assert!(rescue.is_none(), "nothing is missing");
    assert_eq!(unsent(&counter), 4, "the fourth is there again");
    counter.sign_in();
    let id = counter.desk().new_id();
    let fifth = counter.desk().take(id, &reveal, None, None, |_| Ok(())).expect("taken");
    assert_eq!(fifth.number, 5, "and its number is not given twice");
}

#[test]
fn a_rescue_that_was_broken_off_is_brought_to_its_end() {
    let (counter, path) = closed();
    let Counter { folder: _folder, keys, world, desk, sync, .. } = counter;
    drop((desk, sync));
    // The new file is ready, the old one was moved aside, its log was not.
    std::fs::rename(path.join("device.db"), path.join("device.db-next")).expect("renamed");
    std::fs::write(path.join("device.db-wal"), "旧日志").expect("written");
    let (desk, _sync) = open_desk(&path, &keys, &world).expect("it opens");
    assert!(desk.find_identity().expect("readable").is_some(), "the new file has its place");
    assert_eq!(desk.app_state().expect("readable").sync.unsent, 3, "with everything in it");
    assert!(damaged_files(&path).iter().any(|name| name.ends_with("-wal")), "the old log was moved aside, too");
}

#[test]
fn a_missing_key_is_never_replaced_while_there_are_files() {
    let (counter, path) = closed();
    let Counter { folder: _folder, keys, world, desk, sync, .. } = counter;
    drop((desk, sync));
    let key = keys.find_key().expect("readable").expect("there");
    keys.forget();
    let before = std::fs::read(path.join("device.db")).expect("readable");
    let error = open_desk(&path, &keys, &world).map(drop).expect_err("it cannot be opened");
    assert!(matches!(error, DeskError::Key(KeyStoreError::Missing)), "and says why");
    assert_eq!(error.code(), "key_missing", "in words for the clerk");
    assert!(keys.find_key().expect("readable").is_none(), "no new key hides that the old one is missing");
    assert_eq!(std::fs::read(path.join("device.db")).expect("readable"), before, "nothing was changed");

    set_files_aside(&path, &keys, &*world).expect("somebody gives the old files up");
    let (desk, sync) = open_desk(&path, &keys, &world).expect("it begins anew");
    assert_eq!(desk.app_state().expect("readable").access, Access::Unenrolled, "as on the first day");
    drop((desk, sync));
    let kept = damaged_files(&path).into_iter().find(|name| name.starts_with("device.db")).expect("kept");
    let old = yuyue_sqlite::open(&DEVICE_DB, Place::new(&path.join(kept), Some(&key))).expect("the key opens it");
    let count: i64 = old.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).expect("readable");
    assert_eq!(count, 3, "whoever finds the key finds everything");
}

#[test]
fn files_of_another_key_are_refused_and_left_as_they_are() {
    let (counter, path) = closed();
    let Counter { folder: _folder, keys, world, desk, sync, .. } = counter;
    drop((desk, sync));
    let other = TestKeys::default();
    other.insert_key(&yuyue_sqlite::Key::new([9; 32])).expect("kept");
    let error = open_desk(&path, &other, &world).map(drop).expect_err("another key opens nothing");
    assert!(matches!(error, DeskError::Key(KeyStoreError::Differs)), "and that is not taken for damage");
    assert!(damaged_files(&path).is_empty(), "nothing is moved");
    set_files_aside(&path, &keys, &*world).expect("the right key");
    let (desk, _sync) = open_desk(&path, &keys, &world).expect("the right key opens them");
    assert_eq!(desk.app_state().expect("readable").sync.unsent, 3, "and nobody could give them up");
}

#[test]
fn a_file_of_a_newer_program_is_refused_and_a_cache_of_one_is_filled_anew() {
    let (counter, path) = closed();
    let Counter { folder: _folder, keys, world, desk, sync, .. } = counter;
    drop((desk, sync));
    let key = keys.find_key().expect("readable").expect("there");
    let newer =
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'later', '', '1')";
    let change = |kind, name: &str, sql: &str| {
        let file = yuyue_sqlite::open(kind, Place::new(&path.join(name), Some(&key))).expect("opens");
        file.execute_batch(sql).expect("changed");
    };
    change(&CACHE_DB, "cache.db", newer);
    let (desk, sync) = open_desk(&path, &keys, &world).expect("the centre has all of the cache again");
    assert!(desk.revision().expect("readable").is_none(), "it begins anew");
    assert_eq!(damaged_files(&path), ["cache.db.damaged"], "the other one is kept");
    drop((desk, sync));
    change(&DEVICE_DB, "device.db", newer);
    let error = open_desk(&path, &keys, &world).map(drop).expect_err("an older program must not write it");
    assert!(matches!(error, DeskError::Open(OpenError::TooNew { found: 99, .. })), "it is known to be newer");
    assert_eq!(error.code(), "files_too_new", "in words for the clerk");
    assert_eq!(damaged_files(&path), ["cache.db.damaged"], "and it is left where it is");
}

#[test]
fn a_page_of_the_cache_that_is_damaged_while_the_program_runs_costs_a_fill() {
    let mut counter = Counter::open();
    let path = counter.folder.path().join("cache.db");
    // So that the pages are read from the disk again.
    counter = counter.restart();
    let size = usize::try_from(std::fs::metadata(&path).expect("there").len()).expect("small");
    flip(&path, 4096 * 3..size);
    let hurt = |counter: &Counter| {
        let people = counter.city.applicants().map(|record| record.expect("a made-up person").applicant.id);
        people.map(|id| counter.desk().applicant_view(id).map(drop)).find_map(|view| view.err()?.fault())
    };
    assert_eq!(hurt(&counter), Some(Fault::Damaged), "somebody notices");
    mend(&counter.desk, &mut counter.sync).expect("both files open again");
    counter.follow();
    assert_eq!(hurt(&counter), None, "the centre had it all");
    assert!(lock(&counter.desk).clerk().is_ok(), "and the clerk works on");
}

#[test]
fn after_a_read_that_failed_once_the_files_are_opened_anew() {
    let counter = Counter::open().restart();
    let path = counter.folder.path().join("cache.db");
    let id = counter.id(CastRole::RuleFour);
    let size = usize::try_from(std::fs::metadata(&path).expect("there").len()).expect("small");
    flip(&path, 4096 * 3..size);
    let error = counter.desk().applicant_view(id).expect_err("the disk has a bad moment");
    flip(&path, 4096 * 3..size);
    assert!(counter.desk().applicant_view(id).is_err(), "what the connection read wrong stays wrong");
    counter.desk().hurt().store(error.ends_connection(), Ordering::Relaxed);
    assert!(counter.desk().applicant_view(id).is_ok(), "the disk is well, and the clerk goes on");
    assert_eq!(damaged_files(counter.folder.path()), [""; 0], "nothing was moved aside");
}

#[test]
fn a_file_that_is_damaged_while_the_program_runs_is_saved_at_once() {
    let (mut counter, path) = closed();
    flip(&path.join("device.db"), 0..100);
    let _ = std::fs::remove_file(path.join("device.db-wal"));
    mend(&counter.desk, &mut counter.sync).expect("it is saved");
    let state = counter.desk().app_state().expect("readable");
    assert_eq!(state.rescue.map(|rescue| rescue.saved), Some(3), "with everything that was taken");
    assert_eq!(state.access, Access::Unenrolled, "and nobody works at a computer that has no name");
}

#[test]
fn after_a_write_that_failed_the_file_is_opened_anew() {
    let counter = Counter::open();
    let order = |counter: &Counter| {
        let (applicant, id) = (counter.id(CastRole::RuleFour), counter.desk().new_id());
        let mut desk = counter.desk();
        desk.take(id, &Command::RecordReveal { applicant }, None, None, |_| Ok(())).map(|envelope| envelope.number)
    };
    counter.desk().device.execute_batch("CREATE TEMP TABLE mark (one)").expect("this connection is marked");
    let failed = {
        let (id, applicant) = (counter.desk().new_id(), counter.id(CastRole::RuleFour));
        let mut desk = counter.desk();
        desk.take(id, &Command::RecordReveal { applicant }, None, None, |_| Err(DeskError::NotYet))
    };
    assert!(failed.is_err(), "nothing was taken");
    let marked = counter.desk().device.table_exists(Some("temp"), "mark").expect("readable");
    assert!(!marked, "the connection is another one");
    assert_eq!(order(&counter).expect("taken"), 1, "and what failed was not counted");
    counter.desk().device.execute_batch("CREATE TEMP TABLE mark (one)").expect("marked");
    order(&counter).expect("taken");
    assert!(counter.desk().device.table_exists(Some("temp"), "mark").expect("readable"), "success changes nothing");
}

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panics with it").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The files of a folder, with what they hold.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut contents = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            contents.extend(self::contents(&path));
        } else {
            contents.push((path.display().to_string(), std::fs::read(&path).expect("readable")));
        }
    }
    contents
}

#[test]
fn neither_a_name_nor_a_key_is_in_any_file() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let (counter, path) = closed();
        let person = counter.person(CastRole::RuleFour).applicant.clone();
        let key = counter.keys.find_key().expect("readable").expect("there");
        let identity = counter.desk().find_identity().expect("readable").expect("enrolled");
        let at_work = contents(&path);
        assert!(at_work.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()), "the log is in use");
        // A rescue copies everything once more.
        let (_counter, rescue) = meddle(counter, |folder| flip(&folder.join("device.db"), 0..100));
        assert!(rescue.is_some(), "the damaged file lies beside the new one");
        let mut all = at_work;
        all.extend(contents(&path));
        let logged = log.0.lock().expect("no test panics with it").clone();
        assert!(!logged.is_empty(), "the rescue was logged");
        all.push(("the log".to_owned(), logged));

        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let name = person.name.reveal().to_owned();
        let phone = person.phone.as_ref().expect("the person has a phone").reveal().to_owned();
        let number = person.document.number.reveal().to_owned();
        let signing = identity.signing_key.to_bytes();
        let secrets: Vec<(&str, Vec<u8>)> = vec![
            ("the name in UTF-16", utf16(&name)),
            ("the name", name.into_bytes()),
            ("the phone", phone.into_bytes()),
            ("the number", number.into_bytes()),
            ("the key", key.bytes().to_vec()),
            ("the key in digits", hex(key.bytes()).into_bytes()),
            ("the key in capital digits", hex(key.bytes()).to_uppercase().into_bytes()),
            ("the signing key", signing.to_vec()),
            ("the signing key in digits", hex(&signing).into_bytes()),
        ];
        for (what, secret) in &secrets {
            assert!(secret.len() >= 6, "{what} is long enough to be looked for");
            for (file, bytes) in &all {
                let found = bytes.windows(secret.len()).any(|part| part == secret.as_slice());
                assert!(!found, "{what} stands in plain sight in {file}");
            }
        }
        let found =
            |text: &str| all.iter().any(|(_, bytes)| bytes.windows(text.len()).any(|part| part == text.as_bytes()));
        assert!(found("YYJ1"), "what stands in plain sight is found");
    });
}
