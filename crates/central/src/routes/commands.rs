//! `POST /v1/commands`: commands of devices, each with an outcome of its own.

use super::caller::KnownCaller;
use super::input::StrictJson;
use super::{App, schema};
use crate::core::deliveries;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::ItemOutcome;

/// Has commands decided.
#[utoipa::path(post, path = "/v1/commands", tag = "devices",
    request_body = schema::Envelopes,
    responses(
        (status = 200, description = "Done.", body = schema::Outcomes),
        (status = 400, description = "The request is not of the agreed form.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 401, description = "Device or clerk is not known.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this device or clerk.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Come back later.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long.", body = schema::Problem, content_type = "application/problem+json"),
    ))]
pub async fn commands<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictJson(request): StrictJson<Vec<Envelope>>,
) -> Result<Json<Vec<ItemOutcome>>, ApiProblem> {
    if request.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let deliveries = deliveries(caller, request)?;
    Ok(Json(app.writer.decide(deliveries).await?))
}
