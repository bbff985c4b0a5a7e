//! 预约结果公示: all sessions of a publication day are allocated together and published exactly once.

mod plan;
mod record;

use super::SchedulerError;
use crate::audit::{Act as AuditAct, Entry};
use crate::core::{Catalogue, Core, messages};
use crate::store::{Batch, LeaseTerm, Loaded, PublicationRecord, Store, Wants, Write};
use plan::{Plan, plan_publication};
use std::collections::BTreeSet;
use yuyue_domain::application::transition::Act;
use yuyue_domain::ids::{PublicationId, SessionId};
use yuyue_domain::publication::{PublicationResult, PublishedResult};
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// What a publication gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Published {
    /// For which instant.
    pub publication_at: Timestamp,
    /// Sessions that were allocated.
    pub sessions: u32,
    /// Applications that got a place.
    pub placed: u32,
    /// Applications that got none and accept no later session.
    pub unplaced: u32,
    /// Applications that wait for a later publication.
    pub waiting: u32,
}

/// What a publication would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// In numbers.
    pub published: Published,
    /// In full, as it would be published.
    pub record: PublicationRecord,
}

/// Publishes the earliest day that is due; none when nothing is.
///
/// Two may try at once, such as the scheduler and an operator's command. What is due is decided with the store's lock in
/// hand: the second one finds the day published and looks at the next.
pub async fn publish_next<S: Store>(
    core: &Core<S>,
    now: Timestamp,
    term: Option<LeaseTerm>,
) -> Result<Option<Published>, SchedulerError> {
    let Some(mut wants) = wants(core, now).await? else { return Ok(None) };
    wants.term = term;
    let published = core.store().transact(&wants, |mut loaded| {
        // Giving the places of a city out takes seconds, in which whoever reads the plan must not wait.
        let catalogue = core.catalogue_with(&mut loaded);
        match plan_next(core, &catalogue, &loaded, now) {
            Err(error) => (Batch::default(), Err(error)),
            Ok(None) => (Batch::default(), Ok(None)),
            Ok(Some((plan, record))) => {
                let published = summary(&plan);
                // Not as it was before the wait for the lock: what was decided meanwhile comes first.
                let mut batch = write_plan(plan, &loaded, &catalogue, core.now());
                batch.writes.push(Write::PublicationRecord(Box::new(record)));
                (batch, Ok(Some(published)))
            }
        }
    });
    published.await?
}

/// What the next publication that is due at `now` would give. Nothing is written, and nobody waits for it.
///
/// # Errors
/// When the store fails or the applications contradict each other.
pub async fn preview<S: Store>(core: &Core<S>, now: Timestamp) -> Result<Option<Preview>, SchedulerError> {
    core.refresh_catalogue().await?;
    let Some(wants) = wants(core, now).await? else { return Ok(None) };
    let mut loaded = core.store().look(&wants).await?;
    let catalogue = core.catalogue_with(&mut loaded);
    let planned = plan_next(core, &catalogue, &loaded, now)?;
    Ok(planned.map(|(plan, record)| Preview { published: summary(&plan), record }))
}

/// What the next publication needs to know; none when nothing is due.
async fn wants<S: Store>(core: &Core<S>, now: Timestamp) -> Result<Option<Wants>, SchedulerError> {
    let from = core.store().get_published_until().await?;
    if find_due(&core.catalogue(), from, now).is_none() {
        return Ok(None);
    }
    Ok(Some(Wants {
        catalogue_after: Some(core.catalogue().revision()),
        all_waiting: true,
        priority_places_after: Some(from),
        next_ids: true,
        ..Wants::default()
    }))
}

/// The next publication with its record; none when it was made in the meantime.
fn plan_next<S: Store>(
    core: &Core<S>,
    catalogue: &Catalogue,
    loaded: &Loaded,
    now: Timestamp,
) -> Result<Option<(Plan, PublicationRecord)>, SchedulerError> {
    let Some(due) = find_due(catalogue, loaded.published_until, now) else { return Ok(None) };
    let id = PublicationId(loaded.next_ids.publication);
    let Some(plan) = plan_publication(catalogue, loaded, id, &due, now)? else { return Ok(None) };
    let record = record::seal(&plan, &core.seal())?;
    Ok(Some((plan, record)))
}

/// The sessions of one publication day.
pub struct Due {
    /// The instant for which it is made: the latest of its sessions.
    pub at: Timestamp,
    /// The sessions that take place.
    pub sessions: BTreeSet<SessionId>,
}

/// The earliest day all of whose sessions are due at `now`, when everything up to `published_until` is published.
fn find_due(catalogue: &Catalogue, published_until: Timestamp, now: Timestamp) -> Option<Due> {
    let at_of = |session: &Session| session.instants.publication_at;
    let to_come: Vec<&Session> =
        catalogue.sessions.values().filter(|session| session.is_to_be_published(published_until)).collect();
    let next = to_come.iter().map(|session| at_of(session)).min()?.date();
    let day: Vec<&&Session> = to_come.iter().filter(|session| at_of(session).date() == next).collect();
    let at = day.iter().map(|session| at_of(session)).max()?;
    (at <= now).then(|| Due { at, sessions: day.iter().map(|session| session.id).collect() })
}

fn summary(plan: &Plan) -> Published {
    let header = &plan.publication;
    Published {
        publication_at: header.publication_at,
        sessions: u32::try_from(header.sessions.len()).unwrap_or(u32::MAX),
        placed: header.placed,
        unplaced: header.unplaced,
        waiting: header.waiting,
    }
}

/// Everything that a publication changes, its header last: whoever sees the header has seen the rest.
fn write_plan(plan: Plan, loaded: &Loaded, catalogue: &Catalogue, now: Timestamp) -> Batch {
    let mut batch = Batch::at(now);
    let act = Act::system(now);
    for result in &plan.results {
        let record = loaded.records.get(&result.applicant);
        let own = record.and_then(|record| record.applications.iter().find(|own| own.id == result.application));
        let Some(own) = own else { continue };
        let mut application = own.clone();
        // The plan holds queued applications and sessions that they accept, so neither step can be refused.
        let changed = match result.result {
            PublicationResult::Placed { session } => application.place(session, act).is_ok(),
            PublicationResult::Unplaced => application.leave_unplaced(act).is_ok(),
            PublicationResult::Waiting => false,
        };
        if changed {
            batch.rows.push(Row::Application(Box::new(application)));
        }
        if let (Some(record), Some(text)) = (record, text_of(result, catalogue)) {
            batch.writes.extend(messages::result(&record.applicant, text, now));
        }
    }
    batch.rows.extend(plan.results.into_iter().map(Row::PublishedResult));
    batch.rows.push(Row::Publication(plan.publication));
    batch.audit(Entry::new(now, AuditAct::Published));
    batch
}

fn text_of(result: &PublishedResult, catalogue: &Catalogue) -> Option<String> {
    match result.result {
        PublicationResult::Placed { session } => messages::placed(catalogue, session),
        PublicationResult::Unplaced => Some(messages::unplaced(result.subject)),
        PublicationResult::Waiting => Some(messages::waiting(result.subject)),
    }
}
