//! `GET /v1/sessions`: sessions that are open for application now (查询).

use super::caller::KnownCaller;
use super::input::{StrictQuery, read_numbers};
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use yuyue_domain::ids::SiteId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::time::{Date, DateRange};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::query::{SessionQuery, SessionsFound};

/// Sites in one query at most.
const SITES_MAX: usize = 100;

/// Which sessions are wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsQuery {
    subject: u8,
    class: LicenceClass,
    first: Date,
    last: Date,
    sites: Option<String>,
}

/// Answers open sessions with their queues.
#[utoipa::path(get, path = "/v1/sessions", tag = "devices", security(("device" = [])),
    params(
        ("subject" = u8, Query, description = "1 to 4.", minimum = 1, maximum = 4),
        ("class" = String, Query, description = "The class, such as C1.", pattern = "^(A[123]|B[12]|C[1-6]|[DEFMNP])$"),
        ("first" = String, Query, description = "The first day of the test.", format = Date),
        ("last" = String, Query, description = "The last day of the test.", format = Date),
        ("sites" = Option<schema::SiteNumbers>, Query, style = Form, explode = false,
            description = "Numbers of sites, separated by commas; none for all."),
    ),
    responses(
        (status = 200, description = "The sessions.", body = schema::SessionsFound),
        problems::ForDevices,
    ))]
pub async fn sessions<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictQuery(query): StrictQuery<SessionsQuery>,
) -> Result<Json<SessionsFound>, ApiProblem> {
    let subject = Subject::try_from(query.subject).map_err(|_| ApiProblem::bad_request("subject is 1 to 4"))?;
    let sites = read_numbers(query.sites.as_deref().unwrap_or_default(), SITES_MAX)?;
    let query = SessionQuery {
        subject,
        class: query.class,
        dates: DateRange { first: query.first, last: query.last },
        sites: sites.into_iter().map(SiteId).collect(),
    };
    Ok(Json(app.core.known(caller).sessions(query).await?))
}
