//! The lease of the process that does what the clock makes due. The engine's clock counts: those of several computers differ.

use super::sql::{self, column, number};
use crate::store::{LeaseTerm, StoreError};
use deadpool_postgres::GenericClient;
use uuid::Uuid;

/// Takes it over when its time is over, or keeps it; answers the term, or none while somebody else holds it. Whoever gets
/// it back after its time, with nobody in between, goes on in the same term.
pub async fn hold<C: GenericClient>(client: &C, holder: Uuid, seconds: u32) -> Result<Option<LeaseTerm>, StoreError> {
    let held = sql::find(
        client,
        "UPDATE lease
         SET term = CASE WHEN holder = $1 THEN term ELSE term + 1 END,
             holder = $1,
             expires_at = clock_timestamp() + $2::bigint * interval '1 second'
         WHERE holder = $1 OR holder IS NULL OR expires_at < clock_timestamp()
         RETURNING term",
        &[&holder, &i64::from(seconds)],
    )
    .await?;
    held.map(|row| Ok(LeaseTerm(number(&row, 0)?))).transpose()
}

/// Gives it up.
pub async fn leave<C: GenericClient>(client: &C, holder: Uuid) -> Result<(), StoreError> {
    sql::write(client, "UPDATE lease SET holder = NULL WHERE holder = $1", &[&holder]).await?;
    Ok(())
}

/// Whether this term, when there is one, is still the one that counts.
///
/// # Errors
/// [`StoreError::Overtaken`] when it is not.
pub async fn check<C: GenericClient>(client: &C, term: Option<LeaseTerm>) -> Result<(), StoreError> {
    let Some(term) = term else { return Ok(()) };
    let row = sql::get(client, "SELECT term = $1 FROM lease", &[&super::signed(term.0)]).await?;
    if column(&row, 0)? { Ok(()) } else { Err(StoreError::Overtaken) }
}
