//! The seed's documents, selection by date, and errors that name file, line and key.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::licence::{BusinessType, LicenceClass, Subject};
use crate::seed;

const REGULATION: (&str, &str) = seed::POLICY_FILES[1];
const LOCAL: (&str, &str) = seed::POLICY_FILES[2];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn now() -> Policy {
    seed::policy(day("2026-11-22")).unwrap()
}

/// Reads one of the seed's files after replacing a text in it once.
fn parse_changed((name, text): (&str, &str), old: &str, new: &str) -> Result<PolicyDocument, PolicyError> {
    assert!(text.contains(old), "the file contains {old}");
    PolicyDocument::parse(name, &text.replacen(old, new, 1))
}

fn assert_invalid(result: Result<PolicyDocument, PolicyError>, expected_key: &str, marker: &str, source: (&str, &str)) {
    let PolicyError::Invalid { file, line, key, problem } = result.unwrap_err() else {
        panic!("a document that cannot be read is invalid");
    };
    assert_eq!(file, source.0, "the error names the file");
    assert_eq!(key, expected_key, "the error names the key: {problem}");
    let expected_line = 1 + source.1.lines().position(|line| line.starts_with(marker)).unwrap();
    assert_eq!(line, expected_line, "the error names the line: {problem}");
    assert!(!problem.is_empty(), "the error says what is wrong");
}

#[test]
fn every_document_of_the_seed_survives_json_unchanged() {
    for document in seed::policy_documents().unwrap() {
        let json = serde_json::to_string(&document).unwrap();
        let read: PolicyDocument = serde_json::from_str(&json).unwrap();
        assert_eq!(read, document, "the centre serves {} as JSON", document.version());
        assert_eq!(read.check(), Ok(()), "{} holds together", document.version());
    }
    let json = serde_json::to_string(&now()).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), now(), "a selected policy is served as JSON too");
}

#[test]
fn whatever_is_weak_says_why() {
    let without = |(name, text): (&str, &str), note: &str| {
        let at = text.find(note).unwrap();
        let before = text[..at].rfind(", note = ").unwrap();
        let end = at + text[at..].find('"').unwrap() + 1;
        PolicyDocument::parse(name, &format!("{}{}", &text[..before], &text[end..]))
    };
    let gauge = "cite = { source = \"本市参数\", articles = [], trust = \"W\", note = \"仅用于显示\"";
    assert_invalid(without(LOCAL, "仅用于显示"), "gauge.cite.note", gauge, LOCAL);
    assert_invalid(parse_changed(LOCAL, "\"仅用于显示\"", "\" \""), "gauge.cite.note", gauge, LOCAL);
    let ages = "cite = { source = \"公安部令第162号 机动车驾驶证申领和使用规定 (公安部令第172号修改)\"";
    assert_invalid(without(REGULATION, "各车型年龄"), "ages.cite.note", ages, REGULATION);
}

#[test]
fn what_was_not_compared_with_the_text_is_not_passed_off_as_it() {
    for document in seed::policy_documents().unwrap() {
        let PolicyDocument::Regulation(regulation) = document else { continue };
        let version = &regulation.version;
        assert_eq!(regulation.ages.cite.trust, Trust::Weak, "{version}: the ages of article 14 are from memory");
        assert_eq!(regulation.tracks.cite.trust, Trust::Weak, "{version}: which class can come first is from memory");
        for track in regulation.tracks.rows.iter().filter(|track| track.years_from_acceptance.is_some()) {
            let note = track.cite.note.as_deref().unwrap_or_default();
            assert!(
                note.contains("三年期限未核对"),
                "{version}: the years from the acceptance are from memory: {note}"
            );
        }
        let note = regulation.waits.cite.note.as_deref().unwrap_or_default();
        assert!(note.contains("car_classes"), "{version}: which classes are cars is from memory: {note}");
    }
}

