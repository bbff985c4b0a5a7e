//! `GET /v1/acts`: who did what at the offices that the caller answers for, such as who looked at whom unmasked.

use super::caller::KnownCaller;
use super::input::StrictQuery;
use super::{App, problems, schema};
use crate::audit::{Act, Record};
use crate::core::Acts;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;

/// From where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActsQuery {
    before: Option<u64>,
}

/// A page of acts, the newest first.
#[derive(Serialize)]
pub struct ActsPage {
    acts: Vec<OneAct>,
    /// Where to go on towards older ones; none at the beginning.
    before: Option<u64>,
}

/// One act: identifiers, and no personal data.
#[derive(Serialize)]
pub struct OneAct {
    sequence: u64,
    at: Timestamp,
    act: Act,
    clerk: Option<ClerkId>,
    device: Option<DeviceId>,
    applicant: Option<ApplicantId>,
    application: Option<ApplicationId>,
}

impl From<Record> for OneAct {
    fn from(record: Record) -> Self {
        let entry = record.entry;
        Self {
            sequence: record.sequence,
            at: entry.at,
            act: entry.act,
            clerk: entry.clerk,
            device: entry.device,
            applicant: entry.applicant,
            application: entry.application,
        }
    }
}

/// Answers a page of acts.
#[utoipa::path(get, path = "/v1/acts", tag = "devices", security(("device" = [], "clerk" = [])),
    description = "For supervisors about devices of their office, and for operators. Looks through at most 1,000 acts.",
    params(("before" = Option<u64>, Query, description = "`before` of the page before; none for the newest.",
        minimum = 1, maximum = 9_223_372_036_854_775_807_i64)),
    responses(
        (status = 200, description = "A page.", body = schema::ActsPage),
        problems::ForDevices,
    ))]
pub async fn acts<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictQuery(query): StrictQuery<ActsQuery>,
) -> Result<Json<ActsPage>, ApiProblem> {
    if query.before.is_some_and(|before| before == 0 || i64::try_from(before).is_err()) {
        return Err(ApiProblem::bad_request("before is out of range"));
    }
    let Acts { records, before } = app.core.known(caller).acts(query.before).await?;
    Ok(Json(ActsPage { acts: records.into_iter().map(OneAct::from).collect(), before }))
}
