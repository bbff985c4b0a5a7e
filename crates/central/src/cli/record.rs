//! `record`: what a publication was worked out from and what came of it, for whoever wants to check it.

use super::Outcome;
use super::output::{line, write_new};
use super::place::{Place, block_on};
use crate::store::Store as _;
use std::path::PathBuf;
use yuyue_domain::ids::PublicationId;

/// Write the record of a publication.
///
/// The record names nobody. `allocate --input FILE --check` works it out again. Its signature by the key of `/v1/seal` is
/// written beside it, as FILE.sig.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The number of the publication
    #[arg(long)]
    publication: u32,
    /// The new file to write
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let central = arguments.place.open()?;
    let id = PublicationId(arguments.publication);
    let found = block_on(async { Ok(central.core.store().find_publication_record(id).await?) })?;
    let Some(found) = found else { return Err(format!("there is no record of publication {id}").into()) };
    write_new(&arguments.output, &zstd::decode_all(found.record.as_slice())?)?;
    let mut beside = arguments.output.clone().into_os_string();
    beside.push(".sig");
    write_new(&PathBuf::from(beside), &found.signature)?;
    line(format_args!("the record of publication {id} in {}", arguments.output.display()))
}
