use super::*;
use crate::files::SystemFiles;
use crate::journal::salvage;
use crate::testing::{TestCentre, TestWorld, city, device, key, reopen, run, today};
use crate::world::new_id;
use yuyue_domain::licence::Subject;
use yuyue_protocol::centre::Centre as _;

fn reveal(applicant: u32) -> Command {
    Command::RecordReveal { applicant: ApplicantId(applicant) }
}

fn order<'a>(world: &TestWorld, command: &'a Command, closes_at: Option<Timestamp>) -> Order<'a> {
    let now = world.wall();
    Order { id: new_id(world, now), clerk: Some(ClerkId(1)), now, command, applicant: Some(ApplicantId(1)), closes_at }
}

#[test]
fn a_command_is_committed_and_in_the_journal_before_it_counts_as_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let command = reveal(1);
    let envelope = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    drop((device, journal));
    let (device, _) = reopen(folder.path());
    let item = find_item(&device, envelope.id).expect("readable").expect("kept over a restart");
    assert_eq!(item.envelope, envelope, "the very envelope that was signed");
    let salvaged = salvage(&SystemFiles, &folder.path().join("outbox.journal"), &key()).expect("readable");
    assert_eq!(salvaged.envelopes, [envelope], "and the journal has it too");
}

#[test]
fn the_same_identifier_takes_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let command = reveal(1);
    let order = order(&world, &command, None);
    let first = take(&mut device, &mut journal, &*world, &order).expect("taken");
    let again = take(&mut device, &mut journal, &*world, &order).expect("taken");
    assert_eq!(first, again, "a double tap is one command");
    assert_eq!(list_batch(&device).expect("readable").len(), 1, "and is sent once");
}

#[test]
fn a_command_that_the_journal_could_not_take_is_not_sent_until_it_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, journal) = device(folder.path(), &world);
    drop(journal);
    let command = reveal(1);
    let order = order(&world, &command, None);
    insert(&mut device, &order, |_| Ok(())).expect("committed; then the power fails before the journal is written");
    assert!(list_batch(&device).expect("readable").is_empty(), "what was not shown as saved is not sent");
    let (mut device, mut journal) = reopen(folder.path());
    let envelope = take(&mut device, &mut journal, &*world, &order).expect("the clerk presses once more");
    assert_eq!(list_batch(&device).expect("readable"), [envelope], "now it is saved and sent");
}

#[test]
fn what_the_outbox_has_lost_comes_back_from_the_journal_whatever_the_last_number_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let command = reveal(1);
    let mut take = |device: &mut Connection| {
        take(device, &mut journal, &*world, &order(&world, &command, None)).expect("taken").number
    };
    assert_eq!([take(&mut device), take(&mut device), take(&mut device)], [1, 2, 3], "three commands");
    device.execute("DELETE FROM outbox WHERE number = 2", []).expect("a torn checkpoint kept the number alone");
    let kept = salvage(&SystemFiles, &folder.path().join("outbox.journal"), &key()).expect("readable").envelopes;
    reconcile_with_journal(&mut device, &kept).expect("reconciled");
    let numbers: Vec<u64> = list_batch(&device).expect("readable").iter().map(|envelope| envelope.number).collect();
    assert_eq!(numbers, [1, 2, 3], "all are there and are sent");
    assert_eq!(take(&mut device), 4, "no number is given twice");
}

#[test]
fn a_lost_journal_has_every_command_again_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    device.pragma_update(None, "synchronous", "OFF").expect("so many commits need no disk");
    let command = reveal(1);
    for _ in 0..1001 {
        insert(&mut device, &order(&world, &command, None), |_| Ok(())).expect("committed");
    }
    write_journal(&device, &mut journal, &*world).expect("written");
    let kept = salvage(&SystemFiles, &folder.path().join("outbox.journal"), &key()).expect("readable").envelopes;
    assert_eq!(kept.len(), 1001, "more than are read at once");
}

