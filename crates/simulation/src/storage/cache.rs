//! The cache: a first fill, page by page.

use super::stage::{DiskFilesByName, Stage};
use super::{StorageBug, Sweep};
use crate::disk::Failing;
use crate::hash::StateHash;
use std::sync::OnceLock;
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::cache::feed::get_feed;
use yuyue_desk::desk::{lock, mend};

/// Rounds of following while the disk fails.
const ROUNDS: usize = 4;

/// The work.
pub struct CacheSweep {
    /// With a deliberate bug.
    pub bug: Option<StorageBug>,
}

/// The files of a counter that was enrolled and has fetched nothing.
fn enrolled() -> &'static DiskFilesByName {
    static FILES: OnceLock<DiskFilesByName> = OnceLock::new();
    FILES.get_or_init(|| {
        let made = || -> Result<DiskFilesByName, String> {
            let stage = Stage::new(&DiskFilesByName::new(), 1, None)?;
            let opened = stage.open().map_err(|error| format!("{error:?}"))?;
            lock(&opened.0).keep_identity(&stage.identity()).map_err(|error| format!("{error:?}"))?;
            drop(opened);
            Ok(stage.disk.export())
        };
        made().expect("nothing fails on a disk that is well")
    })
}

/// Every table but where the feed stands, which says when pages came, and how far it is.
fn read(stage: &Stage) -> Result<(String, bool), String> {
    stage.with_file(&CACHE_DB, "cache.db", |cache| {
        yuyue_sqlite::check_integrity(cache).map_err(|error| format!("cache.db: {error}"))?;
        let feed = get_feed(cache).map_err(|error| format!("the cache has no place in the feed: {error:?}"))?;
        let mut hash = StateHash::default();
        hash.add_all_but(cache, "feed").map_err(|error| format!("the cache cannot be read: {error}"))?;
        Ok((hash.finish(), feed.cursor.is_some() && !feed.is_filling))
    })
}

/// What a cache holds after a fill, and what an empty one holds.
fn whole_and_empty() -> &'static (String, String) {
    static HASHES: OnceLock<(String, String)> = OnceLock::new();
    HASHES.get_or_init(|| {
        let made = || -> Result<(String, String), String> {
            let stage = Stage::new(enrolled(), 1, None)?;
            let empty = read(&stage)?.0;
            let (desk, mut sync) = stage.open().map_err(|error| format!("{error:?}"))?;
            stage.follow_all(&desk, &mut sync).map_err(|error| format!("{error:?}"))?;
            drop((desk, sync));
            Ok((read(&stage)?.0, empty))
        };
        made().expect("nothing fails on a disk that is well")
    })
}

impl Sweep for CacheSweep {
    fn run(&self, failing: Option<Failing>, _seed: u64) -> Result<(u64, bool), String> {
        let (whole, empty) = whole_and_empty();
        let stage = Stage::new(enrolled(), 1, self.bug)?;
        stage.disk.fail(failing);
        if let Ok((desk, mut sync)) = stage.open() {
            for _ in 0..ROUNDS {
                if stage.follow(&desk, &mut sync).is_err() {
                    // As the window does: what fails while it fails is tried again with the next round.
                    let _ = mend(&desk, &mut sync);
                }
            }
        }
        let (operations, hit) = (stage.disk.operations(), stage.disk.was_hit());
        stage.disk.fail(None);
        let (left, is_filled) = read(&stage)?;
        let expected = if is_filled { whole } else { empty };
        if &left != expected {
            return Err(format!("a page is there in half; filled: {is_filled}"));
        }
        let (desk, mut sync) = stage.open().map_err(|error| format!("the cache does not open: {error:?}"))?;
        stage.follow_all(&desk, &mut sync).map_err(|error| format!("following does not go on: {error:?}"))?;
        drop((desk, sync));
        let (left, is_filled) = read(&stage)?;
        if !is_filled || &left != whole {
            return Err("the cache does not hold in the end what the centre has".to_owned());
        }
        Ok((operations, hit))
    }
}
