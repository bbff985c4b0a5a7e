//! Commands with their outcomes.

use super::sql::{self, bytes, column, number};
use super::{from_document, signed, to_document};
use crate::store::{CommandRow, SeenCommand, StoreError};
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use yuyue_domain::ids::DeviceId;

pub async fn insert<C: GenericClient>(client: &C, rows: &[&CommandRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.envelope.id).collect();
    let devices: Vec<i64> = rows.iter().map(|row| row.envelope.device.0.into()).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| signed(row.envelope.number)).collect();
    let clerks: Vec<Option<i64>> = rows.iter().map(|row| row.envelope.clerk.map(|clerk| clerk.0.into())).collect();
    let taken: Vec<i64> = rows.iter().map(|row| row.envelope.taken_at.unix()).collect();
    let bodies: Vec<&[u8]> = rows.iter().map(|row| row.envelope.body.as_bytes()).collect();
    let signatures: Vec<[u8; 64]> = rows.iter().map(|row| row.envelope.signature.to_bytes()).collect();
    let signatures: Vec<&[u8]> = signatures.iter().map(<[u8; 64]>::as_slice).collect();
    let decided: Vec<i64> = rows.iter().map(|row| row.outcome.decided_at.unix()).collect();
    let outcomes = rows.iter().map(|row| to_document("command", &row.outcome)).collect::<Result<Vec<_>, _>>()?;
    sql::write(
        client,
        include_str!("insert_commands.sql"),
        &[&ids, &devices, &numbers, &clerks, &taken, &bodies, &signatures, &decided, &outcomes],
    )
    .await?;
    Ok(())
}

pub async fn list<C: GenericClient>(
    client: &C,
    ids: &BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, SeenCommand>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    let rows = sql::list(client, "SELECT id, signature, outcome FROM command WHERE id = ANY($1)", &[&ids]).await?;
    rows.iter()
        .map(|row| {
            let outcome = from_document("command", column(row, 2)?)?;
            Ok((column(row, 0)?, SeenCommand { signature: bytes(row, 1)?, outcome }))
        })
        .collect()
}

pub async fn list_by_number<C: GenericClient>(
    client: &C,
    numbers: &BTreeSet<(DeviceId, u64)>,
) -> Result<BTreeMap<(DeviceId, u64), Uuid>, StoreError> {
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (devices, numbers): (Vec<i64>, Vec<i64>) =
        numbers.iter().map(|(device, number)| (i64::from(device.0), signed(*number))).unzip();
    let rows = sql::list(
        client,
        "SELECT command.device, command.number, command.id
         FROM unnest($1::bigint[], $2::bigint[]) AS wanted (device, number)
             JOIN command ON command.device = wanted.device AND command.number = wanted.number",
        &[&devices, &numbers],
    )
    .await?;
    rows.iter().map(|row| Ok(((DeviceId(number(row, 0)?), number(row, 1)?), column(row, 2)?))).collect()
}
