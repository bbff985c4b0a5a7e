//! Clerks who sign in, with a lock after too many wrong passwords.

use super::{Caller, Core, entropy_problem, store_problem};
use crate::audit::{Act, Entry};
use crate::password::is_password;
use crate::secret::{hash, token_text};
use crate::store::{Account, Batch, Store, Wants, Write};
use yuyue_domain::ids::ClerkId;
use yuyue_domain::rights::{Right, Standing, check};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Secret, SignIn, SignedIn};
use yuyue_protocol::error::{ErrorCode, Problem};

/// A verifier of no password, so that an unknown staff number takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl<S: Store> Core<S> {
    pub(super) async fn sign_clerk_in(&self, caller: Caller, request: &SignIn) -> Result<SignedIn, Problem> {
        let now = self.now();
        let found = self.store.find_account(&request.staff_number).await.map_err(|error| store_problem(&error))?;
        let Some(account) = found.filter(|account| !account.disabled) else {
            let _ = is_password(&request.password, NOBODY);
            self.note_sign_in(caller, None, now).await?;
            return Err(refused());
        };
        if let Err(locked) = check_lock(&account, now) {
            // As long as any other try: whoever finds the lock must not cost the centre more than themselves.
            let _ = is_password(&request.password, NOBODY);
            self.note_sign_in(caller, Some(account.clerk.id), now).await?;
            return Err(locked);
        }
        // Slow on purpose, hence outside the transactions, which look at the account again.
        if !is_password(&request.password, &account.verifier) {
            return Err(self.count_failure(caller, &request.staff_number, now).await?);
        }
        let standing = Standing::Staff(account.clerk.role);
        if account.clerk.office != caller.office && check(standing, Right::SignInAnywhere, false).is_err() {
            self.note_sign_in(caller, Some(account.clerk.id), now).await?;
            return Err(Problem::new(ErrorCode::Forbidden, "the clerk works at another office"));
        }
        let token = token_text(self.entropy.bytes().map_err(|error| entropy_problem(&error))?);
        let expires_at = now.plus_seconds(self.config.token_seconds.into());
        let wants = Wants { accounts: [request.staff_number.clone()].into(), ..Wants::default() };
        let made = self.store.transact(&wants, |mut loaded| {
            let now_kept = loaded.accounts.remove(&request.staff_number);
            // Whoever was moved or given another role meanwhile signs in anew.
            let same = now_kept.filter(|now_kept| {
                !now_kept.disabled && now_kept.verifier == account.verifier && now_kept.clerk == account.clerk
            });
            let Some(account) = same else { return (Batch::default(), Err(refused())) };
            let mut batch = Batch::at(now);
            if let Err(locked) = check_lock(&account, now) {
                batch.audit(entry(caller, Some(account.clerk.id), now, Act::SignInRefused));
                return (batch, Err(locked));
            }
            let clerk = account.clerk.clone();
            batch.writes.push(Write::Account(Box::new(Account { failures: 0, ..account })));
            let (token, device) = (hash(token.as_bytes()), caller.device);
            batch.writes.push(Write::TokenMade { token, clerk: clerk.id, device, expires_at });
            batch.audit(entry(caller, Some(clerk.id), now, Act::SignedIn));
            (batch, Ok(clerk))
        });
        let clerk = made.await.map_err(|error| store_problem(&error))??;
        let offline_until = now.plus_seconds(self.config.offline_sign_in_seconds.into());
        Ok(SignedIn { clerk, token: Secret(token), expires_at, offline_until })
    }

    async fn count_failure(&self, caller: Caller, staff_number: &str, now: Timestamp) -> Result<Problem, Problem> {
        let wants = Wants { accounts: [staff_number.to_owned()].into(), ..Wants::default() };
        let (failures_max, lock) = (self.config.sign_in_failures_max, self.config.sign_in_lock_seconds);
        let counted = self.store.transact(&wants, |mut loaded| {
            let Some(mut account) = loaded.accounts.remove(staff_number) else {
                return (Batch::default(), refused());
            };
            let mut batch = Batch::at(now);
            batch.audit(entry(caller, Some(account.clerk.id), now, Act::SignInRefused));
            if let Err(locked) = check_lock(&account, now) {
                return (batch, locked);
            }
            account.failures += 1;
            let problem = if account.failures >= failures_max {
                account.failures = 0;
                account.locked_until = now.plus_seconds(lock.into());
                locked(lock)
            } else {
                refused()
            };
            batch.writes.push(Write::Account(Box::new(account)));
            (batch, problem)
        });
        counted.await.map_err(|error| store_problem(&error))
    }

    async fn note_sign_in(&self, caller: Caller, clerk: Option<ClerkId>, now: Timestamp) -> Result<(), Problem> {
        let mut batch = Batch::at(now);
        batch.audit(entry(caller, clerk, now, Act::SignInRefused));
        self.store.transact(&Wants::default(), |_| (batch, ())).await.map_err(|error| store_problem(&error))
    }
}

fn entry(caller: Caller, clerk: Option<ClerkId>, now: Timestamp, act: Act) -> Entry {
    Entry { clerk, device: Some(caller.device), ..Entry::new(now, act) }
}

fn check_lock(account: &Account, now: Timestamp) -> Result<(), Problem> {
    let left = account.locked_until.seconds_since(now);
    if left > 0 { Err(locked(u32::try_from(left).unwrap_or(u32::MAX))) } else { Ok(()) }
}

fn refused() -> Problem {
    Problem::new(ErrorCode::SignInRefused, "staff number or password is wrong")
}

fn locked(seconds: u32) -> Problem {
    Problem::new(ErrorCode::SignInLocked, "too many wrong passwords").retry_after(seconds)
}
