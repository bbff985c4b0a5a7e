//! `generate`: a centre with a synthetic city of any size, for trials and load tests.

use super::Outcome;
use super::output::line;
use super::place::{Place, block_on};
use crate::city::{CityError, load_city, load_seeds, load_staff};
use yuyue_sample::{City, CityConfig};

/// Make a centre with a synthetic city.
///
/// The same seed gives the same city on the same day. Nobody in it is a real person.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// How many applicants
    #[arg(long, default_value_t = 20_000)]
    applicants: u32,
    /// What decides everything
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let Arguments { place, applicants, seed } = arguments;
    let central = place.init("合成市")?;
    block_on(async {
        let policy = load_seeds(&central.core).await?;
        // Everything in a city happened before 08:00 of its day; earlier in the morning it is the city of yesterday.
        let today = central.core.now().plus_seconds(-8 * 3600).date();
        let config = CityConfig::new(*seed, *applicants, today);
        let city = City::generate(&config, &policy).map_err(CityError::from)?;
        load_staff(&central.core, &city).await?;
        load_city(&central.core, &city, *applicants, |_| ()).await?;
        Ok(())
    })?;
    line(format_args!("a synthetic city of {applicants} applicants in {}", place.folder.display()))
}
