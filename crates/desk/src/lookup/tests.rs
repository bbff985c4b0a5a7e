use super::*;
use crate::cache::CACHE_DB;
use crate::cache::applicant::upsert_applicant;
use crate::cache::row::Writing;
use crate::sync::{Sync, SyncStep};
use crate::testing::{TestCentre, city, key, run};
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::identity::PersonName;
use yuyue_protocol::change::ApplicantRow;
use yuyue_sample::{CastRole, City};
use yuyue_sqlite::Place;

struct Filled {
    _folder: tempfile::TempDir,
    cache: Connection,
    city: City,
}

fn filled() -> Filled {
    let city = city(500);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cache.db");
    let key = key();
    let mut sync = Sync::new(yuyue_sqlite::open(&CACHE_DB, Place::new(&path, Some(&key))).expect("opens"));
    let centre = TestCentre::of(&city);
    while !matches!(run(sync.step(&centre, city.as_of())), Ok(SyncStep::Applied { more: false, .. })) {}
    let cache = yuyue_sqlite::open_reader(&CACHE_DB, Place::new(&path, Some(&key))).expect("opens");
    Filled { _folder: folder, cache, city }
}

impl Filled {
    fn person(&self, role: CastRole) -> &ApplicantRecord {
        self.city.find_cast(role).expect("everybody of the cast is there")
    }

    fn hits(&self, text: &str) -> Vec<Hit> {
        find_applicants(&self.cache, text, None, 20).expect("readable").hits
    }

    fn finds(&self, text: &str, record: &ApplicantRecord) -> bool {
        self.hits(text).iter().any(|hit| hit.applicant == record.applicant.id)
    }
}

#[test]
fn a_person_is_found_by_whatever_is_typed() {
    let filled = filled();
    let person = filled.person(CastRole::RuleFour);
    let number = person.applicant.document.number.reveal();
    let phone = person.applicant.phone.as_ref().expect("a phone").reveal();
    let serial = person.applicant.serial.to_string();
    let spaced = format!("{} {} {}", &number[..6], &number[6..14], &number[14..]);
    for text in [
        number,
        &spaced,
        &number[..14],
        &number[..16],
        &number[6..],
        &number[8..],
        &number[12..],
        &number[3..12],
        phone,
        &phone[7..],
        &phone[5..],
        "张例三",
        "例三",
        "张例",
        "zhanglisan",
        "zhangli",
        "lisan",
        "zls",
        "ZLS",
    ] {
        assert!(filled.finds(text, person), "{text} fits 张例三");
    }
    if serial.len() >= 4 {
        assert!(filled.finds(&serial, person), "the serial fits");
    }
}

#[test]
fn the_last_four_with_an_x_and_rare_characters_are_found() {
    let filled = filled();
    let rare = filled.person(CastRole::RareCharacters);
    for text in ["䶮例𠮷", "𠮷", "例𠮷"] {
        assert!(filled.finds(text, rare), "{text} is part of the name");
    }
    let number = rare.applicant.document.number.reveal().to_lowercase();
    assert!(filled.finds(&number[14..], rare), "the tail of the number, in lower case too");
}

#[test]
fn namesakes_are_both_found_and_those_of_the_own_office_come_first() {
    let filled = filled();
    let (one, other) = (filled.person(CastRole::Namesake), filled.person(CastRole::OtherNamesake));
    for own in [one, other] {
        let found = find_applicants(&filled.cache, "陈例同", Some(own.applicant.office), 20).expect("readable");
        assert_eq!(found.hits.len(), 2, "both are there");
        assert_eq!(found.hits[0].applicant, own.applicant.id, "the own office's person comes first");
        assert!(!found.more, "and nobody else");
    }
}

#[test]
fn whoever_has_the_surname_that_was_typed_comes_before_those_whose_surname_is_read_otherwise() {
    let filled = filled();
    let like = filled.person(CastRole::RuleFour).applicant.clone();
    let path = filled.cache.path().expect("a file").to_owned();
    let writer = yuyue_sqlite::open(&CACHE_DB, Place::new(path.as_ref(), Some(&key()))).expect("opens");
    let named = |id: u32, name: &str, office: OfficeId| {
        let applicant =
            Applicant { id: ApplicantId(id), name: PersonName::parse(name).expect("a name"), office, ..like.clone() };
        let row = ApplicantRow { applicant, tests: Vec::new() };
        upsert_applicant(&writer, &row, Writing { fill: 1, with_names: true }).expect("is written");
        ApplicantId(id)
    };
    let (own, other) = (OfficeId(1), OfficeId(2));
    for (typed, meant, otherwise) in [
        ("danyang", "但样", "单样"),
        ("dyjx", "但样甲新", "单样甲新"),
        ("linyang", "林样", "任样"),
        ("quyang", "曲样", "区样"),
    ] {
        let otherwise = named(9_000_001, otherwise, own);
        let meant = named(9_000_002, meant, other);
        let found = find_applicants(&filled.cache, typed, Some(own), 60).expect("readable").hits;
        let at = |id| found.iter().position(|hit| hit.applicant == id).expect("both are found");
        assert!(at(meant) < at(otherwise), "{typed} names the one, wherever the other's office is");
    }
    let single = named(9_000_001, "单样", own);
    let hits = find_applicants(&filled.cache, "shanyang", Some(own), 20).expect("readable").hits;
    assert_eq!(
        hits.first().map(|hit| (hit.applicant, hit.by)),
        Some((single, HitBy::Pinyin)),
        "as the surname is read"
    );
}

#[test]
fn foreign_and_minority_names_are_found_as_people_type_them() {
    let filled = filled();
    for (text, role) in [
        ("example jane", CastRole::Foreigner),
        ("jane", CastRole::Foreigner),
        ("阿依例提", CastRole::MinorityName),
        ("阿依·例提", CastRole::MinorityName),
        ("ayi", CastRole::MinorityName),
    ] {
        assert!(filled.finds(text, filled.person(role)), "{text} fits {role:?}");
    }
}

#[test]
fn an_application_is_found_by_the_beginning_of_its_number() {
    let filled = filled();
    let person = filled.person(CastRole::Queued);
    let id = person.applications.last().expect("an application").id.0.simple().to_string();
    for text in [id.as_str(), &id[..16], &format!("YY1:{id}")] {
        assert!(filled.finds(text, person), "the slip names its person");
    }
    assert_eq!(filled.hits(&id)[0].by, HitBy::Slip, "and it is known that it was a slip");
}

#[test]
fn nothing_is_found_for_nonsense_and_nothing_breaks() {
    let filled = filled();
    for text in [
        "",
        "x",
        "%%%",
        "'; DROP TABLE applicant; --",
        "qqqqqqqqqq",
        "龘龘龘",
        "\u{10ffff}\u{10ffff}",
        "99999999999999999999",
    ] {
        assert!(filled.hits(text).is_empty(), "{text:?} fits nobody");
    }
    assert!(!filled.hits("张例三").is_empty(), "and the table is still there");
}

#[test]
fn a_query_that_fits_many_is_cut_and_says_so() {
    let filled = filled();
    let found = find_applicants(&filled.cache, "例", None, 5).expect("readable");
    assert_eq!(found.hits.len(), 5, "as many as asked for");
    assert!(found.more, "and there are more");
}
