//! `GET /openapi.json`: the description of the interface, made from the endpoints' own documentation.

use super::schema;
use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

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
        super::visits::code,
        super::visits::open,
        super::visits::prolong,
        super::visits::end,
        super::search::search,
        super::applicants::applicant,
        super::sessions::sessions,
        super::devices::renew,
        super::devices::revoke,
        super::clerks::unlock,
        super::clerks::sign_out,
        super::acts::acts,
        super::audit::tail,
        super::audit::contradict,
        super::audit::seal,
        super::priority_places::priority_places,
        super::outlook::outlook,
        super::open_record::open_record,
        super::enroll::enroll,
        super::results::publications,
        super::results::results,
        super::results::record,
        super::plans::plans,
        super::offices::offices,
        super::vouchers::voucher,
        super::admin::healthz,
    ),
    components(schemas(
        schema::Problem,
        schema::Office,
        schema::Site,
        schema::Session,
        schema::SessionQueue,
        schema::Clerk,
        schema::Applicant,
        schema::Test,
        schema::Application,
        schema::ApplicationState,
        schema::Change,
        schema::Publication,
        schema::PublicationResult,
        schema::SessionNumbers,
        schema::SiteNumbers,
    )),
    modifiers(&Callers)
)]
pub struct Description;

/// How callers are known.
struct Callers;

impl Modify for Callers {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let device = "The certificate of an enrolled device; there is no connection without one.";
        let certificate =
            SecurityScheme::MutualTls { description: Some(device.to_owned()), deprecated: None, extensions: None };
        components.add_security_scheme("device", certificate);
        let mut token = Http::new(HttpAuthScheme::Bearer);
        token.description = Some("The token of the clerk who is signed in at the calling device.".to_owned());
        components.add_security_scheme("clerk", SecurityScheme::Http(token));
        let mut visit = Http::new(HttpAuthScheme::Bearer);
        visit.description = Some("The token of the visit at the calling kiosk.".to_owned());
        components.add_security_scheme("visitor", SecurityScheme::Http(visit));
    }
}

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
        assert_eq!(paths.len(), 30, "a path that is served and not described cannot be tested from outside");
    }
}
