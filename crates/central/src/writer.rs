//! The bounded queue in front of the one writer: it takes what has gathered, decides it in one transaction, and answers
//! each caller. Past the bound callers are told to come back, and nothing that was taken in is lost.

use crate::core::{Core, Delivery};
use crate::pace::{Average, retry_seconds};
use crate::store::Store;
use prometheus_client::metrics::histogram::Histogram;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::ItemOutcome;

/// Requests that may wait.
pub const QUEUE_MAX: usize = 1_024;
/// Commands decided in one transaction, unless one request alone has more.
pub const GROUP_MAX: usize = 512;
/// Seconds for which somebody may have to wait for what waits already: whoever would wait longer is told so at once.
const WAIT_SECONDS_MAX: u32 = 5;
/// Microseconds that a command is assumed to take before the first was decided.
const COMMAND_US: u64 = 1_000;
/// Bounds of the sizes of groups.
const GROUP_SIZES: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 32.0, 128.0, 256.0, 512.0];

type Answer = Result<Vec<ItemOutcome>, Problem>;

struct Job {
    deliveries: Vec<Delivery>,
    answer: oneshot::Sender<Answer>,
}

/// The entrance of the queue.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Job>,
    pace: Arc<Pace>,
}

/// How much waits, and how fast it is decided: by these somebody is told when to come back.
#[derive(Debug)]
struct Pace {
    /// Commands that wait or are being decided.
    waiting: AtomicU64,
    /// How long one takes, in the last groups.
    command: Average,
    groups: Histogram,
}

impl Pace {
    fn new() -> Self {
        let command = Average::new(COMMAND_US);
        Self { waiting: AtomicU64::new(0), command, groups: Histogram::new(GROUP_SIZES) }
    }

    /// Notes that a group was decided. Only the writer does.
    fn note(&self, commands: usize, took: Duration) {
        let commands = commands as u64;
        self.waiting.fetch_sub(commands, Ordering::Relaxed);
        let one_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).div_ceil(commands.max(1));
        // One that waited for a publication says little of the next.
        self.command.note(one_us.min(self.command.us().saturating_mul(4)));
        self.groups.observe(f64::from(u32::try_from(commands).unwrap_or(u32::MAX)));
    }

    /// Seconds after which what waits now is decided, at this pace.
    fn seconds(&self) -> u32 {
        retry_seconds(self.waiting.load(Ordering::Relaxed).saturating_mul(self.command.us()))
    }
}

impl Writer {
    /// Starts the writer as a task that may block, as its transactions do; the runtime waits for it before it ends. The task
    /// ends when every entrance is gone. `head` is told after every group, so that live streams wake at once.
    #[must_use]
    pub fn start<S: Store>(core: Arc<Core<S>>, head: watch::Sender<Revision>) -> (Self, JoinHandle<()>) {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let pace = Arc::new(Pace::new());
        let at_writer = Arc::clone(&pace);
        let runtime = tokio::runtime::Handle::current();
        let writing = tokio::task::spawn_blocking(move || runtime.block_on(write(core, jobs, head, &at_writer)));
        (Self { queue, pace }, writing)
    }

    /// Has envelopes decided; answers in the order given.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when there is no room or the writer has ended, and what the core says of the whole.
    pub async fn decide(&self, deliveries: Vec<Delivery>) -> Answer {
        self.check_room()?;
        let (answer, answered) = oneshot::channel();
        let busy = |why: &str| self.busy(why);
        let commands = deliveries.len() as u64;
        // Counted first: the writer may be done with it before this goes on.
        self.pace.waiting.fetch_add(commands, Ordering::Relaxed);
        self.queue.try_send(Job { deliveries, answer }).map_err(|error| {
            self.pace.waiting.fetch_sub(commands, Ordering::Relaxed);
            match error {
                mpsc::error::TrySendError::Full(_) => busy("the queue is full"),
                mpsc::error::TrySendError::Closed(_) => busy("the writer has ended"),
            }
        })?;
        answered.await.map_err(|_| busy("the centre is stopping"))?
    }

