//! What the clock makes due, one thing at a time: cancellations, extensions, lapsing, what was told before.

use super::World;
use crate::kit::{at_once, reasons};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use yuyue_central::city::load_city;
use yuyue_central::clock::Clock;
use yuyue_central::core::{Core, Delivery};
use yuyue_central::scheduler::{Done, Scheduler};
use yuyue_central::store::{AnyStore, Batch, Store as _, Wants, Write};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::{ApplicationState, Wish};
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::PolicyDocument;
use yuyue_domain::refusal::IntakeRefusal;
use yuyue_domain::seed::POLICY_FILES;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{Row, RowKey};
use yuyue_protocol::cursor::Epoch;
use yuyue_sample::CastRole;

pub async fn tick(world: &World) -> Done {
    Scheduler::default().tick(&world.core).await.unwrap()
}

pub async fn write_session(world: &World, session: Session) {
    world.core.import(vec![Row::Session(session)]).await.unwrap();
    world.core.refresh_catalogue().await.unwrap();
}

fn session(world: &World, id: SessionId) -> Session {
    world.core.catalogue().sessions[&id].clone()
}

/// Two sessions that this person may choose, the second with a later publication.
pub fn two_sessions(world: &World, person: &ApplicantRecord) -> (Session, Session) {
    let mut open = world.open_sessions(person, Subject::Two);
    open.retain(|session| session.extended.is_none());
    let day = |session: &Session| session.instants.publication_at.date();
    let first = open.iter().min_by_key(|session| day(session)).unwrap().clone();
    let second = open.iter().find(|session| day(session) > day(&first)).unwrap().clone();
    (first, second)
}

/// Somebody with a vouched application for these sessions.
pub async fn queued(world: &World, sessions: Vec<SessionId>) -> ApplicationId {
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = Wish::Choose { sessions, ordered: false };
    let envelope = world.seal(&counter, &world.apply(&person, Subject::Two, wish, None));
    world.deliver(&counter, &envelope).await;
    ApplicationId(envelope.id)
}

pub async fn state(world: &World, id: ApplicationId) -> ApplicationState {
    world.core.store().find_application(id).await.unwrap().unwrap().state
}

/// A clock that shows the second before a publication, and lets another program publish as soon as it was looked at.
struct Late {
    before: Timestamp,
    other: Arc<Core<AnyStore>>,
    was_read: AtomicBool,
}

