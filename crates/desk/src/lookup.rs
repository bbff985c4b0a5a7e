//! The one look-up box: finds people by whatever was typed, through indexes only, so that a million people cost no more
//! than a thousand.

use crate::cache::applicant::backwards;
use crate::error::DeskError;
use rusqlite::{Connection, Params};
use yuyue_domain::applicant::Applicant;
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::lookup::{Term, is_read_otherwise, may_be_read_otherwise, name_terms, parse_query};

/// Rows that one index is asked for at most. More fit when a query is short; then people are asked to type more.
const CANDIDATES_MAX: usize = 60;
/// Digits from the middle of a number that are looked for, at least.
const SCANNED_MIN: usize = 6;

/// Somebody who fits a query, without anything personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Who.
    pub applicant: ApplicantId,
    /// As what the query fitted.
    pub by: HitBy,
    /// At which office the licence application was accepted.
    pub office: OfficeId,
}

/// As what a query fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HitBy {
    /// The number of a slip or voucher.
    Slip,
    /// The document number, or a part of it.
    Number,
    /// The phone, or its tail.
    Phone,
    /// The serial number (流水号).
    Serial,
    /// The name, or a part of it.
    Name,
    /// Pinyin or initials.
    Pinyin,
    /// Pinyin or initials, by a reading that the surname does not have.
    OtherReading,
}

/// What a look-up found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The best first: in the order in which the query was understood, people of the own office before others, and
    /// behind them those whose surname is read otherwise.
    pub hits: Vec<Hit>,
    /// Whether there are more than asked for.
    pub more: bool,
}

/// Finds at most `limit` people; `own` is the office whose people come first.
///
/// # Errors
/// When the file cannot be read.
pub fn find_applicants(
    cache: &Connection,
    text: &str,
    own: Option<OfficeId>,
    limit: usize,
) -> Result<Found, DeskError> {
    let mut found = Found { hits: Vec::with_capacity(CANDIDATES_MAX), more: false };
    // The same beside the hits, narrow, because every candidate is compared with all before it.
    let mut seen: Vec<ApplicantId> = Vec::with_capacity(CANDIDATES_MAX);
    for term in parse_query(text) {
        let mut hits = hits_of(cache, &term)?;
        found.more |= hits.len() >= CANDIDATES_MAX;
        let is_certain = is_whole(&term) && !hits.is_empty();
        // Stable: inside each group the order of the index stays, which puts the shortest fitting term first.
        hits.sort_by_key(|hit| (hit.by == HitBy::OtherReading, Some(hit.office) != own));
        for hit in hits {
            if !seen.contains(&hit.applicant) {
                seen.push(hit.applicant);
                found.hits.push(hit);
            }
        }
        if is_certain {
            break;
        }
    }
    if found.hits.is_empty() {
        found.hits = scan_numbers(cache, text)?;
    }
    found.more |= found.hits.len() > limit;
    found.hits.truncate(limit);
    Ok(found)
}

/// Whether a hit for it leaves nothing else that the query could mean.
fn is_whole(term: &Term) -> bool {
    match term {
        Term::Phone(_) | Term::Slip(_) => true,
        Term::NumberPrefix(text) | Term::NumberTail(text) => text.len() >= 18,
        Term::NumberFromBirth(_) | Term::PhoneTail(_) | Term::Serial(_) | Term::Name(_) => false,
    }
}

/// Whether a person fits a term in the way in which the indexes find people; slips name applications.
#[must_use]
pub fn is_fitting(term: &Term, applicant: &Applicant) -> bool {
    let number = applicant.document.number.reveal();
    match term {
        Term::NumberPrefix(text) => number.starts_with(text.as_str()),
        Term::NumberFromBirth(text) => number.get(6..).is_some_and(|birth| birth.starts_with(text.as_str())),
        Term::NumberTail(text) => {
            number.ends_with(text.as_str()) || (text.len() >= SCANNED_MIN && number.contains(text.as_str()))
        }
        Term::PhoneTail(text) | Term::Phone(text) => {
            applicant.phone.as_ref().is_some_and(|phone| phone.reveal().ends_with(text.as_str()))
        }
        Term::Name(text) => name_terms(applicant.name.reveal()).iter().any(|term| term.starts_with(text.as_str())),
        Term::Serial(serial) => applicant.serial == *serial,
        Term::Slip(_) => false,
    }
}

fn hits_of(cache: &Connection, term: &Term) -> Result<Vec<Hit>, DeskError> {
    match term {
        Term::NumberPrefix(text) => by_prefix(cache, NUMBER, text, HitBy::Number),
        Term::NumberFromBirth(text) => by_prefix(cache, BIRTH, text, HitBy::Number),
        Term::NumberTail(text) => by_prefix(cache, TAIL, &backwards(text), HitBy::Number),
        Term::PhoneTail(text) | Term::Phone(text) => by_prefix(cache, PHONE, &backwards(text), HitBy::Phone),
        Term::Name(text) if may_be_read_otherwise(text) => by_reading(cache, text),
        Term::Name(text) => by_prefix(cache, NAME, text, if text.is_ascii() { HitBy::Pinyin } else { HitBy::Name }),
        Term::Serial(serial) => {
            let serial = i64::try_from(*serial).unwrap_or(i64::MAX);
            query(cache, "SELECT id, office FROM applicant WHERE serial = ?1 LIMIT 2", [serial], HitBy::Serial)
        }
        Term::Slip(hex) => by_slip(cache, hex),
    }
}

