//! Whether every record of a city could have come from the product itself.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use yuyue_domain::applicant::{ApplicantRecord, Attempt, TestOutcome};
use yuyue_domain::application::{Application, ApplicationState, Channel, StateKind, Wish};
use yuyue_domain::identity::{DocumentType, IdentityDocument, PersonName, PhoneNumber};
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::Policy;
use yuyue_domain::seed;
use yuyue_domain::session::{Session, SessionInstants, SessionStatus, check_daily_ceiling, decide_extension};
use yuyue_domain::time::{Date, Timestamp};
use yuyue_sample::{City, CityConfig};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn city(seed: u64, applicants: u32, today: &str) -> (City, Policy) {
    let policy = seed::policy(day(today)).unwrap();
    (City::generate(&CityConfig::new(seed, applicants, day(today)), &policy).unwrap(), policy)
}

/// Everybody, the cast included.
fn everybody(city: &City) -> Vec<ApplicantRecord> {
    let cast = city.cast().iter().map(|member| member.record.clone());
    cast.chain(city.applicants().map(Result::unwrap)).collect()
}

fn session<'a>(city: &'a City, application: &Application) -> Option<&'a Session> {
    application.session().map(|id| &city.sessions()[id.0 as usize - 1])
}

fn check_person(city: &City, record: &ApplicantRecord) {
    let who = &record.applicant;
    assert_eq!(PersonName::parse(who.name.reveal()).unwrap(), who.name, "the name is in its normal form");
    let document = IdentityDocument::parse(who.document.kind, who.document.number.reveal());
    assert_eq!(document.as_ref(), Ok(&who.document), "the number is valid and in its normal form");
    let document = document.unwrap();
    if !matches!(who.document.kind, DocumentType::ForeignResident) || document.birth_date().is_some() {
        assert!(document.birth_date().is_none_or(|birth| birth == who.birth_date), "the number tells the birthday");
        assert!(document.sex().is_none_or(|sex| sex == who.sex), "the number tells the sex");
    }
    if let Some(phone) = &who.phone {
        assert!(phone.reveal().starts_with("100"), "no phone can be anybody's");
        assert_eq!(PhoneNumber::parse(phone.reveal()).as_ref(), Ok(phone), "the phone is in its normal form");
    }
    assert!(who.accepted_at < city.as_of(), "nothing happens after today");
    assert!(who.restarted_at.is_none_or(|at| who.accepted_at <= at && at < city.as_of()), "a restart follows");
    assert!(city.offices().find(who.office).is_some(), "the office exists");
    if let Some(permit) = &who.permit {
        assert!(who.accepted_at.date() < permit.issued_on, "a permit follows the acceptance");
        assert!(permit.issued_on < permit.expires_on, "a permit has a life");
        assert!(permit.issued_on <= city.as_of().date(), "a permit is issued already");
    }
}

