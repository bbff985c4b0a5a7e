//! `POST /v1/sign-in`: a clerk signs in at a counter.

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::account::{SignIn, SignedIn};
use yuyue_protocol::centre::Centre as _;

/// Bytes of a 工号 at most.
const STAFF_NUMBER_BYTES_MAX: usize = 64;

/// Signs a clerk in at the calling device.
#[utoipa::path(post, path = "/v1/sign-in", tag = "devices", security(("device" = [])),
    request_body = schema::SignIn,
    responses(
        (status = 200, description = "Done.", body = schema::SignedIn),
        (status = 429, description = "Locked after too many wrong passwords.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn sign_in<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<SignIn>,
) -> Result<Json<SignedIn>, ApiProblem> {
    if request.staff_number.len() > STAFF_NUMBER_BYTES_MAX {
        return Err(ApiProblem::bad_request("staff_number is too long"));
    }
    Ok(Json(app.core.known(device.caller).sign_in(request).await?))
}
