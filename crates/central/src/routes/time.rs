//! `GET /v1/time`: the centre's clock, which counts for everybody.

use super::caller::KnownCaller;
use super::{App, problems, schema};
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
#[utoipa::path(get, path = "/v1/time", tag = "devices", security(("device" = [])),
    responses(
        (status = 200, description = "The centre's present.", body = schema::Present),
        problems::ForDevices,
    ))]
pub async fn time<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
) -> Result<Json<Present>, ApiProblem> {
    Ok(Json(Present { now: app.core.known(caller).time().await? }))
}
