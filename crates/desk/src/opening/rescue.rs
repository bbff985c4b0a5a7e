//! Saving `device.db`: a new file beside the damaged one gets what can be read of it and what the journal has, and then
//! takes its place. The clerk is told what was found again and what was not.

use crate::device::DEVICE_DB;
use crate::device::identity::{find_identity, find_last_number, update_last_number};
use crate::device::outbox::{insert_salvaged, list_numbers};
use crate::device::setting::{delete_setting, find_setting, upsert_setting};
use crate::error::DeskError;
use crate::files::{Files, delete_database, move_aside};
use crate::folder::Folder;
use crate::journal::{Missing, Salvaged, find_gaps};
use crate::opening::in_folder;
use crate::view::rescue::{MissingView, RescueView};
use crate::world::World;
use rusqlite::Connection;
use std::io;
use yuyue_sqlite::{Key, Place, copy_rows};

/// Under this name the clerk's notice waits in the new file.
const RESCUE: &str = "rescue";
/// Missing numbers that are named.
const NAMED_MAX: usize = 100;
/// The tables of `device.db`, the most precious first.
const TABLES: [&str; 9] =
    ["identity", "outbox", "handover", "draft", "agreement", "verifier", "setting", "served", "print_job"];

/// What was found again and what was not, until a clerk has read it.
///
/// # Errors
/// When the file cannot be read.
pub fn find_rescue(device: &Connection) -> Result<Option<RescueView>, DeskError> {
    find_setting(device, RESCUE)
}

/// A clerk has read it.
///
/// # Errors
/// When the file cannot be written.
pub fn acknowledge_rescue(device: &Connection) -> Result<(), DeskError> {
    delete_setting(device, RESCUE)
}

/// Puts a sound file in the place of a damaged `device.db`, which is moved aside. Broken off anywhere, it begins again or
/// is brought to its end by [`finish`] at the next start.
pub fn rescue(folder: &Folder, key: &Key, world: &dyn World, kept: &Salvaged) -> Result<(), DeskError> {
    let (path, next, files) = (folder.device_db(), folder.device_db_next(), world.files());
    delete_database(files, &next).map_err(in_folder)?;
    let mut device = yuyue_sqlite::open(&DEVICE_DB, Place::new(&next, Some(key)))?;
    let transaction = device.transaction()?;
    for table in TABLES {
        copy_rows(&DEVICE_DB, Place::new(&path, Some(key)), &transaction, table)?;
    }
    // What stood in the database may be in a damaged part of the journal, which then gets it again.
    transaction.execute("UPDATE outbox SET in_journal = 0", [])?;
    add_kept(&transaction, world, kept)?;
    transaction.commit()?;
    // The log does not move with the file: everything has to be in the file itself.
    let busy: i64 = device.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    drop(device);
    if busy != 0 {
        return Err(in_folder(io::ErrorKind::ResourceBusy.into()));
    }
    move_aside(files, &path, &world.wall().unix().to_string()).map_err(in_folder)?;
    finish(files, folder).map_err(in_folder)
}

/// Ends a rescue that was broken off after the damaged file was moved aside and before the new one had its place.
pub fn finish(files: &dyn Files, folder: &Folder) -> io::Result<()> {
    let (path, next) = (folder.device_db(), folder.device_db_next());
    if !files.exists(&next)? || files.exists(&path)? {
        return Ok(());
    }
    // Logs of the damaged file that did not move with it must not meet the new one.
    move_aside(files, &path, "log")?;
    files.rename(&next, &path)
}

/// Fills an empty `device.db` whose predecessor has vanished.
pub fn fill_vanished(device: &mut Connection, world: &dyn World, kept: &Salvaged) -> Result<(), DeskError> {
    let transaction = device.transaction()?;
    add_kept(&transaction, world, kept)?;
    transaction.commit()?;
    Ok(())
}

/// Adds what the journal has, and the notice.
fn add_kept(device: &Connection, world: &dyn World, kept: &Salvaged) -> Result<(), DeskError> {
    insert_salvaged(device, &kept.envelopes)?;
    let own = find_identity(device)?.map(|identity| identity.device);
    let known = list_numbers(device)?;
    // Without damage the journal has every command; its gaps are of those that were delivered long ago.
    let mut missing = if kept.damaged_bytes == 0 { Vec::new() } else { find_gaps(&known, NAMED_MAX) };
    if let Some((own, last)) = own.zip(find_last_number(device)?) {
        let newest = known.iter().rfind(|known| known.device == own);
        let (number, after) = newest.map_or((0, None), |newest| (newest.number, Some(newest.taken_at)));
        missing.extend((number + 1..=last).take(NAMED_MAX).map(|number| Missing {
            device: own,
            number,
            after,
            before: None,
        }));
        if number > last {
            update_last_number(device, number)?;
        }
    }
    let view = RescueView {
        at: world.wall(),
        saved: u32::try_from(known.len()).unwrap_or(u32::MAX),
        missing: missing.iter().map(named).collect(),
        // Who this computer was is lost, and with it how many commands there were.
        may_miss_more: own.is_none() && kept.is_end_damaged,
        enroll: own.is_none(),
    };
    let (saved, missing, enroll) = (view.saved, view.missing.len(), view.enroll);
    tracing::error!(saved, missing, enroll, "the local file was rescued");
    upsert_setting(device, RESCUE, &view)
}

fn named(missing: &Missing) -> MissingView {
    let number = u32::try_from(missing.number).unwrap_or(u32::MAX);
    MissingView { number, after: missing.after, before: missing.before }
}
