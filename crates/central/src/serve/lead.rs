//! Which of several processes does what the clock makes due: the one that holds the store's lease. It renews the lease as
//! long as it lives; when nothing is heard of it, another one takes over.

use crate::causes::Causes;
use crate::core::Core;
use crate::store::{LeaseTerm, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Seconds after which the lease of a process of which nothing is heard is over.
const LEASE_SECONDS: u32 = 5;
/// How often it is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(1);

/// The term in which this process leads; none while another one does.
pub type Lead = watch::Receiver<Option<LeaseTerm>>;

/// Looks for the first time.
///
/// # Errors
/// When the store fails.
pub async fn begin<S: Store>(
    core: &Core<S>,
    holder: Uuid,
) -> Result<(watch::Sender<Option<LeaseTerm>>, Lead), StoreError> {
    Ok(watch::channel(core.store().hold_lease(holder, LEASE_SECONDS).await?))
}

/// Keeps the lease, or waits for it, for ever.
pub async fn keep<S: Store>(core: Arc<Core<S>>, holder: Uuid, lead: watch::Sender<Option<LeaseTerm>>) {
    let within = Duration::from_secs(LEASE_SECONDS.into());
    let mut every = tokio::time::interval(RENEW_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        // Whoever cannot renew it must not believe that nobody else can.
        let held = match tokio::time::timeout(within, core.store().hold_lease(holder, LEASE_SECONDS)).await {
            Ok(Ok(held)) => held,
            Ok(Err(error)) => {
                tracing::warn!(error = %Causes(&error), "the lease cannot be renewed");
                None
            }
            Err(_) => None,
        };
        lead.send_if_modified(|known| {
            let has_changed = *known != held;
            if has_changed {
                tracing::info!(
                    term = held.map(|term| term.0),
                    leads = held.is_some(),
                    "another process leads from now on, or this one"
                );
            }
            *known = held;
            has_changed
        });
    }
}
