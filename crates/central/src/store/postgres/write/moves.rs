//! Applicants who are new or move to another office. Devices that hold only one office's people learn when somebody left
//! it, and those of the new office get the applications and results as well.

use crate::store::StoreError;
use crate::store::postgres::feed::{self, Counts, Revisions, Tombstone};
use crate::store::postgres::{applicant, application, publication};
use deadpool_postgres::GenericClient;
use std::collections::BTreeMap;
use yuyue_domain::application::Application;
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{Row, RowKey};

/// Where applicants were before a batch, and where they are behind it.
pub struct Moves {
    before: BTreeMap<ApplicantId, OfficeId>,
    after: BTreeMap<ApplicantId, OfficeId>,
}

impl Moves {
    /// Looks before the rows are written.
    pub async fn find<C: GenericClient>(client: &C, rows: &[Row]) -> Result<Self, StoreError> {
        let offices = rows.iter().filter_map(|row| match row {
            Row::Applicant(row) => Some((row.applicant.id, row.applicant.office)),
            _ => None,
        });
        let after: BTreeMap<ApplicantId, OfficeId> = offices.collect();
        let ids: Vec<i64> = after.keys().map(|id| id.0.into()).collect();
        Ok(Self { before: applicant::list_offices(client, &ids).await?, after })
    }

    /// Lets what belongs to whoever moved follow, behind the rows.
    pub async fn follow<C: GenericClient>(
        self,
        client: &C,
        revisions: &mut Revisions,
        counts: &mut Counts,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tombstones: Vec<Tombstone> = Vec::new();
        for (id, office) in self.after {
            let left = match self.before.get(&id) {
                Some(before) if *before == office => continue,
                before => before.copied(),
            };
            *counts.entry(("applicant", office.0.into())).or_default() += 1;
            let Some(left) = left else { continue };
            *counts.entry(("applicant", left.0.into())).or_default() -= 1;
            tombstones.push((RowKey::Applicant(id), Some(left), revisions.take()));
            let applications = application::list_of(client, &[id.0.into()]).await?;
            for moved in applications.values().flatten() {
                tombstones.push((RowKey::Application(moved.id), Some(left), revisions.take()));
                let renewed: (i64, &Application) = (revisions.take(), moved);
                application::upsert(client, &[renewed], counts).await?;
            }
            for (publication, application) in publication::list_results_of(client, id).await? {
                let key = RowKey::PublishedResult(publication, application);
                tombstones.push((key, Some(left), revisions.take()));
                publication::renew_result(client, publication, application, revisions.take()).await?;
            }
        }
        feed::insert_tombstones(client, &tombstones, at).await
    }
}
