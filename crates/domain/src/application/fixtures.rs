//! Made-up people and applications for the tests of this crate.

use super::{Application, ApplicationState, Channel, Transition, Wish};
use crate::applicant::{Applicant, ApplicantRecord, Attempt, Test, TestOutcome};
use crate::identity::{DocumentType, IdentityDocument, Sex};
use crate::ids::{ApplicantId, ApplicationId, DeviceId, OfficeId, SessionId};
use crate::licence::{BusinessType, LicenceClass, Subject};
use crate::policy::Policy;
use crate::time::{Date, Timestamp};
use std::sync::LazyLock;
use uuid::Uuid;

/// The acceptance time of everybody in these tests.
pub const ACCEPTED: &str = "2026-09-01T10:00:00+08:00";

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a test writes valid times")
}

pub fn day(text: &str) -> Date {
    text.parse().expect("a test writes valid dates")
}

/// The seed's policy of the day on which these tests happen; read once, because reading it is slow.
pub fn policy() -> Policy {
    static POLICY: LazyLock<Policy> =
        LazyLock::new(|| crate::seed::policy(day("2026-11-22")).expect("the seed holds in 2026"));
    POLICY.clone()
}

pub fn application_id(number: u128) -> ApplicationId {
    ApplicationId(Uuid::from_u128(number))
}

/// Made-up text in one of the types that hide it.
fn personal<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(serde_json::Value::from(text)).expect("personal text is plain text on the wire")
}

pub fn record() -> ApplicantRecord {
    ApplicantRecord {
        applicant: Applicant {
            id: ApplicantId(1),
            serial: 17,
            name: personal("测试甲"),
            document: IdentityDocument { kind: DocumentType::Abroad, number: personal("TEST0001") },
            sex: Sex::Female,
            birth_date: day("2000-01-01"),
            phone: None,
            class: LicenceClass::C1,
            business: BusinessType::First,
            held_classes: vec![],
            accepted_at: at(ACCEPTED),
            restarted_at: None,
            office: OfficeId(1),
            permit: None,
            medical_on: None,
            place_changes: 0,
            blocks: vec![],
        },
        tests: vec![],
        applications: vec![],
    }
}

pub fn test(subject: Subject, taken_at: &str, outcome: TestOutcome) -> Test {
    Test { subject, taken_at: at(taken_at), attempt: Attempt::First, outcome, application: None }
}

/// An application of subject 2 for sessions 1 and 2 in this state, with a timeline of that one step.
pub fn application(number: u128, state: ApplicationState) -> Application {
    let accepted_at = at("2026-11-20T09:00:00+08:00");
    let sessions = vec![SessionId(1), SessionId(2)];
    Application {
        id: application_id(number),
        applicant: ApplicantId(1),
        subject: Subject::Two,
        class: LicenceClass::C1,
        wish: Wish::Choose { sessions: sessions.clone(), ordered: true },
        accepts: sessions,
        channel: Channel::Counter,
        office: OfficeId(1),
        device: DeviceId(1),
        clerk: None,
        identity_check: None,
        taken_at: accepted_at,
        accepted_at,
        state,
        timeline: vec![Transition { at: accepted_at, state, channel: Channel::Counter, clerk: None }],
    }
}
