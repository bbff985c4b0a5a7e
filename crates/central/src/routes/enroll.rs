//! `POST /v1/devices/enroll`: a computer enrols with its one-time code.

use super::input::StrictJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::account::{EnrolRequest, Enrolled};

/// Enrols a computer.
#[utoipa::path(post, path = "/v1/devices/enroll", tag = "public",
    request_body = schema::EnrolRequest,
    responses(
        (status = 200, description = "The computer is enrolled.", body = schema::Enrolled),
        (status = 403, description = "The code is wrong, used or expired.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForEverybody,
        problems::TooLong,
    ))]
pub async fn enroll<S: Store>(
    State(app): State<Arc<App<S>>>,
    StrictJson(request): StrictJson<EnrolRequest>,
) -> Result<Json<Enrolled>, ApiProblem> {
    Ok(Json(app.core.enrol(&app.authority, &request, app.devices_port).await?))
}
