//! The table of rights, cell by cell, against the real listeners: whoever asks for whatever gets what the table says.

use super::World;
use crate::kit::{Device, base64};
use crate::wire::{client, serve, url};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use utoipa::OpenApi as _;
use yuyue_central::core::CoreConfig;
use yuyue_central::routes::Description;
use yuyue_central::serve::Running;
use yuyue_central::store::Store as _;
use yuyue_domain::ids::{ApplicantId, DeviceId, OfficeId};
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::rights::{Denial, Right, Role, Standing, check};
use yuyue_protocol::account::{DeviceKind, Secret, SignIn, SignedIn};
use yuyue_protocol::command::{Code, Command, Document, Proof};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_protocol::visit::{VisitAnswer, VisitOpening, VisitProof};
use yuyue_sample::CastRole;

const PASSWORD: &str = "a password of the tests";

/// Somebody who stands in front of the centre.
struct Caller {
    standing: Standing,
    device: Option<Device>,
    line: Client,
    token: Option<String>,
}

/// Whom and what the requests are about.
struct Targets {
    own_person: ApplicantId,
    other_person: ApplicantId,
    own_device: DeviceId,
    other_device: DeviceId,
    own_clerk: String,
    other_clerk: String,
}

/// One row of the real interface.
struct Cell {
    method: Method,
    /// As the description has it.
    template: &'static str,
    path: String,
    body: Option<Value>,
    right: Right,
    /// Whether it is about the person of the visit, or the office of the supervisor.
    is_own: bool,
}

fn cell(method: Method, template: &'static str, right: Right) -> Cell {
    Cell { method, template, path: template.to_owned(), body: None, right, is_own: true }
}

/// A checkpoint that nobody has signed.
fn checkpoint() -> Value {
    let (hash, signature) = (base64(&[0; 32]), base64(&[0; 64]));
    json!({"epoch": uuid::Uuid::nil(), "sequence": 1, "hash": hash, "at": "2026-11-23T08:00:00+08:00", "signature": signature})
}

/// Every endpoint, those about somebody once about the own one and once about another.
fn cells(targets: &Targets) -> Vec<Cell> {
    let get = |template, right| cell(Method::GET, template, right);
    let post = |template, right, body: Value| Cell { body: Some(body), ..cell(Method::POST, template, right) };
    let at = |cell: Cell, path: String| Cell { path, ..cell };
    let mut cells = vec![
        get("/v1/time", Right::ReadTime),
        get("/v1/changes", Right::FollowFeed),
        get("/v1/changes/live", Right::FollowFeed),
        at(
            get("/v1/sessions", Right::ReadSessions),
            "/v1/sessions?subject=2&class=C1&first=2026-11-23&last=2026-12-31".to_owned(),
        ),
        at(get("/v1/priority-places", Right::ReadSessions), "/v1/priority-places?sessions=1".to_owned()),
        post("/v1/commands", Right::Deliver, json!([])),
        post("/v1/devices/renew", Right::RenewCertificate, json!({"certificate_request": "none"})),
        get("/v1/audit", Right::WitnessAudit),
        post("/v1/audit/contradictions", Right::WitnessAudit, checkpoint()),
        get("/v1/seal", Right::ReadPublished),
        post("/v1/sign-in", Right::SignIn, json!({"staff_number": "9999", "password": PASSWORD})),
        post("/v1/visits/codes", Right::OpenVisit, json!({"id": uuid::Uuid::nil(), "number": "1"})),
        post(
            "/v1/visits",
            Right::OpenVisit,
            json!({"id": uuid::Uuid::nil(), "number": "1", "proof": {"kind": "card"}}),
        ),
        get("/v1/visits", Right::KeepVisit),
        post("/v1/open-record", Right::ShowOpenRecord, json!({"applicant": null})),
        post("/v1/applicants/search", Right::LookUp, json!({"text": "张", "limit": 1})),
        get("/v1/acts", Right::ReadActs),
        post("/v1/devices/enroll", Right::Enrol, json!({"code": "x", "signing_key": "x", "certificate_request": "x"})),
        get("/v1/results", Right::ReadPublished),
        get("/v1/publications", Right::ReadPublished),
        at(get("/v1/publications/{id}/record", Right::ReadPublished), "/v1/publications/1/record".to_owned()),
        get("/v1/plans", Right::ReadPublished),
        get("/v1/offices", Right::ReadPublished),
        at(get("/v1/vouchers/{token}", Right::ReadPublished), format!("/v1/vouchers/{}", uuid::Uuid::from_u128(7))),
        get("/healthz", Right::ReadPublished),
    ];
    for is_own in [true, false] {
        let person = if is_own { targets.own_person } else { targets.other_person };
        let device = if is_own { targets.own_device } else { targets.other_device };
        let clerk = if is_own { &targets.own_clerk } else { &targets.other_clerk };
        let wish = json!({"applicant": person, "subject": 2, "sessions": [1], "ordered": true});
        let code = json!({"id": uuid::Uuid::nil(), "applicant": person, "purpose": {"kind": "apply", "subject": 2}});
        let about = [
            at(get("/v1/applicants/{id}", Right::ReadApplicant), format!("/v1/applicants/{person}")),
            post("/v1/outlook", Right::ReadOutlook, wish),
            post("/v1/codes", Right::SendCode, code),
            post("/v1/clerks/unlock", Right::LiftLock, json!({"staff_number": clerk})),
            post("/v1/clerks/sign-out", Right::SignOutClerk, json!({"staff_number": clerk})),
            at(
                cell(Method::POST, "/v1/devices/{id}/revoke", Right::RevokeDevice),
                format!("/v1/devices/{device}/revoke"),
            ),
        ];
        cells.extend(about.into_iter().map(|cell| Cell { is_own, ..cell }));
    }
    // Last: it ends the visit.
    cells.push(cell(Method::DELETE, "/v1/visits", Right::KeepVisit));
    cells
}

