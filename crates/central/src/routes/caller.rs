//! Who is calling: the device by its connection's certificate, the clerk or the visitor of a kiosk by the token.

use super::{App, heard};
use crate::core::{Acting, Caller, SigningKey, store_problem};
use crate::problem::ApiProblem;
use crate::secret::{Hash, hash};
use crate::store::{DeviceRow, Store};
use crate::tls::Peer;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Characters of a token at most.
const TOKEN_MAX: usize = 128;

/// A device that was looked up and found good before anything of its request was read but the head.
#[derive(Clone)]
pub struct RecognisedDevice {
    row: DeviceRow,
    fingerprint: Hash,
}

impl RecognisedDevice {
    /// Which.
    pub const fn id(&self) -> DeviceId {
        self.row.id
    }
}

/// Recognises the device of a connection. Of whom it does not know the centre hears no more than a short body, so
/// that they hear the answer, and keeps nothing of it.
pub async fn recognised<S: Store>(State(app): State<Arc<App<S>>>, mut request: Request, next: Next) -> Response {
    let shown = request.extensions().get::<Peer>().and_then(|peer| peer.0);
    match recognise(&app, shown.map(|certificate| certificate.fingerprint)).await {
        Ok(device) => {
            request.extensions_mut().insert(device);
            next.run(request).await
        }
        Err(problem) => {
            heard::let_end(request).await;
            problem.into_response()
        }
    }
}

async fn recognise<S: Store>(app: &App<S>, fingerprint: Option<Hash>) -> Result<RecognisedDevice, ApiProblem> {
    let unknown = || ApiProblem(Problem::new(ErrorCode::DeviceUnknown, "the certificate belongs to no device"));
    let fingerprint = fingerprint.ok_or_else(unknown)?;
    let found = app.core.store().find_device(&fingerprint).await.map_err(|error| store_problem(&error))?;
    let row = found.ok_or_else(unknown)?;
    if row.revoked_at.is_some() { Err(revoked()) } else { Ok(RecognisedDevice { row, fingerprint }) }
}

fn revoked() -> ApiProblem {
    ApiProblem(Problem::new(ErrorCode::DeviceRevoked, "the device was revoked"))
}

/// A device that was recognised and is not revoked, with whoever is signed in or visits there.
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
        let found = parts.extensions.get::<RecognisedDevice>().cloned();
        let unknown = || ApiProblem(Problem::new(ErrorCode::DeviceUnknown, "the certificate belongs to no device"));
        let RecognisedDevice { row: device, fingerprint } = found.ok_or_else(unknown)?;
        // It may have been shut out while its request was read.
        if app.closed.borrow().revoked.contains(&device.id) {
            return Err(revoked());
        }
        let store = app.core.store();
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
