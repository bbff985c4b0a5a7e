//! Publications and what they say of each application.

use super::sql::{self, bytes, column, number};
use super::{from_document, instant, to_document};
use crate::store::{PublicationRecord, StoreError};
use deadpool_postgres::GenericClient;
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, PublicationId};
use yuyue_domain::publication::{Publication, PublicationResult, PublishedResult};
use yuyue_domain::time::Timestamp;

/// Writes headers, once: the table refuses a second publication of the same instant.
pub async fn insert<C: GenericClient>(client: &C, rows: &[(i64, &Publication)]) -> Result<(), StoreError> {
    for (revision, publication) in rows {
        sql::write(
            client,
            "INSERT INTO publication (id, publication_at, document, revision) VALUES ($1, $2, $3, $4)",
            &[
                &i64::from(publication.id.0),
                &publication.publication_at.unix(),
                &to_document("publication", publication)?,
                revision,
            ],
        )
        .await?;
    }
    Ok(())
}

/// Writes what a publication was worked out from, once.
pub async fn insert_record<C: GenericClient>(client: &C, row: &PublicationRecord) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO publication_record (publication, record, signature) VALUES ($1, $2, $3)",
        &[&i64::from(row.publication.0), &row.record, &row.signature.as_slice()],
    )
    .await?;
    Ok(())
}

pub async fn find_record<C: GenericClient>(
    client: &C,
    publication: PublicationId,
) -> Result<Option<PublicationRecord>, StoreError> {
    let statement = "SELECT record, signature FROM publication_record WHERE publication = $1";
    let found = sql::find(client, statement, &[&i64::from(publication.0)]).await?;
    found
        .map(|row| Ok(PublicationRecord { publication, record: column(&row, 0)?, signature: bytes(&row, 1)? }))
        .transpose()
}

/// Writes results, once.
pub async fn insert_results<C: GenericClient>(client: &C, rows: &[(i64, &PublishedResult)]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let session = |result: &PublishedResult| match result.result {
        PublicationResult::Placed { session } => Some(i64::from(session.0)),
        PublicationResult::Waiting | PublicationResult::Unplaced => None,
    };
    let publications: Vec<i64> = rows.iter().map(|(_, result)| result.publication.0.into()).collect();
    let applications: Vec<Uuid> = rows.iter().map(|(_, result)| result.application.0).collect();
    let sessions: Vec<Option<i64>> = rows.iter().map(|(_, result)| session(result)).collect();
    let document = |result: &PublishedResult| to_document("published_result", result);
    let documents = rows.iter().map(|(_, result)| document(result)).collect::<Result<Vec<_>, _>>()?;
    let revisions: Vec<i64> = rows.iter().map(|(revision, _)| *revision).collect();
    sql::write(
        client,
        "INSERT INTO published_result (publication, application, session, document, revision)
         SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[])",
        &[&publications, &applications, &sessions, &documents, &revisions],
    )
    .await?;
    Ok(())
}

/// What was published of the applications of one person.
pub async fn list_results_of<C: GenericClient>(
    client: &C,
    applicant: ApplicantId,
) -> Result<Vec<(PublicationId, ApplicationId)>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT publication, application
         FROM published_result JOIN application ON application.id = published_result.application
         WHERE application.applicant = $1 ORDER BY publication, application",
        &[&i64::from(applicant.0)],
    )
    .await?;
    rows.iter().map(|row| Ok((PublicationId(number(row, 0)?), ApplicationId(column(row, 1)?)))).collect()
}

/// Lets a result follow its person to another office: it is as it was, and new there.
pub async fn renew_result<C: GenericClient>(
    client: &C,
    publication: PublicationId,
    application: ApplicationId,
    revision: i64,
) -> Result<(), StoreError> {
    let statement = "UPDATE published_result SET revision = $3 WHERE publication = $1 AND application = $2";
    sql::write(client, statement, &[&i64::from(publication.0), &application.0, &revision]).await?;
    Ok(())
}

/// Up to which instant everything is published, or is history that was imported.
pub async fn get_published_until<C: GenericClient>(client: &C) -> Result<Timestamp, StoreError> {
    let statement = "SELECT greatest(began_at, (SELECT max(publication_at) FROM publication)) FROM centre";
    Ok(instant(column(&sql::get(client, statement, &[]).await?, 0)?))
}

pub async fn list<C: GenericClient>(client: &C, limit: u32) -> Result<Vec<Publication>, StoreError> {
    let statement = "SELECT document FROM publication ORDER BY publication_at DESC LIMIT $1";
    let rows = sql::list(client, statement, &[&i64::from(limit)]).await?;
    rows.iter().map(|row| from_document("publication", column(row, 0)?)).collect()
}

/// The number of the publication that is wanted, or of the newest.
pub async fn find<C: GenericClient>(
    client: &C,
    wanted: Option<PublicationId>,
) -> Result<Option<PublicationId>, StoreError> {
    let statement = "SELECT id FROM publication WHERE $1::bigint IS NULL OR id = $1
                     ORDER BY publication_at DESC LIMIT 1";
    let found = sql::find(client, statement, &[&wanted.map(|id| i64::from(id.0))]).await?;
    found.map(|row| Ok(PublicationId(number(&row, 0)?))).transpose()
}

pub async fn list_results<C: GenericClient>(
    client: &C,
    publication: PublicationId,
    after: u32,
    limit: u32,
) -> Result<Vec<PublishedResult>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT document FROM published_result
         WHERE publication = $1 ORDER BY application LIMIT $3 OFFSET $2",
        &[&i64::from(publication.0), &i64::from(after), &i64::from(limit)],
    )
    .await?;
    rows.iter().map(|row| from_document("published_result", column(row, 0)?)).collect()
}
