//! The same days in a file and in a database: what is decided, published and told is the same, whatever happens in which
//! order, and at the end every invariant holds in both.

use crate::invariants;
use crate::kit::{Device, Engine, Postgres, Sqlite, World};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use yuyue_central::scheduler::{Done, Scheduler};
use yuyue_central::store::{FeedQuery, Store as _};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::Wish;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{Row, What};
use yuyue_protocol::command::{Command, Proof};
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

const STEPS: u32 = 160;
const PEOPLE: u32 = 30;
/// Commands in one delivery at most.
const TOGETHER: usize = 6;

/// One city, with what has been taken in it.
struct Side<E> {
    world: World<E>,
    counter: Device,
    people: Vec<ApplicantRecord>,
    sessions: Vec<SessionId>,
    scheduler: Scheduler,
    taken: Vec<Envelope>,
}

/// What happened in a step.
#[derive(Debug, PartialEq)]
enum Happened {
    Decided(Vec<Outcome>),
    Ticked(Done),
    Called(SessionStatus),
}

impl<E: Engine> Side<E> {
    async fn open() -> Self {
        let world = World::<E>::new(60).await;
        world.allow_vouching().await;
        let counter = world.counter().await;
        let people = world.clones(&world.cast(CastRole::PriorityEligible).clone(), PEOPLE).await;
        let mut side =
            Self { world, counter, people, sessions: Vec::new(), scheduler: Scheduler::default(), taken: Vec::new() };
        side.choose_sessions();
        side
    }

    /// Those that are open now: few, so that people come into each other's way.
    fn choose_sessions(&mut self) {
        let open = self.world.open_sessions(&self.people[0], Subject::Two);
        if !open.is_empty() {
            self.sessions = open.iter().map(|session| session.id).take(4).collect();
        }
    }

    /// Does whatever the randomness says; the same on both sides as long as both are alike.
    async fn step(&mut self, random: &mut ChaCha8Rng) -> Happened {
        match random.random_range(0..10) {
            0 => {
                self.world.clock.advance(random.random_range(1..12) * 3_600);
                let done = self.scheduler.tick(&self.world.core).await.unwrap();
                self.choose_sessions();
                Happened::Ticked(done)
            }
            1 => {
                let id = self.sessions[random.random_range(0..self.sessions.len())];
                let session = self.world.core.catalogue().sessions[&id].clone();
                let is_off = session.status == SessionStatus::Cancelled;
                let status = if is_off { SessionStatus::Planned } else { SessionStatus::Cancelled };
                self.world.core.import(vec![Row::Session(Session { status, ..session })]).await.unwrap();
                self.world.core.refresh_catalogue().await.unwrap();
                Happened::Called(status)
            }
            2 => {
                self.scheduler = Scheduler::default();
                Happened::Ticked(self.scheduler.tick(&self.world.core).await.unwrap())
            }
            _ => {
                let count = random.random_range(1..=TOGETHER);
                let batch: Vec<Envelope> = (0..count).map(|_| self.command(random)).collect();
                let known = self.world.core.known(self.counter.caller);
                let outcomes = yuyue_protocol::centre::Centre::commands(&known, batch).await.unwrap();
                Happened::Decided(outcomes.into_iter().map(|item| item.outcome).collect())
            }
        }
    }

    /// A new command, or one that was taken before.
    fn command(&mut self, random: &mut ChaCha8Rng) -> Envelope {
        let old = (!self.taken.is_empty()).then(|| random.random_range(0..self.taken.len()));
        let proof = Proof::IdentityCheck { check: IdentityCheck::CardRead };
        let command = match (random.random_range(0..8), old) {
            (0, Some(old)) => return self.taken[old].clone(),
            (1, Some(old)) => Command::Withdraw { application: ApplicationId(self.taken[old].id), proof },
            (2, Some(old)) => Command::Cancel { application: ApplicationId(self.taken[old].id), proof },
            (kind, _) => {
                let person = &self.people[random.random_range(0..self.people.len())];
                let session = self.sessions[random.random_range(0..self.sessions.len())];
                let wish = match kind {
                    3 | 4 => Wish::Priority { session },
                    5 => Wish::Choose { sessions: self.sessions.clone(), ordered: true },
                    _ => Wish::Choose { sessions: vec![session], ordered: false },
                };
                self.world.apply(person, Subject::Two, wish, None)
            }
        };
        let envelope = self.world.seal(&self.counter, &command);
        self.taken.push(envelope.clone());
        envelope
    }

    /// Everything that a new counter is told, but for the revisions.
    async fn told(&self) -> BTreeSet<String> {
        let (mut told, mut after) = (BTreeSet::new(), None);
        loop {
            let device = self.counter.caller.device;
            let query = FeedQuery { after, limit: 5_000, device, kind: DeviceKind::Counter, office: None };
            let page = self.world.core.store().find_changes(&query).await.unwrap().expect("one feed");
            for change in page.changes {
                if let What::Set(row) = change.what {
                    told.insert(serde_json::to_string(&row).unwrap());
                }
            }
            after = Some(page.cursor);
            if page.cursor.revision == page.head {
                return told;
            }
        }
    }
}

#[tokio::test]
async fn the_same_days_leave_the_same_city_in_a_file_and_in_a_database() {
    for seed in 0..3 {
        let (mut file, mut database) = (Side::<Sqlite>::open().await, Side::<Postgres>::open().await);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut accepted, mut refused, mut published) = (0, 0, 0);
        for step in 0..STEPS {
            let mut same = random.clone();
            let (one, other) = (file.step(&mut random).await, database.step(&mut same).await);
            assert_eq!(one, other, "seed {seed}, step {step}: both decide alike");
            match one {
                Happened::Decided(outcomes) => {
                    let taken = outcomes.iter().filter(|one| matches!(one, Outcome::Accepted { .. })).count();
                    accepted += taken;
                    refused += outcomes.len() - taken;
                }
                Happened::Ticked(done) => published += done.publications.len(),
                Happened::Called(_) => {}
            }
        }
        assert!(accepted > 20 && refused > 20 && published > 0, "much happened: {accepted}, {refused}, {published}");
        assert_eq!(file.told().await, database.told().await, "seed {seed}: devices are told the same");
        let audit = file.world.core.store().get_audit_tail().await.unwrap();
        assert_eq!(audit, database.world.core.store().get_audit_tail().await.unwrap(), "seed {seed}: of the same acts");
        invariants::check(&file.world).await;
        invariants::check(&database.world).await;
    }
}
