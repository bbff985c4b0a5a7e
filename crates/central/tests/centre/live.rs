//! What a revocation, the end of a certificate and the end of the centre do to those who are connected.

use super::World;
use crate::wire::{client, client_with, identity, problem, serve, url};
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Client, StatusCode};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use yuyue_central::core::CoreConfig;
use yuyue_central::serve::{Running, ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_protocol::account::{RenewRequest, Renewed};
use yuyue_protocol::error::ErrorCode;

/// Reads a live stream to its end; nothing else ends it than the centre.
async fn until_end(mut stream: reqwest::Response) {
    while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_shut_out_of_what_it_has_open() {
    let world = World::new(20).await;
    let (lost, kept) = (world.counter().await, world.counter().await);
    let running = serve(&world).await;
    let (line, other) = (client(&running, Some(&lost)), client(&running, Some(&kept)));
    let open = async |line: &Client| line.get(url(running.devices, "/v1/changes/live")).send().await.unwrap();
    let (stream, mut other_stream) = (open(&line).await, open(&other).await);
    world.core.revoke_device(lost.caller.device).await.unwrap();
    let refused = line.get(url(running.devices, "/v1/time")).send().await.unwrap();
    assert_eq!(problem(refused).await.1.code, ErrorCode::DeviceRevoked, "a connection that was kept is of no use");
    until_end(stream).await;
    let refused = line.get(url(running.devices, "/v1/changes/live")).send().await.unwrap();
    assert_eq!(problem(refused).await.0, StatusCode::FORBIDDEN, "and no stream begins");
    assert!(other_stream.chunk().await.unwrap().is_some(), "the others hear on");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_centre_stops_and_hold_it_up_for_nobody() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let stream = client(&running, Some(&counter)).get(url(running.devices, "/v1/changes/live")).send().await.unwrap();
    let (heard, ()) = tokio::join!(tokio::spawn(until_end(stream)), running.stop());
    heard.unwrap();
}

/// What the centre answers to whoever asks for a certificate over this key.
async fn ask_to_renew(line: &Client, running: &Running) -> (reqwest::Response, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let certificate_request = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let request = RenewRequest { certificate_request };
    (line.post(url(running.devices, "/v1/devices/renew")).json(&request).send().await.unwrap(), key)
}

/// Certificate and key that the centre gives to whoever asks on this line.
async fn renew(line: &Client, running: &Running) -> String {
    let (answer, key) = ask_to_renew(line, running).await;
    assert_eq!(answer.status(), StatusCode::OK, "whoever is known gets the next certificate");
    let renewed: Renewed = answer.json().await.unwrap();
    format!("{}{}", renewed.certificate, key.serialize_pem())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_renews_its_certificate_and_no_lost_answer_shuts_it_out() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let knows = async |identity: &str| {
        let answer = client_with(&running, Some(identity)).get(url(running.devices, "/v1/time")).send().await.unwrap();
        answer.status() == StatusCode::OK
    };
    let enrolled = identity(&counter);
    let first = client(&running, Some(&counter));
    let lost = renew(&first, &running).await;
    let second = renew(&first, &running).await;
    assert!(knows(&enrolled).await, "the certificate with which it asked counts on");
    assert!(knows(&second).await, "and so does the new one");
    assert!(!knows(&lost).await, "one whose answer was lost is nobody's");
    let third = renew(&client_with(&running, Some(&second)), &running).await;
    assert!(knows(&second).await && knows(&third).await, "the next time it is the same");
    assert!(!knows(&enrolled).await, "the first has had its time");
    world.core.revoke_device(counter.caller.device).await.unwrap();
    assert!(!knows(&second).await && !knows(&third).await, "a revocation ends all of them");
    running.stop().await;
}

/// The clock of whoever connects.
#[derive(Debug)]
struct At(UnixTime);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

/// The certificate that a listener shows now.
fn shown(world: &World, running: &Running, address: SocketAddr) -> CertificateDer<'static> {
    let mut roots = RootCertStore::empty();
    let authority = rustls::pki_types::pem::PemObject::from_pem_slice(running.authority_pem.as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let now = UnixTime::since_unix_epoch(Duration::from_secs(world.now().unix().try_into().unwrap()));
    let config = ClientConfig::builder_with_details(provider, Arc::new(At(now)));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    stream.conn.complete_io(&mut stream.sock).unwrap();
    stream.conn.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listeners_certificates_are_renewed_while_the_centre_runs() {
    let world = World::new(20).await;
    let running = serve(&world).await;
    let first = shown(&world, &running, running.public);
    assert_eq!(shown(&world, &running, running.public), first, "the same for everybody");
    let line = client(&running, None);
    let health = async || line.get(url(running.public, "/healthz")).send().await.unwrap().status();
    assert_eq!(health().await, StatusCode::OK, "somebody is connected");
    world.clock.set(world.now().plus_days(200));
    while shown(&world, &running, running.public) == first {
        running.care.notify_one();
        tokio::task::yield_now().await;
    }
    assert_eq!(health().await, StatusCode::OK, "whoever was connected has noticed nothing");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_so_many_certificates_a_day_and_is_told_when_the_next() {
    let world = World::with(10, CoreConfig { renewals_per_device_day: 2, ..CoreConfig::default() }).await;
    let (greedy, other) = (world.counter().await, world.counter().await);
    let running = serve(&world).await;
    let line = client(&running, Some(&greedy));
    renew(&line, &running).await;
    let last = renew(&line, &running).await;
    let line = client_with(&running, Some(&last));
    let (status, problem) = problem(ask_to_renew(&line, &running).await.0).await;
    assert_eq!((status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy), "enough for a day");
    assert_eq!(problem.retry_after_seconds, Some(24 * 3_600), "and is told when");
    renew(&client(&running, Some(&other)), &running).await;
    world.clock.advance(24 * 3_600);
    renew(&line, &running).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_gives_a_device_no_other_allowance() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    let few = ServeConfig { device_requests_per_minute: NonZeroU32::MIN, ..ServeConfig::loopback() };
    let running = start(&world.central, &few, Arc::new(SimulatedPhone::default())).await.unwrap();
    let next = renew(&client(&running, Some(&counter)), &running).await;
    let time = client_with(&running, Some(&next)).get(url(running.devices, "/v1/time")).send().await.unwrap();
    assert_eq!(problem(time).await.1.code, ErrorCode::Busy, "it has asked once in this minute");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_that_has_stopped_has_let_go_of_its_store() {
    let world = World::new(10).await;
    let counter = world.counter().await;
    for _ in 0..10 {
        let running = serve(&world).await;
        let time = client(&running, Some(&counter)).get(url(running.devices, "/v1/time")).send().await.unwrap();
        assert_eq!(time.status(), StatusCode::OK, "it was in use");
        let holders = || Arc::strong_count(&world.core);
        assert!(holders() > 2, "the centre holds it while it runs");
        running.stop().await;
        assert_eq!(holders(), 2, "only whoever began it does now");
    }
}
