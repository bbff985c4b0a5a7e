//! `GET /v1/changes`: the rows that changed, page by page.

use super::caller::KnownCaller;
use super::input::StrictQuery;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::sync::Arc;
use yuyue_protocol::change::CHANGES_MAX;
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

/// Where the device stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    after: Option<String>,
    limit: Option<u32>,
}

/// Answers the next page of the feed.
#[utoipa::path(get, path = "/v1/changes", tag = "devices", security(("device" = [])),
    params(
        ("after" = Option<String>, Query, description = "The last page's cursor as `epoch:revision`; none for everything.",
            pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[0-9]{1,19}$"),
        ("limit" = Option<u32>, Query, description = "Changes at most.", minimum = 1, maximum = 5000),
    ),
    responses(
        (status = 200, description = "A page.", body = schema::ChangesPage),
        (status = 410, description = "The cursor belongs to another feed or is too old.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
    ))]
pub async fn changes<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
    StrictQuery(query): StrictQuery<ChangesQuery>,
) -> Result<impl IntoResponse, ApiProblem> {
    let limit = query.limit.unwrap_or(CHANGES_MAX);
    if limit == 0 || limit > CHANGES_MAX {
        return Err(ApiProblem::bad_request("limit is out of range"));
    }
    let after = query.after.as_deref().map(read_cursor).transpose()?;
    let page = app.core.known(caller).changes_text(after, limit).await?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], page))
}

fn read_cursor(text: &str) -> Result<Cursor, ApiProblem> {
    let parts = text.split_once(':');
    let cursor = parts.and_then(|(epoch, revision)| {
        Some(Cursor { epoch: Epoch(epoch.parse().ok()?), revision: Revision(revision.parse().ok()?) })
    });
    cursor.ok_or_else(|| ApiProblem::bad_request("after is no cursor"))
}
