//! What becomes of commands.

use super::World;
use crate::kit::{acting, reasons};
use std::collections::BTreeSet;
use yuyue_central::audit::{Act, Tail, check_chain};
use yuyue_central::core::Delivery;
use yuyue_central::scheduler::Scheduler;
use yuyue_central::store::Store as _;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::{StateKind, Wish};
use yuyue_domain::eligibility::{Wanted, check_eligibility};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicationId, ClerkId, DeviceId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::session::{Session, SiteStatus};
use yuyue_domain::time::DateRange;
use yuyue_domain::verification::CodePurpose;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::command::{Command, Document, Proof};
use yuyue_protocol::outcome::{Effect, Outcome};
use yuyue_sample::CastRole;

const CHECKED: Proof = Proof::IdentityCheck { check: IdentityCheck::DocumentSeen };

fn state(outcome: &Outcome) -> StateKind {
    match outcome {
        Outcome::Accepted { effect: Effect::Application { state, .. } } => state.kind(),
        other => panic!("no application came of it: {other:?}"),
    }
}

fn is_intake(outcome: &Outcome, wanted: &IntakeRefusal) -> bool {
    reasons(outcome).iter().any(|reason| matches!(reason, Refusal::Intake(found) if found == wanted))
}

#[tokio::test]
async fn the_same_command_takes_effect_once_and_is_answered_alike() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::WithoutPhone).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let envelope = world.seal(&counter, &world.apply(&person, Subject::Two, wish, None));
    let first = world.core.known(counter.caller).commands(vec![envelope.clone(), envelope.clone()]).await.unwrap();
    assert_eq!(first[0], first[1], "twice in one batch is once");
    world.clock.advance(3600);
    let other = world.counter().await;
    let again = world.core.known(other.caller).commands(vec![envelope]).await.unwrap();
    assert_eq!(again[0], first[0], "an hour later, brought by another device, it is what it was");
    assert_eq!(state(&first[0].outcome), StateKind::AwaitingCode, "without a code it is held");
    let mine = world.record(person.applicant.id).await.applications;
    assert_eq!(mine.iter().filter(|own| own.is_live()).count(), 1, "there is one application");
}

#[tokio::test]
async fn an_identifier_or_number_that_was_used_for_something_else_is_refused() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::RuleFour).applicant.id;
    let reveal = Command::RecordReveal { applicant: person };
    let first = world.seal(&counter, &reveal);
    assert!(matches!(world.deliver(&counter, &first).await, Outcome::Accepted { .. }), "the first use");
    let mut head = first.head();
    head.number += 100;
    let same_id = yuyue_protocol::envelope::Envelope::seal(head, &reveal, &counter.key).unwrap();
    let outcome = world.deliver(&counter, &same_id).await;
    assert!(is_intake(&outcome, &IntakeRefusal::Reused), "the identifier belongs to another text");
    let mut head = first.head();
    head.id = world.uuid();
    let same_number = yuyue_protocol::envelope::Envelope::seal(head, &reveal, &counter.key).unwrap();
    let outcome = world.deliver(&counter, &same_number).await;
    assert!(is_intake(&outcome, &IntakeRefusal::Reused), "the number belongs to another command");
}

#[tokio::test]
async fn whoever_cannot_sign_uses_nothing_up() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::RuleFour).applicant.id;
    let good = world.seal(&counter, &Command::RecordReveal { applicant: person });
    let mut altered = good.clone();
    altered.taken_at = altered.taken_at.plus_seconds(1);
    let outcome = world.deliver(&counter, &altered).await;
    assert!(is_intake(&outcome, &IntakeRefusal::BadSignature), "a field was altered");
    let mut foreign = good.clone();
    foreign.device = DeviceId(4_000_000);
    let outcome = world.deliver(&counter, &foreign).await;
    assert!(is_intake(&outcome, &IntakeRefusal::NotAllowed), "there is no such device");
    let outcome = world.deliver(&counter, &good).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "the true command still takes effect: {outcome:?}");
}

