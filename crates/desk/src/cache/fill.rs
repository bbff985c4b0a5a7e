//! A fill: all rows from the beginning. The look-up's indexes are taken away before and built at once after, which costs a
//! tenth of keeping them up row by row.

use super::feed::{get_feed, update_feed};
use crate::error::DeskError;
use rusqlite::Connection;
use yuyue_domain::lookup::name_terms;
use yuyue_protocol::cursor::Revision;

/// The indexes of the look-up. A number is also found from its day of birth on. Each carries the office, by which hits
/// are ordered, so that a look-up reads its index and nothing else.
const LOOKUP_INDEXES: [(&str, &str); 6] = [
    ("applicant_number", "applicant (number, office)"),
    ("applicant_birth", "applicant (substr(number, 7), office)"),
    ("applicant_tail", "applicant (tail, office)"),
    ("applicant_phone_tail", "applicant (phone_tail, office)"),
    ("applicant_serial", "applicant (serial, office)"),
    ("applicant_name", "applicant (name, office)"),
];

/// Begins a fill: the next page is the first one. Rows that are here stay readable until it ends.
///
/// # Errors
/// When the file cannot be written.
pub fn begin_fill(cache: &mut Connection) -> Result<(), DeskError> {
    let transaction = cache.transaction()?;
    let mut state = get_feed(&transaction)?;
    state.cursor = None;
    state.head = Revision(0);
    state.fill += 1;
    state.is_filling = true;
    state.filled_rows = 0;
    for (name, _) in LOOKUP_INDEXES {
        transaction.execute_batch(&format!("DROP INDEX IF EXISTS {name};"))?;
    }
    transaction.execute_batch("DELETE FROM name_term; DELETE FROM name;")?;
    update_feed(&transaction, &state)?;
    transaction.commit()?;
    Ok(())
}

/// Ends a fill: drops what it did not bring and makes everybody findable. Part of the caller's transaction.
///
/// # Errors
/// When the file cannot be written.
pub fn end_fill(cache: &Connection, fill: i64) -> Result<(), DeskError> {
    // Before the people themselves: which bodies are left over is then known without reading all that stay.
    cache.execute("DELETE FROM applicant_body WHERE id IN (SELECT id FROM applicant WHERE fill < ?1)", [fill])?;
    for table in ["applicant", "application", "session", "session_counts", "published_result", "document"] {
        cache.execute(&format!("DELETE FROM {table} WHERE fill < ?1"), [fill])?;
    }
    for (name, columns) in LOOKUP_INDEXES {
        cache.execute_batch(&format!("CREATE INDEX {name} ON {columns};"))?;
    }
    build_names(cache)
}

/// All names with their terms, in the order of the terms, so that the tree grows at its end only.
fn build_names(cache: &Connection) -> Result<(), DeskError> {
    cache.execute_batch("INSERT INTO name (name) SELECT DISTINCT name FROM applicant ORDER BY name;")?;
    let mut terms: Vec<(String, i64)> = Vec::new();
    let mut statement = cache.prepare("SELECT id, name FROM name ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let name = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        terms.extend(name_terms(name).into_iter().map(|term| (term, id)));
    }
    terms.sort_unstable();
    let mut insert = cache.prepare("INSERT INTO name_term (term, name) VALUES (?1, ?2)")?;
    for (term, id) in &terms {
        insert.execute((term, id))?;
    }
    Ok(())
}
