//! Reading requests strictly: unknown fields, wrong types and wrong lengths are refused, whatever the type tolerates.

use super::App;
use super::caller::KnownDevice;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use yuyue_protocol::error::{ErrorCode, Problem};

/// A JSON body without unknown fields.
pub struct StrictJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        let is_json = says_json(request.headers());
        let body = Bytes::from_request(request, state).await.map_err(|rejection| body_problem(&rejection))?;
        is_json?;
        read_json(&body).map(Self)
    }
}

/// A JSON body of a known caller. The body is read to its end before anybody is refused: who is answered earlier is still
/// writing, and finds the connection closed instead of the answer.
pub struct CallersJson<T>(pub KnownDevice, pub T);

impl<T: DeserializeOwned, S: Store> FromRequest<Arc<App<S>>> for CallersJson<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, app: &Arc<App<S>>) -> Result<Self, ApiProblem> {
        let (mut parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(request, app).await.map_err(|rejection| body_problem(&rejection))?;
        let device = KnownDevice::from_request_parts(&mut parts, app).await?;
        says_json(&parts.headers)?;
        Ok(Self(device, read_json(&body)?))
    }
}

fn says_json(headers: &HeaderMap) -> Result<(), ApiProblem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
    if is_json { Ok(()) } else { Err(ApiProblem::bad_request("the body has to be application/json")) }
}

/// Reads JSON; the answer to a bad one names no value, because values may be personal.
fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiProblem> {
    let mut unknown = false;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_ignored::deserialize(&mut reader, |_| unknown = true);
    let value = read.map_err(|error| {
        ApiProblem::bad_request(format!("the body cannot be read at line {} column {}", error.line(), error.column()))
    })?;
    reader.end().map_err(|_| ApiProblem::bad_request("something follows the body"))?;
    if unknown { Err(ApiProblem::bad_request("the body has an unknown field")) } else { Ok(value) }
}

fn body_problem(rejection: &BytesRejection) -> ApiProblem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            ApiProblem(Problem::new(ErrorCode::TooLarge, "the body is too long"))
        }
        _ => ApiProblem::bad_request("the body cannot be read"),
    }
}

/// A query string; its types refuse unknown fields themselves.
pub struct StrictQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(_) => Err(ApiProblem::bad_request("the query cannot be read")),
        }
    }
}

/// A segment of the path.
pub struct StrictPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for StrictPath<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(ApiProblem(Problem::new(ErrorCode::NotFound, "no such thing"))),
        }
    }
}

/// Numbers separated by commas, at most `max` of them.
///
/// # Errors
/// When one is no number or there are too many.
pub fn read_numbers(text: &str, max: usize) -> Result<Vec<u32>, ApiProblem> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // The standard library's numbers may begin with a plus, ours may not.
    let number = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let numbers: Option<Vec<u32>> = text.split(',').take(max + 1).map(number).collect();
    match numbers {
        Some(numbers) if numbers.len() <= max => Ok(numbers),
        _ => Err(ApiProblem::bad_request(format!("at most {max} numbers separated by commas"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yuyue_protocol::query::Search;

    #[test]
    fn unknown_fields_and_trailing_text_are_refused() {
        let read = |text: &str| read_json::<Search>(text.as_bytes()).is_ok();
        assert!(read(r#"{"text":"x","limit":1}"#), "the agreed form");
        assert!(!read(r#"{"text":"x","limit":1,"more":true}"#), "an unknown field is a mistake of the caller");
        assert!(!read(r#"{"text":"x","limit":1} {}"#), "something follows");
        assert!(!read(r#"{"text":"x","limit":-1}"#), "out of range");
    }

    #[test]
    fn lists_of_numbers_are_bounded() {
        assert_eq!(read_numbers("1,2", 2).ok(), Some(vec![1, 2]), "as many as allowed");
        assert!(read_numbers("1,2,3", 2).is_err(), "one too many");
        assert!(read_numbers("1,x", 2).is_err(), "no number");
        assert!(read_numbers("+1", 2).is_err(), "a sign is not of the agreed form");
    }
}
