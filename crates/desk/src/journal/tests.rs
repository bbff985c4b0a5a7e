use super::*;
use crate::files::SystemFiles;
use crate::testing::{TestWorld, key, signing_key, today};
use crate::world::new_id;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::Head;

fn envelope(world: &TestWorld, number: u64) -> Envelope {
    let now = world.wall();
    let head = Head { id: new_id(world, now), device: DeviceId(3), number, clerk: None, taken_at: now };
    Envelope::seal(head, &Command::RecordReveal { applicant: ApplicantId(77) }, &signing_key()).expect("short")
}

fn open(path: &Path) -> Journal {
    Journal::open(&SystemFiles, path, &key()).expect("opens").0
}

fn read(path: &Path) -> Salvaged {
    salvage(&SystemFiles, path, &key()).expect("readable")
}

fn gaps(salvaged: &Salvaged) -> Vec<u64> {
    let known =
        |envelope: &Envelope| Known { device: envelope.device, number: envelope.number, taken_at: envelope.taken_at };
    let known: Vec<Known> = salvaged.envelopes.iter().map(known).collect();
    find_gaps(&known, 10).iter().map(|missing| missing.number).collect()
}

fn filled(count: u64) -> (tempfile::TempDir, PathBuf, Vec<Envelope>, std::sync::Arc<TestWorld>) {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let path = folder.path().join("outbox.journal");
    let mut journal = open(&path);
    let envelopes: Vec<Envelope> = (1..=count).map(|number| envelope(&world, number)).collect();
    for envelope in &envelopes {
        journal.append(&*world, envelope).expect("appends");
    }
    (folder, path, envelopes, world)
}

#[test]
fn everything_appended_is_salvaged_in_order() {
    let (_folder, path, envelopes, _) = filled(5);
    let salvaged = read(&path);
    assert_eq!(salvaged.envelopes, envelopes, "all of it, as it was");
    assert!(gaps(&salvaged).is_empty() && salvaged.damaged_bytes == 0, "nothing is missing");
}

#[test]
fn a_cut_off_record_is_taken_away_and_the_next_one_is_readable() {
    let (_folder, path, envelopes, world) = filled(3);
    let whole = std::fs::read(&path).expect("readable");
    let third = whole.len() / 3 * 2;
    for end in [third + 1, third + 7, third + HEAD_BYTES, whole.len() - 1] {
        std::fs::write(&path, &whole[..end]).expect("the power fails while the third record is written");
        let mut journal = open(&path);
        journal.append(&*world, &envelopes[2]).expect("appends");
        let salvaged = read(&path);
        assert_eq!(salvaged.envelopes, envelopes, "cut at {end}: the record that was written anew is found");
        assert_eq!(salvaged.damaged_bytes, 0, "cut at {end}: the torn record is gone");
    }
}

#[test]
fn every_flipped_bit_costs_one_record_at_most_and_its_number_is_named() {
    let (_folder, path, envelopes, _) = filled(3);
    let whole = std::fs::read(&path).expect("readable");
    for position in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[position] ^= 1 << (position % 8);
        std::fs::write(&path, &bytes).expect("writable");
        let salvaged = read(&path);
        assert_eq!(salvaged.envelopes.len(), 2, "byte {position}: the other two are still there");
        let is_middle = salvaged.envelopes[0] == envelopes[0] && salvaged.envelopes[1] == envelopes[2];
        assert_eq!(gaps(&salvaged), if is_middle { vec![2] } else { vec![] }, "byte {position}: the gap has a name");
        assert!(salvaged.damaged_bytes > 0, "byte {position}: and the damage is counted");
        let is_last = salvaged.envelopes[1] != envelopes[2];
        assert_eq!(salvaged.is_end_damaged, is_last, "byte {position}: and it is known whether more may be missing");
    }
}

#[test]
fn damage_in_the_middle_is_never_cut_away() {
    let (_folder, path, _, world) = filled(3);
    let mut bytes = std::fs::read(&path).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).expect("writable");
    let mut journal = open(&path);
    journal.append(&*world, &envelope(&world, 4)).expect("appends");
    let numbers: Vec<u64> = read(&path).envelopes.iter().map(|envelope| envelope.number).collect();
    assert_eq!(numbers, [1, 3, 4], "what lies behind the damage is kept");
}

#[test]
fn another_key_reads_nothing_and_nothing_is_in_plain_text() {
    let (_folder, path, _, _) = filled(2);
    let salvaged = salvage(&SystemFiles, &path, &Key::new([8; 32])).expect("readable");
    assert!(salvaged.envelopes.is_empty(), "another key opens no record");
    let bytes = std::fs::read(&path).expect("readable");
    assert!(!bytes.windows(7).any(|part| part == b"command"), "the body is encrypted");
}

#[test]
fn a_journal_that_has_grown_is_written_anew_with_what_is_kept() {
    let (_folder, path, envelopes, world) = filled(5);
    let mut journal = open(&path);
    let size = || std::fs::metadata(&path).expect("readable").len();
    let before = size();
    journal.rewrite(&*world, &envelopes[3..]).expect("written");
    assert!(size() < before, "it is shorter");
    journal.append(&*world, &envelope(&world, 6)).expect("appends");
    let numbers: Vec<u64> = read(&path).envelopes.iter().map(|envelope| envelope.number).collect();
    assert_eq!(numbers, [4, 5, 6], "what is kept stays and appending goes on");
}

#[test]
fn a_missing_journal_holds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let salvaged = read(&folder.path().join("none"));
    assert!(salvaged.envelopes.is_empty() && !salvaged.is_end_damaged, "nothing was taken");
}

#[test]
fn a_long_gap_is_named_by_its_newest_numbers() {
    let known =
        [1, 1_000_000].map(|number| Known { device: DeviceId(3), number, taken_at: Timestamp::start_of(today()) });
    let missing = find_gaps(&known, 3);
    let numbers: Vec<u64> = missing.iter().map(|missing| missing.number).collect();
    assert_eq!(numbers, [999_997, 999_998, 999_999], "no list is endless");
}
