//! Codes: wrong, expired, too soon, too many, and for something else.

use super::World;
use crate::kit::{Device, reasons};
use yuyue_central::audit::Act;
use yuyue_central::core::CoreConfig;
use yuyue_central::secret::hash;
use yuyue_central::sms::send_due;
use yuyue_central::store::Store as _;
use yuyue_domain::application::StateKind;
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::Refusal;
use yuyue_domain::verification::{CodePurpose, CodeRefusal};
use yuyue_protocol::account::Secret;
use yuyue_protocol::centre::{Centre as _, Visits as _};
use yuyue_protocol::code::CodeRequest;
use yuyue_protocol::command::Code;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::Outcome;
use yuyue_protocol::visit::VisitCodeRequest;
use yuyue_sample::CastRole;

const APPLY: CodePurpose = CodePurpose::Apply { subject: Subject::Two };

fn wrong(code: &Code) -> Code {
    Code(code.0.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect())
}

fn code_refusal(outcome: &Outcome) -> CodeRefusal {
    match reasons(outcome) {
        [Refusal::Code(refusal)] => *refusal,
        other => panic!("not refused for its code: {other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_code_is_a_refusal_and_the_right_one_still_counts_in_a_new_command() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let code = world.code(&counter, person.applicant.id, APPLY).await;
    let apply = |code| world.apply(&person, Subject::Two, wish.clone(), Some(code));
    let outcome = world.send(&counter, &apply(wrong(&code))).await;
    assert_eq!(code_refusal(&outcome), CodeRefusal::CodeWrong { tries_left: 4 }, "four tries are left");
    let outcome = world.send(&counter, &apply(code.clone())).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "the right code in a new command: {outcome:?}");
    assert_eq!(world.record(person.applicant.id).await.applications.len(), person.applications.len() + 1, "once");
}

#[tokio::test]
async fn five_wrong_tries_lock_until_the_next_day() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let code = world.code(&counter, person.applicant.id, APPLY).await;
    let apply = |code| world.apply(&person, Subject::Two, wish.clone(), Some(code));
    for _ in 0..4 {
        world.send(&counter, &apply(wrong(&code))).await;
    }
    let outcome = world.send(&counter, &apply(wrong(&code))).await;
    assert!(matches!(code_refusal(&outcome), CodeRefusal::CodeLocked { .. }), "the fifth wrong try locks");
    let outcome = world.send(&counter, &apply(code)).await;
    assert!(matches!(code_refusal(&outcome), CodeRefusal::CodeLocked { .. }), "even the right code comes too late");
}

#[tokio::test]
async fn an_application_whose_code_ran_out_on_the_way_is_held() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let code = world.code(&counter, person.applicant.id, APPLY).await;
    let envelope = world.seal(&counter, &world.apply(&person, Subject::Two, wish, Some(code)));
    world.clock.advance(301);
    let outcome = world.deliver(&counter, &envelope).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "it is not lost: {outcome:?}");
    let own = world.record(person.applicant.id).await.applications.pop().unwrap();
    assert_eq!(own.state.kind(), StateKind::AwaitingCode, "it waits for another code");
}

#[tokio::test]
async fn a_code_that_had_run_out_when_it_was_typed_or_was_another_one_is_refused() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let code = world.code(&counter, person.applicant.id, APPLY).await;
    let apply = |code| world.apply(&person, Subject::Two, wish.clone(), Some(code));
    let guessed = world.seal(&counter, &apply(wrong(&code)));
    world.clock.advance(301);
    let outcome = world.deliver(&counter, &guessed).await;
    assert_eq!(code_refusal(&outcome), CodeRefusal::CodeExpired, "typed in time, and another one");
    let outcome = world.send(&counter, &apply(code)).await;
    assert_eq!(code_refusal(&outcome), CodeRefusal::CodeExpired, "the right one, and typed too late");
}

#[tokio::test]
async fn wrong_digits_are_noted_in_the_audit_and_other_refusals_are_not() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let code = world.code(&counter, person.applicant.id, APPLY).await;
    let apply = |code| world.apply(&person, Subject::Two, wish.clone(), Some(code));
    world.send(&counter, &apply(wrong(&code))).await;
    world.clock.advance(301);
    world.send(&counter, &apply(code)).await;
    let audit = world.core.store().list_audit(0, 100_000).await.unwrap();
    let noted: Vec<_> = audit.iter().map(|record| record.entry).filter(|entry| entry.act == Act::CodeWrong).collect();
    assert_eq!(noted.len(), 1, "one of the two was a guess");
    assert_eq!(noted[0].applicant, Some(person.applicant.id), "at whose code");
    assert_eq!(noted[0].device, Some(counter.caller.device), "and where");
}