    /// Whether somebody who comes now is decided soon, so that nothing of what they send need be understood when they are not.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] with the seconds after which there will be room.
    pub fn check_room(&self) -> Result<(), Problem> {
        if self.queue.capacity() == 0 {
            return Err(self.busy("the queue is full"));
        }
        // What fits into one transaction waits for no other, whatever single commands have taken before.
        let is_crowd = self.pace.waiting.load(Ordering::Relaxed) > GROUP_MAX as u64;
        if is_crowd && self.pace.seconds() > WAIT_SECONDS_MAX {
            return Err(self.busy("what waits already takes too long"));
        }
        Ok(())
    }

    fn busy(&self, why: &str) -> Problem {
        Problem::new(ErrorCode::Busy, why).retry_after(self.retry_seconds())
    }

    /// Seconds after which what waits now is decided, as fast as it went lately.
    #[must_use]
    pub fn retry_seconds(&self) -> u32 {
        self.pace.seconds()
    }

    /// The sizes of the groups that were decided.
    #[must_use]
    pub fn groups(&self) -> Histogram {
        self.pace.groups.clone()
    }

    /// Requests that wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.queue.capacity()
    }
}

async fn write<S: Store>(
    core: Arc<Core<S>>,
    mut jobs: mpsc::Receiver<Job>,
    head: watch::Sender<Revision>,
    pace: &Pace,
) {
    while let Some(first) = jobs.recv().await {
        let mut group = vec![first];
        let mut size = group[0].deliveries.len();
        while size < GROUP_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            size += next.deliveries.len();
            group.push(next);
        }
        let begun = Instant::now();
        decide_group(&core, group, || pace.note(size, begun.elapsed())).await;
        if let Ok(cursor) = core.store().get_head().await {
            head.send_if_modified(|known| std::mem::replace(known, cursor.revision) != cursor.revision);
        }
    }
}

async fn decide_group<S: Store>(core: &Core<S>, group: Vec<Job>, decided_now: impl FnOnce()) {
    let mut all = Vec::new();
    let mut waiting = Vec::with_capacity(group.len());
    for job in group {
        waiting.push((job.deliveries.len(), job.answer));
        all.extend(job.deliveries);
    }
    let decided = core.decide(&all).await;
    decided_now();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_into_one_transaction_waits_for_no_other_however_slow_single_commands_were() {
        let (queue, _jobs) = mpsc::channel(QUEUE_MAX);
        let pace = Pace { command: Average::new(1_000_000), ..Pace::new() };
        let writer = Writer { queue, pace: Arc::new(pace) };
        writer.pace.waiting.store(GROUP_MAX as u64, Ordering::Relaxed);
        assert!(writer.check_room().is_ok(), "a batch of one computer turns nobody away");
        writer.pace.waiting.fetch_add(1, Ordering::Relaxed);
        let problem = writer.check_room().expect_err("a second transaction has to wait for the first");
        assert_eq!((problem.code, problem.retry_after_seconds), (ErrorCode::Busy, Some(60)), "and that takes long");
    }

    #[test]
    fn whoever_is_told_to_come_back_is_told_when_there_will_be_room() {
        let pace = Pace::new();
        assert_eq!(pace.seconds(), 1, "nothing waits");
        pace.waiting.store(100_000, Ordering::Relaxed);
        for _ in 0..100 {
            pace.note(0, Duration::from_micros(200));
        }
        assert_eq!(pace.seconds(), 20, "100,000 commands of 200 microseconds each");
        pace.waiting.store(u64::MAX, Ordering::Relaxed);
        assert_eq!(pace.seconds(), 60, "and never longer than a minute");
        pace.waiting.store(1_000, Ordering::Relaxed);
        pace.note(1, Duration::from_secs(30));
        assert_eq!(pace.seconds(), 1, "a command that waited half a minute for a publication makes nobody else wait");
    }
}
