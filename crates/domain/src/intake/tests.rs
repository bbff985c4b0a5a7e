//! What is taken, what is refused and why, and which older applications make way.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::applicant::{LearnerPermit, Test, TestOutcome};
use crate::application::fixtures::{application, application_id, at, day, record as plain_record, test};
use crate::application::{Application, ApplicationState};
use crate::eligibility::RefusalCode;
use crate::seed;
use crate::session::{SessionInstants, SiteSubject};

/// Sessions of 15, 16 and 17 December 2026; their windows are open from the 1st, 2nd and 3rd.
const OPEN: &str = "2026-12-03T10:00:00+08:00";

struct Scene {
    record: ApplicantRecord,
    sessions: BTreeMap<SessionId, Session>,
    sites: BTreeMap<SiteId, Site>,
    policy: Policy,
    priority_left: u16,
}

fn scene() -> Scene {
    let policy = seed::policy(day("2026-11-22")).unwrap();
    let mut record = plain_record();
    record.applicant.medical_on = Some(day("2026-08-20"));
    record.applicant.permit = Some(LearnerPermit { issued_on: day("2026-09-15"), expires_on: day("2029-09-15") });
    record.tests = vec![passed(Subject::One, "2026-09-14T09:00:00+08:00")];
    let sessions = [(1, "2026-12-15"), (2, "2026-12-16"), (3, "2026-12-17")]
        .map(|(id, date)| (SessionId(id), session(id, date, &policy)))
        .into();
    Scene { record, sessions, sites: [(SiteId(1), site(1))].into(), policy, priority_left: 1 }
}

fn passed(subject: Subject, taken_at: &str) -> Test {
    test(subject, taken_at, TestOutcome::Scored { score: 95 })
}

fn session(id: u32, date: &str, policy: &Policy) -> Session {
    let starts_at = at(&format!("{date}T08:30:00+08:00"));
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
        instants: SessionInstants::compute(starts_at, day("2026-11-20"), policy).unwrap(),
        extended: None,
        status: SessionStatus::Planned,
    }
}

fn site(id: u32) -> Site {
    Site {
        id: SiteId(id),
        code: format!("S{id}"),
        name: "样例考场".to_owned(),
        district: "巴南区".to_owned(),
        address: "样例路1号".to_owned(),
        near: vec![OfficeId(1)],
        subjects: vec![SiteSubject { subject: Subject::Two, classes: vec![LicenceClass::C1], daily_ceiling: 200 }],
        status: SiteStatus::Open,
    }
}

fn choose(sessions: &[u32], ordered: bool) -> Wish {
    Wish::Choose { sessions: sessions.iter().map(|id| SessionId(*id)).collect(), ordered }
}

fn assign(first: &str, last: &str) -> Wish {
    Wish::Assign { dates: DateRange { first: day(first), last: day(last) }, sites: vec![SiteId(1)] }
}

fn act(taken_at: &str, decided_at: &str) -> Act {
    Act { channel: Channel::Counter, clerk: None, taken_at: at(taken_at), decided_at: at(decided_at) }
}

impl Scene {
    fn intake(&self) -> Intake<'_> {
        Intake { record: &self.record, sessions: &self.sessions, sites: &self.sites, policy: &self.policy }
    }

    fn request(wish: Wish) -> Request {
        Request {
            id: application_id(99),
            subject: Subject::Two,
            wish,
            office: OfficeId(1),
            device: DeviceId(1),
            identity_check: Some(IdentityCheck::DocumentSeen),
            replaces: None,
        }
    }

    fn take(&self, wish: Wish, verified: bool) -> Result<Taken, Vec<Refusal>> {
        self.take_by(Self::request(wish), verified, act(OPEN, OPEN))
    }

    fn take_by(&self, request: Request, verified: bool, act: Act) -> Result<Taken, Vec<Refusal>> {
        take_application(self.intake(), request, verified, |_| self.priority_left, act)
    }

    fn with_live(mut self, state: ApplicationState) -> Self {
        self.record.applications.push(application(7, state));
        self
    }

    fn with_ending_permit(mut self) -> Self {
        self.record.applicant.accepted_at = at("2024-03-01T10:00:00+08:00");
        self.record.applicant.medical_on = Some(day("2026-10-20"));
        self.record.applicant.permit =
            Some(LearnerPermit { issued_on: day("2024-03-15"), expires_on: day("2027-03-15") });
        self.record.tests = vec![passed(Subject::One, "2024-03-14T09:00:00+08:00")];
        self
    }
}

