//! Clerks who join, move and leave: each ends what was open at once, and reaches what devices keep of them.

use super::World;
use crate::kit::reasons;
use crate::wire::{client, serve, url};
use reqwest::StatusCode;
use serde_json::json;
use yuyue_central::core::Caller;
use yuyue_central::store::{FeedQuery, Store as _};
use yuyue_domain::ids::{ClerkId, OfficeId};
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::rights::Role;
use yuyue_protocol::account::{Clerk, DeviceKind, Secret, SignIn, SignedIn};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::change::{Row, RowKey, What};
use yuyue_protocol::command::Command;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

const PASSWORD: &str = "a password of the tests";

/// What devices are told last of a clerk; none when the clerk is gone.
async fn told(world: &World, id: ClerkId) -> Option<Clerk> {
    let device = yuyue_domain::ids::DeviceId(1);
    let query = FeedQuery { after: None, limit: 5_000, device, kind: DeviceKind::Counter, office: None };
    let page = world.core.store().find_changes(&query).await.unwrap().unwrap();
    page.changes.into_iter().rev().find_map(|change| match change.what {
        What::Set(Row::Clerk(clerk)) if clerk.id == id => Some(Some(clerk)),
        What::Gone(RowKey::Clerk(gone)) if gone == id => Some(None),
        _ => None,
    })?
}

async fn sign_in(world: &World, office: OfficeId) -> Result<SignedIn, Problem> {
    let counter = world.device(DeviceKind::Counter, office, None).await;
    let request = SignIn { staff_number: "9001".to_owned(), password: Secret(PASSWORD.to_owned()) };
    world.core.known(counter.caller).sign_in(request).await
}

