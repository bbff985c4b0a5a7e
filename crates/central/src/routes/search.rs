//! `POST /v1/applicants/search`: applicants by whatever was typed. A body, because what was typed is personal.

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::query::{Hits, Search};

/// Looks applicants up.
#[utoipa::path(post, path = "/v1/applicants/search", tag = "devices", security(("device" = [], "clerk" = [])),
    request_body = schema::Search,
    responses(
        (status = 200, description = "Done.", body = schema::Hits),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn search<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<Search>,
) -> Result<Json<Hits>, ApiProblem> {
    Ok(Json(app.core.known(device.caller).search(request).await?))
}
