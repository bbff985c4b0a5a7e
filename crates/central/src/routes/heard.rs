//! Hears a request out before it takes a turn. Whoever sends slowly waits for themselves: of those who are worked on at once
//! nobody is still sending.

use super::{BODY_BYTES_MAX, COMMANDS_BYTES_MAX};
use crate::problem::ApiProblem;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::time::Duration;
use yuyue_protocol::error::{ErrorCode, Problem};

/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Reads the body, as long as it may be, and hands the request on.
pub async fn heard(request: Request, next: Next) -> Response {
    let limit = if request.uri().path() == "/v1/commands" { COMMANDS_BYTES_MAX } else { BODY_BYTES_MAX };
    let (parts, body) = request.into_parts();
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit as u64) {
        return too_long().into_response();
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, limit)).await {
        Ok(Ok(whole)) => next.run(Request::from_parts(parts, Body::from(whole))).await,
        Ok(Err(error)) if is_length(&error) => too_long().into_response(),
        Ok(Err(_)) => ApiProblem::bad_request("the body cannot be read").into_response(),
        Err(_) => {
            let mut response = ApiProblem::bad_request("the body took too long").into_response();
            *response.status_mut() = axum::http::StatusCode::REQUEST_TIMEOUT;
            response
        }
    }
}

fn is_length(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}

fn too_long() -> ApiProblem {
    ApiProblem(Problem::new(ErrorCode::TooLarge, "the body is too long"))
}
