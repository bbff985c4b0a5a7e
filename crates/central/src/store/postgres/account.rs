//! What signs clerks in.

use super::sql::{self, column, is_text, number};
use super::{from_document, instant};
use crate::secret::Hash;
use crate::store::{Account, StoreError};
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Row;
use yuyue_domain::ids::{ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Clerk;

pub async fn upsert<C: GenericClient>(client: &C, account: &Account) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO clerk_account (clerk, verifier, disabled, failures, locked_until)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (clerk) DO UPDATE
         SET verifier = excluded.verifier, disabled = excluded.disabled,
             failures = excluded.failures, locked_until = excluded.locked_until",
        &[
            &i64::from(account.clerk.id.0),
            &account.verifier,
            &account.disabled,
            &i64::from(account.failures),
            &account.locked_until.unix(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: GenericClient>(client: &C, staff_number: &str) -> Result<Option<Account>, StoreError> {
    let found = list_by_number(client, &[staff_number.to_owned()].into()).await?;
    Ok(found.into_values().next())
}

/// The accounts of these staff numbers.
pub async fn list_by_number<C: GenericClient>(
    client: &C,
    staff_numbers: &BTreeSet<String>,
) -> Result<BTreeMap<String, Account>, StoreError> {
    let known: Vec<&str> = staff_numbers.iter().map(String::as_str).filter(|number| is_text(number)).collect();
    if known.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sql::list(
        client,
        "SELECT document, verifier, disabled, failures, locked_until
         FROM clerk JOIN clerk_account ON clerk_account.clerk = clerk.id WHERE staff_number = ANY($1)",
        &[&known],
    )
    .await?;
    let accounts = rows.iter().map(read);
    accounts.map(|account| account.map(|account| (account.clerk.staff_number.clone(), account))).collect()
}

/// Those of these clerks whose accounts are not disabled.
pub async fn list_active<C: GenericClient>(
    client: &C,
    clerks: &BTreeSet<ClerkId>,
) -> Result<BTreeMap<ClerkId, Clerk>, StoreError> {
    if clerks.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<i64> = clerks.iter().map(|id| id.0.into()).collect();
    let rows = sql::list(
        client,
        "SELECT document FROM clerk JOIN clerk_account ON clerk_account.clerk = clerk.id
         WHERE clerk.id = ANY($1) AND NOT disabled",
        &[&ids],
    )
    .await?;
    let clerks = rows.iter().map(|row| from_document::<Clerk>("clerk", column(row, 0)?));
    clerks.map(|clerk| clerk.map(|clerk| (clerk.id, clerk))).collect()
}

pub async fn list<C: GenericClient>(client: &C) -> Result<Vec<Account>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT document, verifier, disabled, failures, locked_until
         FROM clerk JOIN clerk_account ON clerk_account.clerk = clerk.id ORDER BY clerk.id",
        &[],
    )
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        clerk: from_document("clerk", column(row, 0)?)?,
        verifier: column(row, 1)?,
        disabled: column(row, 2)?,
        failures: number(row, 3)?,
        locked_until: instant(column(row, 4)?),
    })
}

pub async fn insert_token<C: GenericClient>(
    client: &C,
    token: &Hash,
    clerk: ClerkId,
    device: DeviceId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO clerk_token (hash, clerk, device, expires_at) VALUES ($1, $2, $3, $4)",
        &[&token.as_slice(), &i64::from(clerk.0), &i64::from(device.0), &expires_at.unix()],
    )
    .await?;
    Ok(())
}

pub async fn delete_tokens<C: GenericClient>(client: &C, clerk: ClerkId) -> Result<(), StoreError> {
    sql::write(client, "DELETE FROM clerk_token WHERE clerk = $1", &[&i64::from(clerk.0)]).await?;
    Ok(())
}

pub async fn find_token<C: GenericClient>(
    client: &C,
    token: &Hash,
    device: DeviceId,
    now: Timestamp,
) -> Result<Option<Clerk>, StoreError> {
    let found = sql::find(
        client,
        "SELECT document FROM clerk_token JOIN clerk ON clerk.id = clerk_token.clerk
         WHERE hash = $1 AND device = $2 AND expires_at > $3",
        &[&token.as_slice(), &i64::from(device.0), &now.unix()],
    )
    .await?;
    found.map(|row| from_document("clerk", column(&row, 0)?)).transpose()
}
