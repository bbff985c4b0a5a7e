//! Every deed leaves its record in the audit, and no record is ever changed or removed.

use super::World;
use crate::cli::run_at;
use crate::kit::Device;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::sync::Arc;
use yuyue_central::audit::{Act, Record};
use yuyue_central::central::Central;
use yuyue_central::core::results::TestResult;
use yuyue_central::core::{Acting, Caller, CoreConfig};
use yuyue_central::scheduler::Scheduler;
use yuyue_central::secret::{ServerKey, hash};
use yuyue_central::sms::send_due;
use yuyue_central::store::{Batch, Store as _, StoreConfig, Wants, Write};
use yuyue_domain::applicant::{ApplicantRecord, Attempt, TestOutcome};
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::rights::Role;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::verification::CodePurpose;
use yuyue_protocol::account::{DeviceKind, RenewRequest, Secret, SignIn};
use yuyue_protocol::centre::{Centre as _, Visits as _};
use yuyue_protocol::change::Row;
use yuyue_protocol::command::{Code, Command, Document, Proof};
use yuyue_protocol::query::Search;
use yuyue_protocol::visit::{VisitCodeRequest, VisitOpening, VisitProof};
use yuyue_protocol::witness::{Checkpoint, RecordHash};
use yuyue_sample::CastRole;

const PASSWORD: &str = "a password of the tests";

/// Who does it.
struct Scene {
    counter: Device,
    kiosk: Device,
    supervisor: Caller,
    scheduler: Scheduler,
}

impl Scene {
    async fn open(world: &World) -> Self {
        let (counter, kiosk, office) = (world.counter().await, world.kiosk().await, world.clerk().office);
        let password = Secret(PASSWORD.to_owned());
        let supervisor = world.core.add_clerk("9000", "样例员", office, Role::Supervisor, &password).await.unwrap();
        let supervisor = Caller { clerk: Some(Acting::from(&supervisor)), ..counter.caller };
        Self { counter, kiosk, supervisor, scheduler: Scheduler::default() }
    }

    async fn sign_in(&self, world: &World, password: &str) -> bool {
        let request =
            SignIn { staff_number: world.clerk().staff_number.clone(), password: Secret(password.to_owned()) };
        world.core.known(self.counter.caller).sign_in(request).await.is_ok()
    }

    /// Types a code at the kiosk, the one of the phone or another.
    async fn open_visit(&self, world: &World, person: &ApplicantRecord, is_right: bool) {
        let known = world.core.known(self.kiosk.caller);
        let number = || Secret(person.applicant.document.number.reveal().to_owned());
        // Sent once a minute.
        world.clock.advance(61);
        known.send_visit_code(VisitCodeRequest { id: world.uuid(), number: number() }).await.unwrap();
        send_due(&world.core, &world.phone).await.unwrap();
        let text = world.phone.messages().remove(0).text;
        let digits = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
        let code = if is_right { digits.collect() } else { "1".to_owned() };
        let proof = VisitProof::Code { code: Code(code) };
        known.open_visit(VisitOpening { id: world.uuid(), number: number(), proof }).await.unwrap();
    }

    async fn tick(&mut self, world: &World) {
        self.scheduler.tick(&world.core).await.unwrap();
    }
}

fn find(record: &ApplicantRecord, state: StateKind) -> &Application {
    record.applications.iter().find(|own| own.state.kind() == state).unwrap()
}

