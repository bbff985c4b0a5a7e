//! Results of tests, as the exam sites report them.

use super::World;
use yuyue_central::core::results::{TestResult, WrongResult};
use yuyue_domain::applicant::{Attempt, ResultError, TestOutcome};
use yuyue_domain::application::StateKind;
use yuyue_domain::ids::ApplicationId;
use yuyue_sample::CastRole;

#[tokio::test]
async fn a_result_is_recorded_once_for_a_place_and_a_wrong_one_keeps_the_whole_list_out() {
    let world = World::new(100).await;
    let person = world.cast(CastRole::Placed).clone();
    let own = person.applications.iter().find(|own| own.state.kind() == StateKind::Placed).unwrap();
    let session = world.core.catalogue().sessions[&own.session().unwrap()].clone();
    let scored = |score| TestResult {
        application: own.id,
        attempt: Attempt::First,
        outcome: TestOutcome::Scored { score },
        taken_at: None,
    };
    let unknown = TestResult { application: ApplicationId(world.uuid()), ..scored(90) };
    let early = world.core.record_results(&[unknown, scored(90)]).await.unwrap();
    let source = ResultError::StillToCome { taken_at: session.starts_at };
    assert_eq!(early, Err(WrongResult { index: 1, source }), "the test has not begun");
    world.clock.set(session.ends_at);
    let make_up = TestResult { attempt: Attempt::MakeUp, ..scored(200) };
    let wrong = world.core.record_results(&[scored(90), make_up]).await.unwrap();
    let source = ResultError::Score { score: 200 };
    assert_eq!(wrong, Err(WrongResult { index: 1, source }), "no test has such a score");
    assert_eq!(world.record(person.applicant.id).await.tests, person.tests, "nothing of the list was recorded");
    let make_up = TestResult { outcome: TestOutcome::Missed, ..make_up };
    let recorded = world.core.record_results(&[unknown, scored(70), scored(95), make_up]).await.unwrap();
    assert_eq!(recorded, Ok(2), "a try and its make-up test; an unknown booking and a second report change nothing");
    let record = world.record(person.applicant.id).await;
    assert_eq!(record.tests.len(), person.tests.len() + 2, "beside the tests of before");
    let first = record.tests.iter().find(|test| test.application == Some(own.id)).unwrap();
    assert_eq!(
        (first.taken_at, first.outcome),
        (session.starts_at, TestOutcome::Scored { score: 70 }),
        "the first report"
    );
    let used = record.applications.iter().find(|application| application.id == own.id).unwrap();
    assert_eq!(used.state.kind(), StateKind::Tested, "the booking is used");
    assert_eq!(world.core.record_results(&[scored(70)]).await.unwrap(), Ok(0), "it is known");
}