fn check_tests(city: &City, policy: &Policy, record: &ApplicantRecord) {
    let who = &record.applicant;
    let regulation = &policy.regulation;
    let track = regulation.tracks.find(who.business, who.class, &who.held_classes).unwrap();
    let mut passed = BTreeSet::new();
    let mut failed_on: BTreeMap<Subject, Timestamp> = BTreeMap::new();
    let mut first_tries: BTreeMap<Subject, u8> = BTreeMap::new();
    let mut previous = who.accepted_at;
    for test in &record.tests {
        assert!(previous <= test.taken_at, "tests stand in the order in which they were taken");
        previous = test.taken_at;
        assert!(test.taken_at < city.as_of(), "no test lies in the future");
        assert!(track.subjects.contains(&test.subject), "the test belongs to the track");
        assert!(!passed.contains(&test.subject), "nobody is tested again after a pass");
        let after = regulation.order.rows.iter().find(|step| step.subject == test.subject);
        for before in after.iter().flat_map(|step| &step.after).filter(|before| track.subjects.contains(before)) {
            assert!(passed.contains(before), "{:?} comes before {:?}", before, test.subject);
        }
        if test.attempt == Attempt::First {
            *first_tries.entry(test.subject).or_default() += 1;
            let since = failed_on.get(&test.subject).map(|failed| test.taken_at.seconds_since(*failed));
            assert!(since.is_none_or(|seconds| seconds >= 10 * 86_400), "a failed booking waits ten days");
        }
        match test.outcome {
            TestOutcome::Scored { score } if score >= regulation.pass_marks.score(test.subject, who.class) => {
                passed.insert(test.subject);
            }
            TestOutcome::Scored { score } => {
                assert!(score <= 100, "a score is at most 100");
                failed_on.insert(test.subject, test.taken_at);
            }
            TestOutcome::Missed => {
                failed_on.insert(test.subject, test.taken_at);
            }
        }
        if let Some(id) = test.application {
            let application = record.applications.iter().find(|application| application.id == id).unwrap();
            let session = session(city, application).unwrap();
            assert_eq!(application.state.kind(), StateKind::Tested, "the test's booking was used");
            assert!(
                session.starts_at <= test.taken_at && test.taken_at < session.ends_at,
                "the test lies in its session"
            );
        } else {
            assert!(test.taken_at < city.sessions()[0].starts_at, "older tests are older than every session");
        }
    }
    for (subject, count) in first_tries {
        let limited = regulation.bookings.limit_subjects.contains(&subject);
        assert!(!limited || count <= regulation.bookings.limit, "no more bookings than the regulation allows");
    }
    if passed.contains(&Subject::One) && track.permit {
        assert!(who.permit.is_some(), "who passed subject 1 has a permit");
    }
}

fn check_application(city: &City, record: &ApplicantRecord, application: &Application) {
    let who = &record.applicant;
    assert_eq!(application.applicant, who.id, "the application is this person's");
    assert_eq!(application.class, who.class, "the class is the person's");
    assert!(who.accepted_at < application.taken_at, "nobody applies before being accepted");
    assert!(application.taken_at <= application.accepted_at, "the centre accepts what was taken");
    assert_eq!(application.timeline.last().unwrap().state, application.state, "the timeline ends in the state");
    assert_eq!(application.timeline[0].at, application.accepted_at, "the timeline begins with the acceptance");
    assert!(application.timeline.is_sorted_by_key(|step| step.at), "the timeline runs forward");
    assert!(application.timeline.last().unwrap().at <= city.as_of(), "nothing happens after today");
    assert_eq!(application.channel == Channel::Counter, application.identity_check.is_some(), "counters check");
    let device = city.devices().iter().find(|device| device.id == application.device).unwrap();
    assert_eq!(
        (device.office, device.channel),
        (application.office, application.channel),
        "the device is the office's"
    );
    if let Some(clerk) = application.clerk {
        let clerk = city.clerks().iter().find(|other| other.id == clerk).unwrap();
        assert_eq!(clerk.office, application.office, "the clerk works at that office");
    }
    assert!(!application.accepts.is_empty(), "an application accepts something");
    let distinct: BTreeSet<_> = application.accepts.iter().collect();
    assert_eq!(distinct.len(), application.accepts.len(), "no session is accepted twice");
    for id in &application.accepts {
        let session = &city.sessions()[id.0 as usize - 1];
        assert_eq!(session.id, *id, "sessions stand in the order of their ids");
        assert_eq!(session.subject, application.subject, "the session is of the subject");
        assert!(session.classes.contains(&application.class), "the session takes the class");
        let closes_at = match application.wish {
            Wish::Priority { .. } => session.instants.publication_at,
            _ => session.instants.closes_at,
        };
        assert!(session.instants.opens_at <= application.taken_at, "the session was open");
        assert!(application.accepted_at < closes_at, "the session was not closed");
    }
    check_wish(city, application);
    if let ApplicationState::Placed { session, placed_at } = application.state {
        assert!(application.accepts.contains(&session), "a place is in an accepted session");
        assert!(placed_at <= city.as_of(), "a place was given already");
        let session = &city.sessions()[session.0 as usize - 1];
        assert_eq!(session.status, SessionStatus::Planned, "nobody has a place in a cancelled session");
        assert!(city.as_of() < session.ends_at, "after the test the booking is used");
    }
}

