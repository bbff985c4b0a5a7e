//! What devices are told.

use super::World;
use std::collections::BTreeSet;
use yuyue_central::core::{CacheScope, CoreConfig};
use yuyue_domain::notice::NoticeKind;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::change::{Change, Row, What};
use yuyue_protocol::command::Command;
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};
use yuyue_protocol::error::ErrorCode;
use yuyue_sample::CastRole;

fn is_agreement(change: &Change) -> bool {
    matches!(change.what, What::Set(Row::Agreement(_)))
}

#[tokio::test]
async fn an_agreement_goes_to_its_device_only() {
    let world = World::new(50).await;
    let (here, there) = (world.counter().await, world.counter().await);
    let applicant = world.cast(CastRole::RuleFour).applicant.id;
    world.send(&here, &Command::AgreeNotice { notice: NoticeKind::Booking, version: 1, applicant }).await;
    let mine = world.core.known(here.caller).changes(None, 5_000).await.unwrap();
    let theirs = world.core.known(there.caller).changes(None, 5_000).await.unwrap();
    assert_eq!(mine.changes.iter().filter(|change| is_agreement(change)).count(), 1, "the device knows its own");
    assert!(!theirs.changes.iter().any(is_agreement), "no other device learns of it");
    assert_eq!(mine.cursor, theirs.cursor, "both stand at the same place");
}

#[tokio::test]
async fn with_the_scope_of_an_office_a_counter_holds_its_own_people_only() {
    let config = CoreConfig { cache_scope: CacheScope::Office, ..CoreConfig::default() };
    let world = World::with(50, config).await;
    let counter = world.counter().await;
    let page = world.core.known(counter.caller).changes(None, 5_000).await.unwrap();
    let offices: BTreeSet<_> = page
        .changes
        .iter()
        .filter_map(|change| match &change.what {
            What::Set(Row::Applicant(row)) => Some(row.applicant.office),
            _ => None,
        })
        .collect();
    assert_eq!(offices, BTreeSet::from([counter.caller.office]), "only its own office's people");
}

#[tokio::test]
async fn a_cursor_of_another_feed_has_to_fill_anew() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    let foreign = Cursor { epoch: Epoch(world.uuid()), revision: Revision(1) };
    let problem = world.core.known(counter.caller).changes(Some(foreign), 10).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::CursorGone, "the device fills its cache anew");
}

#[tokio::test]
async fn a_clerk_who_is_disabled_is_forgotten_by_devices() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    let before = world.core.known(counter.caller).changes(None, 5_000).await.unwrap().cursor;
    world.core.disable_clerk(&world.clerk().staff_number).await.unwrap();
    let page = world.core.known(counter.caller).changes(Some(before), 10).await.unwrap();
    let gone = page.changes.iter().any(|change| matches!(change.what, What::Gone(_)));
    assert!(gone, "a tombstone says so");
    let fresh = world.core.known(counter.caller).changes(None, 5_000).await.unwrap();
    let is_there = fresh
        .changes
        .iter()
        .any(|change| matches!(&change.what, What::Set(Row::Clerk(clerk)) if clerk.id == world.clerk().id));
    assert!(!is_there, "and a first fill does not bring the clerk back");
}
