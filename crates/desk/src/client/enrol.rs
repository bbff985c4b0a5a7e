//! Enrolling this computer at the centre: it makes its keys, shows the one-time code, and gets a certificate.

use super::{ClientError, builder, read, send};
use crate::device::identity::Identity;
use crate::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, DnType, KeyPair};
use reqwest::Url;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{EnrolRequest, Enrolled, Secret};
use yuyue_protocol::error::Problem;

/// Why a computer was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The authority's certificate or the connection cannot be used.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The keys of the connection cannot be made.
    #[error("the keys of the connection cannot be made")]
    Keys(#[from] rcgen::Error),
    /// What was typed is no address.
    #[error("the address of the centre cannot be read")]
    Address,
    /// The centre refused, or cannot be reached.
    #[error("the centre did not enrol this computer")]
    Centre(#[from] Problem),
}

/// Where and with what a computer enrols.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The public address of the centre, such as `https://centre.example:8444`.
    pub public: String,
    /// The authority's certificate (PEM), which came with the installation, by which the centre is recognised.
    pub authority: String,
    /// The one-time code.
    pub code: Secret,
}

/// Enrols this computer. The keys never leave it.
///
/// # Errors
/// When the centre is not the authority's, refuses the code or cannot be reached.
pub async fn enrol(enrolment: &Enrolment, world: &dyn World, now: Timestamp) -> Result<Identity, EnrolError> {
    let mut secret = [0; 32];
    world.fill(&mut secret);
    let signing_key = SigningKey::from_bytes(&secret);
    let connection_key = KeyPair::generate()?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "yuyue device");
    let request = EnrolRequest {
        code: enrolment.code.clone(),
        signing_key: STANDARD.encode(signing_key.verifying_key().to_bytes()),
        certificate_request: parameters.serialize_request(&connection_key)?.pem()?,
    };
    let client = builder(&enrolment.authority)?.build().map_err(ClientError::from)?;
    let mut centre: Url = enrolment.public.parse().map_err(|_| EnrolError::Address)?;
    centre.set_path("/v1/devices/enroll");
    let enrolled: Enrolled = read(send(client.post(centre.clone()).json(&request)).await?).await?;
    centre.set_path("");
    centre.set_port(Some(enrolled.devices_port)).map_err(|()| EnrolError::Address)?;
    Ok(Identity {
        device: enrolled.device,
        kind: enrolled.kind,
        label: enrolled.label,
        office: enrolled.office,
        certificate: enrolled.certificate,
        certificate_key: connection_key.serialize_pem(),
        authority: enrolled.authority,
        signing_key,
        centre: centre.to_string(),
        enrolled_at: now,
        exit_verifier: enrolled.exit_verifier,
    })
}
