//! Nothing that a device signed can be altered, and what was signed is kept to the letter.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use uuid::Uuid;
use yuyue_domain::application::Wish;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, ClerkId, DeviceId, OfficeId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::command::{Code, Command};
use yuyue_protocol::envelope::{BODY_BYTES_MAX, Envelope, EnvelopeError, Head};

fn head() -> Head {
    Head {
        id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
        device: DeviceId(7),
        number: 42,
        clerk: Some(ClerkId(3)),
        taken_at: "2026-11-24T10:42:08+08:00".parse().unwrap(),
    }
}

fn command() -> Command {
    Command::Apply {
        applicant: ApplicantId(11),
        subject: Subject::Three,
        wish: Wish::Choose { sessions: vec![SessionId(5), SessionId(2)], ordered: true },
        office: OfficeId(5),
        identity_check: Some(IdentityCheck::DocumentSeen),
        code: Some(Code("407162".into())),
        replaces: None,
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

#[test]
fn a_sealed_command_is_believed_and_reads_as_it_was_written() {
    let envelope = Envelope::seal(head(), &command(), &key(1)).unwrap();
    envelope.check_signature(&key(1).verifying_key()).unwrap();
    assert_eq!(envelope.command().unwrap(), command(), "the body decodes to the command that was sealed");
}

#[test]
fn an_envelope_survives_the_wire_to_the_letter() {
    let envelope = Envelope::seal(head(), &command(), &key(1)).unwrap();
    let text = serde_json::to_string(&envelope).unwrap();
    let back: Envelope = serde_json::from_str(&text).unwrap();
    assert_eq!(back, envelope, "JSON keeps every field");
    back.check_signature(&key(1).verifying_key()).unwrap();
}

type Alteration = (&'static str, fn(&mut Envelope));

#[test]
fn every_altered_field_breaks_the_signature() {
    let sealed = Envelope::seal(head(), &command(), &key(1)).unwrap();
    let alterations: [Alteration; 8] = [
        ("id", |e| e.id = Uuid::from_u128(1)),
        ("device", |e| e.device = DeviceId(8)),
        ("number", |e| e.number += 1),
        ("clerk", |e| e.clerk = Some(ClerkId(4))),
        ("no clerk", |e| e.clerk = None),
        ("taken_at", |e| e.taken_at = e.taken_at.plus_seconds(-1)),
        ("signature", |e| {
            let mut bytes = e.signature.to_bytes();
            bytes[0] ^= 1;
            e.signature = ed25519_dalek::Signature::from_bytes(&bytes);
        }),
        ("body", |e| e.body = e.body.replace("\"subject\":3", "\"subject\":2")),
    ];
    for (field, alter) in alterations {
        let mut altered = sealed.clone();
        alter(&mut altered);
        assert_ne!(altered, sealed, "{field} was really altered");
        assert!(
            matches!(altered.check_signature(&key(1).verifying_key()), Err(EnvelopeError::Signature)),
            "an altered {field} must not be believed"
        );
    }
}

#[test]
fn another_devices_key_is_not_believed() {
    let envelope = Envelope::seal(head(), &command(), &key(1)).unwrap();
    assert!(envelope.check_signature(&key(2).verifying_key()).is_err(), "only the device's own key counts");
}

#[test]
fn a_body_beyond_the_bound_is_refused_before_it_is_read() {
    let mut envelope = Envelope::seal(head(), &command(), &key(1)).unwrap();
    envelope.body = " ".repeat(BODY_BYTES_MAX + 1);
    assert!(matches!(envelope.command(), Err(EnvelopeError::TooLong { .. })), "the bound is checked first");
}

#[test]
fn neither_the_code_nor_the_body_shows_up_in_debug() {
    let envelope = Envelope::seal(head(), &command(), &key(1)).unwrap();
    let shown = format!("{envelope:?} {:?}", command());
    assert!(!shown.contains("407162"), "a code must never reach a log");
}

proptest! {
    #[test]
    fn no_flipped_bit_of_the_body_is_believed(position in 0usize..200, bit in 0u8..7) {
        let mut envelope = Envelope::seal(head(), &command(), &key(1)).unwrap();
        let mut bytes = envelope.body.clone().into_bytes();
        let position = position % bytes.len();
        bytes[position] ^= 1 << bit;
        envelope.body = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(envelope.check_signature(&key(1).verifying_key()).is_err(), "a flipped bit must be noticed");
    }

    #[test]
    fn a_damaged_envelope_is_refused_or_believed_by_nobody(position in 0usize..2_000, byte in any::<u8>()) {
        let sealed = Envelope::seal(head(), &command(), &key(1)).unwrap();
        let mut bytes = serde_json::to_string(&sealed).unwrap().into_bytes();
        let position = position % bytes.len();
        bytes[position] = byte;
        if let Ok(read) = serde_json::from_slice::<Envelope>(&bytes) {
            let is_believed = read.check_signature(&key(1).verifying_key()).is_ok();
            prop_assert!(!is_believed || read == sealed, "what is believed is what was sealed");
        }
    }

    #[test]
    fn a_time_survives_its_text(seconds in Timestamp::MIN.unix()..=Timestamp::MAX.unix()) {
        let time = Timestamp::from_unix(seconds).unwrap();
        prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time, "RFC 3339 keeps whole seconds");
    }
}
