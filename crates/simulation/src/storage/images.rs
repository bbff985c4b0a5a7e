//! Power losses: at a moment that the dice choose, each write that was not synced came through, did not, or stopped in its
//! middle. The counter starts from what is left.

use super::StorageBug;
use super::desk::{check, filled, work};
use super::stage::{DiskFilesByName, Stage};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Images of one run; each keeps the content of all files.
const PER_RUN: u64 = 100;

/// Checks `count` images; answers how many told commands stood in them altogether.
///
/// # Errors
/// The promise that was broken, and in which image.
pub fn lose_power(count: u64, seed: u64, bug: Option<StorageBug>) -> Result<u64, String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut told_in_all = 0;
    let mut done = 0;
    while done < count {
        let wanted = PER_RUN.min(count - done);
        let stage = Stage::new(filled(), random.next_u64(), bug)?;
        stage.disk.fail(None);
        work(&stage)?;
        let operations = stage.disk.operations();
        drop(stage);
        let stage = Stage::new(filled(), random.next_u64(), bug)?;
        let mut moments: Vec<u64> = (0..wanted).map(|_| random.next_u64() % operations).collect();
        moments.sort_unstable();
        stage.disk.fail(None);
        stage.disk.take_snapshots(moments);
        let told = work(&stage)?;
        for snapshot in stage.disk.snapshots() {
            let mut dice = || random.next_u64();
            let left = snapshot.files.iter().map(|(name, image)| (name.clone(), image.lose_power(&mut dice)));
            let left: DiskFilesByName = left.collect();
            let image = Stage::new(&left, 1, None)?;
            check(&image, &told[..snapshot.note]).map_err(|broken| format!("image {done} of seed {seed}: {broken}"))?;
            told_in_all += u64::try_from(snapshot.note).unwrap_or(0);
            done += 1;
        }
    }
    Ok(told_in_all)
}
