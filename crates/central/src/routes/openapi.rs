//! `GET /openapi.json`: the description of the interface, made from the endpoints' own documentation.

use axum::Json;
use utoipa::OpenApi;

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(title = "渝约 Yuyue centre", description = "Devices send commands, the centre decides, every device follows the revisions."),
    tags((name = "devices", description = "For enrolled devices: TLS 1.3 with a client certificate; clerks also show a bearer token."),
         (name = "public", description = "For everybody.")),
    paths(
        super::time::time,
        super::sign_in::sign_in,
        super::changes::changes,
        super::live::live,
        super::commands::commands,
        super::codes::codes,
        super::search::search,
        super::applicants::applicant,
        super::sessions::sessions,
        super::priority_places::priority_places,
        super::enroll::enroll,
        super::results::publications,
        super::results::results,
        super::plans::plans,
        super::offices::offices,
        super::vouchers::voucher,
        super::admin::healthz,
    )
)]
pub struct Description;

/// Answers the description.
pub async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_described() {
        let paths = Description::openapi().paths.paths;
        assert_eq!(paths.len(), 17, "a path that is served and not described cannot be tested from outside");
    }
}
