//! `POST /v1/codes`: a code is sent to the bound phone.

use super::caller::KnownCaller;
use super::input::StrictJson;
use super::{App, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::code::{CodeRequest, CodeSent};

/// Sends a code to the bound phone.
#[utoipa::path(post, path = "/v1/codes", tag = "devices",
    request_body = schema::CodeRequest,
    responses(
        (status = 200, description = "Done.", body = schema::CodeSent),
        (status = 400, description = "The request is not of the agreed form.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 401, description = "Device or clerk is not known.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this device or clerk.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Come back later.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such applicant or application.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 409, description = "No phone is bound.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too soon, too many, or locked.", body = schema::Problem, content_type = "application/problem+json"),
    ))]
pub async fn codes<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictJson(request): StrictJson<CodeRequest>,
) -> Result<Json<CodeSent>, ApiProblem> {
    Ok(Json(app.core.known(caller).request_code(request).await?))
}
