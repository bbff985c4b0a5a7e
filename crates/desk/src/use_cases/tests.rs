//! Use cases against a centre that keeps books, over restarts and cuts of the line.

mod access;
mod choices;
mod endings;
mod flow;
mod kiosk;
mod offline;
mod open_record;
mod outbox;
mod outlook;
mod pages;
mod saving;
mod staff;
mod storage;
mod upkeep;
mod visit;

use crate::desk::{Desk, DeskConfig, lock};
use crate::device::identity::{Identity, insert_identity};
use crate::error::DeskError;
use crate::sync::{Sync, SyncStep};
use crate::testing::{TestCentre, TestKeys, TestWorld, city, identity, run, today};
use crate::use_cases::access::sign_in;
use crate::use_cases::applicant::open_applicant;
use crate::use_cases::booking::booking_act;
use crate::view::app::Edition;
use crate::view::booking::{BookingView, FlowAction, StepBody};
use crate::world::World as _;
use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use std::sync::{Arc, Mutex};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_sample::{CastRole, City};

pub(super) const PASSWORD: &str = "对的密码";

/// A counter with its centre.
pub(super) struct Counter {
    pub folder: tempfile::TempDir,
    pub keys: TestKeys,
    pub world: Arc<TestWorld>,
    pub centre: TestCentre,
    pub city: City,
    pub desk: Mutex<Desk>,
    pub sync: Sync,
}

impl Counter {
    /// An enrolled counter, filled and signed in, at ten in the morning.
    pub fn open() -> Self {
        let city = city(300);
        let now = city.as_of().plus_seconds(2 * 3600);
        let centre = TestCentre::of(&city);
        centre.set_now(now);
        let world = TestWorld::at(now);
        let folder = tempfile::tempdir().expect("a folder");
        let keys = TestKeys::default();
        let (desk, sync) = open_desk(folder.path(), &keys, &world).expect("a new folder opens");
        insert_identity(&desk.device, &identity(now)).expect("enrolled");
        let mut counter = Self { folder, keys, world, centre, city, desk: Mutex::new(desk), sync };
        counter.follow();
        counter.sign_in();
        counter
    }

    /// An enrolled kiosk, filled, at ten in the morning.
    pub fn kiosk() -> Self {
        let city = city(300);
        let now = city.as_of().plus_seconds(2 * 3600);
        let centre = TestCentre::of(&city);
        centre.set_now(now);
        centre.feed_kiosk();
        let world = TestWorld::at(now);
        let folder = tempfile::tempdir().expect("a folder");
        let keys = TestKeys::default();
        let (mut desk, sync) = open_desk(folder.path(), &keys, &world).expect("a new folder opens");
        let verifier = Argon2::default().hash_password_with_salt(b"13572468", &[5; 16]).expect("hashed").to_string();
        let enrolled = Identity { kind: DeviceKind::Kiosk, exit_verifier: Some(verifier), ..identity(now) };
        desk.keep_identity(&enrolled).expect("enrolled");
        let mut kiosk = Self { folder, keys, world, centre, city, desk: Mutex::new(desk), sync };
        kiosk.follow();
        kiosk
    }

    /// The program ends, however it does, and starts again.
    pub fn restart(self) -> Self {
        let Self { folder, keys, world, centre, city, desk, sync } = self;
        drop((desk, sync));
        let (desk, sync) = open_desk(folder.path(), &keys, &world).expect("the folder opens again");
        let mut counter = Self { folder, keys, world, centre, city, desk: Mutex::new(desk), sync };
        counter.follow();
        counter.sign_in();
        counter
    }

    pub fn sign_in(&self) {
        run(sign_in(&self.desk, &self.centre, "0317", PASSWORD)).expect("the clerk may work here");
    }

