//! `GET /v1/applicants/{id}`: one person with tests and applications. The number in the path is the centre's own.

use super::caller::KnownCaller;
use super::input::StrictPath;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::ApplicantId;
use yuyue_protocol::centre::Centre as _;

/// Reads one person; the audit notes it.
#[utoipa::path(get, path = "/v1/applicants/{id}", tag = "devices", security(("device" = [], "clerk" = [])),
    params(("id" = u32, Path, description = "The centre's number of the person.")),
    responses(
        (status = 200, description = "The person.", body = schema::ApplicantRecord),
        (status = 404, description = "No such person.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
    ))]
pub async fn applicant<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictPath(id): StrictPath<u32>,
) -> Result<Json<ApplicantRecord>, ApiProblem> {
    Ok(Json(app.core.known(caller).applicant(ApplicantId(id)).await?))
}
