//! 考场取消: when the office cancels a session, whoever had a place there, or waited for it, is told.
//!
//! An application that waits for others too gives the session up: it no longer accepts it. That is written together with
//! the message, so that nobody is told twice, whoever looks again. A session that takes place after all comes back to none of
//! them: they were told that it does not, and may apply for it anew.

use crate::audit::{Act as AuditAct, Entry};
use crate::core::{Catalogue, Core, messages};
use crate::store::{Batch, LeaseTerm, Store, StoreError, Wants};
use std::collections::BTreeSet;
use yuyue_domain::application::transition::Act;
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::SessionId;
use yuyue_domain::session::SessionStatus;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Applications that are written in one transaction: nobody else is decided meanwhile. The rest is for the next look.
const HITS_MAX: usize = 10_000;

/// Looks at every cancelled session that was not looked at before; answers how many applications ended.
pub async fn end<S: Store>(
    core: &Core<S>,
    now: Timestamp,
    term: Option<LeaseTerm>,
    looked_at: &mut BTreeSet<SessionId>,
) -> Result<usize, StoreError> {
    let cancelled: BTreeSet<SessionId> = {
        let catalogue = core.catalogue();
        let sessions = catalogue.sessions.values();
        let coming = sessions.filter(|one| one.status == SessionStatus::Cancelled && one.starts_at > now);
        coming.map(|session| session.id).collect()
    };
    // One that takes place after all may be cancelled again.
    looked_at.retain(|id| cancelled.contains(id));
    let cancelled: BTreeSet<SessionId> = cancelled.difference(looked_at).copied().collect();
    if cancelled.is_empty() {
        return Ok(0);
    }
    let catalogue_after = Some(core.catalogue().revision());
    let wants = Wants { catalogue_after, placed_in: cancelled.clone(), all_waiting: true, term, ..Wants::default() };
    let (ended, is_all) = core
        .store()
        .transact(&wants, |mut loaded| {
            // Not as it was before the wait for the lock: what was decided meanwhile comes first.
            let now = core.now();
            let catalogue = core.catalogue_with(&mut loaded);
            // One that takes place after all by now is left alone.
            let is_cancelled =
                |id: &SessionId| catalogue.sessions.get(id).is_some_and(|one| one.status == SessionStatus::Cancelled);
            let cancelled: BTreeSet<SessionId> = cancelled.iter().copied().filter(is_cancelled).collect();
            let mut batch = Batch::at(now);
            let mut ended = 0;
            let mut is_all = true;
            for record in loaded.records.values() {
                if batch.rows.len() >= HITS_MAX {
                    is_all = false;
                    break;
                }
                for own in &record.applications {
                    let hit = find_hit(own, &cancelled, &catalogue, loaded.published_until);
                    let mut application = own.clone();
                    let text = match hit {
                        None => continue,
                        Some(Hit::Ended) => {
                            if application.cancel_by_office(Act::system(now)).is_err() {
                                continue;
                            }
                            ended += 1;
                            Some(messages::cancelled_by_office(own.subject))
                        }
                        Some(Hit::Lost(sessions)) => {
                            application.give_up(&sessions);
                            let is_queued = own.state.kind() == StateKind::Queued;
                            messages::sessions_cancelled(&catalogue, &sessions, is_queued)
                        }
                    };
                    batch.writes.extend(text.and_then(|text| messages::result(&record.applicant, text, now)));
                    batch.audit(Entry {
                        applicant: Some(own.applicant),
                        application: Some(own.id),
                        ..Entry::new(now, AuditAct::CancelledByOffice)
                    });
                    batch.rows.push(Row::Application(Box::new(application)));
                }
            }
            (batch, (ended, is_all))
        })
        .await?;
    if is_all {
        looked_at.extend(cancelled);
    }
    Ok(ended)
}

/// What cancelled sessions take away.
enum Hit {
    /// The place, or the last chance of one.
    Ended,
    /// These chances, and others are left.
    Lost(Vec<SessionId>),
}

fn find_hit(
    application: &Application,
    cancelled: &BTreeSet<SessionId>,
    catalogue: &Catalogue,
    published_until: Timestamp,
) -> Option<Hit> {
    match application.state.kind() {
        StateKind::Placed => {
            application.session().is_some_and(|session| cancelled.contains(&session)).then_some(Hit::Ended)
        }
        StateKind::Queued | StateKind::AwaitingCode => {
            let hit = application.accepts.iter().copied().filter(|id| cancelled.contains(id));
            if !application.has_publication_to_come(&catalogue.sessions, published_until) {
                return (hit.count() > 0).then_some(Hit::Ended);
            }
            // One whose places were given out already was no chance any more.
            let is_to_come = |id: &SessionId| {
                catalogue.sessions.get(id).is_some_and(|one| one.instants.publication_at > published_until)
            };
            let lost: Vec<SessionId> = hit.filter(is_to_come).collect();
            (!lost.is_empty()).then_some(Hit::Lost(lost))
        }
        _ => None,
    }
}
