//! `GET /v1/plans`: the published plan of sessions.

use super::input::StrictQuery;
use super::{App, problems, schema};
use crate::core::store_problem;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use yuyue_domain::session::{Session, Site};
use yuyue_domain::time::Date;

/// Days in one answer at most.
const DAYS_MAX: i64 = 7;

/// Which days.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlansQuery {
    first: Option<Date>,
}

/// The sessions of a week with all sites.
#[derive(Serialize)]
pub struct Plans {
    sites: Vec<Site>,
    sessions: Vec<Session>,
}

/// Answers the sessions of seven days, from a day on or from today.
#[utoipa::path(get, path = "/v1/plans", tag = "public",
    params(("first" = Option<String>, Query, description = "The first of seven days; none for today.", format = Date)),
    responses(
        (status = 200, description = "The plan.", body = schema::Plans),
        problems::ForEverybody,
    ))]
pub async fn plans<S: Store>(
    State(app): State<Arc<App<S>>>,
    StrictQuery(query): StrictQuery<PlansQuery>,
) -> Result<Json<Plans>, ApiProblem> {
    app.core.refresh_catalogue().await.map_err(|error| store_problem(&error))?;
    let first = query.first.unwrap_or_else(|| app.core.now().date());
    let catalogue = app.core.catalogue();
    let in_range = |day: Date| (0..DAYS_MAX).contains(&day.signed_duration_since(first).num_days());
    let sessions = catalogue.sessions.values().filter(|session| in_range(session.starts_at.date()));
    Ok(Json(Plans { sites: catalogue.sites.values().cloned().collect(), sessions: sessions.cloned().collect() }))
}
