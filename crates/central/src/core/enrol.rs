//! Enrolling a computer with the one-time code that the operator was given for it.

use super::{Core, entropy_problem, store_problem};
use crate::audit::{Act, Entry};
use crate::authority::{Authority, AuthorityError};
use crate::causes::Causes;
use crate::secret::enrolment_hash;
use crate::store::{Batch, Store, StoreError, Wants, Write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yuyue_protocol::account::{EnrolRequest, Enrolled};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::signature::is_strong;

impl<S: Store> Core<S> {
    /// Enrols a computer: its keys become known, it gets its certificate, and the code is used up.
    ///
    /// # Errors
    /// When the code is wrong, used or expired, or a key or the certificate request cannot be read.
    pub async fn enrol(
        &self,
        authority: &Authority,
        request: &EnrolRequest,
        devices_port: u16,
    ) -> Result<Enrolled, Problem> {
        let refused = || Problem::new(ErrorCode::EnrolmentRefused, "the enrolment code is wrong, used or expired");
        let signing_key = read_signing_key(&request.signing_key)?;
        let now = self.now();
        let found = self.store.find_enrolment(&enrolment_hash(&request.code.0)).await;
        let device = found.map_err(|error| store_problem(&error))?.ok_or_else(refused)?;
        if device.enrolment_until.is_none_or(|until| until < now) || device.revoked_at.is_some() {
            return Err(refused());
        }
        let serial = self.entropy.bytes().map_err(|error| entropy_problem(&error))?;
        let certificate = authority
            .certify_device(&request.certificate_request, device.id, serial, self.clock.wall())
            .map_err(|error| authority_problem(&error))?;
        let mut batch = Batch::at(now);
        let fingerprint = certificate.fingerprint;
        batch.writes.push(Write::DeviceEnrolled { device: device.id, signing_key, fingerprint, at: now });
        batch.audit(Entry { device: Some(device.id), ..Entry::new(now, Act::DeviceEnrolled) });
        match self.store.transact(&Wants::default(), |_| (batch, ())).await {
            Ok(()) => Ok(Enrolled {
                device: device.id,
                kind: device.kind,
                label: device.label,
                office: device.office,
                certificate: certificate.pem,
                authority: authority.certificate_pem().to_owned(),
                devices_port,
                exit_verifier: device.exit_verifier,
            }),
            // Somebody else used the code between the look and the write.
            Err(StoreError::Constraint { .. }) => Err(refused()),
            Err(error) => Err(store_problem(&error)),
        }
    }
}

fn read_signing_key(text: &str) -> Result<[u8; 32], Problem> {
    let bad = || Problem::new(ErrorCode::BadRequest, "signing_key is no Ed25519 key");
    let bytes: [u8; 32] = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(bad)?;
    if is_strong(&bytes) { Ok(bytes) } else { Err(bad()) }
}

pub(super) fn authority_problem(error: &AuthorityError) -> Problem {
    match error {
        AuthorityError::Request(_) => Problem::new(ErrorCode::BadRequest, "certificate_request cannot be read"),
        AuthorityError::Own(_) | AuthorityError::Pem(_) => {
            tracing::error!(error = %Causes(error), "the authority failed");
            Problem::new(ErrorCode::Internal, "the authority failed")
        }
    }
}
