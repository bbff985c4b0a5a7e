//! `POST /v1/codes`: a code is sent to the bound phone.

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::code::{CodeRequest, CodeSent};

/// Sends a code to the bound phone.
#[utoipa::path(post, path = "/v1/codes", tag = "devices", security(("device" = [])),
    description = "At a counter a clerk has to be signed in; a kiosk has none.",
    request_body = schema::CodeRequest,
    responses(
        (status = 200, description = "Done.", body = schema::CodeSent),
        (status = 404, description = "No such applicant or application.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 409, description = "No phone is bound.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too soon, too many, or locked.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn codes<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<CodeRequest>,
) -> Result<Json<CodeSent>, ApiProblem> {
    Ok(Json(app.core.known(device.caller).request_code(request).await?))
}
