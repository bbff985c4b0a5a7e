//! What signs clerks in.

use super::{from_document, instant};
use crate::secret::Hash;
use crate::store::{Account, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use yuyue_domain::ids::{ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Clerk;

pub fn upsert(connection: &Connection, account: &Account) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO clerk_account (clerk, verifier, disabled, failures, locked_until)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (clerk) DO UPDATE
             SET verifier = excluded.verifier, disabled = excluded.disabled,
                 failures = excluded.failures, locked_until = excluded.locked_until",
        )?
        .execute(params![
            account.clerk.id.0,
            account.verifier,
            account.disabled,
            account.failures,
            account.locked_until.unix()
        ])?;
    Ok(())
}

pub fn find(connection: &Connection, staff_number: &str) -> Result<Option<Account>, StoreError> {
    connection
        .prepare_cached(
            "SELECT document, verifier, disabled, failures, locked_until
             FROM clerk JOIN clerk_account ON clerk_account.clerk = clerk.id WHERE staff_number = ?1",
        )?
        .query_row([staff_number], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// The clerk, when the account is not disabled.
pub fn find_active(connection: &Connection, clerk: ClerkId) -> Result<Option<Clerk>, StoreError> {
    connection
        .prepare_cached(
            "SELECT document FROM clerk JOIN clerk_account ON clerk_account.clerk = clerk.id
             WHERE clerk.id = ?1 AND NOT disabled",
        )?
        .query_row([clerk.0], |row| row.get::<_, String>(0))
        .optional()?
        .map(|document| from_document("clerk", &document))
        .transpose()
}

pub fn list(connection: &Connection) -> Result<Vec<Account>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT document, verifier, disabled, failures, locked_until
         FROM clerk JOIN clerk_account ON clerk_account.clerk = clerk.id ORDER BY clerk.id",
    )?;
    let rows = statement.query_map([], |row| Ok(read(row)))?;
    let mut accounts = Vec::new();
    for row in rows {
        accounts.push(row??);
    }
    Ok(accounts)
}

fn read(row: &Row<'_>) -> Result<Account, StoreError> {
    let document: String = row.get(0)?;
    Ok(Account {
        clerk: from_document("clerk", &document)?,
        verifier: row.get(1)?,
        disabled: row.get(2)?,
        failures: row.get(3)?,
        locked_until: instant(row.get(4)?),
    })
}

pub fn insert_token(
    connection: &Connection,
    token: &Hash,
    clerk: ClerkId,
    device: DeviceId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO clerk_token (hash, clerk, device, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![token, clerk.0, device.0, expires_at.unix()])?;
    Ok(())
}

pub fn delete_tokens(connection: &Connection, clerk: ClerkId) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM clerk_token WHERE clerk = ?1")?.execute([clerk.0])?;
    Ok(())
}

pub fn find_token(
    connection: &Connection,
    token: &Hash,
    device: DeviceId,
    now: Timestamp,
) -> Result<Option<Clerk>, StoreError> {
    connection
        .prepare_cached(
            "SELECT document FROM clerk_token JOIN clerk ON clerk.id = clerk_token.clerk
             WHERE hash = ?1 AND device = ?2 AND expires_at > ?3",
        )?
        .query_row(params![token, device.0, now.unix()], |row| row.get::<_, String>(0))
        .optional()?
        .map(|document| from_document("clerk", &document))
        .transpose()
}