impl Clock for Late {
    fn now(&self) -> Timestamp {
        if self.was_read.swap(true, Ordering::SeqCst) {
            return self.before.plus_seconds(1);
        }
        at_once(Scheduler::default().tick(&self.other)).expect("published");
        self.before
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_waited_for_the_lock_while_its_session_was_published_is_refused() {
    let world = World::new(100).await;
    world.allow_vouching().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let left = world.core.store().list_priority_places(world.now()).await.unwrap();
    let open = world.open_sessions(&person, Subject::Two);
    let session = open.into_iter().find(|one| left.get(&one.id).is_some_and(|row| row.left() > 0)).unwrap();
    let at = session.instants.publication_at;
    world.clock.set(at.plus_seconds(-1));
    tick(&world).await;
    let envelope =
        world.seal(&counter, &world.apply(&person, Subject::Two, Wish::Priority { session: session.id }, None));
    world.clock.set(at);
    let late = Late { before: at.plus_seconds(-1), other: Arc::clone(&world.core), was_read: AtomicBool::new(false) };
    let entropy = Arc::clone(&world.entropy) as _;
    let second = world.open_again(Arc::new(late), entropy).await;
    let outcomes = second.core.decide(&[Delivery { envelope, signer: None, visit: None }]).await.unwrap();
    let published = IntakeRefusal::Published { session: session.id, published_at: at };
    assert_eq!(reasons(&outcomes[0].outcome), [published.into()], "its places were given out meanwhile");
}

#[tokio::test]
async fn an_extension_is_decided_once_from_how_many_wait_and_from_the_plan_as_it_is_now() {
    let world = World::new(100).await;
    world.allow_vouching().await;
    let (first, second) = two_sessions(&world, world.cast(CastRole::PriorityEligible));
    write_session(&world, Session { places: 1, ..first.clone() }).await;
    let application = queued(&world, vec![first.id]).await;
    assert_eq!(state(&world, application).await, ApplicationState::Queued, "one waits for one place");
    write_session(&world, Session { places: 60_000, ..second.clone() }).await;
    // Another program calls a session off, which this one has not heard of yet.
    let as_clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let entropy = Arc::clone(&world.entropy) as _;
    let other = world.open_again(as_clock, entropy).await;
    let third = Session { id: SessionId(900_000), plan: "测试".to_owned(), ..first.clone() };
    write_session(&world, third.clone()).await;
    world.clock.set(second.instants.closes_at.max(first.instants.closes_at));
    other.core.import(vec![Row::Session(Session { status: SessionStatus::Cancelled, ..third.clone() })]).await.unwrap();
    assert!(tick(&world).await.extensions >= 1, "windows closed");
    assert_eq!(session(&world, first.id).extended, Some(false), "as many as there are places");
    assert_eq!(session(&world, second.id).extended, Some(true), "fewer than there are places");
    assert_eq!(session(&world, third.id).status, SessionStatus::Cancelled, "a cancellation is not written over");
    assert_eq!(tick(&world).await.extensions, 0, "once");
}

#[tokio::test]
async fn an_application_without_a_code_lapses_although_the_centre_stopped_right_after_its_publication() {
    let world = World::new(100).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let (first, _) = two_sessions(&world, &person);
    let wish = Wish::Choose { sessions: vec![first.id], ordered: false };
    let held = world.seal(&counter, &world.apply(&person, Subject::Two, wish, None));
    world.deliver(&counter, &held).await;
    let mut waiting = world.core.store().find_application(ApplicationId(held.id)).await.unwrap().unwrap();
    assert_eq!(waiting.state, ApplicationState::AwaitingCode, "nobody confirmed it");
    world.clock.set(first.instants.publication_at);
    let mut scheduler = Scheduler::default();
    assert!(scheduler.tick(&world.core).await.unwrap().lapsed >= 1, "with its publication");
    // As if the program had stopped between the two.
    waiting.timeline.truncate(1);
    world.core.import(vec![Row::Application(Box::new(waiting))]).await.unwrap();
    let done = tick(&world).await;
    assert_eq!((done.publications.len(), done.lapsed), (0, 1), "without another publication");
}

#[tokio::test]
async fn a_ladder_that_nobody_stands_on_any_more_is_told_even_after_a_restart() {
    let world = World::new(100).await;
    tick(&world).await;
    let told = async || world.core.store().list_counts().await.unwrap().1;
    let before = told().await;
    let ladder = before.iter().find(|ladder| !ladder.standings.is_empty()).unwrap().clone();
    for record in world.core.store().list_waiting(None, 10_000).await.unwrap() {
        for mut own in record.applications {
            if own.subject == ladder.subject && own.class == ladder.class && own.state == ApplicationState::Queued {
                own.state = ApplicationState::Withdrawn;
                world.core.import(vec![Row::Application(Box::new(own))]).await.unwrap();
            }
        }
    }
    world.core.forget();
    world.clock.advance(3600);
    assert!(tick(&world).await.counts > 0, "it differs from what was told");
    let after = told().await;
    let now = after.iter().find(|one| (one.subject, one.class) == (ladder.subject, ladder.class)).unwrap();
    assert!(now.standings.is_empty(), "devices learn that nobody waits there");
    world.core.forget();
    world.clock.advance(3600);
    assert_eq!(tick(&world).await.counts, 0, "what is known is not told again");
}

#[tokio::test]
async fn a_centre_that_begins_anew_is_counted_anew_by_the_same_scheduler() {
    let world = World::new(100).await;
    let mut scheduler = Scheduler::default();
    let before = scheduler.tick(&world.core).await.unwrap().counts;
    world.core.store().reset(Epoch(world.uuid()), world.now()).await.unwrap();
    world.core.forget();
    load_city(&world.core, &world.city, 100, |_| ()).await.unwrap();
    world.clock.advance(1);
    assert_eq!(scheduler.tick(&world.core).await.unwrap().counts, before, "caches are empty: they need every count");
}

#[tokio::test]
async fn a_day_with_a_session_that_was_planned_late_gives_no_place_of_the_others_again() {
    let world = World::new(100).await;
    let (first, _) = two_sessions(&world, world.cast(CastRole::PriorityEligible));
    let at = first.instants.publication_at;
    world.clock.set(at);
    tick(&world).await;
    let mut late = Session { id: SessionId(900_001), plan: "迟".to_owned(), ..first.clone() };
    late.instants.publication_at = at.plus_seconds(600);
    write_session(&world, late.clone()).await;
    world.clock.set(at.plus_seconds(600));
    let done = tick(&world).await;
    assert_eq!(done.publications.len(), 1, "the late one is published by itself");
    let newest = world.core.store().list_publications(1).await.unwrap().remove(0);
    let sessions: Vec<SessionId> = newest.sessions.iter().map(|one| one.session).collect();
    assert_eq!(sessions, [late.id], "what was published that day is not given out again");
}

#[tokio::test]
async fn a_document_of_the_policy_comes_into_force_on_its_day() {
    let world = World::new(10).await;
    let (_, text) = POLICY_FILES.iter().find(|(name, _)| name.starts_with("local")).unwrap();
    let PolicyDocument::Local(mut local) = PolicyDocument::parse("local.toml", text).unwrap() else {
        panic!("it is the city's document")
    };
    local.version = "local-later".to_owned();
    local.valid_from = "2026-11-25".parse().unwrap();
    local.applications.sessions_max = 1;
    world.core.import_policy(vec![PolicyDocument::Local(local)]).await.unwrap().unwrap();
    let in_force = || world.core.catalogue().policy.as_deref().unwrap().version().local;
    let mut scheduler = Scheduler::default();
    scheduler.tick(&world.core).await.unwrap();
    assert_ne!(in_force(), "local-later", "its day has not come");
    world.clock.advance(2 * 24 * 3600);
    scheduler.tick(&world.core).await.unwrap();
    assert_eq!(in_force(), "local-later", "nobody has to import it again on that day");
    world.allow_vouching().await;
    Scheduler::default().tick(&world.core).await.unwrap();
    let policy = world.core.catalogue().policy.clone().unwrap();
    assert!(policy.local.applications.offline_vouching, "a corrected document of the same version stays");
}

#[tokio::test]
async fn a_changed_rule_or_a_deleted_person_changes_the_ladders() {
    let world = World::new(100).await;
    let mut scheduler = Scheduler::default();
    scheduler.tick(&world.core).await.unwrap();
    let person = world.cast(CastRole::Queued).clone();
    let own = person.applications.iter().find(|own| own.state == ApplicationState::Queued).unwrap();
    let length = || world.core.board().ladder(own.subject, own.class, world.now()).standings.len();
    let before = length();
    let gone = vec![(RowKey::Applicant(person.applicant.id), None)];
    let batch = Batch { gone, ..Batch::at(world.now()) };
    world.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    world.clock.advance(60);
    let told = scheduler.tick(&world.core).await.unwrap().counts;
    assert!(told > own.accepts.len(), "a ladder and the counts of every accepted session: {told}");
    assert_eq!(length(), before - 1, "who is gone stands nowhere");
    assert!(!world.core.board().is_waiting(person.applicant.id, own.subject), "and waits for nothing");
    let mut policy = world.core.catalogue().policy.clone().unwrap();
    policy.local.gauge.tight_percent += 1;
    world.core.import(vec![Row::Policy(policy)]).await.unwrap();
    world.clock.advance(60);
    assert!(scheduler.tick(&world.core).await.unwrap().counts > 0, "the board was built anew under the same versions");
}

/// Lets nothing be deleted from the tokens until the rule is dropped.
async fn forbid_deleting(world: &World) {
    let rule = if world.database.is_some() {
        "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"
    } else {
        "BEGIN SELECT RAISE(ABORT, 'a rule of the tables'); END"
    };
    world.tamper(&format!("CREATE TRIGGER nothing_goes BEFORE DELETE ON clerk_token {rule}")).await;
}

#[tokio::test]
async fn what_cannot_be_deleted_keeps_nothing_else_waiting_and_is_tried_again_after_longer_and_longer_waits() {
    let world = World::new(100).await;
    let counter = world.counter().await;
    let (token, before) = ([7; 32], world.now().plus_seconds(-1));
    let (clerk, device) = (world.clerk().id, counter.caller.device);
    let batch =
        Batch { writes: vec![Write::TokenMade { token, clerk, device, expires_at: before }], ..Batch::at(before) };
    world.core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    let is_kept =
        async || world.core.store().find_token(&token, device, before.plus_seconds(-1)).await.unwrap().is_some();
    forbid_deleting(&world).await;
    let mut scheduler = Scheduler::default();
    assert!(scheduler.tick(&world.core).await.unwrap().counts > 0, "what else is due is done");
    let drop_rule = if world.database.is_some() { " ON clerk_token" } else { "" };
    for wait in [59, 119] {
        world.tamper(&format!("DROP TRIGGER nothing_goes{drop_rule}")).await;
        world.clock.advance(wait);
        scheduler.tick(&world.core).await.unwrap();
        assert!(is_kept().await, "it is not tried after {wait} seconds");
        forbid_deleting(&world).await;
        world.clock.advance(1);
        scheduler.tick(&world.core).await.unwrap();
    }
    world.tamper(&format!("DROP TRIGGER nothing_goes{drop_rule}")).await;
    world.clock.advance(240);
    scheduler.tick(&world.core).await.unwrap();
    assert!(!is_kept().await, "and goes when it can");
}