/// Does what leaves such a record; answers which act comes next. Every act has its deed here: whoever adds one adds it.
#[expect(clippy::too_many_lines, reason = "one table of all acts")]
async fn leave(world: &World, scene: &mut Scene, act: Act) -> Option<Act> {
    let core = &world.core;
    let known = core.known(scene.counter.caller);
    let person = world.cast(CastRole::PriorityEligible);
    let (applicant, office) = (person.applicant.id, world.clerk().office);
    let next = match act {
        Act::CommandAccepted => {
            let agree = Command::AgreeNotice { notice: NoticeKind::Booking, version: 1, applicant };
            world.send(&scene.counter, &agree).await;
            Act::CommandRefused
        }
        Act::CommandRefused => {
            let proof = Proof::IdentityCheck { check: IdentityCheck::CardRead };
            let application = ApplicationId(world.uuid());
            world.send(&scene.counter, &Command::Withdraw { application, proof }).await;
            Act::SignedIn
        }
        Act::SignedIn => {
            assert!(scene.sign_in(world, &world.clerk().password).await, "the clerk signs in");
            Act::SignInRefused
        }
        Act::SignInRefused => {
            assert!(!scene.sign_in(world, "another password").await, "and not with another password");
            Act::CodeSent
        }
        Act::CodeSent => {
            world.code(&scene.counter, applicant, CodePurpose::Apply { subject: Subject::Two }).await;
            Act::CodeWrong
        }
        Act::CodeWrong => {
            let wish = world.first_choice(person, Subject::Two);
            let guess = world.apply(person, Subject::Two, wish, Some(Code("1".to_owned())));
            world.send(&scene.counter, &guess).await;
            Act::VisitRefused
        }
        Act::VisitRefused => {
            scene.open_visit(world, world.cast(CastRole::RuleFour), false).await;
            Act::VisitOpened
        }
        Act::VisitOpened => {
            scene.open_visit(world, world.cast(CastRole::RuleFour), true).await;
            Act::Searched
        }
        Act::Searched => {
            known.search(Search { text: "张".to_owned(), limit: 1 }).await.unwrap();
            Act::ApplicantRead
        }
        Act::ApplicantRead => {
            known.applicant(applicant).await.unwrap();
            Act::Revealed
        }
        Act::Revealed => {
            world.send(&scene.counter, &Command::RecordReveal { applicant }).await;
            Act::Printed
        }
        Act::Printed => {
            let application = find(world.cast(CastRole::Placed), StateKind::Placed).id;
            let print = Command::RecordPrint { application, document: Document::Voucher, copy: 1 };
            world.send(&scene.counter, &print).await;
            Act::DeviceAdded
        }
        Act::DeviceAdded => {
            core.add_device(DeviceKind::Counter, "测试窗口", office, None).await.unwrap();
            Act::DeviceEnrolled
        }
        Act::DeviceEnrolled => {
            world.counter().await;
            Act::DeviceRevoked
        }
        Act::DeviceRevoked => {
            let lost = core.add_device(DeviceKind::Counter, "测试窗口", office, None).await.unwrap();
            core.known(scene.supervisor).revoke_device(lost.device).await.unwrap();
            Act::ClerkAdded
        }
        Act::ClerkAdded => {
            let password = Secret(PASSWORD.to_owned());
            core.add_clerk("9001", "样例员", office, Role::Clerk, &password).await.unwrap();
            Act::ClerkChanged
        }
        Act::ClerkChanged => {
            core.set_role("9001", Role::Supervisor).await.unwrap();
            Act::LockLifted
        }
        Act::LockLifted => {
            core.known(scene.supervisor).lift_lock("9001").await.unwrap();
            Act::ClerkSignedOut
        }
        Act::ClerkSignedOut => {
            core.known(scene.supervisor).sign_clerk_out("9001").await.unwrap();
            Act::ActsRead
        }
        Act::ActsRead => {
            core.known(scene.supervisor).acts(None).await.unwrap();
            Act::CertificateRenewed
        }
        Act::CertificateRenewed => {
            let used = CertificateDer::from_pem_slice(scene.counter.certificate.as_bytes()).unwrap();
            let next = KeyPair::generate().unwrap();
            let certificate_request = CertificateParams::default().serialize_request(&next).unwrap().pem().unwrap();
            let request = RenewRequest { certificate_request };
            known.renew_certificate(&world.central.authority, hash(&used), &request).await.unwrap();
            Act::AuditContradicted
        }
        Act::AuditContradicted => {
            let key = std::fs::read(world.folder.path().join("code.key")).unwrap();
            let seal = ServerKey::new(key.try_into().unwrap()).seal();
            let epoch = core.store().get_head().await.unwrap().epoch;
            let other = Checkpoint::sign(epoch, 1, RecordHash([1; 32]), world.now(), &seal);
            known.contradict_audit(&other).await.unwrap();
            Act::Imported
        }
        Act::Imported => {
            let row = core.catalogue().sessions.values().next().unwrap().clone();
            core.import(vec![Row::Session(row)]).await.unwrap();
            Act::CancelledByOffice
        }
        Act::CancelledByOffice => {
            let place = find(world.cast(CastRole::PriorityUsed), StateKind::Placed).session().unwrap();
            let session = core.catalogue().sessions[&place].clone();
            let off = Session { status: SessionStatus::Cancelled, ..session };
            core.import(vec![Row::Session(off)]).await.unwrap();
            core.refresh_catalogue().await.unwrap();
            scene.tick(world).await;
            Act::Published
        }
        Act::Published => {
            let until = core.store().get_published_until().await.unwrap();
            let next = {
                let catalogue = core.catalogue();
                let to_come = catalogue.sessions.values().filter(|session| session.is_to_be_published(until));
                to_come.map(|session| session.instants.publication_at).min().unwrap()
            };
            world.clock.set(next.plus_days(1));
            scene.tick(world).await;
            Act::Lapsed
        }
        Act::Lapsed => {
            world.clock.advance(40 * 24 * 3_600);
            scene.tick(world).await;
            // As if the program had stopped before that: what waits for a code waits for sessions that are published.
            let forgotten = find(world.cast(CastRole::AwaitingCode), StateKind::AwaitingCode).clone();
            core.import(vec![Row::Application(Box::new(forgotten))]).await.unwrap();
            Scheduler::default().tick(core).await.unwrap();
            Act::TestRecorded
        }
        Act::TestRecorded => {
            let application = find(world.cast(CastRole::Placed), StateKind::Placed).id;
            let (attempt, outcome) = (Attempt::First, TestOutcome::Scored { score: 95 });
            let result = TestResult { application, attempt, outcome, taken_at: None };
            core.record_results(&[result]).await.unwrap().unwrap();
            Act::Purged
        }
        Act::Purged => {
            let (now, clerk, device) = (world.now(), world.clerk().id, scene.counter.caller.device);
            let writes = vec![Write::TokenMade { token: [7; 32], clerk, device, expires_at: now }];
            let batch = Batch { writes, ..Batch::at(now) };
            core.store().transact(&Wants::default(), |_| (batch, ())).await.unwrap();
            world.clock.advance(24 * 3_600);
            scene.tick(world).await;
            Act::BackedUp
        }
        Act::BackedUp => {
            let backup = world.folder.path().join("backup.db");
            let command = ["backup", "--output", backup.to_str().unwrap()];
            let done = run_at(world.folder.path(), world.database.as_ref(), &command, "");
            assert_eq!(done.status.success(), world.database.is_none(), "a database is backed up by its own program");
            Act::Restored
        }
        // Another feed begins with it: `restored` looks for its record there.
        Act::Restored => return None,
    };
    Some(next)
}

