//! Visits at kiosks: who is there, and that a kiosk learns and does nothing for anybody else.

use super::World;
use crate::kit::{Device, reasons};
use yuyue_central::core::CoreConfig;
use yuyue_central::sms::send_due;
use yuyue_central::store::Store as _;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::verification::{CodePurpose, CodeRefusal};
use yuyue_protocol::account::{Secret, SignIn};
use yuyue_protocol::centre::{Centre as _, Visits as _};
use yuyue_protocol::code::CodeRequest;
use yuyue_protocol::command::{Code, Command, Proof};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::Outcome;
use yuyue_protocol::query::{OutlookQuery, Search};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpened, VisitOpening, VisitProof};
use yuyue_sample::CastRole;

/// A number of the right form that nobody has.
const NOBODYS: &str = "11010519491231002X";

fn number(record: &ApplicantRecord) -> Secret {
    Secret(record.applicant.document.number.reveal().to_owned())
}

async fn ask(world: &World, kiosk: &Device, number: Secret) -> Result<VisitCode, Problem> {
    let request = VisitCodeRequest { id: world.uuid(), number };
    world.core.known(kiosk.caller).send_visit_code(request).await
}

async fn open(world: &World, kiosk: &Device, number: Secret, code: &str) -> VisitAnswer {
    let proof = VisitProof::Code { code: Code(code.to_owned()) };
    let opening = VisitOpening { id: world.uuid(), number, proof };
    world.core.known(kiosk.caller).open_visit(opening).await.unwrap()
}

/// The code in the newest message.
async fn on_the_phone(world: &World) -> String {
    send_due(&world.core, &world.phone).await.unwrap();
    let text = world.phone.messages().remove(0).text;
    text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect()
}

async fn visit(world: &World, kiosk: &mut Device, record: &ApplicantRecord) -> VisitOpened {
    ask(world, kiosk, number(record)).await.unwrap();
    let code = on_the_phone(world).await;
    let VisitAnswer::Opened { visit } = open(world, kiosk, number(record), &code).await else {
        panic!("the right code opens");
    };
    kiosk.caller.visit = Some(record.applicant.id);
    *visit
}

fn refusal(answer: &VisitAnswer) -> CodeRefusal {
    match answer {
        VisitAnswer::Refused { reason } => *reason,
        VisitAnswer::Opened { .. } => panic!("a wrong code opened a visit"),
    }
}

#[tokio::test]
async fn the_number_and_the_code_from_the_phone_open_a_visit_of_that_person() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let opened = visit(&world, &mut kiosk, &person).await;
    assert_eq!(opened.record, person, "the person's record comes with the visit");
    assert_eq!(opened.valid_seconds, 300, "for five minutes");
    assert_eq!(
        world.core.find_visit(kiosk.caller.device, &opened.token.0).await.unwrap(),
        Some(person.applicant.id),
        "it is known"
    );
}

#[tokio::test]
async fn a_stranger_learns_nothing_from_the_answers_to_a_number() {
    let world = World::new(200).await;
    let kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let without_phone = world.cast(CastRole::WithoutPhone).clone();
    let numbers = [number(&person), Secret(NOBODYS.to_owned()), number(&without_phone)];
    let mut answers = Vec::new();
    for number in numbers {
        let mut seen = vec![format!("{:?}", ask(&world, &kiosk, number.clone()).await)];
        seen.push(format!("{:?}", ask(&world, &kiosk, number.clone()).await));
        for _ in 0..6 {
            seen.push(format!("{:?}", refusal(&open(&world, &kiosk, number.clone(), "xxxxxx").await)));
        }
        world.clock.advance(60);
        seen.push(format!("{:?}", ask(&world, &kiosk, number).await.map_err(|problem| problem.code)));
        world.clock.advance(60);
        answers.push(seen);
    }
    // How long the lock lasts is the only thing that the clock changes; all three were tried on the same day.
    assert_eq!(answers[0], answers[1], "somebody and nobody");
    assert_eq!(answers[0], answers[2], "and somebody without a phone");
    assert!(answers[0].iter().any(|answer| answer.contains("CodeLocked")), "with the limits of other codes");
}

#[tokio::test]
async fn nobody_gets_a_message_for_a_number_that_nobody_has() {
    let world = World::new(200).await;
    let kiosk = world.kiosk().await;
    ask(&world, &kiosk, Secret(NOBODYS.to_owned())).await.unwrap();
    let sent = world.phone.messages().len();
    send_due(&world.core, &world.phone).await.unwrap();
    assert_eq!(world.phone.messages().len(), sent, "nobody gets a message");
}

