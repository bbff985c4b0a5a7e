//! The pages beside the flow: applicant, progress, today, results, offices.

use super::Counter;
use crate::testing::run;
use crate::use_cases::applicant::open_applicant;
use crate::use_cases::search::search;
use crate::view::applicant::{QueryKind, Standing};
use crate::view::progress::{ProgressQuery, ProgressTab};
use crate::view::reason::Page;
use crate::view::results::ResultsQuery;
use crate::view::submission::MilestoneKind;
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::ids::{ApplicantId, PublicationId};
use yuyue_domain::licence::Subject;
use yuyue_domain::publication::{Publication, PublicationResult, PublishedResult, PublishedSession};
use yuyue_protocol::change::Row;
use yuyue_sample::CastRole;

const PAGE: Page = Page { index: 0, size: 50 };

#[test]
fn an_applicant_page_says_how_every_subject_stands_and_why() {
    let counter = Counter::open();
    let view = counter.desk().applicant_view(counter.id(CastRole::Ineligible)).expect("readable");
    assert_eq!(view.subjects[0].standing, Standing::Passed, "subject 1 is passed");
    assert!(view.subjects[0].passed.is_some_and(|passed| passed.score >= 90), "with its score");
    for row in &view.subjects[1..] {
        assert_eq!(row.standing, Standing::Refused, "the others are refused");
        assert!(row.reasons.iter().all(|reason| !reason.code.is_empty()), "with reasons");
        assert!(row.reasons.iter().any(|reason| reason.article.is_some()), "and articles");
    }
    let view = counter.desk().applicant_view(counter.id(CastRole::RuleFour)).expect("readable");
    assert_eq!(view.next_subject, Some(Subject::Three), "what F3 books");
    let card = view.rank.expect("a rank card");
    assert!(card.sort_time.rules.len() >= 3, "rule 4: the later of two");
    assert!(!view.history.is_empty() && view.history[0].at >= view.history[1].at, "the newest first");
    let priority = view.priority.expect("a verdict");
    assert!(!priority.eligible && !priority.reasons.is_empty(), "not open, and why not");
}

#[test]
fn a_look_up_tells_what_it_took_the_text_for_and_how_people_stand() {
    let mut counter = Counter::open();
    let answer = run(search(&counter.desk, &counter.centre, "zlh")).expect("readable");
    assert_eq!(answer.kind, Some(QueryKind::Pinyin), "initials");
    let hit = answer.hits.iter().find(|hit| hit.applicant.id == counter.id(CastRole::Queued));
    let hit = hit.expect("周例候 is found");
    assert_eq!((hit.subject, hit.standing), (Some(Subject::Three), Some(Standing::Queued)), "and waits in subject 3");
    let person = counter.person(CastRole::RuleFour).applicant.clone();
    let answer = run(search(&counter.desk, &counter.centre, person.document.number.reveal())).expect("readable");
    assert_eq!((answer.kind, answer.hits.len()), (Some(QueryKind::Number), 1), "a number is one person");
    assert!(!answer.local_only, "what is here is what the centre has, while the line is up");
    let answer = run(search(&counter.desk, &counter.centre, "龘龘龘")).expect("readable");
    assert!(!answer.local_only && answer.hits.is_empty(), "for what is not here the centre is asked");
    counter.cut();
    let answer = run(search(&counter.desk, &counter.centre, "龘龘龘")).expect("no line is no error");
    assert!(answer.local_only, "without line it says that only the local data were asked");
}

#[test]
fn while_a_fill_runs_whoever_is_not_here_yet_is_found_opened_and_booked_for() {
    let mut counter = Counter::open();
    let here = counter.person(CastRole::RuleFour).clone();
    let id = ApplicantId(9_000_001);
    let coming = Applicant { id, ..here.applicant.clone() };
    counter.centre.set_record(&ApplicantRecord { applicant: coming, tests: here.tests, applications: Vec::new() });
    let found = |counter: &Counter| {
        let answer = run(search(&counter.desk, &counter.centre, here.applicant.name.reveal())).expect("readable");
        assert!(!answer.local_only, "the line is up");
        answer.hits.iter().any(|hit| hit.applicant.id == id)
    };
    assert!(!found(&counter), "who is found here is enough while the cache is in step");
    counter.sync.refill().expect("writable");
    assert!(found(&counter), "while it is filled the centre may know more of the same name");
    let page = run(open_applicant(&counter.desk, &counter.centre, id)).expect("fetched");
    assert_eq!(page.next_subject, Some(Subject::Three), "the page says what can be booked");
    let booking = counter.desk().booking_start(id, None, None).expect("begun");
    assert_eq!(booking.subject, Some(Subject::Three), "and it is booked");
}

