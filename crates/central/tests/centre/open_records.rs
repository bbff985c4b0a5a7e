//! Counters that have the same record open hear of each other, and of nobody who has gone on.

use super::World;
use crate::kit::Device;
use yuyue_domain::ids::ApplicantId;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord, REPORT_COUNTS_SECONDS};

const PERSON: Option<ApplicantId> = Some(ApplicantId(7));

async fn report(world: &World, device: &Device, applicant: Option<ApplicantId>) -> Vec<OpenElsewhere> {
    world.core.known(device.caller).open_record(OpenRecord { applicant }).await.unwrap()
}

#[tokio::test]
async fn two_counters_with_the_same_record_open_hear_of_each_other() {
    let world = World::new(10).await;
    let (first, second) = (world.counter().await, world.counter().await);
    assert!(report(&world, &first, PERSON).await.is_empty(), "nobody else has it open");
    let since = world.now();
    world.clock.advance(20);
    let heard = report(&world, &second, PERSON).await;
    assert_eq!(heard.len(), 1, "the second hears of the first at once");
    assert_eq!((heard[0].device, heard[0].since), (first.caller.device, since), "which one, and since when");
    assert_eq!((heard[0].label.as_str(), heard[0].office), ("测试窗口", first.caller.office), "and where it stands");
    let heard = report(&world, &first, PERSON).await;
    assert_eq!(heard[0].device, second.caller.device, "the first hears of the second with its next report");
    assert!(report(&world, &second, Some(ApplicantId(8))).await.is_empty(), "another record is another matter");
    assert!(report(&world, &first, PERSON).await.is_empty(), "who has gone on is not named any more");
}

#[tokio::test]
async fn what_is_not_repeated_or_is_closed_is_over() {
    let world = World::new(10).await;
    let (first, second) = (world.counter().await, world.counter().await);
    report(&world, &first, PERSON).await;
    world.clock.advance(i64::from(REPORT_COUNTS_SECONDS));
    assert_eq!(report(&world, &second, PERSON).await.len(), 1, "a report counts for its whole time");
    world.clock.advance(1);
    assert!(report(&world, &second, PERSON).await.is_empty(), "and not longer");
    report(&world, &first, PERSON).await;
    report(&world, &first, None).await;
    assert!(report(&world, &second, PERSON).await.is_empty(), "what was closed is over at once");
    world.core.forget();
    report(&world, &first, PERSON).await;
    assert_eq!(report(&world, &second, PERSON).await.len(), 1, "a centre that begins anew hears it again");
}

#[tokio::test]
async fn only_a_clerk_at_a_counter_says_and_hears_what_is_open() {
    let world = World::new(10).await;
    let clerk = world.clerk().office;
    let nobody = world.device(DeviceKind::Counter, clerk, None).await;
    let kiosk = world.kiosk().await;
    for (device, code) in [(nobody, ErrorCode::SignedOut), (kiosk, ErrorCode::Forbidden)] {
        let refused = world.core.known(device.caller).open_record(OpenRecord { applicant: PERSON }).await;
        assert_eq!(refused.unwrap_err().code, code, "nobody there has a record open");
    }
}
