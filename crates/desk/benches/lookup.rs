//! The look-up among a million people in an encrypted file, beside the barest statements on an unencrypted copy: prepared
//! once, the same index, the same rows with the two columns by which hits are ordered, and nothing else.
//!
//! `cargo bench -p yuyue-desk --bench lookup`; `YUYUE_BENCH_APPLICANTS` makes the city smaller or larger. Prints the time
//! of the fill, and for each kind of query p50 and p99 of both. Ratios count: the absolute times belong to the computer.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and opens a plain copy without our pragmas"
)]

use rusqlite::Connection;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::cache::applicant::backwards;
use yuyue_desk::lookup::find_applicants;
use yuyue_desk::sync::Sync;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::lookup::name_terms;
use yuyue_domain::seed;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::change::{ApplicantRow, CHANGES_MAX, Change, ChangesPage, Row, What};
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};
use yuyue_sample::{City, CityConfig};
use yuyue_sqlite::{Key, Place};

/// Queries of each kind.
const QUERIES: u32 = 2_000;

const NUMBER: &str = "SELECT id, office FROM applicant WHERE number >= ?1 AND number < ?2 LIMIT 60";
const TAIL: &str = "SELECT id, office FROM applicant WHERE tail >= ?1 AND tail < ?2 LIMIT 60";
const PHONE: &str = "SELECT id, office FROM applicant WHERE phone_tail >= ?1 AND phone_tail < ?2 LIMIT 60";
const BIRTH: &str =
    "SELECT id, office FROM applicant WHERE substr(number, 7) >= ?1 AND substr(number, 7) < ?2 LIMIT 60";
const SERIAL: &str = "SELECT id, office FROM applicant WHERE serial >= ?1 AND serial <= ?1 AND ?2 > '' LIMIT 60";
const NAME: &str = "SELECT applicant.id, applicant.office FROM name_term CROSS JOIN name ON name.id = name_term.name
     CROSS JOIN applicant ON applicant.name = name.name WHERE term >= ?1 AND term < ?2 LIMIT 60";

