//! Loads what a decision needs to know, each kind of it at once, and looks again at what is not locked.

use super::lock::Held;
use super::sql::{self, number};
use super::{account, applicant, application, catalogue, code, command, device, feed, lease, publication, session};
use crate::store::wants::NextIds;
use crate::store::{Loaded, StoreError, Wants};
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use yuyue_domain::ids::{ApplicantId, ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Clerk;
use yuyue_protocol::cursor::Revision;

pub async fn load<C: GenericClient>(client: &C, wants: &Wants, held: &Held) -> Result<Loaded, StoreError> {
    // Read before everything else: what changes while this loads has a later revision and is noticed at the end.
    let before = feed::get_head(client).await?.revision;
    let applicants = applicants(client, wants, held).await?;
    let catalogue = async {
        match wants.catalogue_after {
            Some(after) if after < before => catalogue::list_changed(client, after).await,
            _ => Ok(Vec::new()),
        }
    };
    let codes = async {
        let wanted = if wants.codes { &applicants } else { &BTreeSet::new() };
        code::list_ledgers(client, wanted).await
    };
    let priority_places = async {
        match wants.priority_places_after {
            Some(instant) => session::list_priority(client, instant).await,
            None => Ok(std::collections::BTreeMap::new()),
        }
    };
    let next_ids = async { if wants.next_ids { next_ids(client).await } else { Ok(NextIds::default()) } };
    let (published_until, catalogue, commands, numbers, devices, active_clerks) = tokio::try_join!(
        publication::get_published_until(client),
        catalogue,
        command::list(client, &wants.commands),
        command::list_by_number(client, &wants.numbers),
        device::list_by_id(client, &wants.devices),
        account::list_active(client, &wants.clerks),
    )?;
    let (records, codes, priority_places, code_requests, visit_codes, quotas, accounts, next_ids) = tokio::try_join!(
        applicant::list_records(client, &applicants),
        codes,
        priority_places,
        code::list_requests(client, &wants.code_requests),
        code::list_visits(client, &wants.visit_codes),
        code::list_quotas(client, &wants.quotas),
        account::list_by_number(client, &wants.accounts),
        next_ids,
    )?;
    Ok(Loaded {
        catalogue,
        head: before,
        published_until,
        commands,
        numbers,
        devices,
        active_clerks,
        records,
        priority_places,
        codes,
        code_requests,
        visit_codes,
        quotas,
        accounts,
        next_ids,
    })
}

async fn applicants<C: GenericClient>(
    client: &C,
    wants: &Wants,
    held: &Held,
) -> Result<BTreeSet<ApplicantId>, StoreError> {
    let mut ids = wants.applicants.clone();
    ids.extend(&held.applicants);
    if held.applicants.is_empty() {
        ids.extend(application::list_owners(client, &wants.applications).await?.into_keys());
    }
    ids.extend(application::list_placed_applicants(client, &wants.placed_in).await?);
    if wants.all_waiting {
        ids.extend(application::list_waiting_applicants(client, None, None).await?);
    }
    Ok(ids)
}

async fn next_ids<C: GenericClient>(client: &C) -> Result<NextIds, StoreError> {
    let row = sql::get(
        client,
        "SELECT (SELECT coalesce(max(id), 0) + 1 FROM publication),
                (SELECT coalesce(max(id), 0) + 1 FROM device),
                (SELECT coalesce(max(id), 0) + 1 FROM clerk)",
        &[],
    )
    .await?;
    Ok(NextIds { publication: number(&row, 0)?, device: number(&row, 1)?, clerk: number(&row, 2)? })
}

/// What a decision took for granted without a lock.
#[derive(Debug)]
pub struct Ground {
    catalogue: Option<(Revision, Timestamp)>,
    /// Whoever is locked, as of which revision: what is decided about everybody asks for no locks.
    applicants: (BTreeSet<ApplicantId>, Revision),
    devices: BTreeSet<DeviceId>,
    clerks: BTreeMap<ClerkId, Clerk>,
}

impl Ground {
    /// Of what was loaded.
    pub fn new(wants: &Wants, held: &Held, loaded: &Loaded) -> Self {
        let unrevoked = loaded.devices.values().filter(|device| device.revoked_at.is_none());
        Self {
            catalogue: wants.catalogue_after.map(|_| (loaded.head, loaded.published_until)),
            applicants: (held.applicants.clone(), loaded.head),
            devices: unrevoked.map(|device| device.id).collect(),
            clerks: loaded.active_clerks.clone(),
        }
    }

    /// Looks again, with the head of the feed in hand: whatever has changed meanwhile was committed by now, and nothing
    /// changes any more.
    pub async fn check<C: GenericClient>(&self, client: &C, wants: &Wants) -> Result<(), StoreError> {
        let catalogue = async {
            let Some((head, published_until)) = self.catalogue else { return Ok(true) };
            let (has_changed, until) =
                tokio::try_join!(catalogue::has_changed(client, head), publication::get_published_until(client),)?;
            Ok(!has_changed && until == published_until)
        };
        let applicants = async {
            let (ids, head) = &self.applicants;
            Ok(ids.is_empty() || !applicant::has_changed(client, ids, *head).await?)
        };
        let devices = async {
            let now = device::list_by_id(client, &self.devices).await?;
            Ok(now.values().all(|device| device.revoked_at.is_none()))
        };
        let clerks = async {
            let ids = self.clerks.keys().copied().collect();
            Ok(account::list_active(client, &ids).await? == self.clerks)
        };
        let term = lease::check(client, wants.term);
        let (catalogue, applicants, devices, clerks, ()) =
            tokio::try_join!(catalogue, applicants, devices, clerks, term)?;
        if catalogue && applicants && devices && clerks { Ok(()) } else { Err(StoreError::Overtaken) }
    }
}
