//! The wire form of everything that travels between centre, device and window, as literal JSON: whoever changes one of
//! these changes what older devices read, and has to mean it.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use yuyue_domain::applicant::{Applicant, ApplicantRecord, Test};
use yuyue_domain::application::{Application, ApplicationState, StateKind, Wish};
use yuyue_domain::eligibility::{Eligibility, RefusalCode, SubjectState};
use yuyue_domain::flow::{Flow, FlowAction, FlowRefusal, StepView, Submission};
use yuyue_domain::notice::{Agreement, Consequence, Notice};
use yuyue_domain::office::OfficeList;
use yuyue_domain::policy::PolicyDocument;
use yuyue_domain::publication::{Publication, PublishedResult};
use yuyue_domain::rank::{Gauge, Ladder, Rank, SessionCounts, SessionQueue};
use yuyue_domain::refusal::Refusal;
use yuyue_domain::seed;
use yuyue_domain::session::{Session, Site};
use yuyue_domain::sort_time::SortTime;
use yuyue_domain::verification::{CodeRemaining, CodeState};

/// Reads a literal and writes it again: both have to be the same, so that no key is lost, renamed or added.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "literals are written where they are passed")]
fn travels<T: Serialize + DeserializeOwned>(literal: Value) -> T {
    let value: T = serde_json::from_value(literal.clone()).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), literal, "what was read is written again");
    value
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "literals are written where they are passed")]
fn all_travel<T: Serialize + DeserializeOwned>(literals: Value) {
    for literal in literals.as_array().unwrap() {
        travels::<T>(literal.clone());
    }
}

const COMMAND: &str = "01990000-0000-7000-8000-000000000001";
const OTHER: &str = "01990000-0000-7000-8000-000000000002";

fn applicant() -> Value {
    json!({
        "id": 7, "serial": 17, "name": "测试甲", "document": { "kind": "A", "number": "11010519491231002X" },
        "sex": "female", "birth_date": "1949-12-31", "phone": "13900000001", "class": "C1", "business": "first",
        "held_classes": ["D"], "accepted_at": "2026-09-01T10:00:00+08:00",
        "restarted_at": "2026-10-01T10:00:00+08:00", "office": 3,
        "permit": { "issued_on": "2026-09-15", "expires_on": "2029-09-15" }, "medical_on": "2026-08-20",
        "place_changes": 1, "blocks": [{ "reason": "stand_in", "from": "2020-01-01", "until": null }],
    })
}

fn application() -> Value {
    json!({
        "id": COMMAND, "applicant": 7, "subject": 2, "class": "C1",
        "wish": { "mode": "choose", "sessions": [5, 4], "ordered": true }, "accepts": [5, 4], "channel": "counter",
        "office": 3, "device": 12, "clerk": 9, "identity_check": "card_read",
        "taken_at": "2026-12-01T09:00:00+08:00", "accepted_at": "2026-12-01T09:00:02+08:00",
        "state": { "state": "placed", "session": 5, "placed_at": "2026-12-10T17:00:00+08:00" },
        "timeline": [
            { "at": "2026-12-01T09:00:02+08:00", "state": { "state": "queued" }, "channel": "counter", "clerk": 9 },
            { "at": "2026-12-10T17:00:00+08:00", "channel": "system", "clerk": null,
              "state": { "state": "placed", "session": 5, "placed_at": "2026-12-10T17:00:00+08:00" } },
        ],
    })
}

#[test]
fn an_applicant_with_tests_and_applications() {
    travels::<Applicant>(applicant());
    let tests = json!([
        { "subject": 1, "taken_at": "2026-09-14T09:00:00+08:00", "attempt": "first",
          "outcome": { "kind": "scored", "score": 95 }, "application": null },
        { "subject": 2, "taken_at": "2026-10-14T09:00:00+08:00", "attempt": "make_up",
          "outcome": { "kind": "missed" }, "application": COMMAND },
    ]);
    all_travel::<Test>(tests.clone());
    let record = json!({ "applicant": applicant(), "tests": tests, "applications": [application()] });
    travels::<ApplicantRecord>(record);
}

