//! Messages on their way to a phone.

use super::sql::{self, column, number};
use super::{instant, signed};
use crate::store::{DueSms, NewSms, StoreError};
use deadpool_postgres::GenericClient;
use yuyue_domain::time::Timestamp;

pub async fn insert<C: GenericClient>(client: &C, new: &[&NewSms]) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let phones: Vec<&str> = new.iter().map(|one| one.phone.as_str()).collect();
    let texts: Vec<&str> = new.iter().map(|one| one.text.as_str()).collect();
    let created: Vec<i64> = new.iter().map(|one| one.created_at.unix()).collect();
    let expire: Vec<i64> = new.iter().map(|one| one.expires_at.unix()).collect();
    sql::write(client, include_str!("insert_sms.sql"), &[&phones, &texts, &created, &expire]).await?;
    Ok(())
}

pub async fn list_due<C: GenericClient>(client: &C, now: Timestamp, limit: u32) -> Result<Vec<DueSms>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT id, phone, text, tries, expires_at FROM sms
         WHERE state = 'waiting' AND next_at <= $1 ORDER BY expires_at, id LIMIT $2",
        &[&now.unix(), &i64::from(limit)],
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok(DueSms {
                id: number(row, 0)?,
                phone: column(row, 1)?,
                text: column(row, 2)?,
                tries: number(row, 3)?,
                expires_at: instant(column(row, 4)?),
            })
        })
        .collect()
}

pub async fn set_taken<C: GenericClient>(client: &C, ids: &[u64], until: Timestamp) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| signed(*id)).collect();
    let statement = "UPDATE sms SET next_at = $2 WHERE id = ANY($1) AND state = 'waiting'";
    sql::write(client, statement, &[&ids, &until.unix()]).await?;
    Ok(())
}

pub async fn set_sent<C: GenericClient>(client: &C, ids: &[i64]) -> Result<(), StoreError> {
    if !ids.is_empty() {
        let statement = "UPDATE sms SET state = 'sent', text = '', tries = tries + 1 WHERE id = ANY($1)";
        sql::write(client, statement, &[&ids]).await?;
    }
    Ok(())
}

pub async fn set_failed<C: GenericClient>(client: &C, id: u64, next_at: Option<Timestamp>) -> Result<(), StoreError> {
    if let Some(next_at) = next_at {
        let statement = "UPDATE sms SET tries = tries + 1, next_at = $2 WHERE id = $1";
        sql::write(client, statement, &[&signed(id), &next_at.unix()]).await?;
    } else {
        let statement = "UPDATE sms SET state = 'given_up', text = '', tries = tries + 1 WHERE id = $1";
        sql::write(client, statement, &[&signed(id)]).await?;
    }
    Ok(())
}
