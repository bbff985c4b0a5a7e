//! By what an applicant can be looked up, in the normal form that every engine keeps: a letter for the kind of term, then
//! what is typed begins it.

use std::collections::BTreeSet;
use yuyue_domain::applicant::Applicant;
use yuyue_domain::lookup::{Term, name_terms};

/// Letters that a month and year of birth and what follows it begin at in an 18-digit number.
const BIRTH_AT: usize = 6;
const NUMBER_LENGTH: usize = 18;

/// Where somebody is looked for.
pub enum Sought {
    /// By the serial number.
    Serial(u64),
    /// By an application whose identifier lies between these two, both included.
    Application([u8; 16], [u8; 16]),
    /// By a term that begins like this.
    Beginning(String),
}

/// Where what was typed is looked for.
pub fn sought(term: &Term) -> Sought {
    let beginning = |kind: &str, text: &str| Sought::Beginning(format!("{kind}{text}"));
    match term {
        Term::Serial(serial) => Sought::Serial(*serial),
        Term::Slip(prefix) => Sought::Application(filled_up(prefix, '0'), filled_up(prefix, 'f')),
        Term::NumberPrefix(text) => beginning("d", text),
        Term::NumberTail(text) => beginning("e", &reversed(text)),
        Term::NumberFromBirth(text) => beginning("b", text),
        Term::Phone(text) | Term::PhoneTail(text) => beginning("q", &reversed(text)),
        Term::Name(text) => beginning("n", text),
    }
}

/// The first text behind everything that begins like this: the greatest character ends the range.
pub fn end_of(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

/// Everything that finds an applicant.
pub fn terms(applicant: &Applicant) -> BTreeSet<String> {
    let number = applicant.document.number.reveal();
    let mut terms = BTreeSet::from([format!("d{number}"), format!("e{}", reversed(number))]);
    if number.len() == NUMBER_LENGTH
        && let Some(from_birth) = number.get(BIRTH_AT..)
    {
        terms.insert(format!("b{from_birth}"));
    }
    if let Some(phone) = &applicant.phone {
        terms.insert(format!("q{}", reversed(phone.reveal())));
    }
    terms.extend(name_terms(applicant.name.reveal()).into_iter().map(|term| format!("n{term}")));
    terms
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// The identifier that begins with these hexadecimal digits and goes on with the filler.
fn filled_up(hex: &str, filler: char) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (index, digit) in hex.chars().chain(std::iter::repeat(filler)).take(32).enumerate() {
        let nibble = digit.to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
        bytes[index / 2] = bytes[index / 2] << 4 | nibble;
    }
    bytes
}