#[test]
fn an_application_its_wishes_and_its_states() {
    travels::<Application>(application());
    all_travel::<Wish>(json!([
        { "mode": "choose", "sessions": [1], "ordered": false },
        { "mode": "assign", "dates": { "first": "2026-12-01", "last": "2026-12-31" }, "sites": [2] },
        { "mode": "priority", "session": 3 },
    ]));
    let states = json!([
        { "state": "awaiting_code" },
        { "state": "queued" },
        { "state": "placed", "session": 5, "placed_at": "2026-12-10T17:00:00+08:00" },
        { "state": "unplaced" },
        { "state": "withdrawn" },
        { "state": "cancelled_by_applicant", "session": 5, "cancelled_at": "2026-12-11T09:00:00+08:00" },
        { "state": "cancelled_by_office", "session": null },
        { "state": "superseded", "by": OTHER },
        { "state": "lapsed" },
        { "state": "tested", "session": 5 },
    ]);
    let read: Vec<ApplicationState> = travels(states);
    let kinds: Vec<StateKind> = read.iter().map(ApplicationState::kind).collect();
    assert_eq!(kinds, StateKind::ALL, "every state is among them");
}

#[test]
fn a_session_and_its_site() {
    travels::<Session>(json!({
        "id": 5, "plan": "SAMPLE-1", "site": 2, "starts_at": "2026-12-15T08:30:00+08:00",
        "ends_at": "2026-12-15T11:30:00+08:00", "subject": 2, "classes": ["C1", "C2"], "places": 60,
        "priority_places": 6,
        "instants": {
            "opens_at": "2026-12-01T09:00:00+08:00", "closes_at": "2026-12-08T17:00:00+08:00",
            "extended_closes_at": "2026-12-10T12:00:00+08:00", "publication_at": "2026-12-10T17:00:00+08:00",
            "cancel_by": "2026-12-14T17:00:00+08:00",
        },
        "extended": null, "status": "planned",
    }));
    travels::<Site>(json!({
        "id": 2, "code": "S2", "name": "样例考场", "district": "样例区", "address": "样例路1号", "near": [3],
        "subjects": [{ "subject": 2, "classes": ["C1"], "daily_ceiling": 132 }], "status": "A",
    }));
    assert_eq!(
        serde_json::from_value::<Vec<yuyue_domain::session::SiteStatus>>(json!(["A", "B", "C"])).unwrap().len(),
        3
    );
}

/// One of every code of [`RefusalCode`], in its order.
fn eligibility_codes() -> Value {
    json!([
        { "code": "class_not_offered", "business": "first", "class": "A1" },
        { "code": "subject_not_needed", "needed": [2, 4] },
        { "code": "already_passed", "passed_on": "2026-09-14" },
        { "code": "earlier_subject_missing", "missing": [2, 3] },
        { "code": "permit_missing" },
        { "code": "permit_expired", "last_day": "2026-11-21" },
        { "code": "acceptance_expired", "last_day": "2026-11-21" },
        { "code": "wait_after_permit", "issued_on": "2026-11-20", "days": 10 },
        { "code": "wait_after_failure", "failed_on": "2026-11-20", "days": 10 },
        { "code": "booking_limit", "limit": 5 },
        { "code": "too_young", "from_years": 18 },
        { "code": "too_old", "to_years": 63, "last_day": "2026-11-21" },
        { "code": "blocked", "reason": "cheating", "until": null },
        { "code": "medical_missing" },
        { "code": "medical_too_old", "medical_on": "2026-05-21", "months": 6 },
        { "code": "live_application", "application": COMMAND },
        { "code": "session_of_other_subject", "session": 5, "subject": 3 },
        { "code": "session_not_for_class", "session": 5, "class": "C1" },
        { "code": "site_not_in_use", "site": 2 },
        { "code": "site_not_for_class", "site": 2, "class": "C1" },
        { "code": "site_outside_place", "site": 2, "changes_left": 0 },
        { "code": "overlap", "session": 5, "application": COMMAND, "other": 6 },
        { "code": "same_day", "session": 5, "application": COMMAND, "subject": 3 },
        { "code": "permit_not_ending", "months": 6, "last_day": "2027-05-22" },
        { "code": "priority_used", "application": COMMAND, "times": 1 },
    ])
}

