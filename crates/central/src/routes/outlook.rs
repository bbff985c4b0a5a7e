//! `POST /v1/outlook`: where somebody would end who applied now (预计结果).

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::query::{OutlookFound, OutlookQuery};

/// Answers what the allocation would give as things stand now; a forecast, never a promise.
#[utoipa::path(post, path = "/v1/outlook", tag = "devices", security(("device" = [], "clerk" = [])),
    request_body = schema::OutlookQuery,
    responses(
        (status = 200, description = "The outlook.", body = schema::OutlookFound),
        problems::ForDevices,
        problems::TooLong,
        (status = 404, description = "No such person.", body = schema::Problem, content_type = "application/problem+json"),
    ))]
pub async fn outlook<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, query): CallersJson<OutlookQuery>,
) -> Result<Json<OutlookFound>, ApiProblem> {
    Ok(Json(app.core.known(device.caller).outlook(query).await?))
}
