//! What the clock makes due, over several days.

use super::World;
use std::collections::{BTreeMap, BTreeSet};
use yuyue_central::scheduler::{Done, Scheduler};
use yuyue_central::store::Store as _;
use yuyue_domain::application::{Application, ApplicationState, StateKind, Transition};
use yuyue_domain::eligibility::{Wanted, check_eligibility};
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::publication::PublicationResult;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_sample::CastRole;

/// Lets the clock run to the evening of so many days, with a look every hour as a running centre has them.
async fn run(world: &World, scheduler: &mut Scheduler, days: u32) -> Vec<Done> {
    let mut done = Vec::new();
    for _ in 0..days * 24 {
        world.clock.advance(3600);
        done.push(scheduler.tick(&world.core).await.unwrap());
    }
    done
}

/// Whether the rules let this person sit in a session, as things stood at its publication.
async fn may_sit(world: &World, application: &Application, session: SessionId, at: Timestamp) -> bool {
    let mut record = world.record(application.applicant).await;
    record.applications.retain(|other| other.id != application.id);
    let catalogue = world.core.catalogue();
    let had_place = |step: &Transition| step.at < at && step.state.kind() == StateKind::Placed;
    let taken: Vec<(ApplicationId, &Session)> = record
        .applications
        .iter()
        .filter(|other| other.timeline.iter().any(had_place))
        .filter_map(|other| Some((other.id, catalogue.sessions.get(&other.session()?)?)))
        .collect();
    let session = &catalogue.sessions[&session];
    let wanted = Wanted { session, site: &catalogue.sites[&session.site], taken_sessions: &taken };
    let policy = catalogue.policy.as_deref().unwrap();
    check_eligibility(&record, application.subject, Some(wanted), at, policy).is_eligible()
}

#[tokio::test]
async fn each_publication_day_is_published_once_and_every_result_can_be_explained() {
    let world = World::new(400).await;
    let mut scheduler = Scheduler::default();
    let done = run(&world, &mut scheduler, 7).await;
    let published: Vec<_> = done.iter().flat_map(|done| &done.publications).collect();
    let days: BTreeSet<_> = published.iter().map(|one| one.publication_at.date()).collect();
    assert!(published.len() >= 3, "a week has several publications: {published:?}");
    assert_eq!(days.len(), published.len(), "none of them twice");
    assert!(published.iter().any(|one| one.placed > 0), "somebody got a place");

    let store = world.core.store();
    for publication in store.list_publications(100).await.unwrap() {
        let results = store.list_results(publication.id, 0, 100_000).await.unwrap();
        let mut placed: BTreeMap<SessionId, u16> = BTreeMap::new();
        let mut asked: BTreeMap<SessionId, u32> = BTreeMap::new();
        for result in &results {
            let application = store.find_application(result.application).await.unwrap().unwrap();
            application.accepts.iter().for_each(|session| *asked.entry(*session).or_default() += 1);
            match result.result {
                PublicationResult::Placed { session } => {
                    *placed.entry(session).or_default() += 1;
                    assert!(application.accepts.contains(&session), "only a session that it accepts");
                }
                PublicationResult::Unplaced => {
                    assert_eq!(application.state, ApplicationState::Unplaced, "its state says the same");
                    for refusing in publication.sessions.iter().filter(|one| application.accepts.contains(&one.session))
                    {
                        let is_full = refusing.placed == refusing.places
                            && refusing.last_admitted.is_none_or(|last| last < result.rank);
                        let may_sit = may_sit(&world, &application, refusing.session, publication.publication_at).await;
                        assert!(is_full || !may_sit, "full with better ranks, or the person may not sit there");
                    }
                }
                PublicationResult::Waiting => {}
            }
        }
        for session in &publication.sessions {
            assert!(session.placed <= session.places, "no place is given twice");
            assert_eq!(placed.get(&session.session).copied().unwrap_or(0), session.placed, "the header counts right");
            let asked = asked.get(&session.session).copied().unwrap_or(0);
            assert_eq!(asked, session.applications, "also who asked for it, wherever they ended");
        }
    }
    let again = scheduler.tick(&world.core).await.unwrap();
    assert!(again.publications.is_empty() && again.extensions == 0, "what was done is not done again");
    let mut fresh = Scheduler::default();
    let again = fresh.tick(&world.core).await.unwrap();
    assert!(again.publications.is_empty() && again.extensions == 0, "nor after a restart");
}

#[tokio::test]
async fn an_application_whose_code_is_never_confirmed_lapses_with_its_last_allocation() {
    let world = World::new(100).await;
    let person = world.cast(CastRole::AwaitingCode).clone();
    let mut scheduler = Scheduler::default();
    run(&world, &mut scheduler, 40).await;
    let record = world.record(person.applicant.id).await;
    assert!(
        record.applications.iter().all(|own| own.state.kind() != StateKind::AwaitingCode),
        "it does not wait for ever"
    );
    assert!(record.applications.iter().any(|own| own.state.kind() == StateKind::Lapsed), "it lapsed");
}

#[tokio::test]
async fn counts_and_ladders_are_published_when_they_change_and_not_more_often_than_every_ten_seconds() {
    let world = World::new(100).await;
    let mut scheduler = Scheduler::default();
    let first = scheduler.tick(&world.core).await.unwrap();
    assert!(first.counts > 0, "everything is new");
    world.clock.advance(5);
    assert_eq!(scheduler.tick(&world.core).await.unwrap().counts, 0, "too soon");
    world.clock.advance(6);
    assert_eq!(scheduler.tick(&world.core).await.unwrap().counts, 0, "nothing changed");
}

#[tokio::test]
async fn two_centres_with_the_same_city_publish_the_same() {
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let world = World::new(200).await;
        run(&world, &mut Scheduler::default(), 4).await;
        let store = world.core.store();
        let newest = store.list_publications(1).await.unwrap().remove(0);
        outcomes.push(store.list_results(newest.id, 0, 100_000).await.unwrap());
    }
    assert_eq!(outcomes[0], outcomes[1], "nothing but the data decides");
}
