//! `GET /v1/time`: the centre's clock, which counts for everybody.

use super::caller::KnownCaller;
use super::{App, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::centre::Centre as _;

/// The present.
#[derive(Serialize)]
pub struct Present {
    now: Timestamp,
}

/// Tells the centre's present.
#[utoipa::path(get, path = "/v1/time", tag = "devices",
    responses(
        (status = 200, description = "The centre's present.", body = schema::Present),
        (status = 400, description = "The request is not of the agreed form.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 401, description = "Device or clerk is not known.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this device or clerk.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Come back later.", body = schema::Problem, content_type = "application/problem+json"),
    ))]
pub async fn time<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
) -> Result<Json<Present>, ApiProblem> {
    Ok(Json(Present { now: app.core.known(caller).time().await? }))
}
