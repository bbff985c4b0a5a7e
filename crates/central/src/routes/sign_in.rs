//! `POST /v1/sign-in`: a clerk signs in at a counter.

use super::input::CallersJson;
use super::turns::Turns;
use super::{App, problems, schema};
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use yuyue_protocol::account::{SignIn, SignedIn};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Bytes of a 工号 at most.
const STAFF_NUMBER_BYTES_MAX: usize = 64;
/// Devices at which somebody is signing in at once, most of them waiting for a processor.
const SIGN_INS_MAX: usize = 64;

/// Who is signing in. A password is slow to check on purpose, so few are checked at once, on threads of their own, and of
/// each device one.
pub struct SignIns {
    turns: Arc<Turns>,
    processors: Arc<Semaphore>,
}

impl SignIns {
    /// Of so many processors half are left for everything else.
    #[must_use]
    pub fn new(processors: usize) -> Self {
        Self { turns: Turns::new(SIGN_INS_MAX), processors: Arc::new(Semaphore::new((processors / 2).max(1))) }
    }
}

/// Signs a clerk in at the calling device.
#[utoipa::path(post, path = "/v1/sign-in", tag = "devices", security(("device" = [])),
    request_body = schema::SignIn,
    responses(
        (status = 200, description = "Done.", body = schema::SignedIn),
        (status = 429, description = "Locked after too many wrong passwords.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForDevices,
        problems::TooLong,
    ))]
pub async fn sign_in<S: Store>(
    State(app): State<Arc<App<S>>>,
    CallersJson(device, request): CallersJson<SignIn>,
) -> Result<Json<SignedIn>, ApiProblem> {
    if request.staff_number.len() > STAFF_NUMBER_BYTES_MAX {
        return Err(ApiProblem::bad_request("staff_number is too long"));
    }
    let turn = app.sign_ins.turns.take(device.caller.device)?;
    let place = Arc::clone(&app.sign_ins.processors).acquire_owned().await;
    let runtime = Handle::current();
    let signed_in = tokio::task::spawn_blocking(move || {
        // Held to the end, also when nobody waits for the answer any more.
        let _held = (turn, place);
        runtime.block_on(app.core.known(device.caller).sign_in(request))
    });
    let failed = |_| Problem::new(ErrorCode::Internal, "signing in failed");
    Ok(Json(signed_in.await.map_err(failed)??))
}
