//! Decisions are dated in the order in which they were made, and nobody is passed over at a publication.

use super::truth::Truth;
use std::collections::BTreeMap;
use yuyue_domain::application::ApplicationState;
use yuyue_domain::publication::{PublicationResult, PublishedResult};
use yuyue_domain::time::Timestamp;

/// Checks it.
pub fn check(truth: &Truth) -> Result<(), String> {
    if let Some(pair) = truth.audit.windows(2).find(|pair| pair[0].at > pair[1].at) {
        return Err(format!("the audit dates {} before what came before it", pair[1].act));
    }
    for (id, application) in &truth.applications {
        let decided_at = truth.commands.get(id).map(|decided| decided.at);
        if decided_at != Some(application.accepted_at.unix()) {
            return Err(format!("{id} was accepted at another time than it was decided"));
        }
        if application.timeline.windows(2).any(|pair| pair[0].at > pair[1].at) {
            return Err(format!("the timeline of {id} goes backwards"));
        }
    }
    let mut per_publication: BTreeMap<u32, Vec<&PublishedResult>> = BTreeMap::new();
    for result in &truth.results {
        per_publication.entry(result.publication.0).or_default().push(result);
    }
    for publication in &truth.publications {
        let results = per_publication.remove(&publication.id.0).unwrap_or_default();
        let placed = results.iter().filter(|result| matches!(result.result, PublicationResult::Placed { .. })).count();
        if u32::try_from(placed) != Ok(publication.placed) {
            return Err(format!("the publication {} counts other places than it gave", publication.id.0));
        }
        check_ranks(truth, &results)?;
    }
    match per_publication.into_keys().next() {
        Some(id) => Err(format!("results of the publication {id} stand without it")),
        None => Ok(()),
    }
}

/// What decides the order of service, but for the last tie.
fn key(truth: &Truth, result: &PublishedResult) -> Option<(Timestamp, Timestamp, u64)> {
    let applicant = truth.applicants.get(&result.applicant)?;
    Some((result.sort_time, applicant.accepted_at, applicant.serial))
}

/// Ranks follow the sort times, and nobody with a worse rank sits in a session that somebody better was refused.
fn check_ranks(truth: &Truth, results: &[&PublishedResult]) -> Result<(), String> {
    for one in results {
        for other in results {
            if (one.subject, one.class) != (other.subject, other.class) {
                continue;
            }
            if one.rank < other.rank && key(truth, one) > key(truth, other) {
                return Err(format!("{} ranks before {} and sorts behind it", one.application.0, other.application.0));
            }
            let (PublicationResult::Placed { session }, true) =
                (other.result, !matches!(one.result, PublicationResult::Placed { .. }))
            else {
                continue;
            };
            let Some(passed_over) = truth.applications.get(&one.application.0) else { continue };
            if one.rank < other.rank && passed_over.accepts.contains(&session) {
                return Err(format!("{} was passed over for {}", one.application.0, other.application.0));
            }
        }
        if let (PublicationResult::Placed { session }, Some(application)) =
            (one.result, truth.applications.get(&one.application.0))
        {
            let was_placed = application
                .timeline
                .iter()
                .any(|step| matches!(step.state, ApplicationState::Placed { session: given, .. } if given == session));
            if !was_placed {
                return Err(format!("{} was published with a place that it never got", one.application.0));
            }
        }
    }
    Ok(())
}