/// What an answer says about the right: whatever else is wrong with the request, it was allowed.
async fn verdict(answer: Response) -> Result<(), Denial> {
    let status = answer.status();
    assert!(!status.is_server_error(), "whatever is asked is answered: {status}");
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        match answer.json::<Problem>().await.unwrap().code {
            ErrorCode::SignedOut => return Err(Denial::SignedOut),
            ErrorCode::Forbidden => return Err(Denial::Forbidden),
            _ => {}
        }
    }
    Ok(())
}

/// Which listener has an endpoint.
fn listener(cell: &Cell, running: &Running) -> SocketAddr {
    if cell.right == Right::ReadPublished || cell.right == Right::Enrol { running.public } else { running.devices }
}

fn request(caller: &Caller, cell: &Cell, address: SocketAddr) -> RequestBuilder {
    let request = caller.line.request(cell.method.clone(), url(address, &cell.path));
    let request = match &caller.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    match &cell.body {
        Some(body) => request.json(body),
        None => request,
    }
}

async fn other_office(world: &World) -> OfficeId {
    world.core.refresh_catalogue().await.unwrap();
    *world.core.catalogue().offices.keys().find(|office| **office != world.clerk().office).unwrap()
}

async fn add_clerk(world: &World, staff_number: &str, office: OfficeId, role: Role) {
    world.core.add_clerk(staff_number, "样例员", office, role, &Secret(PASSWORD.to_owned())).await.unwrap();
}

async fn sign_in(line: &Client, running: &Running, staff_number: &str) -> SignedIn {
    let request = SignIn { staff_number: staff_number.to_owned(), password: Secret(PASSWORD.to_owned()) };
    let answer = line.post(url(running.devices, "/v1/sign-in")).json(&request).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{staff_number} signs in");
    answer.json().await.unwrap()
}

async fn open_visit(world: &World, line: &Client, running: &Running, role: CastRole) -> String {
    let number = Secret(world.cast(role).applicant.document.number.reveal().to_owned());
    let opening = VisitOpening { id: world.uuid(), number, proof: VisitProof::Card };
    let answer = line.post(url(running.devices, "/v1/visits")).json(&opening).send().await.unwrap();
    let VisitAnswer::Opened { visit } = answer.json().await.unwrap() else { panic!("a card opens a visit here") };
    visit.token.0
}

