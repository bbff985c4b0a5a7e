//! What devices ask for by themselves: a new certificate before theirs ends, and where the audit ends.

use super::enrol::authority_problem;
use super::known::Known;
use super::{entropy_problem, store_problem};
use crate::audit::{Act, Entry, Tail};
use crate::authority::Authority;
use crate::secret::Hash;
use crate::store::{Batch, Store, StoreError, Wants, Write};
use yuyue_domain::rights::Right;
use yuyue_domain::verification::quota::{Quota, QuotaRule};
use yuyue_protocol::account::{RenewRequest, Renewed};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::witness::{AuditTail, Checkpoint, RecordHash};

/// A device that says the same every hour is noted once.
const ONCE_A_DAY: QuotaRule = QuotaRule { max: 1, span_seconds: 24 * 3600 };

/// Of what a device has kept a record that is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradicted {
    /// Of the present feed: somebody has touched the audit.
    Here,
    /// Of a feed that ended with a restore. Whoever has restored no backup has the same reason to look.
    BeforeRestore,
}

impl<S: Store> Known<'_, S> {
    /// Certifies a new key for the caller's connections. The certificate with which it asks, `used`, counts as well until it
    /// ends or the device asks again, so that an answer which is lost shuts nobody out.
    ///
    /// # Errors
    /// When the request cannot be read, the device has had enough of them today, or the store or the authority fails.
    pub async fn renew_certificate(
        &self,
        authority: &Authority,
        used: Hash,
        request: &RenewRequest,
    ) -> Result<Renewed, Problem> {
        self.may(Right::RenewCertificate)?;
        let core = self.core();
        let (now, device) = (core.now(), self.caller().device);
        let serial = core.entropy.bytes().map_err(|error| entropy_problem(&error))?;
        let certificate = authority
            .certify_device(&request.certificate_request, device, serial, core.clock.wall())
            .map_err(|error| authority_problem(&error))?;
        let key = core.key.tag(&["certificates of a device", device.to_string().as_str()]);
        let rule = QuotaRule { max: core.config.renewals_per_device_day, span_seconds: 24 * 3600 };
        let wants = Wants { quotas: [key].into(), ..Wants::default() };
        let written =
            core.store().transact(&wants, |loaded| match Quota::take(loaded.quotas.get(&key).copied(), now, rule) {
                Err(from) => (Batch::default(), Err(from)),
                Ok(quota) => {
                    let mut batch = Batch::at(now);
                    batch.writes.push(Write::Quota { key, quota });
                    batch.writes.push(Write::DeviceRenewed { device, used, next: certificate.fingerprint });
                    batch.audit(Entry { device: Some(device), ..Entry::new(now, Act::CertificateRenewed) });
                    (batch, Ok(()))
                }
            });
        written.await.map_err(|error| store_problem(&error))?.map_err(|from| {
            let wait = u32::try_from(from.seconds_since(now)).unwrap_or(u32::MAX);
            Problem::new(ErrorCode::Busy, "the device has had enough certificates today").retry_after(wait)
        })?;
        Ok(Renewed { certificate: certificate.pem })
    }

    /// Where the audit ends, signed, and the hash that it has in the place of the record `seen`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_tail(&self, seen: Option<u64>) -> Result<AuditTail, Problem> {
        self.may(Right::WitnessAudit)?;
        let core = self.core();
        let store = core.store();
        let failed = |error| store_problem(&error);
        let epoch = store.get_head().await.map_err(failed)?.epoch;
        let Tail { sequence, hash } = store.get_audit_tail().await.map_err(failed)?;
        let seen = match seen {
            None => None,
            Some(sequence) => find_hash(store, sequence).await.map_err(failed)?,
        };
        let checkpoint = Checkpoint::sign(epoch, sequence, RecordHash(hash), core.now(), &core.seal());
        Ok(AuditTail { checkpoint, seen })
    }

    /// Looks at what the caller has kept of the audit and did not find there any more, and notes for the audit that it is so,
    /// of each device once a day. What is there after all contradicts nothing.
    ///
    /// # Errors
    /// When the centre has not signed it, or the store fails.
    pub async fn contradict_audit(&self, kept: &Checkpoint) -> Result<Option<Contradicted>, Problem> {
        self.may(Right::WitnessAudit)?;
        let core = self.core();
        let (store, device, now) = (core.store(), self.caller().device, core.now());
        if !kept.is_signed_by(&core.seal().verifying_key()) {
            return Err(Problem::new(ErrorCode::BadRequest, "the centre has not signed this"));
        }
        let failed = |error| store_problem(&error);
        let epoch = store.get_head().await.map_err(failed)?.epoch;
        if find_hash(store, kept.sequence).await.map_err(failed)? == Some(kept.hash) {
            return Ok(None);
        }
        let found = if kept.epoch == epoch { Contradicted::Here } else { Contradicted::BeforeRestore };
        let key = core.key.tag(&["contradictions of a device", device.to_string().as_str()]);
        let wants = Wants { quotas: [key].into(), ..Wants::default() };
        let noted = store.transact(&wants, |loaded| {
            let mut batch = Batch::at(now);
            let quota = Quota::take(loaded.quotas.get(&key).copied(), now, ONCE_A_DAY);
            let is_new = quota.is_ok();
            if let Ok(quota) = quota {
                batch.writes.push(Write::Quota { key, quota });
                let detail = Some(kept.hash.0);
                batch.audit(Entry { device: Some(device), detail, ..Entry::new(now, Act::AuditContradicted) });
            }
            (batch, is_new)
        });
        if noted.await.map_err(failed)? {
            tracing::error!(
                device = device.0,
                sequence = kept.sequence,
                ?found,
                "a device has kept a record of the audit that is not there any more"
            );
        }
        Ok(Some(found))
    }
}

/// The hash that the audit has in this place.
async fn find_hash<S: Store>(store: &S, sequence: u64) -> Result<Option<RecordHash>, StoreError> {
    if sequence == 0 {
        return Ok(Some(RecordHash(Tail::EMPTY.hash)));
    }
    let found = store.list_audit(sequence - 1, 1).await?;
    Ok(found.into_iter().find(|record| record.sequence == sequence).map(|record| RecordHash(record.hash)))
}
