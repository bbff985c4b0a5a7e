//! The certificates of the centre's own listeners. They are made when it starts and again when half of their time is over;
//! whoever connects then sees the new ones, and nobody who is connected notices.

use super::ServeError;
use crate::authority::{Authority, SERVER_DAYS};
use crate::central::Central;
use crate::entropy::Entropy;
use crate::tls;
use axum_server::tls_rustls::RustlsConfig;
use std::sync::Arc;
use yuyue_domain::time::Timestamp;

/// The encryption of both listeners, and what makes it anew.
pub struct Certificates {
    /// Of the devices' listener.
    pub devices: RustlsConfig,
    /// Of everybody's.
    pub public: RustlsConfig,
    authority: Arc<Authority>,
    entropy: Arc<dyn Entropy>,
    names: Vec<String>,
    made_at: Timestamp,
}

impl Certificates {
    /// Certifies the listeners under these names.
    ///
    /// # Errors
    /// When a name is not valid or there are no random bytes.
    pub fn make(central: &Central, names: &[String]) -> Result<Self, ServeError> {
        let (authority, entropy) = (Arc::clone(&central.authority), Arc::clone(&central.entropy));
        let made_at = central.clock.wall();
        let [devices, public] = certify(&authority, &*entropy, names, made_at)?.map(RustlsConfig::from_config);
        Ok(Self { devices, public, authority, entropy, names: names.to_vec(), made_at })
    }

    /// Certifies them again when half of the time is over.
    ///
    /// # Errors
    /// As [`Certificates::make`]; the present ones stay.
    pub fn renew_when_due(&mut self, now: Timestamp) -> Result<(), ServeError> {
        if now < self.made_at.plus_days(SERVER_DAYS / 2) {
            return Ok(());
        }
        let [devices, public] = certify(&self.authority, &*self.entropy, &self.names, now)?;
        self.devices.reload_from_config(devices);
        self.public.reload_from_config(public);
        self.made_at = now;
        tracing::info!("the certificates of the listeners are renewed");
        Ok(())
    }
}

fn certify(
    authority: &Authority,
    entropy: &dyn Entropy,
    names: &[String],
    now: Timestamp,
) -> Result<[Arc<rustls::ServerConfig>; 2], ServeError> {
    let make = || -> Result<_, ServeError> { Ok(authority.certify_server(names, entropy.bytes()?, now)?) };
    Ok([Arc::new(tls::for_devices(authority, make()?)?), Arc::new(tls::for_public(make()?)?)])
}