/// One of each kind, in the order of the table's columns.
async fn everybody(world: &World, running: &Running) -> Vec<Caller> {
    let office = world.clerk().office;
    let mut callers = Vec::new();
    for standing in Standing::ALL {
        let kind = match standing {
            Standing::Everybody => None,
            Standing::Counter | Standing::Staff(_) => Some(DeviceKind::Counter),
            Standing::Kiosk | Standing::Visitor => Some(DeviceKind::Kiosk),
        };
        let mut device = None;
        if let Some(kind) = kind {
            device = Some(world.device(kind, office, None).await);
        }
        let line = client(running, device.as_ref());
        let token = match standing {
            Standing::Everybody | Standing::Counter | Standing::Kiosk => None,
            Standing::Visitor => Some(open_visit(world, &line, running, CastRole::RuleFour).await),
            Standing::Staff(role) => {
                let staff_number = format!("{role:?}");
                add_clerk(world, &staff_number, office, role).await;
                let signed_in = sign_in(&line, running, &staff_number).await;
                if let Some(device) = &mut device {
                    device.caller.clerk = Some((&signed_in.clerk).into());
                }
                Some(signed_in.token.0)
            }
        };
        callers.push(Caller { standing, device, line, token });
    }
    callers
}

async fn targets(world: &World) -> Targets {
    let (own, other) = (world.clerk().office, other_office(world).await);
    add_clerk(world, "own", own, Role::Clerk).await;
    add_clerk(world, "other", other, Role::Clerk).await;
    Targets {
        own_person: world.cast(CastRole::RuleFour).applicant.id,
        other_person: world.cast(CastRole::PriorityEligible).applicant.id,
        own_device: world.device(DeviceKind::Kiosk, own, None).await.caller.device,
        other_device: world.device(DeviceKind::Kiosk, other, None).await.caller.device,
        own_clerk: "own".to_owned(),
        other_clerk: "other".to_owned(),
    }
}

