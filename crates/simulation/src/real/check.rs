//! The promises, checked over the files after everything has come to rest.

use super::{Counts, World};
use crate::model::Sent;
use crate::oracle::outbox::Outbox;
use crate::oracle::{cache, effects, order, outbox, places, truth};
use std::collections::BTreeSet;
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::device::DEVICE_DB;
use yuyue_protocol::account::DeviceKind;

/// Checks them; answers what was counted.
pub fn check(world: &mut World) -> Result<Counts, String> {
    let centre = world.centre.open()?;
    let truth = truth::Truth::read(&centre)?;
    let mut outboxes = Vec::new();
    for desk in &world.desks {
        let salvaged = desk.salvage()?;
        outboxes.push(desk.with_file(&DEVICE_DB, |file| Ok(Outbox::read(desk.name, file, salvaged)))??);
    }
    let model = &mut world.history.model;
    for item in outboxes.iter().flat_map(|outbox| &outbox.items) {
        if let Sent::Another = model.send(&item.envelope) {
            return Err(format!("two commands bear the identifier {}", item.envelope.id));
        }
    }
    let items = outboxes.iter().flat_map(|outbox| &outbox.items);
    let refused: BTreeSet<_> = items.filter(|item| item.is_refused()).map(|item| item.envelope.id).collect();
    effects::check(model, &truth, &refused)?;
    places::check(&centre)?;
    order::check(&truth)?;
    for (index, (desk, read)) in world.desks.iter().zip(&outboxes).enumerate() {
        outbox::check(model, &truth, index, read)?;
        let compared =
            desk.with_file(&CACHE_DB, |file| Ok(cache::check(&centre, file, desk.name, DeviceKind::Counter)));
        compared??;
    }
    let mut counts: Counts = world.proxy.counts().into_iter().collect();
    counts.insert("commands", u64::try_from(truth.commands.len()).unwrap_or(0));
    counts.insert("commands refused", u64::try_from(refused.len()).unwrap_or(0));
    counts.insert("publications", u64::try_from(truth.publications.len()).unwrap_or(0));
    counts.insert("places given", truth.count_placed());
    Ok(counts)
}