#[tokio::test]
async fn a_code_opens_one_visit_at_the_kiosk_that_asked_for_it_and_within_its_life() {
    let world = World::new(200).await;
    let kiosk = world.kiosk().await;
    let other = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    ask(&world, &kiosk, number(&person)).await.unwrap();
    let code = on_the_phone(&world).await;
    let elsewhere = open(&world, &other, number(&person), &code).await;
    assert_eq!(refusal(&elsewhere), CodeRefusal::CodeNotSent, "it is bound to the kiosk");
    assert!(matches!(open(&world, &kiosk, number(&person), &code).await, VisitAnswer::Opened { .. }), "here it opens");
    let again = open(&world, &kiosk, number(&person), &code).await;
    assert_eq!(refusal(&again), CodeRefusal::CodeUsed, "once");
    world.clock.advance(60);
    ask(&world, &kiosk, number(&person)).await.unwrap();
    let code = on_the_phone(&world).await;
    world.clock.advance(301);
    assert_eq!(refusal(&open(&world, &kiosk, number(&person), &code).await), CodeRefusal::CodeExpired, "too late");
}

#[tokio::test]
async fn a_code_for_a_visit_confirms_no_booking_and_the_other_way_round() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    visit(&world, &mut kiosk, &person).await;
    let purpose = CodePurpose::Visit { device: kiosk.caller.device };
    let request = CodeRequest { id: world.uuid(), applicant: person.applicant.id, purpose };
    let refused = world.core.known(kiosk.caller).request_code(request).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest, "a visit begins with a number");
    world.clock.advance(60);
    let code = world.code(&kiosk, person.applicant.id, CodePurpose::Apply { subject: Subject::Two }).await;
    let answer = open(&world, &kiosk, number(&person), &code.0).await;
    assert!(matches!(refusal(&answer), CodeRefusal::CodeUsed | CodeRefusal::CodeWrong { .. }), "{answer:?}");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_opens_the_same_visit() {
    let world = World::new(200).await;
    let kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let known = world.core.known(kiosk.caller);
    let request = VisitCodeRequest { id: world.uuid(), number: number(&person) };
    let first = known.send_visit_code(request.clone()).await.unwrap();
    assert_eq!(known.send_visit_code(request).await.unwrap(), first, "the same request sends nothing");
    let proof = VisitProof::Code { code: Code(on_the_phone(&world).await) };
    let opening = VisitOpening { id: world.uuid(), number: number(&person), proof };
    known.open_visit(opening.clone()).await.unwrap();
    let VisitAnswer::Opened { visit } = known.open_visit(opening.clone()).await.unwrap() else {
        panic!("the code was right the first time");
    };
    assert!(
        world.core.find_visit(kiosk.caller.device, &visit.token.0).await.unwrap().is_some(),
        "with a token that counts"
    );
    world.clock.advance(301);
    let late = known.open_visit(opening).await.unwrap();
    assert_eq!(refusal(&late), CodeRefusal::CodeUsed, "not when the visit is over");
}

#[tokio::test]
async fn a_visit_lasts_as_long_as_somebody_is_there_and_ends_for_good() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let other = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let token = visit(&world, &mut kiosk, &person).await.token.0;
    let find = async |device: &Device| world.core.find_visit(device.caller.device, &token).await.unwrap();
    assert_eq!(find(&other).await, None, "it counts at its kiosk only");
    for _ in 0..3 {
        world.clock.advance(299);
        assert_eq!(find(&kiosk).await, Some(person.applicant.id), "every use prolongs it");
    }
    assert_eq!(world.core.known(kiosk.caller).prolong_visit().await.unwrap(), 300, "for the whole time");
    world.clock.advance(300);
    assert_eq!(find(&kiosk).await, None, "five minutes without a use end it");
    world.clock.advance(60);
    kiosk.caller.visit = None;
    let token = visit(&world, &mut kiosk, &person).await.token.0;
    for _ in 0..12 {
        world.clock.advance(299);
        world.core.find_visit(kiosk.caller.device, &token).await.unwrap();
    }
    world.clock.advance(13);
    assert_eq!(world.core.find_visit(kiosk.caller.device, &token).await.unwrap(), None, "an hour ends it in any case");
    world.clock.advance(60);
    let token = visit(&world, &mut kiosk, &person).await.token.0;
    world.core.known(kiosk.caller).end_visit().await.unwrap();
    assert_eq!(world.core.find_visit(kiosk.caller.device, &token).await.unwrap(), None, "and so does leaving");
}

