//! Copying what can still be read of a damaged file into a sound one.

use crate::open::{FileKind, Place, open_reader};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// What came of copying a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Rows that were read.
    pub rows: u64,
    /// Whether all of them could be read.
    pub is_whole: bool,
}

/// Copies the rows of a table that are readable in the file at `from`, first from its beginning up to the damage, then
/// from its end. Rows that `to` has already, or that its constraints refuse, are left out.
///
/// Each pass opens the file anew: a connection that met damage reads nothing more.
///
/// # Errors
/// When `to` cannot be written. A file or a table that cannot be read at all gives no rows and is not whole.
pub fn copy_rows(kind: &FileKind, from: Place<'_>, to: &Connection, table: &str) -> Result<Copied, rusqlite::Error> {
    let forward = copy_pass(kind, from, to, &format!("SELECT * FROM {table} ORDER BY rowid"), table)?;
    if forward.is_whole {
        return Ok(forward);
    }
    let backward = copy_pass(kind, from, to, &format!("SELECT * FROM {table} ORDER BY rowid DESC"), table)?;
    Ok(Copied { rows: forward.rows + backward.rows, is_whole: false })
}

fn copy_pass(
    kind: &FileKind,
    from: Place<'_>,
    to: &Connection,
    select: &str,
    table: &str,
) -> Result<Copied, rusqlite::Error> {
    let nothing = Copied { rows: 0, is_whole: false };
    let Ok(from) = open_reader(kind, from) else { return Ok(nothing) };
    let Ok(mut select) = from.prepare(select) else { return Ok(nothing) };
    let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {table} ({}) VALUES ({places})", columns.join(", "));
    let mut insert = to.prepare(&insert)?;
    let Ok(mut rows) = select.query([]) else { return Ok(nothing) };
    let mut copied = 0;
    loop {
        let values: Result<Vec<Value>, rusqlite::Error> = match rows.next() {
            Ok(Some(row)) => (0..columns.len()).map(|index| row.get(index)).collect(),
            Ok(None) => return Ok(Copied { rows: copied, is_whole: true }),
            Err(error) => Err(error),
        };
        let Ok(values) = values else { return Ok(Copied { rows: copied, is_whole: false }) };
        insert.execute(params_from_iter(values))?;
        copied += 1;
    }
}
