//! A clerk's work on `device.db` and the journal: bookings with and without line, and everything sent.

use super::stage::{DiskFilesByName, Stage, key};
use super::{StorageBug, Sweep};
use crate::city::small_city;
use crate::clerk::{Done, Plan, Told, book, look_up, review_outbox, sign_in};
use crate::disk::{DiskFiles, Failing};
use crate::line::Request;
use crate::oracle::truth::Truth;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use uuid::Uuid;
use yuyue_desk::desk::lock;
use yuyue_desk::device::DEVICE_DB;
use yuyue_desk::device::identity::find_last_number;
use yuyue_desk::device::outbox::{Item, Which, list_items};
use yuyue_desk::journal::{Salvaged, salvage};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::envelope::Envelope;

/// Times that somebody tries the same thing.
const TRIES_MAX: usize = 2;

/// The work.
pub struct DeskSweep {
    /// With a deliberate bug.
    pub bug: Option<StorageBug>,
}

/// What clerks were told, in its order.
pub type ToldList = Vec<(Uuid, Told)>;

/// The files of a counter that was enrolled and filled and at which somebody has signed in.
pub fn filled() -> &'static DiskFilesByName {
    static FILES: OnceLock<DiskFilesByName> = OnceLock::new();
    FILES.get_or_init(|| {
        let made = || -> Result<DiskFilesByName, String> {
            let stage = Stage::new(&DiskFilesByName::new(), 1, None)?;
            let (desk, mut sync) = stage.open().map_err(|error| format!("{error:?}"))?;
            lock(&desk).keep_identity(&stage.identity()).map_err(|error| format!("{error:?}"))?;
            stage.follow_all(&desk, &mut sync).map_err(|error| format!("{error:?}"))?;
            stage.act(stage.counter(&desk), sign_in);
            drop((desk, sync));
            Ok(stage.disk.export())
        };
        made().expect("nothing fails on a disk that is well")
    })
}

/// The clerk works; whatever fails is tried once more. The disk notes how much the clerk was told by now.
pub fn work(stage: &Stage) -> Result<ToldList, String> {
    let mut told = ToldList::new();
    let Ok((desk, mut sync)) = stage.open() else { return Ok(told) };
    let people = &small_city().people;
    let plan = |index: usize, with_code: bool| Plan {
        person: people[index].clone(),
        priority: false,
        assign: false,
        with_code,
        replaces: None,
    };
    let mut tell = |done: Done| -> Result<bool, String> {
        if let Some(complaint) = done.complaint {
            return Err(complaint);
        }
        told.extend(&done.told);
        stage.disk.note(told.len());
        Ok(!done.told.is_empty())
    };
    stage.act(stage.counter(&desk), sign_in);
    stage.is_up.set(false);
    for _ in 0..TRIES_MAX {
        if tell(stage.act(stage.counter(&desk), |counter| book(counter, plan(0, false))))? {
            break;
        }
    }
    tell(stage.act(stage.counter(&desk), |counter| look_up(counter, people[2].clone())))?;
    stage.is_up.set(true);
    for index in [9, 1] {
        for _ in 0..TRIES_MAX {
            if tell(stage.act(stage.counter(&desk), |counter| book(counter, plan(index, true))))? {
                break;
            }
        }
    }
    for _ in 0..TRIES_MAX {
        // What is not sent now is sent later.
        let _ = stage.follow(&desk, &mut sync);
    }
    tell(stage.act(stage.counter(&desk), review_outbox))?;
    Ok(told)
}

