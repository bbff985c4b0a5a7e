//! `GET /v1/plans`: the published plan of sessions.

use super::input::StrictQuery;
use super::shared::{LongAnswer, body};
use super::{App, problems, schema};
use crate::causes::Causes;
use crate::core::{Core, store_problem};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use yuyue_domain::session::{Session, Site};
use yuyue_domain::time::Date;
use yuyue_protocol::error::{ErrorCode, Problem};

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
) -> Result<impl IntoResponse, ApiProblem> {
    app.core.refresh_catalogue().await.map_err(|error| store_problem(&error))?;
    let first = query.first.unwrap_or_else(|| app.core.now().date());
    let as_of = app.core.catalogue().changed_at();
    let plans = app.plans.find_or_make((first, as_of), async || make(&app.core, first)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body(plans)))
}

fn make<S: Store>(core: &Core<S>, first: Date) -> Result<LongAnswer, ApiProblem> {
    let in_range = |day: Date| (0..DAYS_MAX).contains(&day.signed_duration_since(first).num_days());
    let plans = {
        let catalogue = core.catalogue();
        let sessions = catalogue.sessions.values().filter(|session| in_range(session.starts_at.date()));
        Plans { sites: catalogue.sites.values().cloned().collect(), sessions: sessions.cloned().collect() }
    };
    // Written down when decisions can have the catalogue again.
    let text = serde_json::to_vec(&plans).map_err(|error| {
        tracing::error!(error = %Causes(&error), "a plan cannot be written down");
        ApiProblem(Problem::new(ErrorCode::Internal, "the plan cannot be written down"))
    })?;
    Ok(LongAnswer { text, signature: None })
}