#[test]
fn every_reason_against_a_booking() {
    all_travel::<RefusalCode>(eligibility_codes());
    let mut refusal = json!({
        "cite": { "source": "样例规定", "articles": [43, 44], "trust": "R", "note": null },
        "judged": "both", "possible_from": "2026-11-30",
    });
    for code in eligibility_codes().as_array().unwrap() {
        refusal.as_object_mut().unwrap().extend(code.as_object().unwrap().clone());
        let only_its_own = json!({
            "kind": "eligibility",
            "why": code.as_object().unwrap().iter().chain(refusal.as_object().unwrap().iter().filter(|(key, _)| {
                ["cite", "judged", "possible_from"].contains(&key.as_str())
            })).map(|(key, value)| (key.clone(), value.clone())).collect::<serde_json::Map<_, _>>(),
        });
        travels::<Refusal>(only_its_own);
    }
    travels::<Eligibility>(json!({ "verdict": "eligible" }));
}

#[test]
fn every_reason_against_a_command() {
    all_travel::<Refusal>(json!([
        { "kind": "intake", "why": { "code": "nothing_chosen" } },
        { "kind": "intake", "why": { "code": "too_many_sessions", "max": 5 } },
        { "kind": "intake", "why": { "code": "session_twice", "session": 5 } },
        { "kind": "intake", "why": { "code": "session_unknown", "session": 5 } },
        { "kind": "intake", "why": { "code": "not_yet_open", "session": 5, "opens_at": "2026-12-01T09:00:00+08:00" } },
        { "kind": "intake", "why": { "code": "closed", "session": 5, "closed_at": "2026-12-08T17:00:00+08:00" } },
        { "kind": "intake", "why": { "code": "published", "session": 5, "published_at": "2026-12-10T17:00:00+08:00" } },
        { "kind": "intake", "why": { "code": "session_cancelled", "session": 5 } },
        { "kind": "intake", "why": { "code": "nothing_fits" } },
        { "kind": "intake", "why": { "code": "priority_taken", "session": 5 } },
        { "kind": "intake", "why": { "code": "applicant_unknown" } },
        { "kind": "intake", "why": { "code": "application_unknown" } },
        { "kind": "intake", "why": { "code": "not_allowed" } },
        { "kind": "intake", "why": { "code": "bad_signature" } },
        { "kind": "intake", "why": { "code": "unreadable" } },
        { "kind": "intake", "why": { "code": "reused" } },
        { "kind": "intake", "why": { "code": "notice_outdated", "version": 2 } },
        { "kind": "application", "why": { "code": "wrong_state", "action": "cancel", "state": "queued" } },
        { "kind": "application",
          "why": { "code": "wrong_channel", "action": "cancel", "channel": "kiosk", "allowed": ["counter"] } },
        { "kind": "application",
          "why": { "code": "cancel_deadline_passed", "cancel_by": "2026-12-14T17:00:00+08:00" } },
        { "kind": "application", "why": { "code": "test_not_begun", "starts_at": "2026-12-15T08:30:00+08:00" } },
        { "kind": "application", "why": { "code": "session_unknown" } },
        { "kind": "application", "why": { "code": "not_its_session", "session": 5 } },
        { "kind": "application", "why": { "code": "not_confirmed" } },
        { "kind": "application", "why": { "code": "priority_needs_code" } },
        { "kind": "application", "why": { "code": "no_session" } },
        { "kind": "application", "why": { "code": "identity_check_missing" } },
        { "kind": "application", "why": { "code": "identity_check_not_here" } },
        { "kind": "code", "why": { "code": "code_too_soon", "seconds": 30 } },
        { "kind": "code", "why": { "code": "code_limit", "possible_from": "2026-12-02T00:00:00+08:00" } },
        { "kind": "code", "why": { "code": "code_locked", "possible_from": "2026-12-02T00:00:00+08:00" } },
        { "kind": "code", "why": { "code": "code_not_sent" } },
        { "kind": "code", "why": { "code": "code_used" } },
        { "kind": "code", "why": { "code": "code_expired" } },
        { "kind": "code", "why": { "code": "code_wrong", "tries_left": 4 } },
    ]));
}

#[test]
fn how_a_subject_stands() {
    all_travel::<SubjectState>(json!([
        { "state": "passed", "test": { "score": 95, "at": "2026-09-14T09:00:00+08:00" } },
        { "state": "placed", "application": COMMAND, "session": 5 },
        { "state": "queued", "application": COMMAND },
        { "state": "awaiting_code", "application": COMMAND },
        { "state": "bookable" },
        { "state": "not_bookable", "refusals": [] },
        { "state": "not_needed" },
    ]));
}

