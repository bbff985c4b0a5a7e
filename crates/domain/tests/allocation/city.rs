//! Small cities with sessions and applications, made by hand or at random.

use proptest::prelude::*;
use std::ops::RangeInclusive;
use uuid::Uuid;
use yuyue_domain::allocation::{LiveApplication, OpenSession};
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::rank_key::RankKey;
use yuyue_domain::time::Timestamp;

/// An application with sessions of its own.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its rank.
    pub key: RankKey,
    /// Who applies.
    pub applicant: ApplicantId,
    /// What it accepts.
    pub accepts: Vec<SessionId>,
    /// Whether that is its own order of preference.
    pub ordered: bool,
}

/// Everything that an allocation looks at.
#[derive(Debug, Clone)]
pub struct City {
    /// The sessions.
    pub sessions: Vec<OpenSession>,
    /// The applications.
    pub applications: Vec<Application>,
}

/// So many seconds after the Unix epoch.
pub fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).expect("a small number of seconds is a time")
}

impl City {
    /// Sessions by number, places and start; applications by number, which is also their rank, accepts and order.
    pub fn new(sessions: &[(u32, u32, i64)], applications: &[(u32, &[u32], bool)]) -> Self {
        let session = |&(id, places, start): &(u32, u32, i64)| OpenSession {
            id: SessionId(id),
            places,
            starts_at: timestamp(start),
        };
        let application = |&(number, accepts, ordered): &(u32, &[u32], bool)| Application {
            key: RankKey {
                sort_time: timestamp(i64::from(number)),
                accepted_at: timestamp(0),
                serial: 0,
                id: Self::id(number),
            },
            applicant: ApplicantId(number),
            accepts: accepts.iter().copied().map(SessionId).collect(),
            ordered,
        };
        Self {
            sessions: sessions.iter().map(session).collect(),
            applications: applications.iter().map(application).collect(),
        }
    }

    /// The identifier of the application with this number.
    pub fn id(number: u32) -> ApplicationId {
        ApplicationId(Uuid::from_u128(u128::from(number)))
    }

    /// The rank of an application.
    pub fn key_of(&self, id: ApplicationId) -> RankKey {
        let found = self.applications.iter().find(|application| application.key.id == id);
        found.expect("the outcome names only applications of the city").key
    }

    /// The applications as the allocation takes them.
    pub fn live(&self) -> Vec<LiveApplication<'_>> {
        let live = |application: &'_ Application| LiveApplication {
            key: application.key,
            applicant: application.applicant,
            subject: Subject::Two,
            accepts: &[],
            ordered: application.ordered,
        };
        self.applications
            .iter()
            .map(|application| LiveApplication { accepts: &application.accepts, ..live(application) })
            .collect()
    }

    /// The applications by rank.
    pub fn ranked(&self) -> Vec<&Application> {
        let mut ranked: Vec<_> = self.applications.iter().collect();
        ranked.sort_by_key(|application| application.key);
        ranked
    }
}

/// Cities with so many sessions and applications, each of which accepts at most `accepts_max` sessions. Ranks tie often.
pub fn cities(
    sessions: RangeInclusive<usize>,
    applications: RangeInclusive<usize>,
    accepts_max: usize,
) -> impl Strategy<Value = City> {
    let session = (prop_oneof![1 => Just(0_u32), 5 => Just(1), 2 => Just(2), 1 => Just(3)], 0..4_i64);
    let sessions = prop::collection::vec(session, sessions);
    (sessions, applications).prop_flat_map(move |(sessions, applications)| {
        let numbers: Vec<u32> = (0..).zip(&sessions).map(|(position, _)| position * 7 % 43 + 1).collect();
        let open: Vec<_> = numbers.iter().zip(&sessions).map(|(id, (places, start))| (*id, *places, *start)).collect();
        let accepts = prop::sample::subsequence(numbers.clone(), 1..=accepts_max.min(numbers.len())).prop_shuffle();
        let application = (accepts, any::<bool>(), 0..4_i64, 0..3_i64, 0..3_u64, any::<u128>());
        prop::collection::vec(application, applications).prop_map(move |applications| {
            let mut city = City::new(&open, &[]);
            for (number, (accepts, ordered, sort_time, accepted_at, serial, id)) in (0..).zip(applications) {
                city.applications.push(Application {
                    key: RankKey {
                        sort_time: timestamp(sort_time),
                        accepted_at: timestamp(accepted_at),
                        serial,
                        id: ApplicationId(Uuid::from_u128(id << 32 | u128::from(number))),
                    },
                    applicant: ApplicantId(number),
                    accepts: accepts.into_iter().map(SessionId).collect(),
                    ordered,
                });
            }
            city
        })
    })
}
