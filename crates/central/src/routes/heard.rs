//! Hears a request out before it takes a turn. Whoever sends slowly waits for themselves: of those who are worked on at once
//! nobody is still sending.

use super::caller::RecognisedDevice;
use super::turns::{Turn, Turns};
use super::{BODY_BYTES_MAX, COMMANDS_BYTES_MAX, STRANGERS_BYTES_MAX};
use crate::problem::ApiProblem;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Duration;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::error::{ErrorCode, Problem};

/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes beyond the bound that are heard and dropped: whoever still sends when the line is closed does not hear why.
const DROPPED_BYTES_MAX: usize = 1024 * 1024;
/// Bodies longer than others that are heard or worked on at once: so much memory they take at most.
pub const LONG_BODIES_MAX: usize = 16;

/// How much somebody may send.
#[derive(Clone, Copy)]
struct May {
    short: usize,
    /// Who may send more, with a turn.
    long: Option<DeviceId>,
}

/// Reads the body, as long as it may be, and hands the request on. Only a recognised device may send a long one, and one at
/// a time.
pub async fn heard(State(turns): State<Arc<Turns>>, request: Request, next: Next) -> Response {
    let device = request.extensions().get::<RecognisedDevice>().map(RecognisedDevice::id);
    let may = May {
        short: if device.is_some() { BODY_BYTES_MAX } else { STRANGERS_BYTES_MAX },
        long: device.filter(|_| request.uri().path() == "/v1/commands"),
    };
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(BODY_TIMEOUT, read(body, may, &turns)).await {
        Ok(Ok((whole, _turn))) => next.run(Request::from_parts(parts, Body::from(whole))).await,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => {
            let mut response = ApiProblem::bad_request("the body took too long").into_response();
            *response.status_mut() = axum::http::StatusCode::REQUEST_TIMEOUT;
            response
        }
    }
}

/// Waits until a short body has come, without keeping it, so that whoever sends it hears the answer.
pub async fn let_end(request: Request) {
    let body = request.into_body();
    if body.size_hint().upper().is_some_and(|bytes| bytes <= BODY_BYTES_MAX as u64) {
        let _ = tokio::time::timeout(BODY_TIMEOUT, skip(body, BODY_BYTES_MAX)).await;
    }
}

/// The whole body; with a turn when it is a long one, which takes so much memory until the request is done.
async fn read(mut body: Body, may: May, turns: &Arc<Turns>) -> Result<(Vec<u8>, Option<Turn>), ApiProblem> {
    let (mut whole, mut turn) = (Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiProblem::bad_request("the body cannot be read"))?;
        let Ok(data) = frame.into_data() else { continue };
        let heard = whole.len() + data.len();
        let refused = match may.long {
            _ if heard <= may.short => None,
            Some(_) if heard > COMMANDS_BYTES_MAX => Some(too_long()),
            Some(device) if turn.is_none() => turns.take(device).map(|taken| turn = Some(taken)).err(),
            Some(_) => None,
            None => Some(too_long()),
        };
        if let Some(problem) = refused {
            drop((whole, turn));
            skip(body, DROPPED_BYTES_MAX).await;
            return Err(problem.into());
        }
        whole.extend_from_slice(&data);
    }
    Ok((whole, turn))
}

fn too_long() -> Problem {
    Problem::new(ErrorCode::TooLarge, "the body is too long")
}

/// Hears and drops what still comes, up to so many bytes.
async fn skip(mut body: Body, bytes_max: usize) {
    let mut heard = 0;
    while heard <= bytes_max
        && let Some(Ok(frame)) = body.frame().await
    {
        heard += frame.into_data().map_or(0, |data| data.len());
    }
}
