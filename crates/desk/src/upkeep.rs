//! What keeps this computer going without anybody looking after it: its certificate is renewed before it ends, and it keeps
//! the end of the centre's audit as a witness. The caller comes by about once an hour.

use crate::client::{ClientError, HttpCentre};
use crate::desk::{Desk, lock};
use crate::device::identity::{Identity, update_certificate};
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use ed25519_dalek::VerifyingKey;
use rcgen::{CertificateParams, DnType, KeyPair};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use std::sync::Mutex;
use std::time::Duration;
use x509_parser::pem::parse_x509_pem;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::RenewRequest;
use yuyue_protocol::centre::Upkeep;
use yuyue_protocol::error::Problem;
use yuyue_protocol::witness::{Checkpoint, RecordHash};

/// How often the caller comes by.
pub const UPKEEP_EVERY: Duration = Duration::from_secs(3600);

/// What this computer has kept of the audit, the oldest first.
const WITNESS: &str = "audit_witness";
/// Checkpoints that are kept at most. Of older ones only the last of each day stays, then none.
const WITNESS_MAX: usize = 96;
/// Of these, the newest that all stay.
const WITNESS_NEWEST: usize = 24;

/// Why something was not done. It stays due.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// A file of this computer cannot be used.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The centre cannot be reached or refuses.
    #[error("the centre did not answer as wished")]
    Centre(#[from] Problem),
    /// The keys of the connection cannot be made.
    #[error("the keys of the connection cannot be made")]
    Keys(#[from] rcgen::Error),
    /// The new certificate cannot be used.
    #[error("the new certificate cannot be used")]
    Line(#[from] ClientError),
    /// What was signed was not signed by the centre.
    #[error("the centre's seal is not one of its authority, or did not sign this")]
    Seal,
    /// The file for auditors cannot be written.
    #[error("the file for auditors cannot be written")]
    File(#[from] std::io::Error),
}

/// Renews the certificate when less than a third of its time is left, and keeps where the audit ends. `renewed` gets the line
/// with the new certificate, to be used from then on. Answers what this computer has kept of the audit and the centre has
/// otherwise now: somebody has rewritten it, and the centre was told so.
///
/// # Errors
/// When the centre cannot be reached or refuses, or a file of this computer cannot be used. Everything that is due stays so.
pub async fn look_after(
    desk: &Mutex<Desk>,
    centre: &impl Upkeep,
    renewed: impl FnOnce(HttpCentre),
) -> Result<Option<Checkpoint>, UpkeepError> {
    // At once: what comes behind it may fail, and the new certificate is due only once.
    if let Some(line) = renew_certificate(desk, centre).await? {
        renewed(line);
    }
    keep_checkpoint(desk, centre).await
}

async fn renew_certificate(desk: &Mutex<Desk>, centre: &impl Upkeep) -> Result<Option<HttpCentre>, UpkeepError> {
    let (identity, now) = {
        let desk = lock(desk);
        (desk.identity()?, desk.now())
    };
    if !is_renewal_due(&identity.certificate, now) {
        return Ok(None);
    }
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "yuyue device");
    let request = parameters.serialize_request(&key)?.pem()?;
    let renewed = centre.renew_certificate(RenewRequest { certificate_request: request }).await?;
    let next = Identity { certificate: renewed.certificate, certificate_key: key.serialize_pem(), ..identity };
    // What cannot be used for a connection must not take the place of what can.
    let line = HttpCentre::new(&next)?;
    lock(desk).keep_certificate(&next)?;
    Ok(Some(line))
}

/// Whether less than a third of a certificate's time is left; also when it cannot be read.
fn is_renewal_due(certificate: &str, now: Timestamp) -> bool {
    let validity = parse_x509_pem(certificate.as_bytes()).ok().and_then(|(_, pem)| {
        let validity = pem.parse_x509().ok()?.validity().clone();
        Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
    });
    validity.is_none_or(|(from, until)| until.saturating_sub(now.unix()) < until.saturating_sub(from) / 3)
}

async fn keep_checkpoint(desk: &Mutex<Desk>, centre: &impl Upkeep) -> Result<Option<Checkpoint>, UpkeepError> {
    let (kept, authority) = {
        let desk = lock(desk);
        let kept: Vec<Checkpoint> = find_setting(desk.file(), WITNESS)?.unwrap_or_default();
        (kept, desk.identity()?.authority)
    };
    let last = kept.last().copied();
    let tail = centre.audit_tail(last.map(|last| last.sequence)).await?;
    let certificate = centre.seal_key().await?.certificate;
    let key = read_seal(&certificate, &authority).ok_or(UpkeepError::Seal)?;
    if !tail.checkpoint.is_signed_by(&key) {
        return Err(UpkeepError::Seal);
    }
    if let Some(last) = last
        && !agrees(&last, tail.seen, &tail.checkpoint)
    {
        let is_same_feed = last.epoch == tail.checkpoint.epoch;
        tracing::error!(
            sequence = last.sequence,
            is_same_feed,
            "the centre's audit is not the one that was kept here, or a backup was restored"
        );
        // Whether a backup was restored nobody knows here but whoever runs the centre.
        let told = centre.contradict_audit(last).await;
        if is_same_feed {
            return Ok(Some(last));
        }
        // A centre with another key than before does not take its own old word; what it says from now on is kept all the same.
        if let Err(problem) = told {
            if problem.code.is_retryable() {
                return Err(problem.into());
            }
            tracing::error!(%problem, "the centre does not hear of what was kept here");
        }
    }
    if last.is_none_or(|last| last.sequence != tail.checkpoint.sequence || last.epoch != tail.checkpoint.epoch) {
        lock(desk).keep_witness(&thinned(kept, tail.checkpoint))?;
    }
    Ok(None)
}

/// Whether what was kept is still a part of what the centre has now.
fn agrees(last: &Checkpoint, seen: Option<RecordHash>, now: &Checkpoint) -> bool {
    seen == Some(last.hash) && now.sequence >= last.sequence
}

/// Adds a checkpoint; of those that are no longer among the newest the last of each day stays, as long as there is room.
fn thinned(mut kept: Vec<Checkpoint>, next: Checkpoint) -> Vec<Checkpoint> {
    kept.push(next);
    let newest = kept.len().saturating_sub(WITNESS_NEWEST);
    let days: Vec<_> = kept.iter().map(|one| (one.epoch, one.at.date())).collect();
    let mut index = 0;
    kept.retain(|_| {
        let stays = index >= newest || days.get(index) != days.get(index + 1);
        index += 1;
        stays
    });
    let surplus = kept.len().saturating_sub(WITNESS_MAX);
    kept.drain(..surplus);
    kept
}

/// The key in the centre's seal, when the authority has certified it.
fn read_seal(certificate: &str, authority: &str) -> Option<VerifyingKey> {
    let (_, seal) = parse_x509_pem(certificate.as_bytes()).ok()?;
    let (_, authority) = parse_x509_pem(authority.as_bytes()).ok()?;
    let (seal, authority) = (seal.parse_x509().ok()?, authority.parse_x509().ok()?);
    let authority_key = &authority.public_key().subject_public_key.data;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, authority_key)
        .verify(seal.tbs_certificate.as_ref(), &seal.signature_value.data)
        .ok()?;
    // A certificate of a device or a listener is signed by the authority as well, and is no seal.
    let is_seal = seal.subject().iter_common_name().any(|name| name.as_str() == Ok("Yuyue seal"));
    let key: [u8; 32] = seal.public_key().subject_public_key.data.as_ref().try_into().ok()?;
    VerifyingKey::from_bytes(&key).ok().filter(|_| is_seal)
}

impl Desk {
    /// Keeps a renewed certificate.
    fn keep_certificate(&mut self, identity: &Identity) -> Result<(), DeskError> {
        update_certificate(self.file(), identity)?;
        // At a kiosk the tables of the visit have a copy of who this computer is.
        if self.is_kiosk() { update_certificate(&self.device, identity) } else { Ok(()) }
    }

    /// Keeps what this computer is a witness of, also as a file that an auditor can take along.
    fn keep_witness(&mut self, kept: &[Checkpoint]) -> Result<(), UpkeepError> {
        upsert_setting(self.file(), WITNESS, &kept)?;
        let mut text = String::new();
        for checkpoint in kept {
            text.push_str(&serde_json::to_string(checkpoint).map_err(DeskError::from)?);
            text.push('\n');
        }
        let (path, next, files) = (self.folder.witness(), self.folder.witness_next(), self.world.files());
        files.delete(&next)?;
        files.append(&next, text.as_bytes())?;
        Ok(files.rename(&next, &path)?)
    }
}
