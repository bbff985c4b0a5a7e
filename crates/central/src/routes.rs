//! The centre over HTTP: one endpoint a file, with its documentation.

mod acts;
mod admin;
mod applicants;
mod audit;
mod caller;
mod changes;
mod clerks;
mod codes;
mod commands;
mod devices;
mod enroll;
mod heard;
mod input;
mod live;
pub mod metrics;
mod offices;
mod open_record;
mod openapi;
mod outlook;
mod plans;
mod priority_places;
mod problems;
mod results;
mod room;
mod schema;
mod search;
mod sessions;
mod shared;
mod sign_in;
mod time;
mod turns;
mod visits;
mod vouchers;

pub(crate) use heard::let_end;
pub use openapi::Description;
pub use shared::SharedAnswers;
pub use sign_in::SignIns;

use crate::authority::Authority;
use crate::core::Core;
use crate::problem::ApiProblem;
use crate::serve::health::Health;
use crate::signatures::Signatures;
use crate::store::{LeaseTerm, Store};
use crate::writer::Writer;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use metrics::Metrics;
use room::Room;
use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use turns::Turns;
use yuyue_domain::ids::{DeviceId, PublicationId};
use yuyue_domain::time::Date;
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Bytes of a body at most of whoever is no device of ours: enrolling takes some two thousand.
pub const STRANGERS_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a device's body at most, but for commands.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a batch of commands at most: 256 bodies of 16 KiB, escaped, with their envelopes.
pub const COMMANDS_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Requests worked on at once; commands, pages of the feed and live streams are not counted.
const CONCURRENT_MAX: usize = 512;
/// Outlooks worked out at once: each may take as much as giving the places of a day out.
const OUTLOOKS_MAX: usize = 4;
/// Long answers for everybody that are made at once.
const LONG_MAX: usize = 4;
/// Pages of the feed read at once, fewer than the store has connections for readers. However many computers fill their
/// caches, nobody else waits for them.
const PAGES_MAX: usize = 12;
/// Requests that wait for their turn, and pages likewise: fewer than there may be connections, so that whoever finds no room
/// has a line over which to be told.
const LINE_MAX: usize = 1_024;
/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Answers shorter than this are not worth compressing.
const COMPRESS_FROM_BYTES: u64 = 1_024;

/// What every endpoint works with.
pub struct App<S> {
    /// Decides and answers.
    pub core: Arc<Core<S>>,
    /// The entrance of the one writer.
    pub writer: Writer,
    /// Where signatures are checked before.
    pub signatures: Signatures,
    /// The newest revision, for live streams.
    pub head: watch::Receiver<Revision>,
    /// Whether this process does what the clock makes due.
    pub lead: watch::Receiver<Option<LeaseTerm>>,
    /// Devices that are shut out, and whether the centre is stopping: both end live streams.
    pub closed: watch::Receiver<Closed>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Whether everything that works beside the requests still does.
    pub health: Arc<Health>,
    /// The certificate (PEM) of the key with which the centre signs.
    pub seal: String,
    /// Who is signing in.
    pub sign_ins: SignIns,
    /// Records of publications that somebody is taking.
    pub records: SharedAnswers<PublicationId>,
    /// Plans that somebody is taking, each by its first day, as of a revision.
    pub plans: SharedAnswers<(Date, Revision)>,
    /// Certifies devices.
    pub authority: Arc<Authority>,
    /// The port at which enrolled devices connect.
    pub devices_port: u16,
}

/// Whose live streams end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closed {
    /// Devices that were revoked.
    pub revoked: BTreeSet<DeviceId>,
    /// The centre stops: everybody's.
    pub stopping: bool,
}

impl Closed {
    /// Whether this device hears nothing more.
    #[must_use]
    pub fn ends(&self, device: DeviceId) -> bool {
        self.stopping || self.revoked.contains(&device)
    }
}

