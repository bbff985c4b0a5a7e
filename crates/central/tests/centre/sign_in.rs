//! Clerks who sign in, and computers that enrol.

use super::World;
use crate::kit::at_once;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, KeyPair};
use std::sync::{Arc, Mutex};
use yuyue_central::audit::Act;
use yuyue_central::central::Central;
use yuyue_central::clock::Clock;
use yuyue_central::core::Core;
use yuyue_central::entropy::{Entropy, EntropyError};
use yuyue_central::store::AnyStore;
use yuyue_central::store::Store as _;
use yuyue_domain::ids::OfficeId;
use yuyue_protocol::account::{DeviceKind, EnrolRequest, Enrolled, Secret, SignIn};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::error::{ErrorCode, Problem};

fn sign_in(world: &World, password: &str) -> SignIn {
    SignIn { staff_number: world.clerk().staff_number.clone(), password: Secret(password.to_owned()) }
}

#[tokio::test]
async fn a_clerk_signs_in_and_too_many_wrong_passwords_lock_for_a_while() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    let known = world.core.known(counter.caller);
    let right = world.clerk().password.clone();
    let signed_in = known.sign_in(sign_in(&world, &right)).await.unwrap();
    assert_eq!(signed_in.clerk.id, world.clerk().id, "the clerk");
    for _ in 0..4 {
        let refused = known.sign_in(sign_in(&world, "wrong password")).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::SignInRefused, "a wrong password");
    }
    let locked = known.sign_in(sign_in(&world, "wrong password")).await.unwrap_err();
    assert_eq!(locked.code, ErrorCode::SignInLocked, "the fifth locks");
    let locked = known.sign_in(sign_in(&world, &right)).await.unwrap_err();
    assert_eq!((locked.code, locked.retry_after_seconds), (ErrorCode::SignInLocked, Some(900)), "also the right one");
    world.clock.advance(901);
    assert!(known.sign_in(sign_in(&world, &right)).await.is_ok(), "the lock ends by itself");
}

#[tokio::test]
async fn nobody_signs_in_at_a_kiosk_or_at_another_office() {
    let world = World::new(10).await;
    let right = world.clerk().password.clone();
    let kiosk = world.kiosk().await;
    let refused = world.core.known(kiosk.caller).sign_in(sign_in(&world, &right)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden, "a kiosk has no clerk");
    let elsewhere = world.city.clerks().iter().find(|clerk| clerk.office != world.clerk().office).unwrap().office;
    let other = world.device(DeviceKind::Counter, elsewhere, None).await;
    let refused = world.core.known(other.caller).sign_in(sign_in(&world, &right)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden, "a clerk belongs to an office");
    let known = world.core.known(other.caller);
    let nobody = SignIn { staff_number: "nobody".to_owned(), password: Secret("12345678".to_owned()) };
    assert_eq!(known.sign_in(nobody).await.unwrap_err().code, ErrorCode::SignInRefused, "no hint who exists");
}

#[tokio::test]
async fn a_disabled_clerk_cannot_sign_in_until_the_password_is_reset() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    let known = world.core.known(counter.caller);
    let right = world.clerk().password.clone();
    world.core.disable_clerk(&world.clerk().staff_number).await.unwrap();
    let refused = known.sign_in(sign_in(&world, &right)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignInRefused, "the account is disabled");
    let new = Secret("a new password".to_owned());
    world.core.reset_password(&world.clerk().staff_number, &new).await.unwrap();
    assert!(known.sign_in(sign_in(&world, &new.0)).await.is_ok(), "enabled with the new one");
    assert!(known.sign_in(sign_in(&world, &right)).await.is_err(), "the old one is void");
}

/// Entropy that is asked for a token after the password was checked, and disables the clerk at that moment.
struct Meddler {
    core: Arc<Core<AnyStore>>,
    staff_number: String,
}

impl Entropy for Meddler {
    fn bytes(&self) -> Result<[u8; 32], EntropyError> {
        at_once(self.core.disable_clerk(&self.staff_number)).expect("disabled");
        Ok([7; 32])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_who_is_disabled_while_the_password_is_checked_stays_out() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    let staff_number = world.clerk().staff_number.clone();
    let meddler = Meddler { core: Arc::clone(&world.core), staff_number: staff_number.clone() };
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let second = world.open_again(clock, Arc::new(meddler)).await;
    let request = sign_in(&world, &world.clerk().password);
    let refused = second.core.known(counter.caller).sign_in(request).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignInRefused, "the password was right, the clerk is out");
    let kept = world.core.store().find_account(&staff_number).await.unwrap().unwrap();
    assert!(kept.disabled, "signing in does not write the account back as it was before");
}

