//! A page of the feed as the tables keep it. Rows stand there in the form in which they cross the wire, so that a first fill of
//! a million people passes them on as they are instead of reading and writing each of them.

use super::StoreError;
use super::form::{from_document, to_document};
use serde::de::IgnoredAny;
use std::fmt::Write as _;
use yuyue_protocol::change::{Change, ChangesPage, Row, RowCounts, What};
use yuyue_protocol::cursor::{Cursor, Revision};

/// A page. It names people: it is never logged.
pub struct StoredPage {
    pub changes: Vec<StoredChange>,
    pub cursor: Cursor,
    pub head: Revision,
    pub counts: Option<RowCounts>,
}

/// A change with its row, or with the key of a row that is gone, as text.
pub struct StoredChange {
    pub revision: Revision,
    /// The row's table, which has the same name on the wire; none for a row that is gone.
    pub table: Option<&'static str>,
    pub text: String,
}

impl StoredPage {
    /// The page, read.
    pub fn read(self) -> Result<ChangesPage, StoreError> {
        let changes = self.changes.iter().map(StoredChange::read).collect::<Result<_, _>>()?;
        Ok(ChangesPage { changes, cursor: self.cursor, head: self.head, counts: self.counts })
    }

    /// The page as it crosses the wire. Only that each row is JSON is looked at: one that is damaged is noticed here, where it
    /// can be mended, and not by every device.
    pub fn into_text(self) -> Result<String, StoreError> {
        const AROUND_ROW: usize = 64;
        let rows: usize = self.changes.iter().map(|change| change.text.len() + AROUND_ROW).sum();
        let mut text = String::with_capacity(rows + 256);
        text.push_str("{\"changes\":[");
        for (index, StoredChange { revision, table, text: row }) in self.changes.iter().enumerate() {
            from_document::<IgnoredAny>(table.unwrap_or("tombstone"), row)?;
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = match table {
                Some(table) => {
                    write!(text, "{comma}{{\"revision\":{revision},\"set\":{{\"table\":\"{table}\",\"row\":{row}}}}}")
                }
                None => write!(text, "{comma}{{\"revision\":{revision},\"gone\":{row}}}"),
            };
        }
        let rest = ChangesPage { changes: Vec::new(), cursor: self.cursor, head: self.head, counts: self.counts };
        let rest = to_document("feed_head", &rest)?;
        // What comes behind the changes, from the bracket that ends them on.
        text.push_str(rest.strip_prefix("{\"changes\":[").unwrap_or_default());
        Ok(text)
    }
}

impl StoredChange {
    /// The change, read.
    pub fn read(&self) -> Result<Change, StoreError> {
        let what = match self.table {
            Some(table) => What::Set(read_row(table, &self.text)?),
            None => What::Gone(from_document("tombstone", &self.text)?),
        };
        Ok(Change { revision: self.revision, what })
    }
}

fn read_row(table: &'static str, text: &str) -> Result<Row, StoreError> {
    Ok(match table {
        "office" => Row::Office(from_document(table, text)?),
        "site" => Row::Site(from_document(table, text)?),
        "clerk" => Row::Clerk(from_document(table, text)?),
        "policy" => Row::Policy(from_document(table, text)?),
        "notice" => Row::Notice(from_document(table, text)?),
        "agreement" => Row::Agreement(from_document(table, text)?),
        "session" => Row::Session(from_document(table, text)?),
        "session_counts" => Row::SessionCounts(from_document(table, text)?),
        "ladder" => Row::Ladder(from_document(table, text)?),
        "applicant" => Row::Applicant(from_document(table, text)?),
        "application" => Row::Application(from_document(table, text)?),
        "publication" => Row::Publication(from_document(table, text)?),
        _ => Row::PublishedResult(from_document(table, text)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use yuyue_protocol::cursor::Epoch;

    fn page(rows: &[(u64, Option<&'static str>, &str)]) -> StoredPage {
        let change = |&(revision, table, text): &(u64, _, &str)| StoredChange {
            revision: Revision(revision),
            table,
            text: text.to_owned(),
        };
        StoredPage {
            changes: rows.iter().map(change).collect(),
            cursor: Cursor { epoch: Epoch(Uuid::nil()), revision: Revision(9) },
            head: Revision(9),
            counts: Some(RowCounts { applicants: 1, applications: 2, sessions: 3 }),
        }
    }

    const COUNTS: &str = r#"{"session":4,"applications":2,"priority_left":1,"as_of":"2026-11-23T08:00:00+08:00"}"#;
    const KEY: &str = r#"{"table":"applicant","key":7}"#;

    #[test]
    fn a_page_that_is_passed_on_says_what_it_says_when_it_is_read_and_written() {
        for rows in [&[][..], &[(3, Some("session_counts"), COUNTS), (5, None, KEY)]] {
            let written = serde_json::to_string(&page(rows).read().expect("readable")).expect("written");
            assert_eq!(page(rows).into_text().expect("readable"), written, "to the letter");
        }
    }

    #[test]
    fn a_damaged_row_is_named_by_its_table_and_not_passed_on() {
        let text = page(&[(3, Some("session_counts"), r#"{"session":4,"#)]).into_text();
        assert!(matches!(text, Err(StoreError::Unreadable { table: "session_counts", .. })), "it is no JSON");
    }
}
