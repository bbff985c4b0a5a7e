//! That a change of regulation is a change of data: a later version of the document changes what is decided from its day
//! on, and nothing of the code.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use serde_json::json;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::eligibility::{RefusalCode, check_eligibility, find_passed};
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::{Policy, PolicyDocument};
use yuyue_domain::seed;
use yuyue_domain::time::{Date, Timestamp};

/// What an imagined amendment changes in the document of 2025.
const AMENDMENT: [(&str, &str); 7] = [
    ("version = \"regulation-2025-01-01\"", "version = \"regulation-2027-03-01\""),
    ("valid_from = \"2025-01-01\"", "valid_from = \"2027-03-01\""),
    ("\"N\", \"P\"]\nscore = 80", "\"N\", \"P\"]\nscore = 85"),
    ("\"N\", \"P\"]\ndays = 10", "\"N\", \"P\"]\ndays = 15"),
    ("retry_days = 10", "retry_days = 20"),
    ("years = 3\n\n# One booking", "years = 2\n\n# One booking"),
    ("articles = [43, 44]", "articles = [45]"),
];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The rules of a day when the amendment is known.
fn policy_on(date: &str) -> Policy {
    let seed = seed::POLICY_FILES[1].1;
    let later = AMENDMENT.iter().fold(seed.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "the amendment finds {old:?} once");
        text.replace(old, new)
    });
    let mut documents = seed::policy_documents().unwrap();
    documents.push(PolicyDocument::parse("regulation-2027-03-01.toml", &later).unwrap());
    Policy::in_force(&documents, day(date)).unwrap()
}

fn record(permit_issued_on: &str, tests: &serde_json::Value) -> ApplicantRecord {
    serde_json::from_value(json!({
        "applicant": {
            "id": 1, "serial": 17, "name": "测试甲", "document": { "kind": "F", "number": "TEST0001" },
            "sex": "female", "birth_date": "2000-01-01", "phone": null, "class": "C1", "business": "first",
            "held_classes": [], "accepted_at": "2024-03-01T10:00:00+08:00", "restarted_at": null, "office": 1,
            "permit": { "issued_on": permit_issued_on, "expires_on": "2030-12-31" }, "medical_on": "2027-01-10",
            "place_changes": 0, "blocks": [],
        },
        "tests": tests, "applications": [],
    }))
    .unwrap()
}

fn test(subject: u8, taken_at: &str, score: u8) -> serde_json::Value {
    json!({
        "subject": subject, "taken_at": taken_at, "attempt": "first",
        "outcome": { "kind": "scored", "score": score }, "application": null,
    })
}

#[test]
fn the_day_decides_which_version_counts() {
    assert_eq!(policy_on("2027-02-28").version().regulation, "regulation-2025-01-01", "the day before");
    assert_eq!(policy_on("2027-03-01").version().regulation, "regulation-2027-03-01", "its first day");
}

#[test]
fn a_longer_wait_and_its_new_article_come_from_the_document() {
    let record = record("2027-02-18", &json!([test(1, "2027-02-17T09:00:00+08:00", 95)]));
    // (now, wait in days, the first possible day, article)
    for (now, days, first, articles) in [
        ("2027-02-27T12:00:00+08:00", 10, "2027-02-28", [43, 44].as_slice()),
        ("2027-03-01T12:00:00+08:00", 15, "2027-03-05", &[45]),
    ] {
        let policy = policy_on(&now[..10]);
        let eligibility = check_eligibility(&record, Subject::Two, None, at(now), &policy);
        let code = RefusalCode::WaitAfterPermit { issued_on: day("2027-02-18"), days };
        assert_eq!(eligibility.refusals().len(), 1, "the wait alone is against it on {now}");
        assert_eq!(eligibility.refusals()[0].code, code, "{days} days on {now}");
        assert_eq!(eligibility.possible_from(), Some(day(first)), "and it says from when");
        assert_eq!(eligibility.refusals()[0].cite.articles, articles, "by the article of that version");
    }
}

#[test]
fn pass_marks_retries_and_the_life_of_a_permit_come_from_the_document() {
    let tests = json!([
        test(1, "2025-01-10T09:00:00+08:00", 95),
        test(2, "2027-02-10T09:00:00+08:00", 82),
        test(3, "2027-02-16T09:00:00+08:00", 10),
    ]);
    let record = record("2025-02-01", &tests);
    let now = at("2027-03-01T12:00:00+08:00");
    let (before, after) = (policy_on("2027-02-28"), policy_on("2027-03-01"));
    assert!(find_passed(&record, Subject::Two, now, &before).is_some(), "82 points pass with a mark of 80");
    assert!(find_passed(&record, Subject::Two, now, &after).is_none(), "and not with 85");

    let codes = |policy: &Policy| -> Vec<RefusalCode> {
        let eligibility = check_eligibility(&record, Subject::Three, None, now, policy);
        eligibility.refusals().iter().map(|refusal| refusal.code.clone()).collect()
    };
    assert_eq!(codes(&before), [], "ten days after the failure, inside three years");
    let found = codes(&after);
    let retry = RefusalCode::WaitAfterFailure { failed_on: day("2027-02-16"), days: 20 };
    let expired = RefusalCode::PermitExpired { last_day: day("2027-02-01") };
    assert!(found.contains(&retry), "twenty days are not over: {found:?}");
    assert!(found.contains(&expired), "two years are: {found:?}");
}
