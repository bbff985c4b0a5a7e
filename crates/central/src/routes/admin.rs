//! `/healthz`, `/readyz` and `/metrics`: whether the centre lives, can work, and how much it has to do.

use super::App;
use crate::core::store_problem;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;
use yuyue_protocol::error::{ErrorCode, Problem};

/// The program runs.
#[utoipa::path(get, path = "/healthz", tag = "public",
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain")))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers, and the writer, the scheduler and everything else beside the requests work.
pub async fn readyz<S: Store>(State(app): State<Arc<App<S>>>) -> Result<&'static str, ApiProblem> {
    if let Some(part) = app.health.ended() {
        return Err(ApiProblem(Problem::new(ErrorCode::Busy, format!("{part} has ended"))));
    }
    app.core.store().get_head().await.map_err(|error| store_problem(&error))?;
    // It can work all the same, and must: turning everybody away would be what somebody who touched it wants.
    let is_contradicted = app.metrics.is_audit_contradicted();
    Ok(if is_contradicted {
        "ready, but devices have kept another audit: run `yuyue-central audit verify`\n"
    } else {
        "ready\n"
    })
}

/// Numbers for a monitoring system, in the form of Prometheus.
pub async fn metrics<S: Store>(State(app): State<Arc<App<S>>>) -> Result<impl IntoResponse, ApiProblem> {
    let totals = app.core.store().count_totals().await.map_err(|error| store_problem(&error))?;
    let audit = app.core.store().get_audit_tail().await.map_err(|error| store_problem(&error))?;
    let text = app.metrics.text(&[
        ("feed_revision", "The newest revision", totals.revision.0),
        ("applicants", "Applicants", totals.applicants),
        ("applications", "Applications of every state", totals.applications),
        ("sessions", "Sessions", totals.sessions),
        ("messages_waiting", "Messages that wait to be sent", totals.messages_waiting),
        ("leads", "Whether this process does what the clock makes due", u64::from(app.lead.borrow().is_some())),
        ("writer_waiting", "Requests that wait for the writer", app.writer.waiting() as u64),
        ("audit_records", "Records of the audit", audit.sequence),
    ]);
    let text = text.map_err(|_| ApiProblem(Problem::new(ErrorCode::Internal, "the numbers cannot be written")))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}
