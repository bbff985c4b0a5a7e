//! `openapi`: the description of the interface.

use super::Outcome;
use super::output::json;
use crate::routes::Description;
use utoipa::OpenApi as _;

/// Print the description of the interface as JSON.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub fn run(_: &Arguments) -> Outcome {
    json(&Description::openapi())
}
