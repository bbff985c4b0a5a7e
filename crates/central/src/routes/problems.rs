//! The refusals that many endpoints share, for the published description of the interface.

use super::schema;
use std::collections::BTreeMap;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema as _};

/// An endpoint for everybody: bad requests, and too much to do.
pub struct ForEverybody;

/// An endpoint for enrolled devices: also callers who are not known or may not.
pub struct ForDevices;

/// An endpoint that takes a body.
pub struct TooLong;

type Responses = BTreeMap<String, RefOr<Response>>;

const BAD_REQUEST: (u16, &str) = (400, "The request is not of the agreed form.");
const UNKNOWN: (u16, &str) = (401, "Device or clerk is not known.");
const FORBIDDEN: (u16, &str) = (403, "Not for this device or clerk.");
const TOO_LONG: (u16, &str) = (413, "The body is too long.");
const BUSY: (u16, &str) = (503, "Come back later.");

impl IntoResponses for ForEverybody {
    fn responses() -> Responses {
        described(&[BAD_REQUEST, BUSY])
    }
}

impl IntoResponses for ForDevices {
    fn responses() -> Responses {
        described(&[BAD_REQUEST, UNKNOWN, FORBIDDEN, BUSY])
    }
}

impl IntoResponses for TooLong {
    fn responses() -> Responses {
        described(&[TOO_LONG])
    }
}

fn described(problems: &[(u16, &str)]) -> Responses {
    let one = |(status, description): &(u16, &str)| {
        let form = Content::new(Some(Ref::from_schema_name(schema::Problem::name())));
        let response = ResponseBuilder::new().description(*description).content("application/problem+json", form);
        (status.to_string(), response.build().into())
    };
    problems.iter().map(one).collect()
}