/// The endpoints for enrolled devices.
pub fn for_devices<S: Store>(app: Arc<App<S>>) -> Router {
    let bounded = Router::new()
        .route("/v1/time", get(time::time::<S>))
        .route("/v1/sign-in", post(sign_in::sign_in::<S>))
        .route("/v1/codes", post(codes::codes::<S>))
        .route("/v1/visits/codes", post(visits::code::<S>))
        .route("/v1/visits", post(visits::open::<S>).get(visits::prolong::<S>).delete(visits::end::<S>))
        .route("/v1/applicants/search", post(search::search::<S>))
        .route("/v1/applicants/{id}", get(applicants::applicant::<S>))
        .route("/v1/sessions", get(sessions::sessions::<S>))
        .route("/v1/open-record", post(open_record::open_record::<S>))
        .route("/v1/devices/renew", post(devices::renew::<S>))
        .route("/v1/devices/{id}/revoke", post(devices::revoke::<S>))
        .route("/v1/clerks/unlock", post(clerks::unlock::<S>))
        .route("/v1/clerks/sign-out", post(clerks::sign_out::<S>))
        .route("/v1/acts", get(acts::acts::<S>))
        .route("/v1/audit", get(audit::tail::<S>))
        .route("/v1/audit/contradictions", post(audit::contradict::<S>))
        .route("/v1/seal", get(audit::seal::<S>))
        .route("/v1/priority-places", get(priority_places::priority_places::<S>))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let outlooks =
        Router::new().route("/v1/outlook", post(outlook::outlook::<S>)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let pages = Router::new().route("/v1/changes", get(changes::changes::<S>));
    let commands = Router::new()
        .route("/v1/commands", post(commands::commands::<S>))
        .layer(DefaultBodyLimit::max(COMMANDS_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app.writer.clone(), with_room));
    let recognised = middleware::from_fn_with_state(Arc::clone(&app), caller::recognised::<S>);
    let bounded = in_turn(bounded, CONCURRENT_MAX).merge(in_turn(outlooks, OUTLOOKS_MAX));
    let bounded = bounded.merge(in_turn(pages, PAGES_MAX)).merge(commands);
    let bounded = in_time(heard_out(bounded).layer(recognised.clone()), &app);
    let live = Router::new().route("/v1/changes/live", get(live::live::<S>)).layer(recognised);
    finish(bounded.merge(live), &app).with_state(app)
}

/// The endpoints for everybody.
pub fn for_public<S: Store>(app: Arc<App<S>>) -> Router {
    let bounded = Router::new()
        .route("/v1/devices/enroll", post(enroll::enroll::<S>))
        .route("/v1/results", get(results::results::<S>))
        .route("/v1/publications", get(results::publications::<S>))
        .route("/v1/seal", get(audit::seal::<S>))
        .route("/v1/offices", get(offices::offices::<S>))
        .route("/v1/vouchers/{token}", get(vouchers::voucher::<S>))
        .route("/openapi.json", get(openapi::openapi))
        .route("/healthz", get(admin::healthz))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let long = Router::new()
        .route("/v1/publications/{id}/record", get(results::record::<S>))
        .route("/v1/plans", get(plans::plans::<S>))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let bounded = in_turn(bounded, CONCURRENT_MAX).merge(in_turn(long, LONG_MAX));
    finish(in_time(heard_out(bounded), &app), &app).with_state(app)
}

/// The endpoints for the operator, on this computer only.
pub fn for_admin<S: Store>(app: Arc<App<S>>) -> Router {
    let bounded = Router::new()
        .route("/healthz", get(admin::healthz))
        .route("/readyz", get(admin::readyz::<S>))
        .route("/metrics", get(admin::metrics::<S>));
    finish(in_time(heard_out(in_turn(bounded, CONCURRENT_MAX)), &app), &app).with_state(app)
}

type Routes<S> = Router<Arc<App<S>>>;

/// Hears requests out before they take a turn.
fn heard_out<S: Store>(router: Routes<S>) -> Routes<S> {
    router.layer(middleware::from_fn_with_state(Turns::new(heard::LONG_BODIES_MAX), heard::heard))
}

/// Works on so many at once.
fn in_turn<S: Store>(router: Routes<S>, turns_max: usize) -> Routes<S> {
    router.layer(middleware::from_fn_with_state(Room::new(turns_max, LINE_MAX), room::in_turn))
}

/// Commands wait in the writer's queue and nowhere else. Whoever finds no room there is told so before anything is
/// understood or checked of what they send.
async fn with_room(State(writer): State<Writer>, request: Request, next: Next) -> Response {
    match writer.check_room() {
        Ok(()) => next.run(request).await,
        Err(problem) => ApiProblem(problem).into_response(),
    }
}

/// The wait for a turn counts too: whoever comes when everybody comes is told so within the same time.
fn in_time<S: Store>(router: Routes<S>, app: &Arc<App<S>>) -> Routes<S> {
    router.layer(middleware::from_fn_with_state(app.writer.clone(), within_timeout))
}

async fn within_timeout(State(writer): State<Writer>, request: Request, next: Next) -> Response {
    tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await.unwrap_or_else(|_| {
        let busy = Problem::new(ErrorCode::Busy, "the centre has too much to do");
        ApiProblem(busy.retry_after(writer.retry_seconds())).into_response()
    })
}

fn finish<S: Store>(router: Routes<S>, app: &Arc<App<S>>) -> Routes<S> {
    // A live stream must not wait in a compressor for more to come.
    let worth_it = SizeAbove::new(COMPRESS_FROM_BYTES).and(NotForContentType::const_new("text/event-stream"));
    router
        .fallback(|| async { ApiProblem(Problem::new(ErrorCode::NotFound, "no such path")) })
        .method_not_allowed_fallback(|| async { wrong_method() })
        .layer(CompressionLayer::new().compress_when(worth_it))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&app.metrics), metrics::count))
}

fn wrong_method() -> Response {
    let mut response = ApiProblem::bad_request("this path takes another method").into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("an endpoint panicked");
    ApiProblem(Problem::new(ErrorCode::Internal, "the centre failed")).into_response()
}
