//! The outbox: every command that was taken at this computer, and what became of it.

mod item;
mod journalled;

use crate::device::identity::{find_identity, next_number, update_last_number};
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use crate::journal::{Journal, Known};
use crate::world::World;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::centre::BATCH_MAX;
use yuyue_protocol::command::Command;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::envelope::{Envelope, Head};
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};

pub use item::{Item, Which, count_unsent_and_refused, find_item, list_items};
pub use journalled::{KEPT_DAYS, delete_old, insert_salvaged, reconcile_with_journal, write_journal};

/// The setting that names the feed.
const FEED: &str = "feed";

/// What is to be taken.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The command's identifier. The same one again takes nothing a second time.
    pub id: Uuid,
    /// Who acts, at a counter.
    pub clerk: Option<ClerkId>,
    /// The centre's time, as this computer knows it.
    pub now: Timestamp,
    /// The command.
    pub command: &'a Command,
    /// For whom, so that it is found with the person.
    pub applicant: Option<ApplicantId>,
    /// The instant after which it comes too late; none when it never does.
    pub closes_at: Option<Timestamp>,
}

/// Takes a command: numbers and signs it, commits it, and appends it to the journal. Only then is it saved.
///
/// # Errors
/// [`DeskError::NotEnrolled`], or when it cannot be written. After [`DeskError::Journal`] the command is committed but must
/// not be shown as saved; taking the same identifier again completes it.
pub fn take(
    device: &mut Connection,
    journal: &mut Journal,
    world: &dyn World,
    order: &Order<'_>,
) -> Result<Envelope, DeskError> {
    take_with(device, journal, world, order, |_| Ok(()))
}

