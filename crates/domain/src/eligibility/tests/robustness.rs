//! No record, however odd, makes the rules panic, and what they answer holds together.

use super::*;
use crate::applicant::{Block, BlockReason};
use crate::application::ApplicationState;
use crate::ids::SessionId;
use crate::licence::BusinessType;
use proptest::prelude::*;
use proptest::sample::select;

fn any_date() -> impl Strategy<Value = Date> {
    (-40_000_i32..60_000).prop_map(|days| {
        let epoch = Timestamp::from_unix(0).unwrap();
        epoch.plus_days(days.into()).date()
    })
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (0_i64..4_000_000_000).prop_map(|seconds| Timestamp::from_unix(seconds).unwrap()),
        select(vec![Timestamp::MIN, Timestamp::MAX]),
        (1_780_000_000_i64..1_800_000_000).prop_map(|seconds| Timestamp::from_unix(seconds).unwrap()),
    ]
}

fn any_test() -> impl Strategy<Value = Test> {
    let outcome = prop_oneof![any::<u8>().prop_map(|score| TestOutcome::Scored { score }), Just(TestOutcome::Missed),];
    let attempt = select(vec![Attempt::First, Attempt::MakeUp]);
    let application = proptest::option::of((0_u128..4).prop_map(application_id));
    (select(Subject::ALL.to_vec()), any_time(), attempt, outcome, application).prop_map(
        |(subject, taken_at, attempt, outcome, application)| Test { subject, taken_at, attempt, outcome, application },
    )
}

fn any_state() -> impl Strategy<Value = ApplicationState> {
    let session = SessionId(1);
    any_time().prop_flat_map(move |time| {
        select(vec![
            ApplicationState::AwaitingCode,
            ApplicationState::Queued,
            ApplicationState::Placed { session, placed_at: time },
            ApplicationState::Unplaced,
            ApplicationState::CancelledByApplicant { session, cancelled_at: time },
            ApplicationState::Tested { session },
        ])
    })
}

prop_compose! {
    fn any_record()(
        birth_date in any_date(),
        accepted_at in any_time(),
        restarted_at in proptest::option::of(any_time()),
        class in select(LicenceClass::ALL.to_vec()),
        held_classes in proptest::collection::vec(select(LicenceClass::ALL.to_vec()), 0..3),
        business in select(BusinessType::ALL.to_vec()),
        permit in proptest::option::of((any_date(), any_date())),
        medical_on in proptest::option::of(any_date()),
        place_changes in any::<u8>(),
        block in proptest::option::of((any_date(), proptest::option::of(any_date()))),
        tests in proptest::collection::vec(any_test(), 0..14),
        states in proptest::collection::vec((any_state(), select(Subject::ALL.to_vec()), any_time()), 0..4),
    ) -> ApplicantRecord {
        let mut record = fixtures::record();
        let applicant = &mut record.applicant;
        applicant.birth_date = birth_date;
        applicant.accepted_at = accepted_at;
        applicant.restarted_at = restarted_at;
        applicant.class = class;
        applicant.held_classes = held_classes;
        applicant.business = business;
        applicant.permit = permit.map(|(issued_on, expires_on)| LearnerPermit { issued_on, expires_on });
        applicant.medical_on = medical_on;
        applicant.place_changes = place_changes;
        applicant.blocks =
            block.map(|(from, until)| Block { reason: BlockReason::Revoked, from, until }).into_iter().collect();
        record.tests = tests;
        record.applications = (0..).zip(states).map(|(number, (state, subject, accepted_at))| {
            let mut application = application(number, state);
            application.subject = subject;
            application.accepted_at = accepted_at;
            application
        }).collect();
        record
    }
}

proptest! {
    #[test]
    fn no_record_makes_the_rules_panic(record in any_record(), now in any_time()) {
        let policy = &*super::POLICY;
        let session = sessions::session(1, "2026-12-15T08:30:00+08:00");
        let site = sessions::site();
        let taken = [(application_id(1), &session)];
        for subject in Subject::ALL {
            let plain = check_eligibility(&record, subject, None, now, policy);
            let wanted = Wanted { session: &session, site: &site, taken_sessions: &taken };
            let with_session = check_eligibility(&record, subject, Some(wanted), now, policy);
            prop_assert!(
                with_session.refusals().len() >= plain.refusals().len(),
                "naming a session never takes a reason away"
            );
            let priority = check_priority(&record, subject, now, policy);
            prop_assert!(
                !priority.is_eligible() || record.applicant.permit.is_some(),
                "nobody without a permit has priority"
            );
            let passed = find_passed(&record, subject, now, policy);
            let state = subject_state(&record, subject, now, policy);
            prop_assert!(
                !matches!(state, SubjectState::Bookable) || (plain.is_eligible() && passed.is_none()),
                "what is offered for booking can be booked"
            );
        }
    }

    #[test]
    fn a_reason_that_ends_by_waiting_is_gone_on_that_day(record in any_record(), now in any_time()) {
        let policy = &*super::POLICY;
        for subject in Subject::ALL {
            for refusal in check_eligibility(&record, subject, None, now, policy).refusals() {
                let Some(day) = refusal.possible_from else { continue };
                prop_assert!(day > now.date(), "waiting ends in the future: {:?}", refusal);
                let then = Timestamp::start_of(day);
                if then.date() == day {
                    let later = check_eligibility(&record, subject, None, then, policy);
                    prop_assert!(!later.refusals().contains(refusal), "{:?} is gone on {}", refusal, day);
                }
            }
        }
    }
}