#[tokio::test]
async fn the_next_visit_at_a_kiosk_ends_the_one_before() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let first = world.cast(CastRole::PriorityEligible).clone();
    let second = world.cast(CastRole::RuleFour).clone();
    let token = visit(&world, &mut kiosk, &first).await.token.0;
    visit(&world, &mut kiosk, &second).await;
    assert_eq!(
        world.core.find_visit(kiosk.caller.device, &token).await.unwrap(),
        None,
        "two people are never there at once"
    );
}

#[tokio::test]
async fn a_kiosk_reads_the_person_of_its_visit_and_nobody_else() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let other = world.cast(CastRole::RuleFour).clone();
    let session = world.open_sessions(&person, Subject::Two)[0].id;
    let outlook = |record: &ApplicantRecord| OutlookQuery {
        applicant: record.applicant.id,
        subject: Subject::Two,
        sessions: vec![session],
        ordered: false,
    };
    let code = |record: &ApplicantRecord| CodeRequest {
        id: world.uuid(),
        applicant: record.applicant.id,
        purpose: CodePurpose::Apply { subject: Subject::Two },
    };
    let search = Search { text: person.applicant.name.reveal().to_owned(), limit: 1 };
    let sign_in = SignIn { staff_number: world.clerk().staff_number.clone(), password: Secret("peixun-1".to_owned()) };
    let mut matrix = Vec::new();
    for about in [&person, &other] {
        for has_visit in [false, true] {
            if has_visit && kiosk.caller.visit.is_none() {
                visit(&world, &mut kiosk, &person).await;
            }
            let mut caller = kiosk.caller;
            caller.visit = caller.visit.filter(|_| has_visit);
            let known = world.core.known(caller);
            matrix.push([
                known.applicant(about.applicant.id).await.err().map(|problem| problem.code),
                known.outlook(outlook(about)).await.err().map(|problem| problem.code),
                known.request_code(code(about)).await.err().map(|problem| problem.code),
                known.search(search.clone()).await.err().map(|problem| problem.code),
                known.sign_in(sign_in.clone()).await.err().map(|problem| problem.code),
            ]);
        }
    }
    let (out, no) = (Some(ErrorCode::SignedOut), Some(ErrorCode::Forbidden));
    let wanted = [[out, out, out, no, no], [None, None, None, no, no], [out, out, out, no, no], [no, no, no, no, no]];
    assert_eq!(matrix, wanted, "person without and with visit, somebody else without and with visit");
    let page = world.core.known(kiosk.caller).changes(None, 5_000).await.unwrap();
    assert_eq!(
        page.counts.map(|counts| (counts.applicants, counts.applications)),
        Some((0, 0)),
        "and the feed of nobody"
    );
}

/// One command of every kind about a person.
fn commands(world: &World, about: &ApplicantRecord, application: ApplicationId) -> Vec<Command> {
    let Command::Apply { applicant, subject, wish, office, .. } =
        world.apply(about, Subject::Two, world.first_choice(about, Subject::Two), None)
    else {
        panic!("the kit applies");
    };
    let code = Code("000000".to_owned());
    let proof = Proof::Code { code: code.clone() };
    let document = yuyue_protocol::command::Document::Acceptance;
    vec![
        Command::Apply { applicant, subject, wish, office, identity_check: None, code: None, replaces: None },
        Command::ConfirmCode { application, code },
        Command::Withdraw { application, proof: proof.clone() },
        Command::Cancel { application, proof },
        Command::AgreeNotice { notice: NoticeKind::Booking, version: 1, applicant },
        Command::RecordPrint { application, document, copy: 1 },
        Command::RecordReveal { applicant },
    ]
}

fn is_not_allowed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { reasons, .. } if reasons[..] == [Refusal::Intake(IntakeRefusal::NotAllowed)])
}

#[tokio::test]
async fn a_kiosk_acts_for_the_person_of_its_visit_and_for_nobody_else() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let another_kiosk = world.kiosk().await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let other = world.cast(CastRole::RuleFour).clone();
    let mut applications = Vec::new();
    for record in [&person, &other] {
        let command = world.apply(record, Subject::Two, world.first_choice(record, Subject::Two), None);
        let envelope = world.seal(&counter, &command);
        world.deliver(&counter, &envelope).await;
        applications.push(ApplicationId(envelope.id));
    }
    for (record, application) in [(&person, applications[0]), (&other, applications[1])] {
        for command in commands(&world, record, application) {
            let outcome = world.send(&kiosk, &command).await;
            assert!(is_not_allowed(&outcome), "nothing without a visit: {command:?} gave {outcome:?}");
        }
    }
    visit(&world, &mut kiosk, &person).await;
    for command in commands(&world, &other, applications[1]) {
        let outcome = world.send(&kiosk, &command).await;
        assert!(is_not_allowed(&outcome), "nothing for somebody else: {command:?} gave {outcome:?}");
    }
    for command in commands(&world, &person, applications[0]) {
        let envelope = world.seal(&another_kiosk, &command);
        let outcome = world.deliver(&kiosk, &envelope).await;
        assert!(is_not_allowed(&outcome), "a kiosk brings its own commands only: {outcome:?}");
    }
    let reveal = Command::RecordReveal { applicant: person.applicant.id };
    for command in commands(&world, &person, applications[0]) {
        let outcome = world.send(&kiosk, &command).await;
        assert_eq!(is_not_allowed(&outcome), command == reveal, "the person's own: {command:?} gave {outcome:?}");
    }
}

