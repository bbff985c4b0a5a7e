//! Enrolled computers, and the notices that were agreed to on them.

use super::{from_word, instant, signed, to_document, to_word};
use crate::secret::Hash;
use crate::store::{DeviceRow, NewDevice, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::notice::Agreement;
use yuyue_domain::time::Timestamp;

const COLUMNS: &str = "id, kind, label, office, enrolment_until, signing_key, enrolled_at, revoked_at, exit_verifier";

pub fn insert(connection: &Connection, new: &NewDevice) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO device (id, kind, label, office, enrolment_hash, enrolment_until, exit_verifier)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            new.id.0,
            to_word("device", new.kind)?,
            new.label,
            new.office.0,
            new.code,
            new.until.unix(),
            new.exit_verifier
        ],
    )?;
    Ok(())
}

pub fn set_enrolled(
    connection: &Connection,
    device: DeviceId,
    signing_key: &[u8; 32],
    fingerprint: &Hash,
    at: Timestamp,
) -> Result<(), StoreError> {
    let enrolled = connection.execute(
        "UPDATE device
         SET signing_key = ?2, fingerprint = ?3, enrolled_at = ?4, enrolment_hash = NULL, enrolment_until = NULL
         WHERE id = ?1 AND enrolment_hash IS NOT NULL AND revoked_at IS NULL",
        params![device.0, signing_key, fingerprint, at.unix()],
    )?;
    if enrolled == 1 {
        Ok(())
    } else {
        Err(StoreError::Constraint { rule: "an enrolment code is used once".to_owned(), row: None })
    }
}

pub fn set_renewed(connection: &Connection, device: DeviceId, used: &Hash, next: &Hash) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE device SET fingerprint = ?2, next_fingerprint = ?3 WHERE id = ?1 AND revoked_at IS NULL",
        params![device.0, used, next],
    )?;
    Ok(())
}

pub fn set_revoked(connection: &Connection, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE device SET revoked_at = coalesce(revoked_at, ?2), enrolment_hash = NULL, enrolment_until = NULL
         WHERE id = ?1",
        params![device.0, at.unix()],
    )?;
    connection.execute("DELETE FROM clerk_token WHERE device = ?1", [device.0])?;
    Ok(())
}

pub fn find(connection: &Connection, id: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
    find_where(connection, "id = ?1", [id.0])
}

pub fn find_by_fingerprint(connection: &Connection, fingerprint: &Hash) -> Result<Option<DeviceRow>, StoreError> {
    find_where(connection, "fingerprint = ?1 OR next_fingerprint = ?1", [fingerprint])
}

pub fn find_by_enrolment(connection: &Connection, code: &Hash) -> Result<Option<DeviceRow>, StoreError> {
    find_where(connection, "enrolment_hash = ?1", [code])
}

pub fn list(connection: &Connection) -> Result<Vec<DeviceRow>, StoreError> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM device ORDER BY id"))?;
    let rows = statement.query_map([], |row| Ok(read(row)))?;
    let mut devices = Vec::new();
    for row in rows {
        devices.push(row??);
    }
    Ok(devices)
}

fn find_where(connection: &Connection, rule: &str, params: impl Params) -> Result<Option<DeviceRow>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM device WHERE {rule}"))?
        .query_row(params, |row| Ok(read(row)))
        .optional()?
        .transpose()
}

fn read(row: &Row<'_>) -> Result<DeviceRow, StoreError> {
    let kind: String = row.get(1)?;
    let time = |column: usize| -> Result<Option<Timestamp>, StoreError> {
        Ok(row.get::<_, Option<i64>>(column)?.map(instant))
    };
    Ok(DeviceRow {
        id: DeviceId(row.get(0)?),
        kind: from_word("device", &kind)?,
        label: row.get(2)?,
        office: OfficeId(row.get(3)?),
        enrolment_until: time(4)?,
        signing_key: row.get(5)?,
        enrolled_at: time(6)?,
        revoked_at: time(7)?,
        exit_verifier: row.get(8)?,
    })
}

pub fn upsert_agreement(connection: &Connection, agreement: &Agreement, revision: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO agreement (device, kind, version, document, revision) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (device, kind, version) DO UPDATE
             SET document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![
            agreement.device.0,
            to_word("agreement", agreement.kind)?,
            agreement.version,
            to_document("agreement", agreement)?,
            signed(revision)
        ])?;
    Ok(())
}
