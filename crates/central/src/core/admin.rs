//! What the operator does: importing rows, preparing and revoking devices, clerks and their passwords.

use super::codes::digits;
use super::{Catalogue, Core, tried};
use crate::audit::{Act, Entry};
use crate::entropy::EntropyError;
use crate::password::{PasswordError, make_verifier};
use crate::secret::{enrolment_hash, enrolment_text};
use crate::store::{Account, Batch, NewDevice, Store, StoreError, Wants, Write};
use yuyue_domain::ids::{ClerkId, DeviceId, OfficeId};
use yuyue_domain::rights::Role;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Clerk, DeviceKind, Secret};
use yuyue_protocol::change::{Row, RowKey};

/// Rows written in one transaction by an import, so that nobody waits long behind it.
pub const IMPORT_CHUNK: usize = 5_000;

/// Seconds for which an enrolment code counts.
pub const ENROLMENT_SECONDS: u32 = 48 * 3600;

/// Digits of the code with which staff leave a kiosk, the shortest that a verifier is made of.
const EXIT_CODE_DIGITS: u8 = 8;

/// Why an operator's request was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The store failed, or a row does not fit.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// There is no such office, device or clerk.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// The staff number is somebody else's.
    #[error("the staff number is taken")]
    StaffNumberTaken,
}

/// A device that may enrol.
#[derive(Clone)]
pub struct PreparedDevice {
    /// Its number.
    pub device: DeviceId,
    /// The one-time code to type at it.
    pub code: Secret,
    /// Until when the code counts.
    pub until: Timestamp,
    /// The code with which staff leave the kiosk, told once as well; none at a counter.
    pub exit_code: Option<Secret>,
}

impl<S: Store> Core<S> {
    /// Writes rows in chunks; each is visible when its chunk is. Answers how many.
    ///
    /// # Errors
    /// When a row does not fit the tables; the chunks before it stay.
    pub async fn import(&self, rows: Vec<Row>) -> Result<usize, AdminError> {
        let now = self.now();
        let mut rows = rows.into_iter();
        let mut written = 0;
        loop {
            let chunk: Vec<Row> = rows.by_ref().take(IMPORT_CHUNK).collect();
            if chunk.is_empty() {
                return Ok(written);
            }
            written += chunk.len();
            let mut batch = Batch { rows: chunk, ..Batch::at(now) };
            batch.audit(Entry::new(now, Act::Imported));
            self.store.transact(&Wants::default(), |_| (batch, ())).await?;
        }
    }

    /// Writes what `make` makes of the catalogue as it is then, as a whole or not at all, and again when another process was
    /// faster. Answers how many rows.
    ///
    /// # Errors
    /// What `make` says, and when a row does not fit the tables.
    pub async fn import_whole<E: Send>(
        &self,
        make: impl Fn(&Catalogue, Timestamp) -> Result<Vec<Row>, E> + Send + Sync,
    ) -> Result<Result<usize, E>, StoreError> {
        tried(|| self.try_import(&make)).await
    }

    async fn try_import<E: Send>(
        &self,
        make: &(impl Fn(&Catalogue, Timestamp) -> Result<Vec<Row>, E> + Send + Sync),
    ) -> Result<Result<usize, E>, StoreError> {
        let wants = Wants { catalogue_after: Some(self.catalogue().revision()), ..Wants::default() };
        self.store
            .transact(&wants, |mut loaded| {
                let now = self.now();
                let mut catalogue = self.catalogue();
                catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
                match make(&catalogue, now) {
                    Err(error) => (Batch::default(), Err(error)),
                    Ok(rows) => {
                        let written = rows.len();
                        let mut batch = Batch { rows, ..Batch::at(now) };
                        batch.audit(Entry::new(now, Act::Imported));
                        (batch, Ok(written))
                    }
                }
            })
            .await
    }

    /// Adds devices that have numbers already, as a generated city has them.
    ///
    /// # Errors
    /// When a number is taken.
    pub async fn import_devices(&self, devices: Vec<NewDevice>) -> Result<(), AdminError> {
        let mut batch = Batch::at(self.now());
        batch.writes = devices.into_iter().map(Write::DeviceAdded).collect();
        Ok(self.store.transact(&Wants::default(), |_| (batch, ())).await?)
    }

