//! `GET /v1/changes/live`: a stream that says when there is something new to fetch.

use super::caller::KnownCaller;
use super::metrics::OpenStream;
use super::{App, Closed, problems};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::rights::Right;
use yuyue_protocol::cursor::Revision;

/// How often a quiet stream says that it is there, so that a cut line is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Tells the newest revision at once and whenever it moves. What happened between two looks is told once. The stream ends when
/// the device is revoked or the centre stops.
#[utoipa::path(get, path = "/v1/changes/live", tag = "devices", security(("device" = [])),
    responses(
        (status = 200, description = "Server-sent events named `head` with the newest revision.",
            body = String, content_type = "text/event-stream"),
        problems::ForDevices,
    ))]
pub async fn live<S: Store>(
    State(app): State<Arc<App<S>>>,
    KnownCaller(caller): KnownCaller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiProblem> {
    app.core.known(caller).may(Right::FollowFeed)?;
    let mut head = app.head.clone();
    head.mark_changed();
    let closed = app.closed.clone();
    let listener = Listener { device: caller.device, head, closed, _open: app.metrics.open_stream() };
    Ok(Sse::new(futures_util::stream::unfold(listener, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// A device that listens.
struct Listener {
    device: DeviceId,
    head: watch::Receiver<Revision>,
    closed: watch::Receiver<Closed>,
    _open: OpenStream,
}

/// The next event. None ends the stream: the device was revoked, or the centre stops.
async fn next(mut listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    let Listener { device, head, closed, .. } = &mut listener;
    tokio::select! {
        biased;
        _ = closed.wait_for(|closed| closed.ends(*device)) => return None,
        changed = head.changed() => changed.ok()?,
    }
    let revision = *listener.head.borrow_and_update();
    Some((Ok(Event::default().event("head").data(revision.to_string())), listener))
}
