//! What the clock makes due, while this process leads: the scheduler's rounds and the handing over of messages. Both end by
//! themselves when the centre stops, after what they have begun.

use super::lead::Lead;
use crate::causes::Causes;
use crate::core::Core;
use crate::routes::Closed;
use crate::scheduler::{Scheduler, SchedulerError};
use crate::sms::{DUE_MAX, Gateway, Messenger};
use crate::store::{LeaseTerm, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use yuyue_protocol::cursor::Revision;

/// How often what is due is done.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// How often it is followed at most who waits, where something has changed.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);
/// How often messages are handed over.
const MESSAGES_EVERY: Duration = Duration::from_millis(500);

/// Does what is due, each second or when it is nudged, and follows who waits in between.
pub async fn schedule<S: Store>(
    core: Arc<Core<S>>,
    lead: Lead,
    mut head: watch::Receiver<Revision>,
    due: Arc<Notify>,
    mut closed: watch::Receiver<Closed>,
) {
    let mut scheduler = Scheduler::default();
    let mut tick_at = Instant::now();
    while !closed.borrow().stopping {
        let term = *lead.borrow();
        head.borrow_and_update();
        let done = match term {
            Some(term) if Instant::now() >= tick_at => {
                let done;
                (scheduler, done) = tick_apart(scheduler, term, &core).await;
                tick_at = Instant::now() + TICK_EVERY;
                done
            }
            // Whether it is not due yet or another process does it: who waits is to be known here as well.
            _ => {
                if Instant::now() >= tick_at {
                    tick_at = Instant::now() + TICK_EVERY;
                }
                core.refresh_board().await.map_err(Into::into)
            }
        };
        if let Err(error) = done {
            tracing::error!(error = %Causes(&error), "what is due was not done");
        }
        let moved = async {
            // Little at a time: what a busy second brings would keep the processors from everybody if it were read at once.
            tokio::time::sleep(FOLLOW_EVERY).await;
            // The centre stops when nobody tells any more.
            let _ = head.changed().await;
        };
        tokio::select! {
            () = tokio::time::sleep_until(tick_at.max(Instant::now() + FOLLOW_EVERY)) => {}
            () = moved => {}
            // Whoever moves the clock does not wait for the next look.
            () = due.notified() => tick_at = Instant::now(),
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
            Some(term) => messenger.send_due_in(term, &core, &*gateway).await,
            None => messenger.note(&core).await.map(|()| 0),
        };
        let sent = done.unwrap_or_else(|error| {
            tracing::error!(error = %Causes(&error), "messages wait");
            0
        });
        // Where as many were taken as are handed over in one go, more wait: the day of a publication has tens of thousands.
        let wait = if sent == DUE_MAX as usize { Duration::ZERO } else { MESSAGES_EVERY };
        // Whether the centre stops is looked at in any case.
        let _ = tokio::time::timeout(wait, closed.wait_for(|closed| closed.stopping)).await;
    }
}
