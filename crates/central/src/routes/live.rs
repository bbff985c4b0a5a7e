//! `GET /v1/changes/live`: a stream that says when there is something new to fetch.

use super::caller::KnownCaller;
use super::{App, problems};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use yuyue_protocol::cursor::Revision;

/// How often a quiet stream says that it is there, so that a cut line is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Tells the newest revision at once and whenever it moves. What happened between two looks is told once.
#[utoipa::path(get, path = "/v1/changes/live", tag = "devices", security(("device" = [])),
    responses(
        (status = 200, description = "Server-sent events named `head` with the newest revision.",
            body = String, content_type = "text/event-stream"),
        problems::ForDevices,
    ))]
pub async fn live<S: Store>(
    State(app): State<Arc<App<S>>>,
    _caller: KnownCaller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiProblem> {
    let mut head = app.head.clone();
    head.mark_changed();
    Ok(Sse::new(futures_util::stream::unfold(head, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

async fn next(mut head: watch::Receiver<Revision>) -> Option<(Result<Event, Infallible>, watch::Receiver<Revision>)> {
    head.changed().await.ok()?;
    let revision = *head.borrow_and_update();
    Some((Ok(Event::default().event("head").data(revision.to_string())), head))
}