    /// Gives out priority places that imported applications hold already.
    ///
    /// # Errors
    /// When a session has fewer places.
    pub async fn import_priority(&self, taken: Vec<yuyue_domain::ids::SessionId>) -> Result<(), AdminError> {
        let mut batch = Batch::at(self.now());
        batch.writes = taken.into_iter().map(|session| Write::PriorityTaken { session, by: 1 }).collect();
        Ok(self.store.transact(&Wants::default(), |_| (batch, ())).await?)
    }

    /// Prepares a computer for enrolment; the code is told once and never again. So is the code with which staff leave a
    /// kiosk: eight digits, unless it is `exit_code`.
    ///
    /// # Errors
    /// When there is no such office, or the given exit code is too short.
    pub async fn add_device(
        &self,
        kind: DeviceKind,
        label: &str,
        office: OfficeId,
        exit_code: Option<Secret>,
    ) -> Result<PreparedDevice, AdminError> {
        self.check_office(office).await?;
        let now = self.now();
        let code = enrolment_text(self.entropy.bytes()?);
        let until = now.plus_seconds(ENROLMENT_SECONDS.into());
        let exit_code = match (kind, exit_code) {
            (DeviceKind::Counter, _) => None,
            (DeviceKind::Kiosk, Some(given)) => Some(given),
            (DeviceKind::Kiosk, None) => Some(Secret(digits(self.entropy.bytes()?, EXIT_CODE_DIGITS))),
        };
        let exit_verifier = exit_code
            .as_ref()
            .map(|code| make_verifier(code, self.entropy.bytes()?).map_err(AdminError::from))
            .transpose()?;
        let wants = Wants { next_ids: true, ..Wants::default() };
        let device = self
            .store
            .transact(&wants, |loaded| {
                let id = DeviceId(loaded.next_ids.device);
                let mut batch = Batch::at(now);
                let label = label.to_owned();
                let hash = enrolment_hash(&code);
                batch.writes.push(Write::DeviceAdded(NewDevice {
                    id,
                    kind,
                    label,
                    office,
                    code: hash,
                    until,
                    exit_verifier,
                }));
                batch.audit(Entry { device: Some(id), ..Entry::new(now, Act::DeviceAdded) });
                (batch, id)
            })
            .await?;
        Ok(PreparedDevice { device, code: Secret(code), until, exit_code })
    }

    /// Revokes a device: it can neither connect nor deliver any more.
    ///
    /// # Errors
    /// When there is no such device.
    pub async fn revoke_device(&self, device: DeviceId) -> Result<(), AdminError> {
        let now = self.now();
        let wants = Wants { devices: [device].into(), ..Wants::default() };
        self.store
            .transact(&wants, |loaded| {
                if !loaded.devices.contains_key(&device) {
                    return (Batch::default(), Err(AdminError::Unknown("device")));
                }
                let mut batch = Batch::at(now);
                batch.writes.push(Write::DeviceRevoked { device, at: now });
                batch.audit(Entry { device: Some(device), ..Entry::new(now, Act::DeviceRevoked) });
                (batch, Ok(()))
            })
            .await?
    }

    /// Adds a clerk; the centre numbers the clerk itself.
    ///
    /// # Errors
    /// When the staff number is taken, there is no such office, or the password is not good enough.
    pub async fn add_clerk(
        &self,
        staff_number: &str,
        name: &str,
        office: OfficeId,
        role: Role,
        password: &Secret,
    ) -> Result<Clerk, AdminError> {
        self.check_office(office).await?;
        let verifier = make_verifier(password, self.entropy.bytes()?)?;
        let wants = Wants { next_ids: true, accounts: [staff_number.to_owned()].into(), ..Wants::default() };
        let now = self.now();
        self.store
            .transact(&wants, |loaded| {
                if !loaded.accounts.is_empty() {
                    return (Batch::default(), Err(AdminError::StaffNumberTaken));
                }
                let id = ClerkId(loaded.next_ids.clerk);
                let (staff_number, name) = (staff_number.to_owned(), name.to_owned());
                let clerk = Clerk { id, staff_number, name, office, role, renewed_at: Some(now) };
                (clerk_batch(&clerk, verifier, now), Ok(clerk))
            })
            .await?
    }

    /// Adds clerks who have numbers already, all with one password, as a generated city has them.
    ///
    /// # Errors
    /// When a number or staff number is taken.
    pub async fn import_clerks(&self, clerks: Vec<Clerk>, password: &Secret) -> Result<(), AdminError> {
        let verifier = make_verifier(password, self.entropy.bytes()?)?;
        let now = self.now();
        let mut batch = Batch::at(now);
        for clerk in clerks {
            let one = clerk_batch(&clerk, verifier.clone(), now);
            batch.rows.extend(one.rows);
            batch.writes.extend(one.writes);
        }
        Ok(self.store.transact(&Wants::default(), |_| (batch, ())).await?)
    }

