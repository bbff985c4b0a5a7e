//! 考场取消: what the office calls off reaches everybody whom it concerns, once.

use super::World;
use super::due::{queued, state, tick, two_sessions, write_session};
use std::sync::Arc;
use yuyue_central::audit::Act;
use yuyue_central::clock::Clock;
use yuyue_central::scheduler::Scheduler;
use yuyue_central::sms::send_due;
use yuyue_central::store::Store as _;
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::application::{ApplicationState, StateKind};
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_sample::CastRole;

/// What nobody reads but whoever has lost everything, or only a part.
const ENDED: &str = "已由考场取消，不影响排序时间，可以重新预约";
const LOST: &str = "已由考场取消，您申请的其他场次不受影响，申请继续有效";

fn off(session: &Session) -> Session {
    Session { status: SessionStatus::Cancelled, ..session.clone() }
}

/// Whose application [`queued`] makes.
fn person(world: &World) -> &ApplicantRecord {
    world.cast(CastRole::PriorityEligible)
}

/// Lets everything arrive that waits, and answers what this person has got since the last time.
async fn arrived(world: &World, applicant: &Applicant) -> Vec<String> {
    while send_due(&world.core, &world.phone).await.unwrap() > 0 {}
    let phone = applicant.phone.as_ref().unwrap().reveal();
    let texts = world.phone.messages().into_iter().filter(|message| message.phone == phone).map(|one| one.text);
    let texts = texts.collect();
    world.phone.clear();
    texts
}

fn is_one(texts: &[String], words: &str) -> bool {
    matches!(texts, [text] if text.contains(words))
}

async fn accepts(world: &World, id: ApplicationId) -> Vec<SessionId> {
    world.core.store().find_application(id).await.unwrap().unwrap().accepts
}

#[tokio::test]
async fn whoever_waits_for_a_session_that_is_called_off_and_for_no_other_publication_is_told() {
    let world = World::new(100).await;
    world.allow_vouching().await;
    let (first, second) = two_sessions(&world, person(&world));
    let taken = world.core.store().list_priority_places(world.now()).await.unwrap();
    let priority_places = taken.get(&first.id).map_or(0, |row| row.taken);
    write_session(&world, Session { places: 0, priority_places, ..first.clone() }).await;
    let application = queued(&world, vec![first.id, second.id]).await;
    world.clock.set(first.instants.publication_at);
    tick(&world).await;
    assert_eq!(state(&world, application).await, ApplicationState::Queued, "it waits for the second");
    let applicant = &person(&world).applicant;
    assert!(is_one(&arrived(&world, applicant).await, "继续排队"), "the person knows");
    write_session(&world, off(&first)).await;
    tick(&world).await;
    assert_eq!(arrived(&world, applicant).await, [""; 0], "its places were given out: nothing more is lost with it");
    write_session(&world, off(&second)).await;
    assert!(tick(&world).await.cancelled >= 1, "nothing is left to wait for");
    let cancelled = ApplicationState::CancelledByOffice { session: None };
    assert_eq!(state(&world, application).await, cancelled, "the first was published already");
    let told = arrived(&world, applicant).await;
    assert!(is_one(&told, ENDED), "the person is told to book anew: {told:?}");
    tick(&world).await;
    assert_eq!(arrived(&world, applicant).await, [""; 0], "once, also after a restart");
}

#[tokio::test]
async fn a_session_that_is_called_off_takes_its_places_along_as_often_as_that_happens() {
    let world = World::new(100).await;
    world.allow_vouching().await;
    let mut scheduler = Scheduler::default();
    let (first, _) = two_sessions(&world, person(&world));
    write_session(&world, off(&first)).await;
    scheduler.tick(&world.core).await.unwrap();
    write_session(&world, Session { places: 20, ..first.clone() }).await;
    scheduler.tick(&world.core).await.unwrap();
    let application = queued(&world, vec![first.id]).await;
    world.clock.set(first.instants.publication_at);
    scheduler.tick(&world.core).await.unwrap();
    assert_eq!(state(&world, application).await.kind(), StateKind::Placed, "there are places enough");
    arrived(&world, &person(&world).applicant).await;
    write_session(&world, off(&first)).await;
    let ended = scheduler.tick(&world.core).await.unwrap().cancelled;
    assert!(ended > 0, "the second time counts like the first");
    while send_due(&world.core, &world.phone).await.unwrap() > 0 {}
    let messages = world.phone.messages();
    let told = |phone: &str| messages.iter().filter(|one| one.phone == phone && one.text.contains(ENDED)).count();
    let newest = world.core.store().list_publications(1).await.unwrap().remove(0);
    let mut lost = 0;
    for result in world.core.store().list_results(newest.id, 0, 10_000).await.unwrap() {
        let state = state(&world, result.application).await;
        let has_place = matches!(state, ApplicationState::Placed { session, .. } if session == first.id);
        assert!(!has_place, "nobody keeps a place in a session that does not take place");
        if state == (ApplicationState::CancelledByOffice { session: Some(first.id) }) {
            lost += 1;
            let applicant = world.record(result.applicant).await.applicant;
            let is_told = applicant.phone.is_none_or(|phone| told(phone.reveal()) == 1);
            assert!(is_told, "whoever has lost a place is told, once: {}", applicant.id);
        }
    }
    assert!(lost > 0 && told(person(&world).applicant.phone.as_ref().unwrap().reveal()) == 1, "{lost} had places");
    world.phone.clear();
    assert_eq!(scheduler.tick(&world.core).await.unwrap().cancelled, 0, "nothing ends twice");
    assert_eq!(send_due(&world.core, &world.phone).await.unwrap(), 0, "and nobody is told twice");
}