#[tokio::test]
async fn a_clerk_who_is_unknown_or_disabled_and_a_device_that_was_revoked_are_refused() {
    let world = World::new(200).await;
    let mut counter = world.counter().await;
    let person = world.cast(CastRole::RuleFour).applicant.id;
    let reveal = Command::RecordReveal { applicant: person };
    counter.caller.clerk = Some(acting(ClerkId(4_000_000)));
    let outcome = world.send(&counter, &reveal).await;
    assert!(is_intake(&outcome, &IntakeRefusal::NotAllowed), "nobody knows this clerk");
    counter.caller.clerk = None;
    let outcome = world.send(&counter, &reveal).await;
    assert!(is_intake(&outcome, &IntakeRefusal::NotAllowed), "at a counter a clerk acts");
    counter.caller.clerk = Some(acting(world.clerk().id));
    assert!(matches!(world.send(&counter, &reveal).await, Outcome::Accepted { .. }), "the clerk may");
    world.core.disable_clerk(&world.clerk().staff_number).await.unwrap();
    let outcome = world.send(&counter, &reveal).await;
    assert!(is_intake(&outcome, &IntakeRefusal::NotAllowed), "the account is disabled");
    world.core.revoke_device(counter.caller.device).await.unwrap();
    let outcome = world.send(&counter, &reveal).await;
    assert!(is_intake(&outcome, &IntakeRefusal::NotAllowed), "the device is revoked");
}

#[tokio::test]
async fn one_bad_command_blocks_no_other() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::RuleFour).clone();
    let reveal = Command::RecordReveal { applicant: person.applicant.id };
    let bad = Command::Withdraw { application: ApplicationId(world.uuid()), proof: CHECKED };
    let batch = vec![
        world.seal(&counter, &reveal),
        world.seal(&counter, &bad),
        world.seal(
            &counter,
            &world.apply(&person, Subject::One, Wish::Choose { sessions: vec![], ordered: false }, None),
        ),
        world.seal(&counter, &reveal),
    ];
    let outcomes = world.core.known(counter.caller).commands(batch).await.unwrap();
    let accepted: Vec<bool> = outcomes.iter().map(|item| matches!(item.outcome, Outcome::Accepted { .. })).collect();
    assert_eq!(accepted, [true, false, false, true], "each has an outcome of its own, in order");
}

#[tokio::test]
async fn a_rule_of_the_tables_or_a_damaged_row_stands_against_one_command_and_not_against_its_group() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let damaged = world.cast(CastRole::RuleFour).applicant.id;
    let wish = world.first_choice(&person, Subject::Two);
    let reveal = |applicant| Command::RecordReveal { applicant };
    world.tamper(&format!("UPDATE applicant SET document = '{{}}' WHERE id = {}", damaged.0)).await;
    world.forbid_applications(person.applicant.id).await;
    let batch = vec![
        world.seal(&counter, &reveal(person.applicant.id)),
        world.seal(&counter, &world.apply(&person, Subject::Two, wish, None)),
        world.seal(&counter, &reveal(damaged)),
        world.seal(&counter, &reveal(person.applicant.id)),
    ];
    let outcomes = world.core.known(counter.caller).commands(batch.clone()).await.unwrap();
    let accepted: Vec<bool> = outcomes.iter().map(|item| matches!(item.outcome, Outcome::Accepted { .. })).collect();
    assert_eq!(accepted, [true, false, false, true], "the others are decided");
    world.allow_applications().await;
    let again = world.core.known(counter.caller).commands(batch[1..2].to_vec()).await.unwrap();
    assert_eq!(state(&again[0].outcome), StateKind::AwaitingCode, "such a refusal is not kept: it can be sent again");
}

#[tokio::test]
async fn an_application_never_takes_the_identifier_of_another_one() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let owner = world.cast(CastRole::Queued).clone();
    let before = owner.applications.last().unwrap().clone();
    let wish = world.first_choice(&person, Subject::Two);
    let mut head = world.seal(&counter, &Command::RecordReveal { applicant: person.applicant.id }).head();
    head.id = before.id.0;
    let command = world.apply(&person, Subject::Two, wish, None);
    let envelope = yuyue_protocol::envelope::Envelope::seal(head, &command, &counter.key).unwrap();
    let outcome = world.deliver(&counter, &envelope).await;
    assert!(is_intake(&outcome, &IntakeRefusal::Reused), "an imported application has no command: {outcome:?}");
    let after = world.core.store().find_application(before.id).await.unwrap();
    assert_eq!(after, Some(before), "it is as it was");
}

