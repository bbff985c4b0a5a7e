//! Which subjects a person needs and in which order (art. 30, 36, 37, 39).

use super::bookings::find_passed;
use super::{Case, Judged, Refusal, RefusalCode};
use crate::applicant::Applicant;
use crate::licence::Subject;
use crate::policy::Policy;
use crate::policy::regulation::Track;

/// The track of a person, or that there is none.
pub(super) fn find<'a>(applicant: &Applicant, policy: &'a Policy) -> Result<&'a Track, Refusal> {
    let (business, class) = (applicant.business, applicant.class);
    let tracks = &policy.regulation.tracks;
    tracks.find(business, class, &applicant.held_classes).ok_or_else(|| {
        Refusal::new(RefusalCode::ClassNotOffered { business, class }, &tracks.cite, Judged::Application)
    })
}

/// Whether the subject is still to be passed at all.
pub(super) fn check_needed(case: Case<'_>) -> Option<Refusal> {
    if !case.track.subjects.contains(&case.subject) {
        let code = RefusalCode::SubjectNotNeeded { needed: case.track.subjects.clone() };
        return Some(Refusal::new(code, &case.track.cite, Judged::Application));
    }
    let passed = find_passed(case.record, case.subject, case.now, case.policy)?;
    let code = RefusalCode::AlreadyPassed { passed_on: passed.at.date() };
    Some(Refusal::new(code, &case.policy.regulation.pass_marks.cite, Judged::Application))
}

/// What comes first must be passed; subjects outside the track do not count.
pub(super) fn check_order(case: Case<'_>) -> Vec<Refusal> {
    let order = &case.policy.regulation.order;
    let Some(step) = order.rows.iter().find(|step| step.subject == case.subject) else { return Vec::new() };
    let missing: Vec<Subject> = step
        .after
        .iter()
        .copied()
        .filter(|before| case.track.subjects.contains(before))
        .filter(|before| find_passed(case.record, *before, case.now, case.policy).is_none())
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    vec![Refusal::new(RefusalCode::EarlierSubjectMissing { missing }, &order.cite, Judged::Application)]
}
