//! Applications as the centre has them.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::application::{Application, ApplicationState};
use yuyue_domain::ids::{ApplicantId, ApplicationId, OfficeId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::{DateRange, Timestamp};

/// Writes an application.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_application(cache: &Connection, application: &Application, fill: i64) -> Result<(), DeskError> {
    cache
        .prepare_cached(
            "INSERT INTO application (id, applicant, subject, state, office, device, taken_at, body, fill)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET
                 applicant = ?2, subject = ?3, state = ?4, office = ?5, device = ?6, taken_at = ?7, body = ?8, fill = ?9",
        )?
        .execute((
            application.id.0.as_bytes(),
            application.applicant.0,
            application.subject.number(),
            state_name(&application.state),
            application.office.0,
            application.device.0,
            application.taken_at.unix(),
            serde_json::to_string(application)?,
            fill,
        ))?;
    Ok(())
}

/// The name under which a state is kept.
#[must_use]
pub const fn state_name(state: &ApplicationState) -> &'static str {
    match state {
        ApplicationState::AwaitingCode => "awaiting_code",
        ApplicationState::Queued => "queued",
        ApplicationState::Placed { .. } => "placed",
        ApplicationState::Unplaced => "unplaced",
        ApplicationState::Withdrawn => "withdrawn",
        ApplicationState::CancelledByApplicant { .. } => "cancelled_by_applicant",
        ApplicationState::CancelledByOffice { .. } => "cancelled_by_office",
        ApplicationState::Superseded { .. } => "superseded",
        ApplicationState::Lapsed => "lapsed",
        ApplicationState::Tested { .. } => "tested",
    }
}

/// Drops an application.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_application(cache: &Connection, id: ApplicationId) -> Result<(), DeskError> {
    cache.prepare_cached("DELETE FROM application WHERE id = ?1")?.execute([id.0.as_bytes()])?;
    Ok(())
}

/// An application, if it is here.
///
/// # Errors
/// When the file cannot be read.
pub fn find_application(cache: &Connection, id: ApplicationId) -> Result<Option<Application>, DeskError> {
    let body: Option<String> = cache
        .prepare_cached("SELECT body FROM application WHERE id = ?1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Everything that a person applied for, the oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn list_applications_of(cache: &Connection, applicant: ApplicantId) -> Result<Vec<Application>, DeskError> {
    let mut statement =
        cache.prepare_cached("SELECT body FROM application WHERE applicant = ?1 ORDER BY taken_at, id")?;
    collect(statement.query([applicant.0])?)
}

/// Which applications of an office to list.
#[derive(Debug, Clone)]
pub struct OfficeFilter {
    /// At which office they were taken.
    pub office: OfficeId,
    /// Days of taking.
    pub taken: DateRange,
    /// The subject.
    pub subject: Option<Subject>,
}

/// Applications of an office, the newest first, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn list_applications_at(
    cache: &Connection,
    filter: &OfficeFilter,
    limit: u32,
) -> Result<Vec<Application>, DeskError> {
    let mut statement = cache.prepare_cached(
        "SELECT body FROM application
         WHERE office = ?1 AND taken_at >= ?2 AND taken_at < ?3 AND (?4 IS NULL OR subject = ?4)
         ORDER BY taken_at DESC, id DESC LIMIT ?5",
    )?;
    collect(statement.query((
        filter.office.0,
        Timestamp::start_of(filter.taken.first).unix(),
        Timestamp::start_of(filter.taken.last).plus_days(1).unix(),
        filter.subject.map(Subject::number),
        limit,
    ))?)
}

/// Applications taken at an office in each hour of a span, as pairs of the hour's beginning and their number.
///
/// # Errors
/// When the file cannot be read.
pub fn count_by_hour(
    cache: &Connection,
    office: OfficeId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(Timestamp, u32)>, DeskError> {
    let mut statement = cache.prepare_cached(
        "SELECT taken_at / 3600 * 3600, count(*) FROM application
         WHERE office = ?1 AND taken_at >= ?2 AND taken_at < ?3 GROUP BY 1 ORDER BY 1",
    )?;
    let rows = statement.query_map((office.0, from.unix(), until.unix()), |row| {
        Ok((Timestamp::from_unix(row.get(0)?).unwrap_or(Timestamp::MIN), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Application>, DeskError> {
    let mut applications = Vec::new();
    while let Some(row) = rows.next()? {
        applications.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(applications)
}