#[tokio::test]
async fn an_application_with_its_code_is_queued_and_one_without_waits_for_it_at_any_office() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let id = person.applicant.id;
    let wish = world.first_choice(&person, Subject::Two);
    let held = world.seal(&counter, &world.apply(&person, Subject::Two, wish.clone(), None));
    assert_eq!(state(&world.deliver(&counter, &held).await), StateKind::AwaitingCode, "the line was down");
    let elsewhere = world.city.clerks().iter().find(|clerk| clerk.office != world.clerk().office).unwrap();
    let other = world.device(yuyue_protocol::account::DeviceKind::Counter, elsewhere.office, Some(elsewhere.id)).await;
    let application = ApplicationId(held.id);
    let code = world.code(&other, id, CodePurpose::Confirm { application }).await;
    let confirmed = world.send(&other, &Command::ConfirmCode { application, code }).await;
    assert_eq!(state(&confirmed), StateKind::Queued, "finished at another office");
    let withdrawn = world.send(&counter, &Command::Withdraw { application, proof: CHECKED }).await;
    assert_eq!(state(&withdrawn), StateKind::Withdrawn, "taken back before the allocation");
    world.clock.advance(61);
    let code = world.code(&counter, id, CodePurpose::Apply { subject: Subject::Two }).await;
    let queued = world.send(&counter, &world.apply(&person, Subject::Two, wish, Some(code))).await;
    assert_eq!(state(&queued), StateKind::Queued, "with its code it joins the queue at once");
}

#[tokio::test]
async fn a_wish_for_a_range_accepts_every_fitting_session_and_a_second_application_is_refused() {
    let world = World::new(200).await;
    world.allow_vouching().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let open = world.open_sessions(&person, Subject::Two);
    let first = world.now().date();
    let dates = DateRange { first, last: first.checked_add_days(chrono::Days::new(40)).unwrap() };
    let sites = world.city.sites().iter().map(|site| site.id).collect();
    let command = world.apply(&person, Subject::Two, Wish::Assign { dates, sites }, None);
    assert_eq!(state(&world.send(&counter, &command).await), StateKind::Queued, "vouched for");
    let own = world.record(person.applicant.id).await.applications.pop().unwrap();
    let fitting: BTreeSet<SessionId> = {
        let catalogue = world.core.catalogue();
        let policy = catalogue.policy.as_deref().unwrap();
        let fits = |session: &&Session| {
            let wanted = Wanted { session, site: &catalogue.sites[&session.site], taken_sessions: &[] };
            let is_in_use = catalogue.sites[&session.site].status == SiteStatus::Open;
            let eligibility = check_eligibility(&person, Subject::Two, Some(wanted), world.now(), policy);
            is_in_use && dates.contains(session.starts_at.date()) && eligibility.is_eligible()
        };
        open.iter().filter(fits).map(|session| session.id).collect()
    };
    assert!(fitting.len() > 1, "there is something to choose from");
    assert_eq!(own.accepts.iter().copied().collect::<BTreeSet<_>>(), fitting, "every open and fitting session");
    let second = world.send(&counter, &command).await;
    assert!(!reasons(&second).is_empty(), "one live application for a subject");
}

/// A session that takes a priority booking of this person.
async fn priority_session(world: &World, person: &ApplicantRecord) -> Session {
    let left = world.core.store().list_priority_places(world.now()).await.unwrap();
    let has_some = |session: &Session| left.get(&session.id).is_some_and(|row| row.left() > 0);
    world.open_sessions(person, Subject::Two).into_iter().find(has_some).unwrap()
}

#[tokio::test]
async fn a_priority_place_given_up_at_the_instant_of_publication_is_published_as_free() {
    let world = World::new(200).await;
    world.allow_vouching().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let session = priority_session(&world, &person).await;
    let free = world.core.store().list_priority_places(world.now()).await.unwrap()[&session.id].left();
    let wish = Wish::Priority { session: session.id };
    let booking = world.seal(&counter, &world.apply(&person, Subject::Two, wish, None));
    assert_eq!(state(&world.deliver(&counter, &booking).await), StateKind::Placed, "the place is taken");
    let until = session.instants.publication_at.seconds_since(world.now());
    world.clock.advance(until);
    let cancel = Command::Cancel { application: ApplicationId(booking.id), proof: CHECKED };
    assert_eq!(state(&world.send(&counter, &cancel).await), StateKind::CancelledByApplicant, "given up in time");
    Scheduler::default().tick(&world.core).await.unwrap();
    let published = world.core.store().list_publications(100).await.unwrap();
    let published = published.iter().flat_map(|one| &one.sessions).find(|one| one.session == session.id).unwrap();
    assert_eq!(published.places, session.places + free, "every priority place that nobody has is given out");
}