    /// Follows the feed to its end; without line the desk learns that.
    pub fn follow(&mut self) {
        let now = lock(&self.desk).now();
        loop {
            match run(self.sync.step(&self.centre, now)) {
                Ok(SyncStep::Applied { more: true, .. }) => {}
                Ok(SyncStep::Refill) => self.sync.refill().expect("writable"),
                Ok(SyncStep::Applied { .. }) => {
                    lock(&self.desk).line.hear(now);
                    return;
                }
                Err(_) => {
                    lock(&self.desk).line.fail(now);
                    return;
                }
            }
        }
    }

    pub fn cut(&mut self) {
        self.centre.set_line(false);
        self.follow();
    }

    pub fn mend(&mut self) {
        self.centre.set_line(true);
        self.follow();
    }

    pub fn person(&self, role: CastRole) -> &ApplicantRecord {
        self.city.find_cast(role).expect("everybody of the cast is there")
    }

    pub fn id(&self, role: CastRole) -> ApplicantId {
        self.person(role).applicant.id
    }

    pub fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        lock(&self.desk)
    }

    pub fn act(&self, action: FlowAction) -> BookingView {
        run(booking_act(&self.desk, &self.centre, action)).expect("the flow goes on").expect("still in the flow")
    }

    pub fn try_act(&self, action: FlowAction) -> Result<Option<BookingView>, DeskError> {
        run(booking_act(&self.desk, &self.centre, action))
    }

    /// Opens a record and begins a booking with a checked identity.
    pub fn begin(&self, role: CastRole, subject: Subject) -> BookingView {
        let id = self.id(role);
        run(open_applicant(&self.desk, &self.centre, id)).expect("the record opens");
        self.desk().booking_start(id, Some(subject), None).expect("a booking begins");
        self.act(FlowAction::CheckIdentity { check: IdentityCheck::DocumentSeen })
    }

    /// Reads whatever has to be read, up to 选择场次.
    pub fn to_sessions(&self, role: CastRole, subject: Subject) -> BookingView {
        self.begin(role, subject);
        let mut view = self.act(FlowAction::Next);
        loop {
            view = match &view.body {
                StepBody::Notice(step) => self.act(FlowAction::Agree { version: step.notice.version }),
                StepBody::PrioritySwitch(_) => self.act(FlowAction::Next),
                _ => return view,
            };
        }
    }

    /// Presses 查询 with what the fields say and chooses the first session that can be chosen.
    pub fn choose_first(&self, view: &BookingView) -> (BookingView, SessionId) {
        let query = match &view.body {
            StepBody::Sessions(step) => step.query.clone(),
            StepBody::PrioritySessions(step) => step.query.clone(),
            other => panic!("not at 选择场次: {other:?}"),
        };
        let view = self.act(FlowAction::Query { query });
        let list = match &view.body {
            StepBody::Sessions(step) => step.list.clone(),
            StepBody::PrioritySessions(step) => step.list.clone(),
            other => panic!("not at 选择场次: {other:?}"),
        };
        let list = list.expect("查询 lists");
        let row = list.rows.iter().find(|row| row.refused.is_none()).expect("something can be chosen");
        let id = row.session.id;
        (self.act(FlowAction::Choose { sessions: vec![id], ordered: false }), id)
    }

    /// Everything up to 确认并提交.
    pub fn to_confirm(&self, role: CastRole, subject: Subject) -> (BookingView, SessionId) {
        let view = self.to_sessions(role, subject);
        let (_, session) = self.choose_first(&view);
        (self.act(FlowAction::Next), session)
    }
}

pub(super) fn open_desk(
    folder: &std::path::Path,
    keys: &TestKeys,
    world: &Arc<TestWorld>,
) -> Result<(Desk, Sync), DeskError> {
    let world: Arc<dyn crate::world::World> = Arc::<TestWorld>::clone(world);
    let config = DeskConfig { folder, edition: Edition::Production, version: "0.1.0", keys, world };
    Desk::open(&config)
}

pub(super) fn start_of_today() -> Timestamp {
    Timestamp::start_of(today())
}

/// Keeps the clock of the computer in sight of the tests that set it.
pub(super) fn wall(counter: &Counter) -> Timestamp {
    counter.world.wall()
}