#[tokio::test]
async fn a_command_that_came_without_a_visit_is_not_used_up() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let command = commands(&world, &person, ApplicationId(world.uuid())).remove(0);
    let envelope = world.seal(&kiosk, &command);
    assert_eq!(reasons(&world.deliver(&kiosk, &envelope).await).len(), 1, "refused");
    visit(&world, &mut kiosk, &person).await;
    let outcome = world.deliver(&kiosk, &envelope).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "the same one counts with its person's visit: {outcome:?}");
    kiosk.caller.visit = None;
    assert_eq!(world.deliver(&kiosk, &envelope).await, outcome, "what was decided is told again to its kiosk");
}

#[tokio::test]
async fn a_card_opens_a_visit_only_where_the_centre_trusts_the_readers() {
    for trusted in [false, true] {
        let world = World::with(200, CoreConfig { card_visits: trusted, ..CoreConfig::default() }).await;
        let kiosk = world.kiosk().await;
        let person = world.cast(CastRole::PriorityEligible).clone();
        let opening = |number| VisitOpening { id: world.uuid(), number, proof: VisitProof::Card };
        let answer = world.core.known(kiosk.caller).open_visit(opening(number(&person))).await;
        match answer {
            Ok(VisitAnswer::Opened { visit }) if trusted => assert_eq!(visit.record, person, "the card's owner"),
            Err(problem) if !trusted => assert_eq!(problem.code, ErrorCode::Forbidden, "no reader is trusted yet"),
            other => panic!("trusted {trusted}, and {other:?}"),
        }
        let nobody = world.core.known(kiosk.caller).open_visit(opening(Secret(NOBODYS.to_owned()))).await;
        let code = if trusted { ErrorCode::NotFound } else { ErrorCode::Forbidden };
        assert_eq!(nobody.unwrap_err().code, code, "a card of nobody in this city");
    }
}

#[tokio::test]
async fn visits_are_for_kiosks_with_numbers_of_resident_cards_and_not_too_many_of_them() {
    let world = World::new(50).await;
    let counter = world.counter().await;
    let refused = ask(&world, &counter, Secret(NOBODYS.to_owned())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden, "a counter looks people up");
    let kiosk = world.kiosk().await;
    let wrong = ask(&world, &kiosk, Secret("110105194912310021".to_owned())).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::BadRequest, "the last digit is wrong");
    assert!(!wrong.detail.contains("1101"), "and the answer does not repeat it");
    let mut last = None;
    for _ in 0..31 {
        last = ask(&world, &kiosk, Secret(NOBODYS.to_owned())).await.err();
    }
    let last = last.expect("refused since the second");
    assert!(last.retry_after_seconds.is_some_and(|seconds| seconds > 60), "the kiosk has asked too often: {last:?}");
}

#[tokio::test]
async fn a_token_stands_in_no_file_and_no_log_and_the_audit_knows_the_visit() {
    let world = World::new(200).await;
    let mut kiosk = world.kiosk().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    ask(&world, &kiosk, number(&person)).await.unwrap();
    let code = on_the_phone(&world).await;
    let VisitAnswer::Opened { visit } = open(&world, &kiosk, number(&person), &code).await else {
        panic!("the right code opens");
    };
    kiosk.caller.visit = Some(person.applicant.id);
    assert!(!format!("{visit:?}").contains(&visit.token.0), "not in a log");
    let entries = world.core.store().list_audit(0, 5_000).await.unwrap();
    assert!(
        entries.iter().any(|record| record.entry.applicant == Some(person.applicant.id)),
        "the audit says whose visit it was"
    );
    let bytes = std::fs::read_dir(world.folder.path())
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default());
    let bytes: Vec<u8> = bytes.collect();
    let token = visit.token.0.as_bytes();
    assert!(!bytes.windows(token.len()).any(|window| window == token), "the token is in memory only");
}
