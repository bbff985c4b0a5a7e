//! What a publication says, as a pure function over what is known at its instant.

use super::Due;
use crate::core::{Catalogue, spare_priority};
use crate::store::Loaded;
use std::collections::{BTreeMap, BTreeSet};
use yuyue_domain::allocation::{
    AllocationError, LiveApplication, Publication as Allocated, SparePriority, allocate_day,
};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::{Application, StateKind, Wish};
use yuyue_domain::eligibility::{Wanted, check_eligibility};
use yuyue_domain::ids::{ApplicationId, PublicationId, SessionId};
use yuyue_domain::policy::Policy;
use yuyue_domain::publication::{Publication, PublicationResult, PublishedResult, PublishedSession};
use yuyue_domain::rank_key::RankKey;
use yuyue_domain::session::Session;
use yuyue_domain::sort_time::sort_time;
use yuyue_domain::time::Timestamp;

/// A publication that was planned.
pub struct Plan {
    pub publication: Publication,
    /// When each of its sessions begins, in their order.
    pub starts: Vec<Timestamp>,
    pub results: Vec<PublishedResult>,
    /// What each result was worked out from, in their order.
    pub choices: Vec<Choices>,
}

/// What an application asked of a publication.
pub struct Choices {
    /// The sessions of this publication that could seat it, in its order of preference.
    pub accepts: Vec<SessionId>,
    /// Whether that order counts, or the earliest comes first.
    pub ordered: bool,
}

/// A queued application as it is judged at the publication.
struct Contender<'a> {
    record: &'a ApplicantRecord,
    application: &'a Application,
    key: RankKey,
    /// The sessions that still can seat it.
    accepts: Vec<SessionId>,
}

/// Plans a publication; none when it was published in the meantime or there is no policy.
pub fn plan_publication(
    catalogue: &Catalogue,
    loaded: &Loaded,
    id: PublicationId,
    due: &Due,
    now: Timestamp,
) -> Result<Option<Plan>, AllocationError> {
    let Some(policy) = catalogue.policy.as_deref() else { return Ok(None) };
    let contenders: Vec<Contender<'_>> = loaded
        .records
        .values()
        .flat_map(|record| record.applications.iter().map(move |application| (record, application)))
        .filter(|(_, application)| application.state.kind() == StateKind::Queued)
        .filter(|(_, application)| application.accepts.iter().any(|session| due.sessions.contains(session)))
        .map(|(record, application)| judge(catalogue, policy, due, loaded.published_until, record, application, now))
        .collect();
    let sessions = catalogue.planned(loaded.published_until, &loaded.priority_places);
    let live: Vec<LiveApplication<'_>> = contenders
        .iter()
        .filter(|contender| !contender.accepts.is_empty())
        .map(|contender| LiveApplication {
            key: contender.key,
            applicant: contender.record.applicant.id,
            subject: contender.application.subject,
            accepts: &contender.accepts,
            ordered: is_ordered(contender.application),
        })
        .collect();
    let spare = spare_priority(policy);
    let allocated = allocate_day(due.at.date(), &sessions, &live, spare)?;
    Ok(Some(describe(catalogue, loaded, id, due, contenders, &allocated, spare)))
}

fn is_ordered(application: &Application) -> bool {
    matches!(application.wish, Wish::Choose { ordered: true, .. })
}

/// Judges eligibility and sort time anew; sessions that can no longer seat the person fall away.
fn judge<'a>(
    catalogue: &Catalogue,
    policy: &Policy,
    due: &Due,
    published_until: Timestamp,
    record: &'a ApplicantRecord,
    application: &'a Application,
    now: Timestamp,
) -> Contender<'a> {
    let key = RankKey {
        sort_time: sort_time(record, application.subject, policy).value,
        accepted_at: record.applicant.accepted_at,
        serial: record.applicant.serial,
        id: application.id,
    };
    // Its own application must not stand against it.
    let mut rest = record.clone();
    rest.applications.retain(|other| other.id != application.id);
    let taken: Vec<(ApplicationId, &Session)> = rest
        .applications
        .iter()
        .filter(|other| other.state.kind() == StateKind::Placed)
        .filter_map(|other| Some((other.id, catalogue.sessions.get(&other.session()?)?)))
        .collect();
    let is_eligible = |session: &Session| {
        catalogue.sites.get(&session.site).is_some_and(|site| {
            let wanted = Wanted { session, site, taken_sessions: &taken };
            check_eligibility(&rest, application.subject, Some(wanted), now, policy).is_eligible()
        })
    };
    let accepts = application.accepts.iter().copied().filter(|id| {
        let session = catalogue.sessions.get(id).filter(|session| session.is_to_be_published(published_until));
        // A later session is judged at its own publication.
        session.is_some_and(|session| !due.sessions.contains(id) || is_eligible(session))
    });
    Contender { record, application, key, accepts: accepts.collect() }
}

