//! `GET /v1/publications` and `GET /v1/results`: 驾驶人考试预约结果公布, with masked names and numbers, and for each publication
//! the signed record from which it can be worked out again.

use super::input::{StrictPath, StrictQuery};
use super::shared::{LongAnswer, body};
use super::{App, problems, schema};
use crate::apart::apart;
use crate::causes::Causes;
use crate::core::store_problem;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use yuyue_domain::ids::PublicationId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::publication::{Publication, PublicationResult, PublishedResult};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Publications in one answer.
const PUBLICATIONS: u32 = 30;
/// Results in one answer at most.
const RESULTS_MAX: u32 = 500;

/// Answers the latest publications, the newest first.
#[utoipa::path(get, path = "/v1/publications", tag = "public",
    responses(
        (status = 200, description = "The publications.", body = schema::Publications),
        problems::ForEverybody,
    ))]
pub async fn publications<S: Store>(State(app): State<Arc<App<S>>>) -> Result<Json<Vec<Publication>>, ApiProblem> {
    Ok(Json(app.core.store().list_publications(PUBLICATIONS).await.map_err(|error| store_problem(&error))?))
}

/// Which part of which publication.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultsQuery {
    publication: Option<u32>,
    after: Option<u32>,
    limit: Option<u32>,
}

/// A page of results.
#[derive(Serialize)]
pub struct ResultsPage {
    publication: PublicationId,
    results: Vec<PublicResult>,
    /// What to ask for next; none at the end.
    next: Option<u32>,
}

/// A result as everybody may see it: without the centre's number of the person, and without the application's identifier,
/// which is the token of the voucher.
#[derive(Serialize)]
pub struct PublicResult {
    name_masked: String,
    number_masked: String,
    subject: Subject,
    class: LicenceClass,
    rank: u32,
    sort_time: Timestamp,
    result: PublicationResult,
}

impl From<PublishedResult> for PublicResult {
    fn from(result: PublishedResult) -> Self {
        Self {
            name_masked: result.name_masked,
            number_masked: result.number_masked,
            subject: result.subject,
            class: result.class,
            rank: result.rank,
            sort_time: result.sort_time,
            result: result.result,
        }
    }
}

/// Answers a page of a publication's results, of the newest one when none is named.
#[utoipa::path(get, path = "/v1/results", tag = "public",
    params(
        ("publication" = Option<u32>, Query, description = "The publication; none for the newest.",
            minimum = 0, maximum = 4_294_967_295_u32),
        ("after" = Option<u32>, Query, description = "`next` of the page before.",
            minimum = 0, maximum = 4_294_967_295_u32),
        ("limit" = Option<u32>, Query, description = "Results at most.", minimum = 1, maximum = 500),
    ),
    responses(
        (status = 200, description = "A page.", body = schema::ResultsPage),
        (status = 404, description = "No such publication.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForEverybody,
    ))]
pub async fn results<S: Store>(
    State(app): State<Arc<App<S>>>,
    StrictQuery(query): StrictQuery<ResultsQuery>,
) -> Result<Json<ResultsPage>, ApiProblem> {
    let limit = query.limit.unwrap_or(RESULTS_MAX);
    if limit == 0 || limit > RESULTS_MAX {
        return Err(ApiProblem::bad_request("limit is out of range"));
    }
    let store = app.core.store();
    let found = store.find_publication(query.publication.map(PublicationId)).await;
    let unknown = || ApiProblem(Problem::new(ErrorCode::NotFound, "no such publication"));
    let publication = found.map_err(|error| store_problem(&error))?.ok_or_else(unknown)?;
    let after = query.after.unwrap_or(0);
    let read = store.list_results(publication, after, limit).await;
    let results = read.map_err(|error| store_problem(&error))?;
    let is_full = results.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = is_full.then(|| after.saturating_add(limit));
    Ok(Json(ResultsPage { publication, results: results.into_iter().map(PublicResult::from).collect(), next }))
}

/// The header with the signature of a record.
const SIGNATURE_HEADER: &str = "yuyue-signature";

/// Answers what a publication was worked out from and what came of it, in the form that `yuyue-central allocate` reads. The
/// signature stands in the header `yuyue-signature` as base64 and covers the body to the letter.
#[utoipa::path(get, path = "/v1/publications/{id}/record", tag = "public",
    params(("id" = u32, Path, description = "The publication.", minimum = 0, maximum = 4_294_967_295_u32)),
    responses(
        (status = 200, description = "The record.", body = schema::PublicationRecord,
            headers(("yuyue-signature" = String, description = "Ed25519, base64, by the key of `/v1/seal`."))),
        (status = 404, description = "No such publication, or one without a record.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForEverybody,
    ))]
pub async fn record<S: Store>(
    State(app): State<Arc<App<S>>>,
    StrictPath(id): StrictPath<u32>,
) -> Result<impl IntoResponse, ApiProblem> {
    let id = PublicationId(id);
    let record = app.records.find_or_make(id, async || read_record(app.core.store(), id).await).await?;
    let signature = record.signature.clone().unwrap_or_default();
    let headers = [(header::CONTENT_TYPE.as_str(), "application/json".to_owned()), (SIGNATURE_HEADER, signature)];
    Ok((headers, body(record)))
}

async fn read_record<S: Store>(store: &S, id: PublicationId) -> Result<LongAnswer, ApiProblem> {
    let found = store.find_publication_record(id).await.map_err(|error| store_problem(&error))?;
    let kept = found.ok_or_else(|| ApiProblem(Problem::new(ErrorCode::NotFound, "no such record")))?;
    let text = apart(|| zstd::decode_all(kept.record.as_slice())).map_err(|error| {
        tracing::error!(error = %Causes(&error), "the record of a publication is damaged");
        ApiProblem(Problem::new(ErrorCode::Internal, "the record cannot be read"))
    })?;
    Ok(LongAnswer { text, signature: Some(STANDARD.encode(kept.signature)) })
}
