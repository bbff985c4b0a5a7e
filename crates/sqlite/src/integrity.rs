//! Reading a whole file once to learn whether it is sound.

use rusqlite::Connection;

/// Findings reported at most.
const FINDINGS_MAX: u32 = 20;

/// A file is not sound, or could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum IntegrityError {
    /// What `SQLite` or its cipher found. The texts name pages and tables, never their content.
    #[error("the file is damaged: {}", .0.join("; "))]
    Findings(Vec<String>),
    /// Reading failed.
    #[error("the file cannot be checked")]
    Sqlite(#[from] rusqlite::Error),
}

/// Checks every page's authentication, the structure of every table and index, and every foreign key.
///
/// # Errors
/// With what was found, at most twenty findings of each kind.
pub fn check_integrity(connection: &Connection) -> Result<(), IntegrityError> {
    // In a file without a key this pragma returns no row.
    let mut findings = texts(connection, "PRAGMA cipher_integrity_check")?;
    findings.truncate(FINDINGS_MAX as usize);
    findings.extend(
        texts(connection, &format!("PRAGMA integrity_check({FINDINGS_MAX})"))?.into_iter().filter(|text| text != "ok"),
    );
    let mut orphans = connection.prepare("SELECT \"table\" FROM pragma_foreign_key_check LIMIT ?1")?;
    for table in orphans.query_map([FINDINGS_MAX], |row| row.get::<_, String>(0))? {
        findings.push(format!("a row of {} refers to nothing", table?));
    }
    if findings.is_empty() { Ok(()) } else { Err(IntegrityError::Findings(findings)) }
}

fn texts(connection: &Connection, pragma: &str) -> Result<Vec<String>, rusqlite::Error> {
    connection.prepare(pragma)?.query_map([], |row| row.get(0))?.collect()
}
