//! Who waits for a place, in memory: from it come counts, ladders and queues without reading the city again.
//!
//! The board follows the store by revision, as devices do, so that it is right whoever wrote, and is built anew only when
//! the policy changes.

use super::Core;
use crate::store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::{StateKind, Wish};
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::policy::Policy;
use yuyue_domain::rank::{Ladder, SessionQueue, Standing, Standings, standing};
use yuyue_domain::rank_key::RankKey;
use yuyue_domain::session::Session;
use yuyue_domain::sort_time::sort_time;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Revision;

/// Records read at once.
const PAGE: u32 = 2_000;

/// Everybody with a verified application that waits for a place.
#[derive(Debug, Default)]
pub struct Board {
    /// Up to where it is complete and under which policy; none before it was built.
    built: Option<(Revision, Box<Policy>)>,
    waiting: BTreeMap<Subject, BTreeMap<ApplicantId, Waiting>>,
    /// Who accepts each session, in rank order.
    queues: BTreeMap<SessionId, BTreeSet<Standing>>,
    changed_ladders: BTreeSet<(Subject, LicenceClass)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    class: LicenceClass,
    application: ApplicationId,
    standing: Standing,
    accepts: Vec<SessionId>,
    ordered: bool,
}

/// An application that waits for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Whose.
    pub applicant: ApplicantId,
    /// Its rank.
    pub key: RankKey,
    /// The sessions that it accepts.
    pub accepts: Vec<SessionId>,
    /// Whether in the applicant's own order.
    pub ordered: bool,
}

impl Board {
    /// Takes in one person as things are now.
    pub fn apply(&mut self, record: &ApplicantRecord, policy: &Policy) {
        let id = record.applicant.id;
        for subject in Subject::ALL {
            let queued = record
                .applications
                .iter()
                .find(|own| own.subject == subject && own.state.kind() == StateKind::Queued)
                .map(|own| Waiting {
                    class: own.class,
                    application: own.id,
                    standing: standing(&record.applicant, sort_time(record, subject, policy).value),
                    accepts: own.accepts.clone(),
                    ordered: matches!(own.wish, Wish::Choose { ordered: true, .. }),
                });
            self.put(id, subject, queued);
        }
    }

    /// Forgets somebody who was deleted.
    pub fn remove(&mut self, applicant: ApplicantId) {
        for subject in Subject::ALL {
            self.put(applicant, subject, None);
        }
    }

    fn put(&mut self, applicant: ApplicantId, subject: Subject, queued: Option<Waiting>) {
        let people = self.waiting.entry(subject).or_default();
        if people.get(&applicant) == queued.as_ref() {
            return;
        }
        let before = match queued.clone() {
            Some(now) => people.insert(applicant, now),
            None => people.remove(&applicant),
        };
        if let Some(before) = before {
            self.changed_ladders.insert((subject, before.class));
            for session in before.accepts {
                if let Some(queue) = self.queues.get_mut(&session) {
                    queue.remove(&before.standing);
                    if queue.is_empty() {
                        self.queues.remove(&session);
                    }
                }
            }
        }
        if let Some(now) = queued {
            self.changed_ladders.insert((subject, now.class));
            for session in now.accepts {
                self.queues.entry(session).or_default().insert(now.standing);
            }
        }
    }

    /// How many verified applications accept a session.
    #[must_use]
    pub fn count(&self, session: SessionId) -> u32 {
        self.queues.get(&session).map_or(0, |queue| u32::try_from(queue.len()).unwrap_or(u32::MAX))
    }

    /// Everybody who waits for a subject with a class, in rank order.
    #[must_use]
    pub fn ladder(&self, subject: Subject, class: LicenceClass, as_of: Timestamp) -> Ladder {
        let people = self.waiting.get(&subject).into_iter().flat_map(BTreeMap::values);
        let standings = people.filter(|one| one.class == class).map(|one| one.standing).collect();
        // Serial numbers are unique, so no two stand at the same place, and the city is far below the limit.
        Ladder { subject, class, as_of, standings: Standings::new(standings).unwrap_or_default() }
    }