/// That an "assign" application accepts every fitting session and a "choose" application what was chosen.
fn check_wish(city: &City, application: &Application) {
    match &application.wish {
        Wish::Priority { session } => assert_eq!(application.accepts, [*session], "exactly the chosen session"),
        Wish::Choose { sessions, ordered } => {
            assert_eq!(*sessions, application.accepts, "exactly the chosen sessions");
            assert!(*ordered || sessions.is_sorted(), "without an order the earliest comes first");
            assert!(sessions.len() <= 5, "at most five sessions");
        }
        Wish::Assign { dates, sites } => {
            let fitting: Vec<_> = city
                .sessions()
                .iter()
                .filter(|session| {
                    sites.contains(&session.site)
                        && dates.contains(session.starts_at.date())
                        && session.subject == application.subject
                        && session.classes.contains(&application.class)
                        && session.status == SessionStatus::Planned
                        && session.instants.opens_at <= application.taken_at
                        && application.accepted_at < session.instants.closes_at
                })
                .map(|session| session.id)
                .collect();
            let cancelled = |id: &&_| !fitting.contains(*id);
            for id in application.accepts.iter().filter(cancelled) {
                let session = &city.sessions()[id.0 as usize - 1];
                assert_eq!(session.status, SessionStatus::Cancelled, "only a session cancelled since is missing");
            }
            assert!(fitting.iter().all(|id| application.accepts.contains(id)), "every fitting session is accepted");
        }
    }
}

fn check_live(city: &City, record: &ApplicantRecord) {
    let live: Vec<_> = record.applications.iter().filter(|application| application.state.is_live()).collect();
    let subjects: BTreeSet<_> = live.iter().map(|application| application.subject).collect();
    assert_eq!(subjects.len(), live.len(), "at most one live application for each subject");
    for (index, one) in live.iter().enumerate() {
        for other in &live[index + 1..] {
            for (mine, theirs) in one.accepts.iter().flat_map(|mine| other.accepts.iter().map(move |id| (mine, id))) {
                let (mine, theirs) = (&city.sessions()[mine.0 as usize - 1], &city.sessions()[theirs.0 as usize - 1]);
                assert!(!mine.overlaps(theirs), "live applications of one person never overlap in time");
            }
        }
    }
    assert!(
        record.applications.is_sorted_by_key(|application| application.accepted_at),
        "applications stand in the order of their acceptance"
    );
}

