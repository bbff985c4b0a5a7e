//! The bounded queue in front of the one writer: it takes what has gathered, decides it in one transaction, and answers
//! each caller. Past the bound callers are told to come back, and nothing that was taken in is lost.

use crate::core::{Core, Delivery};
use crate::store::Store;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::ItemOutcome;

/// Requests that may wait.
pub const QUEUE_MAX: usize = 1_024;
/// Commands decided in one transaction, unless one request alone has more.
pub const GROUP_MAX: usize = 512;
/// Seconds after which a caller who found the queue full comes back.
const RETRY_SECONDS: u32 = 2;

type Answer = Result<Vec<ItemOutcome>, Problem>;

struct Job {
    deliveries: Vec<Delivery>,
    answer: oneshot::Sender<Answer>,
}

/// The entrance of the queue.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer on a thread of its own, because its transactions block. It ends when every entrance is gone, and
    /// then `alive` goes. `head` is told after every group, so that live streams wake at once.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start<S: Store>(
        core: Arc<Core<S>>,
        head: watch::Sender<Revision>,
        alive: oneshot::Sender<()>,
    ) -> Result<Self, std::io::Error> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new().name("writer".into()).spawn(move || {
            let _alive = alive;
            runtime.block_on(write(core, jobs, head));
        })?;
        Ok(Self { queue })
    }

    /// Has envelopes decided; answers in the order given.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when the queue is full or the writer has ended, and what the core says of the whole.
    pub async fn decide(&self, deliveries: Vec<Delivery>) -> Answer {
        let (answer, answered) = oneshot::channel();
        let busy = |why: &str| Problem::new(ErrorCode::Busy, why).retry_after(RETRY_SECONDS);
        self.queue.try_send(Job { deliveries, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => busy("the queue is full"),
            mpsc::error::TrySendError::Closed(_) => busy("the writer has ended"),
        })?;
        answered.await.map_err(|_| busy("the centre is stopping"))?
    }

    /// Requests that wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.queue.capacity()
    }
}

async fn write<S: Store>(core: Arc<Core<S>>, mut jobs: mpsc::Receiver<Job>, head: watch::Sender<Revision>) {
    while let Some(first) = jobs.recv().await {
        let mut group = vec![first];
        let mut size = group[0].deliveries.len();
        while size < GROUP_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            size += next.deliveries.len();
            group.push(next);
        }
        decide_group(&core, group).await;
        if let Ok(cursor) = core.store().get_head().await {
            head.send_if_modified(|known| std::mem::replace(known, cursor.revision) != cursor.revision);
        }
    }
}

async fn decide_group<S: Store>(core: &Core<S>, group: Vec<Job>) {
    let mut all = Vec::new();
    let mut waiting = Vec::with_capacity(group.len());
    for job in group {
        waiting.push((job.deliveries.len(), job.answer));
        all.extend(job.deliveries);
    }
    let decided = core.decide(&all).await;
    let mut outcomes = decided.map(Vec::into_iter);
    for (count, answer) in waiting {
        let part = match &mut outcomes {
            Ok(rest) => Ok(rest.by_ref().take(count).collect()),
            Err(problem) => Err(problem.clone()),
        };
        // A caller who hung up asks again and gets the stored outcomes.
        let _ = answer.send(part);
    }
}
