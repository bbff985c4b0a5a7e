//! `POST /v1/devices/renew` and `POST /v1/devices/{id}/revoke`: a device gets its next certificate, or is shut out.

use super::caller::KnownCaller;
use super::input::{CallersJson, StrictPath};
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::account::{RenewRequest, Renewed};

/// Certifies a new key for the calling device.
#[utoipa::path(post, path = "/v1/devices/renew", tag = "devices", security(("device" = [])),
    request_body = schema::RenewRequest,
    responses(
        (status = 200, description = "The new certificate; the one before counts until it ends.", body = schema::Renewed),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn renew<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<RenewRequest>,
) -> Result<Json<Renewed>, ApiProblem> {
    let known = app.core.known(device.caller);
    Ok(Json(known.renew_certificate(&app.authority, device.fingerprint, &request).await?))
}

/// Shuts a device out, at once.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", tag = "devices", security(("device" = [], "clerk" = [])),
    description = "For supervisors about devices of their office, and for operators.",
    params(("id" = u32, Path, description = "The device.", minimum = 0, maximum = 4_294_967_295_u32)),
    responses(
        (status = 204, description = "It is shut out."),
        (status = 404, description = "No such device.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
    ))]
pub async fn revoke<S: Store>(
    State(app): State<Arc<App<S>>>,
    StrictPath(id): StrictPath<u32>,
    KnownCaller(caller): KnownCaller,
) -> Result<StatusCode, ApiProblem> {
    app.core.known(caller).revoke_device(DeviceId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
