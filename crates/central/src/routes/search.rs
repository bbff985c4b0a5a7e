//! `POST /v1/applicants/search`: applicants by whatever was typed. A body, because what was typed is personal.

use super::caller::KnownCaller;
use super::input::StrictJson;
use super::{App, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::query::{Hits, Search};

/// Looks applicants up.
#[utoipa::path(post, path = "/v1/applicants/search", tag = "devices",
    request_body = schema::Search,
    responses(
        (status = 200, description = "Done.", body = schema::Hits),
        (status = 400, description = "The request is not of the agreed form.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 401, description = "Device or clerk is not known.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this device or clerk.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Come back later.", body = schema::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long.", body = schema::Problem, content_type = "application/problem+json"),
    ))]
pub async fn search<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictJson(request): StrictJson<Search>,
) -> Result<Json<Hits>, ApiProblem> {
    Ok(Json(app.core.known(caller).search(request).await?))
}
