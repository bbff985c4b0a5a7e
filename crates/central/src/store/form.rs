//! How values stand in the tables of every engine.

use super::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use yuyue_domain::time::Timestamp;

/// Reads a row that is kept in its wire form.
pub fn from_document<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable { table, source: error.into() })
}

/// Writes a row in its wire form.
pub fn to_document<T: Serialize>(table: &'static str, row: &T) -> Result<String, StoreError> {
    serde_json::to_string(row).map_err(|error| StoreError::Unreadable { table, source: error.into() })
}

/// The word that stands for a value without fields, as it stands in the wire form.
pub fn to_word<T: Serialize>(table: &'static str, value: T) -> Result<String, StoreError> {
    to_document(table, &value).map(|text| text.trim_matches('"').to_owned())
}

/// The value that a word stands for.
pub fn from_word<T: DeserializeOwned>(table: &'static str, word: &str) -> Result<T, StoreError> {
    T::deserialize(serde::de::value::StrDeserializer::<serde_json::Error>::new(word))
        .map_err(|error| StoreError::Unreadable { table, source: error.into() })
}

/// Stored seconds as an instant; a value outside the years 1900 to 9999 was never written and is cut to them.
pub fn instant(unix: i64) -> Timestamp {
    Timestamp::from_unix(unix).unwrap_or(if unix < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Revisions and counters fit the engine's signed numbers for longer than the city will stand.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The reverse of [`signed`].
pub fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::Causes;

    #[test]
    fn a_damaged_row_is_told_by_its_place_and_never_by_what_stands_in_it() {
        let read = from_document::<Vec<u32>>("applicant", r#"[1,"测试甲"]"#).expect_err("no number");
        let word = from_word::<yuyue_domain::rights::Role>("clerk", "测试甲").expect_err("no role");
        for error in [read, word] {
            let told = format!("{} {error:?}", Causes(&error));
            assert!(!told.contains("测试"), "{told}");
        }
        let said = Causes(&from_document::<u32>("applicant", "\"x\"").expect_err("no number")).to_string();
        assert_eq!(said, "a row of applicant cannot be read: a value that does not belong there at column 3");
    }
}
