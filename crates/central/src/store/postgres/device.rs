//! Enrolled computers, and the notices that were agreed to on them.

use super::sql::{self, Params, bytes, column, number};
use super::{from_word, instant, to_document, to_word};
use crate::secret::Hash;
use crate::store::{DeviceRow, NewDevice, StoreError};
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Row;
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::notice::Agreement;
use yuyue_domain::time::Timestamp;

const COLUMNS: &str = "id, kind, label, office, enrolment_until, signing_key, enrolled_at, revoked_at, exit_verifier";

pub async fn insert<C: GenericClient>(client: &C, new: &NewDevice) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO device (id, kind, label, office, enrolment_hash, enrolment_until, exit_verifier)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &i64::from(new.id.0),
            &to_word("device", new.kind)?,
            &new.label,
            &i64::from(new.office.0),
            &new.code.as_slice(),
            &new.until.unix(),
            &new.exit_verifier,
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_enrolled<C: GenericClient>(
    client: &C,
    device: DeviceId,
    signing_key: &[u8; 32],
    fingerprint: &Hash,
    at: Timestamp,
) -> Result<(), StoreError> {
    let enrolled = sql::write(
        client,
        "UPDATE device
         SET signing_key = $2, fingerprint = $3, enrolled_at = $4, enrolment_hash = NULL, enrolment_until = NULL
         WHERE id = $1 AND enrolment_hash IS NOT NULL AND revoked_at IS NULL",
        &[&i64::from(device.0), &signing_key.as_slice(), &fingerprint.as_slice(), &at.unix()],
    )
    .await?;
    if enrolled == 1 {
        Ok(())
    } else {
        Err(StoreError::Constraint { rule: "an enrolment code is used once".to_owned(), row: None })
    }
}

pub async fn set_renewed<C: GenericClient>(
    client: &C,
    device: DeviceId,
    used: &Hash,
    next: &Hash,
) -> Result<(), StoreError> {
    sql::write(
        client,
        "UPDATE device SET fingerprint = $2, next_fingerprint = $3 WHERE id = $1 AND revoked_at IS NULL",
        &[&i64::from(device.0), &used.as_slice(), &next.as_slice()],
    )
    .await?;
    Ok(())
}

pub async fn set_revoked<C: GenericClient>(client: &C, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
    let id = i64::from(device.0);
    sql::write(
        client,
        "UPDATE device SET revoked_at = coalesce(revoked_at, $2), enrolment_hash = NULL, enrolment_until = NULL
         WHERE id = $1",
        &[&id, &at.unix()],
    )
    .await?;
    sql::write(client, "DELETE FROM clerk_token WHERE device = $1", &[&id]).await?;
    Ok(())
}

pub async fn list_by_id<C: GenericClient>(
    client: &C,
    ids: &BTreeSet<DeviceId>,
) -> Result<BTreeMap<DeviceId, DeviceRow>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0.into()).collect();
    let rows = list_where(client, "id = ANY($1)", &[&ids]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

pub async fn find_by_fingerprint<C: GenericClient>(
    client: &C,
    fingerprint: &Hash,
) -> Result<Option<DeviceRow>, StoreError> {
    Ok(list_where(client, "fingerprint = $1 OR next_fingerprint = $1", &[&fingerprint.as_slice()]).await?.pop())
}

pub async fn find_by_enrolment<C: GenericClient>(client: &C, code: &Hash) -> Result<Option<DeviceRow>, StoreError> {
    Ok(list_where(client, "enrolment_hash = $1", &[&code.as_slice()]).await?.pop())
}

pub async fn list<C: GenericClient>(client: &C) -> Result<Vec<DeviceRow>, StoreError> {
    list_where(client, "true", &[]).await
}

async fn list_where<C: GenericClient>(
    client: &C,
    rule: &str,
    params: Params<'_>,
) -> Result<Vec<DeviceRow>, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM device WHERE {rule} ORDER BY id");
    sql::list(client, &statement, params).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<DeviceRow, StoreError> {
    let time = |index| -> Result<Option<Timestamp>, StoreError> { Ok(column::<Option<i64>>(row, index)?.map(instant)) };
    let signing_key: Option<&[u8]> = column(row, 5)?;
    Ok(DeviceRow {
        id: DeviceId(number(row, 0)?),
        kind: from_word("device", column(row, 1)?)?,
        label: column(row, 2)?,
        office: OfficeId(number(row, 3)?),
        enrolment_until: time(4)?,
        signing_key: if signing_key.is_some() { Some(bytes(row, 5)?) } else { None },
        enrolled_at: time(6)?,
        revoked_at: time(7)?,
        exit_verifier: column(row, 8)?,
    })
}

pub async fn upsert_agreements<C: GenericClient>(client: &C, rows: &[(i64, &Agreement)]) -> Result<(), StoreError> {
    for (revision, agreement) in rows {
        sql::write(
            client,
            "INSERT INTO agreement (device, kind, version, document, revision) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (device, kind, version) DO UPDATE
             SET document = excluded.document, revision = excluded.revision",
            &[
                &i64::from(agreement.device.0),
                &to_word("agreement", agreement.kind)?,
                &i64::from(agreement.version),
                &to_document("agreement", agreement)?,
                revision,
            ],
        )
        .await?;
    }
    Ok(())
}
