//! `POST /v1/commands`: commands of devices, each with an outcome of its own.

use super::input::CallersJson;
use super::{App, problems, schema};
use crate::core::deliveries;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_domain::rights::Right;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::ItemOutcome;

/// Has commands decided.
#[utoipa::path(post, path = "/v1/commands", tag = "devices", security(("device" = [])),
    request_body = schema::Envelopes,
    responses(
        (status = 200, description = "Done.", body = schema::Outcomes),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn commands<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<Vec<Envelope>>,
) -> Result<Json<Vec<ItemOutcome>>, ApiProblem> {
    app.core.known(device.caller).may(Right::Deliver)?;
    if request.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let mut deliveries = deliveries(device.caller, request)?;
    if let Some(key) = device.signing_key {
        app.signatures.vouch(device.caller.device, key, &mut deliveries).await?;
    }
    Ok(Json(app.writer.decide(deliveries).await?))
}
