//! How subjects stand on the applicant page.

use super::*;
use crate::application::ApplicationState;
use crate::ids::SessionId;
use crate::licence::BusinessType;

fn state(record: &ApplicantRecord, subject: Subject) -> SubjectState {
    subject_state(record, subject, at(NOW), &policy())
}

#[test]
fn a_subject_is_passed_bookable_or_says_why_not() {
    let record = record();
    let test = PassedTest { score: 95, at: at("2026-09-14T09:00:00+08:00") };
    assert_eq!(state(&record, Subject::One), SubjectState::Passed { test }, "合格");
    assert_eq!(state(&record, Subject::Two), SubjectState::Bookable, "可预约");
    let SubjectState::NotBookable { refusals } = state(&record, Subject::Four) else {
        panic!("subject 4 waits for 2 and 3");
    };
    assert_eq!(refusals.len(), 1, "不可预约 with its reason");
}

#[test]
fn a_live_application_shows_where_it_stands() {
    let session = SessionId(4);
    let application_id = application_id(7);
    let table = [
        (ApplicationState::AwaitingCode, SubjectState::AwaitingCode { application: application_id }),
        (ApplicationState::Queued, SubjectState::Queued { application: application_id }),
        (
            ApplicationState::Placed { session, placed_at: at(NOW) },
            SubjectState::Placed { application: application_id, session },
        ),
        (ApplicationState::Withdrawn, SubjectState::Bookable),
    ];
    for (application_state, expected) in table {
        let mut record = record();
        record.applications = vec![application(7, application_state)];
        assert_eq!(state(&record, Subject::Two), expected, "{application_state:?}");
    }
}

#[test]
fn a_subject_outside_the_track_is_not_needed() {
    let mut record = record();
    record.applicant.business = BusinessType::AutomaticToManual;
    record.applicant.held_classes = vec![LicenceClass::C2];
    record.tests.clear();
    assert_eq!(state(&record, Subject::One), SubjectState::NotNeeded, "C2 to C1 begins with subject 2");
    assert_eq!(state(&record, Subject::Two), SubjectState::Bookable, "without subject 1");
}
