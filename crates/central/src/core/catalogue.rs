//! What every decision looks at and what changes seldom, kept in memory and brought up to date by revision.

use crate::store::PriorityRow;
use std::collections::BTreeMap;
use yuyue_domain::allocation::{PlannedSession, SparePriority};
use yuyue_domain::ids::{OfficeId, SessionId, SiteId};
use yuyue_domain::notice::{Notice, NoticeKind};
use yuyue_domain::office::Office;
use yuyue_domain::policy::Policy;
use yuyue_domain::session::{Session, Site};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;
use yuyue_protocol::cursor::Revision;

/// Offices, sites, sessions, notices and the policy as of a revision.
#[derive(Debug, Default, Clone)]
pub struct Catalogue {
    revision: Revision,
    changed_at: Revision,
    /// Offices.
    pub offices: BTreeMap<OfficeId, Office>,
    /// Sites.
    pub sites: BTreeMap<SiteId, Site>,
    /// Sessions.
    pub sessions: BTreeMap<SessionId, Session>,
    /// The current texts.
    pub notices: BTreeMap<NoticeKind, Notice>,
    /// The policy in force; none before one was imported.
    pub policy: Option<Box<Policy>>,
}

impl Catalogue {
    /// Up to where it is complete.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// As of which revision it is as it is: others may have come behind it that are about nothing of it.
    #[must_use]
    pub const fn changed_at(&self) -> Revision {
        self.changed_at
    }

    /// The sessions whose places are still to be given out, as an allocation looks at them, when everything up to
    /// `published_until` is published.
    #[must_use]
    pub fn planned(
        &self,
        published_until: Timestamp,
        priority: &BTreeMap<SessionId, PriorityRow>,
    ) -> Vec<PlannedSession> {
        let planned = self.sessions.values().filter(|session| session.is_to_be_published(published_until));
        planned
            .map(|session| PlannedSession {
                id: session.id,
                places: session.places.into(),
                unused_priority_places: priority.get(&session.id).map_or(0, |row| row.left()).into(),
                starts_at: session.starts_at,
                publication_at: session.instants.publication_at,
            })
            .collect()
    }

    /// Takes in what changed up to `head`.
    pub fn apply(&mut self, rows: Vec<Row>, head: Revision) {
        if head < self.revision {
            return;
        }
        if !rows.is_empty() {
            self.changed_at = head;
        }
        for row in rows {
            match row {
                Row::Office(office) => drop(self.offices.insert(office.id, office)),
                Row::Site(site) => drop(self.sites.insert(site.id, site)),
                Row::Session(session) => drop(self.sessions.insert(session.id, session)),
                Row::Notice(notice) => drop(self.notices.insert(notice.kind, notice)),
                Row::Policy(policy) => self.policy = Some(policy),
                _ => {}
            }
        }
        self.revision = head;
    }
}

/// What becomes of priority places that nobody took.
#[must_use]
pub fn spare_priority(policy: &Policy) -> SparePriority {
    if policy.local.priority.unused_places_go_to_normal { SparePriority::Released } else { SparePriority::Kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_nothing_of_it_leaves_it_as_it_is() {
        let mut catalogue = Catalogue::default();
        let offices = yuyue_domain::seed::offices().expect("the guide's").offices;
        catalogue.apply(offices.into_iter().map(Row::Office).collect(), Revision(5));
        catalogue.apply(Vec::new(), Revision(9));
        assert_eq!((catalogue.revision(), catalogue.changed_at()), (Revision(9), Revision(5)), "a booking came");
    }
}