async fn records(world: &World, act: Act) -> usize {
    let audit = world.core.store().list_audit(0, 100_000).await.unwrap();
    audit.iter().filter(|record| record.entry.act == act).count()
}

/// The audit of the centre that was restored from the backup, or from what is in the database.
async fn restored(world: &World) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let (database, mut place) = (world.database.as_ref(), StoreConfig::default());
    let backup = world.folder.path().join("backup.db");
    let files = ["authority.key", "authority.pem", "code.key", "store.key"];
    for name in files.iter().filter(|name| world.folder.path().join(name).exists()) {
        std::fs::copy(world.folder.path().join(name), folder.path().join(name)).unwrap();
    }
    let from = ["init", "--from", backup.to_str().unwrap()];
    let command: &[&str] = if database.is_some() { &["init", "--restored"] } else { &from };
    let done = run_at(folder.path(), database, command, "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    place.url = database.map(|database| Secret(database.url.clone()));
    let (clock, entropy) = (Arc::clone(&world.clock) as _, Arc::clone(&world.entropy) as _);
    let centre = Central::open(folder.path(), &place, CoreConfig::default(), clock, entropy).await.unwrap();
    centre.core.store().list_audit(0, 100_000).await.unwrap()
}

#[tokio::test]
async fn every_deed_leaves_its_record() {
    let world = World::new(100).await;
    let mut scene = Scene::open(&world).await;
    let mut act = Act::CommandAccepted;
    loop {
        let before = records(&world, act).await;
        let next = leave(&world, &mut scene, act).await;
        let is_left_elsewhere = act == Act::Restored || act == Act::BackedUp && world.database.is_some();
        assert!(is_left_elsewhere || records(&world, act).await > before, "{act:?} leaves a record");
        let Some(next) = next else { break };
        act = next;
    }
    let restored = restored(&world).await;
    assert!(restored.iter().any(|record| record.entry.act == Act::Restored), "and so does a restore");
}

#[tokio::test]
async fn no_record_of_the_audit_is_changed_or_removed_whoever_tries() {
    let world = World::new(10).await;
    let before = world.core.store().list_audit(0, 10_000).await.unwrap();
    assert!(before.len() > 1, "there is something to change");
    for attempt in [
        "UPDATE audit SET act = 'searched' WHERE sequence = 1",
        "UPDATE audit SET sequence = sequence + 1000",
        "DELETE FROM audit WHERE sequence = 1",
        "DELETE FROM audit",
    ] {
        let refused = world.try_tamper(attempt).await.unwrap_err();
        assert!(refused.contains("the audit is append-only"), "{attempt}: {refused}");
    }
    assert_eq!(world.core.store().list_audit(0, 10_000).await.unwrap(), before, "everything is there as it was");
}