/// As [`take`]; what `effects` writes becomes true in the same transaction.
///
/// # Errors
/// As [`take`], and whatever `effects` fails with; then nothing is taken.
pub fn take_with(
    device: &mut Connection,
    journal: &mut Journal,
    world: &dyn World,
    order: &Order<'_>,
    effects: impl FnOnce(&Transaction<'_>) -> Result<(), DeskError>,
) -> Result<Envelope, DeskError> {
    let envelope = match find_item(device, order.id)? {
        Some(item) => item.envelope,
        None => insert(device, order, effects)?,
    };
    write_journal(device, journal, world)?;
    Ok(envelope)
}

/// As [`take_with`] at a kiosk: into tables in memory and into no journal. Only the running number comes from the `file`, in
/// which it never stands for anybody.
///
/// # Errors
/// As [`take_with`].
pub fn take_in_memory(
    memory: &mut Connection,
    file: &Connection,
    order: &Order<'_>,
    effects: impl FnOnce(&Transaction<'_>) -> Result<(), DeskError>,
) -> Result<Envelope, DeskError> {
    if let Some(item) = find_item(memory, order.id)? {
        return Ok(item.envelope);
    }
    update_last_number(memory, next_number(file)? - 1)?;
    let envelope = insert(memory, order, effects)?;
    memory.execute("UPDATE outbox SET in_journal = 1 WHERE id = ?1", [envelope.id.as_bytes()])?;
    Ok(envelope)
}

fn insert(
    device: &mut Connection,
    order: &Order<'_>,
    effects: impl FnOnce(&Transaction<'_>) -> Result<(), DeskError>,
) -> Result<Envelope, DeskError> {
    let transaction = device.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let identity = find_identity(&transaction)?.ok_or(DeskError::NotEnrolled)?;
    let number = next_number(&transaction)?;
    let head = Head { id: order.id, device: identity.device, number, clerk: order.clerk, taken_at: order.now };
    let envelope = Envelope::seal(head, order.command, &identity.signing_key)?;
    insert_envelope(&transaction, &envelope, order.command, order.applicant, order.closes_at)?;
    effects(&transaction)?;
    transaction.commit()?;
    Ok(envelope)
}

fn insert_envelope(
    device: &Connection,
    envelope: &Envelope,
    command: &Command,
    applicant: Option<ApplicantId>,
    closes_at: Option<Timestamp>,
) -> Result<(), DeskError> {
    let application = application_of(envelope.id, command);
    device
        .prepare_cached(
            "INSERT INTO outbox (id, device, number, envelope, applicant, application, taken_at, closes_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
        )?
        .execute((
            envelope.id.as_bytes(),
            envelope.device.0,
            envelope.number,
            serde_json::to_string(envelope)?,
            applicant.map(|applicant| applicant.0),
            application.as_ref().map(|application| application.0.as_bytes()),
            envelope.taken_at.unix(),
            closes_at.map(Timestamp::unix),
        ))?;
    Ok(())
}

/// The application that a command makes or concerns.
#[must_use]
pub fn application_of(id: Uuid, command: &Command) -> Option<ApplicationId> {
    match command {
        Command::Apply { .. } => Some(ApplicationId(id)),
        Command::ConfirmCode { application, .. }
        | Command::Withdraw { application, .. }
        | Command::Cancel { application, .. }
        | Command::RecordPrint { application, .. } => Some(*application),
        Command::AgreeNotice { .. } | Command::RecordReveal { .. } => None,
    }
}

/// Whether anything was ever taken and is still kept.
///
/// # Errors
/// When the file cannot be read.
pub fn has_items(device: &Connection) -> Result<bool, DeskError> {
    Ok(device.query_row("SELECT EXISTS (SELECT 1 FROM outbox)", [], |row| row.get(0))?)
}

/// Which numbers are kept, in the order of device and number.
///
/// # Errors
/// When the file cannot be read.
pub fn list_numbers(device: &Connection) -> Result<Vec<Known>, DeskError> {
    let mut statement = device.prepare("SELECT device, number, taken_at FROM outbox ORDER BY device, number")?;
    let known = statement.query_map([], |row| {
        let taken_at = Timestamp::from_unix(row.get(2)?).unwrap_or(Timestamp::MIN);
        Ok(Known { device: DeviceId(row.get(0)?), number: row.get(1)?, taken_at })
    })?;
    Ok(known.collect::<Result<_, _>>()?)
}

/// What is sent next: what closes first comes first, then in the order of taking; at most one batch. What concerns one
/// application stays in its order: whatever came before a command goes out with it or before it, however late it closes.
/// What the centre could not even read comes last, so that it never keeps anything else from being sent.
///
/// # Errors
/// When the file cannot be read.
pub fn list_batch(device: &Connection) -> Result<Vec<Envelope>, DeskError> {
    envelopes(
        device,
        "SELECT envelope FROM outbox JOIN
             (SELECT id, min(closes_at) OVER (PARTITION BY coalesce(application, id) ORDER BY number DESC) AS needed_at
              FROM outbox WHERE (outcome IS NULL OR resend = 1) AND in_journal = 1) USING (id)
         ORDER BY coalesce(problem IN ('\"bad_request\"', '\"too_large\"'), 0), needed_at IS NULL, needed_at, number
         LIMIT ?1",
        [BATCH_MAX],
    )
}

/// A command that was just taken, behind everything unsent that concerns the same application: a centre that has not heard
/// of the application would refuse it.
///
/// # Errors
/// When the file cannot be read.
pub fn list_up_to(device: &Connection, envelope: &Envelope) -> Result<Vec<Envelope>, DeskError> {
    let mut batch = envelopes(
        device,
        "SELECT earlier.envelope FROM outbox JOIN outbox AS earlier ON earlier.application = outbox.application
         WHERE outbox.id = ?1 AND earlier.number < outbox.number AND earlier.in_journal = 1
             AND (earlier.outcome IS NULL OR earlier.resend = 1)
         ORDER BY earlier.number LIMIT ?2",
        (envelope.id.as_bytes(), BATCH_MAX - 1),
    )?;
    batch.push(envelope.clone());
    Ok(batch)
}

/// The feed that the cache follows, as it is remembered beside the outbox; none before the first page. What is known of
/// it stands here and not in the cache, which can be lost at any time.
///
/// # Errors
/// When the file cannot be read.
pub fn find_feed(device: &Connection) -> Result<Option<Epoch>, DeskError> {
    find_setting(device, FEED)
}

/// The cache follows this feed. When it is another one than before, the centre was restored and may have lost what it had
/// accepted: everything that is kept is sent again.
///
/// # Errors
/// When the file cannot be written.
pub fn update_feed(device: &mut Connection, epoch: Epoch) -> Result<(), DeskError> {
    let before = find_feed(device)?;
    if before == Some(epoch) {
        return Ok(());
    }
    let transaction = device.transaction()?;
    if before.is_some() {
        resend_all(&transaction)?;
    }
    upsert_setting(&transaction, FEED, &epoch)?;
    transaction.commit()?;
    Ok(())
}

/// Stores what the centre decided, in one transaction. `asked_in` is the feed that was followed when it was asked: an
/// answer that was under way while the centre was restored stems from before, and the restored centre is told again.
///
/// # Errors
/// When the file cannot be written.
pub fn update_outcomes(
    device: &mut Connection,
    outcomes: &[ItemOutcome],
    asked_in: Option<Epoch>,
    now: Timestamp,
) -> Result<(), DeskError> {
    let transaction = device.transaction()?;
    let may_be_lost = find_feed(&transaction)? != asked_in;
    for item in outcomes {
        let is_refused = matches!(item.outcome, Outcome::Refused { .. });
        transaction
            .prepare_cached(
                "UPDATE outbox SET outcome = ?2, is_refused = ?3, decided_at = ?4, answered_at = ?5, resend = ?6,
                     problem = NULL
                 WHERE id = ?1",
            )?
            .execute((
                item.id.as_bytes(),
                serde_json::to_string(&item.outcome)?,
                is_refused,
                item.decided_at.unix(),
                now.unix(),
                may_be_lost && !is_refused,
            ))?;
    }
    transaction.commit()?;
    Ok(())
}

/// Stores that a batch did not get through, and why.
///
/// # Errors
/// When the file cannot be written.
pub fn update_failed(
    device: &mut Connection,
    batch: &[Envelope],
    problem: ErrorCode,
    now: Timestamp,
) -> Result<(), DeskError> {
    let problem = serde_json::to_string(&problem)?;
    let transaction = device.transaction()?;
    for envelope in batch {
        transaction
            .prepare_cached("UPDATE outbox SET tries = tries + 1, tried_at = ?2, problem = ?3 WHERE id = ?1")?
            .execute((envelope.id.as_bytes(), now.unix(), &problem))?;
    }
    transaction.commit()?;
    Ok(())
}

/// Everything that took effect is sent again, because the centre was restored and may have lost it. A refusal stands: the
/// applicant was told, may have booked otherwise, and must not find the refused wish fulfilled.
///
/// # Errors
/// When the file cannot be written.
fn resend_all(device: &Connection) -> Result<(), DeskError> {
    device.execute("UPDATE outbox SET resend = 1 WHERE outcome IS NOT NULL AND is_refused = 0", [])?;
    Ok(())
}

/// A clerk has dealt with a refusal.
///
/// # Errors
/// [`DeskError::NotFound`] when there is no such refusal; otherwise when the file cannot be written.
pub fn acknowledge(device: &Connection, id: Uuid, note: &str, now: Timestamp) -> Result<(), DeskError> {
    let changed = device.execute(
        "UPDATE outbox SET acknowledged_at = coalesce(acknowledged_at, ?2), note = ?3 WHERE id = ?1 AND is_refused = 1",
        (id.as_bytes(), now.unix(), note),
    )?;
    if changed == 1 { Ok(()) } else { Err(DeskError::NotFound) }
}

fn envelopes(device: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Envelope>, DeskError> {
    let mut statement = device.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut envelopes = Vec::new();
    while let Some(row) = rows.next()? {
        envelopes.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(envelopes)
}

#[cfg(test)]
mod tests;
