//! `backup`: a copy of the whole store while the centre goes on.

use super::Outcome;
use super::output::line;
use super::place::{Place, block_on};
use crate::audit::{Act, Entry};
use crate::store::{AnyStore, Batch, Store as _, Wants};
use std::path::PathBuf;

/// Write a backup.
///
/// The copy is encrypted with the key of the store; without the key files of the folder it cannot be read. An existing
/// file is never overwritten.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let central = arguments.place.open()?;
    let store = central.core.store();
    match store {
        AnyStore::Sqlite(file) => file.back_up(&arguments.output)?,
        #[cfg(feature = "postgres")]
        AnyStore::Postgres(_) => {
            return Err("a store in PostgreSQL is backed up with pg_dump, see docs/production.md".into());
        }
    }
    let now = central.core.now();
    let mut batch = Batch::at(now);
    batch.audit(Entry::new(now, Act::BackedUp));
    block_on(async { Ok(store.transact(&Wants::default(), |_| (batch, ())).await?) })?;
    line(format_args!("a backup in {}", arguments.output.display()))
}
