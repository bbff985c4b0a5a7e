//! `GET /v1/offices`: the branch offices with telephone and address.

use super::{App, problems, schema};
use crate::core::store_problem;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use yuyue_domain::office::Office;

/// Answers all offices.
#[utoipa::path(get, path = "/v1/offices", tag = "public",
    responses(
        (status = 200, description = "The offices.", body = schema::Offices),
        problems::ForEverybody,
    ))]
pub async fn offices<S: Store>(State(app): State<Arc<App<S>>>) -> Result<Json<Vec<Office>>, ApiProblem> {
    app.core.refresh_catalogue().await.map_err(|error| store_problem(&error))?;
    Ok(Json(app.core.catalogue().offices.values().cloned().collect()))
}