#[test]
fn what_closes_first_is_sent_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let now = world.wall();
    let command = reveal(1);
    for closes_at in [None, Some(now.plus_days(3)), Some(now.plus_days(1)), None] {
        take(&mut device, &mut journal, &*world, &order(&world, &command, closes_at)).expect("taken");
    }
    let numbers: Vec<u64> = list_batch(&device).expect("readable").iter().map(|envelope| envelope.number).collect();
    assert_eq!(numbers, [3, 2, 1, 4], "by closing, then by number");
}

fn apply(applicant: u32) -> Command {
    Command::Apply {
        applicant: ApplicantId(applicant),
        subject: Subject::Two,
        wish: yuyue_domain::application::Wish::Priority { session: yuyue_domain::ids::SessionId(1) },
        office: crate::testing::OFFICE,
        identity_check: None,
        code: None,
        replaces: None,
    }
}

#[test]
fn what_ends_an_application_never_overtakes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let now = world.wall();
    let taken = |device: &mut Connection, journal: &mut Journal, command: &Command, closes_at| {
        take(device, journal, &*world, &order(&world, command, closes_at)).expect("taken")
    };
    let applied = taken(&mut device, &mut journal, &apply(1), None);
    let other = taken(&mut device, &mut journal, &apply(2), Some(now.plus_days(2)));
    let proof =
        yuyue_protocol::command::Proof::IdentityCheck { check: yuyue_domain::identity::IdentityCheck::CardRead };
    let withdraw = Command::Withdraw { application: ApplicationId(applied.id), proof };
    let withdrawn = taken(&mut device, &mut journal, &withdraw, Some(now.plus_days(1)));
    let batch = list_batch(&device).expect("readable");
    let expected = [applied.clone(), withdrawn.clone(), other.clone()];
    assert_eq!(batch, expected, "the centre cannot end what it has not heard of");
    assert_eq!(list_up_to(&device, &withdrawn).expect("readable"), [applied, withdrawn], "nor when it is sent at once");
    assert_eq!(list_up_to(&device, &other).expect("readable"), std::slice::from_ref(&other), "others wait for nobody");
}

#[test]
fn an_answer_that_was_under_way_while_the_centre_was_restored_is_asked_for_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let now = world.wall();
    let [before, after] = [1, 2].map(|number| Epoch(Uuid::from_u128(number)));
    update_feed(&mut device, before).expect("the first feed");
    let command = reveal(1);
    let kept = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    let refused = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    let asked_in = find_feed(&device).expect("readable");
    update_feed(&mut device, after).expect("the centre was restored meanwhile");
    let accepted = Outcome::Accepted { effect: yuyue_protocol::outcome::Effect::Recorded };
    let refusal = Outcome::Refused {
        reasons: vec![yuyue_domain::refusal::IntakeRefusal::NothingFits.into()],
        alternatives: Vec::new(),
    };
    let outcomes = [
        ItemOutcome { id: kept.id, decided_at: now, outcome: accepted },
        ItemOutcome { id: refused.id, decided_at: now, outcome: refusal },
    ];
    update_outcomes(&mut device, &outcomes, asked_in, now).expect("the old answer arrives");
    let batch = list_batch(&device).expect("readable");
    assert_eq!(batch, std::slice::from_ref(&kept), "the restored centre may not know it, and the refusal stands");
    let asked_in = find_feed(&device).expect("readable");
    update_outcomes(&mut device, &outcomes[..1], asked_in, now).expect("the restored centre answers");
    assert!(list_batch(&device).expect("readable").is_empty(), "now it is known to have it");
}

#[test]
fn what_the_centre_cannot_read_waits_behind_everything_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let now = world.wall();
    let command = reveal(1);
    let bad = take(&mut device, &mut journal, &*world, &order(&world, &command, Some(now))).expect("taken");
    let good = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    update_failed(&mut device, std::slice::from_ref(&bad), ErrorCode::BadRequest, now).expect("stored");
    assert_eq!(list_batch(&device).expect("readable"), [good, bad], "one bad command never blocks the others");
}

