//! Who is calling: the device by its connection's certificate, the clerk or the visitor of a kiosk by the token.

use super::App;
use crate::core::{Acting, Caller, SigningKey, store_problem};
use crate::problem::ApiProblem;
use crate::secret::{Hash, hash};
use crate::store::Store;
use crate::tls::PeerFingerprint;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::sync::Arc;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Characters of a token at most.
const TOKEN_MAX: usize = 128;

/// A device that was recognised and is not revoked, with whoever is signed in or visits there. Looked up with every request.
pub struct KnownDevice {
    /// Who is calling.
    pub caller: Caller,
    /// The certificate that its connection showed.
    pub fingerprint: Hash,
    /// The key with which the device signs.
    pub signing_key: Option<SigningKey>,
}

/// Who is calling, of a [`KnownDevice`].
pub struct KnownCaller(pub Caller);

impl<S: Store> FromRequestParts<Arc<App<S>>> for KnownCaller {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, ApiProblem> {
        Ok(Self(KnownDevice::from_request_parts(parts, app).await?.caller))
    }
}

impl<S: Store> FromRequestParts<Arc<App<S>>> for KnownDevice {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, ApiProblem> {
        let unknown = || ApiProblem(Problem::new(ErrorCode::DeviceUnknown, "the certificate belongs to no device"));
        let fingerprint = parts.extensions.get::<PeerFingerprint>().and_then(|peer| peer.0).ok_or_else(unknown)?;
        let store = app.core.store();
        let found = store.find_device(&fingerprint).await.map_err(|error| store_problem(&error))?;
        let device = found.ok_or_else(unknown)?;
        if device.revoked_at.is_some() {
            return Err(ApiProblem(Problem::new(ErrorCode::DeviceRevoked, "the device was revoked")));
        }
        let expired = || Problem::new(ErrorCode::SignedOut, "the token is unknown or has expired");
        let (mut clerk, mut visit) = (None, None);
        match (bearer(parts)?, device.kind) {
            (None, _) => {}
            (Some(token), DeviceKind::Kiosk) => {
                visit = Some(app.core.find_visit(device.id, token).await?.ok_or_else(expired)?);
            }
            (Some(token), DeviceKind::Counter) => {
                let found = store.find_token(&hash(token.as_bytes()), device.id, app.core.now()).await;
                let found = found.map_err(|error| store_problem(&error))?;
                clerk = Some(Acting::from(&found.ok_or_else(expired)?));
            }
        }
        let caller = Caller { device: device.id, kind: device.kind, office: device.office, clerk, visit };
        Ok(Self { caller, fingerprint, signing_key: device.signing_key })
    }
}

fn bearer(parts: &Parts) -> Result<Option<&str>, ApiProblem> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
    match token {
        Some(token) if token.len() <= TOKEN_MAX => Ok(Some(token)),
        _ => Err(ApiProblem(Problem::new(ErrorCode::SignedOut, "authorization is no bearer token"))),
    }
}
