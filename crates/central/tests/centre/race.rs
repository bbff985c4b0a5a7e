//! Hundreds of callers on the last priority places, through the queues of one process and of two.

use super::World;
use crate::kit::reasons;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use yuyue_central::clock::Clock;
use yuyue_central::core::{Core, Delivery};
use yuyue_central::entropy::Entropy;
use yuyue_central::store::{AnyStore, Store as _};
use yuyue_central::writer::Writer;
use yuyue_domain::application::Wish;
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

const CALLERS: u32 = 300;

fn writer(core: &Arc<Core<AnyStore>>) -> Writer {
    let (head, _) = watch::channel(Revision(0));
    Writer::start(Arc::clone(core), head).0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_priority_place_is_given_twice_and_every_caller_gets_a_true_answer() {
    let world = World::new(100).await;
    let writers = [writer(&world.core)];
    race(&world, &writers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_at_one_store_give_no_priority_place_twice_either() {
    let world = World::new(100).await;
    let (clock, entropy) = (Arc::clone(&world.clock) as Arc<dyn Clock>, Arc::clone(&world.entropy) as Arc<dyn Entropy>);
    let other = world.open_again(clock, entropy).await;
    race(&world, &[writer(&world.core), writer(&other.core)]).await;
}

/// Lets the callers go to the writers in turns.
async fn race(world: &World, writers: &[Writer]) {
    world.allow_vouching().await;
    let counter = world.counter().await;
    let people = world.clones(&world.cast(CastRole::PriorityEligible).clone(), CALLERS).await;
    let before = world.core.store().list_priority_places(world.now()).await.unwrap();
    let session = world
        .open_sessions(&people[0], Subject::Two)
        .into_iter()
        .find(|session| before.get(&session.id).is_some_and(|row| row.left() > 0))
        .unwrap()
        .id;
    let left = usize::from(before[&session].left());
    let mut callers = JoinSet::new();
    for (person, writer) in people.iter().zip(writers.iter().cycle()) {
        let command = world.apply(person, Subject::Two, Wish::Priority { session }, None);
        let delivery = Delivery { envelope: world.seal(&counter, &command), signer: None, visit: None };
        let writer = writer.clone();
        callers.spawn(async move { writer.decide(vec![delivery]).await.unwrap().remove(0).outcome });
    }
    let outcomes = callers.join_all().await;
    let placed = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Accepted { .. })).count();
    assert_eq!(placed, left, "as many as there were places");
    let lost = outcomes.iter().filter(|outcome| !matches!(outcome, Outcome::Accepted { .. }));
    for outcome in lost {
        let taken = Refusal::Intake(IntakeRefusal::PriorityTaken { session });
        assert_eq!(reasons(outcome), [taken], "whoever was late is told so");
    }
    let after = world.core.store().list_priority_places(world.now()).await.unwrap();
    assert_eq!(after[&session].left(), 0, "the last place is taken");
    let mut really = 0;
    for person in &people {
        let record = world.record(person.applicant.id).await;
        really += record.applications.iter().filter(|own| own.session() == Some(session)).count();
    }
    assert_eq!(really, left, "the store says the same as the answers");
}
