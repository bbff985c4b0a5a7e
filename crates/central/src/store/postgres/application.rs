//! Applications.

use super::feed::Counts;
use super::sql::{self, column, number};
use super::{from_document, to_document, to_word};
use crate::store::StoreError;
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Row;
use uuid::Uuid;
use yuyue_domain::application::Application;
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};

/// How they are counted.
const KIND: &str = "application";

/// Writes applications, each once, and counts them where their people are now.
pub async fn upsert<C: GenericClient>(
    client: &C,
    rows: &[(i64, &Application)],
    counts: &mut Counts,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut rows = rows.to_vec();
    // One that takes the place of another finds it free.
    rows.sort_by_key(|(_, application)| application.is_live());
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.id.0).collect();
    let before = sql::list(client, "SELECT id, office FROM application WHERE id = ANY($1)", &[&ids]).await?;
    let office = |row: &Row| Ok((column(row, 0)?, column(row, 1)?));
    let before: BTreeMap<Uuid, i64> = before.iter().map(office).collect::<Result<_, StoreError>>()?;
    let applicants: Vec<i64> = rows.iter().map(|(_, row)| row.applicant.0.into()).collect();
    let subjects: Vec<i64> = rows.iter().map(|(_, row)| row.subject.number().into()).collect();
    let state = |row: &Application| to_word("application", row.state.kind());
    let states = rows.iter().map(|(_, row)| state(row)).collect::<Result<Vec<_>, _>>()?;
    let sessions: Vec<Option<i64>> =
        rows.iter().map(|(_, row)| row.session().map(|session| session.0.into())).collect();
    let documents = rows.iter().map(|(_, row)| to_document("application", row)).collect::<Result<Vec<_>, _>>()?;
    let revisions: Vec<i64> = rows.iter().map(|(revision, _)| *revision).collect();
    let written = sql::list(
        client,
        include_str!("upsert_applications.sql"),
        &[&ids, &applicants, &subjects, &states, &sessions, &documents, &revisions],
    )
    .await?;
    if written.len() < rows.len() {
        return Err(StoreError::Constraint { rule: "an application belongs to an applicant".to_owned(), row: None });
    }
    for row in &written {
        let (id, office) = office(row)?;
        if let Some(left) = before.get(&id) {
            *counts.entry((KIND, *left)).or_default() -= 1;
        }
        *counts.entry((KIND, office)).or_default() += 1;
    }
    Ok(())
}

/// Deletes one with its results.
pub async fn delete<C: GenericClient>(client: &C, id: ApplicationId, counts: &mut Counts) -> Result<(), StoreError> {
    sql::write(client, "DELETE FROM published_result WHERE application = $1", &[&id.0]).await?;
    let gone = sql::find(client, "DELETE FROM application WHERE id = $1 RETURNING office", &[&id.0]).await?;
    if let Some(row) = gone {
        *counts.entry((KIND, column(&row, 0)?)).or_default() -= 1;
    }
    Ok(())
}

pub async fn find<C: GenericClient>(client: &C, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    let found = sql::find(client, "SELECT document FROM application WHERE id = $1", &[&id.0]).await?;
    found.map(|row| from_document("application", column(&row, 0)?)).transpose()
}

/// Whose these applications are, and where they have, or had, their places.
pub async fn list_owners<C: GenericClient>(
    client: &C,
    applications: &BTreeSet<ApplicationId>,
) -> Result<BTreeMap<ApplicantId, BTreeSet<SessionId>>, StoreError> {
    let mut owners: BTreeMap<ApplicantId, BTreeSet<SessionId>> = BTreeMap::new();
    if applications.is_empty() {
        return Ok(owners);
    }
    let ids: Vec<Uuid> = applications.iter().map(|id| id.0).collect();
    let rows = sql::list(client, "SELECT applicant, session FROM application WHERE id = ANY($1)", &[&ids]).await?;
    for row in &rows {
        let places = owners.entry(ApplicantId(number(row, 0)?)).or_default();
        places.extend(sql::optional_number(row, 1)?.map(SessionId));
    }
    Ok(owners)
}

/// The applications of these people, each one's oldest first: their identifiers begin with the time.
pub async fn list_of<C: GenericClient>(
    client: &C,
    applicants: &[i64],
) -> Result<BTreeMap<ApplicantId, Vec<Application>>, StoreError> {
    let mut applications: BTreeMap<ApplicantId, Vec<Application>> = BTreeMap::new();
    if applicants.is_empty() {
        return Ok(applications);
    }
    let statement = "SELECT applicant, document FROM application WHERE applicant = ANY($1) ORDER BY id";
    for row in &sql::list(client, statement, &[&applicants]).await? {
        let own = applications.entry(ApplicantId(number(row, 0)?)).or_default();
        own.push(from_document("application", column(row, 1)?)?);
    }
    Ok(applications)
}

/// Whose applications lie between two identifiers.
pub async fn find_between<C: GenericClient>(
    client: &C,
    first: Uuid,
    last: Uuid,
    limit: u32,
) -> Result<Vec<ApplicantId>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT applicant FROM application WHERE id >= $1 AND id <= $2 GROUP BY applicant ORDER BY min(id::text) LIMIT $3",
        &[&first, &last, &i64::from(limit)],
    )
    .await?;
    rows.iter().map(|row| Ok(ApplicantId(number(row, 0)?))).collect()
}

/// Who has an application that waits for its code or for a place.
pub async fn list_waiting_applicants<C: GenericClient>(
    client: &C,
    after: Option<ApplicantId>,
    limit: Option<u32>,
) -> Result<Vec<ApplicantId>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT DISTINCT applicant FROM application
         WHERE state IN ('awaiting_code', 'queued') AND applicant > $1
         ORDER BY applicant LIMIT $2",
        &[&after.map_or(-1, |id| i64::from(id.0)), &limit.map(i64::from)],
    )
    .await?;
    rows.iter().map(|row| Ok(ApplicantId(number(row, 0)?))).collect()
}

/// Who has a place in these sessions.
pub async fn list_placed_applicants<C: GenericClient>(
    client: &C,
    sessions: &BTreeSet<SessionId>,
) -> Result<BTreeSet<ApplicantId>, StoreError> {
    if sessions.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<i64> = sessions.iter().map(|id| id.0.into()).collect();
    let statement = "SELECT applicant FROM application WHERE state = 'placed' AND session = ANY($1)";
    let rows = sql::list(client, statement, &[&ids]).await?;
    rows.iter().map(|row| Ok(ApplicantId(number(row, 0)?))).collect()
}
