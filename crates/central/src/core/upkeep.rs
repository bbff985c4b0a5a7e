//! What devices ask for by themselves: a new certificate before theirs ends, and where the audit ends.

use super::enrol::authority_problem;
use super::known::Known;
use super::{entropy_problem, store_problem};
use crate::audit::{Act, Entry, Tail};
use crate::authority::Authority;
use crate::secret::Hash;
use crate::store::{Batch, Store, Wants, Write};
use yuyue_domain::rights::Right;
use yuyue_domain::verification::quota::{Quota, QuotaRule};
use yuyue_protocol::account::{RenewRequest, Renewed};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::witness::{AuditTail, Checkpoint, RecordHash};

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
            Some(0) => Some(RecordHash(Tail::EMPTY.hash)),
            Some(sequence) => {
                let found = store.list_audit(sequence - 1, 1).await.map_err(failed)?;
                let found = found.into_iter().find(|record| record.sequence == sequence);
                found.map(|record| RecordHash(record.hash))
            }
        };
        let checkpoint = Checkpoint::sign(epoch, sequence, RecordHash(hash), core.now(), &core.seal());
        Ok(AuditTail { checkpoint, seen })
    }
}
