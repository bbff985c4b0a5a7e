//! Whether one session fits a person (art. 39, 54; domain §5).

use super::*;
use crate::ids::{OfficeId, SessionId, SiteId};
use crate::policy::local::FreeSites;
use crate::session::{SessionInstants, SessionStatus, SiteStatus, SiteSubject};

/// A session of subject 2 for C1 at [`site`], three hours long.
pub(super) fn session(id: u32, starts_at: &str) -> Session {
    let starts_at = at(starts_at);
    let published_on = starts_at.plus_days(-40).date();
    Session {
        id: SessionId(id),
        plan: format!("SAMPLE-{id}"),
        site: SiteId(1),
        starts_at,
        ends_at: starts_at.plus_seconds(3 * 3600),
        subject: Subject::Two,
        classes: vec![LicenceClass::C1],
        places: 60,
        priority_places: 6,
        instants: SessionInstants::compute(starts_at, published_on, &policy()).unwrap(),
        extended: None,
        status: SessionStatus::Planned,
    }
}

/// A site that tests subjects 2 and 3 for C1 and is near office 1.
pub(super) fn site() -> Site {
    let offer = |subject| SiteSubject { subject, classes: vec![LicenceClass::C1], daily_ceiling: 300 };
    Site {
        id: SiteId(1),
        code: "S1".to_owned(),
        name: "样例考场".to_owned(),
        district: "样例区".to_owned(),
        address: "样例路1号".to_owned(),
        near: vec![OfficeId(1)],
        subjects: vec![offer(Subject::Two), offer(Subject::Three)],
        status: SiteStatus::Open,
    }
}

const START: &str = "2026-12-15T08:30:00+08:00";

fn found(session: &Session, site: &Site, taken: &[(ApplicationId, &Session)], policy: &Policy) -> Vec<RefusalCode> {
    let wanted = Wanted { session, site, taken_sessions: taken };
    codes_of(&check_eligibility(&record(), Subject::Two, Some(wanted), at(NOW), policy))
}

#[test]
fn a_session_is_for_the_subject_and_the_class() {
    let site = site();
    assert_eq!(found(&session(1, START), &site, &[], &policy()), [], "a fitting session");
    let mut other_class = session(1, START);
    other_class.classes = vec![LicenceClass::C2];
    assert_eq!(
        found(&other_class, &site, &[], &policy()),
        [RefusalCode::SessionNotForClass { session: SessionId(1), class: LicenceClass::C1 }],
        "a session of another class"
    );
    let mut other_subject = session(1, START);
    other_subject.subject = Subject::Three;
    assert_eq!(
        found(&other_subject, &site, &[], &policy()),
        [RefusalCode::SessionOfOtherSubject { session: SessionId(1), subject: Subject::Three }],
        "a session of another subject"
    );
}

#[test]
fn a_site_is_in_use_for_the_subject_and_the_class() {
    let session = session(1, START);
    for status in [SiteStatus::Suspended, SiteStatus::Closed] {
        let mut closed = site();
        closed.status = status;
        let code = RefusalCode::SiteNotInUse { site: SiteId(1) };
        assert_eq!(found(&session, &closed, &[], &policy()), [code], "a site that is {status:?}");
    }
    let code = RefusalCode::SiteNotForClass { site: SiteId(1), class: LicenceClass::C1 };
    let mut without_class = site();
    without_class.subjects[0].classes = vec![LicenceClass::C2];
    assert_eq!(found(&session, &without_class, &[], &policy()), vec![code.clone()], "another class there");
    let mut without_subject = site();
    without_subject.subjects.remove(0);
    assert_eq!(found(&session, &without_subject, &[], &policy()), [code], "another subject there");
}

#[test]
fn sites_outside_the_place_of_testing_need_a_change_of_it_where_the_policy_says_so() {
    let session = session(1, START);
    let mut far = site();
    far.near = vec![OfficeId(2)];
    let mut policy = policy();
    assert_eq!(found(&session, &far, &[], &policy), [], "all sites are free by default");
    policy.local.places.free_sites = FreeSites::NearOffice;
    assert_eq!(found(&session, &site(), &[], &policy), [], "a site near the accepting office is free");
    let wanted = Wanted { session: &session, site: &far, taken_sessions: &[] };
    for (place_changes, changes_left) in [(0, 3), (3, 0), (9, 0)] {
        let mut record = record();
        record.applicant.place_changes = place_changes;
        let eligibility = check_eligibility(&record, Subject::Two, Some(wanted), at(NOW), &policy);
        assert_eq!(
            codes_of(&eligibility),
            [RefusalCode::SiteOutsidePlace { site: SiteId(1), changes_left }],
            "after {place_changes} of three changes"
        );
        assert_eq!(eligibility.refusals()[0].cite.articles, [39], "by article 39");
    }
}

#[test]
fn sessions_that_overlap_with_another_application_cannot_be_chosen() {
    let wanted = session(1, START);
    let site = site();
    let mut overlapping = session(2, "2026-12-15T11:29:59+08:00");
    let mut touching = session(3, "2026-12-15T11:30:00+08:00");
    overlapping.subject = Subject::Three;
    touching.subject = Subject::Three;
    let other = application_id(9);
    assert_eq!(
        found(&wanted, &site, &[(other, &overlapping), (other, &touching)], &policy()),
        [RefusalCode::Overlap { session: SessionId(1), application: other, other: SessionId(2) }],
        "a second of overlap is one, touching is none"
    );
}

#[test]
fn subjects_share_a_day_where_the_policy_allows_it() {
    let wanted = session(1, START);
    let site = site();
    let mut afternoon = session(2, "2026-12-15T14:00:00+08:00");
    let mut next_day = session(3, "2026-12-16T08:30:00+08:00");
    let other = application_id(9);
    for (subject, two_and_three, four, refused) in [
        (Subject::Three, true, true, false),
        (Subject::Three, false, true, true),
        (Subject::Three, true, false, false),
        (Subject::Four, true, false, true),
        (Subject::Four, false, true, false),
    ] {
        afternoon.subject = subject;
        next_day.subject = subject;
        let mut policy = policy();
        policy.local.same_day.two_and_three = two_and_three;
        policy.local.same_day.four = four;
        let code = RefusalCode::SameDay { session: SessionId(1), application: other, subject };
        let expected = if refused { vec![code] } else { vec![] };
        assert_eq!(
            found(&wanted, &site, &[(other, &afternoon), (other, &next_day)], &policy),
            expected,
            "subject 2 in the morning and {} in the afternoon",
            subject.number()
        );
    }
}
