//! The outbox and the journal hold the same commands at all times, so that either can do without the other.

use super::{envelopes, insert_envelope};
use crate::device::identity::{find_identity, find_last_number, update_last_number};
use crate::error::DeskError;
use crate::journal::Journal;
use crate::world::World;
use rusqlite::{Connection, TransactionBehavior};
use std::collections::BTreeSet;
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::Envelope;

/// How long a delivered command is kept, in days: a centre that was restored from a backup can be told again.
pub const KEPT_DAYS: i64 = 30;

/// Appends to the journal what was committed and is not in it yet, oldest first.
///
/// # Errors
/// When the journal cannot be written.
pub fn write_journal(device: &Connection, journal: &mut Journal, world: &dyn World) -> Result<(), DeskError> {
    loop {
        let pending: Vec<Envelope> =
            envelopes(device, "SELECT envelope FROM outbox WHERE in_journal = 0 ORDER BY number LIMIT 1000", [])?;
        if pending.is_empty() {
            return Ok(());
        }
        for envelope in &pending {
            journal.append(world, envelope).map_err(DeskError::Journal)?;
            device
                .prepare_cached("UPDATE outbox SET in_journal = 1 WHERE id = ?1")?
                .execute([envelope.id.as_bytes()])?;
        }
    }
}

/// Puts commands that were read from the journal into the outbox, to be sent by this device.
///
/// # Errors
/// When they cannot be written.
pub fn insert_salvaged(device: &Connection, envelopes: &[Envelope]) -> Result<(), DeskError> {
    for envelope in envelopes {
        // A body that this version cannot read is sent all the same: the centre may know it.
        let command = envelope.command().unwrap_or(Command::RecordReveal { applicant: ApplicantId(0) });
        let applicant = match &command {
            Command::Apply { applicant, .. } => Some(*applicant),
            _ => None,
        };
        insert_envelope(device, envelope, &command, applicant, None)?;
        device.prepare_cached("UPDATE outbox SET in_journal = 1 WHERE id = ?1")?.execute([envelope.id.as_bytes()])?;
    }
    Ok(())
}

/// Takes back from the journal whatever the outbox has lost, and notes which commands the journal does not have, so that it
/// gets them again. Either file may have been damaged, or be of an earlier time than the other.
///
/// # Errors
/// When the file cannot be written.
pub fn reconcile_with_journal(device: &mut Connection, kept: &[Envelope]) -> Result<(), DeskError> {
    let in_journal: BTreeSet<Uuid> = kept.iter().map(|envelope| envelope.id).collect();
    let transaction = device.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let in_outbox = list_ids(&transaction, "SELECT id FROM outbox", [])?;
    let lost: Vec<Envelope> = kept.iter().filter(|envelope| !in_outbox.contains(&envelope.id)).cloned().collect();
    if !lost.is_empty() {
        tracing::error!(commands = lost.len(), "the database had lost commands, which the journal gives back");
        insert_salvaged(&transaction, &lost)?;
    }
    for id in list_ids(&transaction, "SELECT id FROM outbox WHERE in_journal = 1", [])?.difference(&in_journal) {
        transaction.prepare_cached("UPDATE outbox SET in_journal = 0 WHERE id = ?1")?.execute([id.as_bytes()])?;
    }
    // No number is given twice, even when the database has forgotten that it was given.
    if let Some((identity, given)) = find_identity(&transaction)?.zip(find_last_number(&transaction)?) {
        let own = kept.iter().filter(|envelope| envelope.device == identity.device);
        let newest = own.map(|envelope| envelope.number).max().unwrap_or(0);
        if newest > given {
            update_last_number(&transaction, newest)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Drops what was delivered long ago, from both files. The journal goes first: what it has and the outbox has not, counts as
/// lost and comes back.
///
/// # Errors
/// When a file cannot be written.
pub fn delete_old(
    device: &mut Connection,
    journal: &mut Journal,
    world: &dyn World,
    now: Timestamp,
) -> Result<(), DeskError> {
    let old = list_ids(
        device,
        "SELECT id FROM outbox WHERE outcome IS NOT NULL AND resend = 0 AND answered_at < ?1
             AND (is_refused = 0 OR acknowledged_at IS NOT NULL)",
        [now.plus_days(-KEPT_DAYS).unix()],
    )?;
    if old.is_empty() {
        return Ok(());
    }
    let mut kept = envelopes(device, "SELECT envelope FROM outbox ORDER BY number", [])?;
    kept.retain(|envelope| !old.contains(&envelope.id));
    journal.rewrite(world, &kept).map_err(DeskError::Journal)?;
    let transaction = device.transaction()?;
    for id in &old {
        transaction.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id.as_bytes()])?;
    }
    transaction.commit()?;
    Ok(())
}

fn list_ids(device: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<BTreeSet<Uuid>, DeskError> {
    let mut statement = device.prepare_cached(sql)?;
    let ids = statement.query_map(values, |row| Ok(Uuid::from_bytes(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