#[test]
fn an_outcome_is_stored_and_a_lost_answer_is_asked_for_again() {
    let city = city(10);
    let centre = TestCentre::new(city.as_of());
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(city.as_of());
    let (mut device, mut journal) = device(folder.path(), &world);
    let command = reveal(1);
    let envelope = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    run(centre.commands(list_batch(&device).expect("readable"))).expect("the answer is lost on the way");
    let outcomes = run(centre.commands(list_batch(&device).expect("readable"))).expect("sent again");
    update_outcomes(&mut device, &outcomes, None, world.wall()).expect("stored");
    assert_eq!(centre.taken(), 1, "it took effect once");
    assert!(list_batch(&device).expect("readable").is_empty(), "nothing is left to send");
    let item = find_item(&device, envelope.id).expect("readable").expect("kept");
    assert!(item.outcome.is_some() && !item.is_refused(), "delivered");
    resend_all(&device).expect("the centre was restored");
    assert_eq!(list_batch(&device).expect("readable"), [envelope], "and is told again");
}

#[test]
fn delivered_commands_go_after_thirty_days_and_undealt_refusals_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut device, mut journal) = device(folder.path(), &world);
    let command = reveal(1);
    let delivered = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    let refused = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    let unsent = take(&mut device, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    let now = world.wall();
    let accepted = Outcome::Accepted { effect: yuyue_protocol::outcome::Effect::Recorded };
    let refusal = Outcome::Refused {
        reasons: vec![yuyue_domain::refusal::IntakeRefusal::NothingFits.into()],
        alternatives: Vec::new(),
    };
    let outcomes = [
        ItemOutcome { id: delivered.id, decided_at: now, outcome: accepted },
        ItemOutcome { id: refused.id, decided_at: now, outcome: refusal },
    ];
    update_outcomes(&mut device, &outcomes, None, now).expect("stored");
    assert_eq!(count_unsent_and_refused(&device).expect("readable"), (1, 1), "one waits, one was sent back");
    let later = now.plus_days(KEPT_DAYS + 1);
    delete_old(&mut device, &mut journal, &*world, later).expect("pruned");
    let left = |id| find_item(&device, id).expect("readable").is_some();
    assert!(!left(delivered.id), "what was delivered long ago goes");
    assert!(left(refused.id) && left(unsent.id), "what somebody has to deal with stays");
    let kept = salvage(&SystemFiles, &folder.path().join("outbox.journal"), &key()).expect("readable").envelopes;
    assert_eq!(kept, [refused.clone(), unsent.clone()], "and in the journal, too");
    acknowledge(&device, refused.id, "已电话告知", later).expect("stored");
    assert!(acknowledge(&device, unsent.id, "", later).is_err(), "only a refusal can be dealt with");
}

#[test]
fn commands_read_from_a_journal_are_sent_by_the_device_that_found_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = TestWorld::at(Timestamp::start_of(today()));
    let (mut old, mut journal) = device(folder.path(), &world);
    let command = apply(4);
    let lost = take(&mut old, &mut journal, &*world, &order(&world, &command, None)).expect("taken");
    let salvaged = salvage(&SystemFiles, &folder.path().join("outbox.journal"), &key()).expect("readable");
    let second = tempfile::tempdir().expect("another folder");
    let (new, mut journal) = device_of_another_number(second.path(), &world);
    insert_salvaged(&new, &salvaged.envelopes).expect("stored");
    write_journal(&new, &mut journal, &*world).expect("journalled");
    assert_eq!(list_batch(&new).expect("readable"), std::slice::from_ref(&lost), "nothing taken is forgotten");
    let item = find_item(&new, lost.id).expect("readable").expect("kept");
    assert_eq!(item.applicant, Some(ApplicantId(4)), "and it is found with its person");
}

fn device_of_another_number(folder: &std::path::Path, world: &TestWorld) -> (Connection, Journal) {
    let (device, journal) = reopen(folder);
    let mut identity = crate::testing::identity(world.wall());
    identity.device = yuyue_domain::ids::DeviceId(99);
    crate::device::identity::insert_identity(&device, &identity).expect("a new device");
    (device, journal)
}