#[test]
fn progress_lists_a_person_or_the_office_with_counts_for_every_tab() {
    let counter = Counter::open();
    let mut query = ProgressQuery {
        applicant: Some(counter.id(CastRole::Queued)),
        tab: ProgressTab::Queued,
        text: String::new(),
        subject: None,
        taken: None,
        page: PAGE,
    };
    let page = counter.desk().progress(&query).expect("readable");
    assert_eq!((page.rows.len(), page.total), (1, 1), "one waits");
    assert!(page.rows[0].actions.end.is_some(), "and can be withdrawn");
    let coming: Vec<MilestoneKind> = page.rows[0].milestones.iter().map(|milestone| milestone.kind).collect();
    let expected = [MilestoneKind::Taken, MilestoneKind::Closes, MilestoneKind::Publication, MilestoneKind::Test];
    assert_eq!(coming, expected, "with its dates, that of the test among them");
    query.applicant = None;
    query.tab = ProgressTab::All;
    let page = counter.desk().progress(&query).expect("readable");
    let all = page.tabs.iter().find(|tab| tab.tab == ProgressTab::All).expect("a tab").count;
    let others: u32 = page.tabs.iter().filter(|tab| tab.tab != ProgressTab::All).map(|tab| tab.count).sum();
    assert_eq!((all, others), (page.total, page.total), "the tabs add up");
    query.text = page.rows[0].number.clone();
    let found = counter.desk().progress(&query).expect("readable");
    assert_eq!(found.rows[0].application.id, page.rows[0].application.id, "a number finds its application");
    query.text = "没有这样的人".into();
    assert_eq!(counter.desk().progress(&query).expect("readable").total, 0, "and nonsense finds nothing");
}

#[test]
fn today_shows_what_was_done_here_and_whom_it_was_done_for() {
    let counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    run(crate::use_cases::submit::submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("accepted");
    counter.desk().close_applicant().expect("下一位");
    let today = counter.desk().today().expect("readable");
    assert_eq!(
        (today.counter_total, today.rows[0].here),
        (1, true),
        "one booking; reading and revealing are no business"
    );
    assert_eq!(today.queued_total, 1, "it waits for a publication");
    assert_eq!(today.served[0].applicant.id, counter.id(CastRole::RuleFour), "and the person was served last");
    assert_eq!(today.hours.len(), 9, "the hours of the office");
}

#[test]
fn a_publication_is_listed_by_session_and_rank_and_explains_who_got_no_place() {
    let mut counter = Counter::open();
    let placed = counter.person(CastRole::Placed).clone();
    let unplaced = counter.person(CastRole::Unplaced).clone();
    let won = placed.applications.iter().find(|row| row.is_live()).expect("placed").clone();
    let lost = unplaced.applications.last().expect("an application").clone();
    let session = won.session().expect("a place");
    let at = super::start_of_today();
    let publication = Publication {
        id: PublicationId(1),
        publication_at: at,
        sessions: vec![PublishedSession { session, places: 1, placed: 1, applications: 2, last_admitted: Some(1) }],
        placed: 1,
        unplaced: 1,
        waiting: 0,
    };
    counter.centre.set(Row::Publication(publication));
    for (rank, record, application, result) in
        [(1, &placed, &won, PublicationResult::Placed { session }), (2, &unplaced, &lost, PublicationResult::Unplaced)]
    {
        counter.centre.set(Row::PublishedResult(PublishedResult {
            publication: PublicationId(1),
            application: application.id,
            applicant: record.applicant.id,
            name_masked: record.applicant.name.masked(),
            number_masked: record.applicant.document.number.masked(),
            subject: application.subject,
            class: application.class,
            rank,
            sort_time: at,
            result,
        }));
    }
    counter.follow();
    let query = ResultsQuery { day: None, session: None, text: String::new(), page: PAGE };
    let page = counter.desk().results(&query).expect("readable");
    assert_eq!((page.day, page.session, page.rows.len()), (Some(at.date()), Some(session), 2), "the latest day's list");
    assert_eq!(page.rows[0].name_masked, placed.applicant.name.masked(), "masked");
    assert!(page.rows[0].placed && !page.rows[1].placed, "who got a place, then who accepted it and got none");
    assert_eq!(page.sessions[0].places, 1, "and how many places there were");
    assert_eq!(page.sessions[0].applied, 2, "who applied for them then, whoever is still counted as waiting now");
    let view = counter.desk().application(lost.id).expect("readable");
    assert_eq!(view.rank, Some(2), "the rank of the allocation");
    assert_eq!(view.reasons[0].code, "cut_off", "and whom the session admitted last");
    assert!(view.actions.again, "照上次志愿再约 is offered");
}

#[test]
fn offices_and_notices_can_always_be_read() {
    let counter = Counter::open();
    let view = counter.desk().offices().expect("readable");
    assert_eq!((view.offices.len(), view.own), (15, Some(crate::testing::OFFICE)), "the 15 offices of the guide");
    assert_eq!(view.telephone, "(023)68688823", "and its telephone");
    assert!(!view.sites.is_empty(), "and the exam sites");
    counter.desk().notice(yuyue_domain::notice::NoticeKind::Priority).expect("both notices");
}
