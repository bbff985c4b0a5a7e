//! `init`: a new centre, empty but for the rules, the offices and the notices, or one from a backup.

use super::Outcome;
use super::output::line;
use super::place::{Place, block_on};
use crate::central::Central;
use crate::city::load_seeds;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy as _, OsEntropy};
use std::path::PathBuf;
use yuyue_protocol::cursor::Epoch;

/// Make a new centre.
///
/// Makes keys, an authority and an empty store in the folder, and loads the rules in force today, the offices of the
/// guide and the notices. With --from a backup is put in place instead: the folder then holds the keys already, and
/// every device fills its cache anew. With --restored the same is done for a database into which a dump was put back.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The name of the city
    #[arg(long, default_value = "重庆市")]
    city: String,
    /// A backup to begin from
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The database holds a dump that was put back: begin a new feed on it
    #[arg(long, conflicts_with = "from")]
    restored: bool,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let Arguments { place, city, from, restored } = arguments;
    if let Some(backup) = from {
        let epoch = Epoch(OsEntropy.uuid()?);
        block_on(async { Ok(Central::restore(&place.folder, backup, epoch, SystemClock.now()).await?) })?;
        return line(format_args!("the centre in {} begins a new feed", place.folder.display()));
    }
    if *restored {
        let (config, epoch) = (place.config()?, Epoch(OsEntropy.uuid()?));
        block_on(async { Ok(Central::begin_anew(&config.store, epoch, SystemClock.now()).await?) })?;
        return line("the centre in the database begins a new feed");
    }
    let central = place.init(city)?;
    block_on(async { Ok(load_seeds(&central.core).await?) })?;
    line(format_args!("a new centre for {city} in {}", place.folder.display()))
}
