//! The outlook: what the centre says beforehand is what its publication gives.

use super::World;
use crate::kit::Device;
use yuyue_central::core::Caller;
use yuyue_domain::application::Wish;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::outlook::Edge;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::Outcome;
use yuyue_protocol::query::{OutlookFound, OutlookQuery, WISHED_MAX};
use yuyue_sample::CastRole;

fn query(applicant: ApplicantId, sessions: &[SessionId]) -> OutlookQuery {
    OutlookQuery { applicant, subject: Subject::Two, sessions: sessions.to_vec(), ordered: true }
}

async fn ask(world: &World, counter: &Device, applicant: ApplicantId, sessions: &[SessionId]) -> OutlookFound {
    world.core.refresh_board().await.unwrap();
    world.core.known(counter.caller).outlook(query(applicant, sessions)).await.unwrap()
}

#[tokio::test]
async fn what_it_says_is_what_the_publication_gives() {
    let world = World::new(50).await;
    world.allow_vouching().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    // The places of one session, and two more people than these.
    let session = world.open_sessions(&person, Subject::Two).remove(0);
    let people = world.clones(&person, 400).await;
    let places = usize::from(session.places + session.priority_places);
    let before = ask(&world, &counter, people[399].applicant.id, &[session.id]).await;
    assert!(before.outlook.session.is_some(), "there is room for one: {before:?}");
    let mut outcomes = Vec::new();
    for record in &people[..places + 2] {
        let wish = Wish::Choose { sessions: vec![session.id], ordered: false };
        outcomes.push(world.send(&counter, &world.apply(record, Subject::Two, wish, None)).await);
    }
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "all are taken");
    let same = ask(&world, &counter, people[399].applicant.id, &[session.id]).await;
    assert_eq!(same, before, "the picture is kept for a moment");
    world.clock.advance(10);
    let last = ask(&world, &counter, people[399].applicant.id, &[session.id]).await;
    let Edge::Outside { ranks } = last.outlook.edge else { panic!("the latest of all has no place: {last:?}") };
    assert!(ranks >= 3 && last.outlook.session.is_none(), "behind the two who go without already");
    assert_eq!(last.as_of, world.now(), "as of now");
    // Those who wait are told what they will get, and do not stand in their own way.
    let mut told = Vec::new();
    for record in &people[..places + 2] {
        told.push(ask(&world, &counter, record.applicant.id, &[session.id]).await.outlook.session.is_some());
    }
    world.clock.set(session.instants.publication_at.max(session.instants.extended_closes_at));
    yuyue_central::scheduler::Scheduler::default().tick(&world.core).await.unwrap();
    let mut given = Vec::new();
    for record in &people[..places + 2] {
        given.push(world.record(record.applicant.id).await.applications[0].session() == Some(session.id));
    }
    assert_eq!(told, given, "what was said is what was given");
    assert!(given.iter().any(|has| *has) && given.iter().any(|has| !*has), "some got a place and some did not");
}

#[tokio::test]
async fn it_is_for_clerks_and_its_questions_are_bounded() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let open: Vec<SessionId> = world.open_sessions(&person, Subject::Two).iter().map(|session| session.id).collect();
    let known = world.core.known(counter.caller);
    let id = person.applicant.id;
    assert!(known.outlook(query(id, &open[..2])).await.is_ok(), "two sessions");
    let many: Vec<SessionId> = (0..=20).map(SessionId).collect();
    assert_eq!(many.len(), WISHED_MAX + 1, "one more than allowed");
    let elsewhere = world.core.catalogue().sessions.values().find(|one| one.subject == Subject::Three).unwrap().id;
    for sessions in [&[][..], &many[..], &[open[0], open[0]], &[SessionId(4_000_000_000)], &[elsewhere]] {
        let refused = known.outlook(query(id, sessions)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{sessions:?}");
    }
    let nobody = known.outlook(query(ApplicantId(4_000_000_000), &open[..1])).await.unwrap_err();
    assert_eq!(nobody.code, ErrorCode::NotFound, "no such person");
    let signed_out = world.core.known(Caller { clerk: None, ..counter.caller });
    assert_eq!(signed_out.outlook(query(id, &open[..1])).await.unwrap_err().code, ErrorCode::SignedOut, "no clerk");
    let kiosk = world.core.known(world.kiosk().await.caller);
    assert_eq!(
        kiosk.outlook(query(id, &open[..1])).await.unwrap_err().code,
        ErrorCode::SignedOut,
        "a kiosk without visit"
    );
}
