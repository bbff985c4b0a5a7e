//! Flipped bits in the encrypted files. Each is noticed or changes nothing; none costs a command, for what one file has
//! lost the other one has; none shows a row that nobody wrote.

use super::StorageBug;
use super::desk::{check_sound, filled, work};
use super::stage::{DiskFilesByName, Stage, key};
use crate::clerk::Told;
use crate::disk::DiskFiles;
use crate::hash::StateHash;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::desk::{lock, mend};
use yuyue_desk::journal::salvage;
use yuyue_sqlite::{Place, check_integrity, open_reader};

/// What came of the flips.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Flipped {
    /// Flips that were noticed.
    pub noticed: u64,
    /// Flips that changed nothing: in pages that a log replaces, or in the end of a log, which is left out and comes from
    /// the journal or the centre again.
    pub harmless: u64,
}

/// The files of a counter, and what its clerk was told.
struct Left {
    files: DiskFilesByName,
    told: Vec<(Uuid, Told)>,
    /// The content of its cache.
    cache: String,
}

/// Flips `count` bits, one at a time, half of them in the files of a counter that was closed, where each has to be noticed.
///
/// # Errors
/// The promise that was broken, and by which bit.
pub fn flip_bits(count: u64, seed: u64, bug: Option<StorageBug>) -> Result<Flipped, String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let lefts = [closed(bug)?, at_work(bug)?];
    let mut flipped = Flipped::default();
    for number in 0..count {
        let number = usize::try_from(number).unwrap_or(0);
        let left = &lefts[number % 2];
        let names: Vec<&String> =
            left.files.iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(name, _)| name).collect();
        // Every file as often as any other: most bytes belong to the cache.
        let name = names[number / 2 % names.len()];
        let mut files = left.files.clone();
        let bytes = files.get_mut(name).ok_or("the file is there")?;
        let bit = usize::try_from(random.next_u64()).unwrap_or(0) % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let noticed = look(name, &files, left).map_err(|broken| format!("bit {bit} of {name}: {broken}"))?;
        match (noticed, number % 2) {
            (true, _) => flipped.noticed += 1,
            (false, 0) => return Err(format!("bit {bit} of {name}: nobody noticed")),
            (false, _) => flipped.harmless += 1,
        }
    }
    Ok(flipped)
}

/// A counter that was closed: everything is in the files.
fn closed(bug: Option<StorageBug>) -> Result<Left, String> {
    let stage = Stage::new(filled(), 1, bug)?;
    let told = work(&stage)?;
    left(stage.disk.export(), &told)
}

/// A counter at work, with logs.
fn at_work(bug: Option<StorageBug>) -> Result<Left, String> {
    let stage = Stage::new(filled(), 1, bug)?;
    stage.disk.fail(None);
    work(&stage)?;
    let end = stage.disk.operations();
    let stage = Stage::new(filled(), 1, bug)?;
    stage.disk.fail(None);
    // Closing moves the logs into the files; shortly before there is something in both.
    stage.disk.take_snapshots([end * 9 / 10]);
    let told = work(&stage)?;
    let snapshot = stage.disk.snapshots().pop().ok_or("a snapshot was taken")?;
    let files = snapshot.files.iter().map(|(name, image)| (name.clone(), image.lose_power(&mut || 0))).collect();
    left(files, &told[..snapshot.note])
}

fn left(files: DiskFilesByName, told: &[(Uuid, Told)]) -> Result<Left, String> {
    let cache = hash_of_cache(&files)?.ok_or("the cache is sound before anybody meddles")?;
    // An answer may be lost with the end of a log; the centre gives it again.
    let told = told.iter().map(|(id, _)| (*id, Told::Saved)).collect();
    Ok(Left { files, told, cache })
}

/// The content of the cache; none when it is known to be damaged.
fn hash_of_cache(files: &DiskFilesByName) -> Result<Option<String>, String> {
    let stage = Stage::new(files, 1, None)?;
    let path = stage.disk.path("cache.db");
    let Ok(cache) = open_reader(&CACHE_DB, Place::new(&path, Some(&key()))) else { return Ok(None) };
    if check_integrity(&cache).is_err() {
        return Ok(None);
    }
    let mut hash = StateHash::default();
    hash.add(&cache).map_err(|error| format!("a sound cache cannot be read: {error}"))?;
    Ok(Some(hash.finish()))
}

/// Starts from these files and looks at everything; answers whether somebody noticed.
fn look(name: &str, files: &DiskFilesByName, left: &Left) -> Result<bool, String> {
    let content = hash_of_cache(files)?;
    let mut noticed = name.starts_with("cache.db") && content.is_none();
    if name == "cache.db" && content.as_ref().is_some_and(|content| *content != left.cache) {
        return Err("the cache shows rows that nobody wrote".to_owned());
    }
    let stage = Stage::new(files, 1, None)?;
    let journal = salvage(&DiskFiles, &stage.disk.path("outbox.journal"), &key());
    noticed |= journal.map_err(|error| format!("the journal cannot be read: {error}"))?.damaged_bytes > 0;
    let opened = stage.open();
    let (desk, mut sync) = opened.map_err(|error| format!("what is left does not open: {error:?}"))?;
    mend(&desk, &mut sync).map_err(|error| format!("it cannot be mended: {error:?}"))?;
    let rescue = lock(&desk).app_state().map_err(|error| format!("the frame cannot be read: {error:?}"))?.rescue;
    noticed |= rescue.is_some();
    if let Some(rescue) = &rescue
        && (!rescue.missing.is_empty() || rescue.may_miss_more)
    {
        return Err("a command is missing although the journal is sound".to_owned());
    }
    check_sound(&stage, &left.told)?;
    stage.follow_all(&desk, &mut sync).map_err(|error| format!("following does not go on: {error:?}"))?;
    drop((desk, sync));
    if hash_of_cache(&stage.disk.export())?.is_none() {
        return Err("the cache is still damaged".to_owned());
    }
    Ok(noticed)
}
