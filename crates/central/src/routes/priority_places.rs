//! `GET /v1/priority-places`: how many priority places sessions have at this moment.

use super::caller::KnownCaller;
use super::input::{StrictQuery, read_numbers};
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use yuyue_domain::ids::SessionId;
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::query::{PriorityPlaces, SESSIONS_MAX};

/// Of which sessions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacesQuery {
    sessions: String,
}

/// Answers the priority places left.
#[utoipa::path(get, path = "/v1/priority-places", tag = "devices", security(("device" = [])),
    params(("sessions" = schema::SessionNumbers, Query, style = Form, explode = false,
        description = "Numbers of sessions, separated by commas.")),
    responses(
        (status = 200, description = "The places left.", body = schema::PriorityPlaces),
        problems::ForDevices,
    ))]
pub async fn priority_places<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictQuery(query): StrictQuery<PlacesQuery>,
) -> Result<Json<PriorityPlaces>, ApiProblem> {
    let sessions = read_numbers(&query.sessions, SESSIONS_MAX)?.into_iter().map(SessionId).collect();
    Ok(Json(app.core.known(caller).priority_places(sessions).await?))
}