#[tokio::test]
async fn an_enrolment_code_counts_once_and_not_for_ever() {
    let world = World::new(10).await;
    let office = OfficeId(1);
    let key = SigningKey::from_bytes(&[1; 32]).verifying_key();
    let request = |code: Secret| EnrolRequest {
        code,
        signing_key: crate::kit::base64(key.as_bytes()),
        certificate_request: "no request".to_owned(),
    };
    let wrong = world.core.enrol(&world.central.authority, &request(Secret("AAAA".into())), 8443).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::EnrolmentRefused, "nobody was given this code");
    let prepared = world.core.add_device(DeviceKind::Counter, "测试窗口", office, None).await.unwrap();
    let bad = world.core.enrol(&world.central.authority, &request(prepared.code.clone()), 8443).await.unwrap_err();
    assert_eq!(bad.code, ErrorCode::BadRequest, "a request that is none does not use the code up");
    let weak = EnrolRequest { signing_key: crate::kit::base64(&[0; 32]), ..request(prepared.code.clone()) };
    let weak = world.core.enrol(&world.central.authority, &weak, 8443).await.unwrap_err();
    assert_eq!(weak.code, ErrorCode::BadRequest, "with this key one signature would be good for any text");
    world.clock.advance(49 * 3600);
    let late = world.core.enrol(&world.central.authority, &request(prepared.code), 8443).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::EnrolmentRefused, "two days are over");
    assert!(world.core.add_device(DeviceKind::Counter, "x", OfficeId(999), None).await.is_err(), "no such office");
}

/// What a computer with this key sends to enrol.
fn enrolment(code: &Secret, key: u8) -> EnrolRequest {
    let connection = KeyPair::generate().unwrap();
    EnrolRequest {
        code: code.clone(),
        signing_key: crate::kit::base64(SigningKey::from_bytes(&[key; 32]).verifying_key().as_bytes()),
        certificate_request: CertificateParams::default().serialize_request(&connection).unwrap().pem().unwrap(),
    }
}

/// The key that the centre knows of a device.
async fn known_key(world: &World, enrolled: &Enrolled) -> Option<[u8; 32]> {
    let devices = world.core.store().list_devices().await.unwrap();
    devices.into_iter().find(|device| device.id == enrolled.device).unwrap().signing_key
}

fn key(number: u8) -> [u8; 32] {
    SigningKey::from_bytes(&[number; 32]).verifying_key().to_bytes()
}

fn is_refused(enrolled: &Result<Enrolled, Problem>) -> bool {
    matches!(enrolled, Err(problem) if problem.code == ErrorCode::EnrolmentRefused)
}

#[tokio::test]
async fn a_code_that_has_enrolled_a_computer_enrols_no_other_and_not_the_same_again() {
    let world = World::new(10).await;
    let prepared = world.core.add_device(DeviceKind::Counter, "测试窗口", OfficeId(1), None).await.unwrap();
    let enrol = async |request: &EnrolRequest| world.core.enrol(&world.central.authority, request, 8443).await;
    let request = enrolment(&prepared.code, 1);
    let enrolled = enrol(&request).await.unwrap();
    assert_eq!(known_key(&world, &enrolled).await, Some(key(1)), "it is known by its key");
    let other = enrol(&enrolment(&prepared.code, 2)).await;
    assert!(is_refused(&other), "whoever has seen the code comes too late: {other:?}");
    let again = enrol(&request).await;
    assert!(is_refused(&again), "nor is the same computer given a second certificate: {again:?}");
    assert_eq!(known_key(&world, &enrolled).await, Some(key(1)), "the first one stays");
}

/// Entropy that is asked for a serial number after the code was found good, and lets a rival enrol with it at that moment.
struct Rival {
    centre: Central,
    request: EnrolRequest,
    enrolled: Arc<Mutex<Option<Enrolled>>>,
}

impl Entropy for Rival {
    fn bytes(&self) -> Result<[u8; 32], EntropyError> {
        let enrolled = at_once(self.centre.core.enrol(&self.centre.authority, &self.request, 8443));
        *self.enrolled.lock().unwrap() = Some(enrolled.expect("nobody has used the code"));
        Ok([7; 32])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_computers_that_come_with_one_code_at_once_one_is_enrolled() {
    let world = World::new(10).await;
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let prepared = world.core.add_device(DeviceKind::Counter, "测试窗口", OfficeId(1), None).await.unwrap();
    let (centre, request) =
        (world.open_again(Arc::clone(&clock), Arc::clone(&world.entropy) as _).await, enrolment(&prepared.code, 1));
    let first = Arc::new(Mutex::new(None));
    let rival = Rival { centre, request, enrolled: Arc::clone(&first) };
    let second = world.open_again(clock, Arc::new(rival)).await;
    let late = second.core.enrol(&second.authority, &enrolment(&prepared.code, 2), 8443).await;
    assert!(is_refused(&late), "the code was good when it was looked at, and used when it counted: {late:?}");
    let first = first.lock().unwrap().clone().expect("the other one was first");
    assert_eq!(known_key(&world, &first).await, Some(key(1)), "and is known by its own key");
    let audit = world.core.store().list_audit(0, 10_000).await.unwrap();
    let enrolments = audit.iter().filter(|one| one.entry.act == Act::DeviceEnrolled).count();
    assert_eq!(enrolments, 1, "one computer enrolled");
}
