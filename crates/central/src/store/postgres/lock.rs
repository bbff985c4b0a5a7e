//! What a transaction locks before it looks: applicants, then sessions, then accounts and typed numbers, each in the order
//! of their keys, so that no two transactions wait for each other; and last the head of the feed.

use super::feed::Revisions;
use super::{application, sql};
use crate::secret::Hash;
use crate::store::{Batch, StoreError, Wants, Write};
use deadpool_postgres::GenericClient;
use std::collections::BTreeSet;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_protocol::change::{Row, RowKey};

/// What a transaction holds.
#[derive(Debug, Default)]
pub struct Held {
    /// Applicants who are locked, and whose applications are wanted.
    pub applicants: BTreeSet<ApplicantId>,
    sessions: BTreeSet<SessionId>,
    /// The head of the feed, when it was taken before the decision: then nothing changes any more.
    pub head: Option<Revisions>,
}

/// Locks what a decision is about.
pub async fn lock<C: GenericClient>(client: &C, wants: &Wants) -> Result<Held, StoreError> {
    if wants.all_waiting || !wants.placed_in.is_empty() {
        // About everybody: with the head in hand nobody else commits, so no more is needed. Whoever has decided meanwhile
        // and waits for the head notices then.
        return Ok(Held { head: Some(Revisions::begin(client).await?), ..Held::default() });
    }
    let owners = application::list_owners(client, &wants.applications).await?;
    let mut held = Held { applicants: wants.applicants.clone(), sessions: wants.sessions.clone(), head: None };
    held.applicants.extend(owners.keys());
    lock_applicants(client, &held.applicants).await?;
    if wants.priority_places_after.is_some() {
        // A place that is given up is one of the session in which it was; it was so before the lock or is so no more.
        held.sessions.extend(owners.into_values().flatten());
    }
    lock_sessions(client, &held.sessions).await?;
    lock_accounts(client, &wants.accounts).await?;
    let is_every_number_known = lock_visit_codes(client, &wants.visit_codes).await?;
    if wants.next_ids || !is_every_number_known || !wants.quotas.is_empty() {
        // What is not there yet cannot be locked.
        held.head = Some(Revisions::begin(client).await?);
    }
    Ok(held)
}

impl Held {
    /// Locks what will be written beside what was locked before.
    pub async fn lock_more<C: GenericClient>(&mut self, client: &C, batch: &Batch) -> Result<(), StoreError> {
        let (applicants, sessions) = written(batch);
        let applicants = applicants.difference(&self.applicants).copied().collect();
        lock_applicants(client, &applicants).await?;
        let sessions = sessions.difference(&self.sessions).copied().collect();
        lock_sessions(client, &sessions).await
    }
}

/// Whose rows, and which sessions' places, a batch writes.
fn written(batch: &Batch) -> (BTreeSet<ApplicantId>, BTreeSet<SessionId>) {
    let (mut applicants, mut sessions) = (BTreeSet::new(), BTreeSet::new());
    for row in &batch.rows {
        match row {
            Row::Applicant(row) => drop(applicants.insert(row.applicant.id)),
            Row::Application(row) => drop(applicants.insert(row.applicant)),
            Row::Session(session) => drop(sessions.insert(session.id)),
            _ => {}
        }
    }
    for (key, _) in &batch.gone {
        match key {
            RowKey::Applicant(id) => drop(applicants.insert(*id)),
            RowKey::Session(id) => drop(sessions.insert(*id)),
            _ => {}
        }
    }
    for write in &batch.writes {
        match write {
            Write::PriorityTaken { session, .. } => drop(sessions.insert(*session)),
            Write::CodeLedger { applicant, .. } => drop(applicants.insert(*applicant)),
            Write::CodeRequest { answered, .. } => drop(applicants.insert(answered.request.applicant)),
            _ => {}
        }
    }
    (applicants, sessions)
}

async fn lock_applicants<C: GenericClient>(client: &C, ids: &BTreeSet<ApplicantId>) -> Result<(), StoreError> {
    if !ids.is_empty() {
        let ids: Vec<i64> = ids.iter().map(|id| id.0.into()).collect();
        let statement = "SELECT id FROM applicant WHERE id = ANY($1) ORDER BY id FOR UPDATE";
        sql::list(client, statement, &[&ids]).await?;
    }
    Ok(())
}

async fn lock_sessions<C: GenericClient>(client: &C, ids: &BTreeSet<SessionId>) -> Result<(), StoreError> {
    if !ids.is_empty() {
        let ids: Vec<i64> = ids.iter().map(|id| id.0.into()).collect();
        let statement = "SELECT session FROM priority_places WHERE session = ANY($1) ORDER BY session FOR UPDATE";
        sql::list(client, statement, &[&ids]).await?;
    }
    Ok(())
}

async fn lock_accounts<C: GenericClient>(client: &C, staff_numbers: &BTreeSet<String>) -> Result<(), StoreError> {
    let known: Vec<&str> = staff_numbers.iter().map(String::as_str).filter(|number| sql::is_text(number)).collect();
    if !known.is_empty() {
        let statement =
            "SELECT clerk FROM clerk_account WHERE clerk IN (SELECT id FROM clerk WHERE staff_number = ANY($1))
             ORDER BY clerk FOR UPDATE";
        sql::list(client, statement, &[&known]).await?;
    }
    Ok(())
}

/// Answers whether all of them were there.
async fn lock_visit_codes<C: GenericClient>(client: &C, numbers: &BTreeSet<Hash>) -> Result<bool, StoreError> {
    if numbers.is_empty() {
        return Ok(true);
    }
    let numbers: Vec<&[u8]> = numbers.iter().map(Hash::as_slice).collect();
    let statement = "SELECT number FROM visit_code WHERE number = ANY($1) ORDER BY number FOR UPDATE";
    Ok(sql::list(client, statement, &[&numbers]).await?.len() == numbers.len())
}