#[tokio::test]
async fn codes_are_sent_once_a_minute_ten_times_a_day_and_once_for_a_request() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let applicant = world.cast(CastRole::PriorityEligible).applicant.id;
    let known = world.core.known(counter.caller);
    let request = CodeRequest { id: world.uuid(), applicant, purpose: APPLY };
    let first = known.request_code(request.clone()).await.unwrap();
    assert_eq!((first.valid_seconds, first.resend_seconds, first.sends_left), (300, 60, 9), "as the policy says");
    assert_eq!(known.request_code(request.clone()).await.unwrap(), first, "a repeated request sends nothing");
    let somebody = world.cast(CastRole::RuleFour).applicant.id;
    for reused in [
        CodeRequest { applicant: somebody, ..request.clone() },
        CodeRequest { purpose: CodePurpose::Apply { subject: Subject::Three }, ..request.clone() },
    ] {
        let refused = known.request_code(reused).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "an answer about somebody else is shown to nobody");
    }
    let new = || CodeRequest { id: world.uuid(), ..request.clone() };
    let soon = known.request_code(new()).await.unwrap_err();
    assert_eq!((soon.code, soon.retry_after_seconds), (ErrorCode::CodeTooSoon, Some(60)), "wait a minute");
    for _ in 0..9 {
        world.clock.advance(60);
        known.request_code(new()).await.unwrap();
    }
    world.clock.advance(60);
    assert_eq!(known.request_code(new()).await.unwrap_err().code, ErrorCode::CodeLimit, "no more today");
    let nobody = CodeRequest { applicant: world.cast(CastRole::WithoutPhone).applicant.id, ..new() };
    assert_eq!(known.request_code(nobody).await.unwrap_err().code, ErrorCode::NoPhone, "no phone is bound");
    let kiosk = world.kiosk().await;
    let other = CodeRequest { applicant: world.cast(CastRole::RuleFour).applicant.id, ..new() };
    let refused = world.core.known(kiosk.caller).request_code(other).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignedOut, "nobody has said who they are");
}

#[tokio::test]
async fn a_code_confirms_nothing_else_and_only_once() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let other = CodePurpose::Apply { subject: Subject::Three };
    let code = world.code(&counter, person.applicant.id, other).await;
    let wish = world.first_choice(&person, Subject::Two);
    let outcome = world.send(&counter, &world.apply(&person, Subject::Two, wish.clone(), Some(code))).await;
    assert_eq!(code_refusal(&outcome), CodeRefusal::CodeNotSent, "it was sent for another subject");
    world.clock.advance(60);
    let code = world.code(&counter, person.applicant.id, APPLY).await;
    let apply = world.apply(&person, Subject::Two, wish, Some(code));
    assert!(matches!(world.send(&counter, &apply).await, Outcome::Accepted { .. }), "the right purpose");
    assert_eq!(code_refusal(&world.send(&counter, &apply).await), CodeRefusal::CodeUsed, "a second use");
}

#[tokio::test]
async fn one_phone_gets_so_many_codes_a_day_whoever_they_are_for() {
    let world = World::with(200, CoreConfig { codes_per_phone_day: 3, ..CoreConfig::default() }).await;
    let counter = world.counter().await;
    let people = world.clones(&world.cast(CastRole::PriorityEligible).clone(), 4).await;
    let ask = async |who: usize| {
        let request = CodeRequest { id: world.uuid(), applicant: people[who].applicant.id, purpose: APPLY };
        world.core.known(counter.caller).request_code(request).await
    };
    for who in 0..3 {
        assert!(ask(who).await.is_ok(), "three people of one phone");
    }
    let refused = ask(3).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CodeLimit, "the phone has had enough, although this person has had none");
    let seconds = refused.retry_after_seconds.unwrap();
    world.clock.set(world.now().plus_seconds(seconds.into()));
    assert!(ask(3).await.is_ok(), "after the time that was told it goes on");
}

#[tokio::test]
async fn one_counter_asks_for_so_many_codes_an_hour_and_others_go_on() {
    let world = World::with(200, CoreConfig { codes_per_counter_hour: 2, ..CoreConfig::default() }).await;
    let (counter, other) = (world.counter().await, world.counter().await);
    let people = world.clones(&world.cast(CastRole::PriorityEligible).clone(), 4).await;
    let ask = async |device: &Device, who: usize| {
        let request = CodeRequest { id: world.uuid(), applicant: people[who].applicant.id, purpose: APPLY };
        world.core.known(device.caller).request_code(request).await.map(drop).map_err(|problem| problem.code)
    };
    assert_eq!((ask(&counter, 0).await, ask(&counter, 1).await), (Ok(()), Ok(())), "two an hour");
    assert_eq!(ask(&counter, 2).await, Err(ErrorCode::CodeLimit), "the third is too much for this counter");
    assert_eq!(ask(&other, 2).await, Ok(()), "the next counter can go on");
}

