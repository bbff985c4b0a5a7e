//! A table of attacks with commands that were listened to, altered, made up or brought by somebody else. Each is refused, or
//! answered as before, and changes nothing.

use super::World;
use crate::kit::Device;
use ed25519_dalek::{Signature, SigningKey};
use yuyue_central::store::Store as _;
use yuyue_domain::application::Wish;
use yuyue_domain::ids::{ClerkId, DeviceId};
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::{BODY_BYTES_MAX, Envelope};
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

/// What the centre says to an attack.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// As it did to the true command.
    AsBefore,
    /// That the signature is not the device's.
    BadSignature,
    /// That identifier or number were used.
    Reused,
    /// That this device or clerk may not.
    NotAllowed,
}

struct Attack {
    name: &'static str,
    /// Makes of the true command, which has taken effect already, what the attacker sends.
    make: fn(&Scene, Envelope) -> Envelope,
    answer: Answer,
}

/// Who is there.
struct Scene {
    counter: Device,
    other: Device,
    revoked: Device,
    stranger: SigningKey,
    rival: Command,
}

const ATTACKS: &[Attack] = &[
    Attack { name: "the same once more", make: |_, envelope| envelope, answer: Answer::AsBefore },
    Attack {
        name: "another body under the same signature",
        make: |scene, envelope| Envelope { body: body(&scene.rival), ..envelope },
        answer: Answer::AsBefore,
    },
    Attack {
        name: "another body under a new identifier",
        make: |scene, envelope| Envelope { id: uuid::Uuid::from_u128(1), body: body(&scene.rival), ..envelope },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "the same under a new identifier",
        make: |_, envelope| Envelope { id: uuid::Uuid::from_u128(2), ..envelope },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "another running number",
        make: |_, envelope| Envelope { id: uuid::Uuid::from_u128(3), number: envelope.number + 50, ..envelope },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "another clerk",
        make: |_, envelope| Envelope { id: uuid::Uuid::from_u128(4), clerk: Some(ClerkId(2)), ..envelope },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "no clerk",
        make: |_, envelope| Envelope { id: uuid::Uuid::from_u128(5), clerk: None, ..envelope },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "an earlier time of taking",
        make: |_, envelope| {
            let taken_at = envelope.taken_at.plus_days(-30);
            Envelope { id: uuid::Uuid::from_u128(6), taken_at, ..envelope }
        },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "another device's name",
        make: |scene, envelope| Envelope {
            id: uuid::Uuid::from_u128(7),
            device: scene.other.caller.device,
            ..envelope
        },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "a device that nobody knows",
        make: |_, envelope| Envelope { id: uuid::Uuid::from_u128(8), device: DeviceId(4_000_000), ..envelope },
        answer: Answer::NotAllowed,
    },
    Attack {
        name: "a signature of nobody",
        make: |_, envelope| Envelope {
            id: uuid::Uuid::from_u128(9),
            signature: Signature::from_bytes(&[0; 64]),
            ..envelope
        },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "signed with a key of one's own",
        make: |scene, envelope| {
            let head = yuyue_protocol::envelope::Head { id: uuid::Uuid::from_u128(10), number: 999, ..envelope.head() };
            Envelope::seal(head, &scene.rival, &scene.stranger).unwrap()
        },
        answer: Answer::BadSignature,
    },
    Attack {
        name: "the true identifier, signed by another device of ours",
        make: |scene, envelope| {
            let device = scene.other.caller.device;
            let head = yuyue_protocol::envelope::Head { device, ..envelope.head() };
            Envelope::seal(head, &scene.rival, &scene.other.key).unwrap()
        },
        answer: Answer::Reused,
    },
    Attack {
        name: "a running number that was used",
        make: |scene, envelope| {
            let head = yuyue_protocol::envelope::Head { id: uuid::Uuid::from_u128(11), ..envelope.head() };
            Envelope::seal(head, &scene.rival, &scene.counter.key).unwrap()
        },
        answer: Answer::Reused,
    },
    Attack {
        name: "signed by a device that was revoked",
        make: |scene, envelope| {
            let device = scene.revoked.caller.device;
            let head =
                yuyue_protocol::envelope::Head { id: uuid::Uuid::from_u128(12), device, number: 1, ..envelope.head() };
            Envelope::seal(head, &scene.rival, &scene.revoked.key).unwrap()
        },
        answer: Answer::NotAllowed,
    },
    Attack {
        name: "in the name of a clerk who never was",
        make: |scene, envelope| {
            let clerk = Some(ClerkId(4_000_000));
            let head =
                yuyue_protocol::envelope::Head { id: uuid::Uuid::from_u128(13), clerk, number: 800, ..envelope.head() };
            Envelope::seal(head, &scene.rival, &scene.counter.key).unwrap()
        },
        answer: Answer::NotAllowed,
    },
];

