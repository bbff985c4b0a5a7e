//! One hash of everything that the files hold, to tell whether two runs were the same.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Gathers tables into one hash.
#[derive(Default)]
pub struct StateHash(Sha256);

impl StateHash {
    /// Adds every row of every table but the list of migrations, which says when they ran on the real clock.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn add(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.add_all_but(connection, "")
    }

    /// As [`Self::add`], without one table.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn add_all_but(&mut self, connection: &Connection, left_out: &str) -> rusqlite::Result<()> {
        let mut tables = connection.prepare(
            "SELECT name FROM sqlite_schema
             WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'refinery_schema_history' ORDER BY name",
        )?;
        let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for name in names.into_iter().filter(|name| name != left_out) {
            self.0.update(name.as_bytes());
            let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\""))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    self.add_value(row.get_ref(column)?);
                }
            }
        }
        Ok(())
    }

    fn add_value(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.0.update([0]),
            ValueRef::Integer(number) => {
                self.0.update([1]);
                self.0.update(number.to_be_bytes());
            }
            ValueRef::Real(number) => {
                self.0.update([2]);
                self.0.update(number.to_be_bytes());
            }
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                self.0.update([3]);
                self.0.update(bytes.len().to_be_bytes());
                self.0.update(bytes);
            }
        }
    }

    /// The hash in hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, byte| {
            // Writing to a text never fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
