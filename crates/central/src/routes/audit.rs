//! `GET /v1/audit`, `POST /v1/audit/contradictions` and `GET /v1/seal`: where the audit ends, for devices that keep it as
//! witnesses, what they do not find there any more, and the key that signs it.

use super::caller::KnownCaller;
use super::input::{CallersJson, StrictQuery};
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use yuyue_protocol::witness::{AuditTail, Checkpoint, SealKey};

/// What the device knows already.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    seen: Option<u64>,
}

/// Answers where the audit ends.
#[utoipa::path(get, path = "/v1/audit", tag = "devices", security(("device" = [])),
    params(("seen" = Option<u64>, Query, description = "The number of the last record that the device knows.",
        minimum = 0, maximum = 9_223_372_036_854_775_807_i64)),
    responses(
        (status = 200, description = "Its end, signed, and the hash of the record that the device knows.", body = schema::AuditTail),
        problems::ForDevices,
    ))]
pub async fn tail<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictQuery(query): StrictQuery<AuditQuery>,
) -> Result<Json<AuditTail>, ApiProblem> {
    if query.seen.is_some_and(|seen| i64::try_from(seen).is_err()) {
        return Err(ApiProblem::bad_request("seen is out of range"));
    }
    Ok(Json(app.core.known(caller).audit_tail(query.seen).await?))
}

/// Hears what a device has kept of the audit and does not find there any more.
#[utoipa::path(post, path = "/v1/audit/contradictions", tag = "devices", security(("device" = [])),
    request_body = schema::Checkpoint,
    responses(
        (status = 204, description = "An operator hears of it, unless it is there after all."),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn contradict<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, kept): CallersJson<Checkpoint>,
) -> Result<StatusCode, ApiProblem> {
    if i64::try_from(kept.sequence).is_err() {
        return Err(ApiProblem::bad_request("sequence is out of range"));
    }
    if let Some(found) = app.core.known(device.caller).contradict_audit(&kept).await? {
        app.metrics.count_contradiction(found);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Answers the certificate of the key with which the centre signs publications and the end of the audit.
#[utoipa::path(get, path = "/v1/seal", tag = "public",
    responses(
        (status = 200, description = "A certificate of the authority over an Ed25519 key.", body = schema::SealKey),
        problems::ForEverybody,
    ))]
pub async fn seal<S: Store>(State(app): State<Arc<App<S>>>) -> Json<SealKey> {
    Json(SealKey { certificate: app.seal.clone() })
}
