//! The outbox: every command that was taken at this computer, and what became of it.

use crate::device::identity::{find_identity, next_number};
use crate::error::DeskError;
use crate::journal::Journal;
use crate::world::World;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::centre::BATCH_MAX;
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::{Envelope, Head};
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};

/// How long a delivered command is kept, in days: a centre that was restored from a backup can be told again.
pub const KEPT_DAYS: i64 = 30;

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

/// A command of the outbox.
#[derive(Debug, Clone)]
pub struct Item {
    /// As it is sent.
    pub envelope: Envelope,
    /// For whom.
    pub applicant: Option<ApplicantId>,
    /// The application that it makes or concerns.
    pub application: Option<ApplicationId>,
    /// The instant after which it comes too late.
    pub closes_at: Option<Timestamp>,
    /// Tries that did not get through.
    pub tries: u32,
    /// Why the last try did not get through.
    pub problem: Option<ErrorCode>,
    /// What the centre decided, and when.
    pub outcome: Option<(Timestamp, Outcome)>,
    /// When the answer came.
    pub answered_at: Option<Timestamp>,
    /// When a clerk dealt with a refusal.
    pub acknowledged_at: Option<Timestamp>,
}

impl Item {
    /// Whether the centre refused it.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self.outcome, Some((_, Outcome::Refused { .. })))
    }
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
    let envelope = match find_item(device, order.id)? {
        Some(item) => item.envelope,
        None => insert(device, order)?,
    };
    write_journal(device, journal, world)?;
    Ok(envelope)
}

