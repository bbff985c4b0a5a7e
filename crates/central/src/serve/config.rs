//! Where and how widely the centre listens, as an operator writes it down.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

/// Where the centre listens.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeConfig {
    /// For enrolled devices.
    pub devices: SocketAddr,
    /// For everybody.
    pub public: SocketAddr,
    /// For the operator; only addresses of this computer are accepted.
    pub admin: SocketAddr,
    /// Host names and addresses under which the centre is reached.
    pub names: Vec<String>,
    /// Connections at once at most, of the devices' listener and of everybody's each.
    pub connections: usize,
    /// Of these from one address; an office has one for all its computers.
    pub connections_per_address: usize,
    /// Requests of one device in a minute.
    pub device_requests_per_minute: NonZeroU32,
    /// Requests of everybody else in a minute, from one address.
    pub public_requests_per_minute: NonZeroU32,
    /// Seconds for which it is waited for somebody who does not take an answer.
    pub answer_seconds: NonZeroU32,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            devices: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443)),
            public: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8444)),
            admin: SocketAddr::from((Ipv4Addr::LOCALHOST, 8445)),
            names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
            connections: 4_096,
            connections_per_address: 512,
            device_requests_per_minute: at_least_one(6_000),
            public_requests_per_minute: at_least_one(1_200),
            answer_seconds: at_least_one(30),
        }
    }
}

impl ServeConfig {
    /// Free ports of this computer, for tests and the training edition.
    #[must_use]
    pub fn loopback() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            devices: any,
            public: any,
            admin: any,
            // A test stands for a whole city, and the training edition has one caller only.
            connections_per_address: usize::MAX,
            device_requests_per_minute: NonZeroU32::MAX,
            public_requests_per_minute: NonZeroU32::MAX,
            ..Self::default()
        }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}
