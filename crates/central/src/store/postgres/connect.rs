//! Connecting to the database: encrypted unless it is on this computer, bounded in number and in time.

use crate::store::StoreConfig;
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime, Timeouts};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A line that is dead without saying so is noticed within half a minute, whether or not anything was sent over it.
const KEEPALIVE: Duration = Duration::from_secs(10);
const KEEPALIVE_TRIES: u32 = 2;
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(30);

/// Why the database cannot be connected to. The address itself may hold a password and is never told.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("the store's address is not one of a PostgreSQL database")]
    Url,
    /// Rows of people would cross the network in plain text.
    #[error("the store is on another computer: name the certificate of its authority (`authority` of `[store]`)")]
    Plain,
    /// The certificate cannot be read.
    #[error("{}: no certificate can be read", .0.display())]
    Authority(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// The encryption cannot be set up.
    #[error("the store's encryption cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The limits cannot be kept.
    #[error("connections to the store cannot be made")]
    Pool(#[source] deadpool_postgres::BuildError),
}

/// Connections of this process, so many at most; none is made yet.
pub fn connect(url: &str, limits: &StoreConfig, connections: usize) -> Result<Pool, ConnectError> {
    let mut config = Config::from_str(url).map_err(|_| ConnectError::Url)?;
    let settings = format!(
        "-c statement_timeout={}s -c lock_timeout={}s -c idle_in_transaction_session_timeout={}s",
        limits.statement_seconds, limits.lock_seconds, limits.idle_seconds
    );
    let given = config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
    config.options(format!("{given}{settings}"));
    config.connect_timeout(CONNECT_TIMEOUT);
    config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE).keepalives_retries(KEEPALIVE_TRIES);
    config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
    if config.get_application_name().is_none() {
        config.application_name("yuyue-central");
    }
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let connector = match &limits.authority {
        Some(authority) => {
            config.ssl_mode(SslMode::Require);
            Manager::from_config(config, MakeRustlsConnect::new(recognised_by(authority)?), recycling)
        }
        None if is_here(&config) => Manager::from_config(config, NoTls, recycling),
        None => return Err(ConnectError::Plain),
    };
    let wait = Duration::from_secs(limits.wait_seconds.into());
    let timeouts = Timeouts { wait: Some(wait), create: Some(CONNECT_TIMEOUT), recycle: Some(CONNECT_TIMEOUT) };
    let pool = Pool::builder(connector)
        .config(PoolConfig { max_size: connections.max(2), timeouts, ..PoolConfig::default() })
        .runtime(Runtime::Tokio1);
    pool.build().map_err(ConnectError::Pool)
}

/// Whether every host is this computer.
fn is_here(config: &Config) -> bool {
    let is_local = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        Host::Unix(_) => true,
    };
    let hosts = config.get_hosts();
    !hosts.is_empty() && hosts.iter().all(is_local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn recognised_by(authority: &Path) -> Result<ClientConfig, ConnectError> {
    let unreadable = |error| ConnectError::Authority(authority.to_owned(), error);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority).map_err(unreadable)? {
        roots.add(certificate.map_err(unreadable)?).map_err(ConnectError::Tls)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config.map_err(ConnectError::Tls)?.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(url: &str) -> Result<(), ConnectError> {
        connect(url, &StoreConfig::default(), 2).map(drop)
    }

    #[test]
    fn only_a_database_on_this_computer_is_spoken_to_in_plain_text() {
        for url in
            ["postgres://c@localhost/c", "postgres://c@127.0.0.1/c", "postgres://c@[::1]/c", "postgres://c@%2Frun/c"]
        {
            assert!(to(url).is_ok(), "{url} is here");
        }
        let disguised = "host=localhost hostaddr=192.0.2.1 user=c";
        for url in ["postgres://c@db.example/c", "postgres://c@localhost,db.example/c", disguised, "user=c"] {
            assert!(matches!(to(url), Err(ConnectError::Plain)), "{url} may be elsewhere");
        }
    }

    #[test]
    fn an_address_that_is_none_is_not_repeated() {
        let error = to("postgres://clerk:secret@:::/").expect_err("no address");
        assert!(!format!("{error} {error:?}").contains("secret"), "it may hold a password: {error:?}");
    }
}