#[tokio::test]
async fn a_clerk_joins_moves_changes_and_leaves_and_every_device_hears_of_it() {
    let world = World::new(20).await;
    let office = world.clerk().office;
    let other = *world.core.catalogue().offices.keys().find(|id| **id != office).unwrap();
    let password = Secret(PASSWORD.to_owned());
    let joined = world.core.add_clerk("9001", "样例员", office, Role::Clerk, &password).await.unwrap();
    assert_eq!(told(&world, joined.id).await, Some(joined.clone()), "devices hear of whoever joins");
    let signed_in = sign_in(&world, office).await.unwrap();
    assert_eq!(signed_in.clerk, joined, "and the clerk can work");
    world.clock.set(world.now().plus_seconds(60));
    world.core.move_clerk("9001", other).await.unwrap();
    let moved = told(&world, joined.id).await.unwrap();
    assert_eq!((moved.office, moved.renewed_at), (other, Some(world.now())), "what devices have kept is of before");
    assert_eq!(sign_in(&world, office).await.unwrap_err().code, ErrorCode::Forbidden, "not here any more");
    assert_eq!(sign_in(&world, other).await.unwrap().clerk, moved, "but there");
    world.clock.set(world.now().plus_seconds(60));
    world.core.set_role("9001", Role::Supervisor).await.unwrap();
    let raised = told(&world, joined.id).await.unwrap();
    assert_eq!((raised.role, raised.renewed_at), (Role::Supervisor, Some(world.now())), "another role");
    world.clock.set(world.now().plus_seconds(60));
    world.core.reset_password("9001", &password).await.unwrap();
    assert_eq!(told(&world, joined.id).await.unwrap().renewed_at, Some(world.now()), "another password");
    world.core.disable_clerk("9001").await.unwrap();
    assert_eq!(told(&world, joined.id).await, None, "whoever leaves is gone from every device");
    assert_eq!(sign_in(&world, other).await.unwrap_err().code, ErrorCode::SignInRefused, "and signs in nowhere");
    let refused = world.core.move_clerk("9001", office).await;
    assert!(refused.is_err(), "nobody who has left is moved");
    assert_eq!(told(&world, joined.id).await, None, "nor told of again");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_changes_about_a_clerk_ends_the_tokens_at_once() {
    let world = World::new(20).await;
    let office = world.clerk().office;
    let other = *world.core.catalogue().offices.keys().find(|id| **id != office).unwrap();
    let password = Secret(PASSWORD.to_owned());
    world.core.add_clerk("9001", "样例员", office, Role::Clerk, &password).await.unwrap();
    let supervisor = world.core.add_clerk("9002", "样例员", office, Role::Supervisor, &password).await.unwrap();
    let counter = world.device(DeviceKind::Counter, office, None).await;
    let running = serve(&world).await;
    let line = client(&running, Some(&counter));
    for change in ["sign out", "move", "role", "password", "disable"] {
        let request = SignIn { staff_number: "9001".to_owned(), password: password.clone() };
        let signed = line.post(url(running.devices, "/v1/sign-in")).json(&request).send().await.unwrap();
        let token = signed.json::<SignedIn>().await.unwrap().token.0;
        let look = async || {
            let search = line.post(url(running.devices, "/v1/applicants/search")).bearer_auth(&token);
            search.json(&json!({"text": "张", "limit": 1})).send().await.unwrap().status()
        };
        assert_eq!(look().await, StatusCode::OK, "{change}: the clerk works");
        match change {
            "sign out" => {
                let caller = Caller { clerk: Some((&supervisor).into()), ..counter.caller };
                world.core.known(caller).sign_clerk_out("9001").await.unwrap();
            }
            "move" => world.core.move_clerk("9001", other).await.unwrap(),
            "role" => world.core.set_role("9001", Role::Supervisor).await.unwrap(),
            "password" => world.core.reset_password("9001", &password).await.unwrap(),
            _ => world.core.disable_clerk("9001").await.unwrap(),
        }
        assert_eq!(look().await, StatusCode::UNAUTHORIZED, "{change}: the token counts no more");
        if change == "move" {
            world.core.move_clerk("9001", office).await.unwrap();
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_supervisor_lets_a_clerk_in_again_who_was_locked_out() {
    let world = World::new(20).await;
    let office = world.clerk().office;
    let password = Secret(PASSWORD.to_owned());
    world.core.add_clerk("9001", "样例员", office, Role::Clerk, &password).await.unwrap();
    let supervisor = world.core.add_clerk("9002", "样例员", office, Role::Supervisor, &password).await.unwrap();
    let mut counter = world.device(DeviceKind::Counter, office, None).await;
    let wrong = SignIn { staff_number: "9001".to_owned(), password: Secret("wrong".to_owned()) };
    for _ in 0..5 {
        world.core.known(counter.caller).sign_in(wrong.clone()).await.unwrap_err();
    }
    assert_eq!(sign_in(&world, office).await.unwrap_err().code, ErrorCode::SignInLocked, "locked out");
    counter.caller.clerk = Some((&supervisor).into());
    world.core.known(counter.caller).lift_lock("9001").await.unwrap();
    assert!(sign_in(&world, office).await.is_ok(), "and in again");
    let tail = world.core.store().get_audit_tail().await.unwrap();
    let records = world.core.store().list_audit(tail.sequence.saturating_sub(10), 10).await.unwrap();
    let lifted = records.iter().find(|one| one.entry.act == yuyue_central::audit::Act::LockLifted).unwrap();
    assert_eq!(lifted.entry.clerk, Some(supervisor.id), "the audit says who did it");
}

#[tokio::test]
async fn a_clerk_acts_at_one_office_and_what_was_taken_before_a_move_stands() {
    let world = World::new(50).await;
    let counter = world.counter().await;
    let reveal = Command::RecordReveal { applicant: world.cast(CastRole::RuleFour).applicant.id };
    let other = world.city.clerks().iter().find(|clerk| clerk.office != world.clerk().office).unwrap();
    let elsewhere = world.device(DeviceKind::Counter, other.office, Some(world.clerk().id)).await;
    let is_taken = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. });
    let not_allowed = [Refusal::from(IntakeRefusal::NotAllowed)];
    assert_eq!(reasons(&world.send(&elsewhere, &reveal).await), not_allowed, "the clerk works at another office");
    let before = world.seal(&counter, &reveal);
    world.clock.advance(60);
    world.core.move_clerk(&world.clerk().staff_number, other.office).await.unwrap();
    let outcome = world.deliver(&counter, &before).await;
    assert!(is_taken(&outcome), "it was taken without line while the clerk worked there: {outcome:?}");
    let unheard = world.send(&counter, &reveal).await;
    assert!(is_taken(&unheard), "and a counter without line has not heard of the move: {unheard:?}");
    world.clock.advance(72 * 3600);
    let after = world.send(&counter, &reveal).await;
    assert_eq!(reasons(&after), not_allowed, "no sign-in without line lasts longer");
    assert!(is_taken(&world.send(&elsewhere, &reveal).await), "but at the new one");
    world.clock.advance(60);
    world.core.set_role(&world.clerk().staff_number, Role::Operator).await.unwrap();
    assert!(is_taken(&world.send(&counter, &reveal).await), "an operator acts anywhere, as the table says");
}