fn intake_codes(result: Result<Taken, Vec<Refusal>>) -> Vec<IntakeRefusal> {
    let reasons = result.expect_err("it must be refused");
    reasons
        .into_iter()
        .filter_map(|reason| if let Refusal::Intake(code) = reason { Some(code) } else { None })
        .collect()
}

fn ids(application: &Application) -> Vec<u32> {
    application.accepts.iter().map(|id| id.0).collect()
}

#[test]
fn chosen_sessions_are_accepted_in_the_own_order_or_earliest_first() {
    let own = scene().take(choose(&[3, 1, 2], true), true).unwrap().application;
    assert_eq!(ids(&own), [3, 1, 2], "the applicant's own order of preference stays");
    assert_eq!(own.state, ApplicationState::Queued, "a confirmed code puts it into the queue");
    let unordered = scene().take(choose(&[3, 1, 2], false), true).unwrap().application;
    assert_eq!(ids(&unordered), [1, 2, 3], "without an order the earliest comes first");
}

#[test]
fn assigned_sessions_are_every_open_fitting_one_of_the_range() {
    let two = scene().take(assign("2026-12-16", "2026-12-31"), true).unwrap().application;
    assert_eq!(ids(&two), [2, 3], "only the days of the range, earliest first");
    let none = scene().take(assign("2026-12-18", "2026-12-31"), true);
    assert_eq!(intake_codes(none), [IntakeRefusal::NothingFits], "a range without sessions is said");
}

#[test]
fn a_suspended_site_or_a_cancelled_session_is_never_assigned() {
    let mut suspended = scene();
    suspended.sites.get_mut(&SiteId(1)).unwrap().status = SiteStatus::Suspended;
    assert_eq!(
        intake_codes(suspended.take(assign("2026-12-01", "2026-12-31"), true)),
        [IntakeRefusal::NothingFits],
        "a suspended site offers nothing"
    );
    let mut cancelled = scene();
    cancelled.sessions.get_mut(&SessionId(1)).unwrap().status = SessionStatus::Cancelled;
    let taken = cancelled.take(assign("2026-12-01", "2026-12-31"), true).unwrap();
    assert_eq!(ids(&taken.application), [2, 3], "the cancelled one is left out");
    assert_eq!(
        intake_codes(cancelled.take(choose(&[1], true), true)),
        [IntakeRefusal::SessionCancelled { session: SessionId(1) }],
        "and cannot be chosen"
    );
}

#[test]
fn choices_are_bounded_known_and_different() {
    let scene = scene();
    assert_eq!(intake_codes(scene.take(choose(&[], true), true)), [IntakeRefusal::NothingChosen], "none");
    assert_eq!(
        intake_codes(scene.take(choose(&[1, 2, 3, 4, 5, 6], true), true)),
        [IntakeRefusal::TooManySessions { max: 5 }],
        "domain §4: at most five"
    );
    assert_eq!(
        intake_codes(scene.take(choose(&[1, 2, 1], true), true)),
        [IntakeRefusal::SessionTwice { session: SessionId(1) }],
        "the same one twice"
    );
    assert_eq!(
        intake_codes(scene.take(choose(&[44], true), true)),
        [IntakeRefusal::SessionUnknown { session: SessionId(44) }],
        "one that does not exist"
    );
}

#[test]
fn every_session_of_a_choice_must_be_open_and_each_reason_is_given() {
    let early = act("2026-12-02T10:00:00+08:00", "2026-12-02T10:00:00+08:00");
    assert_eq!(
        intake_codes(scene().take_by(Scene::request(choose(&[1, 3], true)), true, early)),
        [IntakeRefusal::NotYetOpen { session: SessionId(3), opens_at: at("2026-12-03T09:00:00+08:00") }],
        "the window of the third opens a day later"
    );
    let late = act("2026-12-08T17:00:00+08:00", "2026-12-08T17:00:00+08:00");
    assert_eq!(
        intake_codes(scene().take_by(Scene::request(choose(&[1, 3], true)), true, late)),
        [IntakeRefusal::Closed { session: SessionId(1), closed_at: at("2026-12-08T17:00:00+08:00") }],
        "the first closes at 17:00 of the fifth working day before"
    );
}

