//! `/v1/visits`: who is at a kiosk. What is typed is personal and travels in bodies.

use super::caller::KnownCaller;
use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use yuyue_protocol::centre::Visits as _;
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpening};

/// How long a visit goes on.
#[derive(Serialize)]
pub struct VisitLeft {
    valid_seconds: u32,
}

/// Sends the code that opens a visit, when anybody has the number.
#[utoipa::path(post, path = "/v1/visits/codes", tag = "devices", security(("device" = [])),
    description = "At a kiosk. The answer is the same whether anybody has the number or not.",
    request_body = schema::VisitCodeRequest,
    responses(
        (status = 200, description = "Done.", body = schema::VisitCode),
        (status = 429, description = "Too soon, too many, or locked.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn code<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<VisitCodeRequest>,
) -> Result<Json<VisitCode>, ApiProblem> {
    Ok(Json(app.core.known(device.caller).send_visit_code(request).await?))
}

/// Opens a visit.
#[utoipa::path(post, path = "/v1/visits", tag = "devices", security(("device" = [])),
    description = "At a kiosk, by the number and the code. A visit that was open at the same kiosk ends.",
    request_body = schema::VisitOpening,
    responses(
        (status = 200, description = "The visit, or why the code is not right.", body = schema::VisitAnswer),
        (status = 404, description = "Nobody has the number of this card.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn open<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, opening): CallersJson<VisitOpening>,
) -> Result<Json<VisitAnswer>, ApiProblem> {
    Ok(Json(app.core.known(device.caller).open_visit(opening).await?))
}

/// The person is still there.
#[utoipa::path(get, path = "/v1/visits", tag = "devices", security(("device" = [], "visitor" = [])),
    responses(
        (status = 200, description = "For how long the visit goes on.", body = schema::VisitLeft),
        problems::ForDevices,
    ))]
pub async fn prolong<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
) -> Result<Json<VisitLeft>, ApiProblem> {
    let valid_seconds = app.core.known(caller).prolong_visit().await?;
    Ok(Json(VisitLeft { valid_seconds }))
}

/// The person has left.
#[utoipa::path(delete, path = "/v1/visits", tag = "devices", security(("device" = [], "visitor" = [])),
    responses(
        (status = 204, description = "The visit is over."),
        problems::ForDevices,
    ))]
pub async fn end<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
) -> Result<StatusCode, ApiProblem> {
    app.core.known(caller).end_visit().await?;
    Ok(StatusCode::NO_CONTENT)
}
