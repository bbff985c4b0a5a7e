//! `/healthz`, `/readyz` and `/metrics`: whether the centre lives, can work, and how much it has to do.

use super::App;
use crate::core::store_problem;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::fmt::Write as _;
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
    Ok("ready\n")
}

/// Numbers for a monitoring system, in its plain text form.
pub async fn metrics<S: Store>(State(app): State<Arc<App<S>>>) -> Result<impl IntoResponse, ApiProblem> {
    let totals = app.core.store().count_totals().await.map_err(|error| store_problem(&error))?;
    let mut text = String::new();
    for (name, help, value) in [
        ("yuyue_feed_revision", "The newest revision.", totals.revision.0),
        ("yuyue_applicants", "Applicants.", totals.applicants),
        ("yuyue_applications", "Applications of every state.", totals.applications),
        ("yuyue_sessions", "Sessions.", totals.sessions),
        ("yuyue_messages_waiting", "Messages that wait to be sent.", totals.messages_waiting),
        ("yuyue_leads", "Whether this process does what the clock makes due.", u64::from(app.lead.borrow().is_some())),
        ("yuyue_writer_waiting", "Requests that wait for the writer.", app.writer.waiting() as u64),
    ] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
