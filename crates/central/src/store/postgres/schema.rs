//! Bringing the tables up to date. Whatever process comes first does it; the others find it done.

use super::sql;
use crate::store::{OpenStoreError, StoreError};
use deadpool_postgres::Client;
use refinery::Migration;

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

/// Tries before a step counts as failed.
const TRIES_MAX: u32 = 20;

/// Brings the tables to the schema of this program; one that a newer program made is left alone.
pub async fn bring_up_to_date(client: &mut Client) -> Result<(), OpenStoreError> {
    let runner = embedded::migrations::runner();
    let known = runner.get_migrations().iter().map(Migration::version).max().unwrap_or(0);
    let found = version(client).await?;
    if found > known {
        return Err(OpenStoreError::TooNew { found, known });
    }
    let mut found = found;
    let mut tries = 0;
    while found < known {
        // When another process does the same step it is waited for, and then this one finds it done and fails.
        let done = runner.run_async(&mut ***client).await;
        found = version(client).await?;
        tries += 1;
        match done {
            Err(error) if tries >= TRIES_MAX => return Err(OpenStoreError::Migration(Box::new(error))),
            Err(error) => tracing::warn!(%error, "another process may bring the tables up to date"),
            Ok(_) => {}
        }
    }
    Ok(())
}

async fn version(client: &Client) -> Result<i32, StoreError> {
    let is_there = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    if !sql::column::<bool>(&sql::get(client, is_there, &[]).await?, 0)? {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    sql::column(&sql::get(client, newest, &[]).await?, 0)
}
