//! Messages on their way to a phone.

use super::{instant, signed, unsigned};
use crate::store::{DueSms, NewSms, StoreError};
use rusqlite::{Connection, params};
use yuyue_domain::time::Timestamp;

pub fn insert(connection: &Connection, new: &NewSms) -> Result<(), StoreError> {
    connection.prepare_cached(include_str!("insert_sms.sql"))?.execute(params![
        new.phone,
        new.text,
        new.created_at.unix(),
        new.expires_at.unix()
    ])?;
    Ok(())
}

pub fn list_due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<DueSms>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, phone, text, tries, expires_at FROM sms
         WHERE state = 'waiting' AND next_at <= ?1 ORDER BY expires_at, id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![now.unix(), limit], |row| {
        Ok(DueSms {
            id: unsigned(row.get(0)?),
            phone: row.get(1)?,
            text: row.get(2)?,
            tries: row.get(3)?,
            expires_at: instant(row.get(4)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn set_taken(connection: &Connection, ids: &[u64], until: Timestamp) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE sms SET next_at = ?2 WHERE id = ?1 AND state = 'waiting'")?;
    for id in ids {
        statement.execute(params![signed(*id), until.unix()])?;
    }
    Ok(())
}

pub fn set_sent(connection: &Connection, id: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE sms SET state = 'sent', text = '', tries = tries + 1 WHERE id = ?1")?
        .execute([signed(id)])?;
    Ok(())
}

pub fn set_failed(connection: &Connection, id: u64, next_at: Option<Timestamp>) -> Result<(), StoreError> {
    match next_at {
        Some(next_at) => connection
            .prepare_cached("UPDATE sms SET tries = tries + 1, next_at = ?2 WHERE id = ?1")?
            .execute(params![signed(id), next_at.unix()])?,
        None => connection
            .prepare_cached("UPDATE sms SET state = 'given_up', text = '', tries = tries + 1 WHERE id = ?1")?
            .execute([signed(id)])?,
    };
    Ok(())
}
