//! `POST /v1/clerks/unlock` and `POST /v1/clerks/sign-out`: a clerk is let in again, or leaves every counter.

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// A clerk.
#[derive(Deserialize)]
pub struct StaffNumber {
    staff_number: String,
}

/// Lets a clerk in again who is locked out after wrong passwords.
#[utoipa::path(post, path = "/v1/clerks/unlock", tag = "devices", security(("device" = [], "clerk" = [])),
    description = "For supervisors about clerks of their office, and for operators.",
    request_body = schema::StaffNumber,
    responses(
        (status = 204, description = "The clerk may try again."),
        (status = 404, description = "No such clerk.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn unlock<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, StaffNumber { staff_number }): CallersJson<StaffNumber>,
) -> Result<StatusCode, ApiProblem> {
    app.core.known(device.caller).lift_lock(&staff_number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a clerk's sign-ins at every counter.
#[utoipa::path(post, path = "/v1/clerks/sign-out", tag = "devices", security(("device" = [], "clerk" = [])),
    description = "For supervisors about clerks of their office, and for operators.",
    request_body = schema::StaffNumber,
    responses(
        (status = 204, description = "The clerk is signed out everywhere."),
        (status = 404, description = "No such clerk.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn sign_out<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, StaffNumber { staff_number }): CallersJson<StaffNumber>,
) -> Result<StatusCode, ApiProblem> {
    app.core.known(device.caller).sign_clerk_out(&staff_number).await?;
    Ok(StatusCode::NO_CONTENT)
}
