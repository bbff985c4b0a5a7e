//! Numbers of identity documents and phones that are well formed and can belong to nobody.
//!
//! | document | why no such number was ever issued |
//! |---|---|
//! | A, M | the area codes 500900 to 500999 are in no edition of GB/T 2260: Chongqing has 5001xx, 5002xx and (formerly) 5003xx |
//! | I of 2023 | its country digits are 900 and above, which ISO 3166-1 leaves to users and gives to no country |
//! | I before 2023 | its country letters are XSA to XSZ, which ISO 3166-1 leaves to users |
//! | Q | the sequence is 900 or above, more than there are residents of one birthday in Hong Kong, Macau or on such a permit |
//! | C, D, E, F, G | free text that says 例 (example) or begins with XS |
//! | phones | no Chinese mobile number begins with 100 |
//!
//! Numbers never repeat: each is spelled from the applicant's index, up to [`INDEX_LIMIT`].

use crate::SampleError;
use chrono::{Datelike, NaiveDate, TimeDelta};
use yuyue_domain::identity::{DocumentType, IdentityDocument, PersonName, PhoneNumber, Sex};
use yuyue_domain::time::Date;

/// Indices below this have numbers of their own.
pub(crate) const INDEX_LIMIT: u32 = 3_000_000;
/// Every so many applicants one has another document than the resident card.
pub(crate) const OTHER_DOCUMENT_STRIDE: u32 = 50;

/// Which document the applicant with this index has: one in fifty another than the resident card, in turn.
pub(crate) fn kind(index: u32) -> DocumentType {
    if index % OTHER_DOCUMENT_STRIDE != 7 {
        return DocumentType::ResidentCard;
    }
    match index / OTHER_DOCUMENT_STRIDE % 9 {
        1 => DocumentType::HongKongMacauTaiwan,
        2 => DocumentType::TemporaryCard,
        3 => DocumentType::Officer,
        4 => DocumentType::Soldier,
        5 => DocumentType::RetiredOfficer,
        6 => DocumentType::Abroad,
        7 => DocumentType::Diplomat,
        // 0 and 8: the new card and the old one.
        _ => DocumentType::ForeignResident,
    }
}

/// The birthday nearest before `wanted` that makes the number of this index its own: the day's number modulo 64 says which
/// block of 50,000 indices (the areas and sequences of one day) it belongs to.
pub(crate) fn birthday(index: u32, wanted: Date) -> Date {
    let block = i64::from(index / 50_000 % 64);
    let day = i64::from(wanted.num_days_from_ce());
    wanted - TimeDelta::days((day - block).rem_euclid(64))
}

/// The document of the applicant with this index, who was born on [`birthday`].
///
/// # Errors
/// Never for valid input; the domain's own check of the number is passed on.
pub(crate) fn document(index: u32, kind: DocumentType, sex: Sex, birth: Date) -> Result<IdentityDocument, SampleError> {
    let odd = u32::from(sex == Sex::Male);
    let turn = index / OTHER_DOCUMENT_STRIDE / 9;
    let text = match kind {
        DocumentType::ResidentCard | DocumentType::TemporaryCard => {
            with_check_digit(&format!("{}{}{:03}", 500_900 + index / 500 % 100, digits(birth), index % 500 * 2 + odd))
        }
        DocumentType::HongKongMacauTaiwan => {
            let area = 810_000 + turn % 3 * 10_000;
            with_check_digit(&format!("{area}{}{:03}", digits(birth), 900 + turn / 3 % 50 * 2 + odd))
        }
        DocumentType::ForeignResident if index / OTHER_DOCUMENT_STRIDE % 9 == 8 => {
            let letter = char::from(b'A' + u8::try_from(turn % 26).unwrap_or_default());
            format!("XS{letter}5000{}{:02}", birth.format("%y%m%d"), turn / 26 % 100)
        }
        DocumentType::ForeignResident => {
            with_check_digit(&format!("950{}{}{:03}", 900 + turn % 100, digits(birth), turn / 100 % 500 * 2 + odd))
        }
        DocumentType::Officer => format!("例字第{index:07}号"),
        DocumentType::Soldier => format!("例士字第{index:07}号"),
        DocumentType::RetiredOfficer => format!("例退字第{index:07}号"),
        DocumentType::Abroad => format!("XSP{index:07}"),
        DocumentType::Diplomat => format!("XSD{index:07}"),
    };
    Ok(IdentityDocument::parse(kind, &text)?)
}

/// The phone of the applicant with this index.
///
/// # Errors
/// Never for an index below [`INDEX_LIMIT`].
pub(crate) fn phone(index: u32) -> Result<PhoneNumber, SampleError> {
    Ok(PhoneNumber::parse(&format!("100{index:08}"))?)
}

/// A name as the domain takes it.
///
/// # Errors
/// Never for the names of this package.
pub(crate) fn name(text: &str) -> Result<PersonName, SampleError> {
    Ok(PersonName::parse(text)?)
}

fn digits(birth: NaiveDate) -> String {
    birth.format("%Y%m%d").to_string()
}

/// Appends the check digit of GB 11643 to 17 digits.
fn with_check_digit(first: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    format!("{first}{}", char::from(check))
}
