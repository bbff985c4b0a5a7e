//! Everything is mended, and the promises are checked.

use super::{Node, Run};
use crate::line::Activity;
use crate::model::Sent;
use crate::{hash, oracle};
use std::collections::BTreeSet;
use yuyue_desk::desk::lock;
use yuyue_desk::sync::Sync;
use yuyue_protocol::envelope::Envelope;

/// Virtual minutes until everything has come to rest, at most.
const REST_MINUTES: u64 = 60;
/// Seconds by which the time of taking may be off, once the centre's clock was heard: what a message may have taken.
const CLOCK_TOLERANCE_SECONDS: i64 = 25;

impl Run {
    /// A device hands commands to the line: from here on they count as saved, whatever the clerk is told.
    pub(super) fn note_sent(&mut self, device: usize, activity: Activity, batch: &[Envelope]) -> Result<(), String> {
        let node = &self.devices[device];
        if node.disk.is_dead() {
            return Ok(());
        }
        let salvaged = node.salvage()?;
        for envelope in batch {
            if !salvaged.envelopes.iter().any(|kept| kept == envelope) {
                return Err(format!("device {} sends {} and its journal lacks it", device + 1, envelope.id));
            }
            let off = envelope.taken_at.seconds_since(self.time.now()).abs();
            // What a clerk waits for was taken a moment ago; what goes along may be older.
            let is_new = activity == Activity::Clerk && batch.last() == Some(envelope);
            if is_new && node.has_heard_time && off > CLOCK_TOLERANCE_SECONDS {
                return Err(format!("device {} dates {} {off} s off the centre's clock", device + 1, envelope.id));
            }
            let own = envelope.device == node.id();
            if let Sent::Another = self.model.send(envelope) {
                return Err(format!("two commands bear the identifier {}", envelope.id));
            }
            if !own {
                return Err(format!("device {} sends {} of another device", device + 1, envelope.id));
            }
        }
        Ok(())
    }

    /// A round is over: the cursor must not have moved back.
    pub(super) fn note_cursor(&mut self, device: usize, sync: &Sync) -> Result<(), String> {
        let state = sync.state().map_err(|error| format!("device {} has lost its cursor: {error:?}", device + 1))?;
        self.model.see_cursor(device, state.cursor)
    }

    pub(super) fn check_while_running(&mut self) -> Result<(), String> {
        self.centre.look(oracle::places::check).unwrap_or(Ok(()))
    }

    /// Mends everything and lets it come to rest.
    pub(super) fn heal(&mut self) -> Result<(), String> {
        self.note("everything is mended");
        self.is_healing = true;
        self.cut_until.fill(0);
        self.full_until.clear();
        self.centre.disk.disarm();
        self.centre.disk.fill_up(false);
        for index in 0..self.devices.len() {
            self.devices[index].disk.disarm();
            self.devices[index].disk.fill_up(false);
            self.devices[index].next_round = self.time.millis();
        }
        self.next_tick = self.time.millis();
        let nodes: Vec<Node> = self.restarts.keys().copied().collect();
        for node in nodes {
            self.restart(node)?;
        }
        for minute in 0..REST_MINUTES {
            self.advance(60_000)?;
            if self.is_at_rest()? {
                self.note(format!("everything is at rest after {minute} minutes"));
                return Ok(());
            }
        }
        Err(format!("nothing comes to rest within {REST_MINUTES} minutes: {}", self.restless()?))
    }

    fn is_at_rest(&self) -> Result<bool, String> {
        Ok(self.restless()?.is_empty())
    }

    fn restless(&self) -> Result<String, String> {
        let Some(core) = self.centre.core() else { return Ok("the centre is down".to_owned()) };
        let head = crate::city::now(yuyue_central::store::Store::get_head(core.store()));
        let head = head.map_err(|error| format!("no head: {error:?}"))?;
        let mut restless = Vec::new();
        for device in &self.devices {
            let name = device.id().0;
            let Some(desk) = device.desk() else { return Ok(format!("device {name} is down")) };
            let (unsent, at) = {
                let desk = lock(&desk);
                let state = desk.app_state().map_err(|error| format!("device {name}: {error:?}"))?;
                let at = desk.revision().map_err(|error| format!("device {name}: {error:?}"))?;
                (state.sync.unsent, at)
            };
            let resend: u64 = device.with_device_file(|file| {
                file.query_row("SELECT sum(resend) FROM outbox", [], |row| {
                    Ok(row.get::<_, Option<u64>>(0)?.unwrap_or(0))
                })
            })?;
            if unsent + u32::try_from(resend).unwrap_or(u32::MAX) > 0
                || at != Some(head.revision)
                || device.is_clerk_busy()
            {
                restless.push(format!(
                    "device {name}: {unsent} unsent, {resend} to resend, at {at:?} of {}, clerk busy: {}",
                    head.revision,
                    device.is_clerk_busy()
                ));
            }
        }
        Ok(restless.join("; "))
    }

    /// After everything has come to rest, every promise holds.
    pub(super) fn check_at_rest(&mut self) -> Result<(), String> {
        let truth = self.centre.with_store_file(|connection| Ok(oracle::truth::Truth::read(connection)))??;
        let outboxes = self.devices.iter().map(oracle::outbox::Outbox::of).collect::<Result<Vec<_>, _>>()?;
        let items = outboxes.iter().flat_map(|outbox| &outbox.items);
        let refused: BTreeSet<_> = items.filter(|item| item.is_refused()).map(|item| item.envelope.id).collect();
        oracle::effects::check(&self.model, &truth, &refused)?;
        self.check_while_running()?;
        oracle::order::check(&truth)?;
        oracle::waiting::check(&truth)?;
        for (index, (device, outbox)) in self.devices.iter().zip(&outboxes).enumerate() {
            oracle::outbox::check(&self.model, &truth, index, outbox)?;
            let (name, kind) = (device.id().0, device.computer.kind);
            self.centre.with_store_file(|there| {
                device
                    .with_cache(|here| Ok(oracle::cache::check(there, here, name, kind)))
                    .map_or_else(|e| Ok(Err(e)), Ok)
            })??;
        }
        self.counts.insert("commands", u64::try_from(truth.commands.len()).unwrap_or(0));
        self.counts.insert("places given", truth.count_placed());
        for (what, count) in truth.count_effects() {
            self.counts.insert(what, count);
        }
        Ok(())
    }

    /// The hash of everything in all files.
    pub(super) fn hash(&self) -> Result<String, String> {
        let mut all = hash::StateHash::default();
        self.centre.with_store_file(|connection| all.add(connection))?;
        for device in &self.devices {
            device.with_device_file(|connection| all.add(connection))?;
            device.with_cache(|connection| all.add(connection))?;
        }
        Ok(all.finish())
    }
}