#[test]
fn rank_and_gauge_name_nobody() {
    // Since the epoch or the neighbour, since the acceptance, serial.
    let standings = json!([[1_792_287_600, 3_600, 17], [60, 3_660, 9]]);
    let ladder = json!({ "subject": 2, "class": "C1", "as_of": "2026-11-22T12:00:00+08:00", "standings": standings });
    let ladder: Ladder = travels(ladder);
    assert_eq!(ladder.standings.iter().next().unwrap().sort_time.unix(), 1_792_287_600, "the first counts from 1970");
    travels::<SessionCounts>(json!({
        "session": 5, "applications": 61, "priority_left": 2, "as_of": "2026-11-22T12:00:00+08:00",
    }));
    travels::<SessionQueue>(json!({
        "session": 5, "applications": 2, "as_of": "2026-11-22T12:00:00+08:00", "first": standings,
    }));
    travels::<Rank>(json!({ "position": 12, "of": 340, "as_of": "2026-11-22T12:00:00+08:00" }));
    all_travel::<Gauge>(json!([
        { "places": 60, "applications": 61, "ahead": { "count": 3, "at_least": false }, "state": "fits" },
        { "places": 60, "applications": 61, "ahead": { "count": 55, "at_least": false }, "state": "tight" },
        { "places": 60, "applications": 900, "ahead": { "count": 500, "at_least": true }, "state": "over" },
    ]));
}

#[test]
fn a_sort_time_with_its_explanation() {
    travels::<SortTime>(json!({
        "subject": 2, "value": "2026-11-19T15:20:00+08:00",
        "rules": [
            { "rule": "first", "at": "2026-09-01T10:00:00+08:00", "cause": { "kind": "accepted" }, "counts": false },
            { "rule": "last_test", "at": "2026-09-14T09:00:00+08:00", "counts": false,
              "cause": { "kind": "test", "subject": 1 } },
            { "rule": "cancelled", "at": "2026-11-19T15:20:00+08:00", "counts": false,
              "cause": { "kind": "cancellation", "subject": 2, "application": COMMAND } },
            { "rule": "cancelled", "at": "2026-11-18T15:20:00+08:00", "counts": false,
              "cause": { "kind": "missed", "subject": 2 } },
            { "rule": "latest", "at": "2026-11-19T15:20:00+08:00", "cause": { "kind": "restarted" }, "counts": true },
        ],
        "cite": { "source": "样例", "articles": [], "trust": "W", "note": "样例" },
        "version": { "regulation": "r", "local": "l", "calendar": ["c"] },
    }));
}

#[test]
fn a_publication() {
    travels::<Publication>(json!({
        "id": 1, "publication_at": "2026-12-10T17:00:00+08:00",
        "sessions": [{ "session": 5, "places": 60, "placed": 60, "applications": 82, "last_admitted": 75 }],
        "placed": 60, "unplaced": 3, "waiting": 12,
    }));
}

#[test]
fn results_of_a_publication() {
    for result in
        [json!({ "kind": "placed", "session": 5 }), json!({ "kind": "waiting" }), json!({ "kind": "unplaced" })]
    {
        travels::<PublishedResult>(json!({
            "publication": 1, "application": COMMAND, "applicant": 7, "name_masked": "测*甲",
            "number_masked": "110***********002X", "subject": 2, "class": "C1", "rank": 12,
            "sort_time": "2026-11-19T15:20:00+08:00", "result": result,
        }));
    }
}

#[test]
fn notices_and_agreements() {
    travels::<Notice>(json!({
        "kind": "priority", "version": 2,
        "sections": [{ "title_zh": "题", "title_en": "Title", "text_zh": ["文"], "text_en": ["Text"] }],
    }));
    travels::<Agreement>(json!({
        "kind": "booking", "version": 1, "device": 12, "clerk": null, "applicant": 7,
        "agreed_at": "2026-12-01T09:00:00+08:00",
    }));
    all_travel::<Consequence>(json!(["not_coming", "cancelling", "rank"]));
}