fn check_sessions(city: &City, policy: &Policy, records: &[ApplicantRecord]) {
    let mut normal: BTreeMap<_, u32> = BTreeMap::new();
    let mut priority: BTreeMap<_, u32> = BTreeMap::new();
    let mut waiting_at_close = vec![0; city.sessions().len()];
    for application in records.iter().flat_map(|record| &record.applications) {
        if let Some(session) = application.session() {
            let seats = if matches!(application.wish, Wish::Priority { .. }) { &mut priority } else { &mut normal };
            *seats.entry(session).or_default() += 1;
        }
        for id in &application.accepts {
            let closes_at = city.sessions()[id.0 as usize - 1].instants.closes_at;
            let then = application.timeline.iter().rev().find(|step| step.at <= closes_at);
            let queued = then.is_some_and(|step| step.state == ApplicationState::Queued);
            if queued && !matches!(application.wish, Wish::Priority { .. }) {
                waiting_at_close[id.0 as usize - 1] += 1;
            }
        }
    }
    for (session, waiting) in city.sessions().iter().zip(waiting_at_close) {
        let date = session.starts_at.date();
        assert!(policy.calendar.is_working_day(date).unwrap(), "sessions take place on working days");
        let published_on = date.checked_sub_days(chrono::Days::new(30)).unwrap();
        let instants = SessionInstants::compute(session.starts_at, published_on, policy).unwrap();
        assert_eq!(session.instants, instants, "the instants are the policy's");
        assert!(session.places > 0, "a session has places");
        let site = city.sites().iter().find(|site| site.id == session.site).unwrap();
        let offer = site.find_subject(session.subject).unwrap();
        assert!(session.classes.iter().all(|class| offer.classes.contains(class)), "the site tests the classes");
        let taken = (normal.get(&session.id), priority.get(&session.id));
        assert!(taken.0.is_none_or(|count| *count <= session.places.into()), "no more placed than places");
        assert!(taken.1.is_none_or(|count| *count <= session.priority_places.into()), "nor in priority places");
        if session.instants.closes_at <= city.as_of() {
            let expected = Some(decide_extension(waiting, session.places));
            assert_eq!(session.extended, expected, "the extension of {} is decided by its applications", session.id);
        } else {
            assert_eq!(session.extended, None, "the extension is decided at the close");
        }
    }
    for site in city.sites() {
        for offer in &site.subjects {
            let own: Vec<_> = city.sessions().iter().filter(|session| session.site == site.id).collect();
            let days: BTreeSet<_> = own.iter().map(|session| session.starts_at.date()).collect();
            for day in days {
                let own = own.iter().copied();
                assert_eq!(check_daily_ceiling(site, offer.subject, day, own), Ok(()), "below the daily ceiling");
            }
        }
    }
}

fn check_distinct(records: &[ApplicantRecord]) {
    let ids: BTreeSet<_> = records.iter().map(|record| record.applicant.id).collect();
    let serials: BTreeSet<_> = records.iter().map(|record| record.applicant.serial).collect();
    let documents: BTreeSet<_> = records.iter().map(|record| &record.applicant.document).collect();
    let phones: Vec<_> = records.iter().filter_map(|record| record.applicant.phone.as_ref()).collect();
    let applications: Vec<_> = records.iter().flat_map(|record| &record.applications).map(|one| one.id).collect();
    assert_eq!(ids.len(), records.len(), "ids are distinct");
    assert_eq!(serials.len(), records.len(), "serial numbers are distinct");
    assert_eq!(documents.len(), records.len(), "documents are distinct");
    assert_eq!(phones.iter().collect::<BTreeSet<_>>().len(), phones.len(), "phones are distinct");
    assert_eq!(applications.iter().collect::<BTreeSet<_>>().len(), applications.len(), "applications are distinct");
}

fn check_city(city: &City, policy: &Policy) {
    let records = everybody(city);
    for record in &records {
        check_person(city, record);
        check_tests(city, policy, record);
        for application in &record.applications {
            check_application(city, record, application);
        }
        check_live(city, record);
    }
    check_sessions(city, policy, &records);
    check_distinct(&records);
}

#[test]
fn cities_of_every_size_are_consistent() {
    for applicants in [0, 1, 50, 10_000] {
        let (city, policy) = city(7, applicants, "2026-11-22");
        assert_eq!(city.applicants().count(), applicants as usize, "as many applicants as were asked for");
        check_city(&city, &policy);
    }
}

#[test]
fn a_city_met_just_after_a_long_holiday_is_consistent() {
    let (city, policy) = city(3, 400, "2026-10-08");
    check_city(&city, &policy);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_seed_and_day_gives_a_consistent_city(seed: u64, applicants in 0_u32..400, later in 0_u64..400) {
        let today = day("2026-06-01").checked_add_days(chrono::Days::new(later)).unwrap();
        let policy = seed::policy(today).unwrap();
        let city = City::generate(&CityConfig::new(seed, applicants, today), &policy).unwrap();
        check_city(&city, &policy);
    }
}