fn describe(
    catalogue: &Catalogue,
    loaded: &Loaded,
    id: PublicationId,
    due: &Due,
    mut contenders: Vec<Contender<'_>>,
    allocated: &Allocated,
    spare: SparePriority,
) -> Plan {
    let places: BTreeMap<ApplicationId, SessionId> =
        allocated.allocation.placed.iter().map(|placed| (placed.application, placed.session)).collect();
    let later: BTreeSet<ApplicationId> = contenders
        .iter()
        .filter(|contender| contender.accepts.iter().any(|session| is_later(catalogue, *session, due)))
        .map(|contender| contender.application.id)
        .collect();
    contenders.sort_unstable_by_key(|contender| contender.key);
    let mut ranks: BTreeMap<_, u32> = BTreeMap::new();
    let mut rank_of: BTreeMap<ApplicationId, u32> = BTreeMap::new();
    let mut results = Vec::with_capacity(contenders.len());
    for contender in &contenders {
        let Contender { record, application, key, .. } = contender;
        let rank = ranks.entry(application.subject).or_default();
        *rank += 1;
        rank_of.insert(application.id, *rank);
        let result = match places.get(&application.id) {
            Some(session) => PublicationResult::Placed { session: *session },
            None if later.contains(&application.id) => PublicationResult::Waiting,
            None => PublicationResult::Unplaced,
        };
        results.push(PublishedResult {
            publication: id,
            application: application.id,
            applicant: record.applicant.id,
            name_masked: record.applicant.name.masked(),
            number_masked: record.applicant.document.number.masked(),
            subject: application.subject,
            class: application.class,
            rank: *rank,
            sort_time: key.sort_time,
            result,
        });
    }
    let count = |wanted: fn(&PublicationResult) -> bool| {
        u32::try_from(results.iter().filter(|result| wanted(&result.result)).count()).unwrap_or(u32::MAX)
    };
    let publication = Publication {
        id,
        publication_at: due.at,
        sessions: describe_sessions(catalogue, loaded, due, &contenders, allocated, &rank_of, spare),
        placed: count(|result| matches!(result, PublicationResult::Placed { .. })),
        unplaced: count(|result| matches!(result, PublicationResult::Unplaced)),
        waiting: count(|result| matches!(result, PublicationResult::Waiting)),
    };
    let choices = contenders.into_iter().map(|contender| {
        let Contender { application, mut accepts, .. } = contender;
        accepts.retain(|session| due.sessions.contains(session));
        Choices { accepts, ordered: is_ordered(application) }
    });
    let starts = due.sessions.iter().filter_map(|id| catalogue.sessions.get(id)).map(|session| session.starts_at);
    Plan { publication, starts: starts.collect(), results, choices: choices.collect() }
}

fn is_later(catalogue: &Catalogue, session: SessionId, due: &Due) -> bool {
    catalogue.sessions.get(&session).is_some_and(|one| one.instants.publication_at.date() > due.at.date())
}

fn describe_sessions(
    catalogue: &Catalogue,
    loaded: &Loaded,
    due: &Due,
    contenders: &[Contender<'_>],
    allocated: &Allocated,
    rank_of: &BTreeMap<ApplicationId, u32>,
    spare: SparePriority,
) -> Vec<PublishedSession> {
    let mut applications: BTreeMap<SessionId, u32> = BTreeMap::new();
    for session in contenders.iter().flat_map(|contender| &contender.application.accepts) {
        *applications.entry(*session).or_default() += 1;
    }
    let mut placed: BTreeMap<SessionId, u16> = BTreeMap::new();
    for placement in &allocated.allocation.placed {
        let count = placed.entry(placement.session).or_default();
        *count = count.saturating_add(1);
    }
    let cut_off = |session: SessionId| {
        let found = allocated.allocation.cut_offs.iter().find(|cut_off| cut_off.session == session);
        found.and_then(|cut_off| rank_of.get(&cut_off.last_admitted?).copied())
    };
    let spare_of = |session: SessionId| match spare {
        SparePriority::Released => loaded.priority_places.get(&session).map_or(0, |row| row.left()),
        SparePriority::Kept => 0,
    };
    let sessions = due.sessions.iter().filter_map(|id| catalogue.sessions.get(id));
    sessions
        .map(|session| PublishedSession {
            session: session.id,
            places: session.places.saturating_add(spare_of(session.id)),
            placed: placed.get(&session.id).copied().unwrap_or(0),
            applications: applications.get(&session.id).copied().unwrap_or(0),
            last_admitted: cut_off(session.id),
        })
        .collect()
}
