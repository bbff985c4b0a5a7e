//! Failures as HTTP answers: RFC 9457 problem details with our stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use yuyue_protocol::error::{ErrorCode, Problem};

/// A failed request.
#[derive(Debug)]
pub struct ApiProblem(pub Problem);

#[derive(Serialize)]
struct Details<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(flatten)]
    problem: &'a Problem,
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl ApiProblem {
    /// The request is not of the agreed form.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self(Problem::new(ErrorCode::BadRequest, detail))
    }
}

/// The HTTP status of a code, and its name for people who read logs.
#[must_use]
pub const fn status_of(code: ErrorCode) -> (StatusCode, &'static str) {
    match code {
        ErrorCode::BadRequest => (StatusCode::BAD_REQUEST, "Bad request"),
        ErrorCode::DeviceUnknown => (StatusCode::UNAUTHORIZED, "Device unknown"),
        ErrorCode::DeviceRevoked => (StatusCode::FORBIDDEN, "Device revoked"),
        ErrorCode::SignedOut => (StatusCode::UNAUTHORIZED, "Signed out"),
        ErrorCode::SignInRefused => (StatusCode::UNAUTHORIZED, "Sign-in refused"),
        ErrorCode::SignInLocked => (StatusCode::TOO_MANY_REQUESTS, "Sign-in locked"),
        ErrorCode::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
        ErrorCode::EnrolmentRefused => (StatusCode::FORBIDDEN, "Enrolment refused"),
        ErrorCode::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        ErrorCode::CursorGone => (StatusCode::GONE, "Cursor gone"),
        ErrorCode::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
        ErrorCode::Busy => (StatusCode::SERVICE_UNAVAILABLE, "Busy"),
        ErrorCode::CodeTooSoon => (StatusCode::TOO_MANY_REQUESTS, "Code too soon"),
        ErrorCode::CodeLimit => (StatusCode::TOO_MANY_REQUESTS, "Code limit"),
        ErrorCode::CodeLocked => (StatusCode::TOO_MANY_REQUESTS, "Code locked"),
        ErrorCode::NoPhone => (StatusCode::CONFLICT, "No phone"),
        ErrorCode::Version => (StatusCode::UPGRADE_REQUIRED, "Version"),
        ErrorCode::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
        // A centre never answers these two; they belong to the device's end.
        ErrorCode::Offline | ErrorCode::BadAnswer => (StatusCode::BAD_GATEWAY, "No line"),
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let (status, title) = status_of(self.0.code);
        let details = Details { r#type: "about:blank", title, status: status.as_u16(), problem: &self.0 };
        let body = serde_json::to_vec(&details).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