/// Opens what is left, checks it, goes on, and checks what the centre got.
pub fn check(stage: &Stage, told: &[(Uuid, Told)]) -> Result<(), String> {
    // Either of the two files has everything that was told, so that it can do without the other.
    let journal = read_journal(stage)?;
    if let Some((id, how)) = told.iter().find(|(id, _)| !journal.envelopes.iter().any(|kept| kept.id == *id)) {
        return Err(format!("{id} was told as {how:?} and is not in the journal"));
    }
    let opened = stage.open();
    let (desk, mut sync) = opened.map_err(|error| format!("what is left does not open: {error:?}"))?;
    let frame = lock(&desk).app_state().map_err(|error| format!("the frame cannot be read: {error:?}"))?;
    if frame.rescue.is_some() {
        return Err("the file had to be rescued".to_owned());
    }
    let items = check_sound(stage, told)?;
    stage.is_up.set(true);
    // A centre that is not the one of the run has to know what the counter believes that it has answered.
    let answered: Vec<Envelope> =
        items.values().filter(|item| item.outcome.is_some()).map(|item| item.envelope.clone()).collect();
    if !answered.is_empty() {
        stage.centre.borrow_mut().handle(stage.computer.id, None, Request::Commands(answered));
    }
    stage.follow_all(&desk, &mut sync).map_err(|error| format!("the rest is not sent: {error:?}"))?;
    let truth = stage.centre.borrow().with_store_file(|file| Ok(Truth::read(file)))??;
    for id in items.keys() {
        if !truth.commands.contains_key(id) {
            return Err(format!("{id} never reaches the centre"));
        }
    }
    if truth.commands.len() != items.len() {
        return Err(format!("the centre has {} commands, the counter {}", truth.commands.len(), items.len()));
    }
    Ok(())
}

/// Checks the files as they are: everything that was told is there, and nothing is there in half.
pub fn check_sound(stage: &Stage, told: &[(Uuid, Told)]) -> Result<BTreeMap<Uuid, Item>, String> {
    let items = stage.with_file(&DEVICE_DB, "device.db", |device| {
        yuyue_sqlite::check_integrity(device).map_err(|error| format!("device.db: {error}"))?;
        read_outbox(device)
    })?;
    check_saved(stage, &items, told)?;
    Ok(items)
}

fn read_journal(stage: &Stage) -> Result<Salvaged, String> {
    let journal = salvage(&DiskFiles, &stage.disk.path("outbox.journal"), &key());
    journal.map_err(|error| format!("the journal cannot be read: {error}"))
}

fn read_outbox(device: &Connection) -> Result<BTreeMap<Uuid, Item>, String> {
    let items = list_items(device, Which::TakenSince(Timestamp::MIN), u32::MAX);
    let items = items.map_err(|error| format!("the outbox cannot be read: {error:?}"))?;
    let mut numbers: Vec<u64> = items.iter().map(|item| item.envelope.number).collect();
    numbers.sort_unstable();
    // Who the computer was may be lost with a damaged page.
    let last = find_last_number(device).map_err(|error| format!("no last number: {error:?}"))?;
    let last = last.or(numbers.last().copied()).unwrap_or(0);
    if !numbers.iter().copied().eq(1..=last) {
        return Err(format!("{last} numbers were given, and there are {numbers:?}"));
    }
    Ok(items.into_iter().map(|item| (item.envelope.id, item)).collect())
}

fn check_saved(stage: &Stage, items: &BTreeMap<Uuid, Item>, told: &[(Uuid, Told)]) -> Result<(), String> {
    let journal = read_journal(stage)?;
    let kept: BTreeMap<Uuid, &Envelope> = journal.envelopes.iter().map(|envelope| (envelope.id, envelope)).collect();
    for (id, item) in items {
        if kept.get(id) != Some(&&item.envelope) {
            return Err(format!("{id} is not in the journal as it was taken"));
        }
        let key = stage.computer.key.verifying_key();
        if item.envelope.check_signature(&key).is_err() {
            return Err(format!("{id} was altered"));
        }
    }
    if kept.len() != items.len() {
        return Err(format!("{} commands are in the journal and {} in device.db", kept.len(), items.len()));
    }
    for (id, how) in told {
        let Some(item) = items.get(id) else { return Err(format!("{id} was told as {how:?} and is not there")) };
        if *how != Told::Saved && item.outcome.is_none() {
            return Err(format!("{id} was told as {how:?} and the answer is not there"));
        }
    }
    Ok(())
}

impl Sweep for DeskSweep {
    fn run(&self, failing: Option<Failing>, seed: u64) -> Result<(u64, bool), String> {
        let stage = Stage::new(filled(), 1, self.bug)?;
        stage.disk.fail(failing);
        let told = work(&stage)?;
        let (operations, hit) = (stage.disk.operations(), stage.disk.was_hit());
        stage.disk.fail(None);
        // The power fails where the disk failed once; where it failed for ever, it is mended.
        let mut number = seed;
        let mut dice = || {
            number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            number >> 33
        };
        let loses_power = matches!(failing, Some(Failing::Once(_)));
        stage.disk.restart(if loses_power { Some(&mut dice) } else { None });
        check(&stage, &told)?;
        Ok((operations, hit))
    }
}
