//! Whose record is open at which counter, for all processes.

use super::instant;
use super::sql::{self, column, number};
use crate::store::{OpenAt, OpenReport, StoreError};
use deadpool_postgres::GenericClient;
use yuyue_domain::ids::{DeviceId, OfficeId};

/// Notes a report; answers the other counters that have the same record open, who was first first.
pub async fn report<C: GenericClient>(client: &C, report: &OpenReport) -> Result<Vec<OpenAt>, StoreError> {
    let (device, now) = (i64::from(report.device.0), report.at.unix());
    // The oldest that still counts.
    let counts_from = report.at.plus_seconds(-i64::from(report.counts_seconds)).unix();
    let Some(applicant) = report.applicant.map(|id| i64::from(id.0)) else {
        sql::write(client, "DELETE FROM open_record WHERE device = $1", &[&device]).await?;
        return Ok(Vec::new());
    };
    sql::write(
        client,
        "INSERT INTO open_record (device, office, applicant, since, heard_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (device) DO UPDATE
         SET office = excluded.office,
             since = CASE
                 WHEN open_record.applicant = excluded.applicant AND open_record.heard_at >= $5 THEN open_record.since
                 ELSE excluded.since
             END,
             applicant = excluded.applicant,
             heard_at = excluded.heard_at",
        &[&device, &i64::from(report.office.0), &applicant, &now, &counts_from],
    )
    .await?;
    let rows = sql::list(
        client,
        "SELECT device, office, since FROM open_record
         WHERE applicant = $1 AND device <> $2 AND heard_at >= $3 ORDER BY since, device",
        &[&applicant, &device, &counts_from],
    )
    .await?;
    rows.iter()
        .map(|row| {
            let since = instant(column(row, 2)?);
            Ok(OpenAt { device: DeviceId(number(row, 0)?), office: OfficeId(number(row, 1)?), since })
        })
        .collect()
}