async fn world() -> World {
    let config = CoreConfig { card_visits: true, ..CoreConfig::default() };
    World::with(100, config).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_lets_in_whom_the_table_lets_in_and_nobody_else() {
    let world = world().await;
    let running = serve(&world).await;
    let targets = targets(&world).await;
    for caller in everybody(&world, &running).await {
        for cell in cells(&targets) {
            let what = format!("{:?}: {} {} (own: {})", caller.standing, cell.method, cell.path, cell.is_own);
            let expected = check(caller.standing, cell.right, cell.is_own);
            let sent = request(&caller, &cell, listener(&cell, &running)).send().await;
            if caller.standing == Standing::Everybody && listener(&cell, &running) == running.devices {
                assert!(expected.is_err(), "{what}: the table lets nobody in without a certificate");
                assert!(sent.is_err(), "{what}: and there is no connection without one");
            } else {
                assert_eq!(verdict(sent.unwrap()).await, expected, "{what}");
            }
        }
    }
    running.stop().await;
}

#[test]
fn no_endpoint_is_missing_from_the_table_of_the_tests() {
    let nobody = Targets {
        own_person: ApplicantId(1),
        other_person: ApplicantId(2),
        own_device: DeviceId(1),
        other_device: DeviceId(2),
        own_clerk: String::new(),
        other_clerk: String::new(),
    };
    let described: BTreeSet<String> = Description::openapi().paths.paths.into_keys().collect();
    let tested: BTreeSet<String> = cells(&nobody).iter().map(|cell| cell.template.to_owned()).collect();
    assert_eq!(tested, described, "whatever is served has its row");
    let rights: BTreeSet<Right> = cells(&nobody).iter().map(|cell| cell.right).collect();
    let of_commands: BTreeSet<Right> =
        commands(ApplicantId(1), uuid::Uuid::nil()).into_iter().map(|(right, _)| right).collect();
    let elsewhere = BTreeSet::from([Right::SignInAnywhere]);
    let all = rights.iter().chain(&of_commands).chain(&elsewhere).copied().collect::<BTreeSet<_>>();
    assert_eq!(all, BTreeSet::from(Right::ALL), "and every right has a test");
}

/// Every command, about one person and one application.
fn commands(applicant: ApplicantId, application: uuid::Uuid) -> Vec<(Right, Command)> {
    let application = yuyue_domain::ids::ApplicationId(application);
    let proof = || Proof::Code { code: Code("000000".to_owned()) };
    let wish = yuyue_domain::application::Wish::Choose { sessions: Vec::new(), ordered: false };
    let apply = Command::Apply {
        applicant,
        subject: Subject::Two,
        wish,
        office: OfficeId(1),
        identity_check: None,
        code: None,
        replaces: None,
    };
    vec![
        (Right::Apply, apply),
        (Right::Confirm, Command::ConfirmCode { application, code: Code("000000".to_owned()) }),
        (Right::Withdraw, Command::Withdraw { application, proof: proof() }),
        (Right::Cancel, Command::Cancel { application, proof: proof() }),
        (Right::Agree, Command::AgreeNotice { notice: NoticeKind::Booking, version: 1, applicant }),
        (Right::Reveal, Command::RecordReveal { applicant }),
        (Right::Print, Command::RecordPrint { application, document: Document::Voucher, copy: 1 }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_takes_effect_for_whom_the_table_lets_and_for_nobody_else() {
    let world = world().await;
    let running = serve(&world).await;
    let own = world.cast(CastRole::Placed).clone();
    let other = world.cast(CastRole::Queued).clone();
    let mut callers = everybody(&world, &running).await;
    for caller in &mut callers {
        let Some(device) = &caller.device else { continue };
        if caller.standing == Standing::Visitor {
            caller.token = Some(open_visit(&world, &caller.line, &running, CastRole::Placed).await);
        }
        for (record, is_own) in [(&own, true), (&other, false)] {
            let application = record.applications.last().unwrap().id.0;
            for (right, command) in commands(record.applicant.id, application) {
                let envelope = world.seal(device, &command);
                let request = caller.line.post(url(running.devices, "/v1/commands")).json(&[&envelope]);
                let request = match &caller.token {
                    Some(token) if caller.standing == Standing::Visitor => request.bearer_auth(token),
                    _ => request,
                };
                let outcomes: Vec<ItemOutcome> = request.send().await.unwrap().json().await.unwrap();
                let allowed = check(caller.standing, right, is_own).is_ok();
                let not_allowed = Refusal::from(IntakeRefusal::NotAllowed);
                let refused = matches!(&outcomes[0].outcome,
                    Outcome::Refused { reasons, .. } if *reasons == [not_allowed.clone()]);
                assert_eq!(!refused, allowed, "{:?}: {right:?} (own: {is_own})", caller.standing);
            }
        }
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_signs_in_at_any_office() {
    let world = world().await;
    let running = serve(&world).await;
    let elsewhere = other_office(&world).await;
    let counter = world.counter().await;
    let line = client(&running, Some(&counter));
    for role in [Role::Clerk, Role::Supervisor, Role::Operator] {
        let staff_number = format!("far-{role:?}");
        add_clerk(&world, &staff_number, elsewhere, role).await;
        let request = SignIn { staff_number, password: Secret(PASSWORD.to_owned()) };
        let answer = line.post(url(running.devices, "/v1/sign-in")).json(&request).send().await.unwrap();
        let expected = check(Standing::Staff(role), Right::SignInAnywhere, false);
        assert_eq!(verdict(answer).await, expected, "{role:?} of another office");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_the_acts_of_the_own_office_and_an_operator_all() {
    let world = world().await;
    let running = serve(&world).await;
    let elsewhere = other_office(&world).await;
    let far = world.device(DeviceKind::Counter, elsewhere, None).await;
    add_clerk(&world, "far", elsewhere, Role::Clerk).await;
    let far_token = sign_in(&client(&running, Some(&far)), &running, "far").await;
    assert_eq!(far_token.clerk.office, elsewhere, "somebody works elsewhere");
    let callers = everybody(&world, &running).await;
    let devices = world.core.store().list_devices().await.unwrap();
    let office_of = |device: u64| devices.iter().find(|row| u64::from(row.id.0) == device).unwrap().office;
    for role in [Role::Supervisor, Role::Operator] {
        let caller = callers.iter().find(|caller| caller.standing == Standing::Staff(role)).unwrap();
        let request = caller.line.get(url(running.devices, "/v1/acts")).bearer_auth(caller.token.as_ref().unwrap());
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let acts = page["acts"].as_array().unwrap();
        let from_far =
            acts.iter().filter_map(|act| act["device"].as_u64()).any(|device| office_of(device) == elsewhere);
        assert_eq!(from_far, role == Role::Operator, "{role:?}");
        assert!(acts.iter().any(|act| act["act"] == "signed_in"), "what happened at the own office is there");
        let order: Vec<u64> = acts.iter().filter_map(|act| act["sequence"].as_u64()).collect();
        assert!(order.is_sorted_by(|one, next| one > next), "the newest first");
    }
    running.stop().await;
}
