//! Handing messages over to whoever brings them to phones.

mod phone;
mod spool;

pub use phone::{Message, SimulatedPhone};
pub use spool::SpoolGateway;

use crate::core::Core;
use crate::store::{Batch, DueSms, LeaseTerm, Store, StoreError, Wants, Write};
use std::future::Future;
use std::pin::Pin;
use yuyue_domain::time::Timestamp;

/// Messages handed over in one go.
const DUE_MAX: u32 = 200;
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

/// Brings messages to phones. It may get a message twice, when the centre stopped between handing over and noting it.
pub trait Gateway: Send + Sync + 'static {
    /// Takes a message over.
    fn send<'a>(&'a self, message: &'a DueSms, now: Timestamp) -> Sending<'a>;
}

/// Hands over what is due, as the process that holds the lease in this term. It takes the messages first: when another
/// process has taken over by then, it hands nothing over, and the other one leaves them alone for a while.
///
/// # Errors
/// When the store fails.
pub async fn send_due_in<S: Store>(
    term: LeaseTerm,
    core: &Core<S>,
    gateway: &dyn Gateway,
) -> Result<usize, StoreError> {
    let now = core.now();
    let due = core.store().list_due_sms(now, DUE_MAX).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let (until, wants) = (now.plus_seconds(TAKEN_SECONDS), Wants { term: Some(term), ..Wants::default() });
    let mut batch = Batch::at(now);
    batch.writes.push(Write::SmsTaken { ids: due.iter().map(|message| message.id).collect(), until });
    core.store().transact(&wants, |_| (batch, ())).await?;
    hand_over(core, gateway, due, now).await
}

/// Hands over what is due, where no other process does; answers how many were taken.
///
/// # Errors
/// When the store fails.
pub async fn send_due<S: Store>(core: &Core<S>, gateway: &dyn Gateway) -> Result<usize, StoreError> {
    let now = core.now();
    let due = core.store().list_due_sms(now, DUE_MAX).await?;
    if due.is_empty() { Ok(0) } else { hand_over(core, gateway, due, now).await }
}

async fn hand_over<S: Store>(
    core: &Core<S>,
    gateway: &dyn Gateway,
    due: Vec<DueSms>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut batch = Batch::at(now);
    let mut sent = 0;
    for message in &due {
        if message.expires_at <= now {
            // It waited too long, as behind a gateway that was down or a centre that stood still.
            batch.writes.push(Write::SmsFailed { id: message.id, next_at: None });
            continue;
        }
        batch.writes.push(match gateway.send(message, now).await {
            Ok(()) => {
                sent += 1;
                Write::SmsSent { id: message.id }
            }
            Err(error) => {
                tracing::warn!(
                    message = message.id,
                    error = &error as &dyn std::error::Error,
                    "a message was not taken"
                );
                Write::SmsFailed { id: message.id, next_at: next_try(message, now) }
            }
        });
    }
    // On no term: what was handed over was, whoever leads by now.
    core.store().transact(&Wants::default(), |_| (batch, ())).await?;
    Ok(sent)
}

fn next_try(message: &DueSms, now: Timestamp) -> Option<Timestamp> {
    let wait = RETRY_SECONDS.saturating_mul(1 << message.tries.min(10)).min(RETRY_SECONDS_MAX);
    Some(now.plus_seconds(wait)).filter(|next| *next < message.expires_at)
}