fn body(command: &Command) -> String {
    serde_json::to_string(command).unwrap()
}

fn answer(outcome: &Outcome, before: &Outcome) -> Answer {
    let is_only = |reasons: &[Refusal], reason: IntakeRefusal| *reasons == [Refusal::from(reason)];
    match outcome {
        outcome if outcome == before => Answer::AsBefore,
        Outcome::Refused { reasons, .. } if is_only(reasons, IntakeRefusal::BadSignature) => Answer::BadSignature,
        Outcome::Refused { reasons, .. } if is_only(reasons, IntakeRefusal::Reused) => Answer::Reused,
        Outcome::Refused { reasons, .. } if is_only(reasons, IntakeRefusal::NotAllowed) => Answer::NotAllowed,
        other => panic!("no answer to an attack: {other:?}"),
    }
}

#[tokio::test]
async fn no_attack_with_a_command_changes_anything() {
    let world = World::new(200).await;
    world.allow_vouching().await;
    let scene = Scene {
        counter: world.counter().await,
        other: world.counter().await,
        revoked: world.counter().await,
        stranger: SigningKey::from_bytes(&[66; 32]),
        rival: Command::RecordReveal { applicant: world.cast(CastRole::Namesake).applicant.id },
    };
    world.core.revoke_device(scene.revoked.caller.device).await.unwrap();
    let person = world.cast(CastRole::RuleFour).clone();
    let wish = world.first_choice(&person, Subject::Three);
    let truth = world.seal(&scene.counter, &world.apply(&person, Subject::Three, wish, None));
    let before = world.deliver(&scene.counter, &truth).await;
    assert!(matches!(before, Outcome::Accepted { .. }), "the true command takes effect: {before:?}");
    let record = world.record(person.applicant.id).await;
    let head = world.core.store().get_head().await.unwrap();
    for attack in ATTACKS {
        let envelope = (attack.make)(&scene, truth.clone());
        let outcome = world.deliver(&scene.other, &envelope).await;
        assert_eq!(answer(&outcome, &before), attack.answer, "{}", attack.name);
        let outcome = world.deliver(&scene.counter, &envelope).await;
        assert_eq!(answer(&outcome, &before), attack.answer, "{}, brought by the device itself", attack.name);
        assert_eq!(world.record(person.applicant.id).await, record, "{}: nobody's record changes", attack.name);
        assert_eq!(world.core.store().get_head().await.unwrap(), head, "{}: and no device hears of it", attack.name);
    }
}

#[tokio::test]
async fn a_wrong_clock_gains_nothing() {
    let world = World::new(200).await;
    world.allow_vouching().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::RuleFour).clone();
    let open = world.open_sessions(&person, Subject::Three);
    let session = open.first().unwrap();
    let wish = Wish::Choose { sessions: vec![session.id], ordered: false };
    let command = world.apply(&person, Subject::Three, wish, None);
    let taken_at = |taken_at: Timestamp| {
        let head = yuyue_protocol::envelope::Head { taken_at, ..world.seal(&counter, &command).head() };
        Envelope::seal(head, &command, &counter.key).unwrap()
    };
    // The window has closed and the places are given out: whatever the device says about the time, it is too late.
    let (early, late) = (world.now(), world.now().plus_days(3_000));
    world.clock.set(session.instants.publication_at.plus_seconds(1));
    yuyue_central::scheduler::Scheduler::default().tick(&world.core).await.unwrap();
    for (at, why) in [(early, "taken long ago, it says"), (late, "taken in years to come, it says")] {
        let outcome = world.deliver(&counter, &taken_at(at)).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{why}: {outcome:?}");
    }
    let record = world.record(person.applicant.id).await;
    assert_eq!(record.applications, person.applications, "nothing was taken");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_whoever_signed_it() {
    let world = World::new(50).await;
    let counter = world.counter().await;
    let reveal = Command::RecordReveal { applicant: world.cast(CastRole::RuleFour).applicant.id };
    let envelope = world.seal(&counter, &reveal);
    let padded = Envelope { body: format!("{}{}", envelope.body, " ".repeat(BODY_BYTES_MAX)), ..envelope };
    let outcome = world.deliver(&counter, &padded).await;
    assert_eq!(answer(&outcome, &outcome.clone()), Answer::AsBefore, "it is answered");
    assert!(matches!(outcome, Outcome::Refused { .. }), "and refused: {outcome:?}");
}
