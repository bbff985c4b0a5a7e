//! `POST /v1/open-record`: a counter says whose record is open at it, and hears at which others it is.

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};

/// Answers the other counters that have the same record open now.
#[utoipa::path(post, path = "/v1/open-record", tag = "devices", security(("device" = [], "clerk" = [])),
    description = "Said every ten seconds while a record is open; what is not repeated counts no longer.",
    request_body = schema::OpenRecord,
    responses(
        (status = 200, description = "The other counters.", body = schema::OpenElsewhere),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn open_record<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, report): CallersJson<OpenRecord>,
) -> Result<Json<Vec<OpenElsewhere>>, ApiProblem> {
    Ok(Json(app.core.known(device.caller).open_record(report).await?))
}
