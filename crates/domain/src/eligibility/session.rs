//! Whether one session fits a person: subject, class, site, and the sessions of the person's other applications.

use super::{Case, Judged, Refusal, RefusalCode, Wanted};
use crate::licence::Subject;
use crate::policy::local::FreeSites;
use crate::session::SiteStatus;

pub(super) fn check(case: Case<'_>) -> Vec<Refusal> {
    let Some(wanted) = case.wanted else { return Vec::new() };
    let mut refusals = check_offer(case, wanted);
    refusals.extend(check_place(case, wanted));
    refusals.extend(check_other_sessions(case, wanted));
    refusals
}

/// The session is for the subject and class, at a site that is in use and open for both.
fn check_offer(case: Case<'_>, Wanted { session, site, .. }: Wanted<'_>) -> Vec<Refusal> {
    let class = case.record.applicant.class;
    let cite = &case.policy.regulation.capacity.cite;
    let refuse = |code| Refusal::new(code, cite, Judged::Test);
    let mut refusals = Vec::new();
    if session.subject != case.subject {
        let code = RefusalCode::SessionOfOtherSubject { session: session.id, subject: session.subject };
        refusals.push(refuse(code));
    }
    if !session.classes.contains(&class) {
        refusals.push(refuse(RefusalCode::SessionNotForClass { session: session.id, class }));
    }
    if site.status != SiteStatus::Open {
        refusals.push(refuse(RefusalCode::SiteNotInUse { site: site.id }));
    }
    if !site.find_subject(case.subject).is_some_and(|offer| offer.classes.contains(&class)) {
        refusals.push(refuse(RefusalCode::SiteNotForClass { site: site.id, class }));
    }
    refusals
}

/// A site outside the place of testing asks for a change of that place first.
fn check_place(case: Case<'_>, Wanted { site, .. }: Wanted<'_>) -> Option<Refusal> {
    let applicant = &case.record.applicant;
    let free = match case.policy.local.places.free_sites {
        FreeSites::All => true,
        FreeSites::NearOffice => site.near.contains(&applicant.office),
    };
    let rule = &case.policy.regulation.place_changes;
    let changes_left = rule.limit.saturating_sub(applicant.place_changes);
    let code = RefusalCode::SiteOutsidePlace { site: site.id, changes_left };
    (!free).then(|| Refusal::new(code, &rule.cite, Judged::Application))
}

/// Nobody can be in two places at once; some subjects share a day only where the policy allows it.
fn check_other_sessions(case: Case<'_>, Wanted { session, taken_sessions, .. }: Wanted<'_>) -> Vec<Refusal> {
    let local = &case.policy.local;
    let mut refusals = Vec::new();
    for (application, other) in taken_sessions {
        if session.overlaps(other) {
            let code = RefusalCode::Overlap { session: session.id, application: *application, other: other.id };
            refusals.push(Refusal::new(code, &local.applications.cite, Judged::Test));
        }
        let one_day = session.starts_at.date() == other.starts_at.date();
        if one_day && !may_share_a_day(case, other.subject) {
            let code = RefusalCode::SameDay { session: session.id, application: *application, subject: other.subject };
            refusals.push(Refusal::new(code, &local.same_day.cite, Judged::Test));
        }
    }
    refusals
}

fn may_share_a_day(case: Case<'_>, other: Subject) -> bool {
    let rule = &case.policy.local.same_day;
    match (case.subject.min(other), case.subject.max(other)) {
        (Subject::Two, Subject::Three) => rule.two_and_three,
        (Subject::Two | Subject::Three, Subject::Four) => rule.four,
        _ => true,
    }
}
