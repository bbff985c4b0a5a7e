//! What the clock makes due, while this process leads: the scheduler's rounds and the handing over of messages. Both end by
//! themselves when the centre stops, after what they have begun.

use super::lead::Lead;
use crate::core::Core;
use crate::routes::Closed;
use crate::scheduler::{Scheduler, SchedulerError};
use crate::sms::{Gateway, Messenger};
use crate::store::{LeaseTerm, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How often what is due is done.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// How often messages are handed over.
const MESSAGES_EVERY: Duration = Duration::from_millis(500);

/// Does what is due, each second or when it is nudged.
pub async fn schedule<S: Store>(core: Arc<Core<S>>, lead: Lead, due: Arc<Notify>, mut closed: watch::Receiver<Closed>) {
    let mut scheduler = Scheduler::default();
    while !closed.borrow().stopping {
        let term = *lead.borrow();
        let done = match term {
            Some(term) => {
                let done;
                (scheduler, done) = tick_apart(scheduler, term, &core).await;
                done
            }
            // Another process does it; who waits is to be known here as well.
            None => core.refresh_board().await.map_err(Into::into),
        };
        if let Err(error) = done {
            tracing::error!(error = &error as &dyn std::error::Error, "what is due was not done");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK_EVERY) => {}
            // Whoever moves the clock does not wait for the next look.
            () = due.notified() => {}
            _ = closed.wait_for(|closed| closed.stopping) => {}
        }
    }
}

/// Does what is due on a thread for what blocks: giving the places of a city out takes seconds, in which the lease is to be
/// renewed and everybody answered.
async fn tick_apart<S: Store>(
    mut scheduler: Scheduler,
    term: LeaseTerm,
    core: &Arc<Core<S>>,
) -> (Scheduler, Result<(), SchedulerError>) {
    let (core, runtime) = (Arc::clone(core), tokio::runtime::Handle::current());
    let ticking = tokio::task::spawn_blocking(move || {
        let done = runtime.block_on(scheduler.tick_in(term, &core)).map(drop);
        (scheduler, done)
    });
    ticking.await.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// Hands messages over while this process leads, and notes what became of them until the centre stops: what was handed over
/// and not noted would be sent twice.
pub async fn send_messages<S: Store>(
    core: Arc<Core<S>>,
    gateway: Arc<dyn Gateway>,
    leads: Lead,
    mut closed: watch::Receiver<Closed>,
) {
    let mut messenger = Messenger::default();
    while !closed.borrow().stopping {
        let term = *leads.borrow();
        // Two senders would send everything twice.
        let done = match term {
            Some(term) => messenger.send_due_in(term, &core, &*gateway).await.map(drop),
            None => messenger.note(&core).await,
        };
        if let Err(error) = done {
            tracing::error!(error = &error as &dyn std::error::Error, "messages wait");
        }
        // Whether the centre stops is looked at in any case.
        let _ = tokio::time::timeout(MESSAGES_EVERY, closed.wait_for(|closed| closed.stopping)).await;
    }
}