/// A kind of query: its name, what is typed, and the barest statements that answer it.
struct Kind {
    name: &'static str,
    typed: fn(&Person) -> String,
    bare: fn(&Person) -> Vec<(&'static str, String)>,
}

/// What is typed of a person.
struct Person {
    number: String,
    phone: String,
    name: String,
    pinyin: String,
    initials: String,
    serial: String,
}

const KINDS: [Kind; 12] = [
    Kind { name: "number", typed: |p| p.number.clone(), bare: |p| vec![(NUMBER, p.number.clone())] },
    Kind {
        name: "number, first 14",
        typed: |p| p.number[..14].to_owned(),
        bare: |p| vec![(NUMBER, p.number[..14].to_owned()), (TAIL, backwards(&p.number[..14]))],
    },
    Kind {
        name: "birthday",
        typed: |p| p.number[6..14].to_owned(),
        bare: |p| {
            let day = &p.number[6..14];
            vec![(NUMBER, day.into()), (BIRTH, day.into()), (PHONE, backwards(day)), (TAIL, backwards(day))]
        },
    },
    Kind { name: "phone", typed: |p| p.phone.clone(), bare: |p| vec![(PHONE, backwards(&p.phone))] },
    Kind {
        name: "tail of 4",
        typed: |p| p.phone[7..].to_owned(),
        bare: |p| vec![(PHONE, backwards(&p.phone[7..])), (TAIL, backwards(&p.phone[7..]))],
    },
    Kind { name: "name", typed: |p| p.name.clone(), bare: |p| vec![(NAME, p.name.clone())] },
    Kind {
        name: "given name",
        typed: |p| p.name.chars().skip(1).collect(),
        bare: |p| vec![(NAME, p.name.chars().skip(1).collect())],
    },
    Kind {
        name: "surname",
        typed: |p| p.name.chars().take(1).collect(),
        bare: |p| vec![(NAME, p.name.chars().take(1).collect())],
    },
    Kind {
        name: "pinyin, 3 letters",
        typed: |p| p.pinyin.chars().take(3).collect(),
        bare: |p| vec![(NAME, p.pinyin.chars().take(3).collect())],
    },
    Kind {
        name: "serial",
        typed: |p| p.serial.clone(),
        bare: |p| {
            // What is typed may also be the tail of a phone or of a number, and is asked for as each of them.
            let (digits, reversed) = (p.serial.clone(), backwards(&p.serial));
            let mut statements = vec![(SERIAL, digits.clone()), (PHONE, reversed.clone()), (TAIL, reversed)];
            statements.extend((digits.len() >= 6).then_some((NUMBER, digits)));
            statements
        },
    },
    Kind { name: "pinyin", typed: |p| p.pinyin.clone(), bare: |p| vec![(NAME, p.pinyin.clone())] },
    Kind { name: "initials", typed: |p| p.initials.clone(), bare: |p| vec![(NAME, p.initials.clone())] },
];

fn main() -> Result<(), Box<dyn Error>> {
    let applicants: u32 =
        std::env::var("YUYUE_BENCH_APPLICANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cache.db");
    let key = Key::new([7; 32]);
    let today = Date::from_ymd_opt(2026, 11, 23).ok_or("a day")?;
    let city = City::generate(&CityConfig::new(1, applicants, today), &seed::policy(today)?)?;
    let (people, spent) = fill(&city, applicants, &path, &key)?;
    let per_second = u128::from(applicants) * 1000 / spent.as_millis().max(1);
    println!("fill: {applicants} applicants in {spent:.1?}, {per_second} a second, {} MiB", size_mib(&path)?);

    let plain = plain_copy(&path, &key, folder.path())?;
    let cache = yuyue_sqlite::open_reader(&CACHE_DB, Place::new(&path, Some(&key)))?;
    println!("{:<18} {:>10} {:>10} {:>10} {:>10} {:>7}", "query", "p50", "p99", "bare p50", "bare p99", "ratio");
    for kind in &KINDS {
        // Once to warm both, then once to measure, in turns, so that neither has the quieter moment.
        measure(&cache, &plain, kind, &people)?;
        let (ours, bare) = measure(&cache, &plain, kind, &people)?;
        let percent = percentile(&ours, 50).as_nanos() * 100 / percentile(&bare, 50).as_nanos().max(1);
        println!(
            "{:<18} {:>10.1?} {:>10.1?} {:>10.1?} {:>10.1?} {percent:>6}%",
            kind.name,
            percentile(&ours, 50),
            percentile(&ours, 99),
            percentile(&bare, 50),
            percentile(&bare, 99),
        );
    }
    Ok(())
}

/// Fills a cache through the same pages as a device does, and picks whom to look for.
fn fill(city: &City, applicants: u32, path: &Path, key: &Key) -> Result<(Vec<Person>, Duration), Box<dyn Error>> {
    let mut sync = Sync::new(yuyue_sqlite::open(&CACHE_DB, Place::new(path, Some(key)))?);
    let mut people = Vec::new();
    let mut spent = Duration::ZERO;
    let mut revision = 0;
    let mut records = city.applicants().peekable();
    let every = 1 + applicants / QUERIES;
    while records.peek().is_some() {
        let mut changes = Vec::new();
        for record in records.by_ref().take(usize::try_from(CHANGES_MAX)?) {
            let record = record?;
            if revision % u64::from(every) == 0 {
                people.extend(person(&record));
            }
            revision += 1;
            let row = ApplicantRow { applicant: record.applicant, tests: record.tests };
            changes.push(Change { revision: Revision(revision), what: What::Set(Row::Applicant(Box::new(row))) });
        }
        let head = Revision(if records.peek().is_some() { u64::MAX >> 1 } else { revision });
        let cursor = Cursor { epoch: Epoch(Uuid::nil()), revision: Revision(revision) };
        let begun = Instant::now();
        sync.apply(Ok(ChangesPage { changes, cursor, head, counts: None }), Timestamp::MIN)?;
        spent += begun.elapsed();
    }
    Ok((people, spent))
}

fn person(record: &ApplicantRecord) -> Option<Person> {
    let applicant = &record.applicant;
    let name = applicant.name.reveal().to_owned();
    let latin: Vec<String> = name_terms(&name).into_iter().filter(|term| term.is_ascii()).collect();
    let number = applicant.document.number.reveal().to_owned();
    Some(Person {
        phone: applicant.phone.as_ref()?.reveal().to_owned(),
        pinyin: latin.iter().max_by_key(|term| term.len())?.clone(),
        initials: latin.iter().filter(|term| term.len() == name.chars().count()).min()?.clone(),
        serial: applicant.serial.to_string(),
        name,
        number: Some(number).filter(|number| number.len() == 18)?,
    })
}

fn plain_copy(path: &Path, key: &Key, folder: &Path) -> Result<Connection, Box<dyn Error>> {
    let copy = folder.join("plain.db");
    let encrypted = yuyue_sqlite::open(&CACHE_DB, Place::new(path, Some(key)))?;
    encrypted.execute("ATTACH ?1 AS plain KEY ''", [copy.to_str().ok_or("a path")?])?;
    encrypted.query_row("SELECT sqlcipher_export('plain')", [], |_| Ok(()))?;
    encrypted.execute("DETACH plain", [])?;
    let plain = Connection::open(copy)?;
    plain.pragma_update(None, "cache_size", -128 * 1024)?;
    Ok(plain)
}

type Times = Vec<Duration>;

fn measure(
    cache: &Connection,
    plain: &Connection,
    kind: &Kind,
    people: &[Person],
) -> Result<(Times, Times), Box<dyn Error>> {
    let (mut ours, mut bare) = (Times::new(), Times::new());
    for person in people {
        let typed = (kind.typed)(person);
        let statements = (kind.bare)(person);
        let begun = Instant::now();
        let found = find_applicants(cache, &typed, None, 20)?;
        ours.push(begun.elapsed());
        assert!(!found.hits.is_empty(), "whom we look for is there");
        let begun = Instant::now();
        for (sql, value) in statements {
            let end = format!("{value}\u{10ffff}");
            let mut statement = plain.prepare_cached(sql)?;
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let rows: Result<Vec<(u32, u32)>, _> = statement.query_map((value, end), read)?.collect();
            std::hint::black_box(rows?);
        }
        bare.push(begun.elapsed());
    }
    ours.sort_unstable();
    bare.sort_unstable();
    Ok((ours, bare))
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get(sorted.len() * percent / 100).or(sorted.last()).copied().unwrap_or_default()
}

fn size_mib(path: &Path) -> Result<u64, std::io::Error> {
    Ok(std::fs::metadata(path)?.len() / 1024 / 1024)
}