const NUMBER: &str = "SELECT id, office FROM applicant WHERE number >= ?1 AND number < ?2 ORDER BY number LIMIT ?3";
const BIRTH: &str = "SELECT id, office FROM applicant WHERE substr(number, 7) >= ?1 AND substr(number, 7) < ?2
     ORDER BY substr(number, 7) LIMIT ?3";
const TAIL: &str = "SELECT id, office FROM applicant WHERE tail >= ?1 AND tail < ?2 ORDER BY tail LIMIT ?3";
const PHONE: &str =
    "SELECT id, office FROM applicant WHERE phone_tail >= ?1 AND phone_tail < ?2 ORDER BY phone_tail LIMIT ?3";
const NAME: &str = "SELECT applicant.id, applicant.office
     FROM name_term CROSS JOIN name ON name.id = name_term.name CROSS JOIN applicant ON applicant.name = name.name
     WHERE term >= ?1 AND term < ?2 ORDER BY term LIMIT ?3";

const NAME_READ: &str = "SELECT applicant.id, applicant.office, name.name
     FROM name_term CROSS JOIN name ON name.id = name_term.name CROSS JOIN applicant ON applicant.name = name.name
     WHERE term >= ?1 AND term < ?2 ORDER BY term LIMIT ?3";

/// The same by pinyin or initials with which some names are read otherwise; only then the names are looked at.
fn by_reading(cache: &Connection, typed: &str) -> Result<Vec<Hit>, DeskError> {
    let mut statement = cache.prepare_cached(NAME_READ)?;
    let mut rows = statement.query((typed, after(typed), CANDIDATES_MAX))?;
    let mut hits = Vec::with_capacity(CANDIDATES_MAX);
    while let Some(row) = rows.next()? {
        let name = row.get_ref(2)?.as_str().unwrap_or_default();
        let by = if is_read_otherwise(name, typed) { HitBy::OtherReading } else { HitBy::Pinyin };
        hits.push(Hit { applicant: ApplicantId(row.get(0)?), by, office: OfficeId(row.get(1)?) });
    }
    Ok(hits)
}

/// Behind every text that begins with the prefix, and before everything else: no character is greater.
fn after(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

fn by_prefix(cache: &Connection, sql: &str, prefix: &str, by: HitBy) -> Result<Vec<Hit>, DeskError> {
    query(cache, sql, (prefix, after(prefix), CANDIDATES_MAX), by)
}

fn by_slip(cache: &Connection, hex: &str) -> Result<Vec<Hit>, DeskError> {
    let (first, last) = slip_range(hex);
    query(
        cache,
        "SELECT applicant, office FROM application WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
        (first, last, CANDIDATES_MAX),
        HitBy::Slip,
    )
}

/// The first and the last identifier that begin with these hexadecimal digits.
#[must_use]
pub fn slip_range(hex: &str) -> ([u8; 16], [u8; 16]) {
    let end = |fill: char| -> [u8; 16] {
        let text: String = hex.chars().chain(std::iter::repeat(fill)).take(32).collect();
        u128::from_str_radix(&text, 16).unwrap_or_default().to_be_bytes()
    };
    (end('0'), end('f'))
}

/// The last resort for digits from the middle of a number: reads one index from end to end, about a tenth of a second for
/// a million people. Every other part of a number that people know by heart has an index of its own.
fn scan_numbers(cache: &Connection, text: &str) -> Result<Vec<Hit>, DeskError> {
    let Some(Term::NumberTail(digits)) = parse_query(text).into_iter().find(|term| matches!(term, Term::NumberTail(_)))
    else {
        return Ok(Vec::new());
    };
    if digits.len() < SCANNED_MIN {
        return Ok(Vec::new());
    }
    query(
        cache,
        "SELECT id, office FROM applicant INDEXED BY applicant_number WHERE instr(number, ?1) > 0 LIMIT ?2",
        (digits, CANDIDATES_MAX),
        HitBy::Number,
    )
}

fn query(cache: &Connection, sql: &str, values: impl Params, by: HitBy) -> Result<Vec<Hit>, DeskError> {
    let mut statement = cache.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut hits = Vec::with_capacity(CANDIDATES_MAX);
    while let Some(row) = rows.next()? {
        hits.push(Hit { applicant: ApplicantId(row.get(0)?), by, office: OfficeId(row.get(1)?) });
    }
    Ok(hits)
}

#[cfg(test)]
mod tests;