#[tokio::test]
async fn a_priority_booking_is_placed_at_once_and_its_cancelling_frees_the_place() {
    let world = World::new(200).await;
    world.allow_vouching().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let session = priority_session(&world, &person).await;
    let left = world.core.store().list_priority_places(world.now()).await.unwrap();
    let normal = world.first_choice(&person, Subject::Two);
    let normal = world.seal(&counter, &world.apply(&person, Subject::Two, normal, None));
    assert_eq!(state(&world.deliver(&counter, &normal).await), StateKind::Queued, "a normal one first");
    let wish = Wish::Priority { session: session.id };
    let booking = world.seal(&counter, &world.apply(&person, Subject::Two, wish, None));
    assert_eq!(state(&world.deliver(&counter, &booking).await), StateKind::Placed, "success is immediate");
    let record = world.record(person.applicant.id).await;
    let old = record.applications.iter().find(|own| own.id.0 == normal.id).unwrap();
    assert_eq!(old.state.kind(), StateKind::Superseded, "the normal one made way in the same step");
    let after = world.core.known(counter.caller).priority_places(vec![session.id]).await.unwrap();
    assert_eq!(after.left[0].1, left[&session.id].left() - 1, "one place is gone");
    let cancel = Command::Cancel { application: ApplicationId(booking.id), proof: CHECKED };
    assert_eq!(state(&world.send(&counter, &cancel).await), StateKind::CancelledByApplicant, "given up in time");
    let after = world.core.known(counter.caller).priority_places(vec![session.id]).await.unwrap();
    assert_eq!(after.left[0].1, left[&session.id].left(), "and free again");
}

#[tokio::test]
async fn an_agreement_to_an_old_text_is_refused_and_one_to_the_current_text_follows_the_device() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let applicant = world.cast(CastRole::RuleFour).applicant.id;
    let agree = |version| Command::AgreeNotice { notice: NoticeKind::Booking, version, applicant };
    let outcome = world.send(&counter, &agree(99)).await;
    assert!(is_intake(&outcome, &IntakeRefusal::NoticeOutdated { version: 1 }), "there is another text now");
    assert!(matches!(world.send(&counter, &agree(1)).await, Outcome::Accepted { .. }), "the current text");
}

#[tokio::test]
async fn every_act_is_in_the_audit_and_the_chain_is_whole() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let placed = world.cast(CastRole::Placed).clone();
    let application = placed.applications.iter().find(|own| own.state.kind() == StateKind::Placed).unwrap().id;
    let print = Command::RecordPrint { application, document: Document::Voucher, copy: 1 };
    world.send(&counter, &print).await;
    world.send(&counter, &Command::RecordReveal { applicant: placed.applicant.id }).await;
    let known = world.core.known(counter.caller);
    known.applicant(placed.applicant.id).await.unwrap();
    let records = world.core.store().list_audit(0, 100_000).await.unwrap();
    let count = |act| records.iter().filter(|record| record.entry.act == act).count();
    for act in [Act::Printed, Act::Revealed, Act::ApplicantRead, Act::DeviceEnrolled] {
        assert_eq!(count(act), 1, "{act:?} is noted once");
    }
    let mut tail = Tail::EMPTY;
    check_chain(&mut tail, records).expect("nobody touched it");
    assert_eq!(tail, world.core.store().get_audit_tail().await.unwrap(), "up to its end");
}

#[tokio::test]
async fn a_signature_that_was_checked_with_another_key_is_checked_again() {
    let world = World::new(20).await;
    let (counter, other) = (world.counter().await, world.counter().await);
    let command = Command::RecordReveal { applicant: world.cast(CastRole::RuleFour).applicant.id };
    let mut forged = world.seal(&other, &command);
    forged.device = counter.caller.device;
    let signer = Some(*other.key.verifying_key().as_bytes());
    let outcomes = world.core.decide(&[Delivery { envelope: forged, signer, visit: None }]).await.unwrap();
    assert_eq!(reasons(&outcomes[0].outcome), [IntakeRefusal::BadSignature.into()], "only the device's own key counts");
    let envelope = world.seal(&counter, &command);
    let signer = Some(*counter.key.verifying_key().as_bytes());
    let outcomes = world.core.decide(&[Delivery { envelope, signer, visit: None }]).await.unwrap();
    assert!(matches!(outcomes[0].outcome, Outcome::Accepted { .. }), "and it counts without another check");
}