    /// Whether somebody waits for a subject.
    #[must_use]
    pub fn is_waiting(&self, applicant: ApplicantId, subject: Subject) -> bool {
        self.waiting.get(&subject).is_some_and(|people| people.contains_key(&applicant))
    }

    /// Everybody who waits for a subject.
    #[must_use]
    pub fn waiters(&self, subject: Subject) -> Vec<Waiter> {
        let people = self.waiting.get(&subject).into_iter().flatten();
        people
            .map(|(&applicant, waiting)| {
                let Standing { sort_time, accepted_at, serial, id: () } = waiting.standing;
                let key = RankKey { sort_time, accepted_at, serial, id: waiting.application };
                Waiter { applicant, key, accepts: waiting.accepts.clone(), ordered: waiting.ordered }
            })
            .collect()
    }

    /// Who waits for each of these sessions, in the order of the sessions.
    #[must_use]
    pub fn queues(&self, sessions: &[Session], as_of: Timestamp) -> Vec<SessionQueue> {
        sessions
            .iter()
            .filter_map(|session| {
                let waiting = self.queues.get(&session.id).into_iter().flatten().copied().collect();
                SessionQueue::new(session.id, session.places, waiting, as_of).ok()
            })
            .collect()
    }

    /// Ladders that changed; the caller clears those that it publishes.
    #[must_use]
    pub const fn changed_ladders(&self) -> &BTreeSet<(Subject, LicenceClass)> {
        &self.changed_ladders
    }

    /// Ladders of which devices do not know the latest.
    pub fn note_ladders(&mut self, ladders: impl IntoIterator<Item = (Subject, LicenceClass)>) {
        self.changed_ladders.extend(ladders);
    }

    /// A ladder was published.
    pub fn clear_ladder(&mut self, subject: Subject, class: LicenceClass) {
        self.changed_ladders.remove(&(subject, class));
    }
}

/// Follows the store; builds anew when nothing was built yet or the policy changed.
pub async fn refresh<S: Store>(core: &Core<S>) -> Result<(), StoreError> {
    core.refresh_catalogue().await?;
    let Some(policy) = core.catalogue().policy.clone() else { return Ok(()) };
    let built = core.board().built.as_ref().filter(|(_, under)| *under == policy).map(|(revision, _)| *revision);
    let mut after = match built {
        Some(revision) => revision,
        None => build(core, &policy).await?,
    };
    loop {
        let changed = core.store().list_changed_records(after, PAGE).await?;
        let mut board = core.board();
        for record in &changed.records {
            board.apply(record, &policy);
        }
        for applicant in &changed.gone {
            board.remove(*applicant);
        }
        board.built = Some((changed.until, policy.clone()));
        if changed.until == after || (changed.records.is_empty() && changed.gone.is_empty()) {
            return Ok(());
        }
        after = changed.until;
    }
}

/// Builds a board beside the one that others read, and puts it in its place when it is whole.
async fn build<S: Store>(core: &Core<S>, policy: &Policy) -> Result<Revision, StoreError> {
    // What changes while this reads has a later revision and is read again.
    let head = core.store().get_head().await?.revision;
    let mut board = Board::default();
    let mut after = None;
    loop {
        let records = core.store().list_waiting(after, PAGE).await?;
        for record in &records {
            board.apply(record, policy);
        }
        match records.last() {
            Some(last) => after = Some(last.applicant.id),
            None => break,
        }
    }
    let mut current = core.board();
    // A ladder on which nobody stands any more is known from the board before only.
    let before = current.waiting.iter().flat_map(|(subject, people)| people.values().map(|one| (*subject, one.class)));
    board.changed_ladders.extend(before);
    board.changed_ladders.extend(&current.changed_ladders);
    *current = board;
    Ok(head)
}