#[test]
fn pass_marks_are_those_of_article_38() {
    let marks = now().regulation.pass_marks;
    assert_eq!(marks.score(Subject::Two, LicenceClass::C1), 80, "subject 2 of a car");
    assert_eq!(marks.score(Subject::Two, LicenceClass::C6), 90, "subject 2 of a light trailer");
    assert_eq!(marks.score(Subject::One, LicenceClass::F), 90, "subject 1");
}

#[test]
fn waits_are_those_of_articles_43_and_44() {
    use LicenceClass::{A1, B2, C1, C2, C6, D};
    let waits = now().regulation.waits;
    let table = [
        (Subject::Two, C1, [].as_slice(), 10),
        (Subject::Two, A1, &[], 20),
        (Subject::Two, C6, &[C1], 20),
        (Subject::Two, D, &[], 0),
        (Subject::Three, C2, &[], 20),
        (Subject::Three, C1, &[], 30),
        (Subject::Three, B2, &[], 40),
        (Subject::Three, B2, &[C1], 30),
        (Subject::Three, B2, &[D], 40),
        (Subject::Four, C1, &[], 0),
    ];
    for (subject, class, held, days) in table {
        assert_eq!(waits.days(subject, class, held), days, "subject {} of {class} holding {held:?}", subject.number());
    }
}

#[test]
fn tracks_follow_business_class_and_classes_held() {
    use BusinessType::{Addition, AutomaticToManual, BodyChange, First, Foreign, FullPoints, Military};
    use LicenceClass::{A1, B2, C1, C2, C5, C6, D, E, F};
    let tracks = now().regulation.tracks;
    let table = [
        (First, C1, [].as_slice(), Some([1, 2, 3, 4].as_slice())),
        (First, A1, &[], None),
        (Addition, C6, &[C1], Some(&[2, 4])),
        (Addition, C1, &[C2], Some(&[2, 3, 4])),
        (Addition, C1, &[D], Some(&[1, 2, 3, 4])),
        (Addition, D, &[F], Some(&[2, 3, 4])),
        (Addition, D, &[E], Some(&[2, 3, 4])),
        (Addition, E, &[F], Some(&[2, 3, 4])),
        (Addition, E, &[C1], Some(&[1, 2, 3, 4])),
        (AutomaticToManual, C1, &[C2], Some(&[2, 3, 4])),
        (BodyChange, C5, &[C1], Some(&[2, 3, 4])),
        (Foreign, C1, &[], Some(&[1])),
        (Foreign, B2, &[], Some(&[1, 2, 3])),
        (Military, B2, &[], Some(&[1, 3])),
        (Military, C1, &[], Some(&[])),
        (FullPoints, C1, &[C1], Some(&[1])),
    ];
    for (business, class, held, subjects) in table {
        let found = tracks.find(business, class, held);
        let found = found.map(|track| track.subjects.iter().map(|subject| subject.number()).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), subjects, "{business:?} for {class} holding {held:?}");
    }
}

#[test]
fn the_changed_age_limits_hold_from_their_date() {
    let limit = |date: &str| {
        let documents = seed::policy_documents().unwrap();
        let regulations = documents.iter().filter_map(|document| match document {
            PolicyDocument::Regulation(regulation) => Some(regulation),
            _ => None,
        });
        let in_force = regulations
            .filter(|regulation| is_valid_on(regulation.valid_from, regulation.valid_until, day(date)))
            .max_by_key(|regulation| regulation.valid_from);
        in_force.unwrap().ages.find(LicenceClass::D).unwrap().to_years
    };
    assert_eq!(limit("2024-12-31"), Some(60), "the last day of the old text");
    assert_eq!(limit("2025-01-01"), Some(70), "the first day of the new text");
}

