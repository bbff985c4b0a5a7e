//! How long an allocation takes beside the least that any allocation must do: sorting the same applications and
//! reading every session that they accept once.
//!
//! A city has up to 12,000 open sessions. Two thirds of the applications choose up to five of them, a third lets the
//! system assign within a range of about 200. There are four applications for each place in `scarce`, two in
//! `contested`, one in `even` and fewer in `ample`. `RANGES=different` gives each assigned application a list of its own.

use divan::{Bencher, black_box};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use uuid::Uuid;
use yuyue_domain::allocation::{LiveApplication, OpenSession, allocate};
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::rank_key::RankKey;
use yuyue_domain::time::Timestamp;

const SESSIONS: u32 = 12_000;
const SIZES: [u32; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    divan::main();
}

/// The list that an application accepts is a part of a common arena, as it is in the centre's memory.
struct City {
    sessions: Vec<OpenSession>,
    accepted: Vec<SessionId>,
    applications: Vec<(RankKey, std::ops::Range<usize>, bool)>,
}

impl City {
    fn new(applications: u32, applications_per_hundred_places: u32) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(u64::from(applications));
        // In hundredths, as a small city has less than one place per session.
        let mean = applications / applications_per_hundred_places * 10_000 / SESSIONS;
        let sessions = (0..SESSIONS)
            .map(|session| OpenSession {
                id: SessionId(session * 7 + 3),
                places: (random.random_range(0..=2 * mean) + random.random_range(0..100)) / 100,
                starts_at: second(1_800_000_000 + i64::from(session / 20) * 1_800),
            })
            .collect();
        let different = std::env::var("RANGES").is_ok_and(|value| value == "different");
        let mut city = Self { sessions, accepted: Vec::new(), applications: Vec::new() };
        for serial in 0..applications {
            city.apply(&mut random, serial, different);
        }
        city
    }

    fn apply(&mut self, random: &mut ChaCha8Rng, serial: u32, different: bool) {
        let start = self.accepted.len();
        let ordered = !serial.is_multiple_of(3);
        if ordered {
            let count = random.random_range(1..=5);
            let chosen: BTreeSet<u32> = (0..count).map(|_| random.random_range(0..SESSIONS)).collect();
            let turn = random.random_range(0..chosen.len());
            let turned = chosen.iter().cycle().skip(turn).take(chosen.len());
            self.accepted.extend(turned.map(|&session| SessionId(session * 7 + 3)));
        } else {
            let first = random.random_range(0..SESSIONS - 250);
            let range = first..first + random.random_range(150..=250);
            let kept = range.filter(|_| !different || random.random_range(0..50) > 0);
            self.accepted.extend(kept.map(|session| SessionId(session * 7 + 3)));
        }
        let key = RankKey {
            sort_time: second(1_790_000_000 + random.random_range(0..5_000_000)),
            accepted_at: second(1_780_000_000 + random.random_range(0..5_000_000)),
            serial: u64::from(serial),
            id: ApplicationId(Uuid::from_u128(u128::from(random.next_u64()) << 64 | u128::from(serial))),
        };
        self.applications.push((key, start..self.accepted.len(), ordered));
    }

    fn applications(&self) -> Vec<LiveApplication<'_>> {
        let live =
            |(serial, (key, accepts, ordered)): (u32, &(RankKey, std::ops::Range<usize>, bool))| LiveApplication {
                key: *key,
                applicant: ApplicantId(serial),
                subject: Subject::Two,
                accepts: &self.accepted[accepts.clone()],
                ordered: *ordered,
            };
        (0..).zip(&self.applications).map(live).collect()
    }
}

fn second(unix: i64) -> Timestamp {
    Timestamp::from_unix(unix).unwrap_or(Timestamp::MAX)
}

fn run(bencher: Bencher<'_, '_>, city: &City) {
    let applications = city.applications();
    bencher.bench_local(|| black_box(allocate(&city.sessions, &applications)));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn scarce(bencher: Bencher<'_, '_>, applications: u32) {
    run(bencher, &City::new(applications, 400));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn contested(bencher: Bencher<'_, '_>, applications: u32) {
    run(bencher, &City::new(applications, 200));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn even(bencher: Bencher<'_, '_>, applications: u32) {
    run(bencher, &City::new(applications, 100));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn ample(bencher: Bencher<'_, '_>, applications: u32) {
    run(bencher, &City::new(applications, 70));
}

/// The least that any allocation must do.
#[divan::bench(args = SIZES, max_time = 10)]
fn sort_and_read_once(bencher: Bencher<'_, '_>, applications: u32) {
    let city = City::new(applications, 400);
    let applications = city.applications();
    bencher.bench_local(|| {
        let mut sorted = applications.clone();
        sorted.sort_unstable_by_key(|application| application.key);
        let mut demand = vec![0_u32; 7 * SESSIONS as usize + 3];
        for application in &sorted {
            for session in application.accepts {
                demand[session.0 as usize] += 1;
            }
        }
        black_box((sorted, demand))
    });
}
