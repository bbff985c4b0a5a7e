//! Reading the outbox: one command with what became of it.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::Outcome;

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
    /// Whether it stands in the journal too; before that it counts as taken for nobody.
    pub is_saved: bool,
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
    /// As [`Self::About`], those that are not answered yet.
    WaitingAbout(ApplicationId),
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
        Which::WaitingAbout(application) => {
            ("outcome IS NULL AND application = ?1 ORDER BY number", application.0.as_bytes().to_vec().into())
        }
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
             acknowledged_at, in_journal
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
        is_saved: row.get(10)?,
        tries: row.get(4)?,
        problem: problem.and_then(|text| serde_json::from_str(&text).ok()),
        outcome: decided_at.zip(outcome),
        answered_at: instant(8)?,
        acknowledged_at: instant(9)?,
    }))
}