#[tokio::test]
async fn whoever_loses_one_of_several_sessions_is_told_once_and_waits_for_the_others_with_the_same_rank() {
    let world = World::new(100).await;
    world.allow_vouching().await;
    let mut scheduler = Scheduler::default();
    let applicant = person(&world).applicant.clone();
    let (first, second) = two_sessions(&world, person(&world));
    write_session(&world, Session { places: 500, ..second.clone() }).await;
    let application = queued(&world, vec![first.id, second.id]).await;
    scheduler.tick(&world.core).await.unwrap();
    assert_eq!(arrived(&world, &applicant).await, [""; 0], "nothing has happened");
    write_session(&world, off(&first)).await;
    scheduler.tick(&world.core).await.unwrap();
    let told = arrived(&world, &applicant).await;
    assert!(is_one(&told, LOST), "the person is told: {told:?}");
    let site = world.core.catalogue().sites[&first.site].name.clone();
    assert!(told[0].contains(&site) && !told[0].contains(applicant.name.reveal()), "what, and not who: {told:?}");
    assert_eq!(state(&world, application).await, ApplicationState::Queued, "the application goes on");
    assert_eq!(accepts(&world, application).await, [second.id], "for the other session");

    let as_clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let other = world.open_again(as_clock, Arc::clone(&world.entropy) as _).await;
    for scheduler in [&mut scheduler, &mut Scheduler::default()] {
        scheduler.tick(&world.core).await.unwrap();
        scheduler.tick(&other.core).await.unwrap();
    }
    for session in [first.clone(), off(&first)] {
        write_session(&world, session).await;
        scheduler.tick(&world.core).await.unwrap();
    }
    assert_eq!(
        arrived(&world, &applicant).await,
        [""; 0],
        "nobody tells it again: after a restart, elsewhere, or later"
    );
    let audit = world.core.store().list_audit(0, 100_000).await.unwrap();
    let is_noted = |act, id| act == Act::CancelledByOffice && id == Some(application);
    let noted = audit.iter().filter(|one| is_noted(one.entry.act, one.entry.application)).count();
    assert_eq!(noted, 1, "the audit has it once");

    world.clock.set(second.instants.publication_at);
    scheduler.tick(&world.core).await.unwrap();
    let place = state(&world, application).await;
    assert!(matches!(place, ApplicationState::Placed { session, .. } if session == second.id), "{place:?}");
}

/// Lets no message be written, until the rule is dropped.
async fn forbid_messages(world: &World) {
    let rule = if world.database.is_some() {
        "ALTER TABLE sms ADD CONSTRAINT no_message CHECK (phone = '') NOT VALID"
    } else {
        "CREATE TRIGGER no_message BEFORE INSERT ON sms BEGIN SELECT RAISE(ABORT, 'a rule of the tables'); END"
    };
    world.tamper(rule).await;
}

#[tokio::test]
async fn a_session_is_given_up_together_with_the_message_or_not_at_all() {
    let world = World::new(100).await;
    world.allow_vouching().await;
    let applicant = person(&world).applicant.clone();
    let (first, second) = two_sessions(&world, person(&world));
    let application = queued(&world, vec![first.id, second.id]).await;
    tick(&world).await;
    write_session(&world, off(&first)).await;
    forbid_messages(&world).await;
    assert!(Scheduler::default().tick(&world.core).await.is_err(), "it stays due");
    assert_eq!(accepts(&world, application).await, [first.id, second.id], "nobody has lost anything unheard");
    let is_postgres = world.database.is_some();
    let drop = if is_postgres { "ALTER TABLE sms DROP CONSTRAINT no_message" } else { "DROP TRIGGER no_message" };
    world.tamper(drop).await;
    tick(&world).await;
    assert_eq!(accepts(&world, application).await, [second.id], "it is done when it can be");
    let told = arrived(&world, &applicant).await;
    assert!(is_one(&told, LOST), "and told: {told:?}");
}
