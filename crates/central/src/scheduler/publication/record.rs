//! The record of a publication: what it was worked out from and what came of it, in the form that `yuyue-central allocate`
//! reads, so that anybody can work it out again. It names nobody: an application is called by its subject and rank, as in
//! the published list, a person by a number that holds for this record only. The times and numbers that decide between
//! equal sort times are left out; the rank, which they gave, stands in their place.

use super::plan::Plan;
use crate::store::PublicationRecord;
use ed25519_dalek::{Signer as _, SigningKey};
use serde::Serialize;
use std::collections::BTreeMap;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::publication::{PublicationResult, PublishedResult};
use yuyue_domain::time::Timestamp;

/// How hard records are compressed: zstd's default.
const ZSTD_LEVEL: i32 = 3;

#[derive(Serialize)]
struct Record {
    publication: u32,
    publication_at: Timestamp,
    sessions: Vec<Session>,
    applications: Vec<Application>,
    placed: Vec<Placed>,
    /// Who accepts no session with a later publication.
    unplaced: Vec<String>,
    /// Who does.
    waiting: Vec<String>,
}

#[derive(Serialize)]
struct Session {
    id: String,
    places: u16,
    starts_at: Timestamp,
}

#[derive(Serialize)]
struct Application {
    id: String,
    applicant: String,
    subject: Subject,
    sort_time: Timestamp,
    accepted_at: Timestamp,
    serial: u32,
    accepts: Vec<String>,
    ordered: bool,
}

#[derive(Serialize)]
struct Placed {
    application: String,
    session: String,
}

/// The record of a plan as everybody may read it, as JSON.
pub fn describe(plan: &Plan) -> Result<Vec<u8>, serde_json::Error> {
    let mut people: BTreeMap<ApplicantId, usize> = BTreeMap::new();
    let mut applications = Vec::with_capacity(plan.results.len());
    let (mut placed, mut unplaced, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for (result, choices) in plan.results.iter().zip(&plan.choices) {
        let next = people.len() + 1;
        let number = *people.entry(result.applicant).or_insert(next);
        applications.push(Application {
            id: application(result),
            applicant: number.to_string(),
            subject: result.subject,
            sort_time: result.sort_time,
            accepted_at: result.sort_time,
            serial: result.rank,
            accepts: choices.accepts.iter().copied().map(session).collect(),
            ordered: choices.ordered,
        });
        match result.result {
            PublicationResult::Placed { session: at } => {
                placed.push(Placed { application: application(result), session: session(at) });
            }
            PublicationResult::Unplaced => unplaced.push(application(result)),
            PublicationResult::Waiting => waiting.push(application(result)),
        }
    }
    let sessions = plan.publication.sessions.iter().zip(&plan.starts);
    let sessions = sessions
        .map(|(one, starts_at)| Session { id: session(one.session), places: one.places, starts_at: *starts_at })
        .collect();
    let (publication, publication_at) = (plan.publication.id.0, plan.publication.publication_at);
    serde_json::to_vec(&Record { publication, publication_at, sessions, applications, placed, unplaced, waiting })
}

/// The record with the centre's signature, as it is kept.
pub fn seal(plan: &Plan, key: &SigningKey) -> Result<PublicationRecord, std::io::Error> {
    let text = describe(plan)?;
    let signature = key.sign(&text).to_bytes();
    let record = zstd::encode_all(text.as_slice(), ZSTD_LEVEL)?;
    Ok(PublicationRecord { publication: plan.publication.id, record, signature })
}

/// 科目 and rank, as the published list has them.
fn application(result: &PublishedResult) -> String {
    format!("{}-{}", result.subject.number(), result.rank)
}

/// A width at which the order of the texts is that of the numbers.
fn session(session: SessionId) -> String {
    format!("{:010}", session.0)
}
