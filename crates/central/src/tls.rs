//! TLS of the listeners, and which certificate a connection showed.

use crate::authority::{Authority, AuthorityError, ServerCertificate, device_in};
use crate::secret::{Hash, hash};
use crate::serve::ServeConfig;
use crate::serve::limits::network;
use crate::serve::patience::Patient;
use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Layer as _;
use yuyue_domain::ids::DeviceId;

/// How long a connection may take to agree on its encryption.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The part of the connections that may be open beyond all of them, each only to be told when to come back.
const TURNED_AWAY_PART: usize = 16;

/// Why a listener cannot be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The authority cannot certify it.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The parts do not fit each other.
    #[error("the listener's encryption cannot be set up")]
    Setup(#[from] rustls::Error),
    /// Nobody could be recognised by the authority's certificate.
    #[error("the authority's certificate recognises nobody")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// The certificate that a connection showed: its fingerprint, and the device for which the authority made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerCertificate {
    /// Which certificate.
    pub fingerprint: Hash,
    /// Whose; a device has several one after another.
    pub device: Option<DeviceId>,
}

/// What a connection showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub Option<PeerCertificate>);

/// The devices' listener: TLS 1.3 and a certificate of our authority, or no connection.
///
/// # Errors
/// When the parts do not fit each other.
pub fn for_devices(authority: &Authority, server: ServerCertificate) -> Result<ServerConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![server.certificate], server.key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The public listener: anybody may connect.
///
/// # Errors
/// When the parts do not fit each other.
pub fn for_public(server: ServerCertificate) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![server.certificate], server.key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Accepts so many encrypted connections and tells every request which certificate its connection showed.
#[derive(Debug, Clone)]
pub struct PeerAcceptor {
    inner: RustlsAcceptor,
    free: Arc<Semaphore>,
    /// For those who are turned away.
    beyond: Arc<Semaphore>,
    addresses: Arc<Addresses>,
    /// How long it is waited for somebody who takes nothing.
    patience: Duration,
}

/// How many connections come from which address.
#[derive(Debug)]
struct Addresses {
    open: Mutex<BTreeMap<IpAddr, usize>>,
    each_max: usize,
}

impl Addresses {
    /// Takes a place of this address, when it has one left.
    fn take(self: &Arc<Self>, address: IpAddr) -> Option<AddressPlace> {
        let address = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.each_max {
            return None;
        }
        *count += 1;
        Some(AddressPlace { addresses: Arc::clone(self), address })
    }
}

/// A connection's place among those of its address.
struct AddressPlace {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Drop for AddressPlace {
    fn drop(&mut self) {
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get_mut(&self.address).map(|count| {
            *count = count.saturating_sub(1);
            *count
        });
        if left == Some(0) {
            open.remove(&self.address);
        }
    }
}

/// The place of a connection, given back when its last request is gone.
#[derive(Clone)]
pub struct Place {
    _place: Arc<OwnedSemaphorePermit>,
    /// Its place among those of its address; none for one that is turned away.
    of_address: Option<Arc<AddressPlace>>,
}

impl Place {
    /// Whether it is one too many: whoever asks over it is told when to come back.
    #[must_use]
    pub const fn is_beyond(&self) -> bool {
        self.of_address.is_none()
    }
}

impl PeerAcceptor {
    /// With this encryption, which can be renewed, and at most so many connections at once and of each address as are
    /// configured. Who comes beyond them is told when to come back, and hung up on when too many are told so at once.
    #[must_use]
    pub fn new(tls: RustlsConfig, config: &ServeConfig) -> Self {
        let inner = RustlsAcceptor::new(tls).handshake_timeout(HANDSHAKE_TIMEOUT);
        let free = Arc::new(Semaphore::new(config.connections.min(Semaphore::MAX_PERMITS)));
        let beyond = Arc::new(Semaphore::new((config.connections / TURNED_AWAY_PART).clamp(1, Semaphore::MAX_PERMITS)));
        let addresses = Addresses { open: Mutex::default(), each_max: config.connections_per_address };
        let patience = Duration::from_secs(config.answer_seconds.get().into());
        Self { inner, free, beyond, addresses: Arc::new(addresses), patience }
    }

    /// A place for a connection of this address.
    fn take_place(&self, address: io::Result<SocketAddr>) -> Option<Place> {
        let free = Arc::clone(&self.free).try_acquire_owned().ok();
        let of_address = address.ok().and_then(|address| self.addresses.take(address.ip()));
        if let Some((place, of_address)) = free.zip(of_address) {
            return Some(Place { _place: Arc::new(place), of_address: Some(Arc::new(of_address)) });
        }
        let beyond = Arc::clone(&self.beyond).try_acquire_owned().ok();
        beyond.map(|place| Place { _place: Arc::new(place), of_address: None })
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for PeerAcceptor {
    type Stream = <RustlsAcceptor as Accept<Patient<TcpStream>, S>>::Stream;
    type Service = AddExtension<AddExtension<S, Peer>, Place>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = self.take_place(stream.peer_addr());
        let accepting = self.inner.accept(Patient::new(stream, self.patience), service);
        Box::pin(async move {
            let place = place.ok_or_else(|| io::Error::new(io::ErrorKind::QuotaExceeded, "too many connections"))?;
            let (stream, service) = accepting.await?;
            let certificates = stream.get_ref().1.peer_certificates();
            let shown = certificates
                .and_then(|chain| chain.first())
                .map(|certificate| PeerCertificate { fingerprint: hash(certificate), device: device_in(certificate) });
            let recognised = Extension(Peer(shown)).layer(service);
            Ok((stream, Extension(place).layer(recognised)))
        })
    }
}
