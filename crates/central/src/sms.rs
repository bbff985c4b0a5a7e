//! Handing messages over to whoever brings them to phones.

mod phone;
mod spool;

pub use phone::{Message, SimulatedPhone};
pub use spool::SpoolGateway;

use crate::causes::Causes;
use crate::core::Core;
use crate::store::{Batch, DueSms, LeaseTerm, Store, StoreError, Wants, Write};
use std::future::Future;
use std::pin::Pin;
use yuyue_domain::time::Timestamp;

/// Messages handed over in one go.
pub(crate) const DUE_MAX: u32 = 200;
/// The wait after the first failed try; it doubles with each.
const RETRY_SECONDS: i64 = 5;
const RETRY_SECONDS_MAX: i64 = 600;

/// Why a message was not taken. The text says nothing about whom or what.
#[derive(Debug, thiserror::Error)]
#[error("the gateway did not take the message")]
pub struct GatewayError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Whether a message was taken.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), GatewayError>> + Send + 'a>>;

/// Seconds for which a message that a process is about to hand over is nobody else's.
const TAKEN_SECONDS: i64 = 30;

/// Brings messages to phones. It may get a message twice under the same number, when the process ended, or another one took
/// over, between handing it over and noting it; whoever sends it on can tell by the number.
pub trait Gateway: Send + Sync + 'static {
    /// Takes a message over.
    fn send<'a>(&'a self, message: &'a DueSms, now: Timestamp) -> Sending<'a>;
}

/// What became of a message that was handed over, or was to be.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Sent,
    /// To be tried again then; none when it is given up.
    Failed(Option<Timestamp>),
}

/// Hands messages over and remembers what became of those of which the store has not heard yet. Before it has, nothing more
/// is handed over, and nothing of it again.
#[derive(Debug, Default)]
pub struct Messenger {
    unnoted: Vec<(u64, Fate)>,
}

impl Messenger {
    /// Hands over what is due, as the process that holds the lease in this term; answers how many were taken. It takes the
    /// messages first: when another process has taken over by then, it hands nothing over, and the other one leaves them
    /// alone for a while.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn send_due_in<S: Store>(
        &mut self,
        term: LeaseTerm,
        core: &Core<S>,
        gateway: &dyn Gateway,
    ) -> Result<usize, StoreError> {
        self.note(core).await?;
        let now = core.now();
        let due = core.store().list_due_sms(now, DUE_MAX).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let (until, wants) = (now.plus_seconds(TAKEN_SECONDS), Wants { term: Some(term), ..Wants::default() });
        let mut batch = Batch::at(now);
        batch.writes.push(Write::SmsTaken { ids: due.iter().map(|message| message.id).collect(), until });
        core.store().transact(&wants, |_| (batch, ())).await?;
        self.hand_over(core, gateway, due, now).await
    }

    /// Tells the store what it has not heard yet, on no term: what was handed over was, whoever leads by now.
    ///
    /// # Errors
    /// When the store fails; the same is told the next time.
    pub async fn note<S: Store>(&mut self, core: &Core<S>) -> Result<(), StoreError> {
        if self.unnoted.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::at(core.now());
        batch.writes.extend(self.unnoted.iter().map(|&(id, fate)| match fate {
            Fate::Sent => Write::SmsSent { id },
            Fate::Failed(next_at) => Write::SmsFailed { id, next_at },
        }));
        core.store().transact(&Wants { is_due: true, ..Wants::default() }, |_| (batch, ())).await?;
        self.unnoted.clear();
        Ok(())
    }

    async fn hand_over<S: Store>(
        &mut self,
        core: &Core<S>,
        gateway: &dyn Gateway,
        due: Vec<DueSms>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut sent = 0;
        for message in &due {
            let fate = if message.expires_at <= now {
                // It waited too long, as behind a gateway that was down or a centre that stood still.
                Fate::Failed(None)
            } else if let Err(error) = gateway.send(message, now).await {
                tracing::warn!(
                    message = message.id,
                    error = %Causes(&error),
                    "a message was not taken"
                );
                Fate::Failed(next_try(message, now))
            } else {
                sent += 1;
                Fate::Sent
            };
            self.unnoted.push((message.id, fate));
        }
        self.note(core).await?;
        Ok(sent)
    }
}

/// Hands over what is due, where no other process does; answers how many were taken.
///
/// # Errors
/// When the store fails.
pub async fn send_due<S: Store>(core: &Core<S>, gateway: &dyn Gateway) -> Result<usize, StoreError> {
    let now = core.now();
    let due = core.store().list_due_sms(now, DUE_MAX).await?;
    Messenger::default().hand_over(core, gateway, due, now).await
}

fn next_try(message: &DueSms, now: Timestamp) -> Option<Timestamp> {
    let wait = RETRY_SECONDS.saturating_mul(1 << message.tries.min(10)).min(RETRY_SECONDS_MAX);
    Some(now.plus_seconds(wait)).filter(|next| *next < message.expires_at)
}