    /// Disables a clerk: no sign-in, no valid token, and devices forget the clerk.
    ///
    /// # Errors
    /// When there is no such clerk.
    pub async fn disable_clerk(&self, staff_number: &str) -> Result<(), AdminError> {
        self.change_clerk(staff_number, |account, batch| {
            batch.gone.push((RowKey::Clerk(account.clerk.id), None));
            Ok(Account { disabled: true, ..account })
        })
        .await
    }

    /// Moves a clerk to another office: sign-ins at the old one end, and counters ask for the password anew.
    ///
    /// # Errors
    /// When there is no such office, or no such clerk who may sign in.
    pub async fn move_clerk(&self, staff_number: &str, office: OfficeId) -> Result<(), AdminError> {
        self.check_office(office).await?;
        self.change_active(staff_number, |clerk| Clerk { office, ..clerk }).await
    }

    /// Gives a clerk another role: sign-ins end, and counters ask for the password anew.
    ///
    /// # Errors
    /// When there is no such clerk who may sign in.
    pub async fn set_role(&self, staff_number: &str, role: Role) -> Result<(), AdminError> {
        self.change_active(staff_number, |clerk| Clerk { role, ..clerk }).await
    }

    /// Gives a clerk a new password, enables the account and lifts a lock.
    ///
    /// # Errors
    /// When there is no such clerk or the password is not good enough.
    pub async fn reset_password(&self, staff_number: &str, password: &Secret) -> Result<(), AdminError> {
        let verifier = make_verifier(password, self.entropy.bytes()?)?;
        let now = self.now();
        self.change_clerk(staff_number, |account, batch| {
            let clerk = Clerk { renewed_at: Some(now), ..account.clerk };
            batch.rows.push(Row::Clerk(clerk.clone()));
            Ok(Account { clerk, verifier, disabled: false, failures: 0, locked_until: now })
        })
        .await
    }

    async fn change_active(
        &self,
        staff_number: &str,
        change: impl FnOnce(Clerk) -> Clerk + Send,
    ) -> Result<(), AdminError> {
        let now = self.now();
        self.change_clerk(staff_number, |account, batch| {
            if account.disabled {
                return Err(AdminError::Unknown("clerk who may sign in"));
            }
            let clerk = Clerk { renewed_at: Some(now), ..change(account.clerk.clone()) };
            batch.rows.push(Row::Clerk(clerk.clone()));
            Ok(Account { clerk, ..account })
        })
        .await
    }

    async fn change_clerk(
        &self,
        staff_number: &str,
        change: impl FnOnce(Account, &mut Batch) -> Result<Account, AdminError> + Send,
    ) -> Result<(), AdminError> {
        let now = self.now();
        let wants = Wants { accounts: [staff_number.to_owned()].into(), ..Wants::default() };
        self.store
            .transact(&wants, |mut loaded| {
                let Some(account) = loaded.accounts.remove(staff_number) else {
                    return (Batch::default(), Err(AdminError::Unknown("clerk")));
                };
                let mut batch = Batch::at(now);
                let clerk = account.clerk.id;
                let account = match change(account, &mut batch) {
                    Ok(account) => account,
                    Err(error) => return (Batch::default(), Err(error)),
                };
                batch.writes.push(Write::Account(Box::new(account)));
                batch.writes.push(Write::TokensDropped { clerk });
                batch.audit(Entry { clerk: Some(clerk), ..Entry::new(now, Act::ClerkChanged) });
                (batch, Ok(()))
            })
            .await?
    }

    async fn check_office(&self, office: OfficeId) -> Result<(), AdminError> {
        self.refresh_catalogue().await?;
        if self.catalogue().offices.contains_key(&office) { Ok(()) } else { Err(AdminError::Unknown("office")) }
    }
}

fn clerk_batch(clerk: &Clerk, verifier: String, now: Timestamp) -> Batch {
    let mut batch = Batch::at(now);
    batch.rows.push(Row::Clerk(clerk.clone()));
    batch.writes.push(Write::Account(Box::new(Account {
        clerk: clerk.clone(),
        verifier,
        disabled: false,
        failures: 0,
        locked_until: now,
    })));
    batch.audit(Entry { clerk: Some(clerk.id), ..Entry::new(now, Act::ClerkAdded) });
    batch
}
