//! What devices do not follow.

use crate::audit::Entry;
use crate::store::postgres::{
    account, audit, catalogue, code, command, device, publication, session, signed, sms, sql,
};
use crate::store::{AnsweredCode, CodeLedger, CommandRow, NewSms, StoreError, Write};
use deadpool_postgres::GenericClient;
use std::collections::BTreeMap;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;

/// What goes in one statement each.
#[derive(Default)]
struct Together<'a> {
    commands: Vec<&'a CommandRow>,
    priority: BTreeMap<SessionId, i64>,
    ledgers: BTreeMap<ApplicantId, (&'a CodeLedger, Timestamp)>,
    requests: Vec<(&'a AnsweredCode, Timestamp)>,
    sms: Vec<&'a NewSms>,
    sent: Vec<i64>,
    audit: Vec<Entry>,
}

/// Writes them: what comes seldom one by one in its order, the rest together.
pub async fn write<C: GenericClient>(client: &C, writes: &[Write]) -> Result<(), StoreError> {
    let mut together = Together::default();
    for write in writes {
        match write {
            Write::Command(row) => together.commands.push(row),
            Write::PriorityTaken { session, by } => *together.priority.entry(*session).or_default() += i64::from(*by),
            Write::CodeLedger { applicant, ledger, at } => drop(together.ledgers.insert(*applicant, (ledger, *at))),
            Write::CodeRequest { answered, at } => together.requests.push((answered, *at)),
            Write::Sms(new) => together.sms.push(new),
            Write::SmsSent { id } => together.sent.push(signed(*id)),
            Write::Audit(entry) => together.audit.push(*entry),
            seldom => write_one(client, seldom).await?,
        }
    }
    let requests = async {
        for (answered, at) in &together.requests {
            code::insert_request(client, answered, *at).await?;
        }
        Ok(())
    };
    // None of them refers to another.
    let written = tokio::join!(
        session::take_priority(client, &together.priority),
        command::insert(client, &together.commands),
        code::upsert_ledgers(client, &together.ledgers),
        requests,
        sms::insert(client, &together.sms),
        sms::set_sent(client, &together.sent),
        audit::append(client, &together.audit),
    );
    sql::first_error(written.into())
}

async fn write_one<C: GenericClient>(client: &C, write: &Write) -> Result<(), StoreError> {
    match write {
        Write::VisitCode { number, row, at } => code::upsert_visit(client, number, row, *at).await,
        Write::Quota { key, quota } => code::upsert_quota(client, key, *quota).await,
        Write::SmsTaken { ids, until } => sms::set_taken(client, ids, *until).await,
        Write::SmsFailed { id, next_at } => sms::set_failed(client, *id, *next_at).await,
        Write::PolicyDocument(document) => catalogue::upsert_policy_document(client, document).await,
        Write::DeviceAdded(new) => device::insert(client, new).await,
        Write::DeviceEnrolled { device, signing_key, fingerprint, at } => {
            device::set_enrolled(client, *device, signing_key, fingerprint, *at).await
        }
        Write::DeviceRenewed { device, used, next } => device::set_renewed(client, *device, used, next).await,
        Write::PublicationRecord(row) => publication::insert_record(client, row).await,
        Write::DeviceRevoked { device, at } => device::set_revoked(client, *device, *at).await,
        Write::Account(row) => account::upsert(client, row).await,
        Write::TokenMade { token, clerk, device, expires_at } => {
            account::insert_token(client, token, *clerk, *device, *expires_at).await
        }
        Write::TokensDropped { clerk } => account::delete_tokens(client, *clerk).await,
        Write::Command(_)
        | Write::PriorityTaken { .. }
        | Write::CodeLedger { .. }
        | Write::CodeRequest { .. }
        | Write::Sms(_)
        | Write::SmsSent { .. }
        | Write::Audit(_) => Ok(()),
    }
}