#[test]
fn an_extended_session_is_taken_until_its_extended_close() {
    let mut extended = scene();
    extended.sessions.get_mut(&SessionId(1)).unwrap().extended = Some(true);
    let before = act("2026-12-10T11:59:59+08:00", "2026-12-10T11:59:59+08:00");
    assert!(extended.take_by(Scene::request(choose(&[1], true)), true, before).is_ok(), "until noon of the third day");
    let after = act("2026-12-10T12:00:00+08:00", "2026-12-10T12:00:00+08:00");
    assert!(extended.take_by(Scene::request(choose(&[1], true)), true, after).is_err(), "not from noon on");
}

#[test]
fn what_a_counter_took_in_time_counts_until_the_publication() {
    let taken = "2026-12-08T16:59:00+08:00";
    let on_the_way = act(taken, "2026-12-10T16:59:00+08:00");
    assert!(
        scene().take_by(Scene::request(choose(&[1], true)), true, on_the_way).is_ok(),
        "taken before the close and at the centre before the allocation"
    );
    let too_late = act(taken, "2026-12-10T17:00:00+08:00");
    assert_eq!(
        intake_codes(scene().take_by(Scene::request(choose(&[1], true)), true, too_late)),
        [IntakeRefusal::Published { session: SessionId(1), published_at: at("2026-12-10T17:00:00+08:00") }],
        "the allocation has run"
    );
    let mut strict = scene();
    strict.policy.local.applications.taken_in_time_counts = false;
    assert!(
        strict.take_by(Scene::request(choose(&[1], true)), true, on_the_way).is_err(),
        "by the policy only the arrival may count"
    );
    let kiosk = Act { channel: Channel::Kiosk, ..on_the_way };
    let request = Request { identity_check: None, ..Scene::request(choose(&[1], true)) };
    assert!(scene().take_by(request, true, kiosk).is_err(), "a kiosk vouches for nothing");
}

#[test]
fn without_its_code_an_application_is_held_and_confirmed_later() {
    let mut scene = scene();
    let held = scene.take(choose(&[1, 2], true), false).unwrap().application;
    assert_eq!(held.state, ApplicationState::AwaitingCode, "待验证: no rank, no place");
    scene.record.applications.push(held.clone());
    let confirmed = confirm_application(scene.intake(), held.id, act(OPEN, OPEN)).unwrap();
    assert_eq!(confirmed.state, ApplicationState::Queued, "the code puts it into the queue");
    let last = "2026-12-11T17:00:00+08:00";
    assert!(
        matches!(
            confirm_application(scene.intake(), held.id, act(last, last)).unwrap_err()[0],
            Refusal::Intake(IntakeRefusal::Published { .. })
        ),
        "after its last publication nothing is left to confirm"
    );
    let between = "2026-12-11T16:59:59+08:00";
    assert!(confirm_application(scene.intake(), held.id, act(between, between)).is_ok(), "one session left is enough");
}

#[test]
fn a_verified_application_takes_the_place_of_one_that_waits_for_its_code() {
    let taken = scene().with_live(ApplicationState::AwaitingCode).take(choose(&[3], true), true).unwrap();
    assert_eq!(taken.superseded.len(), 1, "exactly the held one makes way");
    assert_eq!(
        taken.superseded[0].state,
        ApplicationState::Superseded { by: application_id(99) },
        "and says in whose favour"
    );
}

#[test]
fn a_live_application_of_the_same_subject_refuses_another_one() {
    for (state, verified) in [
        (ApplicationState::Queued, true),
        (ApplicationState::AwaitingCode, false),
        (ApplicationState::Placed { session: SessionId(1), placed_at: at(OPEN) }, true),
    ] {
        let reasons = scene().with_live(state).take(choose(&[3], true), verified).expect_err("one live application");
        assert!(
            reasons.iter().any(
                |reason| matches!(reason, Refusal::Eligibility(why) if matches!(why.code, RefusalCode::LiveApplication { .. }))
            ),
            "{state:?}: {reasons:?}"
        );
    }
}

