//! Visits at kiosks, for all processes.

use super::instant;
use super::sql::{self, bytes, column, number};
use crate::secret::Hash;
use crate::store::{Asked, StoreError, VisitRow, VisitSpan};
use deadpool_postgres::GenericClient;
use yuyue_domain::ids::{ApplicantId, DeviceId};
use yuyue_domain::time::Timestamp;

pub async fn find<C: GenericClient>(client: &C, device: DeviceId) -> Result<Option<VisitRow>, StoreError> {
    let statement = "SELECT opening, number, token, applicant, opened_at, expires_at FROM visit WHERE device = $1";
    let found = sql::find(client, statement, &[&i64::from(device.0)]).await?;
    let read = |row| {
        Ok(VisitRow {
            opening: column(&row, 0)?,
            number: bytes(&row, 1)?,
            token: bytes(&row, 2)?,
            applicant: ApplicantId(number(&row, 3)?),
            opened_at: instant(column(&row, 4)?),
            expires_at: instant(column(&row, 5)?),
        })
    };
    found.map(read).transpose()
}

pub async fn prolong<C: GenericClient>(
    client: &C,
    device: DeviceId,
    token: &Hash,
    now: Timestamp,
    span: VisitSpan,
) -> Result<Option<ApplicantId>, StoreError> {
    let found = sql::find(
        client,
        "UPDATE visit SET expires_at = least($3 + $4, opened_at + $5)
         WHERE device = $1 AND token = $2 AND expires_at > $3
         RETURNING applicant",
        &[
            &i64::from(device.0),
            &token.as_slice(),
            &now.unix(),
            &i64::from(span.idle_seconds),
            &i64::from(span.whole_seconds),
        ],
    )
    .await?;
    found.map(|row| Ok(ApplicantId(number(&row, 0)?))).transpose()
}

pub async fn open<C: GenericClient>(client: &C, device: DeviceId, visit: &VisitRow) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO visit (device, opening, number, token, applicant, opened_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (device) DO UPDATE
         SET opening = excluded.opening, number = excluded.number, token = excluded.token,
             applicant = excluded.applicant, opened_at = excluded.opened_at, expires_at = excluded.expires_at",
        &[
            &i64::from(device.0),
            &visit.opening,
            &visit.number.as_slice(),
            &visit.token.as_slice(),
            &i64::from(visit.applicant.0),
            &visit.opened_at.unix(),
            &visit.expires_at.unix(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn end<C: GenericClient>(client: &C, device: DeviceId) -> Result<(), StoreError> {
    sql::write(client, "DELETE FROM visit WHERE device = $1", &[&i64::from(device.0)]).await?;
    Ok(())
}

pub async fn ask<C: GenericClient>(
    client: &C,
    device: DeviceId,
    now: Timestamp,
    within_seconds: u32,
) -> Result<Asked, StoreError> {
    let row = sql::get(
        client,
        "INSERT INTO visit_asked (device, since, count) VALUES ($1, $2, 1)
         ON CONFLICT (device) DO UPDATE
         SET since = CASE WHEN excluded.since - visit_asked.since >= $3 THEN excluded.since ELSE visit_asked.since END,
             count = CASE WHEN excluded.since - visit_asked.since >= $3 THEN 1 ELSE visit_asked.count + 1 END
         RETURNING since, count",
        &[&i64::from(device.0), &now.unix(), &i64::from(within_seconds)],
    )
    .await?;
    Ok(Asked { since: instant(column(&row, 0)?), count: number(&row, 1)? })
}
