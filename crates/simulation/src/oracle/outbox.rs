//! A device's outbox: whole, numbered without gaps, the same as its journal, answered as the centre decided, and every
//! refusal explained.

use super::truth::Truth;
use crate::device::DeviceNode;
use crate::model::Model;
use rusqlite::Connection;
use std::collections::BTreeMap;
use uuid::Uuid;
use yuyue_desk::device::outbox::{Item, Which, list_items};
use yuyue_desk::error::DeskError;
use yuyue_desk::journal::Salvaged;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::envelope::Envelope;

/// A device's outbox, read from its files.
pub struct Outbox {
    /// Which device, as it is named in messages.
    pub name: u32,
    /// Its commands.
    pub items: Vec<Item>,
    /// The last number that it gave.
    pub last_number: u64,
    /// Commands that its journal lacks as far as it knows.
    pub unwritten: u64,
    /// What its journal holds.
    pub salvaged: Salvaged,
}

impl Outbox {
    /// Reads it.
    pub fn read(name: u32, file: &Connection, salvaged: Salvaged) -> Result<Self, String> {
        let read = || -> Result<Self, DeskError> {
            let items = list_items(file, Which::TakenSince(Timestamp::MIN), u32::MAX)?;
            let last_number = file.query_row("SELECT last_number FROM identity", [], |row| row.get(0))?;
            let unwritten = file.query_row("SELECT count(*) FROM outbox WHERE in_journal = 0", [], |row| row.get(0))?;
            Ok(Self { name, items, last_number, unwritten, salvaged })
        };
        read().map_err(|error| format!("the outbox of device {name} cannot be read: {error:?}"))
    }

    /// Reads that of a device of the simulation.
    pub fn of(device: &DeviceNode) -> Result<Self, String> {
        let salvaged = device.salvage()?;
        device.with_device_file(|file| Ok(Self::read(device.id().0, file, salvaged)))?
    }
}

/// Checks it.
pub fn check(model: &Model, truth: &Truth, index: usize, outbox: &Outbox) -> Result<(), String> {
    let Outbox { name, last_number, unwritten, .. } = *outbox;
    let items: BTreeMap<Uuid, &Item> = outbox.items.iter().map(|item| (item.envelope.id, item)).collect();
    let mut numbers: Vec<u64> = items.values().map(|item| item.envelope.number).collect();
    numbers.sort_unstable();
    if numbers != (1..=last_number).collect::<Vec<u64>>() {
        return Err(format!("device {name} has taken {last_number} commands and holds {numbers:?}"));
    }
    if unwritten > 0 {
        return Err(format!("{unwritten} commands of device {name} are not in its journal"));
    }
    check_journal(outbox, &items)?;
    for (id, item) in &items {
        let Some(decided) = truth.commands.get(id) else {
            if item.is_refused() && model.was_restored() {
                continue;
            }
            return Err(format!("device {name} holds {id}, the centre does not"));
        };
        let same =
            item.outcome.as_ref().is_some_and(|(at, outcome)| at.unix() == decided.at && *outcome == decided.outcome);
        if !same {
            return Err(format!("device {name} has heard {:?} of {id}, decided was {decided:?}", item.outcome));
        }
        let told = model.told.get(id).filter(|_| !model.tellings_are_lost);
        if item.is_refused() && item.acknowledged_at.is_some() && told.is_some_and(|told| !told.refused) {
            return Err(format!("{id} was taken at device {name} and refused, and nobody was ever told"));
        }
    }
    let missing = model.told.iter().find(|(id, told)| told.device == index && !items.contains_key(*id));
    match missing {
        Some((id, _)) => Err(format!("a clerk at device {name} was told of {id}, and it is not there")),
        None => Ok(()),
    }
}

fn check_journal(outbox: &Outbox, items: &BTreeMap<Uuid, &Item>) -> Result<(), String> {
    let Outbox { name, salvaged, .. } = outbox;
    let journal: BTreeMap<Uuid, &Envelope> =
        salvaged.envelopes.iter().map(|envelope| (envelope.id, envelope)).collect();
    if salvaged.damaged_bytes > 0 {
        return Err(format!("the journal of device {name} has {} damaged bytes", salvaged.damaged_bytes));
    }
    let same = journal.len() == items.len()
        && items.iter().all(|(id, item)| journal.get(id).is_some_and(|kept| **kept == item.envelope));
    if same {
        Ok(())
    } else {
        Err(format!("device {name} holds {} commands, its journal {}", items.len(), journal.len()))
    }
}
