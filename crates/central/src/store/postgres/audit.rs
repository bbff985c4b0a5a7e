//! The audit's records.

use super::sql::{self, bytes, column, number, optional_number};
use super::{from_word, instant, signed, to_word, unsigned};
use crate::audit::{Entry, Record, Tail};
use crate::store::StoreError;
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;

/// Binds acts to the chain, with the head of the feed in hand: nobody else appends until the commit.
pub async fn append<C: GenericClient>(client: &C, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let (mut tail, mut last) = find_end(client).await?.unwrap_or((Tail::EMPTY, Timestamp::MIN));
    let bind = |entry: &Entry| {
        // Whoever waited for the lock read the clock before those who had it.
        last = entry.at.max(last);
        tail.append(Entry { at: last, ..*entry })
    };
    let records: Vec<Record> = entries.iter().map(bind).collect();
    let optional = |number: Option<u32>| number.map(i64::from);
    let sequences: Vec<i64> = records.iter().map(|record| signed(record.sequence)).collect();
    let times: Vec<i64> = records.iter().map(|record| record.entry.at.unix()).collect();
    let acts = records.iter().map(|record| to_word("audit", record.entry.act)).collect::<Result<Vec<_>, _>>()?;
    let clerks: Vec<_> = records.iter().map(|record| optional(record.entry.clerk.map(|id| id.0))).collect();
    let devices: Vec<_> = records.iter().map(|record| optional(record.entry.device.map(|id| id.0))).collect();
    let applicants: Vec<_> = records.iter().map(|record| optional(record.entry.applicant.map(|id| id.0))).collect();
    let applications: Vec<Option<Uuid>> =
        records.iter().map(|record| record.entry.application.map(|id| id.0)).collect();
    let details: Vec<Option<&[u8]>> =
        records.iter().map(|record| record.entry.detail.as_ref().map(<[u8; 32]>::as_slice)).collect();
    let hashes: Vec<&[u8]> = records.iter().map(|record| record.hash.as_slice()).collect();
    sql::write(
        client,
        include_str!("insert_audit.sql"),
        &[&sequences, &times, &acts, &clerks, &devices, &applicants, &applications, &details, &hashes],
    )
    .await?;
    Ok(())
}

pub async fn get_tail<C: GenericClient>(client: &C) -> Result<Tail, StoreError> {
    Ok(find_end(client).await?.map_or(Tail::EMPTY, |(tail, _)| tail))
}

/// The end of the chain, with the instant of the last record.
async fn find_end<C: GenericClient>(client: &C) -> Result<Option<(Tail, Timestamp)>, StoreError> {
    let found = sql::find(client, "SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1", &[]).await?;
    let read = |row: Row| {
        let tail = Tail { sequence: unsigned(column(&row, 0)?), hash: bytes(&row, 1)? };
        Ok((tail, instant(column(&row, 2)?)))
    };
    found.map(read).transpose()
}

pub async fn list<C: GenericClient>(client: &C, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT sequence, at, act, clerk, device, applicant, application, detail, hash
         FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        &[&signed(after), &i64::from(limit)],
    )
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Record, StoreError> {
    let detail: Option<&[u8]> = column(row, 7)?;
    Ok(Record {
        sequence: number(row, 0)?,
        entry: Entry {
            at: instant(column(row, 1)?),
            act: from_word("audit", column(row, 2)?)?,
            clerk: optional_number(row, 3)?.map(ClerkId),
            device: optional_number(row, 4)?.map(DeviceId),
            applicant: optional_number(row, 5)?.map(ApplicantId),
            application: column::<Option<Uuid>>(row, 6)?.map(ApplicationId),
            detail: if detail.is_some() { Some(bytes(row, 7)?) } else { None },
        },
        hash: bytes(row, 8)?,
    })
}