#[test]
fn a_flow_its_actions_and_its_refusals() {
    let query = json!({ "dates": { "first": "2026-12-01", "last": "2026-12-31" }, "sites": [2] });
    travels::<Flow>(json!({
        "applicant": 7,
        "context": {
            "channel": "counter", "booking_notice": 1, "priority_notice": 2,
            "agreed": [{ "kind": "booking", "version": 1 }],
            "offers": [{ "subject": 2, "is_open": true, "is_priority_open": false }], "sessions_max": 5,
        },
        "step": "sessions", "kind": "normal", "subject": 2, "identity_check": "document_seen", "first_query": query,
        "drafts": [{
            "subject": 2, "query": query, "mode": "assign", "chosen": [5], "ordered": false, "accepted_sites": [2],
            "priority": null,
        }],
        "agreed_here": [{ "kind": "priority", "version": 2 }],
    }));
    all_travel::<StepView>(json!([
        { "step": "subject", "mark": "done", "kind": "normal" },
        { "step": "notice", "mark": "skipped", "kind": "normal" },
        { "step": "priority_switch", "mark": "done", "kind": "priority" },
        { "step": "priority_notice", "mark": "now", "kind": "priority" },
        { "step": "sessions", "mark": "next", "kind": "priority" },
        { "step": "confirm", "mark": "next", "kind": "priority" },
    ]));
    all_travel::<FlowAction>(json!([
        { "action": "choose_subject", "subject": 2 },
        { "action": "check_identity", "check": "temporary_document" },
        { "action": "next" },
        { "action": "agree", "version": 1 },
        { "action": "switch_to_priority" },
        { "action": "return_to_normal" },
        { "action": "set_mode", "mode": "assign" },
        { "action": "query", "query": query },
        { "action": "choose", "sessions": [5], "ordered": true },
        { "action": "accept_sites", "sites": [2] },
    ]));
    all_travel::<FlowRefusal>(json!([
        { "code": "channel_not_here" },
        { "code": "action_not_here", "step": "confirm" },
        { "code": "at_first_step" },
        { "code": "subject_missing" },
        { "code": "subject_not_open", "subject": 2 },
        { "code": "identity_check_missing" },
        { "code": "identity_check_not_here" },
        { "code": "notice_outdated", "version": 2 },
        { "code": "priority_not_open", "subject": 2 },
        { "code": "nothing_chosen" },
        { "code": "too_many_sessions", "max": 5 },
        { "code": "session_twice", "session": 5 },
        { "code": "dates_missing" },
        { "code": "dates_reversed" },
        { "code": "sites_missing" },
    ]));
    travels::<Submission>(json!({
        "applicant": 7, "subject": 2, "wish": { "mode": "priority", "session": 5 }, "identity_check": null,
    }));
}

#[test]
fn codes_and_what_is_left_of_them() {
    for purpose in [
        json!({ "kind": "apply", "subject": 2 }),
        json!({ "kind": "confirm", "application": COMMAND }),
        json!({ "kind": "withdraw", "application": COMMAND }),
        json!({ "kind": "cancel", "application": COMMAND }),
    ] {
        travels::<CodeState>(json!({
            "day": "2026-12-01", "sends": 1, "wrong_tries": 0,
            "last": { "purpose": purpose, "sent_at": "2026-12-01T09:00:00+08:00", "used": false },
        }));
    }
    travels::<CodeRemaining>(json!({ "life_seconds": 300, "resend_seconds": 60, "tries_left": 5, "sends_left": 9 }));
}

#[test]
fn offices() {
    travels::<OfficeList>(json!({
        "version": 1, "service_line": "(023)68688823", "platform": "样例平台",
        "offices": [{ "id": 1, "name": "样例所", "district": "样例区", "telephone": "023-1", "address": "样例路1号" }],
    }));
}

/// Every key of a document with its sections; entries of lists count as one, and a citation as one key.
fn keys(value: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                let path = format!("{prefix}.{key}");
                if key == "cite" {
                    found.insert(path);
                } else {
                    keys(inner, &path, found);
                }
            }
        }
        Value::Array(array) if array.iter().any(Value::is_object) => {
            for inner in array {
                keys(inner, prefix, found);
            }
        }
        _ => {
            found.insert(prefix.to_owned());
        }
    }
}

/// A key that is renamed breaks every city's own documents.
const POLICY_KEYS: &str = include_str!("wire/policy-keys.txt");

#[test]
fn policy_documents() {
    let mut found = BTreeSet::new();
    for document in seed::policy_documents().unwrap() {
        let json = serde_json::to_value(&document).unwrap();
        travels::<PolicyDocument>(json.clone());
        let kind = json["document"].as_str().unwrap().to_owned();
        keys(&json, &kind, &mut found);
    }
    let expected: BTreeSet<String> = POLICY_KEYS.lines().map(str::to_owned).collect();
    assert_eq!(found, expected, "the keys of regulation, local and calendar documents");
}
