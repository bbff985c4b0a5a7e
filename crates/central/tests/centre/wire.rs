//! The centre of a test behind its real listeners, and whoever connects to them.

use crate::kit::{Device, Engine, World};
use reqwest::{Client, StatusCode};
use std::sync::Arc;
use yuyue_central::serve::{Running, ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_protocol::error::Problem;

pub async fn serve<E: Engine>(world: &World<E>) -> Running {
    start(&world.central, &ServeConfig::loopback(), Arc::new(SimulatedPhone::default())).await.unwrap()
}

pub fn client(running: &Running, device: Option<&Device>) -> Client {
    client_with(running, device.map(identity).as_deref())
}

/// Certificate and key of a device.
pub fn identity(device: &Device) -> String {
    format!("{}{}", device.certificate, device.certificate_key)
}

pub fn client_with(running: &Running, identity: Option<&str>) -> Client {
    // Whichever test was first installed the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = reqwest::Certificate::from_pem(running.authority_pem.as_bytes()).unwrap();
    let builder = Client::builder().tls_certs_only([authority]).no_proxy();
    match identity {
        None => builder.build().unwrap(),
        Some(pem) => builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap()).build().unwrap(),
    }
}

pub fn url(address: std::net::SocketAddr, path: &str) -> String {
    format!("https://localhost:{}{path}", address.port())
}

pub async fn problem(response: reqwest::Response) -> (StatusCode, Problem) {
    let status = response.status();
    let kind = response.headers()[reqwest::header::CONTENT_TYPE].to_str().unwrap().to_owned();
    assert_eq!(kind, "application/problem+json", "RFC 9457");
    (status, response.json().await.unwrap())
}
