//! A device's outbox: whole, numbered without gaps, the same as its journal, answered as the centre decided, and every
//! refusal explained.

use super::truth::Truth;
use crate::device::DeviceNode;
use crate::model::Model;
use std::collections::BTreeMap;
use uuid::Uuid;
use yuyue_desk::device::outbox::{Item, Which, list_items};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::envelope::Envelope;

/// Checks it.
pub fn check(model: &Model, truth: &Truth, index: usize, device: &DeviceNode) -> Result<(), String> {
    let name = device.id().0;
    let (items, last_number, unwritten) = device
        .with_device_file(|file| {
            let items = list_items(file, Which::TakenSince(Timestamp::MIN), u32::MAX);
            let last: u64 = file.query_row("SELECT last_number FROM identity", [], |row| row.get(0))?;
            let unwritten: u64 =
                file.query_row("SELECT count(*) FROM outbox WHERE in_journal = 0", [], |row| row.get(0))?;
            Ok(items.map(|items| (items, last, unwritten)))
        })?
        .map_err(|error| format!("the outbox of device {name} cannot be read: {error:?}"))?;
    let items: BTreeMap<Uuid, Item> = items.into_iter().map(|item| (item.envelope.id, item)).collect();
    let mut numbers: Vec<u64> = items.values().map(|item| item.envelope.number).collect();
    numbers.sort_unstable();
    if numbers != (1..=last_number).collect::<Vec<u64>>() {
        return Err(format!("device {name} has taken {last_number} commands and holds {numbers:?}"));
    }
    if unwritten > 0 {
        return Err(format!("{unwritten} commands of device {name} are not in its journal"));
    }
    check_journal(device, &items)?;
    for (id, item) in &items {
        let Some(decided) = truth.commands.get(id) else {
            if item.is_refused() && model.was_restored {
                continue;
            }
            return Err(format!("device {name} holds {id}, the centre does not"));
        };
        let same =
            item.outcome.as_ref().is_some_and(|(at, outcome)| at.unix() == decided.at && *outcome == decided.outcome);
        if !same {
            return Err(format!("device {name} has heard {:?} of {id}, decided was {decided:?}", item.outcome));
        }
        let told = model.told.get(id);
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

/// What stands as refused at a device.
pub fn list_refused(device: &DeviceNode) -> Result<Vec<Uuid>, String> {
    let items = device.with_device_file(|file| Ok(list_items(file, Which::TakenSince(Timestamp::MIN), u32::MAX)))?;
    let items = items.map_err(|error| format!("the outbox of device {} cannot be read: {error:?}", device.id().0))?;
    Ok(items.into_iter().filter(Item::is_refused).map(|item| item.envelope.id).collect())
}

fn check_journal(device: &DeviceNode, items: &BTreeMap<Uuid, Item>) -> Result<(), String> {
    let name = device.id().0;
    let salvaged = device.salvage()?;
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