fn insert(device: &mut Connection, order: &Order<'_>) -> Result<Envelope, DeskError> {
    let transaction = device.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let identity = find_identity(&transaction)?.ok_or(DeskError::NotEnrolled)?;
    let number = next_number(&transaction)?;
    let head = Head { id: order.id, device: identity.device, number, clerk: order.clerk, taken_at: order.now };
    let envelope = Envelope::seal(head, order.command, &identity.signing_key)?;
    insert_envelope(&transaction, &envelope, order.command, order.applicant, order.closes_at)?;
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

/// Appends to the journal what was committed and is not in it yet, oldest first.
///
/// # Errors
/// When the journal cannot be written.
pub fn write_journal(device: &Connection, journal: &mut Journal, world: &dyn World) -> Result<(), DeskError> {
    let pending: Vec<Envelope> =
        envelopes(device, "SELECT envelope FROM outbox WHERE in_journal = 0 ORDER BY number LIMIT 1000", [])?;
    for envelope in &pending {
        journal.append(world, envelope).map_err(DeskError::Journal)?;
        device.prepare_cached("UPDATE outbox SET in_journal = 1 WHERE id = ?1")?.execute([envelope.id.as_bytes()])?;
    }
    Ok(())
}

/// Puts commands that were read from a journal into the outbox, to be sent by this device.
///
/// # Errors
/// When they cannot be written.
pub fn insert_salvaged(device: &mut Connection, envelopes: &[Envelope]) -> Result<(), DeskError> {
    let transaction = device.transaction()?;
    for envelope in envelopes {
        // A body that this version cannot read is sent all the same: the centre may know it.
        let command = envelope.command().unwrap_or(Command::RecordReveal { applicant: ApplicantId(0) });
        let applicant = match &command {
            Command::Apply { applicant, .. } => Some(*applicant),
            _ => None,
        };
        insert_envelope(&transaction, envelope, &command, applicant, None)?;
    }
    transaction.commit()?;
    Ok(())
}

/// What is sent next: what closes first comes first, then in the order of taking; at most one batch. What the centre
/// could not even read comes last, so that it never keeps anything else from being sent.
///
/// # Errors
/// When the file cannot be read.
pub fn list_batch(device: &Connection) -> Result<Vec<Envelope>, DeskError> {
    envelopes(
        device,
        "SELECT envelope FROM outbox WHERE (outcome IS NULL OR resend = 1) AND in_journal = 1
         ORDER BY coalesce(problem IN ('\"bad_request\"', '\"too_large\"'), 0), closes_at IS NULL, closes_at, number
         LIMIT ?1",
        [BATCH_MAX],
    )
}

/// Stores what the centre decided, in one transaction.
///
/// # Errors
/// When the file cannot be written.
pub fn update_outcomes(device: &mut Connection, outcomes: &[ItemOutcome], now: Timestamp) -> Result<(), DeskError> {
    let transaction = device.transaction()?;
    for item in outcomes {
        let is_refused = matches!(item.outcome, Outcome::Refused { .. });
        transaction
            .prepare_cached(
                "UPDATE outbox SET outcome = ?2, is_refused = ?3, decided_at = ?4, answered_at = ?5, resend = 0,
                     problem = NULL
                 WHERE id = ?1",
            )?
            .execute((
                item.id.as_bytes(),
                serde_json::to_string(&item.outcome)?,
                is_refused,
                item.decided_at.unix(),
                now.unix(),
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

/// Everything that is kept is sent again, because the centre was restored and may have lost it.
///
/// # Errors
/// When the file cannot be written.
pub fn resend_all(device: &Connection) -> Result<(), DeskError> {
    device.execute("UPDATE outbox SET resend = 1 WHERE outcome IS NOT NULL", [])?;
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

/// Drops what was delivered long ago, and writes the journal anew when it has grown.
///
/// # Errors
/// When a file cannot be written.
pub fn delete_old(
    device: &Connection,
    journal: &mut Journal,
    world: &dyn World,
    now: Timestamp,
) -> Result<(), DeskError> {
    device.execute(
        "DELETE FROM outbox WHERE outcome IS NOT NULL AND resend = 0 AND answered_at < ?1
             AND (is_refused = 0 OR acknowledged_at IS NOT NULL)",
        [now.plus_days(-KEPT_DAYS).unix()],
    )?;
    if journal.size_bytes().map_err(DeskError::Journal)? > crate::journal::JOURNAL_BYTES_MAX {
        let kept = envelopes(device, "SELECT envelope FROM outbox ORDER BY number", [])?;
        journal.rewrite(world, &kept).map_err(DeskError::Journal)?;
    }
    Ok(())
}

/// One command.
///
/// # Errors
/// When the file cannot be read.
pub fn find_item(device: &Connection, id: Uuid) -> Result<Option<Item>, DeskError> {
    Ok(device.prepare_cached(&select("id = ?1"))?.query_row([id.as_bytes()], item).optional()?.transpose()?)
}

/// Which commands to list.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// Refused by the centre, and nobody has dealt with it.
    Refused,
    /// Not answered yet, what closes first first.
    Waiting,
    /// Taken since then, the newest first.
    TakenSince(Timestamp),
    /// For one person, the newest first.
    For(ApplicantId),
    /// Which make or concern an application, the oldest first.
    About(ApplicationId),
}

/// Commands of a kind, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn list_items(device: &Connection, which: Which, limit: u32) -> Result<Vec<Item>, DeskError> {
    let (filter, value): (&str, rusqlite::types::Value) = match which {
        Which::Refused => ("is_refused = 1 AND acknowledged_at IS NULL AND ?1 = 0 ORDER BY taken_at", 0.into()),
        Which::Waiting => ("outcome IS NULL AND ?1 = 0 ORDER BY closes_at IS NULL, closes_at, number", 0.into()),
        Which::TakenSince(since) => ("taken_at >= ?1 ORDER BY taken_at DESC, number DESC", since.unix().into()),
        Which::For(applicant) => ("applicant = ?1 ORDER BY taken_at DESC, number DESC", applicant.0.into()),
        Which::About(application) => ("application = ?1 ORDER BY number", application.0.as_bytes().to_vec().into()),
    };
    let sql = format!("{} LIMIT ?2", select(filter));
    let mut statement = device.prepare_cached(&sql)?;
    let rows = statement.query_map((value, limit), item)?;
    let mut items = Vec::new();
    for row in rows {
        items.push(row??);
    }
    Ok(items)
}

/// How many commands are not answered yet, and how many refusals nobody has dealt with.
///
/// # Errors
/// When the file cannot be read.
pub fn count_unsent_and_refused(device: &Connection) -> Result<(u32, u32), DeskError> {
    Ok(device
        .prepare_cached(
            "SELECT (SELECT count(*) FROM outbox WHERE outcome IS NULL),
                    (SELECT count(*) FROM outbox WHERE is_refused = 1 AND acknowledged_at IS NULL)",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn select(filter: &str) -> String {
    format!(
        "SELECT envelope, applicant, application, closes_at, tries, problem, outcome, decided_at, answered_at,
             acknowledged_at
         FROM outbox WHERE {filter}"
    )
}

fn item(row: &Row<'_>) -> rusqlite::Result<Result<Item, serde_json::Error>> {
    let instant = |index: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(index)?.and_then(|seconds| Timestamp::from_unix(seconds).ok()))
    };
    let envelope: String = row.get(0)?;
    let problem: Option<String> = row.get(5)?;
    let outcome: Option<String> = row.get(6)?;
    let decided_at = instant(7)?;
    let parse = || -> Result<_, serde_json::Error> {
        let outcome: Option<Outcome> = outcome.as_deref().map(serde_json::from_str).transpose()?;
        Ok((serde_json::from_str(&envelope)?, outcome))
    };
    let (envelope, outcome) = match parse() {
        Ok(parsed) => parsed,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(Item {
        envelope,
        applicant: row.get::<_, Option<u32>>(1)?.map(ApplicantId),
        application: row.get::<_, Option<[u8; 16]>>(2)?.map(|bytes| ApplicationId(Uuid::from_bytes(bytes))),
        closes_at: instant(3)?,
        tries: row.get(4)?,
        problem: problem.and_then(|text| serde_json::from_str(&text).ok()),
        outcome: decided_at.zip(outcome),
        answered_at: instant(8)?,
        acknowledged_at: instant(9)?,
    }))
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