#[test]
fn a_change_of_regulation_is_a_change_of_data() {
    let later = LOCAL
        .1
        .replace("version = \"local-2026-01-01\"", "version = \"local-2027-03-01\"")
        .replace("valid_from = \"2026-01-01\"", "valid_from = \"2027-03-01\"")
        .replace("sessions_max = 5", "sessions_max = 3");
    let mut documents = seed::policy_documents().unwrap();
    documents.push(PolicyDocument::parse("local-2027-03-01.toml", &later).unwrap());
    let before = Policy::in_force(&documents, day("2027-02-28")).unwrap();
    let after = Policy::in_force(&documents, day("2027-03-01")).unwrap();
    assert_eq!(before.local.applications.sessions_max, 5, "the day before, the old number counts");
    assert_eq!(after.local.applications.sessions_max, 3, "from its day on, the new number counts");
    assert_eq!(
        after.version().to_string(),
        "regulation-2025-01-01 local-2027-03-01 calendar-2026-1+calendar-2027-assumed-1",
        "an outcome can name what decided it"
    );
}

#[test]
fn a_day_without_any_document_in_force_is_an_error() {
    assert_eq!(
        seed::policy(day("2022-03-31")),
        Err(PolicyError::NoneInForce { document: "calendar", date: day("2022-03-31") }),
        "nothing is in force before the seed begins"
    );
    assert_eq!(
        seed::policy(day("2025-12-31")),
        Err(PolicyError::NoneInForce { document: "local", date: day("2025-12-31") }),
        "the city's parameters begin in 2026"
    );
}

#[test]
fn errors_name_file_line_and_key() {
    let changed = |old: &str, new: &str| parse_changed(LOCAL, old, new);
    assert_invalid(
        changed("sessions_max = 5", "sessions_max = -5"),
        "applications.sessions_max",
        "sessions_max",
        LOCAL,
    );
    assert_invalid(changed("sessions_max = 5", "sessions_max = 0"), "applications.sessions_max", "sessions_max", LOCAL);
    assert_invalid(changed("resend_seconds", "resend_second"), "code", "[code]", LOCAL);
    assert_invalid(
        changed("sessions_max = 5", "sessions_max = 5\nsession_max = 4"),
        "applications.session_max",
        "offline_vouching",
        LOCAL,
    );
    assert_invalid(changed("\"12:00:00\"", "\"18:00:00\""), "publication.at", "at = \"17:00:00\"", LOCAL);
    assert_invalid(changed("document = \"local\"", "document = \"notice\""), "document", "document =", LOCAL);
    assert_invalid(changed("[window]", "[window"), "", "[window]", LOCAL);
    assert_invalid(
        parse_changed(REGULATION, "subject = 1", "subject = 5"),
        "pass_marks.rows.0.subject",
        "subject = 1",
        REGULATION,
    );
    assert_invalid(
        parse_changed(REGULATION, "\"C6\"]\nscore = 90", "\"C6\", \"C1\"]\nscore = 90"),
        "pass_marks.rows",
        "[[pass_marks.rows]]",
        REGULATION,
    );
}

#[test]
fn contradictions_are_refused() {
    let table = [
        (LOCAL, "life_seconds = 300", "life_seconds = 601"),
        (LOCAL, "digits = 6", "digits = 5"),
        (LOCAL, "working_days_before = 1\n", "working_days_before = 3\n"),
        (REGULATION, "after = [1]", "after = [3]"),
        (REGULATION, "to_years = 70", "to_years = 17"),
        (REGULATION, "reason = \"revoked\"", "reason = \"cheating\""),
        (REGULATION, "subjects = [2, 4]", "subjects = [4, 2]"),
        (seed::POLICY_FILES[3], "make_up_days = [\"2026-01-04\"]", "make_up_days = [\"2026-01-05\"]"),
        (seed::POLICY_FILES[3], "last = \"2026-01-03\"", "last = \"2025-12-31\""),
    ];
    for (file, old, new) in table {
        assert!(parse_changed(file, old, new).is_err(), "{old} becomes {new}, which contradicts itself");
    }
}

mod any_text {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,200}") {
            prop_assert!(PolicyDocument::parse("any", &text).is_err(), "an arbitrary text is no policy document");
        }

        #[test]
        fn a_cut_document_never_panics(cut in 0..LOCAL.1.len()) {
            let end = (0..=cut).rev().find(|end| LOCAL.1.is_char_boundary(*end)).unwrap();
            let _result_does_not_matter = PolicyDocument::parse("cut", &LOCAL.1[..end]);
        }
    }
}
