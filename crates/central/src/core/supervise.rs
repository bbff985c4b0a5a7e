//! What supervisors and the operators of the city do from a counter: see who did what, let a clerk in again, sign one out
//! everywhere, shut a device out. A supervisor does so for the own office.

use super::known::Known;
use super::store_problem;
use crate::audit::{Act, Entry, Record};
use crate::secret::hash;
use crate::store::{Account, Batch, Loaded, Store, Wants, Write};
use std::collections::BTreeSet;
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::rights::{Right, check};
use yuyue_protocol::error::{ErrorCode, Problem};

/// Records of the audit that are looked through for one answer, whoever's they are.
pub const ACTS_MAX: u32 = 1_000;

/// What was done at the offices that the caller answers for, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acts {
    /// The records.
    pub records: Vec<Record>,
    /// Where to go on towards older ones; none at the beginning.
    pub before: Option<u64>,
}

impl<S: Store> Known<'_, S> {
    /// What was done before a record of the audit, at most [`ACTS_MAX`] records back; none for the newest.
    ///
    /// # Errors
    /// When the caller may not, or the store fails.
    pub async fn acts(&self, before: Option<u64>) -> Result<Acts, Problem> {
        self.may_when(Right::ReadActs, true)?;
        let store = self.core().store();
        let failed = |error| store_problem(&error);
        let tail = store.get_audit_tail().await.map_err(failed)?;
        let end = before.unwrap_or(u64::MAX).min(tail.sequence + 1).max(1);
        let begin = end.saturating_sub(1 + u64::from(ACTS_MAX));
        let limit = u32::try_from(end - 1 - begin).unwrap_or(ACTS_MAX);
        let mut records = store.list_audit(begin, limit).await.map_err(failed)?;
        let devices = store.list_devices().await.map_err(failed)?;
        let own: BTreeSet<DeviceId> =
            devices.iter().filter(|device| device.office == self.caller().office).map(|device| device.id).collect();
        let is_own = |record: &Record| record.entry.device.is_some_and(|device| own.contains(&device));
        records.retain(|record| check(self.caller().standing(), Right::ReadActs, is_own(record)).is_ok());
        records.reverse();
        self.core().note(self.caller(), None, Act::ActsRead).await?;
        Ok(Acts { records, before: (begin > 0).then_some(begin + 1) })
    }

    /// Lets a clerk in again who is locked out after wrong passwords.
    ///
    /// # Errors
    /// When the caller may not, there is no such clerk, or the store fails.
    pub async fn lift_lock(&self, staff_number: &str) -> Result<(), Problem> {
        let now = self.core().now();
        self.change(Right::LiftLock, staff_number, |account, batch| {
            let free = Account { failures: 0, locked_until: now, ..account };
            batch.writes.push(Write::Account(Box::new(free)));
            Act::LockLifted
        })
        .await
    }

    /// Ends a clerk's sign-ins at every counter.
    ///
    /// # Errors
    /// When the caller may not, there is no such clerk, or the store fails.
    pub async fn sign_clerk_out(&self, staff_number: &str) -> Result<(), Problem> {
        self.change(Right::SignOutClerk, staff_number, |account, batch| {
            batch.writes.push(Write::TokensDropped { clerk: account.clerk.id });
            Act::ClerkSignedOut
        })
        .await
    }

    /// Shuts a device out.
    ///
    /// # Errors
    /// When the caller may not, there is no such device, or the store fails.
    pub async fn revoke_device(&self, device: DeviceId) -> Result<(), Problem> {
        self.may_when(Right::RevokeDevice, true)?;
        let now = self.core().now();
        let wants = Wants { devices: [device].into(), ..Wants::default() };
        self.transact(&wants, |loaded, batch| {
            let row = loaded.devices.get(&device).ok_or_else(|| unknown("device"))?;
            self.may_at(Right::RevokeDevice, row.office)?;
            batch.writes.push(Write::DeviceRevoked { device, at: now });
            Ok((Act::DeviceRevoked, device.to_string()))
        })
        .await
    }

    async fn change(
        &self,
        right: Right,
        staff_number: &str,
        change: impl FnOnce(Account, &mut Batch) -> Act + Send,
    ) -> Result<(), Problem> {
        self.may_when(right, true)?;
        let wants = Wants { accounts: [staff_number.to_owned()].into(), ..Wants::default() };
        self.transact(&wants, |mut loaded, batch| {
            let account = loaded.accounts.remove(staff_number).ok_or_else(|| unknown("clerk"))?;
            self.may_at(right, account.clerk.office)?;
            Ok((change(account, batch), staff_number.to_owned()))
        })
        .await
    }

    /// Writes what `decide` adds to the batch, with the act and the hash of what it was done to.
    async fn transact(
        &self,
        wants: &Wants,
        decide: impl FnOnce(Loaded, &mut Batch) -> Result<(Act, String), Problem> + Send,
    ) -> Result<(), Problem> {
        let now = self.core().now();
        let caller = self.caller();
        let done = self.core().store().transact(wants, |loaded| {
            let mut batch = Batch::at(now);
            match decide(loaded, &mut batch) {
                Err(problem) => (Batch::default(), Err(problem)),
                Ok((act, about)) => {
                    let (clerk, device) = (caller.clerk_id(), Some(caller.device));
                    let detail = Some(hash(about.as_bytes()));
                    batch.audit(Entry { clerk, device, detail, ..Entry::new(now, act) });
                    (batch, Ok(()))
                }
            }
        });
        done.await.map_err(|error| store_problem(&error))?
    }

    fn may_at(&self, right: Right, office: OfficeId) -> Result<(), Problem> {
        self.may_when(right, office == self.caller().office)
    }
}

fn unknown(what: &str) -> Problem {
    Problem::new(ErrorCode::NotFound, format!("no such {what}"))
}
