//! Visits at kiosks. They live for minutes: in memory where one process serves all kiosks, in a table that is not kept
//! through a crash where several do.

use crate::secret::Hash;
use std::collections::BTreeMap;
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, DeviceId};
use yuyue_domain::time::Timestamp;

/// Who is at a kiosk. Nothing but hashes stands for what was typed and handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitRow {
    /// The request that opened it: asked again, it is answered again.
    pub opening: Uuid,
    /// The keyed hash of the typed number.
    pub number: Hash,
    /// The SHA-256 of the token.
    pub token: Hash,
    /// Whose visit it is.
    pub applicant: ApplicantId,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when, unless something is heard of it.
    pub expires_at: Timestamp,
}

/// For how long a visit lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitSpan {
    /// Seconds after which it ends when nothing is heard of it.
    pub idle_seconds: u32,
    /// Seconds after which it ends in any case.
    pub whole_seconds: u32,
}

/// How many codes a kiosk has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Since when they are counted.
    pub since: Timestamp,
    /// How many, this one included.
    pub count: u32,
}

/// The visits of one process. One visit a kiosk, so there are never more than kiosks.
#[derive(Debug, Default)]
pub struct VisitMemory {
    open: BTreeMap<DeviceId, VisitRow>,
    asked: BTreeMap<DeviceId, Asked>,
}

impl VisitMemory {
    /// The last visit at a kiosk.
    pub fn find(&self, device: DeviceId) -> Option<VisitRow> {
        self.open.get(&device).copied()
    }

    /// Whose visit a token stands for now, and prolongs it.
    pub fn prolong(&mut self, device: DeviceId, token: &Hash, now: Timestamp, span: VisitSpan) -> Option<ApplicantId> {
        let visit = self.open.get_mut(&device).filter(|visit| visit.token == *token && now < visit.expires_at)?;
        let end = visit.opened_at.plus_seconds(span.whole_seconds.into());
        visit.expires_at = now.plus_seconds(span.idle_seconds.into()).min(end);
        Some(visit.applicant)
    }

    /// Puts a visit in the place of the one before.
    pub fn open(&mut self, device: DeviceId, visit: VisitRow) {
        self.open.insert(device, visit);
    }

    /// Ends the visit at a kiosk.
    pub fn end(&mut self, device: DeviceId) {
        self.open.remove(&device);
    }

    /// Counts one more code.
    pub fn ask(&mut self, device: DeviceId, now: Timestamp, within_seconds: u32) -> Asked {
        let asked = self.asked.entry(device).or_insert(Asked { since: now, count: 0 });
        if now.seconds_since(asked.since) >= i64::from(within_seconds) {
            *asked = Asked { since: now, count: 0 };
        }
        asked.count = asked.count.saturating_add(1);
        *asked
    }
}