#[test]
fn an_application_that_is_named_for_replacement_makes_way_unless_it_has_a_place() {
    let replace = || Request { replaces: Some(application_id(7)), ..Scene::request(choose(&[3], true)) };
    let queued = scene().with_live(ApplicationState::Queued).take_by(replace(), true, act(OPEN, OPEN)).unwrap();
    assert_eq!(queued.superseded.len(), 1, "other sessions instead of the ones in the queue");
    assert!(
        scene().with_live(ApplicationState::Queued).take_by(replace(), false, act(OPEN, OPEN)).is_err(),
        "without its code the new one must not cost the place in the queue"
    );
    let placed = ApplicationState::Placed { session: SessionId(1), placed_at: at(OPEN) };
    assert!(
        scene().with_live(placed).take_by(replace(), true, act(OPEN, OPEN)).is_err(),
        "a place is given up by cancelling only"
    );
}

#[test]
fn a_priority_booking_is_placed_at_once_and_withdraws_the_normal_application() {
    let scene = scene().with_ending_permit().with_live(ApplicationState::Queued);
    let taken = scene.take(Wish::Priority { session: SessionId(2) }, true).unwrap();
    assert_eq!(
        taken.application.state,
        ApplicationState::Placed { session: SessionId(2), placed_at: at(OPEN) },
        "guide: success is immediate"
    );
    assert_eq!(taken.superseded.len(), 1, "the same subject's normal application is withdrawn in the same step");
}

#[test]
fn the_last_priority_place_is_given_once() {
    let mut taken = scene().with_ending_permit();
    taken.priority_left = 0;
    assert_eq!(
        intake_codes(taken.take(Wish::Priority { session: SessionId(2) }, true)),
        [IntakeRefusal::PriorityTaken { session: SessionId(2) }],
        "nobody gets a place that is not there"
    );
}

#[test]
fn priority_needs_an_ending_permit_an_open_session_and_the_code() {
    let priority = || Wish::Priority { session: SessionId(2) };
    let reasons = scene().take(priority(), true).expect_err("the permit is valid for long");
    assert!(
        matches!(&reasons[0], Refusal::Eligibility(why) if matches!(why.code, RefusalCode::PermitNotEnding { .. })),
        "{reasons:?}"
    );
    let ending = scene().with_ending_permit();
    assert!(ending.take(priority(), false).is_err(), "an unconfirmed priority booking takes nothing");
    let published = "2026-12-11T17:00:00+08:00";
    assert_eq!(
        intake_codes(ending.take_by(Scene::request(priority()), true, act(published, published))),
        [IntakeRefusal::Published { session: SessionId(2), published_at: at(published) }],
        "priority booking ends at the publication, whenever it was taken"
    );
}

#[test]
fn a_session_at_the_time_of_another_choice_is_neither_chosen_nor_assigned() {
    let mut scene = scene();
    let mut other = application(8, ApplicationState::Queued);
    other.subject = Subject::Three;
    other.accepts = vec![SessionId(4)];
    scene.record.applications.push(other);
    let mut clash = session(4, "2026-12-15", &scene.policy);
    clash.subject = Subject::Three;
    scene.sessions.insert(clash.id, clash);
    assert!(scene.take(choose(&[1], true), true).is_err(), "nobody can be at two tests at once");
    let assigned = scene.take(assign("2026-12-01", "2026-12-31"), true).unwrap().application;
    assert_eq!(ids(&assigned), [2, 3], "the system leaves it out");
}

#[test]
fn only_the_application_that_waits_can_be_confirmed() {
    let scene = scene().with_live(ApplicationState::Queued);
    assert!(
        matches!(
            confirm_application(scene.intake(), application_id(7), act(OPEN, OPEN)).unwrap_err()[..],
            [Refusal::Application(_)]
        ),
        "one in the queue needs no code"
    );
    assert!(
        matches!(
            confirm_application(scene.intake(), application_id(1), act(OPEN, OPEN)).unwrap_err()[..],
            [Refusal::Intake(IntakeRefusal::ApplicationUnknown)]
        ),
        "an unknown one is said to be unknown"
    );
}
