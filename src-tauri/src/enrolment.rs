//! The first start of a computer: it enrols at the centre with the one-time code that the operator was given for it.
//!
//! The centre is recognised by the authority's certificate that came with the installation, so that nobody on the way can
//! pass for it.

use crate::host::{Host, host_error, internal};
use std::path::PathBuf;
use yuyue_desk::client::{EnrolError, Enrolment, enrol};
use yuyue_desk::desk::lock;
use yuyue_desk::error::DeskError;
use yuyue_desk::view::reason::{HostError, Params};
use yuyue_desk::world::SystemWorld;
use yuyue_protocol::account::Secret;

/// Where an installation keeps the authority's certificate.
const AUTHORITY: &str = "/etc/yuyue/authority.pem";
/// The port of the centre for everybody, when the clerk names none.
const PUBLIC_PORT: u16 = 8444;

/// Enrols this computer and opens its line.
pub async fn enroll(host: &Host, centre: &str, code: String) -> Result<(), HostError> {
    let authority = std::fs::read_to_string(authority_path()).map_err(|error| {
        tracing::error!(%error, "the authority's certificate of the installation cannot be read");
        refused("authority_missing")
    })?;
    let public = address(centre).ok_or_else(|| refused("address_wrong"))?;
    let now = {
        let desk = lock(&host.desk);
        if desk.find_identity().map_err(|error| host_error(&error))?.is_some() {
            return Err(host_error(&DeskError::AlreadyEnrolled));
        }
        desk.now()
    };
    let enrolment = Enrolment { public, authority, code: Secret(code.trim().to_owned()) };
    let identity = enrol(&enrolment, &SystemWorld, now).await.map_err(|error| match error {
        EnrolError::Centre(problem) => host_error(&problem.into()),
        EnrolError::Address => refused("address_wrong"),
        other => {
            tracing::error!(error = %other, "enrolling failed");
            internal()
        }
    })?;
    lock(&host.desk).keep_identity(&identity).map_err(|error| host_error(&error))?;
    host.line.open(&identity).map_err(|error| {
        tracing::error!(%error, "the new enrolment cannot be used");
        internal()
    })
}

fn authority_path() -> PathBuf {
    std::env::var_os("YUYUE_AUTHORITY").map_or_else(|| PathBuf::from(AUTHORITY), PathBuf::from)
}

/// What was typed as a whole address: `centre.example` and `centre.example:8444` mean HTTPS.
fn address(typed: &str) -> Option<String> {
    let host = typed.trim().trim_start_matches("https://").trim_end_matches('/');
    if host.is_empty()
        || host.contains(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '@' | '?' | '#'))
    {
        return None;
    }
    let named = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Some(if named { format!("https://{host}") } else { format!("https://{host}:{PUBLIC_PORT}") })
}

fn refused(code: &str) -> HostError {
    HostError { code: code.to_owned(), params: Params::new(), retryable: false }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_completed_and_a_wrong_one_is_refused() {
        for (typed, whole) in [
            ("centre.example", Some("https://centre.example:8444")),
            (" https://centre.example:9000/ ", Some("https://centre.example:9000")),
            ("centre.example/results", None),
            ("", None),
            ("two words", None),
        ] {
            assert_eq!(address(typed).as_deref(), whole, "{typed:?}");
        }
    }
}
