//! Hears a request out before it takes a turn. Whoever sends slowly waits for themselves: of those who are worked on at once
//! nobody is still sending.

use super::{BODY_BYTES_MAX, COMMANDS_BYTES_MAX};
use crate::problem::ApiProblem;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use std::time::Duration;
use yuyue_protocol::error::{ErrorCode, Problem};

/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes beyond the bound that are heard and dropped: whoever still sends when the line is closed does not hear why.
const DROPPED_BYTES_MAX: usize = 1024 * 1024;

/// Reads the body, as long as it may be, and hands the request on.
pub async fn heard(request: Request, next: Next) -> Response {
    let bytes_max = if request.uri().path() == "/v1/commands" { COMMANDS_BYTES_MAX } else { BODY_BYTES_MAX };
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(BODY_TIMEOUT, read(body, bytes_max)).await {
        Ok(Ok(Some(whole))) => next.run(Request::from_parts(parts, Body::from(whole))).await,
        Ok(Ok(None)) => ApiProblem(Problem::new(ErrorCode::TooLarge, "the body is too long")).into_response(),
        Ok(Err(_)) => ApiProblem::bad_request("the body cannot be read").into_response(),
        Err(_) => {
            let mut response = ApiProblem::bad_request("the body took too long").into_response();
            *response.status_mut() = axum::http::StatusCode::REQUEST_TIMEOUT;
            response
        }
    }
}

/// The whole body; none when it is longer than it may be.
async fn read(mut body: Body, bytes_max: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    let (mut whole, mut heard) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        heard += data.len();
        if heard <= bytes_max {
            whole.extend_from_slice(&data);
        } else if heard > bytes_max + DROPPED_BYTES_MAX {
            break;
        }
    }
    Ok((heard <= bytes_max).then_some(whole))
}
