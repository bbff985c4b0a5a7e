//! How long a city takes: once with its bookings, and per applicant that is streamed.

use divan::{Bencher, black_box};
use yuyue_domain::seed;
use yuyue_domain::time::Date;
use yuyue_sample::{City, CityConfig};

/// A city of so many applicants.
fn city(applicants: u32) -> Option<City> {
    let today = Date::from_ymd_opt(2026, 11, 25)?;
    City::generate(&CityConfig::new(1, applicants, today), &seed::policy(today).ok()?).ok()
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn generate(applicants: u32) -> Option<City> {
    city(black_box(applicants))
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn stream(bencher: Bencher<'_, '_>, applicants: u32) {
    let city = city(applicants);
    bencher.bench_local(|| city.as_ref().map(|city| city.applicants().filter_map(Result::ok).map(black_box).count()));
}

fn main() {
    divan::main();
}
