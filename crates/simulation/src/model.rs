//! What ought to be true: every command that was sent, what clerks were told, where cursors stood.

use crate::clerk::Told;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_protocol::command::Command;
use yuyue_protocol::cursor::{Cursor, Epoch};
use yuyue_protocol::envelope::Envelope;

/// Whether a command was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is new, or the same as before.
    Once,
    /// Its identifier belongs to another one.
    Another,
}

/// What clerks were told about a command.
#[derive(Debug, Clone, Default)]
pub struct Telling {
    /// At which device.
    pub device: usize,
    /// That it was accepted, by the centre as it has been since it was last restored.
    pub accepted: bool,
    /// That it was refused. A refusal stands, whatever happens to the centre.
    pub refused: bool,
}

/// The model beside the product.
pub struct Model {
    /// Every command that was handed to a line.
    pub sent: BTreeMap<Uuid, Envelope>,
    /// What clerks were told.
    pub told: BTreeMap<Uuid, Telling>,
    /// Commands whose answer was under way while the centre was restored.
    pub outdated: BTreeSet<Uuid>,
    /// Applications of which people carry a slip.
    pub slips: Vec<(ApplicationId, ApplicantId)>,
    cursors: Vec<Option<Cursor>>,
    /// The feed that the restored centre began; none while it was never restored.
    restored_feed: Option<Epoch>,
    /// Whether a killed program may have told something that nobody wrote down.
    pub tellings_are_lost: bool,
}

impl Model {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(devices: usize) -> Self {
        Self {
            sent: BTreeMap::new(),
            told: BTreeMap::new(),
            outdated: BTreeSet::new(),
            slips: Vec::new(),
            cursors: vec![None; devices],
            restored_feed: None,
            tellings_are_lost: false,
        }
    }

    /// A command was handed to a line.
    pub fn send(&mut self, envelope: &Envelope) -> Sent {
        let known = self.sent.entry(envelope.id).or_insert_with(|| envelope.clone());
        if known == envelope { Sent::Once } else { Sent::Another }
    }

    /// A clerk was told something about a command.
    pub fn tell(&mut self, device: usize, command: Uuid, told: Told) {
        let telling = self.told.entry(command).or_default();
        telling.device = device;
        match told {
            Told::Saved => {}
            Told::Accepted => telling.accepted |= !self.outdated.contains(&command),
            Told::Refused => telling.refused = true,
        }
    }

    /// Somebody leaves with a slip.
    pub fn hand_slip(&mut self, application: ApplicationId) {
        let Some(envelope) = self.sent.get(&application.0) else { return };
        if let Ok(Command::Apply { applicant, .. }) = envelope.command()
            && !self.slips.iter().any(|(known, _)| *known == application)
        {
            self.slips.push((application, applicant));
        }
    }

    /// The centre was restored from a backup: it may decide anew whatever it has lost.
    pub fn restored(&mut self, feed: Epoch) {
        self.restored_feed = Some(feed);
        for telling in self.told.values_mut() {
            telling.accepted = false;
        }
    }

    /// Whether the centre was ever restored: it may then have lost what it had refused.
    #[must_use]
    pub const fn was_restored(&self) -> bool {
        self.restored_feed.is_some()
    }

    /// A program started: a power loss may have cost its cache the last pages, together with the cursor.
    pub fn started(&mut self, device: usize) {
        self.cursors[device] = None;
    }

    /// Where a cache stands after a round.
    pub fn see_cursor(&mut self, device: usize, cursor: Option<Cursor>) -> Result<(), String> {
        let Some(before) = std::mem::replace(&mut self.cursors[device], cursor) else { return Ok(()) };
        let name = device + 1;
        match cursor {
            Some(now) if now.epoch == before.epoch => {
                if now.revision < before.revision {
                    let (from, to) = (before.revision, now.revision);
                    return Err(format!("the cursor of device {name} moved back from {from} to {to}"));
                }
            }
            // A power loss may have taken a cache back to a feed that it had left.
            None if self.has_ended(before.epoch) => {}
            Some(now) if self.has_ended(before.epoch) && !self.has_ended(now.epoch) => {}
            None => return Err(format!("device {name} threw its cache away at {}", before.revision)),
            Some(_) => return Err(format!("device {name} follows another feed that nobody began")),
        }
        Ok(())
    }

    /// Whether the feed is one of those from before the centre was restored.
    fn has_ended(&self, feed: Epoch) -> bool {
        self.restored_feed.is_some_and(|restored| restored != feed)
    }
}