#[tokio::test]
async fn a_new_code_does_not_forget_the_wrong_tries() {
    let world = World::new(200).await;
    let counter = world.counter().await;
    let person = world.cast(CastRole::PriorityEligible).clone();
    let wish = world.first_choice(&person, Subject::Two);
    let apply = |code| world.apply(&person, Subject::Two, wish.clone(), Some(code));
    for left in (0..5).rev() {
        let code = world.code(&counter, person.applicant.id, APPLY).await;
        let refusal = code_refusal(&world.send(&counter, &apply(wrong(&code))).await);
        match left {
            0 => assert!(matches!(refusal, CodeRefusal::CodeLocked { .. }), "the fifth locks: {refusal:?}"),
            tries_left => assert_eq!(refusal, CodeRefusal::CodeWrong { tries_left }, "each counts on"),
        }
        world.clock.set(world.now().plus_seconds(61));
    }
}

/// Everything that stands in the store, a text a row; bytes as hexadecimal digits.
async fn everything(world: &World) -> Vec<String> {
    let (tables, row) = if world.database.is_some() {
        ("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'", "SELECT t::text FROM \"{}\" AS t")
    } else {
        ("SELECT name FROM sqlite_schema WHERE type = 'table'", "")
    };
    let mut rows = Vec::new();
    for table in world.texts(tables).await {
        let sql = if row.is_empty() { row_of_file(world, &table).await } else { row.replace("{}", &table) };
        rows.extend(world.texts(&sql).await);
    }
    rows
}

/// What a file needs to be asked for all columns as one text.
async fn row_of_file(world: &World, table: &str) -> String {
    let columns = world.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
    let column = |name: &String| {
        format!("CASE typeof(\"{name}\") WHEN 'blob' THEN hex(\"{name}\") ELSE coalesce(\"{name}\", '') END")
    };
    let columns: Vec<String> = columns.iter().map(column).collect();
    format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "))
}

/// Where these digits stand: as a word, as bytes, or as the plain hash that gives so few digits away.
fn find_digits<'a>(rows: &'a [String], digits: &str) -> Vec<&'a str> {
    let hex = |bytes: &[u8]| format!("{bytes:02x?}").replace(['[', ']', ',', ' '], "");
    let (bytes, hashed) = (hex(digits.as_bytes()), hex(&hash(digits.as_bytes())));
    let is_word = |row: &str| {
        row.match_indices(digits).any(|(at, _)| {
            let (before, after) = (row[..at].chars().next_back(), row[at + digits.len()..].chars().next());
            ![before, after].into_iter().flatten().any(|beside| beside.is_ascii_alphanumeric())
        })
    };
    let stands = |row: &str| {
        let lower = row.to_ascii_lowercase();
        is_word(row) || lower.contains(&bytes) || lower.contains(&hashed)
    };
    rows.iter().map(String::as_str).filter(|row| stands(row)).collect()
}

#[tokio::test]
async fn the_digits_of_a_code_stand_nowhere_once_they_are_sent() {
    let world = World::new(10).await;
    let (counter, kiosk) = (world.counter().await, world.kiosk().await);
    let person = world.cast(CastRole::PriorityEligible).applicant.clone();
    let request = CodeRequest { id: world.uuid(), applicant: person.id, purpose: APPLY };
    world.core.known(counter.caller).request_code(request).await.unwrap();
    let number = Secret(world.cast(CastRole::RuleFour).applicant.document.number.reveal().to_owned());
    let request = VisitCodeRequest { id: world.uuid(), number };
    world.core.known(kiosk.caller).send_visit_code(request).await.unwrap();
    let before = everything(&world).await;
    assert_eq!(send_due(&world.core, &world.phone).await.unwrap(), 2, "both are sent");
    let after = everything(&world).await;
    for message in world.phone.messages() {
        let digits = message.text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
        let digits: String = digits.collect();
        assert_eq!(find_digits(&before, &digits).len(), 1, "it stands in the message that waits, and nowhere else");
        assert_eq!(find_digits(&after, &digits), [""; 0], "{digits}: nobody reads it in the store");
    }
}
