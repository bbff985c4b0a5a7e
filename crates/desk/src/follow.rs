//! One round of keeping in step with the centre: hear its clock, follow its feed, send what was taken. The caller waits
//! between rounds as it is told here, and calls again at once while there is more.

use crate::backoff::next_wait;
use crate::cache::document::{DocumentKey, find_document};
use crate::cache::feed::get_feed;
use crate::desk::{Desk, lock};
use crate::error::DeskError;
use crate::sync::{Sync, SyncStep};
use crate::use_cases::outbox::deliver;
use std::sync::Mutex;
use std::time::Duration;
use yuyue_domain::ids::{ApplicantId, ApplicationId, PublicationId};
use yuyue_domain::publication::Publication;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::error::{ErrorCode, Problem};

/// What a round did and what comes next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// Whether more is waiting, here or there: call again at once.
    pub more: bool,
    /// How long to wait before the next try; none when the centre answered.
    pub wait: Option<Duration>,
    /// Applications that changed, with whose they are.
    pub applications: Vec<(ApplicationId, ApplicantId)>,
    /// Days whose results became visible.
    pub publications: Vec<Date>,
}

impl Followed {
    /// A round that failed; the next one after `wait`.
    #[must_use]
    pub fn failed(wait: Duration) -> Self {
        Self { wait: Some(wait), ..Self::default() }
    }
}

/// Does one round.
///
/// # Errors
/// When a file of this computer cannot be read or written. That the centre does not answer is no error but a wait.
pub async fn follow_once(desk: &Mutex<Desk>, sync: &mut Sync, centre: &impl Centre) -> Result<Followed, DeskError> {
    match round(desk, sync, centre).await {
        Err(DeskError::Centre(problem)) => Ok(Followed::failed(lock(desk).lose_line(&problem))),
        followed => followed,
    }
}

async fn round(desk: &Mutex<Desk>, sync: &mut Sync, centre: &impl Centre) -> Result<Followed, DeskError> {
    let now = centre.time().await?;
    lock(desk).hear_time(now)?;
    // An answer of the feed that cannot be used keeps nothing from being sent; a line that is gone does.
    let stepped = follow_feed(desk, sync, centre, now).await;
    if let Err(DeskError::Centre(problem)) = &stepped
        && matches!(problem.code, ErrorCode::Offline | ErrorCode::Busy)
    {
        return stepped;
    }
    // What was taken goes out between two pages of a long fill, too: it may close before the fill ends.
    let delivered = match deliver(desk, centre).await {
        // The visit is over at the centre, which says nothing about the line.
        Err(DeskError::Centre(problem)) if problem.code == ErrorCode::SignedOut && lock(desk).is_kiosk() => false,
        delivered => delivered?.more,
    };
    let mut followed = stepped?;
    followed.more |= delivered;
    lock(desk).hold_line(followed.more)?;
    Ok(followed)
}

async fn follow_feed(
    desk: &Mutex<Desk>,
    sync: &mut Sync,
    centre: &impl Centre,
    now: Timestamp,
) -> Result<Followed, DeskError> {
    let mut followed = Followed::default();
    match sync.step(centre, now).await? {
        SyncStep::Refill => {
            sync.refill()?;
            followed.more = true;
        }
        SyncStep::Applied { state, more, applications, publications, .. } => {
            if let Some(cursor) = state.cursor {
                lock(desk).follow_feed(cursor.epoch)?;
            }
            followed.more = more;
            followed.applications = applications;
            followed.publications = lock(desk).publication_days(&publications)?;
        }
    }
    Ok(followed)
}

impl Desk {
    /// Up to which revision the cache stands; none before the first page.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn revision(&self) -> Result<Option<Revision>, DeskError> {
        Ok(get_feed(&self.cache)?.cursor.map(|cursor| cursor.revision))
    }

    /// The centre said on the live stream that it is there and has nothing new.
    pub fn hear_quiet(&mut self) {
        let now = self.now();
        self.line.hear_quiet(now);
    }

    /// Nothing came on the live stream for longer than the centre is ever silent.
    pub fn hear_silence(&mut self) {
        let now = self.now();
        self.line.fail(now);
    }

    /// The instant for which the local data are complete; none before the first fill.
    pub(crate) fn data_as_of(&self) -> Result<Option<Timestamp>, DeskError> {
        Ok(self.line.in_step_at().max(get_feed(&self.cache)?.complete_at))
    }

    /// The centre answered.
    fn hold_line(&mut self, more: bool) -> Result<(), DeskError> {
        self.refused_by_centre = None;
        let feed = get_feed(&self.cache)?;
        if more || feed.is_filling {
            let count = |rows: u64| u32::try_from(rows).unwrap_or(u32::MAX);
            let done = feed.cursor.map_or(0, |cursor| cursor.revision.0);
            self.line.hear_part(count(done), count(feed.head.0));
        } else {
            self.line.hear(self.now());
        }
        Ok(())
    }

    /// The centre did not answer; how long to wait before the next try.
    fn lose_line(&mut self, problem: &Problem) -> Duration {
        use ErrorCode::{BadAnswer, DeviceRevoked, DeviceUnknown, Forbidden, Version};
        let is_refusal = matches!(problem.code, DeviceUnknown | DeviceRevoked | Forbidden | Version | BadAnswer);
        self.refused_by_centre = is_refusal.then_some(problem.code);
        let tries = self.line.fail(self.now());
        let mut random = [0; 8];
        self.world.fill(&mut random);
        let wait = next_wait(tries, u64::from_le_bytes(random), problem.retry_after_seconds);
        self.line.plan_try(self.world.elapsed() + wait);
        wait
    }

    fn publication_days(&self, publications: &[PublicationId]) -> Result<Vec<Date>, DeskError> {
        let mut days = Vec::new();
        for id in publications {
            let found: Option<Publication> = find_document(&self.cache, DocumentKey::Publication(*id))?;
            days.extend(found.map(|publication| publication.publication_at.date()));
        }
        days.dedup();
        Ok(days)
    }
}
