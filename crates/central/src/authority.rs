//! The centre's own certificate authority: it certifies the server's listeners and every device that enrols.

use crate::secret::{Hash, hash};
use chrono::Datelike as _;
use ed25519_dalek::VerifyingKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SerialNumber,
    SignatureAlgorithm, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_parser::parse_x509_certificate;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::{Date, Timestamp};

/// Years for which the authority itself is valid.
const AUTHORITY_YEARS: i64 = 20;
/// Years for which the certificate of the centre's signing key is valid.
const SEAL_YEARS: i64 = 10;
/// Days for which a device's certificate is valid. A device asks for the next one in the last third; revocation is checked
/// with every request.
const DEVICE_DAYS: i64 = 365;
/// Days for which the server's own certificate is valid; it is made anew with every start and when half of them are over.
pub const SERVER_DAYS: i64 = 365;

/// What the name in a device's certificate begins with.
const DEVICE_NAME: &str = "device-";

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The request for a certificate cannot be read or is not signed by its own key.
    #[error("the certificate request is not valid")]
    Request(#[source] rcgen::Error),
    /// A key or certificate of the centre cannot be read or made.
    #[error("the centre's authority failed")]
    Own(#[source] rcgen::Error),
    /// The authority's certificate is no PEM.
    #[error("the authority's certificate cannot be read")]
    Pem(#[source] rustls::pki_types::pem::Error),
}

/// An authority with its key.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
}

/// A certificate for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCertificate {
    /// The certificate.
    pub pem: String,
    /// By which the centre recognises it: the SHA-256 of its DER form.
    pub fingerprint: Hash,
}

/// A certificate and key for a listener.
pub struct ServerCertificate {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Makes a new authority; answers it with its key as PEM, which the caller keeps.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn make(city: &str, now: Timestamp) -> Result<(Self, String), AuthorityError> {
        let key = KeyPair::generate().map_err(AuthorityError::Own)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&format!("Yuyue {city}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_validity(&mut params, now, AUTHORITY_YEARS * 365);
        let certificate = params.self_signed(&key).map_err(AuthorityError::Own)?;
        let key_pem = key.serialize_pem();
        Ok((Self { issuer: Issuer::new(params, key), certificate_pem: certificate.pem() }, key_pem))
    }

    /// Reads an authority that was made before.
    ///
    /// # Errors
    /// When certificate or key cannot be read.
    pub fn read(certificate_pem: &str, key_pem: &str) -> Result<Self, AuthorityError> {
        let key = KeyPair::from_pem(key_pem).map_err(AuthorityError::Own)?;
        let issuer = Issuer::from_ca_cert_pem(certificate_pem, key).map_err(AuthorityError::Own)?;
        Ok(Self { issuer, certificate_pem: certificate_pem.to_owned() })
    }

    /// The authority's certificate as PEM, by which devices recognise the centre.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's certificate as DER.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn certificate(&self) -> Result<CertificateDer<'static>, AuthorityError> {
        CertificateDer::from_pem_slice(self.certificate_pem.as_bytes()).map_err(AuthorityError::Pem)
    }

    /// Certifies a device's key. Whatever else the request asks for is ignored: the centre decides name and use.
    ///
    /// # Errors
    /// When the request cannot be read or is not signed by its own key.
    pub fn certify_device(
        &self,
        request_pem: &str,
        device: DeviceId,
        serial: [u8; 32],
        now: Timestamp,
    ) -> Result<DeviceCertificate, AuthorityError> {
        let mut request = CertificateSigningRequestParams::from_pem(request_pem).map_err(AuthorityError::Request)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&format!("{DEVICE_NAME}{device}"));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.serial_number = Some(serial_number(serial));
        set_validity(&mut params, now, DEVICE_DAYS);
        request.params = params;
        let certificate = request.signed_by(&self.issuer).map_err(AuthorityError::Request)?;
        Ok(DeviceCertificate { pem: certificate.pem(), fingerprint: hash(certificate.der()) })
    }

    /// Certifies the listeners of the centre under these host names and addresses.
    ///
    /// # Errors
    /// When a name is not valid.
    pub fn certify_server(
        &self,
        names: &[String],
        serial: [u8; 32],
        now: Timestamp,
    ) -> Result<ServerCertificate, AuthorityError> {
        let key = KeyPair::generate().map_err(AuthorityError::Own)?;
        let mut params = CertificateParams::new(names).map_err(AuthorityError::Own)?;
        params.distinguished_name = name("Yuyue centre");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.serial_number = Some(serial_number(serial));
        set_validity(&mut params, now, SERVER_DAYS);
        let certificate = params.signed_by(&key, &self.issuer).map_err(AuthorityError::Own)?;
        Ok(ServerCertificate {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }

    /// Certifies the key with which the centre signs, so that whoever knows the authority recognises it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn certify_seal(&self, key: &VerifyingKey, serial: [u8; 32], now: Timestamp) -> Result<String, AuthorityError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = name("Yuyue seal");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.serial_number = Some(serial_number(serial));
        set_validity(&mut params, now, SEAL_YEARS * 365);
        let certificate = params.signed_by(&SealKey(key.to_bytes()), &self.issuer).map_err(AuthorityError::Own)?;
        Ok(certificate.pem())
    }
}

/// An Ed25519 key as certificates hold it.
struct SealKey([u8; 32]);

impl PublicKeyData for SealKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

/// The device for which an authority made this certificate (DER). Only what was checked to be of ours says anything.
#[must_use]
pub fn device_in(certificate: &[u8]) -> Option<DeviceId> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    let name = certificate.subject().iter_common_name().next()?.as_str().ok()?;
    name.strip_prefix(DEVICE_NAME)?.parse().ok().map(DeviceId)
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

/// 16 random bytes, positive as X.509 wants it.
fn serial_number(mut random: [u8; 32]) -> SerialNumber {
    random[0] &= 0x7f;
    SerialNumber::from_slice(&random[..16])
}

/// A day of slack before `now`, because the clocks of devices may be slow.
fn set_validity(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let day = |date: Date| {
        let (month, day) = (u8::try_from(date.month()).unwrap_or(1), u8::try_from(date.day()).unwrap_or(1));
        date_time_ymd(date.year(), month, day)
    };
    params.not_before = day(now.plus_days(-1).date());
    params.not_after = day(now.plus_days(days).date());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00+08:00".parse().expect("a valid time")
    }

    fn request() -> String {
        let key = KeyPair::generate().expect("a key");
        let request = CertificateParams::default().serialize_request(&key).expect("a request");
        request.pem().expect("PEM")
    }

    #[test]
    fn an_authority_that_was_kept_still_certifies() {
        let (authority, key) = Authority::make("测试市", now()).expect("made");
        let again = Authority::read(authority.certificate_pem(), &key).expect("read");
        let certified = again.certify_device(&request(), DeviceId(7), [1; 32], now()).expect("certified");
        let der = CertificateDer::from_pem_slice(certified.pem.as_bytes()).expect("PEM");
        assert_eq!(hash(&der), certified.fingerprint, "the fingerprint is that of the certificate");
        assert_eq!(device_in(&der), Some(DeviceId(7)), "it says for whom it was made");
    }

    #[test]
    fn a_request_that_is_none_is_refused() {
        let (authority, _) = Authority::make("测试市", now()).expect("made");
        let refused = authority.certify_device("no request", DeviceId(7), [1; 32], now());
        assert!(matches!(refused, Err(AuthorityError::Request(_))), "it cannot be read");
    }
}
